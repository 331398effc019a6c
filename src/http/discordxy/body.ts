import multipart from '@fastify/multipart';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { GatewayError } from '../../core/errors.ts';
import { emptyBody, readJsonBodies } from '../json-body.ts';
import { readForm, type SentFile, takeForms } from '../multipart-body.ts';

/** The fields of a request body by name. */
export type Fields = Readonly<Record<string, unknown>>;

/** A body whose files stand apart. */
export interface BodyWithFiles {
  readonly fields: Fields;
  readonly files: readonly SentFile[];
}

/** Most fields of a multipart form; a change has seven. */
const MOST_FIELDS = 50;

/** Reads bodies of a scope as JSON, and forms of both kinds, which hold no files. */
export function readBodies(scope: FastifyInstance, bodyLimitBytes: number): void {
  readTextBodies(scope);
  scope.register(multipart, {
    attachFieldsToBody: 'keyValues',
    limits: { files: 0, fields: MOST_FIELDS, fieldSize: bodyLimitBytes },
  });
}

/** Reads bodies of a scope as JSON, and multipart forms with files. */
export function readBodiesWithFiles(scope: FastifyInstance): void {
  readTextBodies(scope);
  takeForms(scope);
}

/** The fields and the files of a body, no more of it than `limitBytes`. @throws GatewayError invalid_request, body_too_large */
export async function bodyOf(request: FastifyRequest, limitBytes: number): Promise<BodyWithFiles> {
  if (request.isMultipart()) return readForm(request, limitBytes);
  return { fields: fieldsOf(request), files: [] };
}

function readTextBodies(scope: FastifyInstance): void {
  readJsonBodies(scope);
  const type = 'application/x-www-form-urlencoded';
  scope.addContentTypeParser(type, { parseAs: 'string' }, async (_request: unknown, body: string) =>
    parseForm(body),
  );
}

/** The fields of a body. @throws GatewayError invalid_request when it is missing or no object */
export function fieldsOf({ body }: FastifyRequest): Fields {
  if (body === undefined || body === null) throw emptyBody();
  if (typeof body === 'object' && !Array.isArray(body)) return { ...body };
  throw new GatewayError('invalid_request', 'The body of the request must be a JSON object.');
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
