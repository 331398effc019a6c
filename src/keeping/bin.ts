import type { Readable } from 'node:stream';
import type { Part } from '../core/byte-range.ts';
import type { CopyHead } from '../core/keeping.ts';

/** Where copies lie: a folder, or a bucket. Names were checked before: they hold nothing but digits, letters, `-` and `.`. */
export interface Bin {
  /** All copies, in no order; what an earlier run has left half done is cleared away. May be called again after it failed. */
  list(signal: AbortSignal): AsyncIterable<CopyHead>;
  /**
   * Writes a copy: whole and for good when this resolves, not at all when it rejects.
   * @returns its size in bytes
   */
  write(
    name: string,
    contentType: string,
    body: AsyncIterable<Uint8Array>,
    signal: AbortSignal,
  ): Promise<number>;
  /** Size and age of a copy; undefined when there is none. */
  find(name: string, signal: AbortSignal): Promise<CopyHead | undefined>;
  /** A part of a copy, which has all its bytes; undefined when there is no such copy. */
  read(name: string, part: Part, signal: AbortSignal): Promise<Readable | undefined>;
  /** Deletes a copy; nothing happens when there is none. */
  delete(name: string): Promise<void>;
  /** Gives connections back. */
  close(): void;
}
