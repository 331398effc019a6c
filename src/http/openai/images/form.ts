/** Bodies with pictures: multipart forms as OpenAI's clients send them, and JSON with links. */
import multipart, { type Multipart } from '@fastify/multipart';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { GatewayError } from '../../../core/errors.ts';
import type { MediaSource } from '../../../core/media.ts';
import { emptyBody } from '../../json-body.ts';
import { readImageUrl } from '../data-url.ts';
import type { SentPictures } from './wish.ts';

/** A body with its pictures apart. */
export interface PictureBody extends SentPictures {
  /** Everything but the pictures, numbers and flags as such. */
  readonly fields: Readonly<Record<string, unknown>>;
}

/** Most pictures of an edit (openai-openapi: CreateImageEditRequest, `image`). */
const MOST_IMAGES = 16;
const MOST_FIELDS = 50;
const NUMBERS = new Set(['n', 'output_compression', 'partial_images']);
const FLAGS = new Set(['stream']);

/** Lets a scope take multipart forms; JSON stays as it is. */
export function takeForms(scope: FastifyInstance): void {
  scope.register(multipart);
}

/**
 * Reads the body of a request with pictures, no more of it than the gateway takes of any body.
 * @throws GatewayError invalid_request, unsupported_parameter, body_too_large
 */
export async function readPictureBody(request: FastifyRequest, limitBytes: number): Promise<PictureBody> {
  if (request.isMultipart()) return readForm(request, limitBytes);
  const { body } = request;
  if (body === undefined || body === null) throw emptyBody();
  if (typeof body !== 'object' || Array.isArray(body)) return { fields: {}, images: [] };
  return readJson({ ...body });
}

async function readForm(request: FastifyRequest, limitBytes: number): Promise<PictureBody> {
  if (Number(request.headers['content-length'] ?? 0) > limitBytes) throw tooLarge();
  const limits = { fileSize: limitBytes, files: MOST_IMAGES + 1, fields: MOST_FIELDS, fieldSize: limitBytes };
  try {
    return await readParts(request.parts({ limits }), new Budget(limitBytes));
  } catch (error) {
    // What is still on its way is read and dropped: a client that cannot finish sending would not see the answer.
    request.raw.unpipe();
    request.raw.resume();
    throw asFormError(error);
  }
}

async function readParts(parts: AsyncIterable<Multipart>, budget: Budget): Promise<PictureBody> {
  const fields: Record<string, unknown> = {};
  const images: MediaSource[] = [];
  let mask: MediaSource | undefined;
  for await (const part of parts) {
    const name = part.fieldname.replace(/\[\d*\]$/, '');
    const value = part.type === 'file' ? await part.toBuffer() : String(part.value);
    budget.spend(value.length);
    if (name === 'image' || name === 'images') images.push(sourceOf(value, name));
    else if (name === 'mask') mask = sourceOf(value, name);
    else if (typeof value === 'string') fields[name] = typed(name, value);
  }
  return { fields, images, mask };
}

/** What the parser refuses, in words. */
function asFormError(error: unknown): GatewayError {
  if (error instanceof GatewayError) return error;
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (code === 'FST_REQ_FILE_TOO_LARGE') return tooLarge();
  if (/^FST_(?:PARTS|FILES|FIELDS)_LIMIT$/.test(code)) {
    return invalid('image', `expected at most ${MOST_IMAGES} pictures and ${MOST_FIELDS} fields`);
  }
  const message = 'The multipart form could not be read.';
  return new GatewayError('invalid_request', message, { cause: error, hint: '' });
}

/** Bytes of all parts together. */
class Budget {
  #left: number;

  constructor(limitBytes: number) {
    this.#left = limitBytes;
  }

  spend(bytes: number): void {
    this.#left -= bytes;
    if (this.#left < 0) throw tooLarge();
  }
}

function sourceOf(value: Buffer | string, param: string): MediaSource {
  if (typeof value === 'string') return readImageUrl(value, param);
  if (value.length > 0) return { type: 'bytes', bytes: value };
  throw invalid(param, 'the file is empty');
}

/** Forms know only text; what is no number is left as it came, for the check to complain about. */
function typed(name: string, value: string): unknown {
  if (NUMBERS.has(name) && /^-?\d{1,9}(?:\.\d+)?$/.test(value)) return Number(value);
  if (FLAGS.has(name) && /^(?:true|false)$/i.test(value)) return value.toLowerCase() === 'true';
  return value;
}

/** openai-openapi: EditImageBodyJsonParam, ImageRefParam. */
function readJson({ image, images, mask, ...fields }: Record<string, unknown>): PictureBody {
  const listed = [...listOf(image, 'image'), ...listOf(images, 'images')];
  if (listed.length > MOST_IMAGES) throw invalid('images', `expected at most ${MOST_IMAGES} pictures`);
  const isMasked = mask !== undefined && mask !== null;
  return { fields, images: listed, ...(isMasked ? { mask: referenceOf(mask, 'mask') } : {}) };
}

function listOf(value: unknown, param: string): MediaSource[] {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) return [referenceOf(value, param)];
  return value.map((entry, index) => referenceOf(entry, `${param}[${index}]`));
}

function referenceOf(value: unknown, param: string): MediaSource {
  if (typeof value === 'string') return readImageUrl(value, param);
  if (typeof value !== 'object' || value === null) throw invalid(param, 'expected an object with image_url');
  if ('image_url' in value && typeof value.image_url === 'string') {
    return readImageUrl(value.image_url, `${param}.image_url`);
  }
  if (!('file_id' in value)) throw invalid(param, 'expected an object with image_url');
  throw new GatewayError('unsupported_parameter', 'The gateway keeps no files.', {
    param: `${param}.file_id`,
    hint: 'Send the picture as image_url.',
  });
}

function tooLarge(): GatewayError {
  return new GatewayError('body_too_large', 'The request body is larger than this gateway takes.');
}

function invalid(param: string, problem: string): GatewayError {
  return new GatewayError('invalid_request', `Invalid value for '${param}': ${problem}.`, {
    param,
    hint: '',
  });
}
