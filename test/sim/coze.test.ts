/** The Coze bot as a driver meets it: over the in-memory port, on a clock that only tests advance. */

import { afterEach, describe, expect, it } from 'vitest';
import type { Message, MessageChange } from '../../src/core/discord.ts';
import { LIMIT_TEXTS } from '../../src/sim/bots/limit-texts.ts';
import { type BuiltWorld, buildWorld, type SimOptions, simPort } from '../../src/sim/index.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { isHeard } from '../support/heard.ts';

let built: BuiltWorld;
let clock: FakeClock;
let stopper: AbortController;
let changes: MessageChange[];
afterEach(() => {
  stopper.abort();
  built.stop();
});

function start(options: SimOptions = {}, accountId = 'bridge') {
  clock = new FakeClock(1_700_000_000_000);
  built = buildWorld({ clock, ...options });
  stopper = new AbortController();
  changes = [];
  const channelId = built.channels.general ?? '';
  const port = simPort(built.world, accountId);
  const coze = built.cozeUserIds[0] ?? '';
  void (async () => {
    for await (const change of port.watch({ channelId }, stopper.signal)) changes.push(change);
  })();
  let nonce = 0;
  const ask = async (prompt: string, options: { bot?: string; files?: File[]; channel?: string } = {}) => {
    nonce += 1;
    const own = `n${nonce}`;
    const bot = options.bot ?? coze;
    const files = await Promise.all((options.files ?? []).map(asMediaFile));
    const content = bot ? `<@${bot}>${prompt}` : prompt;
    return port.send(options.channel ?? channelId, {
      content,
      nonce: own,
      mentionUserIds: [bot],
      files,
    });
  };
  return { port, coze, channelId, ask, script: (script: unknown) => built.playbook.add(script) };
}

async function asMediaFile(file: File) {
  return { name: file.name, contentType: file.type, bytes: new Uint8Array(await file.arrayBuffer()) };
}

/** All that the bot shows now, oldest first. */
function shown(): Message[] {
  const messages = new Map<string, Message>();
  for (const change of changes.filter(isHeard)) {
    if (change.type === 'message-deleted') messages.delete(change.messageId);
    else if (change.type !== 'typing-started') messages.set(change.message.id, change.message);
  }
  return [...messages.values()].filter(({ author }) => built.cozeUserIds.includes(author?.id ?? ''));
}
const text = () =>
  shown()
    .map(({ content }) => content)
    .join('');
const updates = () => changes.filter(({ type }) => type === 'message-updated').length;
const settle = () => clock.advance(60_000);

describe('the Coze bot by nature', () => {
  it('shows typing, replies to the prompt, grows by edits and ends with three buttons', async () => {
    const { ask, coze } = start();
    const prompt = await ask('tell me of the sea');
    await clock.advance(599);
    expect(changes.at(-1)).toEqual({ type: 'typing-started', userId: coze });
    await clock.advance(1);
    expect(shown()).toMatchObject([
      { type: 19, message_reference: { message_id: prompt.id }, edited_timestamp: null },
    ]);
    expect(shown()[0]?.components).toEqual([]);
    const texts: string[] = [];
    for (let edit = 0; edit < 4; edit += 1) {
      await clock.advance(400);
      texts.push(text());
    }
    expect(texts.at(-1)).toBe('You said: tell me of the sea');
    expect(new Set(texts).size).toBe(4);
    for (const part of texts) expect(texts.at(-1)?.startsWith(part)).toBe(true);
    expect(shown()[0]).toMatchObject({ edited_timestamp: expect.any(String), components: [{ type: 1 }] });
    expect(shown()[0]?.components?.[0]?.components).toHaveLength(3);
  });

  it('answers every prompt in its own way, side by side', async () => {
    const { ask } = start();
    const prompts = await Promise.all(['one', 'two', 'three'].map((prompt) => ask(prompt)));
    await settle();
    const answers = shown().map((message) => [message.message_reference?.message_id, message.content]);
    expect(new Map(answers as [string, string][])).toEqual(
      new Map(prompts.map(({ id }, position) => [id, `You said: ${['one', 'two', 'three'][position]}`])),
    );
  });

  it('says nothing to messages that do not mention it, and takes them as the beginning of the prompt', async () => {
    const { ask } = start();
    await ask('first half', { bot: '' });
    await settle();
    expect(shown()).toEqual([]);
    await ask('second beginning', { bot: '' });
    await ask('and end');
    await settle();
    expect(text()).toBe('You said: second beginning\nand end');
  });

  it('recalls the prompts of its channel, and of no other', async () => {
    const { ask, port } = start();
    const other = await port.createChannel(built.guildId, { name: 'other' });
    await ask('apples');
    await ask('pears', { channel: other.id });
    await ask('plums');
    await settle();
    changes = [];
    await ask('recall');
    await settle();
    expect(text()).toBe('I remember 2 prompts of this channel:\n1. apples\n2. plums');
  });

  it('reads Prompt.txt and looks at pictures', async () => {
    const { ask } = start();
    const png = new File(
      [Buffer.from('89504e470d0a1a0a0000000d4948445200000001000000010806000000', 'hex')],
      'a.bin',
    );
    await ask('根据Prompt.txt内容做出回应', { files: [new File(['words of the file'], 'Prompt.txt'), png] });
    await settle();
    expect(text()).toBe('You said (from your file): words of the file\nI see 1 picture: image/png');
  });

  it('draws a picture that the CDN has', async () => {
    const { ask } = start();
    await ask('draw a cat');
    await settle();
    const [answer] = shown();
    const url = new URL(answer?.embeds?.[0]?.image?.url ?? '');
    expect(built.world.files.open(url.pathname, url.searchParams)?.contentType).toBe('image/png');
    expect(answer?.embeds?.[0]?.image).toMatchObject({ width: 64, height: 64 });
  });

  it.each([1999, 2000, 2001, 5000])(
    'shows an answer of %i characters whole, over messages of at most 2,000',
    async (length) => {
      const { ask } = start();
      await ask(`long ${length}`);
      await settle();
      // Discord trims a space that lies at a cut.
      const lost = length - text().length;
      expect(lost).toBeGreaterThanOrEqual(0);
      expect(lost).toBeLessThanOrEqual(2 * (shown().length - 1));
      expect(shown()).toHaveLength(Math.ceil(length / 2000));
      for (const { content } of shown()) expect(content?.length).toBeLessThanOrEqual(2000);
      expect(shown().map(({ type }) => type)).toEqual([19, ...Array(shown().length - 1).fill(0)]);
      expect(shown().map(({ components }) => components?.length)).toEqual([
        ...Array(shown().length - 1).fill(0),
        1,
      ]);
    },
  );

  it('runs faster when asked to', async () => {
    const { ask } = start({ speed: 10 });
    await ask('quick');
    await clock.advance(220);
    expect(shown()[0]?.components).toHaveLength(1);
  });

  it('is several bots when asked to, each answering only for itself', async () => {
    const { ask } = start({ cozeBots: 3 });
    await ask('to the second', { bot: built.cozeUserIds[1] ?? '' });
    await settle();
    expect(shown().map(({ author }) => author?.id)).toEqual([built.cozeUserIds[1]]);
  });
});

describe('a script makes the Coze bot', () => {
  it('say a text at once and without buttons', async () => {
    const { ask, script } = start();
    script({ match: 'hello', text: 'Goodbye', edits: 0, suggestions: false });
    await ask('hello there');
    await settle();
    expect([text(), updates(), shown()[0]?.components]).toEqual(['Goodbye', 0, []]);
  });

  it('obey a rule so many times, the newest first, and by regular expression', async () => {
    const { ask, script } = start();
    script([{ match: { regex: '^a+$', flags: 'i' }, text: 'rule', times: 1 }]);
    script({ match: 'aaaa', text: 'newer' });
    for (const prompt of ['AA', 'aa', 'aaaa', 'b']) await ask(prompt);
    await settle();
    expect(shown().map(({ content }) => content)).toEqual(['rule', 'You said: aa', 'newer', 'You said: b']);
  });

  it('speak in the pieces it is given', async () => {
    const { ask, script } = start();
    script({ chunks: ['One', ', two', ', three'] });
    await ask('x');
    await settle();
    const texts = changes.flatMap((change) =>
      'message' in change && change.message.type === 19 ? [change.message.content] : [],
    );
    expect(texts).toEqual(['One', 'One, two', 'One, two, three']);
  });

  it.each(Object.entries(LIMIT_TEXTS))('post the limit text %s', async (limit, expected) => {
    const { ask, script } = start();
    script({ limit });
    await ask('x');
    await settle();
    expect([text(), shown()[0]?.components]).toEqual([expected, []]);
  });

  it('replace its text by something else', async () => {
    const { ask, script } = start();
    script({ text: 'A first thought', rewrite: 'Something else', edits: 1 });
    await ask('x');
    await clock.advance(1000);
    expect(text()).toBe('A first thought');
    await clock.advance(400);
    expect([text(), shown()[0]?.components?.length]).toEqual(['Something else', 1]);
  });

  it('stall in the middle for ever', async () => {
    const { ask, script } = start();
    script({ chunks: ['a', 'b', 'c'], stallAfter: 2 });
    await ask('x');
    await clock.advance(3_600_000);
    expect([text(), shown()[0]?.components]).toEqual(['ab', []]);
  });

  it('stay silent, or only type', async () => {
    const { ask, script } = start();
    script({ silent: true, times: 1 });
    await ask('x');
    await settle();
    expect(changes.map(({ type }) => type)).toEqual(['message-created']);
    script({ typingOnly: true });
    await ask('x');
    await settle();
    const types = changes.slice(2).map(({ type }) => type);
    expect(new Set(types)).toEqual(new Set(['typing-started']));
    expect(types.length).toBeGreaterThan(5);
  });

  it('ignore bots, but not people', async () => {
    const { ask } = start({ coze: { ignoreBots: true } });
    await ask('from a bot');
    await settle();
    expect(shown()).toEqual([]);
    built.stop();
    const person = start({ coze: { ignoreBots: true } }, 'alice');
    await person.ask('from a person');
    await settle();
    expect(text()).toBe('You said: from a person');
  });

  it('say everything twice', async () => {
    const { ask, script } = start();
    script({ duplicate: true, edits: 1 });
    await ask('x');
    await settle();
    const types = changes.filter(({ type }) => type.startsWith('message')).map(({ type }) => type);
    expect(types).toEqual([
      'message-created',
      'message-created',
      'message-created',
      'message-updated',
      'message-updated',
    ]);
  });

  it.each([
    ['wrong', 19],
    ['none', 0],
  ] as const)('answer with reference %s', async (reference, type) => {
    const { ask, script } = start();
    const earlier = await ask('earlier', { bot: '' });
    script({ reference });
    const prompt = await ask('x');
    await settle();
    expect(shown()[0]?.type).toBe(type);
    expect(shown()[0]?.message_reference?.message_id).not.toBe(prompt.id);
    if (reference === 'wrong') expect(shown()[0]?.message_reference?.message_id).toBe(earlier.id);
  });

  it('delete its answer', async () => {
    const { ask, script } = start();
    script({ deleteAfterMs: 1000 });
    await ask('x');
    await settle();
    expect(shown()).toEqual([]);
    expect(changes.at(-1)?.type).toBe('message-deleted');
  });

  it('make later messages replies too', async () => {
    const { ask, script } = start();
    script({ text: 'abcdefghijklmnopqrstuvwxyz', splitAt: 10, splitReference: true });
    const prompt = await ask('x');
    await settle();
    expect(shown().map(({ message_reference }) => message_reference?.message_id)).toEqual(
      Array(3).fill(prompt.id),
    );
    expect(text()).toBe('abcdefghijklmnopqrstuvwxyz');
  });

  it('bring buttons in an edit of their own, with the labels it is given', async () => {
    const { ask, script } = start();
    script({ suggestions: ['Why?'], suggestionsAfterMs: 5000, edits: 0 });
    await ask('x');
    await clock.advance(5000);
    expect(shown()[0]?.components).toEqual([]);
    await clock.advance(600);
    expect(shown()[0]).toMatchObject({
      content: 'You said: x',
      components: [{ components: [{ label: 'Why?' }] }],
    });
  });

  it.each([
    ['attachment', (message: Message) => message.attachments?.map(({ url }) => url)],
    ['embed', (message: Message) => message.embeds?.map(({ image }) => image?.url ?? '')],
    [
      'link',
      (message: Message) =>
        [...(message.content ?? '').matchAll(/!\[image\]\((.+?)\)/g)].map((match) => match[1]),
    ],
  ] as const)('send two pictures as %s', async (imageAs, urlsOf) => {
    const { ask, script } = start();
    script({ images: 2, imageAs, text: 'pictures' });
    await ask('x');
    await settle();
    const urls = shown().flatMap((message) => urlsOf(message) ?? []);
    expect(urls).toHaveLength(2);
    for (const url of urls) {
      const { pathname, searchParams } = new URL(url ?? '');
      expect(built.world.files.open(pathname, searchParams)).toBeDefined();
    }
  });

  it('stamp each piece with the time it was sent', async () => {
    const { ask, script } = start();
    script({ text: 'abcd', edits: 3, stamp: true, splitAt: 60 });
    const before = process.hrtime.bigint();
    await ask('x');
    await settle();
    const stamps = [...text().matchAll(/([a-d]) t=(\d+)/g)];
    expect(stamps.map((match) => match[1])).toEqual(['a', 'b', 'c', 'd']);
    for (const match of stamps) expect(BigInt(match[2] ?? 0)).toBeGreaterThan(before);
    expect(shown().length).toBeGreaterThan(1);
  });
});
