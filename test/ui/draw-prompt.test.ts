/** How the controls of the studio become words that the bots read. */
import { describe, expect, it } from 'vitest';
import { DRAW_DEFAULTS, drawPrompt, FILM_DEFAULTS, filmPrompt } from '../../web/pages/draw/prompt.ts';

describe('the prompt of a drawing', () => {
  it('is what was written when no control was touched', () => {
    expect(drawPrompt('  a small cat ', DRAW_DEFAULTS)).toBe('a small cat');
  });

  it('ends with every parameter that was chosen', () => {
    const chosen = {
      ratio: '3:2',
      version: '7',
      stylize: 250,
      chaos: 10,
      weird: 500,
      isTile: true,
      isRaw: true,
      no: 'text, frame',
      seed: '42',
      quality: '2',
    };
    expect(drawPrompt('a small cat', chosen)).toBe(
      'a small cat --ar 3:2 --v 7 --s 250 --c 10 --w 500 --tile --raw --no text, frame --seed 42 --q 2',
    );
  });

  it('names niji by its own parameter', () => {
    expect(drawPrompt('a cat', { ...DRAW_DEFAULTS, version: 'niji 6' })).toBe('a cat --niji 6');
  });

  it.each([
    ['a cat --ar 1:1', { ratio: '3:2' }],
    ['a cat --aspect 1:1', { ratio: '3:2' }],
    ['a cat —ar 1:1', { ratio: '3:2' }],
    ['a cat --niji 5', { version: '7' }],
    ['a cat --v 6', { version: 'niji 6' }],
    ['a cat --style raw', { isRaw: true }],
    ['a cat --STYLIZE 5', { stylize: 900 }],
    ['--tile', { isTile: true }],
  ])('lets what was typed win over its control: %s', (words, chosen) => {
    expect(drawPrompt(words, { ...DRAW_DEFAULTS, ...chosen })).toBe(words);
  });

  it('takes no word of the prompt for a parameter', () => {
    expect(drawPrompt('a c-ar and --arch', { ...DRAW_DEFAULTS, ratio: '3:2' })).toBe(
      'a c-ar and --arch --ar 3:2',
    );
  });
});

describe('the prompt of a video', () => {
  it('ends with the parameters of Pika, which have one dash', () => {
    const chosen = {
      ratio: '16:9',
      camera: 'zoom in',
      motion: 3,
      fps: 12,
      guidance: 20,
      no: 'blur',
      seed: '7',
    };
    expect(filmPrompt('a fox', chosen)).toBe(
      'a fox -ar 16:9 -camera zoom in -motion 3 -fps 12 -gs 20 -neg blur -seed 7',
    );
    expect(filmPrompt('a fox', FILM_DEFAULTS)).toBe('a fox');
    expect(filmPrompt('a fox -motion 0', { ...FILM_DEFAULTS, motion: 4 })).toBe('a fox -motion 0');
  });
});
