/** Bodies of requests for videos: JSON, and multipart forms as OpenAI's clients send them. */
import type { FastifyRequest } from 'fastify';
import { GatewayError } from '../../../core/errors.ts';
import type { MediaSource } from '../../../core/media.ts';
import { jsonObjectOf } from '../../json-body.ts';
import { type FormBody, readForm } from '../../multipart-body.ts';
import { readImageUrl } from '../data-url.ts';

/** A body with its picture apart. */
export interface VideoBodyParts {
  readonly fields: Readonly<Record<string, unknown>>;
  /** The picture to begin with. */
  readonly reference: MediaSource | undefined;
}

const NAME = 'input_reference';

/** @throws GatewayError invalid_request, unsupported_parameter, media_invalid, body_too_large */
export async function readVideoBody(request: FastifyRequest, limitBytes: number): Promise<VideoBodyParts> {
  if (request.isMultipart()) return partsOf(await readForm(request, limitBytes));
  const { [NAME]: reference, ...fields } = jsonObjectOf(request);
  const isAbsent = reference === undefined || reference === null;
  return { fields, reference: isAbsent ? undefined : referenceOf(reference) };
}

/** `input_reference` is a file, or an object in one of the two spellings that forms have for it. */
function partsOf({ fields, files }: FormBody): VideoBodyParts {
  const strange = files.find(({ field }) => field !== NAME);
  if (strange) throw invalid(strange.field, 'a file is not expected here');
  const { [NAME]: text, [`${NAME}[image_url]`]: url, [`${NAME}[file_id]`]: fileId, ...others } = fields;
  const named = [text, url, fileId].filter((value) => value !== undefined);
  const [file] = files;
  if (files.length + named.length > 1) throw invalid(NAME, 'expected one picture');
  if (file) return { fields: others, reference: fileSource(file.bytes) };
  if (url !== undefined) return { fields: others, reference: readImageUrl(url, `${NAME}.image_url`) };
  if (fileId !== undefined) throw noFiles();
  const isText = text !== undefined && text.trim() !== '';
  return { fields: others, reference: isText ? referenceOf(parsed(text)) : undefined };
}

function fileSource(bytes: Uint8Array): MediaSource {
  if (bytes.length > 0) return { type: 'bytes', bytes };
  throw new GatewayError('media_invalid', 'The input_reference is an empty file.', { param: NAME });
}

/** Some clients write an object into a form as JSON. */
function parsed(text: string): unknown {
  if (!text.trimStart().startsWith('{')) return text;
  try {
    return JSON.parse(text);
  } catch {
    throw invalid(NAME, 'the JSON is not valid');
  }
}

/** openai-openapi: ImageRefParam-2; beyond it, the link alone. */
function referenceOf(value: unknown): MediaSource {
  if (typeof value === 'string') return readImageUrl(value, NAME);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw invalid(NAME, 'expected a file, or an object with image_url');
  }
  if ('file_id' in value && value.file_id !== null && value.file_id !== undefined) throw noFiles();
  if ('image_url' in value && typeof value.image_url === 'string') {
    return readImageUrl(value.image_url, `${NAME}.image_url`);
  }
  throw invalid(NAME, 'expected an object with image_url');
}

function noFiles(): GatewayError {
  return new GatewayError('unsupported_parameter', 'The gateway keeps no files.', {
    param: `${NAME}.file_id`,
    hint: 'Send the picture itself, or its image_url.',
  });
}

function invalid(param: string, problem: string): GatewayError {
  const message = `Invalid value for '${param.slice(0, 64)}': ${problem}.`;
  return new GatewayError('invalid_request', message, { param: param.slice(0, 64), hint: '' });
}
