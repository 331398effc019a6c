/** Masks of all dialects, as the region of Midjourney's page. */
import sharp, { type Sharp } from 'sharp';
import { GatewayError } from '../core/errors.ts';
import type { Task } from '../core/task.ts';

/** Measures of a picture in pixels. */
export interface Measures {
  readonly width: number;
  readonly height: number;
}

/** What marks the pixels that shall change, and the name of the request's field. */
export interface MaskForm {
  readonly marks: 'transparent' | 'white';
  readonly param: string;
}

/** The eight bytes that every PNG begins with (PNG specification, section 5.2). */
const PNG_SIGNATURE = '89504e470d0a1a0a';

/** Brushes leave soft edges: pixels beyond the half shall change. */
const HALF = 128;

/** How far the shape of a mask may be from that of its picture; measures are rounded to whole pixels. */
const SHAPE_TOLERANCE = 0.02;

/** Larger ones are no pictures of these bots: 100 million pixels are four times their largest. */
export const PIXEL_LIMIT = { limitInputPixels: 100_000_000 } as const;

/** The measures of what a task has drawn; undefined while they are not known. */
export function measuresOf({ media }: Pick<Task, 'media'>): Measures | undefined {
  const { width, height } = media[0] ?? {};
  return width !== undefined && height !== undefined ? { width, height } : undefined;
}

/**
 * Turns a mask into the region of Midjourney's page: a PNG of the picture's size, white = change, black = keep. Base64. One
 * that is that already stays as it came.
 * @throws GatewayError media_invalid: no PNG, broken, of another shape than the picture, or it marks nothing
 */
export async function regionOf(
  mask: Uint8Array,
  picture: Measures | undefined,
  form: MaskForm,
): Promise<string> {
  if (Buffer.from(mask.subarray(0, 8)).toString('hex') !== PNG_SIGNATURE) throw invalid('is no PNG', form);
  const { region, measures } = await readRegion(mask, form);
  if (picture && !hasShapeOf(measures, picture)) {
    throw invalid(`is ${inPixels(measures)}, the picture is ${inPixels(picture)}`, form);
  }
  if (!region.includes(255)) throw invalid(`has no ${form.marks} pixels: it marks nothing`, form);
  const { width, height } = picture ?? measures;
  const isFit = width === measures.width && height === measures.height;
  if (form.marks === 'white' && isFit) return Buffer.from(mask).toString('base64');
  const png = await sharp(region, { raw: { ...measures, channels: 1 } })
    .resize(width, height, { fit: 'fill', kernel: 'nearest' })
    // In colour, as the page's own canvas writes it.
    .toColourspace('srgb')
    .png()
    .toBuffer();
  return png.toString('base64');
}

/** One byte for each pixel: 255 shall change, 0 shall stay. */
async function readRegion(mask: Uint8Array, form: MaskForm): Promise<{ region: Buffer; measures: Measures }> {
  try {
    const { data, info } = await channelOf(sharp(mask, PIXEL_LIMIT), form)
      .raw({ depth: 'uchar' })
      .toBuffer({ resolveWithObject: true });
    const isMarked = (value: number) => (form.marks === 'white' ? value >= HALF : value < HALF);
    const region = data.map((value) => (isMarked(value) ? 255 : 0));
    return { region: Buffer.from(region), measures: { width: info.width, height: info.height } };
  } catch {
    throw invalid('cannot be read as a picture', form);
  }
}

/** What is see-through in a mask of white strokes stays. */
function channelOf(mask: Sharp, { marks }: MaskForm): Sharp {
  if (marks === 'transparent') return mask.ensureAlpha().extractChannel('alpha');
  return mask.flatten({ background: '#000000' }).toColourspace('srgb').extractChannel('green');
}

function hasShapeOf(mask: Measures, picture: Measures): boolean {
  const ratio = mask.width / mask.height / (picture.width / picture.height);
  return Math.abs(ratio - 1) <= SHAPE_TOLERANCE;
}

function inPixels({ width, height }: Measures): string {
  return `${width}x${height}`;
}

function invalid(problem: string, { marks, param }: MaskForm): GatewayError {
  return new GatewayError('media_invalid', `The mask ${problem}.`, {
    param,
    hint: `Send a PNG of the size of the picture, ${marks} where it shall change.`,
  });
}
