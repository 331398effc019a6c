/** Multipart forms with files, for the dialects whose clients send them. */
import multipart, { type Multipart } from '@fastify/multipart';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { GatewayError } from '../core/errors.ts';

/** A file of a form. */
export interface SentFile {
  /** Name of its field. */
  readonly field: string;
  readonly bytes: Uint8Array;
}

/** A form, read whole. */
export interface FormBody {
  /** Texts by the name of their field; of several with one name the last. */
  readonly fields: Readonly<Record<string, string>>;
  readonly files: readonly SentFile[];
}

const MOST_FILES = 16;
const MOST_FIELDS = 50;

/** Lets a scope take multipart forms, to be read by `readForm`; other bodies stay as they are. */
export function takeForms(scope: FastifyInstance): void {
  scope.register(multipart);
}

/**
 * Reads the form of a request, no more of it than `limitBytes`.
 * @throws GatewayError invalid_request, body_too_large
 */
export async function readForm(request: FastifyRequest, limitBytes: number): Promise<FormBody> {
  if (Number(request.headers['content-length'] ?? 0) > limitBytes) throw tooLarge();
  const limits = { fileSize: limitBytes, files: MOST_FILES, fields: MOST_FIELDS, fieldSize: limitBytes };
  try {
    return await readParts(request.parts({ limits }), limitBytes);
  } catch (error) {
    // What is still on its way is read and dropped: a client that cannot finish sending would not see the answer.
    request.raw.unpipe();
    request.raw.resume();
    throw asFormError(error);
  }
}

async function readParts(parts: AsyncIterable<Multipart>, limitBytes: number): Promise<FormBody> {
  const fields = new Map<string, string>();
  const files: SentFile[] = [];
  let left = limitBytes;
  for await (const part of parts) {
    const value = part.type === 'file' ? await part.toBuffer() : String(part.value);
    left -= value.length;
    if (left < 0) throw tooLarge();
    if (typeof value === 'string') fields.set(part.fieldname, value);
    else files.push({ field: part.fieldname, bytes: value });
  }
  return { fields: Object.fromEntries(fields), files };
}

/** What the parser refuses, in words. */
function asFormError(error: unknown): GatewayError {
  if (error instanceof GatewayError) return error;
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (code === 'FST_REQ_FILE_TOO_LARGE') return tooLarge();
  const message = /^FST_(?:PARTS|FILES|FIELDS)_LIMIT$/.test(code)
    ? `A form has at most ${MOST_FILES} files and ${MOST_FIELDS} fields.`
    : 'The multipart form could not be read.';
  return new GatewayError('invalid_request', message, { cause: error, hint: '' });
}

function tooLarge(): GatewayError {
  return new GatewayError('body_too_large', 'The request body is larger than this gateway takes.');
}
