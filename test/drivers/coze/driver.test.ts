import { beforeEach, describe, expect, test } from 'vitest';
import type { Message } from '../../../src/core/discord.ts';
import type { BotEvent, JobMessage, Room } from '../../../src/core/driver.ts';
import { randomIds } from '../../../src/core/ids.ts';
import { type CozeRoomOptions, cozeDriver } from '../../../src/drivers/coze/driver.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { FakeDiscord } from '../../support/fake-discord.ts';

const BOT = '1200000000000000001';
const CHANNEL = '1300000000000000001';
const BUTTONS = [
  { type: 1, components: [{ type: 2, style: 2, label: 'Tell me more', custom_id: 'suggest:1' }] },
];

let clock: FakeClock;
let discord: FakeDiscord;
let leaving: AbortController;

beforeEach(() => {
  clock = new FakeClock();
  discord = new FakeDiscord();
  leaving = new AbortController();
});

interface Run {
  readonly events: BotEvent[];
  readonly done: Promise<void>;
  error: unknown;
}

function start(text = 'hello', options: Partial<CozeRoomOptions> = {}, unsettled = false): Run {
  const room: Room<CozeRoomOptions> = {
    options: { idleMs: 10_000, deadlineMs: 300_000, longPrompt: 'file', ...options },
    channelId: CHANNEL,
    botUserId: BOT,
    listen: discord,
    send: discord,
    unsettled,
    startedAt: clock.now(),
    clock,
    ids: randomIds(clock),
    signal: leaving.signal,
  };
  const messages: JobMessage[] = [{ role: 'user', text, files: [] }];
  const events: BotEvent[] = [];
  const run: Run = { events, done: follow(), error: undefined };
  async function follow() {
    await Promise.resolve();
    try {
      for await (const event of cozeDriver.run({ id: 'job', verb: 'chat', messages }, room))
        events.push(event);
    } catch (error) {
      run.error = error;
    }
  }
  return run;
}

const promptId = () => discord.sent.at(-1)!.id;
let editCount = 0;

function reply(id: string, content: string, more: Partial<Message> = {}): Message {
  return {
    id,
    channel_id: CHANNEL,
    author: { id: BOT, bot: true },
    content,
    message_reference: { message_id: promptId() },
    embeds: [],
    attachments: [],
    components: [],
    edited_timestamp: null,
    ...more,
  };
}

async function create(message: Message) {
  discord.emit(CHANNEL, { type: 'message-created', message });
  await clock.settle();
}

async function edit(message: Message) {
  editCount += 1;
  const edited_timestamp = new Date(clock.now() + editCount).toISOString();
  discord.emit(CHANNEL, { type: 'message-updated', message: { ...message, edited_timestamp } });
  await clock.settle();
}

const textOf = (events: readonly BotEvent[]) =>
  events.reduce(
    (text, event) =>
      event.type === 'text-delta' ? text + event.text : event.type === 'text-replaced' ? event.text : text,
    '',
  );

describe('the Coze driver', () => {
  test('turns edits into deltas and ends with the buttons', async () => {
    const run = start();
    await clock.settle();
    await create(reply('1400', 'Hel'));
    await edit(reply('1400', 'Hello wor'));
    await edit(reply('1400', 'Hello world', { components: BUTTONS }));
    await run.done;
    expect(run.events.slice(2)).toEqual([
      { type: 'text-delta', text: 'Hel' },
      { type: 'text-delta', text: 'lo wor' },
      { type: 'text-delta', text: 'ld' },
      { type: 'actions-offered', actions: [{ label: 'Tell me more', customId: 'suggest:1' }] },
      { type: 'job-ended', reason: 'stop', media: [] },
    ]);
    expect(clock.pending).toBe(0);
    expect(discord.watching).toBe(0);
  });

  test('mentions the bot, and pings nobody else', async () => {
    const run = start('hi @everyone');
    await clock.settle();
    expect(discord.sent[0]?.draft).toMatchObject({
      content: `<@${BOT}> hi @everyone`,
      mentionUserIds: [BOT],
    });
    await create(reply('1400', 'x', { components: BUTTONS }));
    await run.done;
  });

  test('keeps an answer that came before Discord had confirmed the prompt', async () => {
    discord.onSend = (_, message) => {
      discord.emit(CHANNEL, {
        type: 'message-created',
        message: {
          ...reply('1400', 'fast', { components: BUTTONS }),
          message_reference: { message_id: message.id },
        },
      });
    };
    const run = start();
    await run.done;
    expect(textOf(run.events)).toBe('fast');
  });

  test.each<[string, Partial<Message>]>([
    ['another author', { author: { id: '1299999999999999999' } }],
    ['a reply to another prompt', { message_reference: { message_id: '1' } }],
    ['a message that points at nothing before the answer began', { message_reference: undefined! }],
  ])('takes no notice of %s', async (_, difference) => {
    const run = start();
    await clock.settle();
    await create(reply('1399', 'foreign', { ...difference, components: BUTTONS }));
    await create(reply('1400', 'mine', { components: BUTTONS }));
    await run.done;
    expect(textOf(run.events)).toBe('mine');
  });

  test('ends after idleMs of silence when there are no buttons', async () => {
    const run = start();
    await clock.settle();
    await create(reply('1400', 'one'));
    await clock.advance(9_999);
    await edit(reply('1400', 'one two'));
    await clock.advance(9_999);
    expect(run.events.at(-1)?.type).toBe('text-delta');
    await clock.advance(1);
    await run.done;
    expect(run.events.at(-1)).toEqual({ type: 'job-ended', reason: 'idle', media: [] });
    expect(clock.pending).toBe(0);
  });

  test('counts typing of the bot, and of nobody else, as life', async () => {
    const run = start();
    await clock.settle();
    await create(reply('1400', 'one'));
    await clock.advance(8_000);
    discord.emit(CHANNEL, { type: 'typing-started', userId: BOT });
    await clock.advance(8_000);
    discord.emit(CHANNEL, { type: 'typing-started', userId: '5' });
    await clock.advance(1_999);
    expect(run.events.at(-1)?.type).toBe('text-delta');
    await clock.advance(1);
    await run.done;
    expect(run.events.at(-1)).toEqual({ type: 'job-ended', reason: 'idle', media: [] });
  });

  test('gives the partial text at the deadline, and says that it was cut', async () => {
    const run = start('x', { idleMs: 400_000 });
    await clock.settle();
    await create(reply('1400', 'half an ans'));
    await clock.advance(300_000);
    await run.done;
    expect(textOf(run.events)).toBe('half an ans');
    expect(run.events.at(-1)).toEqual({ type: 'job-ended', reason: 'length', media: [] });
  });

  test('fails with answer_timeout when the answer never began', async () => {
    const run = start();
    await clock.settle();
    await create(reply('1400', ''));
    await clock.advance(300_000);
    await run.done;
    expect(run.error).toMatchObject({ code: 'answer_timeout', status: 504 });
  });

  test('joins an answer of several messages, also when the later ones point at nothing', async () => {
    const run = start();
    await clock.settle();
    const full = 'x'.repeat(2_000);
    await create(reply('1400', full.slice(0, 500)));
    await edit(reply('1400', full));
    await create(reply('1401', 'yyy', { message_reference: undefined! }));
    await create(reply('1402', 'zzz'));
    await edit(reply('1402', 'zzz!', { components: BUTTONS }));
    await run.done;
    expect(textOf(run.events)).toBe(`${full}yyy\nzzz!`);
    expect(run.events.filter(({ type }) => type === 'text-replaced')).toEqual([]);
  });

  test('does not take a late message of an abandoned answer for a part of this one', async () => {
    const run = start('x', {}, true);
    await clock.settle();
    await create(reply('1400', 'mine'));
    await create(reply('1401', 'late', { message_reference: undefined! }));
    await edit(reply('1400', 'mine!', { components: BUTTONS }));
    await run.done;
    expect(textOf(run.events)).toBe('mine!');
  });

  test('says when the bot rewrote itself', async () => {
    const run = start();
    await clock.settle();
    await create(reply('1400', 'A first version'));
    await edit(reply('1400', 'The answer', { components: BUTTONS }));
    await run.done;
    expect(run.events).toContainEqual({ type: 'text-replaced', text: 'The answer' });
  });

  test.each([2, 3, 6])(
    'shows the whole text when %i changes come in one burst, the end among them',
    async (count) => {
      const run = start();
      await clock.settle();
      const text = 'one two three four five six'.split(' ');
      for (let index = 1; index <= count; index += 1) {
        const isLast = index === count;
        discord.emit(CHANNEL, {
          type: index === 1 ? 'message-created' : 'message-updated',
          message: reply('1400', text.slice(0, index).join(' '), {
            edited_timestamp: new Date(clock.now() + index).toISOString(),
            components: isLast ? BUTTONS : [],
          }),
        });
      }
      await run.done;
      expect(textOf(run.events)).toBe(text.slice(0, count).join(' '));
    },
  );

  test('is not led back by doubled or late events', async () => {
    const run = start();
    await clock.settle();
    const first = reply('1400', 'a');
    await create(first);
    await edit(reply('1400', 'ab'));
    await create(first);
    await edit(reply('1400', 'abc'));
    discord.emit(CHANNEL, {
      type: 'message-updated',
      message: { ...reply('1400', 'ab'), edited_timestamp: new Date(clock.now() - 5).toISOString() },
    });
    await edit(reply('1400', 'abcd', { components: BUTTONS }));
    await run.done;
    expect(run.events.flatMap((event) => (event.type === 'text-delta' ? [event.text] : []))).toEqual([
      'a',
      'b',
      'c',
      'd',
    ]);
  });

  test('keeps the text when an update carries only the embed of a link', async () => {
    const run = start();
    await clock.settle();
    await create(reply('1400', 'see'));
    discord.emit(CHANNEL, {
      type: 'message-updated',
      message: {
        id: '1400',
        channel_id: CHANNEL,
        embeds: [{ image: { url: 'https://cdn.example/cat.png' } }],
      },
    });
    await clock.settle();
    await edit({ id: '1400', channel_id: CHANNEL, components: BUTTONS });
    await run.done;
    expect(textOf(run.events)).toBe('see');
    expect(run.events).toContainEqual({ type: 'media-ready', media: { url: 'https://cdn.example/cat.png' } });
  });

  test('throws a Coze limit text as an error before anything of it was shown', async () => {
    const run = start();
    await clock.settle();
    await create(reply('1400', 'There are too many users'));
    await edit(reply('1400', 'There are too many users now. Please try again a bit later.'));
    await run.done;
    expect(run.error).toMatchObject({ code: 'bot_busy' });
    expect(textOf(run.events)).toBe('');
  });

  test('shows an answer that only began like a limit text', async () => {
    const run = start();
    await clock.settle();
    await create(reply('1400', 'Hi there!', { components: BUTTONS }));
    await run.done;
    expect(textOf(run.events)).toBe('Hi there!');
  });

  test('drops a message that the bot deleted', async () => {
    const run = start();
    await clock.settle();
    await create(reply('1400', 'wait'));
    discord.emit(CHANNEL, { type: 'message-deleted', messageId: '1400' });
    await clock.settle();
    await create(reply('1401', 'here', { components: BUTTONS }));
    await run.done;
    expect(textOf(run.events)).toBe('here');
  });

  test('stops at once and leaves nothing behind when the caller goes away', async () => {
    const run = start();
    await clock.settle();
    await create(reply('1400', 'a'));
    leaving.abort(new Error('gone'));
    await run.done;
    expect(run.error).toMatchObject({ message: 'gone' });
    expect(discord.watching).toBe(0);
    expect(clock.pending).toBe(0);
  });
});

describe('what a review found', () => {
  test('a placeholder that is deleted does not end the wait for the answer', async () => {
    const run = start();
    await clock.settle();
    await create(reply('1400', 'Thinking…'));
    discord.emit(CHANNEL, { type: 'message-deleted', messageId: '1400' });
    await clock.advance(14_000);
    await create(reply('1401', 'here', { components: BUTTONS }));
    await run.done;
    expect(textOf(run.events)).toBe('here');
  });

  test('a Coze error text in a second message ends the answer as an error', async () => {
    const run = start();
    await clock.settle();
    await create(reply('1400', 'The answer is'));
    await create(
      reply(
        '1401',
        '**Something wrong occurs, please retry. If the error persists, please contact the support team.**',
      ),
    );
    await run.done;
    expect(run.error).toMatchObject({ code: 'bot_failed' });
    expect(textOf(run.events)).toBe('The answer is');
  });

  test('a picture whose link is signed anew is one picture, and one that was replaced is gone at the end', async () => {
    const run = start();
    await clock.settle();
    const picture = (name: string, id: string, sign: string) => ({
      id,
      filename: name,
      url: `https://cdn.discordapp.com/attachments/1/${id}/${name}?ex=${sign}&is=1&hm=2`,
    });
    await create(reply('1400', 'one moment', { attachments: [picture('loading.gif', '7', 'a')] }));
    await edit(reply('1400', 'done', { attachments: [picture('cat.png', '8', 'a')] }));
    await edit(reply('1400', 'done', { attachments: [picture('cat.png', '8', 'b')], components: BUTTONS }));
    await run.done;
    const shown = run.events.flatMap((event) => (event.type === 'media-ready' ? [event.media.name] : []));
    expect(shown).toEqual(['loading.gif', 'cat.png']);
    const end = run.events.at(-1);
    expect(end?.type === 'job-ended' && end.media.map(({ name }) => name)).toEqual(['cat.png']);
  });

  test('an answer laid out in components is read, and only a button or menu ends it', async () => {
    const run = start();
    await clock.settle();
    const layout = [
      {
        type: 17,
        components: [
          { type: 10, content: 'laid out' },
          { type: 12, items: [{ media: { url: 'https://x.test/a.png' } }] },
        ],
      },
    ];
    await create(reply('1400', '', { flags: 1 << 15, components: layout }));
    expect(run.events.some(({ type }) => type === 'job-ended')).toBe(false);
    await edit(reply('1400', '', { flags: 1 << 15, components: [...layout, ...BUTTONS] }));
    await run.done;
    expect(textOf(run.events)).toBe('laid out');
    expect(run.events).toContainEqual({ type: 'media-ready', media: { url: 'https://x.test/a.png' } });
  });
});

describe('while the connection to Discord is lost', () => {
  test('silence does not end an answer; it counts anew once the connection is back', async () => {
    const run = start();
    await clock.settle();
    await create(reply('1400', 'You sa'));
    discord.emit(CHANNEL, { type: 'reading-paused' });
    await clock.advance(60_000);
    expect(run.events.some(({ type }) => type === 'job-ended')).toBe(false);
    discord.emit(CHANNEL, { type: 'reading-resumed' });
    await clock.advance(9_000);
    await edit(reply('1400', 'You said: hi'));
    await clock.advance(10_000);
    await run.done;
    expect(textOf(run.events)).toBe('You said: hi');
    expect(run.events.at(-1)).toMatchObject({ reason: 'idle' });
  });

  test('the deadline still holds', async () => {
    const run = start();
    await clock.settle();
    await create(reply('1400', 'You sa'));
    discord.emit(CHANNEL, { type: 'reading-paused' });
    await clock.advance(300_000);
    await run.done;
    expect(run.events.at(-1)).toMatchObject({ reason: 'length' });
    expect(clock.pending).toBe(0);
  });
});

describe('what an independent server showed', () => {
  test.each(['…', '...', 'Thinking...', '正在思考…'])(
    'the placeholder %s is not shown, and its silence is no end',
    async (placeholder) => {
      const run = start();
      await clock.settle();
      await create(reply('1400', placeholder));
      await clock.advance(60_000);
      await edit(reply('1400', 'the answer', { components: BUTTONS }));
      await run.done;
      expect(run.events.flatMap((event) => (event.type === 'text-delta' ? [event.text] : []))).toEqual([
        'the answer',
      ]);
    },
  );

  test('an answer that stays a placeholder is given as it is at the deadline', async () => {
    const run = start();
    await clock.settle();
    await create(reply('1400', '...'));
    await clock.advance(300_000);
    await run.done;
    expect(textOf(run.events)).toBe('...');
    expect(run.events.at(-1)).toMatchObject({ reason: 'length' });
  });

  test('a button that only opens a link ends nothing', async () => {
    const run = start();
    await clock.settle();
    const link = [{ type: 1, components: [{ type: 2, style: 5, label: 'Open', url: 'https://x.test' }] }];
    await create(reply('1400', 'abc', { components: link }));
    await edit(reply('1400', 'abcdef', { components: link }));
    await clock.advance(10_000);
    await run.done;
    expect(textOf(run.events)).toBe('abcdef');
  });

  test('a reply that carries only the answered message is recognised', async () => {
    const run = start();
    await clock.settle();
    const referenced_message = { id: promptId() };
    await create(
      reply('1400', 'mine', { message_reference: undefined!, referenced_message, components: BUTTONS }),
    );
    await run.done;
    expect(textOf(run.events)).toBe('mine');
  });

  test('a partial update that overtook its message is not lost', async () => {
    const run = start();
    await clock.settle();
    await edit({ id: '1400', channel_id: CHANNEL, content: 'abc', components: BUTTONS });
    await create(reply('1400', 'ab'));
    await run.done;
    expect(textOf(run.events)).toBe('abc');
  });

  test.each<[string, Partial<Message>]>([
    ['a plain link', { content: 'look: https://x.test/cat.png?a=1.' }],
    ['an unfurled link', { embeds: [{ type: 'image', url: 'https://x.test/cat.png?a=1' }] }],
    [
      'the thumbnail of a card',
      { embeds: [{ type: 'rich', thumbnail: { url: 'https://x.test/cat.png?a=1' } }] },
    ],
  ])('a picture as %s is collected', async (_, form) => {
    const run = start();
    await clock.settle();
    await create(reply('1400', 'look', { ...form, components: BUTTONS }));
    await run.done;
    expect(run.events).toContainEqual({ type: 'media-ready', media: { url: 'https://x.test/cat.png?a=1' } });
  });
});
