/** Answers of which events were lost: before silence or the deadline is believed, the channel is read. */
import { expect, test } from 'vitest';
import type { Message } from '../../../src/core/discord.ts';
import type { BotEvent } from '../../../src/core/driver.ts';
import { GatewayError } from '../../../src/core/errors.ts';
import { randomIds } from '../../../src/core/ids.ts';
import { cozeDriver } from '../../../src/drivers/coze/driver.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { FakeDiscord } from '../../support/fake-discord.ts';

const BOT = '1200000000000000001';
const CHANNEL = '1300000000000000001';
const BUTTONS = [{ type: 1, components: [{ type: 2, style: 2, label: 'More', custom_id: 'suggest:1' }] }];

/** Asks, hears `heard` once, and finds in the channel what `stands` gives. */
async function ask(heard: string | undefined, stands: (message: Message) => Message[] | GatewayError) {
  const clock = new FakeClock();
  const discord = new FakeDiscord();
  const events: BotEvent[] = [];
  const failures: unknown[] = [];
  let looks = 0;
  const message = (): Message => ({
    id: '1400000000000000001',
    channel_id: CHANNEL,
    author: { id: BOT, bot: true },
    content: heard ?? '',
    message_reference: { message_id: discord.sent.at(-1)?.id ?? '' },
    edited_timestamp: null,
  });
  discord.history = async () => {
    looks += 1;
    const found = stands(message());
    if (found instanceof GatewayError) throw found;
    return found;
  };
  const room = {
    options: { idleMs: 10_000, deadlineMs: 60_000, longPrompt: 'file' as const },
    channelId: CHANNEL,
    botUserId: BOT,
    listen: discord,
    send: discord,
    unsettled: false,
    startedAt: clock.now(),
    clock,
    ids: randomIds(clock),
    signal: new AbortController().signal,
  };
  const job = { id: 'job', verb: 'chat', messages: [{ role: 'user', text: 'hi', files: [] }] } as const;
  const done = (async () => {
    try {
      for await (const event of cozeDriver.run(job, room)) events.push(event);
    } catch (error) {
      failures.push(error);
    }
  })();
  await clock.settle();
  if (heard !== undefined) discord.emit(CHANNEL, { type: 'message-created', message: message() });
  await clock.advance(120_000);
  await done;
  const text = events.flatMap((event) => (event.type === 'text-delta' ? event.text : [])).join('');
  return { text, end: events.at(-1), failures, looks, pending: clock.pending };
}

const whole = (message: Message) => ({
  ...message,
  content: 'Hello world',
  edited_timestamp: '2026-01-01T00:00:05.000Z',
  components: BUTTONS,
});

test('an end that was never heard is found when the bot falls silent', async () => {
  const seen = await ask('Hello', (message) => [whole(message)]);
  expect(seen).toMatchObject({ text: 'Hello world', end: { reason: 'stop' }, looks: 1, pending: 0 });
});

test('a silence that the channel confirms ends the answer, after one look', async () => {
  const seen = await ask('Hello', (message) => [message]);
  expect(seen).toMatchObject({ text: 'Hello', end: { reason: 'idle' }, looks: 1, pending: 0 });
});

test('an answer of which nothing was heard is found at the deadline', async () => {
  const seen = await ask(undefined, (message) => [whole(message)]);
  expect(seen).toMatchObject({ text: 'Hello world', end: { reason: 'stop' }, failures: [], pending: 0 });
});

test('nothing heard and nothing found is still a timeout', async () => {
  const seen = await ask(undefined, () => []);
  expect(seen.failures).toMatchObject([{ code: 'answer_timeout' }]);
  expect(seen.pending).toBe(0);
});

test('a channel that cannot be read now is read again, three times at most', async () => {
  const away = new GatewayError('discord_unreachable', 'not there');
  const seen = await ask('Hello', () => away);
  expect(seen).toMatchObject({ text: 'Hello', end: { reason: 'idle' }, looks: 3, pending: 0 });
});

test('a channel that may not be read ends the answer as before', async () => {
  const refused = new GatewayError('discord_refused', 'Missing Access');
  const seen = await ask('Hello', () => refused);
  expect(seen).toMatchObject({ text: 'Hello', end: { reason: 'idle' }, looks: 1, pending: 0 });
});
