import { constants, createDeflate, createZstdCompress } from 'node:zlib';

/** Turns the payloads of one connection into what is sent. */
export interface Compressor {
  /** Calls `done` with the bytes of one whole message, in the order of the calls. */
  write(text: string, done: (bytes: Buffer) => void): void;
  /** Frees the context; messages that are not written yet are dropped. */
  close(): void;
}

/** Names that the query parameter `compress` takes (Discord docs, "Encoding and Compression"). */
export type CompressionName = 'zlib-stream' | 'zstd-stream';

/** True for a compression the gateway knows. */
export function isCompression(name: string): name is CompressionName {
  return name === 'zlib-stream' || name === 'zstd-stream';
}

/** One shared context for the connection, flushed with each payload so that every message can be read at once. */
export function createCompressor(name: CompressionName): Compressor {
  const stream =
    name === 'zlib-stream'
      ? createDeflate({ flush: constants.Z_SYNC_FLUSH })
      : createZstdCompress({ flush: constants.ZSTD_e_flush });
  let parts: Buffer[] = [];
  let closed = false;
  stream.on('data', (part: Buffer) => parts.push(part));
  // Only a closed connection ends the stream; what is still under way then may fail.
  stream.on('error', () => {
    closed = true;
  });
  return {
    write(text, done) {
      stream.write(text, () => {
        const bytes = parts.length === 1 && parts[0] ? parts[0] : Buffer.concat(parts);
        parts = [];
        if (!closed) done(bytes);
      });
    },
    close() {
      closed = true;
      stream.destroy();
    },
  };
}
