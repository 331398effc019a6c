import multipart from '@fastify/multipart';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { GatewayError } from '../../core/errors.ts';
import { emptyBody, readJsonBodies } from '../json-body.ts';

/** The fields of a request body by name. */
export type Fields = Readonly<Record<string, unknown>>;

/** Most fields of a multipart form; a change has seven. */
const MOST_FIELDS = 50;

/** Reads bodies of a scope as JSON, and forms of both kinds. */
export function readBodies(scope: FastifyInstance, bodyLimitBytes: number): void {
  readJsonBodies(scope);
  const type = 'application/x-www-form-urlencoded';
  scope.addContentTypeParser(type, { parseAs: 'string' }, async (_request: unknown, body: string) =>
    parseForm(body),
  );
  scope.register(multipart, {
    attachFieldsToBody: 'keyValues',
    limits: { files: 0, fields: MOST_FIELDS, fieldSize: bodyLimitBytes },
  });
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
