import type { MediaSource } from '../../core/media.ts';
import { SpokenError } from './errors.ts';

/** The head of a data URL; what it claims about the type is not asked, the content tells. */
const DATA_URL_HEAD = /^data:[^,]{0,200},/i;

/**
 * Reads the parameter `image`: base64 or base64url, with or without padding, line breaks and the head of a data
 * URL; or a link with http or https.
 * @throws GatewayError media_invalid when it is none of these
 */
export function readImage(text: string): MediaSource {
  const trimmed = text.trim();
  if (/^https?:\/\//i.test(trimmed)) return { type: 'link', url: trimmed };
  const base64 = trimmed
    .replace(DATA_URL_HEAD, '')
    .replace(/\s+/g, '')
    .replace(/={1,2}$/, '');
  // Buffer.from skips what is no base64, and so would make broken pictures out of broken input.
  if (!/^[A-Za-z0-9+/_-]+$/.test(base64) || base64.length % 4 === 1) throw notBase64();
  return { type: 'bytes', bytes: Buffer.from(base64, 'base64') };
}

function notBase64(): SpokenError {
  return new SpokenError('media_invalid', '图片不是有效的base64数据，请重新编码后再试');
}
