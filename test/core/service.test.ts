import { describe, expect, test } from 'vitest';
import type { BotEvent } from '../../src/core/driver.ts';
import { GatewayError } from '../../src/core/errors.ts';
import { type Asked, CALLER, CoreWorld, echo } from '../support/core-world.ts';
import { refusal } from '../support/fake-discord.ts';

async function* never({ room }: Asked): AsyncGenerator<BotEvent> {
  yield { type: 'job-submitted', nonce: '1' };
  yield { type: 'text-delta', text: 'begun' };
  room.signal.throwIfAborted();
  await new Promise((_, reject) => {
    room.signal.addEventListener('abort', () => reject(room.signal.reason));
  });
}

function failing(
  code: ConstructorParameters<typeof GatewayError>[0],
  when: (asked: Asked) => boolean = () => true,
) {
  return async function* (asked: Asked): AsyncGenerator<BotEvent> {
    if (when(asked)) {
      yield { type: 'job-submitted', nonce: '1' };
      throw new GatewayError(code, `failed with ${code}`);
    }
    yield* echo(asked);
  };
}

async function world(options?: ConstructorParameters<typeof CoreWorld>[0]): Promise<CoreWorld> {
  const made = new CoreWorld(options);
  await made.open();
  return made;
}

describe('an unnamed request', () => {
  test('gets a channel that nobody used before', async () => {
    const { ask, asked } = await bound();
    await ask(['one']);
    await ask(['two']);
    expect(asked[0]?.room.channelId).not.toBe(asked[1]?.room.channelId);
  });

  test('that repeats an answered conversation goes on in its channel with only what is new', async () => {
    const w = await world();
    await w.ask(['hello']);
    await w.ask(['hello', 're: hello', 'and now?']);
    await w.ask(['hello', 're: hello', 'and now?', 're: and now?', 'third']);
    expect(new Set(w.asked.map(({ room }) => room.channelId)).size).toBe(1);
    expect([w.told(0), w.told(1), w.told(2)]).toEqual([['hello'], ['and now?'], ['third']]);
  });

  test.each([
    ['another caller', ['hello', 're: hello', 'x'], { caller: { ...CALLER, id: 'lobe' } }],
    ['another answer than ours', ['hello', 're: Hello!', 'x'], {}],
    ['another beginning', ['hallo', 're: hello', 'x'], {}],
  ])('of %s starts anew with its whole history', async (_, messages, more) => {
    const w = await world();
    await w.ask(['hello']);
    await w.ask(messages, more);
    expect(w.asked[1]?.room.channelId).not.toBe(w.asked[0]?.room.channelId);
    expect(w.told(1)).toEqual(messages);
  });

  test('that branches off while the same conversation is being continued gets a channel of its own', async () => {
    const w = await world();
    await w.ask(['hello']);
    await Promise.all([w.ask(['hello', 're: hello', 'left']), w.ask(['hello', 're: hello', 'right'])]);
    expect(w.told(1)).toEqual(['left']);
    expect(w.told(2)).toEqual(['hello', 're: hello', 'right']);
    expect(new Set(w.asked.map(({ room }) => room.channelId)).size).toBe(2);
  });

  test('that was left by its caller never gives its channel to anybody else', async () => {
    const w = await world();
    w.behaviour = never;
    const leaving = new AbortController();
    const chat = w.service.chat(w.request(['hello'], { signal: leaving.signal }));
    const reading = (async () => {
      for await (const event of chat.events)
        if (event.type === 'text-delta') leaving.abort(new Error('gone'));
    })();
    await expect(reading).rejects.toThrow('gone');
    await w.clock.settle();
    expect(w.discord.channels.size).toBe(0);
    expect(w.bots[0]?.busy).toBe(0);
    expect(w.reports[0]?.outcome).toBe('left');
  });

  test('uses one channel however often it fails over', async () => {
    const w = await world({ bots: [{ botUserIds: ['B1', 'B2', 'B3'] }] });
    w.behaviour = failing('bot_failed', ({ room }) => room.botUserId !== 'B3');
    const answer = await w.ask(['hello']);
    expect(answer.text).toBe('re: hello');
    expect(w.discord.calls.filter((call) => call === 'createChannel')).toHaveLength(1);
  });

  test('whose channel was deleted on Discord moves to a new one with the whole history', async () => {
    const w = await world();
    await w.ask(['hello']);
    w.discord.channels.clear();
    w.discord.channels.set('other', { id: 'other', name: 'other' });
    expect((await w.ask(['hello', 're: hello', 'again'])).text).toBe('re: again');
    expect(w.told(2)).toEqual(['hello', 're: hello', 'again']);
  });
});

describe('a named conversation', () => {
  test('gets only the newest user message, always in the same channel', async () => {
    const w = await world();
    await w.ask(['one'], { conversation: 'Trip' });
    await w.ask(['one', 're: one', 'two'], { conversation: 'Trip' });
    expect([w.told(0), w.told(1)]).toEqual([['one'], ['two']]);
    expect(w.asked[0]?.room.channelId).toBe(w.asked[1]?.room.channelId);
  });

  test('survives a restart', async () => {
    const before = await world();
    await before.ask(['one'], { conversation: 'Trip' });
    const after = await world({ store: before.store });
    await after.ask(['two'], { conversation: 'Trip' });
    expect(after.asked[0]?.room.channelId).toBe(before.asked[0]?.room.channelId);
  });

  test('of one caller is not that of another', async () => {
    const w = await world();
    await w.ask(['one'], { conversation: 'Trip' });
    await w.ask(['one'], { conversation: 'Trip', caller: { ...CALLER, id: 'lobe' } });
    expect(w.asked[0]?.room.channelId).not.toBe(w.asked[1]?.room.channelId);
  });

  test('answers one request at a time, in order', async () => {
    const w = await world();
    const order: string[] = [];
    w.behaviour = async function* (asked) {
      order.push(`begin ${asked.job.messages[0]?.text}`);
      await new Promise((resolve) => setImmediate(resolve));
      yield* echo(asked);
      order.push(`end ${asked.job.messages[0]?.text}`);
    };
    await Promise.all(['1', '2', '3'].map((text) => w.ask([text], { conversation: 'Trip' })));
    expect(order).toEqual(['begin 1', 'end 1', 'begin 2', 'end 2', 'begin 3', 'end 3']);
  });

  test('refuses more waiting requests than its line holds, and says which limit', async () => {
    const w = await world({ channels: { queue: 2 } });
    w.behaviour = never;
    const ended = [1, 2, 3, 4].map((text) => w.ask([String(text)], { conversation: 'Trip' }).catch((e) => e));
    expect(await ended[3]).toMatchObject({ code: 'queue_full', message: expect.stringContaining('queue 2') });
    await w.clock.advance(60_000);
    expect(await ended[1]).toMatchObject({ code: 'queue_timeout' });
  });

  test('that was left mid-answer is marked, so that late messages are not taken for the next answer', async () => {
    const w = await world();
    w.behaviour = never;
    const leaving = new AbortController();
    const first = w.ask(['one'], { conversation: 'Trip', signal: leaving.signal }).catch((error) => error);
    await w.clock.settle();
    leaving.abort(new Error('gone'));
    await first;
    w.behaviour = echo;
    await w.ask(['two'], { conversation: 'Trip' });
    await w.ask(['three'], { conversation: 'Trip' });
    await w.clock.advance(60_000);
    await w.ask(['four'], { conversation: 'Trip' });
    expect(w.asked.map(({ room }) => room.unsettled)).toEqual([false, true, true, false]);
  });

  test('whose channel was deleted on Discord goes on in a new one', async () => {
    const w = await world();
    await w.ask(['one'], { conversation: 'Trip' });
    w.discord.channels.clear();
    w.discord.channels.set('other', { id: 'other', name: 'other' });
    expect((await w.ask(['two'], { conversation: 'Trip' })).text).toBe('re: two');
    expect((await w.ask(['three'], { conversation: 'Trip' })).text).toBe('re: three');
    expect(w.asked[2]?.room.channelId).toBe(w.asked[3]?.room.channelId);
  });
});

describe('fail-over', () => {
  test('moves to another account when one has used up its share, and lets that one rest', async () => {
    const w = new CoreWorld();
    const two = await world({
      bots: [
        {
          senders: [
            { id: 'alice', port: w.discord },
            { id: 'bob', port: new CoreWorld().discord },
          ],
        },
      ],
    });
    two.behaviour = failing('account_limited', ({ room }) => room.send === w.discord);
    expect((await two.ask(['one'])).text).toBe('re: one');
    await two.ask(['two']);
    expect(two.asked).toHaveLength(3);
  });

  test('sends the whole history when another bot takes over a conversation', async () => {
    const w = await world({ bots: [{ botUserIds: ['B1', 'B2'] }] });
    await w.ask(['hello']);
    w.behaviour = failing('bot_exhausted', ({ room }) => room.botUserId === 'B1');
    await w.ask(['hello', 're: hello', 'more']);
    expect(w.told(1)).toEqual(['more']);
    expect(w.told(2)).toEqual(['hello', 're: hello', 'more']);
  });

  test('starts an answer anew that nobody has seen a word of, because it is not streamed', async () => {
    const w = await world({ bots: [{ botUserIds: ['B1', 'B2'] }] });
    w.behaviour = async function* (asked) {
      if (asked.room.botUserId === 'B2') return yield* echo(asked);
      yield { type: 'text-delta', text: 'half' };
      yield { type: 'media-ready', media: { url: 'https://x.test/a.png' } };
      throw new GatewayError('bot_busy', 'too many users');
    };
    expect(await w.ask(['hello'], { streamed: false })).toMatchObject({ text: 're: hello', media: [] });
  });

  test('does not ask another bot after a silence that lasted as long as an answer may, but prefers it next', async () => {
    const w = await world({ bots: [{ botUserIds: ['B1', 'B2'] }] });
    w.behaviour = failing('answer_timeout', ({ room }) => room.botUserId === 'B1');
    await expect(w.ask(['one'])).rejects.toMatchObject({ code: 'answer_timeout' });
    expect(w.asked).toHaveLength(1);
    expect((await w.ask(['two'])).text).toBe('re: two');
  });

  test('never happens once something was shown', async () => {
    const w = await world({ bots: [{ botUserIds: ['B1', 'B2'] }] });
    w.behaviour = async function* () {
      yield { type: 'job-submitted', nonce: '1' };
      yield { type: 'text-delta', text: 'half' };
      throw new GatewayError('bot_failed', 'broke');
    };
    await expect(w.ask(['hello'])).rejects.toMatchObject({ code: 'bot_failed' });
    expect(w.asked).toHaveLength(1);
  });

  test('ends with the error and the time of the reset when nobody is left, and costs no channel', async () => {
    const w = await world();
    w.behaviour = failing('account_limited');
    await expect(w.ask(['one'])).rejects.toMatchObject({ code: 'account_limited' });
    const created = w.discord.calls.filter((call) => call === 'createChannel').length;
    await w.clock.advance(1_000);
    const refused = await w.ask(['two']).catch((error) => error);
    expect(refused).toMatchObject({ code: 'account_limited', status: 429, retryAfterMs: 3_599_000 });
    expect(w.discord.calls.filter((call) => call === 'createChannel')).toHaveLength(created);
  });

  test('keeps trying a lone bot that only failed', async () => {
    const w = await world();
    w.behaviour = failing('bot_failed', () => w.asked.length === 1);
    await expect(w.ask(['one'])).rejects.toMatchObject({ code: 'bot_failed', status: 502 });
    expect((await w.ask(['two'])).text).toBe('re: two');
  });

  test('does not retry what is the request’s own fault', async () => {
    const w = await world({ bots: [{ botUserIds: ['B1', 'B2'] }] });
    w.media = { load: () => Promise.reject(new GatewayError('media_invalid', 'not a picture')) };
    const message = {
      role: 'user' as const,
      text: 'x',
      files: [{ type: 'link' as const, url: 'https://x.test/' }],
    };
    await expect(w.ask([message])).rejects.toMatchObject({ code: 'media_invalid' });
    expect(w.asked).toHaveLength(0);
    expect(w.bots[0]?.channelCounts).toMatchObject({ inUse: 0, spare: 1 });
  });
});

describe('the service', () => {
  test('refuses an unknown model, and one that the key may not use', async () => {
    const w = await world({ bots: [{ id: 'coze', models: ['gpt-4o'] }] });
    expect(() => w.service.chat(w.request(['x'], { model: 'nope' }))).toThrow(
      expect.objectContaining({ code: 'model_not_found' }),
    );
    const caller = { ...CALLER, bots: ['other'] };
    expect(() => w.service.chat(w.request(['x'], { caller }))).toThrow(
      expect.objectContaining({ code: 'bot_not_allowed' }),
    );
    expect(w.service.models(caller)).toEqual([]);
    expect(w.service.models(CALLER).map(({ id }) => id)).toEqual(['gpt-4o']);
  });

  test('spreads new conversations over the bots of a model, the least busy first', async () => {
    const w = await world({ bots: [{ id: 'a' }, { id: 'b' }] });
    w.behaviour = never;
    for (const text of ['1', '2', '3', '4']) {
      void w.ask([text]).catch(() => {});
      await w.clock.settle();
    }
    expect(w.bots.map((bot) => bot.busy)).toEqual([2, 2]);
    await Promise.all([w.service.close(0), w.clock.advance(1)]);
  });

  test('counts tokens of all messages and of the answer', async () => {
    const w = await world();
    expect((await w.ask(['one two', 'three', 'four five six'])).usage).toEqual({
      promptTokens: 6,
      completionTokens: 4,
    });
  });

  test('lets running answers end at a stop, then ends them, and takes no new ones', async () => {
    const w = await world();
    w.behaviour = never;
    const running = w.ask(['one']).catch((error) => error);
    await w.clock.settle();
    const closing = w.service.close(5_000);
    expect(() => w.service.chat(w.request(['two']))).toThrow(
      expect.objectContaining({ code: 'shutting_down' }),
    );
    await w.clock.advance(4_999);
    expect(w.service.active).toBe(1);
    await w.clock.advance(1);
    expect(await running).toMatchObject({ code: 'shutting_down', status: 503 });
    await closing;
  });

  test('retries nothing when Discord refuses the only account', async () => {
    const w = await world();
    w.discord.failures.set('send', () => refusal(403, 50_013));
    await expect(w.ask(['one'])).rejects.toMatchObject({ code: 'discord_refused' });
    expect(w.asked).toHaveLength(1);
  });
});

async function bound() {
  const w = await world();
  return { ask: w.ask.bind(w), asked: w.asked };
}
