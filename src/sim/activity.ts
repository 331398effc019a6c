/** The own hosts of applications: https://{applicationId}.discordsays.com, here under /__activity/{applicationId}. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { readBytes } from './rest/body.ts';
import type { World } from './world.ts';

/** What a page of an application answers; undefined when there is no such page. */
export function askActivity(
  world: World,
  applicationId: string,
  method: string,
  path: string,
  body: unknown,
) {
  const application = world.applications.get(applicationId);
  return application?.activity?.(method, path.startsWith('/') ? path : `/${path}`, body);
}

/** Serves the pages. They belong to the application: a request with a token of Discord is refused, so that tests see it. */
export async function serveActivity(
  world: World,
  request: IncomingMessage,
  response: ServerResponse,
  url: URL,
): Promise<void> {
  const [, applicationId = '', path = '/'] = /^\/__activity\/([^/]*)(\/.*)?$/.exec(url.pathname) ?? [];
  const text = (await readBytes(request)).toString();
  if (request.headers.authorization !== undefined) {
    return send(response, 401, { message: 'This host takes no token.' });
  }
  const answer = askActivity(world, applicationId, request.method ?? 'GET', path, parse(text));
  send(response, answer?.status ?? 404, answer ? answer.body : { message: 'Not Found' });
}

function send(response: ServerResponse, status: number, body: unknown): void {
  const isText = typeof body === 'string';
  response.writeHead(status, { 'content-type': isText ? 'text/plain; charset=utf-8' : 'application/json' });
  response.end(isText ? body : JSON.stringify(body ?? null));
}

function parse(text: string): unknown {
  try {
    return text === '' ? undefined : JSON.parse(text);
  } catch {
    return text;
  }
}
