/** Parts of files, which may come as streams. */
import { Readable } from 'node:stream';
import type { ByteRange } from './media.ts';

/** A part of a file by its first and last byte. */
export interface Part {
  readonly start: number;
  readonly end: number;
}

/** Which bytes a range means of a file of `size` bytes; undefined when it has none of them (RFC 9110, section 14.1.2). */
export function partOf(range: ByteRange, size: number): Part | undefined {
  const start = 'last' in range ? Math.max(0, size - range.last) : range.start;
  const end = 'last' in range ? size - 1 : Math.min(range.end ?? size - 1, size - 1);
  return start <= end ? { start, end } : undefined;
}

/** The part of a stream; what comes behind it is not read. */
export function slice(body: Readable, { start, end }: Part): Readable {
  async function* pieces(): AsyncGenerator<Uint8Array> {
    let position = 0;
    for await (const chunk of body as AsyncIterable<Uint8Array>) {
      const from = Math.max(0, start - position);
      const to = Math.min(chunk.length, end + 1 - position);
      position += chunk.length;
      if (from < to) yield chunk.subarray(from, to);
      if (position > end) return;
    }
  }
  const part = Readable.from(pieces(), { objectMode: false });
  // A part that nobody has begun to read would leave the stream behind it open.
  part.once('close', () => body.destroy());
  body.on('error', () => {});
  return part;
}
