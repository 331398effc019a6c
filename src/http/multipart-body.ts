/** Multipart forms with files, for the dialects whose clients send them. */
import multipart, { type Multipart } from '@fastify/multipart';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { GatewayError } from '../core/errors.ts';
import { bodyTooLarge } from './errors.ts';

/** A part of a form. */
export interface SentPart<Value = string | Uint8Array> {
  /** Name of its field. */
  readonly field: string;
  /** A text, or the bytes of a file. */
  readonly value: Value;
}

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
  /** Everything in its order. */
  readonly parts: readonly SentPart[];
}

const MOST_FILES = 16;
const MOST_FIELDS = 50;

/** How many of the last chunks are looked at for the name of a field that was refused. */
const KEPT_CHUNKS = 4;

/** Lets a scope take multipart forms, to be read by `readForm`; other bodies stay as they are. */
export function takeForms(scope: FastifyInstance): void {
  scope.register(multipart);
}

/**
 * Reads the form of a request, no more of it than `limitBytes`.
 * @throws GatewayError invalid_request, body_too_large
 */
export async function readForm(
  request: FastifyRequest,
  limitBytes: number,
  mostFiles = MOST_FILES,
): Promise<FormBody> {
  if (Number(request.headers['content-length'] ?? 0) > limitBytes) throw bodyTooLarge(limitBytes);
  const limits = { fileSize: limitBytes, files: mostFiles, fields: MOST_FIELDS, fieldSize: limitBytes };
  const chunks: Buffer[] = [];
  const keep = (chunk: Buffer) => {
    chunks.push(chunk);
    if (chunks.length > KEPT_CHUNKS) chunks.shift();
  };
  try {
    const parts = request.parts({ limits });
    request.raw.on('data', keep);
    return await readParts(parts, limitBytes);
  } catch (error) {
    // What is still on its way is read and dropped: a client that cannot finish sending would not see the answer.
    request.raw.unpipe();
    request.raw.resume();
    throw asFormError(error, { limitBytes, mostFiles, chunks });
  } finally {
    request.raw.off('data', keep);
  }
}

async function readParts(incoming: AsyncIterable<Multipart>, limitBytes: number): Promise<FormBody> {
  const parts: SentPart[] = [];
  let left = limitBytes;
  for await (const part of incoming) {
    const value = part.type === 'file' ? await part.toBuffer() : textOf(part.value);
    left -= value.length;
    if (left < 0) throw bodyTooLarge(limitBytes);
    parts.push({ field: part.fieldname, value });
  }
  const isText = (part: SentPart): part is SentPart<string> => typeof part.value === 'string';
  return {
    fields: Object.fromEntries(parts.filter(isText).map(({ field, value }) => [field, value])),
    files: parts.flatMap(({ field, value }) => (typeof value === 'string' ? [] : [{ field, bytes: value }])),
    parts,
  };
}

/** Fields that call themselves JSON were parsed. */
function textOf(value: unknown): string {
  return typeof value === 'string' ? value : (JSON.stringify(value) ?? '');
}

/** What the parser refuses, in words. */
function asFormError(
  error: unknown,
  sent: { readonly limitBytes: number; readonly mostFiles: number; readonly chunks: readonly Buffer[] },
): GatewayError {
  if (error instanceof GatewayError) return error;
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (code === 'FST_REQ_FILE_TOO_LARGE') return bodyTooLarge(sent.limitBytes);
  if (code === 'FST_PROTO_VIOLATION') return unusableName(sent.chunks);
  const message = /^FST_(?:PARTS|FILES|FIELDS)_LIMIT$/.test(code)
    ? `A form has at most ${sent.mostFiles} files and ${MOST_FIELDS} fields.`
    : problemOf(error instanceof Error ? error.message : '');
  return new GatewayError('invalid_request', message, { cause: error, hint: '' });
}

/** The messages of the parser (@fastify/busboy). */
function problemOf(message: string): string {
  if (/boundary not found/i.test(message)) {
    return 'The Content-Type of the multipart form names no boundary: let the HTTP client set it.';
  }
  if (/unexpected end|premature/i.test(message)) {
    return 'The multipart form is broken: its closing boundary is missing, or it is not the one that the Content-Type names.';
  }
  return 'The multipart form could not be read.';
}

/** The parser refuses names that every object has, and does not say which it was. */
function unusableName(chunks: readonly Buffer[]): GatewayError {
  const text = Buffer.concat(chunks).toString('latin1');
  const names = [...text.matchAll(/;\s*name="?([\w$]{1,40})/g)].map(([, name = '']) => name);
  const name = names.find((each) => each in Object.prototype);
  const which = name === undefined ? 'A field of the form' : `The form field "${name}"`;
  return new GatewayError('invalid_request', `${which} has a name that is not taken.`, {
    hint: 'Leave it out.',
    ...(name === undefined ? {} : { param: name }),
  });
}
