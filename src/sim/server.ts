/** The one HTTP server behind which API, gateway, CDN, upload storage and the simulator's own controls live. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { serveActivity } from './activity.ts';
import { serveFile, takeUpload } from './cdn.ts';
import { OrderError } from './faults.ts';
import type { RestApi } from './rest/api.ts';
import { readBytes } from './rest/body.ts';
import type { World } from './world.ts';
import type { Gateway } from './ws/gateway.ts';

/** What the server hands requests to. */
export interface ServerParts {
  readonly world: World;
  readonly rest: RestApi;
  readonly gateway: Gateway;
  /** Does what `POST /__sim/script` or `/__sim/fault` asks. @throws OrderError */
  readonly order: (kind: string, body: unknown) => void;
  /** What `GET /__sim/state` shows. */
  readonly state: (channelId: string | null) => unknown;
}

/** Makes the server; it does not listen yet. */
export function makeServer(parts: ServerParts): Server {
  const server = createServer((request, response) => {
    serve(parts, request, response).catch((error: unknown) => {
      const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
      console.error(`simulator fault: ${message}`);
      if (!response.headersSent) response.writeHead(500);
      response.end();
    });
  });
  server.keepAliveTimeout = 65_000;
  server.on('upgrade', (request, socket, head) => parts.gateway.accept(request, socket, head));
  return server;
}

async function serve(parts: ServerParts, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = new URL(request.url ?? '/', 'http://sim');
  const api = /^\/api(?:\/v(\d+))?(\/.*)$/.exec(url.pathname);
  if (api) {
    if (api[1] !== undefined && api[1] !== '9' && api[1] !== '10') {
      return sendJson(response, 400, { message: 'Invalid API version provided.', code: 50041 });
    }
    return parts.rest.handle(request, response, api[2] ?? '/', url);
  }
  if (url.pathname.startsWith('/__activity/')) return serveActivity(parts.world, request, response, url);
  if (url.pathname.startsWith('/__sim/')) return control(parts, request, response, url);
  if (/^\/(?:ephemeral-)?attachments\//.test(url.pathname)) {
    return serveFile(parts.world, response, url, request.method ?? 'GET');
  }
  if (request.method === 'PUT') return takeUpload(parts.world, request, response, url);
  sendJson(response, 404, { message: '404: Not Found', code: 0 });
}

async function control(
  parts: ServerParts,
  request: IncomingMessage,
  response: ServerResponse,
  url: URL,
): Promise<void> {
  const kind = url.pathname.slice('/__sim/'.length);
  if (request.method === 'GET' && kind === 'state') {
    return sendJson(response, 200, parts.state(url.searchParams.get('channel')));
  }
  if (request.method !== 'POST' || (kind !== 'script' && kind !== 'fault')) {
    return sendJson(response, 404, { error: { message: 'POST script, POST fault or GET state' } });
  }
  try {
    parts.order(kind, parse((await readBytes(request)).toString()));
    sendJson(response, 200, { ok: true });
  } catch (error) {
    if (!(error instanceof OrderError)) throw error;
    sendJson(response, 400, { error: { field: error.field, message: error.message } });
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new OrderError('', 'the body is no JSON');
  }
}

function sendJson(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
}
