import type { FastifyInstance, FastifyRequest } from 'fastify';
import { GatewayError } from '../../core/errors.ts';
import { emptyBody, jsonObjectOf, readJsonBodies } from '../json-body.ts';
import { readForm, type SentFile, takeForms } from '../multipart-body.ts';

/** The fields of a request body by name. */
export type Fields = Readonly<Record<string, unknown>>;

/** A body whose files stand apart. */
export interface BodyWithFiles {
  readonly fields: Fields;
  readonly files: readonly SentFile[];
}

/** Reads bodies of a scope as JSON, and forms of both kinds. */
export function readBodies(scope: FastifyInstance): void {
  readJsonBodies(scope);
  const type = 'application/x-www-form-urlencoded';
  scope.addContentTypeParser(type, { parseAs: 'string' }, async (_request: unknown, body: string) =>
    parseForm(body),
  );
  takeForms(scope);
}

/** The fields and the files of a body. @throws GatewayError invalid_request, body_too_large */
export async function bodyOf(request: FastifyRequest): Promise<BodyWithFiles> {
  const { bodyLimit = 1_048_576 } = request.server.initialConfig;
  if (request.isMultipart()) return readForm(request, bodyLimit);
  return { fields: jsonObjectOf(request), files: [] };
}

/** The fields of a body that has no place for files. @throws GatewayError invalid_request, body_too_large */
export async function filelessBodyOf(request: FastifyRequest): Promise<Fields> {
  const { fields, files } = await bodyOf(request);
  const [file] = files;
  if (file === undefined) return fields;
  const param = file.field.slice(0, 64);
  throw new GatewayError(
    'invalid_request',
    `The form field "${param}" is a file; only texts are taken here.`,
    {
      param,
      hint: 'Send pictures as links in front of the prompt, and masks as base64.',
    },
  );
}

/** `curl -d '{…}'` calls its JSON a form. */
function parseForm(body: string): unknown {
  if (body.trim() === '') throw emptyBody();
  if (!body.trimStart().startsWith('{')) return Object.fromEntries(new URLSearchParams(body));
  try {
    return JSON.parse(body);
  } catch {
    throw new GatewayError('invalid_request', 'The body of the request is not valid JSON.', {
      hint: 'Send one JSON object.',
    });
  }
}
