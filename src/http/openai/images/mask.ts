/** From OpenAI's mask to Midjourney's region. */
import sharp from 'sharp';
import { GatewayError } from '../../../core/errors.ts';
import { PIXEL_LIMIT } from './encoding.ts';

/** Measures of a picture in pixels. */
interface Measures {
  readonly width: number;
  readonly height: number;
}

/** The eight bytes that every PNG begins with (PNG specification, section 5.2). */
const PNG_SIGNATURE = '89504e470d0a1a0a';

/** Pixels that are less opaque than this shall change: brushes leave soft edges. */
const HALF_OPAQUE = 128;

/** How far the shape of a mask may be from that of its picture; measures are rounded to whole pixels. */
const SHAPE_TOLERANCE = 0.02;

/**
 * Turns an OpenAI mask (a PNG, transparent where the picture shall change; openai-openapi: CreateImageEditRequest,
 * `mask`) into the region of Midjourney's page: a PNG of the picture's size, white = change, black = keep. Base64.
 * @throws GatewayError media_invalid, param `mask`: no PNG, broken, of another shape, nothing or no transparency in it
 */
export async function regionOf(mask: Uint8Array, picture: Measures | undefined): Promise<string> {
  if (Buffer.from(mask.subarray(0, 8)).toString('hex') !== PNG_SIGNATURE) throw invalid('is no PNG');
  const { alpha, measures } = await readAlpha(mask);
  if (picture && !hasShapeOf(measures, picture)) {
    throw invalid(`is ${inPixels(measures)}, the picture is ${inPixels(picture)}`);
  }
  const region = alpha.map((opacity) => (opacity < HALF_OPAQUE ? 255 : 0));
  if (!region.includes(255)) throw invalid('has no transparent pixels: it marks nothing');
  const { width, height } = picture ?? measures;
  const png = await sharp(region, { raw: { ...measures, channels: 1 } })
    .resize(width, height, { fit: 'fill', kernel: 'nearest' })
    // In colour, as the page's own canvas writes it.
    .toColourspace('srgb')
    .png()
    .toBuffer();
  return png.toString('base64');
}

async function readAlpha(mask: Uint8Array): Promise<{ alpha: Buffer; measures: Measures }> {
  try {
    const { data, info } = await sharp(mask, PIXEL_LIMIT)
      .ensureAlpha()
      .extractChannel('alpha')
      .raw({ depth: 'uchar' })
      .toBuffer({ resolveWithObject: true });
    return { alpha: data, measures: { width: info.width, height: info.height } };
  } catch {
    throw invalid('cannot be read as a picture');
  }
}

function hasShapeOf(mask: Measures, picture: Measures): boolean {
  const ratio = mask.width / mask.height / (picture.width / picture.height);
  return Math.abs(ratio - 1) <= SHAPE_TOLERANCE;
}

function inPixels({ width, height }: Measures): string {
  return `${width}x${height}`;
}

function invalid(problem: string): GatewayError {
  return new GatewayError('media_invalid', `The mask ${problem}.`, {
    param: 'mask',
    hint: 'Send a PNG of the size of the picture, transparent where it shall change.',
  });
}
