import { GatewayError } from '../../core/errors.ts';
import type { MediaSource } from '../../core/media.ts';

/**
 * Reads the `url` of an `image_url` part: a link (http or https), or a `data:` URL with base64.
 * @throws GatewayError invalid_request, naming `param`
 */
export function readImageUrl(url: string, param: string): MediaSource {
  if (/^data:/i.test(url)) return { type: 'bytes', bytes: readDataUrl(url, param) };
  const link = url.trim();
  if (!/^https?:\/\//i.test(link) || !URL.canParse(link)) {
    throw invalid(param, 'expected a link with http or https, or a data URL with base64');
  }
  return { type: 'link', url: link };
}

/** Strict, unlike `Buffer.from`, which skips what is not base64 and so makes broken pictures out of broken input. */
function readDataUrl(url: string, param: string): Buffer {
  const comma = url.indexOf(',');
  if (comma < 0 || !/;\s*base64$/i.test(url.slice(0, Math.min(comma, 200)))) {
    throw invalid(param, 'expected a data URL of the form data:image/png;base64,...');
  }
  const base64 = url.slice(comma + 1);
  const body = base64.endsWith('==')
    ? base64.slice(0, -2)
    : base64.endsWith('=')
      ? base64.slice(0, -1)
      : base64;
  if (base64.length === 0) throw invalid(param, 'the data URL is empty');
  if (base64.length % 4 !== 0 || /[^A-Za-z0-9+/]/.test(body))
    throw invalid(param, 'the base64 data is not valid');
  return Buffer.from(base64, 'base64');
}

function invalid(param: string, problem: string): GatewayError {
  return new GatewayError('invalid_request', `Invalid value for '${param}': ${problem}.`, {
    param,
    hint: '',
  });
}
