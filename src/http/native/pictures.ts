import { GatewayError } from '../../core/errors.ts';
import type { MediaSource } from '../../core/media.ts';

/**
 * Reads a picture of a request: a link with http or https, or a data URL with base64. Whether the bytes are a picture is
 * seen later.
 * @throws GatewayError invalid_request, naming `param`
 */
export function readPicture(value: string, param: string): MediaSource {
  const written = value.trim();
  if (/^data:/i.test(written)) return { type: 'bytes', bytes: readBase64(written, param) };
  if (/^https?:\/\//i.test(written) && URL.canParse(written)) return { type: 'link', url: written };
  throw invalid(param, 'expected a link with http or https, or a data URL with base64');
}

/**
 * The bytes of base64, bare or as a data URL. Strict, unlike `Buffer.from`, which skips what is not base64 and so makes
 * broken pictures out of broken input.
 * @throws GatewayError invalid_request, naming `param`
 */
export function readBase64(value: string, param: string): Buffer {
  const comma = /^data:/i.test(value) ? value.indexOf(',') : -1;
  const head = value.slice(0, Math.max(0, Math.min(comma, 200)));
  if (comma === -1 ? /^data:/i.test(value) : !/;\s*base64$/i.test(head)) {
    throw invalid(param, 'expected base64, or a data URL of the form data:image/png;base64,…');
  }
  const base64 = value.slice(comma + 1).replace(/[\r\n]/g, '');
  const body = base64.replace(/={1,2}$/, '');
  if (body === '' || body.length % 4 === 1 || /[^A-Za-z0-9+/]/.test(body)) {
    throw invalid(param, 'the base64 data is not valid');
  }
  return Buffer.from(body, 'base64');
}

function invalid(param: string, problem: string): GatewayError {
  return new GatewayError('invalid_request', `"${param}": ${problem}.`, { param, hint: '' });
}
