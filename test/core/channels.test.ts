import fc from 'fast-check';
import { beforeEach, describe, expect, test } from 'vitest';
import { ChannelKeeper, type ChannelLimits } from '../../src/core/channels.ts';
import type { Channel } from '../../src/core/discord.ts';
import { randomIds } from '../../src/core/ids.ts';
import { silentLog } from '../../src/core/log.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { FakeDiscord, refusal } from '../support/fake-discord.ts';

let clock: FakeClock;
let discord: FakeDiscord;
const ABOUT = { botUserId: 'B1', unsettledUntil: 0 };
const patient = new AbortController().signal;

beforeEach(() => {
  clock = new FakeClock();
  discord = new FakeDiscord();
});

function keep(limits: Partial<ChannelLimits> = {}): ChannelKeeper {
  const all: ChannelLimits = {
    botId: 'coze',
    guildId: 'G',
    maxChannels: 3,
    spareChannels: 1,
    channelIdleMs: 600_000,
    queue: 10,
    waitMs: 30_000,
    answerMs: 30_000,
    settleMs: 10_000,
    ...limits,
  };
  return new ChannelKeeper(all, { discord, clock, ids: randomIds(clock), log: silentLog });
}

async function opened(limits: Partial<ChannelLimits> = {}): Promise<ChannelKeeper> {
  const keeper = keep(limits);
  await keeper.open('cg-1-', new Set());
  await clock.settle();
  return keeper;
}

describe('the channel keeper', () => {
  test('keeps spare channels ready so that nobody waits for Discord', async () => {
    const keeper = await opened({ spareChannels: 2 });
    expect(keeper.counts).toMatchObject({ spare: 2, channels: 2 });
    await keeper.acquire(patient);
    await clock.settle();
    expect(keeper.counts).toMatchObject({ spare: 2, inUse: 1, channels: 3 });
  });

  test('never gives a channel out twice', async () => {
    const keeper = await opened({ maxChannels: 20 });
    const channels = await Promise.all(Array.from({ length: 10 }, () => keeper.acquire(patient)));
    expect(new Set(channels.map(({ id }) => id)).size).toBe(10);
  });

  test('removes what an earlier run left, and nothing else', async () => {
    const names = ['cg-1-aaaaaa-11111111', 'general', 'cg-2-other', 'cg-1-bbbbbb-22222222'];
    for (const [index, name] of names.entries())
      discord.channels.set(String(index), { id: String(index), name });
    const keeper = keep({ spareChannels: 0 });
    await keeper.open('cg-1-', new Set(['3']));
    await clock.settle();
    expect([...discord.channels.values()].map(({ name }) => name)).toEqual([
      'general',
      'cg-2-other',
      names[3],
    ]);
  });

  test('looks for orphans again when Discord could not be asked, and spares its own channels then', async () => {
    discord.channels.set('1', { id: '1', name: 'cg-1-aaaaaa-11111111' });
    discord.failures.set('listChannels', () => new Error('no network'));
    const keeper = await opened();
    discord.failures.clear();
    const mine = await keeper.acquire(patient);
    await clock.advance(2_000);
    expect(discord.channels.has('1')).toBe(false);
    expect(discord.channels.has(mine.id)).toBe(true);
  });

  test('deletes the longest idle conversation first when it is in the way', async () => {
    const keeper = await opened({ spareChannels: 0 });
    const channels = [];
    for (const hash of ['a', 'b', 'c']) {
      const channel = await keeper.acquire(patient);
      channels.push(channel);
      keeper.rest(channel, hash, ABOUT);
    }
    await keeper.acquire(patient);
    expect(keeper.find('a')).toBeUndefined();
    expect(keeper.find('b')).toBeDefined();
    expect(discord.channels.has(channels[0]!.id)).toBe(false);
  });

  test('deletes a conversation that rested for channelIdleMs', async () => {
    const keeper = await opened({ spareChannels: 0 });
    keeper.rest(await keeper.acquire(patient), 'a', ABOUT);
    await clock.advance(599_000);
    expect(keeper.find('a')).toBeDefined();
    await clock.advance(31_000);
    expect(keeper.find('a')).toBeUndefined();
    expect(discord.channels.size).toBe(0);
  });

  test('lets requests wait at the bound and serves them in order', async () => {
    const keeper = await opened({ spareChannels: 0 });
    const held = await Promise.all([1, 2, 3].map(() => keeper.acquire(patient)));
    const order: number[] = [];
    const waiting = [1, 2].map((n) => keeper.acquire(patient).then(() => order.push(n)));
    await clock.settle();
    expect(keeper.counts.waiting).toBe(2);
    keeper.retire(held[0]!);
    keeper.rest(held[1]!, 'a', ABOUT);
    await Promise.all(waiting);
    expect(order).toEqual([1, 2]);
    expect(discord.channels.size).toBeLessThanOrEqual(3);
  });

  test('makes no channel for a caller that left, nor one for each retry', async () => {
    const keeper = await opened({ spareChannels: 0 });
    for (let attempt = 0; attempt < 5; attempt += 1) {
      const leaving = new AbortController();
      const waiting = keeper.acquire(leaving.signal);
      leaving.abort(new Error('gone'));
      await waiting.then((channel) => keeper.putBack(channel)).catch(() => {});
      await clock.settle();
    }
    expect(discord.calls.filter((call) => call === 'createChannel')).toHaveLength(1);
  });

  test('tells a waiting request why no channel could be made, and recovers', async () => {
    const keeper = await opened({ spareChannels: 0 });
    discord.failures.set('createChannel', () => refusal(403, 50_013));
    await expect(keeper.acquire(patient)).rejects.toMatchObject({ code: 'discord_refused' });
    discord.failures.clear();
    await expect(keeper.acquire(patient)).resolves.toMatchObject({ name: expect.stringMatching(/^cg-1-/) });
  });

  test('does not hammer Discord when spare channels cannot be made', async () => {
    discord.failures.set('createChannel', () => refusal(403, 50_013));
    const keeper = await opened({ spareChannels: 2 });
    await clock.advance(60_000);
    const tries = discord.calls.filter((call) => call === 'createChannel').length;
    expect(tries).toBeGreaterThan(2);
    expect(tries).toBeLessThan(15);
    keeper.close();
  });

  test('makes room in a guild that Discord calls full', async () => {
    const keeper = await opened({ maxChannels: 50, spareChannels: 0 });
    keeper.rest(await keeper.acquire(patient), 'a', ABOUT);
    discord.failures.set('createChannel', () =>
      discord.channels.size >= 1 ? refusal(400, 30_013) : undefined,
    );
    await expect(keeper.acquire(patient)).resolves.toBeDefined();
    await expect(keeper.acquire(patient)).rejects.toMatchObject({ code: 'channels_full' });
  });

  test('says so at once when named conversations hold every channel', async () => {
    const keeper = await opened({ spareChannels: 0, maxChannels: 1 });
    await keeper.acquire(patient);
    keeper.makeLasting();
    await expect(keeper.acquire(patient)).rejects.toMatchObject({ code: 'channels_full', status: 429 });
  });

  test('tries again to delete what could not be deleted', async () => {
    const keeper = await opened({ spareChannels: 0 });
    const channel = await keeper.acquire(patient);
    discord.failures.set('deleteChannel', () => new Error('no network'));
    keeper.retire(channel);
    await clock.settle();
    discord.failures.clear();
    await clock.advance(2_000);
    expect(discord.channels.size).toBe(0);
    expect(keeper.counts.channels).toBe(0);
  });

  test('sends everybody away when it closes', async () => {
    const keeper = await opened({ spareChannels: 0, maxChannels: 1 });
    await keeper.acquire(patient);
    const waiting = keeper.acquire(patient);
    keeper.close();
    await expect(waiting).rejects.toMatchObject({ code: 'shutting_down' });
  });

  test('never holds more than maxChannels and never forgets a place, whatever happens', async () => {
    const steps = fc.array(
      fc.constantFrom('acquire', 'leave', 'rest', 'retire', 'putBack', 'resume', 'fail', 'mend', 'tick'),
      {
        maxLength: 60,
      },
    );
    await fc.assert(
      fc.asyncProperty(steps, fc.integer({ min: 1, max: 4 }), async (commands, maxChannels) => {
        clock = new FakeClock();
        discord = new FakeDiscord();
        const keeper = await opened({ maxChannels, spareChannels: 1 });
        const held: Channel[] = [];
        let hashes = 0;
        for (const command of commands) {
          const channel = ['rest', 'retire', 'putBack'].includes(command) ? held.pop() : undefined;
          if (command === 'acquire')
            keeper.acquire(patient).then(
              (c) => held.push(c),
              () => {},
            );
          if (command === 'leave')
            keeper.acquire(AbortSignal.abort()).then(
              (c) => held.push(c),
              () => {},
            );
          if (command === 'rest' && channel) keeper.rest(channel, String(hashes++ % 3), ABOUT);
          if (command === 'retire' && channel) keeper.retire(channel);
          if (command === 'putBack' && channel) keeper.putBack(channel);
          if (command === 'resume') {
            const resting = keeper.resume(String(hashes % 3));
            if (resting) held.push(resting.channel);
          }
          if (command === 'fail') discord.failures.set('createChannel', () => refusal(403, 50_013));
          if (command === 'mend') discord.failures.clear();
          if (command === 'tick') await clock.advance(1_000);
          await clock.settle();
          expect(discord.channels.size).toBeLessThanOrEqual(maxChannels);
          expect(new Set(held.map(({ id }) => id)).size).toBe(held.length);
        }
        discord.failures.clear();
        await clock.advance(300_000);
        for (const channel of held.splice(0)) keeper.retire(channel);
        await clock.settle();
        expect(keeper.counts).toMatchObject({ waiting: 0 });
        expect(keeper.counts.channels).toBe(discord.channels.size);
        keeper.close();
      }),
      { numRuns: 60 },
    );
  });
});
