/** Bodies with pictures: multipart forms as OpenAI's clients send them, and JSON with links. */
import type { FastifyRequest } from 'fastify';
import { GatewayError } from '../../../core/errors.ts';
import type { MediaSource } from '../../../core/media.ts';
import { jsonObjectOf } from '../../json-body.ts';
import { type FormBody, readForm } from '../../multipart-body.ts';
import { readImageUrl } from '../data-url.ts';
import type { SentPictures } from './wish.ts';

/** A body with its pictures apart. */
export interface PictureBody extends SentPictures {
  /** Everything but the pictures, numbers and flags as such. */
  readonly fields: Readonly<Record<string, unknown>>;
}

/** Most pictures of an edit (openai-openapi: CreateImageEditRequest, `image`). */
const MOST_IMAGES = 16;
/** Those and a mask; one more, so that too many are told as such. */
const MOST_FILES = MOST_IMAGES + 2;
const NUMBERS = new Set(['n', 'output_compression', 'partial_images']);
const FLAGS = new Set(['stream']);

/**
 * Reads the body of a request with pictures, no more of it than the gateway takes of any body.
 * @throws GatewayError invalid_request, unsupported_parameter, body_too_large
 */
export async function readPictureBody(request: FastifyRequest, limitBytes: number): Promise<PictureBody> {
  const read = request.isMultipart()
    ? partsOf(await readForm(request, limitBytes, MOST_FILES))
    : readJson(jsonObjectOf(request));
  if (read.images.length <= MOST_IMAGES) return read;
  throw invalid('image', `expected at most ${MOST_IMAGES} pictures`);
}

function partsOf({ parts }: FormBody): PictureBody {
  const fields = new Map<string, unknown>();
  const images: MediaSource[] = [];
  let mask: MediaSource | undefined;
  for (const { field, value } of parts) {
    const name = field.replace(/\[\d*\]$/, '');
    if (name === 'image' || name === 'images') images.push(sourceOf(value, name));
    else if (name === 'mask') mask = sourceOf(value, name);
    else if (typeof value === 'string') fields.set(name, typed(name, value));
    else throw invalid(name.slice(0, 64), 'a file is not expected here');
  }
  return { fields: Object.fromEntries(fields), images, mask };
}

function sourceOf(value: Uint8Array | string, param: string): MediaSource {
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
function readJson({ image, images, mask, ...fields }: Readonly<Record<string, unknown>>): PictureBody {
  const listed = [...listOf(image, 'image'), ...listOf(images, 'images')];
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

function invalid(param: string, problem: string): GatewayError {
  return new GatewayError('invalid_request', `Invalid value for '${param}': ${problem}.`, {
    param,
    hint: '',
  });
}
