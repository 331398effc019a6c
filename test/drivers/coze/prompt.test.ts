import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { JobMessage } from '../../../src/core/driver.ts';
import type { MediaFile } from '../../../src/core/media.ts';
import { composePrompt, layOutPrompt } from '../../../src/drivers/coze/prompt.ts';
import { splitText } from '../../../src/drivers/coze/split.ts';

const BOT = '1200000000000000001';
const MENTION = `<@${BOT}> `;

const line = (role: JobMessage['role'], text: string, files: MediaFile[] = []): JobMessage => ({
  role,
  text,
  files,
});
const picture = (name = 'image.png'): MediaFile => ({
  name,
  contentType: 'image/png',
  bytes: new Uint8Array([1]),
});

describe('a prompt for a Coze bot', () => {
  test('is the user’s text unchanged when it is the only line', () => {
    const text = '  **hi** @everyone\n\n<@123> `x`';
    expect(composePrompt([line('user', text)]).text).toBe(text);
  });

  test('is a transcript with a heading for each line when there are several', () => {
    const prompt = composePrompt([
      line('system', 'Be brief.'),
      line('user', 'Hello'),
      line('assistant', 'Hi!'),
      { role: 'tool', name: 'weather', text: '{"c":21}', files: [] },
      line('user', 'And now?', [picture()]),
    ]);
    expect(prompt.text).toBe(
      'Continue the conversation below. Write only the next message of the assistant.\n\n[system]\nBe brief.\n\n' +
        '[user]\nHello\n\n[assistant]\nHi!\n\n[tool weather]\n{"c":21}\n\n[user]\n(attached: 1-image.png)\nAnd now?',
    );
    expect(prompt.files.map(({ name }) => name)).toEqual(['1-image.png']);
  });

  test.each([1_900, 1_976])('of %i characters goes as one message that mentions the bot', (length) => {
    const parts = layOutPrompt({ text: 'x'.repeat(length), files: [] }, BOT, 'file');
    expect(parts).toEqual([{ content: MENTION + 'x'.repeat(length), files: [] }]);
  });

  test.each([1_977, 1_999, 2_000, 2_001, 20_000])('of %i characters goes whole as Prompt.txt', (length) => {
    const text = `${'语😀'.repeat(length / 3)}\n\`\`\`js\nend`.padStart(length, 'x');
    const [part, ...others] = layOutPrompt({ text, files: [picture()] }, BOT, 'file');
    expect(others).toEqual([]);
    expect(part?.content.startsWith(MENTION)).toBe(true);
    expect(part?.files.map(({ name }) => name)).toEqual(['Prompt.txt', 'image.png']);
    expect(Buffer.from(part!.files[0]!.bytes).toString('utf8')).toBe(text);
  });

  test('that is split mentions the bot, and carries its files, only in the last message', () => {
    const words = Array.from({ length: 900 }, (_, index) => `word${index}`).join(' ');
    const parts = layOutPrompt({ text: words, files: [picture()] }, BOT, 'split');
    expect(parts.length).toBeGreaterThan(2);
    expect(parts.filter(({ content }) => content.includes(MENTION))).toEqual([parts.at(-1)]);
    expect(parts.flatMap(({ files }) => files)).toHaveLength(1);
    expect(parts.at(-1)?.files).toHaveLength(1);
    expect(parts.map(({ content }) => content.replace(MENTION, '')).join(' ')).toBe(words);
  });

  test('that would take too many messages when split goes as a file after all', () => {
    const parts = layOutPrompt({ text: 'y'.repeat(100_000), files: [] }, BOT, 'split');
    expect(parts.map(({ files }) => files.length)).toEqual([1]);
  });

  test('with more files than a message carries is refused, not cut', () => {
    const files = Array.from({ length: 11 }, () => picture());
    expect(() => layOutPrompt({ text: 'x', files }, BOT, 'file')).toThrow(/11 attachments/);
  });

  test('without text is a mention alone', () => {
    expect(layOutPrompt({ text: '', files: [picture()] }, BOT, 'file')[0]?.content).toBe(`<@${BOT}>`);
  });
});

describe('splitting', () => {
  const texts = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 400 }),
    fc.string({ unit: fc.constantFrom('a', ' ', '\n', '😀', '语', '```'), maxLength: 400 }),
  );

  test('loses nothing but white space at the cuts, and every piece fits and says something', () => {
    fc.assert(
      fc.property(texts, fc.integer({ min: 2, max: 60 }), (text, limit) => {
        const pieces = splitText(text, limit);
        expect(pieces.join('').replace(/\s+/g, '')).toBe(text.replace(/\s+/g, ''));
        for (const piece of pieces) {
          expect(piece.length).toBeLessThanOrEqual(limit);
          expect(piece.trim()).not.toBe('');
        }
      }),
    );
  });

  test('never cuts a character in two', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'grapheme', maxLength: 300 }),
        fc.integer({ min: 2, max: 40 }),
        (text, limit) => {
          fc.pre(text.isWellFormed());
          for (const piece of splitText(text, limit)) expect(piece.isWellFormed()).toBe(true);
        },
      ),
    );
  });

  test('prefers line ends', () => {
    expect(splitText(`${'a'.repeat(15)}\n${'b c '.repeat(5)}`, 20)).toEqual([
      'a'.repeat(15),
      'b c b c b c b c b c',
    ]);
  });
});
