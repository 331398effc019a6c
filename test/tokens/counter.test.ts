import fc from 'fast-check';
import { countTokens } from 'gpt-tokenizer/encoding/o200k_base';
import { beforeAll, describe, expect, it } from 'vitest';
import { createTokenCounter } from '../../src/tokens/counter.ts';
import { SEGMENT_LENGTH, segments } from '../../src/tokens/segments.ts';

const counter = createTokenCounter();
const direct = (text: string) => countTokens(text, { disallowedSpecial: new Set() });
beforeAll(() => counter.warm());

const PARAGRAPH =
  'The quick brown fox — its name is "Zoë" — couldn\'t jump over 1,234 lazy dogs.  Twice!\n\n' +
  '```ts\nfunction add(a: number, b: number): number {\n\treturn a + b; // ok\n}\n```\n' +
  'Größe, naïve, Привет мир, 你好 世界, こんにちは 🦊🦊 \r\n';

describe('createTokenCounter', () => {
  it.each([
    ['', 0],
    ['hello world', 2],
    ['Hello, world!', 4],
    ['<|endoftext|>', 7],
    [' ', 1],
    ['antidisestablishmentarianism', 6],
  ])('counts %j as %i', async (text, tokens) => {
    expect(await counter.count(text)).toBe(tokens);
  });

  it('counts ordinary texts of any length exactly like the vocabulary itself', async () => {
    for (const repeats of [1, 3, 10, 200]) {
      const text = PARAGRAPH.repeat(repeats);
      expect(await counter.count(text)).toBe(direct(text));
    }
  });

  it('counts any words exactly, whatever characters they hold', async () => {
    const word = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 30 }),
      fc.constantFrom("'s", '\n', '\t', ' ', '      '),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(word, { minLength: 80, maxLength: 200 }), async (words) => {
        // A word of letters at each third place, so that every segment has a place to be cut.
        const text = words.map((each, index) => (index % 3 ? each : 'word at')).join(' ');
        expect(await counter.count(text)).toBe(direct(text));
      }),
      { numRuns: 100, endOnFailure: true },
    );
  });

  it.each([
    ['letters', 'abcdefghij', 0.02],
    ['one letter', 'a', 0.02],
    ['digits', '0123456789', 0.02],
    ['Chinese', '人工智能正在改变世界', 0.02],
    ['emoji', '🦄', 0.02],
  ])('stays within 2 %% on long runs of %s', async (_name, piece, tolerance) => {
    const text = piece.repeat(4_000 / piece.length);
    const exact = direct(text);
    expect(Math.abs((await counter.count(text)) - exact) / exact).toBeLessThan(tolerance);
  });

  it('lets other work run while it counts a text of 1 MB', async () => {
    let turns = 0;
    let counting = true;
    const spin = () => {
      turns++;
      if (counting) setImmediate(spin);
    };
    setImmediate(spin);
    await counter.count('lorem ipsum '.repeat(1_000_000 / 12));
    counting = false;
    expect(turns).toBeGreaterThan(100);
  });

  it('answers many callers at once', async () => {
    const fresh = createTokenCounter();
    expect(await Promise.all([fresh.count('hello'), fresh.count('hello world'), fresh.warm()])).toEqual([
      1,
      2,
      undefined,
    ]);
  });
});

describe('segments', () => {
  it.each([
    ['spaces', ' '.repeat(100_000)],
    ['letters', 'x'.repeat(100_000)],
    ['punctuation', '!'.repeat(100_000)],
    ['newlines', '\n'.repeat(100_000)],
    ['emoji', `a${'🦄'.repeat(50_000)}`],
    ['zero bytes', '\0'.repeat(100_000)],
    ['half characters', '\ud83d'.repeat(100_000)],
  ])('bounds the work on 100 KB of %s', (_name, text) => {
    const parts = [...segments(text)];
    expect(parts.join('')).toBe(text);
    expect(parts.length).toBeLessThan(text.length / (SEGMENT_LENGTH - 2) + 1);
    expect(Math.max(...parts.map((part) => part.length))).toBeLessThanOrEqual(SEGMENT_LENGTH);
  });

  it('loses nothing, exceeds nothing and breaks no character, whatever the text', () => {
    const long = fc.string({ unit: 'binary', maxLength: 3_000, size: 'max' });
    fc.assert(
      fc.property(long, (text) => {
        const parts = [...segments(text)];
        expect(parts.join('')).toBe(text);
        for (const part of parts) {
          expect(part.length).toBeLessThanOrEqual(SEGMENT_LENGTH);
          expect(part.isWellFormed()).toBe(true);
        }
      }),
      { numRuns: 100, endOnFailure: true },
    );
  });
});
