import { describe, expect, test } from 'vitest';
import type { BotEvent } from '../../src/core/driver.ts';
import { GatewayError } from '../../src/core/errors.ts';
import { Keepalive } from '../../src/core/keepalive.ts';
import { type Log, silentLog } from '../../src/core/log.ts';
import { type Asked, CALLER, CoreWorld, echo } from '../support/core-world.ts';

const MINUTE_MS = 60_000;

const every = (everyMinutes: number, maxIdleMinutes = 30) => ({
  everyMinutes,
  maxIdleMinutes,
  channel: 'pulse',
  message: 'still there?',
});

/** A bot that never says anything, until its reader leaves. */
async function* silent({ room }: Asked): AsyncGenerator<BotEvent> {
  yield { type: 'job-submitted', nonce: '1' };
  room.signal.throwIfAborted();
  await new Promise((_, reject) => {
    room.signal.addEventListener('abort', () => reject(room.signal.reason));
  });
}

async function* broken(): AsyncGenerator<BotEvent> {
  yield { type: 'job-submitted', nonce: '1' };
  throw new GatewayError('bot_failed', 'the bot failed');
}

async function world(bots: ConstructorParameters<typeof CoreWorld>[0]) {
  const made = new CoreWorld(bots);
  await made.open();
  const warnings: string[] = [];
  const log: Log = { ...silentLog, warn: (_fields, text) => warnings.push(String(text)) };
  const { service, clock, ids } = made;
  const keepalive = new Keepalive({ bots: made.bots, service, clock, ids, log });
  const minutes = (count: number) => clock.advance(count * MINUTE_MS);
  /** Ids of the bots that were pinged, in their order; the bots of these worlds have one Coze bot each. */
  const pinged = () => made.asked.map(({ room }) => room.botUserId);
  return { ...made, world: made, clock, keepalive, warnings, minutes, pinged };
}

const two = (first: object, second: object) => ({
  bots: [
    { id: 'a', botUserIds: ['A1'], keepalive: every(10), ...first },
    { id: 'b', botUserIds: ['B1'], keepalive: every(10), ...second },
  ],
});

describe('keepalive by timer', () => {
  test('pings a bot that was silent for longer than allowed, and no sooner', async () => {
    const w = await world({ bots: [{ keepalive: every(10) }] });
    w.keepalive.start();
    await w.minutes(39);
    expect(w.asked).toEqual([]);
    await w.minutes(1);
    expect(w.asked).toHaveLength(1);
    expect(w.asked[0]?.job.messages.map(({ text }) => text)).toEqual(['still there?']);
    w.keepalive.stop();
  });

  test('pings in the named conversation, the same one every time', async () => {
    const w = await world({ bots: [{ keepalive: every(60) }] });
    w.keepalive.start();
    await w.minutes(180);
    expect(w.asked).toHaveLength(3);
    expect(new Set(w.asked.map(({ room }) => room.channelId)).size).toBe(1);
    const [name] = (await w.world.store.listConversations('coze')).map((conversation) => conversation.name);
    expect(name).toBe('pulse');
    w.keepalive.stop();
  });

  test('counts its own ping as an answer: the next one comes only after as much silence again', async () => {
    const w = await world({ bots: [{ keepalive: every(10) }] });
    w.keepalive.start();
    await w.minutes(40);
    expect(w.asked).toHaveLength(1);
    await w.minutes(39);
    expect(w.asked).toHaveLength(1);
    await w.minutes(1);
    expect(w.asked).toHaveLength(2);
    w.keepalive.stop();
  });

  test('leaves a bot alone that answers others', async () => {
    const w = await world({ bots: [{ keepalive: every(10) }] });
    w.keepalive.start();
    for (let round = 0; round < 10; round += 1) {
      await w.minutes(25);
      await w.world.ask([`question ${round}`]);
    }
    expect(w.world.asked).toHaveLength(10);
    w.keepalive.stop();
  });

  test('looks at each bot in its own rhythm and by its own limit', async () => {
    const w = await world(two({ keepalive: every(5, 5) }, { keepalive: every(60, 50) }));
    w.keepalive.start();
    await w.minutes(59);
    expect(w.pinged()).toEqual(['A1', 'A1', 'A1', 'A1', 'A1']);
    await w.minutes(1);
    expect(w.pinged().filter((id) => id === 'B1')).toHaveLength(1);
    w.keepalive.stop();
  });

  test('with everyMinutes 0 never looks', async () => {
    const w = await world(two({ keepalive: every(0) }, { keepalive: every(0) }));
    const before = w.clock.pending;
    w.keepalive.start();
    expect(w.clock.pending).toBe(before);
    await w.minutes(10_000);
    expect(w.asked).toEqual([]);
  });

  test('goes on after a ping that failed, says so in the log, and does not hold up the other bots', async () => {
    const w = await world(two({ keepalive: every(60) }, { keepalive: every(60) }));
    w.world.behaviour = (asked) => (asked.room.botUserId === 'A1' ? broken() : echo(asked));
    w.keepalive.start();
    await w.minutes(60);
    expect(w.warnings).toEqual(['the keepalive ping failed']);
    expect(w.pinged()).toContain('B1');
    w.world.behaviour = echo;
    await w.minutes(60);
    expect(w.warnings).toHaveLength(1);
    expect(w.pinged().filter((id) => id === 'B1')).toHaveLength(2);
    expect(w.bots[0]?.lastAnswerOf('A1')).toBeGreaterThan(w.clock.now() - 2 * MINUTE_MS);
    w.keepalive.stop();
  });

  test('waits for a silent bot, and does not ask it again meanwhile', async () => {
    const w = await world({ bots: [{ keepalive: every(1, 1) }] });
    w.world.behaviour = silent;
    w.keepalive.start();
    await w.minutes(500);
    expect(w.asked).toHaveLength(1);
    w.keepalive.stop();
    await w.clock.settle();
  });
});

describe('keepalive by call', () => {
  test('looks at each bot of a pool by itself', async () => {
    const w = await world({ bots: [{ id: 'coze', botUserIds: ['B1', 'B2'], keepalive: every(0) }] });
    await w.minutes(1);
    w.bots[0]?.noteAnswer('B1');
    await w.minutes(30);
    expect(await w.keepalive.run(CALLER)).toMatchObject({ pinged: ['coze'] });
    expect(w.asked.map(({ room }) => room.botUserId)).toEqual(['B2']);
    await w.minutes(31);
    await w.keepalive.run(CALLER);
    expect(
      w.asked
        .slice(1)
        .map(({ room }) => room.botUserId)
        .sort(),
    ).toEqual(['B1', 'B2']);
    expect(new Set(w.asked.map(({ room }) => room.channelId)).size).toBe(2);
  });

  test('pings the idle bots of the caller at once, and tells what became of each', async () => {
    const w = await world({
      bots: ['a', 'b', 'c', 'd'].map((id) => ({ id, botUserIds: [id], keepalive: every(0) })),
    });
    w.world.behaviour = (asked) => (asked.room.botUserId === 'b' ? broken() : echo(asked));
    await w.minutes(1);
    w.bots[2]?.noteAnswer('c');
    await w.minutes(30);
    const round = await w.keepalive.run({ id: 'x', admin: false, bots: ['a', 'b', 'c'] });
    expect(round).toEqual({ pinged: ['a'], failed: ['b'], notNeeded: ['c'] });
    expect(new Set(w.pinged())).toEqual(new Set(['a', 'b']));
  });

  test('pings nobody when nobody was idle for long enough', async () => {
    const w = await world({ bots: [{ keepalive: every(0) }] });
    await w.minutes(30);
    expect(await w.keepalive.run(CALLER)).toEqual({ pinged: [], failed: [], notNeeded: ['coze'] });
    expect(w.asked).toEqual([]);
  });

  test('never pings a bot of somebody else', async () => {
    const w = await world(two({}, {}));
    await w.minutes(31);
    await w.keepalive.run({ id: 'x', admin: true, bots: [] });
    expect(w.asked).toEqual([]);
  });

  test('joins a ping that is on its way, by timer or by call, instead of sending another', async () => {
    const w = await world({ bots: [{ keepalive: every(40) }] });
    let answer = () => {};
    const asked = new Promise<void>((resolve) => {
      answer = resolve;
    });
    w.world.behaviour = async function* (all) {
      await asked;
      yield* echo(all);
    };
    w.keepalive.start();
    await w.minutes(40);
    const rounds = [w.keepalive.run(CALLER), w.keepalive.run(CALLER)];
    await w.clock.settle();
    answer();
    expect(await Promise.all(rounds)).toEqual(
      [0, 1].map(() => ({ pinged: ['coze'], failed: [], notNeeded: [] })),
    );
    expect(w.asked).toHaveLength(1);
    expect(await w.keepalive.run(CALLER)).toMatchObject({ notNeeded: ['coze'] });
    w.keepalive.stop();
  });

  test('may be asked again after a failure', async () => {
    const w = await world({ bots: [{ keepalive: every(0) }] });
    w.world.behaviour = broken;
    await w.minutes(31);
    expect(await w.keepalive.run(CALLER)).toMatchObject({ failed: ['coze'] });
    w.world.behaviour = echo;
    await w.minutes(31);
    expect(await w.keepalive.run(CALLER)).toMatchObject({ pinged: ['coze'] });
  });
});

describe('a stop of the keepalive', () => {
  test('leaves no timer behind, and no later start or look begins anything', async () => {
    const w = await world(two({}, {}));
    const before = w.clock.pending;
    w.keepalive.start();
    expect(w.clock.pending).toBe(before + 2);
    w.keepalive.stop();
    expect(w.clock.pending).toBe(before);
    w.keepalive.start();
    await w.minutes(100);
    expect(await w.keepalive.run(CALLER)).toMatchObject({ pinged: [] });
    expect(w.asked).toEqual([]);
  });

  test('ends a ping that is on its way, quietly, and plans no other', async () => {
    const w = await world({ bots: [{ keepalive: every(40) }] });
    w.world.behaviour = silent;
    w.keepalive.start();
    await w.minutes(40);
    expect(w.world.service.active).toBe(1);
    w.keepalive.stop();
    await w.clock.settle();
    expect(w.world.service.active).toBe(0);
    expect(w.warnings).toEqual([]);
    await w.minutes(500);
    expect(w.asked).toHaveLength(1);
  });
});
