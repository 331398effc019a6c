/** Hundreds of pictures side by side, while everything shakes. */
import { afterEach, describe, expect, it } from 'vitest';
import type { FaultOrder } from '../../src/sim/index.ts';
import {
  expectInteractions,
  expectOwnGrid,
  type ProxyTask,
  type Studio,
  startStudio,
  waitFor,
} from './drawing/studio.ts';
import { range } from './scene.ts';
import { fasterClock } from './world.ts';

const MANY = 500;
const ACCOUNTS = 10;
const SAME = 'a lighthouse that everybody wants';
let world: Studio;

afterEach(() => world.close());

const promptOf = (number: number) =>
  number % 3 === 0 ? SAME : `animal ${number} of ${(number * 7919) % 1009}`;

/** Does one after the other. */
function shake(faults: readonly FaultOrder[], periodMs: number): () => void {
  const left = [...faults];
  const timer = setInterval(() => {
    const fault = left.shift();
    if (fault) world.sim.fault(fault);
  }, periodMs);
  return () => clearInterval(timer);
}

async function allEnded(ids: readonly string[], withinMs: number): Promise<ProxyTask[]> {
  const ask = async () =>
    (await world.call('/midjourney-proxy/mj/task/list-by-condition', { ids })).json as unknown as ProxyTask[];
  const isOver = (tasks: ProxyTask[]) =>
    tasks.filter(({ status }) => ['SUCCESS', 'FAILURE', 'CANCEL'].includes(status)).length === ids.length;
  const endAt = Date.now() + withinMs;
  let tasks = await ask();
  while (!isOver(tasks) && Date.now() < endAt) {
    await new Promise((resolve) => setTimeout(resolve, 400));
    tasks = await ask();
  }
  return tasks;
}

/** Every task has the picture that was drawn for its own interaction, and no other. */
async function expectOwnPictures(ids: readonly string[]): Promise<void> {
  const tasks = [];
  for (const id of ids) tasks.push(await world.status(id));
  expect(tasks.filter(({ status }) => status !== 'Success')).toEqual([]);
  expect(tasks.map(({ prompt }) => prompt)).toEqual(ids.map((_, number) => promptOf(number)));
  for (const task of tasks) await expectOwnGrid(task);
  expect(new Set(tasks.map(({ nonce }) => nonce)).size).toBe(ids.length);
  expect(new Set(tasks.map(({ messageId }) => messageId)).size).toBe(ids.length);
  expect(new Set(tasks.map(({ messageHash }) => messageHash)).size).toBe(ids.length);
  expect(new Set(tasks.map(({ imageRawUrl }) => new URL(imageRawUrl).pathname)).size).toBe(ids.length);
}

async function expectNothingLeft(count: number): Promise<void> {
  expectInteractions(world.sim, count);
  const accounts = await world.accounts();
  expect(accounts.map(({ running, queued, state }) => ({ running, queued, state }))).toEqual(
    range(ACCOUNTS).map(() => ({ running: 0, queued: 0, state: 'ready' })),
  );
  const open = (await world.call('/midjourney-proxy/mj/task/queue')).json as unknown as unknown[];
  expect(open).toEqual([]);
}

describe('five hundred pictures over ten accounts in one channel', () => {
  it('each are their own, submitted once, though a third ask for the same, strangers too, events come twice and out of order, and sockets drop', async () => {
    // One clock for both, so that the pauses of the gateway keep their proportion to the bot's work.
    const clock = fasterClock(6);
    world = await startStudio(
      {
        users: ACCOUNTS,
        speed: 1,
        clock,
        midjourney: { steps: [31, 62, 93], concurrency: 12, queue: 100 },
      },
      { room: { concurrency: 5 }, clock },
    );
    world.sim.script({ midjourney: { match: SAME, foreign: 1 } });
    world.sim.fault({ type: 'duplicate-events', times: 4_000, every: 3 });
    world.sim.fault({ type: 'reorder-events', times: 2_000, every: 7, hold: 2, forMs: 600 });
    const stop = shake(
      [
        { type: 'drop-sockets' },
        { type: 'reconnect', account: 'alice' },
        { type: 'drop-sockets', account: 'bob', resumable: false },
        { type: 'invalid-session', account: 'carol' },
        { type: 'drop-sockets', account: 'dave', code: 4000 },
        { type: 'drop-sockets' },
        { type: 'drop-sockets', resumable: false },
      ],
      800,
    );
    const ids = await Promise.all(range(MANY).map((number) => world.imagine(promptOf(number))));
    const tasks = await allEnded(ids, 60_000);
    stop();
    world.sim.fault({ type: 'clear' });
    expect(
      tasks
        .filter(({ status }) => status !== 'SUCCESS')
        .map(({ id, status, failReason, nonce }) => ({ id, status, failReason, nonce })),
    ).toEqual([]);
    await expectOwnPictures(ids);
    await waitFor(
      () => world.accounts(),
      (accounts) => accounts.every(({ state }) => state === 'ready'),
      10_000,
    );
    await expectNothingLeft(MANY);
    const { gateway } = world.sim.state() as { gateway: { resumes: number; identifies: number } };
    expect(gateway.resumes).toBeGreaterThan(0);
    expect(gateway.identifies).toBeGreaterThan(ACCOUNTS);
  }, 90_000);
});
