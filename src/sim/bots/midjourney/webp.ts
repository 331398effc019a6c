/** WebP files (RFC 9649): always the extended form, whose header tells the size. */
import type { Raster } from './raster.ts';
import { encodeLossless } from './webp-lossless.ts';

const ANIMATED = 0x02;
const FRAME_MS = 100;

/** The picture as lossless WebP. */
export function encodeWebp(raster: Raster): Uint8Array {
  return file(header(raster, 0), [chunk('VP8L', encodeLossless(raster))]);
}

/** The pictures, all of one size, as an animation that never ends. */
export function encodeAnimatedWebp(frames: readonly Raster[]): Uint8Array {
  const first = frames[0];
  if (!first) throw new RangeError('an animation needs a picture');
  return file(header(first, ANIMATED), [chunk('ANIM', Buffer.alloc(6)), ...frames.map(frame)]);
}

function frame(raster: Raster): Buffer {
  const head = Buffer.alloc(16);
  writeSize(head, raster, 6);
  head.writeUIntLE(FRAME_MS, 12, 3);
  return chunk('ANMF', Buffer.concat([head, chunk('VP8L', encodeLossless(raster))]));
}

function header(raster: Raster, flags: number): Buffer {
  const head = Buffer.alloc(10);
  head.writeUInt8(flags, 0);
  writeSize(head, raster, 4);
  return chunk('VP8X', head);
}

function writeSize(target: Buffer, { width, height }: Raster, at: number): void {
  target.writeUIntLE(width - 1, at, 3);
  target.writeUIntLE(height - 1, at + 3, 3);
}

function file(head: Buffer, chunks: readonly Buffer[]): Uint8Array {
  const body = Buffer.concat([Buffer.from('WEBP'), head, ...chunks]);
  const size = Buffer.alloc(4);
  size.writeUInt32LE(body.length);
  return new Uint8Array(Buffer.concat([Buffer.from('RIFF'), size, body]));
}

function chunk(type: string, data: Buffer): Buffer {
  const size = Buffer.alloc(4);
  size.writeUInt32LE(data.length);
  return Buffer.concat([Buffer.from(type), size, data, Buffer.alloc(data.length % 2)]);
}
