/**
 * Small real pictures that tell whose they are. A picture of one job is filled with `colourOf(seedText)`; a grid has
 * four of them, of `seedText#1` to `seedText#4`, so that the crop of quadrant n looks like the picture that U n gives.
 * The lowest quarter of each is a band in `colourOf(mark)`, which tells tasks of equal prompts apart.
 */
import { createHash } from 'node:crypto';
import { encodeJpeg } from './jpeg.ts';
import { encodePng } from './png.ts';
import { type Box, blank, type Colour, fill, type Raster } from './raster.ts';
import { encodeAnimatedWebp, encodeWebp } from './webp.ts';

/** What to draw. */
export interface PictureOrder {
  readonly seedText: string;
  readonly format: 'png' | 'webp' | 'jpeg' | 'animated-webp';
  /** Pixels; multiples of 32 keep every edge exact in JPEG. Default 64. */
  readonly width?: number;
  readonly height?: number;
  /** Four pictures in one. */
  readonly isGrid?: boolean;
  /** Whose band runs below; none when left out. */
  readonly mark?: string | undefined;
}

const SIDE = 64;
const KEPT = 2000;
const kept = new Map<string, Uint8Array>();

/** The colour of a text: the first three bytes of its SHA-256. */
export function colourOf(seedText: string): Colour {
  const [red = 0, green = 0, blue = 0] = createHash('sha256').update(seedText).digest();
  return [red, green, blue];
}

/** The text that quadrant `index` (1 to 4) of a grid is drawn from, and the picture that U gives. */
export function quadrantText(seedText: string, index: number): string {
  return `${seedText}#${index}`;
}

/** The text that the pictures of a job are drawn from which a button, or a form with new words, made of another. */
export function derivedText(base: string, kind: string, index: number): string {
  return `${base} > ${kind} ${index}`;
}

/** A real picture; equal orders give the same bytes. */
export function drawPicture(order: PictureOrder): Uint8Array {
  const key = JSON.stringify([
    order.seedText,
    order.format,
    order.width,
    order.height,
    order.isGrid,
    order.mark,
  ]);
  const known = kept.get(key);
  if (known) return known;
  const bytes = encode(order);
  if (kept.size >= KEPT) kept.clear();
  kept.set(key, bytes);
  return bytes;
}

function encode(order: PictureOrder): Uint8Array {
  const raster = paint(order, 0);
  switch (order.format) {
    case 'png':
      return encodePng(raster);
    case 'webp':
      return encodeWebp(raster);
    case 'jpeg':
      return encodeJpeg(raster);
    case 'animated-webp':
      return encodeAnimatedWebp([raster, paint(order, 1)]);
  }
}

function paint(order: PictureOrder, frame: number): Raster {
  const raster = blank(order.width ?? SIDE, order.height ?? SIDE);
  for (const [position, box] of boxes(raster, order.isGrid ?? false).entries()) {
    const text = order.isGrid ? quadrantText(order.seedText, position + 1) : order.seedText;
    fill(raster, box, colourOf(text));
    if (order.mark === undefined) continue;
    const height = Math.floor(box.height / 4);
    // Later frames of a film differ in the length of the band, else players show a still.
    const width = frame === 0 ? box.width : Math.floor(box.width / 2);
    fill(raster, { ...box, top: box.top + box.height - height, width, height }, colourOf(order.mark));
  }
  return raster;
}

function boxes({ width, height }: Raster, isGrid: boolean): Box[] {
  if (!isGrid) return [{ left: 0, top: 0, width, height }];
  const [halfWidth, halfHeight] = [Math.floor(width / 2), Math.floor(height / 2)];
  return [0, 1, 2, 3].map((number) => ({
    left: (number % 2) * halfWidth,
    top: number < 2 ? 0 : halfHeight,
    width: halfWidth,
    height: halfHeight,
  }));
}
