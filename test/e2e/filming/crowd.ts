/** Many videos at once: who asks for what, while what goes wrong, and what must hold afterwards. */
import { expect } from 'vitest';
import { drawPicture } from '../../../src/sim/bots/picture.ts';
import type { FaultOrder, Sim } from '../../../src/sim/index.ts';
import { pause, range } from '../scene.ts';
import { expectOwnFilm, type FilmSet, type SeenFilm } from './set.ts';

/** What a third of all ask for. */
export const SAME = 'a lighthouse that everybody wants';

/** One order. */
export interface Order {
  readonly prompt: string;
  readonly picture?: Uint8Array;
}

/**
 * So many orders; every third has the same words, and the others tell their number and the variant that the bot shall
 * follow. Every fourth is of a picture.
 */
export function ordersOf(count: number, variants: number): Order[] {
  return range(count).map((number) => ({
    prompt:
      number % 3 === 0 ? SAME : `animal ${(number * 7919) % 1009} of ${number} in way ${number % variants}.`,
    ...(number % 4 === 1 ? { picture: drawPicture(`picture ${number}`) } : {}),
  }));
}

/** Has the bot follow all variants in turn: for the same prompt so many times each, for the others by their words. */
export function followAll(sim: Sim, variants: readonly object[], sameCount: number, same: object = {}): void {
  const times = Math.ceil(sameCount / variants.length);
  const rules = variants.flatMap((variant, number) => [
    { match: `in way ${number}.`, ...variant },
    { match: SAME, times, ...variant, ...same },
  ]);
  sim.script({ pika: { rules } });
}

/** Does one after the other; the answer stops it. */
export function shake(sim: Sim, faults: readonly FaultOrder[], periodMs: number): () => void {
  const left = [...faults];
  const timer = setInterval(() => {
    const fault = left.shift();
    if (fault) sim.fault(fault);
  }, periodMs);
  return () => clearInterval(timer);
}

/** Sockets break in every way there is. */
export const BREAKS: readonly FaultOrder[] = [
  { type: 'drop-sockets' },
  { type: 'reconnect', account: 'alice' },
  { type: 'drop-sockets', account: 'bob', resumable: false },
  { type: 'invalid-session', account: 'carol' },
  { type: 'drop-sockets', account: 'dave', code: 4000 },
  { type: 'drop-sockets' },
  { type: 'drop-sockets', resumable: false },
];

/** All videos at their ends; fails when one has none. */
export async function allOver(
  world: FilmSet,
  nonces: readonly string[],
  withinMs: number,
): Promise<SeenFilm[]> {
  const films = new Map<string, SeenFilm>();
  const endAt = Date.now() + withinMs;
  while (films.size < nonces.length) {
    for (const nonce of nonces) {
      if (films.has(nonce)) continue;
      const film = await world.seen(nonce);
      if (['Success', 'Failed', 'Timeout'].includes(film.status)) films.set(nonce, film);
    }
    if (Date.now() > endAt) break;
    await pause(100);
  }
  const open = nonces.filter((nonce) => !films.has(nonce));
  expect(open, 'videos that never ended').toEqual([]);
  return nonces.map((nonce) => films.get(nonce) as SeenFilm);
}

/** Every success shows its own video, in a message of its own; the answer are the others, each with its reason. */
export async function expectNoneCrossed(
  films: readonly SeenFilm[],
  orders: readonly Order[],
): Promise<SeenFilm[]> {
  expect(films.map(({ prompt }) => prompt)).toEqual(orders.map(({ prompt }) => prompt));
  const made = films.filter(({ status }) => status === 'Success');
  for (const film of made) await expectOwnFilm(film, orders[films.indexOf(film)]?.picture);
  expect(new Set(made.map(({ messageId }) => messageId)).size).toBe(made.length);
  expect(new Set(made.map(({ videoRawUrl }) => new URL(videoRawUrl).pathname)).size).toBe(made.length);
  const failed = films.filter(({ status }) => status !== 'Success');
  for (const { failReason, videoRawUrl } of failed) {
    expect(failReason).not.toBe('');
    expect(videoRawUrl).toBe('');
  }
  return failed;
}

/**
 * No order was sent twice, none is in a line, and all accounts are well.
 * @param repeats what was sent once more, with the same nonce, as its answer was lost: Discord does it but once
 */
export async function expectNothingLeft(
  world: FilmSet,
  count: number,
  accounts: number,
  repeats = 0,
): Promise<void> {
  const { interactionsCreated, interactionsPerNonce } = world.sim.world.counts;
  const times = [...interactionsPerNonce.values()];
  expect([interactionsCreated, times.length]).toEqual([count, count]);
  expect(times.reduce((sum, each) => sum + each, 0)).toBeLessThanOrEqual(count + repeats);
  const seen = await world.accounts();
  expect(seen.map(({ running, queued, state }) => ({ running, queued, state }))).toEqual(
    range(accounts).map(() => ({ running: 0, queued: 0, state: 'ready' })),
  );
}
