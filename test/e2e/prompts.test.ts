import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import type { Sim } from '../../src/sim/index.ts';
import { assistant, expectNothingSentTwice, messagesOf, promptsOf, range, user } from './scene.ts';
import { type EndToEnd, startBoth } from './world.ts';

let world: EndToEnd;

afterEach(() => world.close());

const mention = (sim: Sim) => `<@${sim.ready.bots.coze.userId}>`;
const digest = (text: string) => createHash('sha256').update(text).digest('hex').slice(0, 16);
const bare = (text: string) => text.replace(/\s/g, '');

/** A text of exactly so many UTF-16 units, all kinds of characters in it, no white space at its ends. */
function longText(length: number): string {
  const words = [
    'river',
    '漢字',
    '🐈‍⬛',
    'naïve',
    '<b>&amp;</b>',
    '"quoted"',
    '`code`',
    '日本\n',
    '\n\n- item',
    '\\n',
  ];
  let text = 'Begin';
  for (let number = 0; text.length < length - 20; number += 1)
    text += ` ${number}${words[number % words.length]}`;
  return text.padEnd(length - 3, '.').concat('end');
}

/** What the simulated bot says to a prompt that is too long to be repeated. */
function echoOf(text: string, source = ''): string {
  const ends = `${text.slice(0, 100).trim()} … ${text.slice(-100).trim()}`;
  return `You said${source} ${text.length} characters, digest ${digest(text)}: ${ends}`;
}

/** What the simulated bot says to `long 5000`. */
function longAnswer(prompt: string, length: number): string {
  const mark = digest(prompt).slice(0, 8);
  let text = '';
  for (let number = 1; text.length < length; number += 1) text += `Sentence ${number} of ${mark}. `;
  return text.slice(0, length).trimEnd().padEnd(length, '.');
}

describe('a prompt', () => {
  it.each([
    'Fish & chips <b>bold</b> &lt;i&gt; "quotes" \'single\' \\n \\u0041',
    '# Title\n\n> quote\n- [ ] item\n```ts\nconst a = `${b}`;\n```',
    'שלום עולם — سلام — 你好，世界 — 👩‍👩‍👧‍👦 — Z̷a̷l̷g̷o̷',
    'a\u0000b\u200bc\ufeffd\u202ee',
    '||spoiler|| ~~gone~~ <:emoji:123456789012345678> <#123456789012345678> <t:1618953630:R> </cmd:123456789012345678>',
  ])('reaches the bot letter for letter: %j', async (text) => {
    world = await startBoth();
    expect(await world.ask(text)).toBe(`You said: ${text}`);
    expect(promptsOf(world.sim).map(({ content }) => content)).toEqual([`${mention(world.sim)} ${text}`]);
  });

  it('with a broken half of a character is no reason to fail', async () => {
    world = await startBoth();
    const reply = await world.chat(`half \ud83d of a cat`);
    expect(reply).toMatchObject({ status: 200, finish: 'stop' });
    expect(reply.text).toMatch(/^You said: half .+ of a cat$/u);
  });

  it('of all roles reaches the bot as one message that holds them all, in their order', async () => {
    world = await startBoth();
    const tool = {
      role: 'assistant',
      content: null,
      tool_calls: [
        { id: 'call_1', type: 'function', function: { name: 'weather', arguments: '{"at":"Rome"}' } },
      ],
    };
    const messages = [
      { role: 'system', content: 'Be brief.' },
      { role: 'developer', content: [{ type: 'text', text: 'Be kind.' }] },
      { ...user('How is the weather?'), name: 'ann' },
      tool,
      { role: 'tool', tool_call_id: 'call_1', content: 'sunny' },
      assistant('It is sunny.'),
      user('And tomorrow?'),
    ];
    expect((await world.chat({ messages })).status).toBe(200);
    const [prompt, ...others] = promptsOf(world.sim);
    expect(others).toEqual([]);
    const wanted = [
      'Be brief.',
      'Be kind.',
      'ann',
      'How is',
      'weather',
      'Rome',
      'call_1',
      'sunny',
      'It is sunny.',
      'And tomorrow?',
    ];
    const places = wanted.map((text) => prompt?.content.indexOf(text) ?? -1);
    expect(places.every((place) => place >= 0)).toBe(true);
    const inOrder = ['Be brief.', 'Be kind.', 'How is', 'Rome', 'It is sunny.', 'And tomorrow?'].map(
      (text) => prompt?.content.indexOf(text) ?? -1,
    );
    expect(inOrder).toEqual(inOrder.toSorted((a, b) => a - b));
  });
});

describe('a prompt at Discord’s limit of 2,000 characters', () => {
  it('goes as it is up to the last character, and as a file with one more', async () => {
    world = await startBoth();
    const room = 2_000 - mention(world.sim).length - 1;
    for (const extra of [0, 1]) {
      const text = longText(room + extra);
      expect(await world.ask(text)).toBe(echoOf(text, extra === 1 ? ' (from your file)' : ''));
    }
    const [fits, asFile] = promptsOf(world.sim);
    expect(fits?.content).toHaveLength(2_000);
    expect(fits?.attachments).toEqual([]);
    expect(asFile?.attachments.map(({ filename }) => filename)).toEqual(['Prompt.txt']);
  });
});

describe.each(['bridge', 'alice'])('a long prompt, sent by %s,', (sender) => {
  it.each([5_000, 120_000])('goes as Prompt.txt, whole: %i characters', async (length) => {
    world = await startBoth({}, { send: [sender], longPrompt: 'file' });
    const text = longText(length);
    expect(await world.ask(text)).toBe(echoOf(text, ' (from your file)'));
    const [prompt, ...others] = promptsOf(world.sim);
    expect(others).toEqual([]);
    expect(prompt?.attachments).toMatchObject([{ filename: 'Prompt.txt' }]);
    expect(await (await fetch(prompt?.attachments[0]?.url ?? '')).text()).toBe(text);
    expect(prompt?.content.startsWith(mention(world.sim))).toBe(true);
  });

  it('goes as several messages, of which only the last one addresses the bot', async () => {
    world = await startBoth({}, { send: [sender], longPrompt: 'split' });
    const text = longText(9_000);
    const reply = await world.chat(text);
    expect(reply).toMatchObject({ status: 200, finish: 'stop' });
    const prompts = promptsOf(world.sim);
    expect(prompts.length).toBeGreaterThanOrEqual(5);
    expect(prompts.every(({ content }) => content.length <= 2_000)).toBe(true);
    expect(prompts.map(({ mentionIds }) => mentionIds.length)).toEqual([
      ...range(prompts.length - 1).map(() => 0),
      1,
    ]);
    const sent = prompts.map(({ content }) => content.replace(mention(world.sim), '')).join('');
    expect(bare(sent)).toBe(bare(text));
    // The bot put the parts together again.
    expect(reply.text).toContain(`${text.slice(-100).trim()}`);
    expect(reply.text).toContain(`${text.slice(0, 100).trim()}`);
  });
});

describe('a long prompt in parts', () => {
  it('is answered once, as a whole, although its first part names the bot', async () => {
    world = await startBoth({}, { longPrompt: 'split' });
    const text = `${mention(world.sim)} ${mention(world.sim)} hello! ${longText(5_000)}`;
    const reply = await world.stream(text);
    expect(reply.text).toContain('characters, digest');
    expect(reply.text).toContain(text.slice(-100).trim());
    const answers = messagesOf(world.sim).filter(
      ({ authorId }) => authorId === world.sim.ready.bots.coze.userId,
    );
    expect(answers).toHaveLength(1);
  });

  it('goes as a file after all when there would be too many of them', async () => {
    world = await startBoth({}, { longPrompt: 'split' });
    const text = longText(60_000);
    expect(await world.ask(text)).toBe(echoOf(text, ' (from your file)'));
    expect(promptsOf(world.sim)).toHaveLength(1);
  });

  it('stays in order, and nothing of it comes twice, while Discord fails and loses its answers', async () => {
    world = await startBoth({}, { longPrompt: 'split' });
    const path = { method: 'POST', path: '/messages' };
    world.sim.fault({ type: 'rest', action: 'lose-answer', times: 6, ...path });
    world.sim.fault({ type: 'rest', status: 502, times: 4, ...path });
    world.sim.fault({ type: 'rest', status: 429, retryAfterMs: 200, times: 4, ...path });
    const texts = range(12).map((number) => `Text ${number}. ${longText(6_000 + number * 10)}`);
    const replies = await Promise.all(texts.map((text) => world.chat(text)));
    for (const [number, reply] of replies.entries()) {
      expect(reply.status).toBe(200);
      expect(reply.text).toContain(`Text ${number}.`);
    }
    expectNothingSentTwice(world.sim);
    const byChannel = Map.groupBy(promptsOf(world.sim), ({ channelId }) => channelId);
    const sent = [...byChannel.values()].map((parts) =>
      bare(parts.map(({ content }) => content.replace(mention(world.sim), '')).join('')),
    );
    expect(sent.sort()).toEqual(texts.map(bare).sort());
  });
});

describe('a long answer', () => {
  it.each([
    { length: 5_000, coze: {} },
    { length: 19_000, coze: { edits: 30, editEveryMs: 200 } },
    { length: 7_000, coze: { splitReference: true } },
    { length: 4_000, coze: { edits: 0 } },
    { length: 3_000, coze: { suggestionsAfterMs: 4_000 } },
    { length: 9_000, coze: { duplicate: true } },
  ])('over several messages is one answer: $length characters, $coze', async ({ length, coze }) => {
    world = await startBoth({ coze });
    const prompt = `long ${length}`;
    const [whole, streamed] = await Promise.all([world.chat(prompt), world.stream(prompt)]);
    const expected = bare(longAnswer(prompt, length));
    expect(whole).toMatchObject({ status: 200, finish: 'stop' });
    expect(bare(whole.text)).toBe(expected);
    expect(streamed).toMatchObject({ done: true, finish: 'stop', text: whole.text });
    const parts = messagesOf(world.sim).filter(({ content }) => content.includes('Sentence'));
    expect(parts.length).toBeGreaterThan(2);
  });
});

describe('a picture of an answer', () => {
  it.each(['embed', 'attachment', 'link'] as const)(
    'that comes as %s is shown once, with a link that works',
    async (imageAs) => {
      world = await startBoth({ coze: { imageAs, images: 2 } });
      const [whole, streamed] = [await world.chat('draw a cat'), await world.stream('draw a cat')];
      expect(whole).toMatchObject({ status: 200, finish: 'stop' });
      expect(whole.text).toContain('Here is your picture: a cat');
      const urls = whole.message?.images?.map(({ image_url }) => image_url.url) ?? [];
      for (const [text, links] of [
        [whole.text, urls],
        [streamed.text, streamed.images],
      ] as const) {
        expect(new Set(links).size).toBe(2);
        expect(links).toHaveLength(2);
        for (const link of links) {
          expect(text.split(link)).toHaveLength(2);
          expect(text).toMatch(/!\[[^\]]*\]\(http/);
          const picture = await fetch(link);
          expect([picture.status, picture.headers.get('content-type')]).toEqual([200, 'image/png']);
        }
      }
    },
  );

  it('without any text is an answer', async () => {
    world = await startBoth({ coze: { imageAs: 'attachment', images: 1, text: '' } });
    for (const reply of [await world.chat('draw it'), await world.stream('draw it')])
      expect(reply).toMatchObject({
        status: 200,
        finish: 'stop',
        text: expect.stringMatching(/^!\[.*\]\(http.*\)$/),
      });
  });
});

/** All that could ping somebody: ids of the world's people, bots and roles in every spelling. */
function pings(sim: Sim): string[] {
  const people = [...sim.world.users.keys()].filter((id) => id !== sim.ready.bots.coze.userId);
  const roles = [...(sim.world.guilds.get(sim.ready.guildId)?.roles.keys() ?? [])];
  return [
    '@everyone',
    '@here',
    ...people.flatMap((id) => [`<@${id}>`, `<@!${id}>`]),
    ...roles.map((id) => `<@&${id}>`),
  ];
}

/** Who was pinged by prompts; nobody but the bots that were asked may be. */
function pinged(sim: Sim): string[] {
  const bots = sim.ready.bots.coze.userIds ?? [];
  return promptsOf(sim).flatMap(({ mentionIds, mentionRoleIds, mentionEveryone }) => [
    ...mentionIds.filter((id) => !bots.includes(id)),
    ...mentionRoleIds,
    ...(mentionEveryone ? ['@everyone'] : []),
  ]);
}

describe.each(['bridge', 'alice'])('nothing that a caller writes through %s pings anybody', (sender) => {
  const everybody = {
    users: 3,
    accounts: [
      {
        id: sender,
        kind: sender === 'alice' ? 'user' : 'bot',
        permissions: ['MENTION_EVERYONE', 'MANAGE_CHANNELS', 'MANAGE_MESSAGES', 'MANAGE_ROLES'],
      },
    ],
  } as const;

  it.each(['file', 'split'] as const)('in any place of a request (longPrompt: %s)', async (longPrompt) => {
    world = await startBoth({ ...everybody }, { send: [sender], longPrompt });
    const all = pings(world.sim);
    expect(all.length).toBeGreaterThan(10);
    const text = all.join(' ');
    const requests = [
      { messages: [user(text)] },
      { messages: [{ role: 'system', content: text }, user('hello')] },
      { messages: [user('hello'), assistant(text), user('go on')] },
      { messages: [{ ...user('hello'), name: '@everyone' }, user('again')] },
      {
        messages: [
          user([
            { type: 'text', text: '@every' },
            { type: 'text', text: 'one @here' },
          ]),
        ],
      },
      { messages: [user(all.map((ping) => `${ping} ${'x'.repeat(700)}`).join(' '))] },
    ];
    for (const body of requests) expect((await world.chat(body)).status).toBe(200);
    for (const ping of ['@everyone', all[2] ?? '', all.at(-1) ?? '']) {
      const room = { 'x-conversation': encodeURIComponent(ping) };
      expect((await world.chat(`hi ${ping}`, room)).status).toBe(200);
    }
    expect(pinged(world.sim)).toEqual([]);
    const asked = promptsOf(world.sim).filter(({ mentionIds }) => mentionIds.length > 0);
    expect(asked).toHaveLength(requests.length + 3);
  });
});

describe('mentions in any mixture', () => {
  it('never ping anybody, and never make another bot answer', async () => {
    world = await startBoth({ cozeBots: 2, users: 2 });
    const { sim } = world;
    const [first = '', second = ''] = sim.ready.bots.coze.userIds ?? [];
    const pieces = fc.constantFrom(
      ...pings(sim),
      `<@${first}>`,
      `<@!${second}>`,
      '`',
      '\\',
      '\n',
      '​',
      '<',
      '> ',
      'hello',
    );
    const texts = fc.sample(fc.array(pieces, { minLength: 1, maxLength: 12 }), { numRuns: 60, seed: 7 });
    const replies = await Promise.all(
      texts.map((parts, number) => world.chat(`${number}: ${parts.join('')} .`)),
    );
    expect(replies.filter(({ status }) => status !== 200).map(({ raw }) => raw)).toEqual([]);
    expect(pinged(sim)).toEqual([]);
    expect(promptsOf(sim).map(({ mentionIds }) => mentionIds.length)).toEqual(texts.map(() => 1));
    const answers = messagesOf(sim).filter(({ authorId }) => [first, second].includes(authorId));
    expect(answers).toHaveLength(texts.length);
  });
});
