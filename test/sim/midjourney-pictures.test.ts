/** The pictures of the simulated Midjourney bot, read by a decoder that is not ours. */
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { colourOf, drawPicture, quadrantText } from '../../src/sim/bots/midjourney/pictures.ts';

const formats = ['png', 'webp', 'jpeg', 'animated-webp'] as const;

async function pixel(bytes: Uint8Array, left: number, top: number): Promise<number[]> {
  const area = { left, top, width: 1, height: 1 };
  return [...(await sharp(bytes).removeAlpha().extract(area).raw().toBuffer())];
}

function expectNear(seen: readonly number[], wanted: readonly number[], format: string): void {
  const reach = format === 'jpeg' ? 3 : 0;
  for (const [channel, value] of wanted.entries()) {
    expect(Math.abs((seen[channel] ?? -1) - value), `channel ${channel} of ${format}`).toBeLessThanOrEqual(
      reach,
    );
  }
}

describe.each(formats)('a picture as %s', (format) => {
  it('is a real file of the size that was asked for', async () => {
    const bytes = drawPicture({ seedText: 'a cat', format, width: 64, height: 32 });
    const facts = await sharp(bytes).metadata();
    expect(facts).toMatchObject({
      format: format === 'animated-webp' ? 'webp' : format,
      width: 64,
      height: 32,
    });
  });

  it('has the colour of its text, and the band of its mark below', async () => {
    for (const seedText of ['a cat', 'a dog', 'Ein Hund 🐕', '']) {
      const bytes = drawPicture({ seedText, format, mark: '123' });
      expectNear(await pixel(bytes, 5, 5), colourOf(seedText), format);
      expectNear(await pixel(bytes, 5, 60), colourOf('123'), format);
    }
  });

  it('shows four pictures in a grid, each like the single one', async () => {
    const grid = drawPicture({ seedText: 'a cat', format, isGrid: true, mark: 'm' });
    const corners = [
      [4, 4],
      [36, 4],
      [4, 36],
      [36, 36],
    ] as const;
    for (const [position, [left, top]] of corners.entries()) {
      const seedText = quadrantText('a cat', position + 1);
      const single = drawPicture({ seedText, format });
      expectNear(await pixel(grid, left, top), await pixel(single, 4, 4), format);
      expectNear(await pixel(grid, left, top + 25), colourOf('m'), format);
    }
  });
});

it('differs for different texts and is the same for the same one', () => {
  const draw = (seedText: string) => drawPicture({ seedText, format: 'webp', isGrid: true });
  expect(Buffer.from(draw('one')).equals(draw('two'))).toBe(false);
  expect(Buffer.from(draw('one')).equals(draw('one'))).toBe(true);
});

it('moves when it is a film', async () => {
  const bytes = drawPicture({ seedText: 'a cat', format: 'animated-webp', isGrid: true, mark: 'm' });
  expect((await sharp(bytes, { animated: true }).metadata()).pages).toBe(2);
});
