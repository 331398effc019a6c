/** JPEG (ITU-T T.81, baseline) of pictures that are of one colour in each block of 8 by 8: only DC coefficients. */
import type { Raster } from './raster.ts';

const BLOCK = 8;
/** DC code: the twelve categories all have four bits. AC code: one symbol, "nothing follows". */
const CATEGORIES = 12;
const QUANTISER = 8;

/** The picture as JPEG; the first pixel of each block stands for all of it. */
export function encodeJpeg(raster: Raster): Uint8Array {
  const { width, height } = raster;
  const tables = [0, 1].flatMap((number) => [
    segment(0xdb, [number, ...Array.from({ length: 64 }, () => QUANTISER)]),
  ]);
  const frame = [8, height >> 8, height & 255, width >> 8, width & 255, 3];
  const components = [1, 2, 3].flatMap((id) => [id, 0x11, id === 1 ? 0 : 1]);
  const dc = [0x00, 0, 0, 0, CATEGORIES, ...zeros(12), ...Array.from({ length: CATEGORIES }, (_, at) => at)];
  const ac = [0x10, 1, ...zeros(15), 0x00];
  const scan = [3, 1, 0, 2, 0, 3, 0, 0, 63, 0];
  const parts = [
    Buffer.from([0xff, 0xd8]),
    segment(0xe0, [...Buffer.from('JFIF\0'), 1, 1, 0, 0, 1, 0, 1, 0, 0]),
    ...tables,
    segment(0xc0, [...frame, ...components]),
    segment(0xc4, dc),
    segment(0xc4, ac),
    segment(0xda, scan),
    entropyCoded(raster),
    Buffer.from([0xff, 0xd9]),
  ];
  return new Uint8Array(Buffer.concat(parts));
}

function entropyCoded(raster: Raster): Buffer {
  const bits: number[] = [];
  const last = [0, 0, 0];
  for (let y = 0; y < raster.height; y += BLOCK) {
    for (let x = 0; x < raster.width; x += BLOCK) {
      const colour = luminance(raster.pixels[y * raster.width + x] ?? 0);
      for (const [channel, value] of colour.entries()) {
        writeDifference(bits, value - (last[channel] ?? 0));
        last[channel] = value;
      }
    }
  }
  while (bits.length % 8 !== 0) bits.push(1);
  return stuffed(bits);
}

/** With a quantiser of 8, the DC coefficient of a block of one value is that value, less 128. */
function luminance(pixel: number): readonly [number, number, number] {
  const [red, green, blue] = [pixel >> 16, (pixel >> 8) & 255, pixel & 255];
  const y = 0.299 * red + 0.587 * green + 0.114 * blue;
  return [Math.round(y - 128), Math.round((blue - y) / 1.772), Math.round((red - y) / 1.402)];
}

function writeDifference(bits: number[], difference: number): void {
  const category = difference === 0 ? 0 : 32 - Math.clz32(Math.abs(difference));
  pushBits(bits, category, 4);
  pushBits(bits, difference < 0 ? difference + (1 << category) - 1 : difference, category);
  bits.push(0);
}

function pushBits(bits: number[], value: number, width: number): void {
  for (let bit = width - 1; bit >= 0; bit -= 1) bits.push((value >> bit) & 1);
}

/** A byte of ones inside the data is followed by a zero byte. */
function stuffed(bits: readonly number[]): Buffer {
  const bytes: number[] = [];
  for (let at = 0; at < bits.length; at += 8) {
    const byte = bits.slice(at, at + 8).reduce((sum, bit) => sum * 2 + bit, 0);
    bytes.push(byte, ...(byte === 0xff ? [0] : []));
  }
  return Buffer.from(bytes);
}

function segment(marker: number, data: readonly number[]): Buffer {
  const size = data.length + 2;
  return Buffer.from([0xff, marker, size >> 8, size & 255, ...data]);
}

function zeros(count: number): number[] {
  return Array.from({ length: count }, () => 0);
}
