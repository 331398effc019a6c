/** What outlives the gateway: every task goes on in the next one, and is never sent twice. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { ConfigInput } from '../../src/config/schema.ts';
import { type Sim, startSim } from '../../src/sim/index.ts';
import { ensureBuilt } from './built.ts';
import { killAll, type Served, serve } from './drawing/served.ts';
import {
  ADMIN_KEY,
  type Drawer,
  drawerOf,
  expectInteractions,
  expectOwnGrid,
  expectPicture,
  SECRET,
  type SeenTask,
  studioConfig,
  waitFor,
} from './drawing/studio.ts';
import { LogBook } from './log-book.ts';
import { pause, range } from './scene.ts';
import { KEY, startWith } from './world.ts';

const SAME = 'the same for all';
let sim: Sim;
let folder: string;
let book: LogBook;

beforeAll(ensureBuilt, 120_000);
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'cordgate-drawing-'));
  book = new LogBook();
  sim = await startSim({ port: 0, speed: 20, limits: 'none', users: 2 });
});
afterEach(async () => {
  killAll();
  await sim.close();
  rmSync(folder, { recursive: true, force: true });
  book.checkForSecrets([KEY, ADMIN_KEY, SECRET, ...sim.ready.accounts.map(({ token }) => token)]);
});

function configOf(bot: Record<string, unknown> = {}): ConfigInput {
  const store = { driver: 'sqlite', path: join(folder, 'data/store.db') };
  return studioConfig(sim, { room: { concurrency: 2 }, bot, more: { store, log: { level: 'debug' } } });
}

/** A gateway in this process, closed as the operator closes it. */
async function within(config: ConfigInput): Promise<Served> {
  const gateway = await startWith(config, book);
  return {
    ...drawerOf(gateway.url, book),
    end: () => gateway.close().then(() => 0),
  };
}

const WAYS: readonly [string, (config: ConfigInput) => Promise<Served>, NodeJS.Signals][] = [
  ['closed and started anew in one process', within, 'SIGTERM'],
  ['ended by SIGTERM', (config) => serve(config, folder, book), 'SIGTERM'],
  ['killed with -9', (config) => serve(config, folder, book), 'SIGKILL'],
];

const script = (behaviour: object) => sim.script({ midjourney: behaviour });
/** How often Discord has refused something. */
const refusals = () => {
  const { rest } = sim.state() as { rest: { statuses: Record<string, number> } };
  return rest.statuses[500] ?? 0;
};
const created = () => sim.world.counts.interactionsCreated;

/** Two run at each of two accounts: one of them was sent and shows nothing yet; four wait. */
async function submitAll(gateway: Drawer): Promise<string[]> {
  script({ match: 'silent at first', startAfterMs: 50_000 });
  script({ defaults: { stepEveryMs: 5_000, steps: [31, 62, 93], foreign: 1 } });
  const ids: string[] = [];
  for (const prompt of [
    'silent at first',
    SAME,
    SAME,
    SAME,
    SAME,
    'one of the last',
    SAME,
    'the very last',
  ]) {
    ids.push(await gateway.imagine(prompt));
  }
  await waitFor(created, (count) => count === 4);
  for (const id of ids.slice(1, 4)) await gateway.until(id, ['Running']);
  expect((await gateway.status(ids[0] as string)).status).toBe('Submit');
  expect((await gateway.status(ids[7] as string)).status).toBe('Queuing');
  return ids;
}

async function expectAllDrawn(gateway: Drawer, ids: readonly string[]): Promise<void> {
  const tasks: SeenTask[] = await Promise.all(ids.map((id) => gateway.done(id, 30_000)));
  for (const task of tasks) await expectOwnGrid(task);
  expect(new Set(tasks.map(({ messageId }) => messageId)).size).toBe(ids.length);
}

describe.each(WAYS)('a gateway that is %s', (_, start, signal) => {
  it('lets all tasks end with their own pictures: the waiting, the sent, the running', async () => {
    const first = await start(configOf());
    const ids = await submitAll(first);
    await first.end(signal);
    const second = await start(configOf());
    await expectAllDrawn(second, ids);
    expectInteractions(sim, 8);
    await second.end('SIGTERM');
  }, 60_000);

  it('finds the pictures that were finished while it was away', async () => {
    const first = await start(configOf());
    const ids = await submitAll(first);
    await first.end(signal);
    await pause(2_800);
    const second = await start(configOf());
    await expectAllDrawn(second, ids);
    expectInteractions(sim, 8);
    const upscale = await second.done(await second.change(ids[1] as string, 'U2'));
    await expectPicture(upscale.imageRawUrl, { seedText: `${SAME}#2`, mark: upscale.nonce, format: 'png' });
    await second.end('SIGTERM');
  }, 60_000);
});

describe('a task that was noted but never sent', () => {
  it('is not given the picture of another task with the same words, which waits until it has ended', async () => {
    const config = configOf({ submitMinutes: 0.15, timeoutMinutes: 0.25 });
    const first = await serve(config, folder, book);
    sim.fault({ type: 'rest', method: 'POST', path: '/interactions', status: 500, times: 2 });
    const unsent = await first.imagine(SAME, { state: 'unsent' });
    await waitFor(refusals, (count) => count === 2);
    // Both rooms are asked in turn: enough of them, so that the same account draws one as well.
    const others = await Promise.all(range(4).map(() => first.imagine(SAME)));
    // The other account has drawn its share; the rest waits behind the one that nobody knows of.
    await waitFor(
      () => sim.world.counts.interactionsPerNonce.size,
      (drawn) => drawn >= 2,
    );
    await pause(2_000);
    await first.end('SIGKILL');
    const second = await serve(config, folder, book);
    const task = await second.ended(unsent, 20_000);
    expect(task).toMatchObject({
      status: 'Timeout',
      failReason: expect.stringMatching(/never sent twice|timeoutMinutes/),
    });
    for (const id of others) await expectOwnGrid(await second.done(id, 20_000));
    expectInteractions(sim, 4);
    await second.end('SIGTERM');
  }, 60_000);
});

describe('a gateway that is killed again and again', () => {
  it('never sends a task twice, and lets every task end', async () => {
    script({ defaults: { steps: [31, 93] } });
    const config = configOf({ submitMinutes: 0.1, timeoutMinutes: 0.25, spacingMs: 40 });
    let gateway = await serve(config, folder, book);
    const ids = await Promise.all(
      range(40).map((number) => gateway.imagine(number % 2 ? SAME : `number ${number}`)),
    );
    for (const afterMs of [150, 330, 480]) {
      await pause(afterMs);
      await gateway.end('SIGKILL');
      gateway = await serve(config, folder, book);
    }
    const tasks = await Promise.all(ids.map((id) => gateway.ended(id, 40_000)));
    const drawn = tasks.filter(({ status }) => status === 'Success');
    const lost = tasks.filter(({ status }) => status !== 'Success');
    expect(new Set(drawn.map(({ messageId }) => messageId)).size).toBe(drawn.length);
    for (const task of drawn) await expectOwnGrid(task);
    // Killed between the note and the sending: nobody can know, so it is not sent again, and the task says so.
    for (const { status, failReason, nonce } of lost) {
      expect(status).toBe('Timeout');
      expect(failReason).toMatch(/never sent twice|timeoutMinutes/);
      expect(sim.world.counts.interactionsPerNonce.has(nonce)).toBe(false);
    }
    expect(lost.length).toBeLessThan(10);
    expectInteractions(sim, drawn.length);
    await gateway.end('SIGTERM');
  }, 90_000);

  it('keeps what the accounts are: paused stays paused', async () => {
    script({ match: 'against the rules', notice: 'pending-mod-message' });
    const first = await serve(configOf(), folder, book);
    await first.ended(await first.imagine('against the rules'));
    const paused = (await first.accounts()).find(({ state }) => state === 'paused');
    await first.end('SIGKILL');
    const second = await serve(configOf(), folder, book);
    const account = (await second.accounts()).find(({ state }) => state === 'paused');
    expect(account).toMatchObject({ account: paused?.account, reason: 'moderation', text: paused?.text });
    await second.order(paused?.account as string, 'resume');
    await second.end('SIGKILL');
    const third = await serve(configOf(), folder, book);
    await waitFor(
      () => third.accounts(),
      (accounts) => accounts.every(({ state }) => state === 'ready'),
    );
    await third.end('SIGTERM');
  }, 60_000);
});
