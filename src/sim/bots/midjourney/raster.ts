/** A small picture in memory. */
export interface Raster {
  readonly width: number;
  readonly height: number;
  /** `0xRRGGBB`, row after row. */
  readonly pixels: Uint32Array;
}

/** Three bytes: red, green, blue. */
export type Colour = readonly [red: number, green: number, blue: number];

/** A colour as one number. */
function packed([red, green, blue]: Colour): number {
  return (red << 16) | (green << 8) | blue;
}

/** A picture of one colour. */
export function blank(width: number, height: number): Raster {
  return { width, height, pixels: new Uint32Array(width * height) };
}

/** Where something is painted, in pixels. */
export interface Box {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** Fills a box with a colour. */
export function fill(raster: Raster, box: Box, colour: Colour): void {
  const value = packed(colour);
  for (let y = box.top; y < box.top + box.height; y += 1) {
    const start = y * raster.width + box.left;
    raster.pixels.fill(value, start, start + box.width);
  }
}
