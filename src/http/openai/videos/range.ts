import type { ByteRange } from '../../../core/media.ts';

/**
 * Reads a `Range` header (RFC 9110, section 14.2). Undefined stands for the whole file: there is none, it asks for several
 * parts, counts something else than bytes, or makes no sense.
 */
export function readRange(header: string | undefined): ByteRange | undefined {
  const [, first = '', last = ''] =
    /^\s*bytes\s*=\s*(\d{0,15})\s*-\s*(\d{0,15})\s*$/i.exec(header ?? '') ?? [];
  if (first === '') return last === '' ? undefined : { last: Number(last) };
  if (last === '') return { start: Number(first) };
  return Number(last) < Number(first) ? undefined : { start: Number(first), end: Number(last) };
}
