/** Pictures as bytes: cutting a grid, and giving a picture in the format that was asked for. */
import sharp, { type Sharp } from 'sharp';
import { GatewayError } from '../../../core/errors.ts';
import type { MediaFile } from '../../../core/media.ts';
import { PIXEL_LIMIT } from '../../mask.ts';

/** How a picture is given (openai-openapi: CreateImageRequest, `output_format` and `output_compression`). */
export interface Encoding {
  readonly format: 'png' | 'jpeg' | 'webp';
  /** 0 to 100, for jpeg and webp. */
  readonly quality: number;
}

/** Finished bytes with their measures in pixels. */
export interface Encoded {
  readonly bytes: Buffer;
  readonly format: Encoding['format'];
  readonly width: number;
  readonly height: number;
}

/** A grid has two rows of two. */
const COLUMNS = 2;

/**
 * One picture of a grid, 1 to 4, row by row.
 * @throws GatewayError bot_failed when the file cannot be read
 */
export function cut(grid: MediaFile, index: number, encoding: Encoding): Promise<Encoded> {
  return readable(async () => {
    const { width, height } = await sharp(grid.bytes, PIXEL_LIMIT).metadata();
    const [columnWidth, rowHeight] = [Math.floor(width / COLUMNS), Math.floor(height / COLUMNS)];
    const area = {
      left: ((index - 1) % COLUMNS) * columnWidth,
      top: Math.floor((index - 1) / COLUMNS) * rowHeight,
      width: columnWidth,
      height: rowHeight,
    };
    return encoded(sharp(grid.bytes, PIXEL_LIMIT).extract(area), encoding);
  });
}

/** The picture in the format asked for; its own bytes when it has it already. @throws GatewayError bot_failed */
export function encode(file: MediaFile, encoding: Encoding): Promise<Encoded> {
  return readable(async () => {
    const picture = sharp(file.bytes, PIXEL_LIMIT);
    const { format, width, height } = await picture.metadata();
    if (format !== encoding.format || encoding.quality < 100) return encoded(picture, encoding);
    return { bytes: Buffer.from(file.bytes), format, width, height };
  });
}

async function encoded(picture: Sharp, { format, quality }: Encoding): Promise<Encoded> {
  const options = format === 'png' ? {} : { quality: Math.max(1, quality) };
  const { data, info } = await picture.toFormat(format, options).toBuffer({ resolveWithObject: true });
  return { bytes: data, format, width: info.width, height: info.height };
}

async function readable(work: () => Promise<Encoded>): Promise<Encoded> {
  try {
    return await work();
  } catch (cause) {
    throw new GatewayError('bot_failed', "The bot's picture could not be read.", { cause });
  }
}
