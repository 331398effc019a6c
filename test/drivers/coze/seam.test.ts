import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { joinTexts } from '../../../src/drivers/coze/seam.ts';

/** Cuts a text as a bot does and trims each message as Discord does. */
type Splitter = (text: string) => string[];

const trimmed = (pieces: readonly string[]) => pieces.map((piece) => piece.trim()).filter(Boolean);

const byUnits =
  (limit: number): Splitter =>
  (text) => {
    const pieces: string[] = [];
    for (let start = 0; start < text.length; ) {
      let end = Math.min(start + limit, text.length);
      if (/[\uD800-\uDBFF]/.test(text.charAt(end - 1)) && end < text.length) end -= 1;
      pieces.push(text.slice(start, end));
      start = end;
    }
    return trimmed(pieces);
  };

const byCharacters =
  (limit: number): Splitter =>
  (text) => {
    const all = [...text];
    const count = Math.ceil(all.length / limit);
    const pieces = Array.from({ length: count }, (_, number) =>
      all.slice(number * limit, (number + 1) * limit),
    );
    return trimmed(pieces.map((piece) => piece.join('')));
  };

/** Cuts at the last separator that fits. */
const bySeparator =
  (separator: string, limit = 2_000): Splitter =>
  (text) => {
    const pieces: string[] = [];
    let rest = text;
    while (rest.length > limit) {
      const cut = rest.lastIndexOf(separator, limit);
      pieces.push(rest.slice(0, cut));
      rest = rest.slice(cut + separator.length);
    }
    return trimmed([...pieces, rest]);
  };

/** Cuts at line ends, and closes a block of code at a cut to open it again behind it. */
const byFence: Splitter = (text) => {
  const pieces: string[] = [];
  let piece = '';
  let language: string | undefined;
  for (const line of text.split('\n')) {
    if (`${piece}\n${line}\n\`\`\``.length > 2_000) {
      pieces.push(language === undefined ? piece : `${piece}\n\`\`\``);
      piece = language === undefined ? line : `\`\`\`${language}\n${line}`;
    } else piece = piece === '' ? line : `${piece}\n${line}`;
    if (line.startsWith('```')) language = language === undefined ? line.slice(3) : undefined;
  }
  return trimmed([...pieces, piece]);
};

const noSpace = (length: number, alphabet = 'abcdefghij') =>
  alphabet.repeat(Math.ceil(length / 10)).slice(0, length);
const emoji = (count: number) => '🐈🙂👍𝔘𠮷'.repeat(count);

const prose = (sentences: number) =>
  Array.from(
    { length: sentences },
    (_, number) => `The ${number}th cat sat quietly upon a rather long mat, and purred.`,
  );
const code = (lines: number) =>
  [
    'Look at this:',
    '',
    '```ts',
    ...Array.from({ length: lines }, (_, n) => `const value${n} = compute(${n});`),
    '```',
    '',
    'That is all.',
  ].join('\n');

const CASES: [string, Splitter, string][] = [
  ['2,000 units, no white space', byUnits(2_000), noSpace(20_000)],
  ['1,900 units, no white space', byUnits(1_900), noSpace(20_000)],
  ['1,990 units, no white space', byUnits(1_990), noSpace(6_001)],
  ['2,000 units, pairs at even places', byUnits(2_000), emoji(2_000)],
  ['2,000 units, pairs at odd places', byUnits(2_000), `x${emoji(2_000)}`],
  ['2,000 units, a pair at the first cut only', byUnits(2_000), `${noSpace(1_999)}🐈${noSpace(5_000)}`],
  ['2,000 characters, pairs', byCharacters(2_000), emoji(1_000)],
  ['2,000 characters, Chinese', byCharacters(2_000), '漢字假名交じり文。，'.repeat(800)],
  ['a space, one paragraph', bySeparator(' '), prose(200).join(' ')],
  ['a space under 1,900', bySeparator(' ', 1_900), prose(200).join(' ')],
  ['a line end, a sentence a line', bySeparator('\n'), prose(200).join('\n')],
  [
    'a line end, a list',
    bySeparator('\n'),
    prose(200)
      .map((line) => `- ${line}`)
      .join('\n'),
  ],
  ['a line end, code left open', bySeparator('\n'), code(200)],
  ['a line end, code closed and opened again', byFence, code(400)],
  ['a line end, two blocks with words between', byFence, `${code(60)}\n${code(90)}\n${code(70)}`],
];

describe('an answer that was cut at', () => {
  it.each(CASES)('%s comes back letter for letter', (_, split, text) => {
    const pieces = split(text);
    expect(pieces.length).toBeGreaterThan(1);
    expect(joinTexts(pieces, true)).toBe(text);
  });

  it.each(['purred.', 'mat,', 'cat'])(
    '2,000 units gets back the space that Discord trimmed behind "%s"',
    (word) => {
      const sentences = prose(60).join(' ');
      const cut = sentences.indexOf(word, 1_800) + word.length;
      const text = `${'x'.repeat(1_999 - cut)} ${sentences}`;
      const pieces = byUnits(2_000)(text);
      expect(pieces[0]?.endsWith(word)).toBe(true);
      expect(pieces[0]).toHaveLength(2_000);
      expect(joinTexts(pieces.slice(0, 2), true)).toBe(text.slice(0, 4_000).trim());
    },
  );

  it('any place loses and repeats nothing but white space', () => {
    const word = fc.constantFrom(
      'cat',
      '漢字',
      '🐈‍⬛',
      'naïve',
      '```',
      '`x`',
      '- ',
      '\n',
      '\n\n',
      'A.',
      'b,',
      '1.',
    );
    const splitters = [byUnits(2_000), byCharacters(1_990), bySeparator(' '), byUnits(500)];
    fc.assert(
      fc.property(
        fc.array(word, { minLength: 900, maxLength: 1_500 }),
        fc.constantFrom(...splitters),
        (words, split) => {
          const text = words.join(' ');
          expect(joinTexts(split(text), true).replace(/\s/g, '')).toBe(text.replace(/\s/g, ''));
        },
      ),
      { numRuns: 50 },
    );
  });
});

describe('an answer that still grows', () => {
  it.each(CASES)('is never taken back, cut at %s', (_, split, text) => {
    const pieces = split(text);
    let shown = '';
    for (const [index, piece] of pieces.entries()) {
      for (const length of [1, 2, 3, 4, 6, 7, 20, piece.length]) {
        const now = joinTexts([...pieces.slice(0, index), piece.slice(0, length).trim()], false);
        expect(now.startsWith(shown)).toBe(true);
        shown = now;
      }
    }
    expect(joinTexts(pieces, true).startsWith(shown)).toBe(true);
  });

  it('shows the end of a block of code at once while the message is short', () => {
    expect(joinTexts(['```ts\nx\n```'], false)).toBe('```ts\nx\n```');
  });

  it('keeps two blocks of different languages apart', () => {
    const pieces = [`\`\`\`ts\n${noSpace(1_900)}\n\`\`\``, '```py\ny\n```'];
    expect(joinTexts(pieces, true)).toBe(pieces.join('\n'));
  });
});
