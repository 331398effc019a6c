import type { ByteRange } from '../core/media.ts';

/**
 * Reads a `Range` header (RFC 9110, section 14.2). Undefined stands for the whole file: there is none, it asks for several
 * parts, counts something else than bytes, or makes no sense.
 */
export function readRange(header: string | undefined): ByteRange | undefined {
  const [, first = '', last = ''] = /^\s*bytes\s*=\s*(\d*)\s*-\s*(\d*)\s*$/i.exec(header ?? '') ?? [];
  if (first === '') return last === '' ? undefined : { last: numberOf(last) };
  if (last === '') return { start: numberOf(first) };
  return numberOf(last) < numberOf(first) ? undefined : { start: numberOf(first), end: numberOf(last) };
}

/** Numbers beyond what can be counted mean "behind every file", like the largest that can. */
function numberOf(digits: string): number {
  return Math.min(Number(digits), Number.MAX_SAFE_INTEGER);
}
