import type { FastifyInstance, FastifyRequest } from 'fastify';
import { GatewayError } from '../core/errors.ts';

/** Media types whose body is read as JSON; clients that name none, or plain text, are understood as well. */
const JSON_TYPES = /^(?:application\/(?:[\w.+-]+\+)?json|text\/(?:plain|json))?$/;

/** Reads the bodies of a plugin's scope as JSON, whatever parser was there before. */
export function readJsonBodies(scope: FastifyInstance): void {
  scope.removeAllContentTypeParsers();
  scope.addContentTypeParser('*', { parseAs: 'string' }, async (request: FastifyRequest, body: string) => {
    const mediaType = (request.headers['content-type'] ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? '';
    if (!JSON_TYPES.test(mediaType)) {
      throw new GatewayError('invalid_request', 'The Content-Type is not supported.', {
        hint: 'Send JSON with "Content-Type: application/json".',
      });
    }
    return parseJson(body);
  });
}

/**
 * Parses a JSON text, with or without a byte order mark.
 * @throws GatewayError invalid_request; the message never repeats the text
 */
function parseJson(body: string): unknown {
  const text = body.startsWith('\uFEFF') ? body.slice(1) : body;
  if (text.trim() === '') throw emptyBody();
  try {
    return JSON.parse(text);
  } catch {
    // The parser's own message quotes the body, which may be a prompt.
    throw new GatewayError('invalid_request', 'The body of the request is not valid JSON.', {
      hint: 'Send one JSON object.',
    });
  }
}

/** The error for a request that needs a body and has none. */
export function emptyBody(): GatewayError {
  return new GatewayError('invalid_request', 'The body of the request is empty.', {
    hint: 'Send one JSON object.',
  });
}

/** The body of a request that must be an object. @throws GatewayError invalid_request */
export function jsonObjectOf({ body }: FastifyRequest): Readonly<Record<string, unknown>> {
  if (body === undefined || body === null) throw emptyBody();
  if (typeof body === 'object' && !Array.isArray(body)) return { ...body };
  throw new GatewayError('invalid_request', 'The body of the request must be a JSON object.', { hint: '' });
}
