/** The image data of a lossless WebP (RFC 9649, section 3): fixed prefix codes, copies from the left and from above. */
import { BitWriter } from './bits.ts';
import type { Raster } from './raster.ts';

const LONGEST_COPY = 4096;
const SHORTEST_COPY = 3;
/** Prefix codes of the green alphabet (literals and lengths): 232 symbols of 8 bits, 48 of 9 fill the code space. */
const SHORT_GREENS = 232;
const GREENS = 280;
/** In the order in which lengths of the code length code are written, 8 is the twelfth and 9 the thirteenth. */
const LENGTH_CODE_ORDER = [17, 18, 0, 1, 2, 3, 4, 5, 16, 6, 7, 8, 9];
/** Symbols of the distance code: the pixel above, the pixel to the left. */
const ABOVE = 0;
const LEFT = 1;

/** Gives the payload of a `VP8L` chunk. */
export function encodeLossless(raster: Raster): Buffer {
  const bits = new BitWriter();
  bits.write(0x2f, 8);
  bits.write(raster.width - 1, 14);
  bits.write(raster.height - 1, 14);
  bits.write(0, 4); // no alpha, version 0
  bits.write(0, 3); // no transform, no colour cache, one group of codes
  writeCodeLengths(bits, [8, 9], GREENS, (symbol) => symbol >= SHORT_GREENS);
  writeCodeLengths(bits, [0, 8], 256, () => true); // red
  writeCodeLengths(bits, [0, 8], 256, () => true); // blue
  bits.write(0b101, 3); // alpha: one symbol of eight bits
  bits.write(255, 8);
  bits.write(0b0011, 4); // distance: the symbols 0 and 1
  bits.write(1, 8);
  writePixels(bits, raster);
  return bits.finish();
}

/** A code of two lengths; `isLonger` says which symbols have the longer one. */
function writeCodeLengths(
  bits: BitWriter,
  lengths: readonly number[],
  symbols: number,
  isLonger: (symbol: number) => boolean,
): void {
  bits.write(0, 1);
  bits.write(LENGTH_CODE_ORDER.length - 4, 4);
  for (const length of LENGTH_CODE_ORDER) bits.write(lengths.includes(length) ? 1 : 0, 3);
  bits.write(0, 1); // the lengths of all symbols follow
  for (let symbol = 0; symbol < symbols; symbol += 1) bits.write(isLonger(symbol) ? 1 : 0, 1);
}

function writePixels(bits: BitWriter, { width, pixels }: Raster): void {
  for (let at = 0; at < pixels.length; ) {
    const left = at >= 1 ? copyLength(pixels, at, 1) : 0;
    const above = at >= width ? copyLength(pixels, at, width) : 0;
    const length = Math.max(left, above);
    if (length < SHORTEST_COPY) {
      writeLiteral(bits, pixels[at] ?? 0);
      at += 1;
    } else {
      writeLength(bits, length);
      bits.write(above >= left ? ABOVE : LEFT, 1);
      at += length;
    }
  }
}

function copyLength(pixels: Uint32Array, at: number, distance: number): number {
  let length = 0;
  while (
    length < LONGEST_COPY &&
    at + length < pixels.length &&
    pixels[at + length] === pixels[at + length - distance]
  ) {
    length += 1;
  }
  return length;
}

function writeLiteral(bits: BitWriter, pixel: number): void {
  writeGreen(bits, (pixel >> 8) & 255);
  bits.writeCode(pixel >> 16, 8);
  bits.writeCode(pixel & 255, 8);
}

/** Lengths are prefix-coded: a symbol for the power of two and its upper half, the rest as plain bits. */
function writeLength(bits: BitWriter, length: number): void {
  const value = length - 1;
  if (value < 4) {
    writeGreen(bits, 256 + value);
    return;
  }
  const highest = 31 - Math.clz32(value);
  const extra = highest - 1;
  writeGreen(bits, 256 + 2 * highest + ((value >> extra) & 1));
  bits.write(value & ((1 << extra) - 1), extra);
}

function writeGreen(bits: BitWriter, symbol: number): void {
  if (symbol < SHORT_GREENS) bits.writeCode(symbol, 8);
  else bits.writeCode(SHORT_GREENS * 2 + symbol - SHORT_GREENS, 9);
}
