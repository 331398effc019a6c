import type { IncomingMessage } from 'node:http';
import { DiscordError, refusal } from '../errors.ts';
import { isObject } from '../form.ts';
import type { SentFile } from '../message-actions.ts';
import type { WireObject } from '../model.ts';

/** Largest request: ten files of the largest size do not fit, as on Discord. */
const BODY_LIMIT_BYTES = 26 * 1024 * 1024;

/** A body that was read. */
export interface RequestBody {
  readonly json: WireObject;
  readonly files: readonly SentFile[];
}

/** Reads all bytes of a request. @throws DiscordError 40005 over the limit */
export async function readBytes(request: IncomingMessage, limit = BODY_LIMIT_BYTES): Promise<Buffer> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of request) {
    const bytes: Buffer = part;
    size += bytes.length;
    if (size <= limit) parts.push(bytes);
  }
  if (size > limit) throw refusal.entityTooLarge();
  return Buffer.concat(parts);
}

/** Reads a JSON, form or multipart body; an empty one is an empty object. */
export async function readBody(request: IncomingMessage): Promise<RequestBody> {
  const bytes = await readBytes(request);
  if (bytes.length === 0) return { json: {}, files: [] };
  const type = request.headers['content-type'] ?? '';
  if (type.startsWith('multipart/form-data')) return readMultipart(bytes, type);
  if (type.startsWith('application/x-www-form-urlencoded')) {
    return { json: Object.fromEntries(new URLSearchParams(bytes.toString())), files: [] };
  }
  if (!type.startsWith('application/json')) throw wrongContentType();
  return { json: parseJson(bytes.toString()), files: [] };
}

async function readMultipart(bytes: Buffer, type: string): Promise<RequestBody> {
  const form = await new Response(new Uint8Array(bytes), { headers: { 'content-type': type } })
    .formData()
    .catch(() => undefined);
  if (!form) throw refusal.invalidJson();
  let json: WireObject = {};
  const files: SentFile[] = [];
  for (const [name, value] of form) {
    if (typeof value !== 'string') {
      const id = /^files?\[(\d+)\]$/.exec(name)?.[1] ?? String(files.length);
      const content = new Uint8Array(await value.arrayBuffer());
      files.push({
        id,
        file: { filename: value.name, bytes: content, contentType: value.type || undefined },
      });
    } else if (name === 'payload_json') json = { ...json, ...parseJson(value) };
    else json = { ...json, [name]: value };
  }
  return { json, files };
}

function parseJson(text: string): WireObject {
  try {
    const value: unknown = JSON.parse(text);
    if (isObject(value)) return value;
  } catch {
    throw refusal.invalidJson();
  }
  throw new DiscordError(400, 50035, 'Invalid Form Body', {
    _errors: [{ code: 'DICT_TYPE_CONVERT', message: 'Only dictionaries may be used in a DictType' }],
  });
}

function wrongContentType(): DiscordError {
  const message = 'Expected "Content-Type" header to be one of {\'application/json\'}.';
  return new DiscordError(400, 50035, message, { _misc: [message] });
}
