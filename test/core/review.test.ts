/** One test for each fault that a review found in the core; each failed before it was mended. */
import { describe, expect, test } from 'vitest';
import { ChannelKeeper } from '../../src/core/channels.ts';
import type { BotEvent } from '../../src/core/driver.ts';
import { GatewayError } from '../../src/core/errors.ts';
import { randomIds } from '../../src/core/ids.ts';
import { silentLog } from '../../src/core/log.ts';
import { Pool } from '../../src/core/pool.ts';
import { DailyQuota } from '../../src/core/quota.ts';
import { createMemoryStore } from '../../src/stores/memory.ts';
import { type Asked, CALLER, CoreWorld, echo } from '../support/core-world.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { FakeDiscord, refusal } from '../support/fake-discord.ts';

const patient = new AbortController().signal;

async function world(options?: ConstructorParameters<typeof CoreWorld>[0]): Promise<CoreWorld> {
  const made = new CoreWorld(options);
  await made.open();
  return made;
}

async function* never({ room }: Asked): AsyncGenerator<BotEvent> {
  yield { type: 'job-submitted', nonce: '1' };
  yield { type: 'text-delta', text: 'begun' };
  room.signal.throwIfAborted();
  await new Promise((_, reject) => {
    room.signal.addEventListener('abort', () => reject(room.signal.reason));
  });
}

describe('load balancing', () => {
  test('counts requests that wait for a channel', async () => {
    const w = await world({ bots: [{ id: 'a' }, { id: 'b' }], channels: { maxChannels: 2 } });
    w.behaviour = never;
    for (let index = 0; index < 8; index += 1) void w.ask([String(index)]).catch(() => {});
    await w.clock.settle();
    expect(w.bots.map((bot) => bot.busy)).toEqual([4, 4]);
    await Promise.all([w.service.close(0), w.clock.advance(1)]);
    expect(w.bots.map((bot) => bot.busy)).toEqual([0, 0]);
  });

  test('takes turns among the bots of a pool that are equally idle', async () => {
    const w = await world({ bots: [{ botUserIds: ['B1', 'B2', 'B3'] }] });
    for (const text of ['1', '2', '3', '4']) await w.ask([text]);
    expect(w.asked.map(({ room }) => room.botUserId)).toEqual(['B1', 'B2', 'B3', 'B1']);
  });

  test('leaves a lasting conversation at its bot when that bot failed somebody else', async () => {
    const w = await world({ bots: [{ botUserIds: ['B1', 'B2'] }] });
    await w.ask(['one'], { conversation: 'diary' });
    w.bots[0]?.bots.blame('B1', new GatewayError('bot_failed', 'failed'));
    await w.ask(['two'], { conversation: 'diary' });
    expect(w.asked.map(({ room }) => room.botUserId)).toEqual(['B1', 'B1']);
  });

  test('makes a conversation of a new name at one bot only, also when two ask for it at once', async () => {
    const w = await world({ bots: [{ id: 'a' }, { id: 'b' }, { id: 'c' }] });
    await Promise.all([1, 2, 3].map(() => w.ask(['hello'], { conversation: 'diary' })));
    const lists = await Promise.all(w.bots.map((bot) => bot.lasting.list(CALLER.id)));
    expect(lists.flat()).toHaveLength(1);
  });
});

describe('a rest', () => {
  test('until tomorrow is not cut short by a softer failure of a request that was under way', () => {
    const clock = new FakeClock();
    const pool = new Pool([{ id: 'x' }], clock);
    pool.blame('x', new GatewayError('account_limited', 'limited', { retryAfterMs: 86_400_000 }));
    pool.blame('x', new GatewayError('rate_limited', 'slow down', { retryAfterMs: 1_000 }));
    expect(pool.canUse('x')).toBe(false);
    expect(pool.trouble()).toMatchObject({ code: 'account_limited', retryAfterMs: 86_400_000 });
  });

  test('is also given when the limit was met after something had been shown', async () => {
    const w = await world();
    w.behaviour = async function* () {
      yield { type: 'text-delta', text: 'half' };
      throw new GatewayError('account_limited', 'limited');
    };
    await expect(w.ask(['one'])).rejects.toMatchObject({ code: 'account_limited' });
    expect(w.bots[0]?.trouble()).toMatchObject({ code: 'account_limited' });
  });
});

describe('dailyLimit', () => {
  test('holds also for requests side by side', async () => {
    const clock = new FakeClock();
    const quota = new DailyQuota('alice', 3, createMemoryStore(), clock);
    await quota.open();
    const discord = new FakeDiscord();
    const w = await world({
      bots: [{ senders: [{ id: 'alice', port: discord, quota, trouble: () => quota.trouble() }] }],
    });
    const results = await Promise.allSettled(
      Array.from({ length: 10 }, (_, index) => w.ask([String(index)])),
    );
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(3);
    expect(discord.sent).toHaveLength(3);
  });

  test('gives back what a failed request did not use', async () => {
    const quota = new DailyQuota('alice', 1, createMemoryStore(), new FakeClock());
    await quota.open();
    const reservation = quota.reserve();
    expect(quota.trouble()).toBeDefined();
    reservation.end();
    reservation.end();
    expect(quota.trouble()).toBeUndefined();
  });
});

describe('files', () => {
  test('beyond what a message carries are refused before one is fetched', async () => {
    const w = await world();
    let loads = 0;
    w.media = {
      load: async () => {
        loads += 1;
        return { name: 'a.png', contentType: 'image/png', bytes: new Uint8Array(1) };
      },
    };
    const files = Array.from({ length: 11 }, (_, index) => ({
      type: 'link' as const,
      url: `https://x.test/${index}`,
    }));
    await expect(w.ask([{ role: 'user', text: 'x', files }])).rejects.toMatchObject({
      code: 'media_invalid',
    });
    expect(loads).toBe(0);
  });

  test('are fetched once when another bot takes over', async () => {
    const w = await world({ bots: [{ botUserIds: ['B1', 'B2'] }] });
    let loads = 0;
    w.media = {
      load: async () => {
        loads += 1;
        return { name: 'a.png', contentType: 'image/png', bytes: new Uint8Array(1) };
      },
    };
    w.behaviour = async function* (asked) {
      if (asked.room.botUserId === 'B1') throw new GatewayError('bot_failed', 'failed');
      yield* echo(asked);
    };
    await w.ask([{ role: 'user', text: 'x', files: [{ type: 'link', url: 'https://x.test/' }] }]);
    expect(loads).toBe(1);
  });
});

describe('a channel', () => {
  test('in which Discord let nobody write is not thrown away, however often one tries', async () => {
    const w = await world();
    w.behaviour = async function* ({ room }) {
      yield { type: 'job-submitted', nonce: '1' };
      await room.send.send(room.channelId, { content: 'x', nonce: '1', mentionUserIds: [] });
    };
    w.discord.failures.set('send', () => refusal(403, 50_013));
    for (let index = 0; index < 6; index += 1) await w.ask(['one']).catch(() => {});
    expect(w.discord.calls.filter((call) => call === 'createChannel')).toHaveLength(1);
    expect(w.discord.calls).not.toContain('deleteChannel');
  });

  test('may still hear the tail of a limit text, so the next attempt there is not settled', async () => {
    const ports = [new FakeDiscord(), new FakeDiscord()] as const;
    const senders = ports.map((port, index) => ({ id: String(index), port }));
    const w = await world({ bots: [{ senders }] });
    w.behaviour = async function* (asked) {
      if (asked.room.send !== ports[0]) return yield* echo(asked);
      yield { type: 'job-submitted', nonce: '1' };
      yield { type: 'job-accepted', messageId: '1' };
      throw new GatewayError('account_limited', 'limited');
    };
    await w.ask(['one']);
    expect(w.asked.map(({ room }) => room.unsettled)).toEqual([false, true]);
  });

  test('is not settled for a moment after an answer that ended by silence', async () => {
    const w = await world();
    w.behaviour = async function* (asked) {
      for await (const event of echo(asked))
        yield event.type === 'job-ended' ? { ...event, reason: 'idle' } : event;
    };
    await w.ask(['one'], { conversation: 'Trip' });
    await w.ask(['two'], { conversation: 'Trip' });
    await w.clock.advance(10_000);
    await w.ask(['three'], { conversation: 'Trip' });
    expect(w.asked.map(({ room }) => room.unsettled)).toEqual([false, true, false]);
  });
});

describe('the channel keeper', () => {
  const limits = {
    botId: 'coze',
    guildId: 'G',
    maxChannels: 50,
    spareChannels: 5,
    channelIdleMs: 3_600_000,
    queue: 10,
    waitMs: 60_000,
    answerMs: 60_000,
    settleMs: 10_000,
  };

  test('tries less and less often while Discord refuses to make channels', async () => {
    const clock = new FakeClock();
    const discord = new FakeDiscord();
    discord.failures.set('createChannel', () => refusal(403, 50_013));
    const keeper = new ChannelKeeper(limits, { discord, clock, ids: randomIds(clock), log: silentLog });
    await keeper.open('cg-1-', new Set());
    await clock.advance(1_200_000);
    expect(discord.calls.filter((call) => call === 'createChannel').length).toBeLessThan(150);
    expect(clock.pending).toBeLessThan(5);
    keeper.close();
  });

  test.each([
    ['refuses', () => refusal(403, 50_013)],
    ['has no room', () => refusal(400, 30_013)],
  ])('tells everybody at once, and asks only once for each, when Discord %s', async (_, failure) => {
    const clock = new FakeClock();
    const discord = new FakeDiscord();
    discord.failures.set('createChannel', failure);
    const keeper = new ChannelKeeper(limits, { discord, clock, ids: randomIds(clock), log: silentLog });
    await keeper.open('cg-1-', new Set());
    await clock.settle();
    discord.calls.length = 0;
    const results = await Promise.allSettled(Array.from({ length: 10 }, () => keeper.acquire(patient)));
    expect(results.every(({ status }) => status === 'rejected')).toBe(true);
    expect(discord.calls.filter((call) => call === 'createChannel').length).toBeLessThanOrEqual(20);
    keeper.close();
  });

  test('gives up one remembered conversation at a time in a full guild', async () => {
    const clock = new FakeClock();
    const discord = new FakeDiscord();
    const keeper = new ChannelKeeper(
      { ...limits, spareChannels: 0 },
      { discord, clock, ids: randomIds(clock), log: silentLog },
    );
    await keeper.open('cg-1-', new Set());
    for (let index = 0; index < 10; index += 1) {
      keeper.rest(await keeper.acquire(patient), String(index), { botUserId: 'B', unsettledUntil: 0 });
    }
    const confirm: (() => void)[] = [];
    discord.deleteChannel = (id) =>
      new Promise((resolve) => {
        confirm.push(() => {
          discord.channels.delete(id);
          resolve();
        });
      });
    discord.failures.set('createChannel', () =>
      discord.channels.size >= 10 ? refusal(400, 30_013) : undefined,
    );
    const waiting = keeper.acquire(patient);
    await clock.advance(1_000);
    expect(keeper.counts.resting).toBe(9);
    confirm[0]?.();
    await expect(waiting).resolves.toBeDefined();
  });

  test('lets a request wait for another channel when only one of several could not be made', async () => {
    const clock = new FakeClock();
    const discord = new FakeDiscord();
    const keeper = new ChannelKeeper(
      { ...limits, spareChannels: 2 },
      { discord, clock, ids: randomIds(clock), log: silentLog },
    );
    let tries = 0;
    discord.failures.set('createChannel', () => {
      tries += 1;
      return tries === 1 ? new GatewayError('discord_unreachable', 'reset') : undefined;
    });
    const waiting = keeper.acquire(patient);
    await keeper.open('cg-1-', new Set());
    await expect(waiting).resolves.toBeDefined();
  });
});

describe('a lasting conversation', () => {
  test('that is renamed while others wait for it never answers two requests at once', async () => {
    const w = await world();
    let inside = 0;
    let most = 0;
    w.behaviour = async function* (asked) {
      inside += 1;
      most = Math.max(most, inside);
      await new Promise((resolve) => setTimeout(resolve, 5));
      inside -= 1;
      yield* echo(asked);
    };
    const first = w.ask(['a'], { conversation: 'x' });
    await w.clock.settle();
    const second = w.ask(['b'], { conversation: 'x' });
    await w.clock.settle();
    await w.bots[0]?.lasting.rename(CALLER.id, 'x', 'y');
    const third = w.ask(['c'], { conversation: 'y' });
    await Promise.all([first, second, third]);
    const perChannel = new Set(w.asked.map(({ room }) => room.channelId));
    expect(perChannel.size).toBe(1);
    expect(most).toBe(1);
    expect((await w.bots[0]?.lasting.list(CALLER.id))?.map(({ name }) => name)).toEqual(['y']);
  });

  test('is not overwritten by another one that gets its name at the same moment', async () => {
    const w = await world({ channels: { spareChannels: 0 } });
    const lasting = w.bots[0]!.lasting;
    await lasting.create(CALLER.id, 'x', patient);
    const results = await Promise.allSettled([
      lasting.create(CALLER.id, 'y', patient),
      lasting.rename(CALLER.id, 'x', 'y'),
    ]);
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(w.bots[0]?.channelCounts.lasting).toBe((await lasting.list(CALLER.id)).length);
  });

  test('may be called like a property of every object', async () => {
    const w = await world();
    await w.bots[0]?.lasting.create(CALLER.id, 'x', patient);
    await expect(w.bots[0]?.lasting.rename(CALLER.id, 'x', 'constructor')).resolves.toMatchObject({
      name: 'constructor',
    });
  });

  test('that is deleted ends the answer on its way there at once', async () => {
    const w = await world();
    w.behaviour = never;
    const asking = w.ask(['a'], { conversation: 'x' }).catch((error) => error);
    await w.clock.settle();
    await w.bots[0]?.lasting.remove(CALLER.id, 'x');
    expect(await asking).toMatchObject({ code: 'conversation_not_found' });
    expect(w.bots[0]?.busy).toBe(0);
  });
});

describe('a stop', () => {
  test('does not wait for a caller that has stopped reading', async () => {
    const w = await world();
    w.behaviour = never;
    const chat = w.service.chat(w.request(['one']));
    const iterator = chat.events[Symbol.asyncIterator]();
    await iterator.next();
    const closing = w.service.close(5_000);
    await w.clock.advance(6_001);
    await closing;
  });
});

describe('named conversations', () => {
  test('leave a fifth of the channels to requests without a name, and tell it at once', async () => {
    const w = await world({ channels: { maxChannels: 10 } });
    const results = await Promise.allSettled(
      Array.from({ length: 12 }, (_, index) => w.ask(['x'], { conversation: `name ${index}` })),
    );
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(8);
    expect(results.find(({ status }) => status === 'rejected')).toMatchObject({
      reason: { code: 'channels_full' },
    });
    expect((await w.ask(['nameless'])).text).toBe('re: nameless');
  });
});

describe('files that are too large together', () => {
  test('are given up before all are there', async () => {
    const w = await world();
    let finished = 0;
    w.media = {
      load: async (_source, signal) => {
        await new Promise((resolve) => setImmediate(resolve));
        signal.throwIfAborted();
        finished += 1;
        return { name: 'a.png', contentType: 'image/png', bytes: new Uint8Array(9 * 1024 * 1024) };
      },
    };
    const files = Array.from({ length: 10 }, () => ({ type: 'link' as const, url: 'https://x.test/' }));
    await expect(w.ask([{ role: 'user', text: 'x', files }])).rejects.toMatchObject({
      code: 'media_invalid',
      message: expect.stringContaining('25 MB'),
    });
    expect(finished).toBeLessThanOrEqual(10);
  });
});

describe('lasting conversations, as a second review found them', () => {
  test('of two given names for one channel answer one request at a time', async () => {
    const w = await world({ bots: [{ conversations: { a: '77', b: '77' } }] });
    let inside = 0;
    let most = 0;
    w.behaviour = async function* (asked) {
      inside += 1;
      most = Math.max(most, inside);
      await new Promise((resolve) => setTimeout(resolve, 5));
      inside -= 1;
      yield* echo(asked);
    };
    w.discord.channels.set('77', { id: '77', name: 'x' });
    await Promise.all([
      w.ask(['1'], { conversation: 'a' }),
      w.ask(['2'], { conversation: 'b', caller: { ...CALLER, id: 'other' } }),
    ]);
    expect(most).toBe(1);
  });

  test('a request that waits for one that is renamed is answered there', async () => {
    const w = await world();
    w.behaviour = async function* (asked) {
      await new Promise((resolve) => setTimeout(resolve, 5));
      yield* echo(asked);
    };
    await w.ask(['0'], { conversation: 'x' });
    const first = w.ask(['1'], { conversation: 'x' });
    await w.clock.settle();
    const second = w.ask(['2'], { conversation: 'x' });
    await w.clock.settle();
    await w.bots[0]?.lasting.rename(CALLER.id, 'x', 'y');
    await Promise.all([first, second]);
    expect(new Set(w.asked.map(({ room }) => room.channelId)).size).toBe(1);
    expect((await w.bots[0]?.lasting.list(CALLER.id))?.map(({ name }) => name)).toEqual(['y']);
  });

  test('is not made by a request that says it must exist', async () => {
    const w = await world();
    await expect(w.ask(['1'], { conversation: 'x', mustExist: true })).rejects.toMatchObject({
      code: 'conversation_not_found',
    });
    expect(await w.bots[0]?.lasting.list(CALLER.id)).toEqual([]);
  });

  test('that was deleted while Discord failed is deleted there after a restart', async () => {
    const before = await world();
    await before.ask(['1'], { conversation: 'x' });
    const channelId = before.asked[0]?.room.channelId ?? '';
    before.discord.failures.set('deleteChannel', () => new Error('no network'));
    await before.bots[0]?.lasting.remove(CALLER.id, 'x');
    expect(await before.bots[0]?.lasting.list(CALLER.id)).toEqual([]);
    await before.service.close(0);
    const after = new CoreWorld({ store: before.store });
    after.discord.channels.set(channelId, { id: channelId, name: 'x' });
    await after.open();
    await after.clock.settle();
    expect(after.discord.channels.has(channelId)).toBe(false);
    expect(await after.store.listConversations('coze')).toEqual([]);
    expect(after.bots[0]?.channelCounts).toMatchObject({ lasting: 0, channels: 0 });
  });

  test('keeps its bot when it is renamed during its first answer', async () => {
    const w = await world({ bots: [{ botUserIds: ['B1', 'B2'] }] });
    w.behaviour = async function* (asked) {
      await new Promise((resolve) => setTimeout(resolve, 5));
      yield* echo(asked);
    };
    const first = w.ask(['1'], { conversation: 'x' });
    await w.clock.settle();
    await w.bots[0]?.lasting.rename(CALLER.id, 'x', 'y');
    await first;
    expect((await w.bots[0]?.lasting.list(CALLER.id))?.[0]?.botUserId).toBe('B1');
  });
});

describe('usage', () => {
  test('is counted for a caller that leaves early', async () => {
    const w = await world();
    w.behaviour = never;
    const leaving = new AbortController();
    const asking = w.ask(['one two three'], { signal: leaving.signal }).catch(() => {});
    await w.clock.settle();
    leaving.abort(new Error('gone'));
    await asking;
    expect(w.reports[0]).toMatchObject({ outcome: 'left', usage: { promptTokens: 3, completionTokens: 1 } });
  });
});

describe('a deadline that passes while the reader is disconnected', () => {
  test('is no fault of the bot', async () => {
    const w = await world();
    w.bots[0]!.setup.listener.isConnected = () => false;
    w.behaviour = async function* () {
      yield { type: 'job-submitted', nonce: '1' };
      throw new GatewayError('answer_timeout', 'silent');
    };
    await w.ask(['1']).catch(() => {});
    w.bots[0]!.setup.listener.isConnected = () => true;
    expect(w.bots[0]?.trouble()).toBeUndefined();
  });
});
