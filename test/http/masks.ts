/** Masks as Midjourney's page makes them: white where the picture shall change. */
import sharp from 'sharp';

/** A square of one colour as base64. */
export async function plainMask(side: number, background: string, height = side): Promise<string> {
  const png = await sharp({ create: { width: side, height, channels: 3, background } })
    .png()
    .toBuffer();
  return png.toString('base64');
}

/** A mask that marks everything. */
export const whiteMask = (side: number): Promise<string> => plainMask(side, '#ffffff');
