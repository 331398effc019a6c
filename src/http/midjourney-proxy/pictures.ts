import type { MediaSource } from '../../core/media.ts';
import { invalid } from './errors.ts';

const LINK = /^https?:\/\//i;
const DATA_URL = /^data:[^,]{0,200};\s*base64$/i;

/**
 * Reads a picture as clients name it: a data URL, bare base64, or a link. Whether the bytes are a picture is seen later.
 * @throws SpokenError invalid_request
 */
export function readPicture(value: string, param: string): MediaSource {
  const written = value.trim();
  if (!LINK.test(written)) return { type: 'bytes', bytes: readBase64(written, param) };
  if (!URL.canParse(written)) throw invalid(`${param}中的链接格式错误`, param);
  return { type: 'link', url: written };
}

/** More than any prompt can carry. */
const MOST_PICTURES = 20;

/** Several pictures. @throws SpokenError invalid_request */
export function readPictures(values: readonly string[], param: string): MediaSource[] {
  if (values.length > MOST_PICTURES) throw invalid(`base64List参数错误，最多${MOST_PICTURES}张`, param);
  return values.map((value) => readPicture(value, param));
}

/** A mask as bare base64, as Midjourney's page for regions sends it. @throws SpokenError invalid_request */
export function readMask(value: string): string {
  return readBase64(value.trim(), 'maskBase64').toString('base64');
}

/** Strict, unlike `Buffer.from`, which skips what is not base64 and so makes broken pictures out of broken input. */
function readBase64(value: string, param: string): Buffer {
  const comma = value.startsWith('data:') ? value.indexOf(',') : -1;
  if (value.startsWith('data:') && !DATA_URL.test(value.slice(0, Math.max(0, comma)))) throw malformed(param);
  // Some encoders break their lines.
  const base64 = value.slice(comma + 1).replace(/[\r\n]/g, '');
  const body = base64.replace(/={1,2}$/, '');
  if (body === '' || body.length % 4 === 1 || /[^A-Za-z0-9+/]/.test(body)) throw malformed(param);
  return Buffer.from(body, 'base64');
}

const malformed = (param: string) => invalid('base64格式错误', param);
