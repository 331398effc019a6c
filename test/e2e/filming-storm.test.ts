/** A hundred videos side by side, while everything shakes: each is its own, or ends with a reason. */
import { afterEach, describe, expect, it } from 'vitest';
import { waitFor } from './drawing/studio.ts';
import {
  allOver,
  BREAKS,
  expectNoneCrossed,
  expectNothingLeft,
  followAll,
  type Order,
  ordersOf,
  SAME,
  shake,
} from './filming/crowd.ts';
import { expectOwnFilm, type FilmSet, type SeenFilm, startSet } from './filming/set.ts';
import { range } from './scene.ts';
import { fasterClock, KEY } from './world.ts';

const MANY = 100;
const ACCOUNTS = 5;
let world: FilmSet;

afterEach(() => world.close());

/** One clock for both, so that the pauses of the gateway keep their proportion to the bot's work. */
async function start(bot: object = {}, concurrency = 5): Promise<void> {
  const clock = fasterClock(8);
  world = await startSet(
    { users: ACCOUNTS, speed: 1, clock, pika: { concurrency: 20 } },
    { clock, room: { concurrency }, bot: { pollSeconds: 2, ...bot } },
  );
}

async function filmAll(orders: readonly Order[], withinMs: number): Promise<SeenFilm[]> {
  const nonces = await Promise.all(
    orders.map(({ prompt, picture }) => (picture ? world.animate(picture, prompt) : world.film(prompt))),
  );
  expect(new Set(nonces).size).toBe(orders.length);
  return allOver(world, nonces, withinMs);
}

const reasons = (films: readonly SeenFilm[]) =>
  films.map(({ prompt, status, failReason }) => ({ prompt, status, failReason }));

/** Whatever is unknown of the bot, in a way that still tells whose a video is. */
const TELLING = [
  {},
  { steps: [20, 60, 90] },
  { finalBy: 'update' },
  { finalBy: 'update', steps: [50], metadataOnWaiting: false },
  { nonceOnWaiting: false },
  { nonceOnFinal: true, metadataOnFinal: false, deleteWaiting: false },
  { metadataOnWaiting: false, metadataOnFinal: false, referenceOnFinal: true, deleteWaiting: false },
  { waiting: false },
  { emptyStart: true, layout: 'lines' },
  { duplicate: true },
  { interactionFailureFirst: true },
] as const;

/** Nothing but its words: a video of the same words as others cannot be told from theirs. */
const MUTE = { nonceOnWaiting: false, metadataOnWaiting: false, metadataOnFinal: false };
const MUTES = [
  MUTE,
  { ...MUTE, finalBy: 'update' },
  { ...MUTE, waiting: false },
  { ...MUTE, steps: [30, 60] },
  { ...MUTE, referenceOnFinal: true, deleteWaiting: false },
] as const;

describe('a hundred videos over five accounts in one channel', () => {
  it('are each their own, whatever the bot is like, though events come twice and in another order', async () => {
    await start();
    followAll(world.sim, TELLING, 34, { foreign: 1 });
    world.sim.fault({ type: 'duplicate-events', times: 4_000, every: 3 });
    world.sim.fault({ type: 'reorder-events', times: 2_000, every: 7, hold: 2, forMs: 400 });
    const orders = ordersOf(MANY, TELLING.length);
    const films = await filmAll(orders, 20_000);
    expect(reasons(await expectNoneCrossed(films, orders))).toEqual([]);
    await expectNothingLeft(world, MANY, ACCOUNTS);
  }, 40_000);

  it('end, and never with another’s video, though events and answers are lost and sockets drop', async () => {
    await start({ timeoutMinutes: 0.6, submitMinutes: 0.5 });
    followAll(world.sim, TELLING, 34, { foreign: 1 });
    world.sim.fault({ type: 'lose-events', times: 4_000, every: 9 });
    world.sim.fault({ type: 'duplicate-events', times: 4_000, every: 5 });
    world.sim.fault({ type: 'reorder-events', times: 2_000, every: 7, hold: 2, forMs: 400 });
    const onSending = { type: 'rest', method: 'POST', path: '/interactions', times: 5 } as const;
    world.sim.fault({ ...onSending, action: 'lose-answer' });
    world.sim.fault({ ...onSending, action: 'act-and-hang' });
    world.sim.fault({ ...onSending, status: 429, retryAfterMs: 2_000 });
    const stop = shake(world.sim, BREAKS, 500);
    const orders = ordersOf(MANY, TELLING.length);
    const films = await filmAll(orders, 30_000);
    stop();
    world.sim.fault({ type: 'clear' });
    const failed = await expectNoneCrossed(films, orders);
    expect(reasons(failed.filter(({ prompt }) => prompt !== SAME))).toEqual([]);
    expect(failed.length).toBeLessThan(20);
    await waitFor(
      () => world.accounts(),
      (accounts) => accounts.every(({ state }) => state === 'ready'),
      10_000,
    );
    await expectNothingLeft(world, MANY, ACCOUNTS, 2 * onSending.times);
    const { gateway } = world.sim.state() as { gateway: { resumes: number; identifies: number } };
    expect(gateway.resumes).toBeGreaterThan(0);
    expect(gateway.identifies).toBeGreaterThan(ACCOUNTS);
  }, 60_000);

  it('are never guessed: of a bot that tells nothing but the words, equal ones may fail, others do not', async () => {
    await start({ timeoutMinutes: 0.4 }, 20);
    followAll(world.sim, MUTES, 34, { foreign: 1 });
    const orders = ordersOf(MANY, MUTES.length);
    const films = await filmAll(orders, 30_000);
    const failed = await expectNoneCrossed(films, orders);
    expect(reasons(failed.filter(({ prompt }) => prompt !== SAME))).toEqual([]);
    for (const { failReason } of failed) expect(failReason).toMatch(/nothing tells whose picture is whose/);
    await expectNothingLeft(world, MANY, ACCOUNTS);
  }, 60_000);

  it.each(['silent', 'mentions'] as const)(
    'are each found in a huge guild: %s',
    async (hugeGuild) => {
      await start({ timeoutMinutes: 0.4 }, 20);
      world.sim.script({ pika: { hugeGuild } });
      followAll(world.sim, TELLING, 34, { foreign: 1 });
      const orders = ordersOf(MANY, TELLING.length);
      const films = await filmAll(orders, 30_000);
      const failed = await expectNoneCrossed(films, orders);
      expect(reasons(failed.filter(({ prompt }) => prompt !== SAME))).toEqual([]);
      await expectNothingLeft(world, MANY, ACCOUNTS);
    },
    60_000,
  );
});

describe('of a bot that tells too little', () => {
  const sent = (count: number) =>
    waitFor(
      () => world.sim.world.counts.interactionsCreated,
      (created) => created === count,
    );

  it('two that go on from one video never get each other’s, though one of them fails first', async () => {
    await start({ timeoutMinutes: 0.3 });
    const parent = await world.shown(await world.film(SAME));
    const onlyReplies = { on: 'retry', ...MUTE, waiting: false, referenceOnFinal: true };
    world.sim.script({ pika: { ...onlyReplies, takesMs: 12_000 } });
    const first = await world.press(parent.nonce, { action: 'Retry' });
    await sent(2);
    world.sim.script({ pika: { ...onlyReplies, ending: 'failed', endingBy: 'create', takesMs: 3_000 } });
    const second = await world.press(parent.nonce, { action: 'Retry' });
    await sent(3);
    const films = await allOver(world, [first, second], 20_000);
    for (const film of films.filter(({ status }) => status === 'Success')) {
      await expectOwnFilm(film, undefined, SAME);
    }
    expect(films[1]?.status).not.toBe('Success');
    await expectNothingLeft(world, 3, ACCOUNTS);
  }, 30_000);

  it('the video of one that was given up is not given to the next of the same words', async () => {
    await start({ timeoutMinutes: 0.3 });
    world.sim.script({ pika: { match: SAME, ...MUTE, waiting: false, takesMs: 9_000 } });
    const first = await Promise.all(range(ACCOUNTS).map(() => world.film(SAME)));
    await sent(ACCOUNTS);
    for (const nonce of first) {
      const headers = { authorization: `Bearer ${KEY}` };
      expect((await fetch(`${world.url}/v1/videos/${nonce}`, { method: 'DELETE', headers })).status).toBe(
        200,
      );
    }
    const orders = range(ACCOUNTS).map(() => ({ prompt: SAME }));
    await expectNoneCrossed(await filmAll(orders, 20_000), orders);
    await expectNothingLeft(world, 2 * ACCOUNTS, ACCOUNTS);
  }, 30_000);
});
