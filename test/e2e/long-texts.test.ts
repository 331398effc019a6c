/** Long texts both ways, at the edges of Discord's 2,000 characters: what the bot received, and what came back. */
import { afterEach, describe, expect, it } from 'vitest';
import type { Sim } from '../../src/sim/index.ts';
import { messagesOf, promptsOf, type SeenMessage } from './scene.ts';
import { type EndToEnd, KEY, startBoth } from './world.ts';

let world: EndToEnd;

afterEach(() => world.close());

const LENGTHS = [1_999, 2_000, 2_001, 20_000];
const FENCE = '```';

const mentionOf = (sim: Sim) => `<@${sim.ready.bots.coze.userId}>`;
const bare = (text: string) => text.replace(/\s/g, '');
const fileOf = async (message: SeenMessage | undefined) =>
  (await fetch(message?.attachments[0]?.url ?? '')).text();

/** So many UTF-16 units of a pattern; what is left over is filled with dots. */
function filled(pattern: readonly string[], length: number, end = ''): string {
  let text = '';
  for (let turn = 0; ; turn += 1) {
    const piece = pattern[turn % pattern.length] ?? '';
    if (text.length + piece.length + end.length > length) break;
    text += piece;
  }
  return text.padEnd(length - end.length, '.') + end;
}

/** Texts of exactly so many units in which something stands on every cut. */
const TEXTS: Readonly<Record<string, (length: number) => string>> = {
  letters: (length) => filled(['abcdefghijklmnopqrstuvw'], length),
  'surrogate pairs at even places': (length) => filled(['🐈', '🙂', '𠮷'], length),
  'surrogate pairs at odd places': (length) => `x${filled(['🐈', '👩‍👩‍👧‍👦', '𝔘'], length - 1)}`,
  'a code fence over every cut': (length) =>
    filled(
      ['Code:\n```ts\n', ...Array.from({ length: 900 }, (_, n) => `a[${n}]=b(${n});`)],
      length,
      `\n${FENCE}`,
    ),
  'short code fences': (length) => filled([`${FENCE}js\nlet🐈=1\n${FENCE}\n`, 'words,\n'], length, 'end'),
};
const KINDS = Object.keys(TEXTS);

const textOf = (kind: string, length: number): string => {
  const text = TEXTS[kind]?.(length) ?? '';
  expect(text).toHaveLength(length);
  return text;
};

/** A whole answer over the Coze-Discord-Bridge dialect. */
async function bridge(prompt: string): Promise<string> {
  const response = await fetch(`${world.url}/api/Chat`, {
    method: 'POST',
    headers: { key: KEY },
    body: JSON.stringify({ prompt }),
  });
  const body = (await response.json()) as { code: number; data: { prompt: string } };
  expect(body.code).toBe(200);
  return body.data.prompt;
}

/** The pieces of a streamed one, and what its last event calls the whole. */
async function bridgeStream(prompt: string): Promise<{ pieces: string; whole: string }> {
  const response = await fetch(`${world.url}/api/ChatStream`, {
    method: 'POST',
    headers: { key: KEY },
    body: JSON.stringify({ prompt }),
  });
  const frames = (await response.text()).split('\n\n').filter((frame) => frame.startsWith('data: '));
  const events = frames.map((frame) => JSON.parse(frame.slice(6)).data);
  const pieces = events.map((data: { prompt_new: string }) => data.prompt_new).join('');
  return { pieces, whole: events.at(-1).prompt_all };
}

/** Asks in all four ways, one after the other. */
async function inAllWays(prompt: string): Promise<string[]> {
  const whole = await world.chat(prompt);
  expect(whole).toMatchObject({ status: 200, finish: 'stop' });
  const streamed = await world.stream(prompt);
  expect(streamed).toMatchObject({ status: 200, finish: 'stop', done: true });
  const { pieces, whole: last } = await bridgeStream(prompt);
  return [whole.text, streamed.text, await bridge(prompt), pieces, last];
}

describe.each(KINDS)('a prompt of %s', (kind) => {
  it.each(LENGTHS)('reaches the bot letter for letter as a file: %i characters', async (length) => {
    world = await startBoth({ speed: 200, coze: { edits: 0 } }, { longPrompt: 'file' });
    const text = textOf(kind, length);
    await world.ask(text);
    await bridge(text);
    const prompts = promptsOf(world.sim);
    expect(prompts).toHaveLength(2);
    for (const prompt of prompts) {
      expect(prompt.content.length).toBeLessThanOrEqual(2_000);
      expect(prompt.attachments.map(({ filename }) => filename)).toEqual(['Prompt.txt']);
      expect(prompt.attachments[0]?.size).toBe(Buffer.byteLength(text));
      expect(await fileOf(prompt)).toBe(text);
    }
  });

  it.each(LENGTHS)('reaches the bot whole in several messages: %i characters', async (length) => {
    world = await startBoth({ speed: 200, coze: { edits: 0 } }, { longPrompt: 'split' });
    const text = textOf(kind, length);
    await world.ask(text);
    const prompts = promptsOf(world.sim);
    expect(prompts.length).toBeGreaterThanOrEqual(Math.ceil(length / 2_000));
    expect(prompts.length).toBeLessThanOrEqual(Math.ceil(length / 1_000) + 1);
    for (const { content, attachments } of prompts) {
      expect(content.length).toBeLessThanOrEqual(2_000);
      // A broken half of a character would not survive being written as UTF-8.
      expect(content.isWellFormed()).toBe(true);
      expect(attachments).toEqual([]);
    }
    const sent = prompts.map(({ content }) => content.replace(mentionOf(world.sim), '')).join('');
    expect(bare(sent)).toBe(bare(text));
    expect(prompts.filter(({ mentionIds }) => mentionIds.length > 0)).toEqual(prompts.slice(-1));
  });
});

describe('a prompt that fits into one message with its mention', () => {
  it.each(['file', 'split'] as const)('goes as it is, pairs at its end included (%s)', async (longPrompt) => {
    world = await startBoth({ speed: 200, coze: { edits: 0 } }, { longPrompt });
    const room = 2_000 - mentionOf(world.sim).length - 1;
    for (const kind of KINDS) await world.ask(textOf(kind, room));
    expect(promptsOf(world.sim).map(({ content }) => content)).toEqual(
      KINDS.map((kind) => `${mentionOf(world.sim)} ${textOf(kind, room)}`),
    );
  });
});

describe.each(KINDS)('an answer of %s', (kind) => {
  it.each(LENGTHS)(
    'comes back exactly, whole and streamed, in both dialects: %i characters',
    async (length) => {
      world = await startBoth({ speed: 400, coze: { edits: 6 } });
      const text = textOf(kind, length);
      world.sim.script({ text });
      expect(await inAllWays('go')).toEqual([text, text, text, text, text]);
      const coze = world.sim.ready.bots.coze.userId;
      const parts = messagesOf(world.sim).filter(({ authorId }) => authorId === coze);
      expect(parts.length).toBeGreaterThanOrEqual(Math.ceil(length / 2_000));
    },
  );
});

describe('an answer of ordinary sentences', () => {
  it('comes back exactly, although the bot cuts inside words', async () => {
    world = await startBoth({ speed: 400, coze: { edits: 6 } });
    const sentence = (number: number) => `Sentence ${number} tells of boats, rivers and the sea. `;
    const text = Array.from({ length: 430 }, (_, number) => sentence(number))
      .join('')
      .slice(0, 20_000);
    world.sim.script({ text });
    expect(await inAllWays('go')).toEqual([1, 2, 3, 4, 5].map(() => text));
  });
});
