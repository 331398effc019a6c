import type { Readable } from 'node:stream';
import { type MediaKind, SNIFFED_BYTES, sniff } from './kinds.ts';

/** A stream whose kind is known by its content. */
export interface SniffedStream {
  readonly kind: MediaKind;
  /** All its bytes. */
  readonly body: AsyncIterable<Uint8Array>;
}

/** Tells the kind of a stream by its first bytes; undefined, and nothing left to read, when it is none of them. */
export async function sniffStream(
  body: Readable,
  kinds: readonly MediaKind[],
): Promise<SniffedStream | undefined> {
  const chunks = (body as AsyncIterable<Uint8Array>)[Symbol.asyncIterator]();
  const first: Uint8Array[] = [];
  let gathered = 0;
  while (gathered < SNIFFED_BYTES) {
    const next = await chunks.next();
    if (next.done) break;
    first.push(next.value);
    gathered += next.value.length;
  }
  const kind = sniff(Buffer.concat(first), kinds);
  if (kind) return { kind, body: joined(first, chunks) };
  await chunks.return?.();
  return undefined;
}

async function* joined(
  first: readonly Uint8Array[],
  rest: AsyncIterator<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  try {
    yield* first;
    for (let next = await rest.next(); !next.done; next = await rest.next()) yield next.value;
  } finally {
    await rest.return?.();
  }
}
