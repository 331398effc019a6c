import type { FastifyInstance, FastifyRequest } from 'fastify';
import { invalid } from './errors.ts';

/** Media types that nobody means JSON by. */
const NO_JSON = /^(?:multipart\/|application\/(?:x-www-form-urlencoded|octet-stream|xml)|image\/|video\/)/i;

/** Reads the bodies of a plugin's scope as JSON, whatever their type claims to be; an empty one counts as absent. */
export function readBodies(scope: FastifyInstance): void {
  scope.removeAllContentTypeParsers();
  scope.addContentTypeParser('*', { parseAs: 'string' }, async (_request: FastifyRequest, body: string) => {
    const text = body.startsWith('\uFEFF') ? body.slice(1) : body;
    return text.trim() === '' ? undefined : parse(text);
  });
}

/**
 * Refuses forms before they are read, and lets every other body through to the parser.
 * @throws SpokenError invalid_request
 */
export async function expectJson({ headers }: FastifyRequest): Promise<void> {
  if (NO_JSON.test(headers['content-type']?.trim() ?? '')) {
    throw invalid('请求体须为JSON，请使用Content-Type: application/json', 'body');
  }
  // The framework refuses types that are not well formed before any parser is asked.
  delete headers['content-type'];
}

/** A number of more digits than a double holds, outside of a text or in one. */
const LONG_NUMBER = /[:,[\s]\d{16,40}[\s,\]}]/;

function parse(text: string): unknown {
  try {
    // Looking at each value by itself takes twenty times as long.
    return LONG_NUMBER.test(text) ? JSON.parse(text, exactNumber) : JSON.parse(text);
  } catch {
    // The parser's own message quotes the body, which may be a prompt.
    throw invalid('请求体不是有效的JSON', 'body');
  }
}

/** Task ids are longer than a double is exact; some clients write them as numbers. */
function exactNumber(_key: string, value: unknown, context?: { readonly source: string }): unknown {
  if (typeof value !== 'number' || Number.isSafeInteger(value)) return value;
  const { source = '' } = context ?? {};
  return /^\d{1,40}$/.test(source) ? source : value;
}
