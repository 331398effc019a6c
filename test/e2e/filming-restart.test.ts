/** What outlives the gateway: every video goes on in the next one, and is never asked for twice. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { drawPicture } from '../../src/sim/bots/picture.ts';
import { type Sim, startSim } from '../../src/sim/index.ts';
import { ensureBuilt } from './built.ts';
import { killAll, serve } from './drawing/served.ts';
import { ADMIN_KEY, type Drawer, drawerOf, expectInteractions, SECRET, waitFor } from './drawing/studio.ts';
import { expectOwnFilm, type Filmer, filmerOf, setConfig } from './filming/set.ts';
import { LogBook } from './log-book.ts';
import { pause } from './scene.ts';
import { KEY, startWith } from './world.ts';

const SAME = 'the same for all';
const PNG = drawPicture('a cat');
let sim: Sim;
let folder: string;
let book: LogBook;

beforeAll(ensureBuilt, 120_000);
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'cordgate-filming-'));
  book = new LogBook();
  sim = await startSim({ port: 0, speed: 30, limits: 'none', users: 2, pika: { foreign: 1 } });
});
afterEach(async () => {
  killAll();
  await sim.close();
  rmSync(folder, { recursive: true, force: true });
  book.checkForSecrets([KEY, ADMIN_KEY, SECRET, ...sim.ready.accounts.map(({ token }) => token)]);
});

interface Running extends Filmer {
  end(signal: NodeJS.Signals): Promise<unknown>;
}

const configOf = () => {
  const store = { driver: 'sqlite', path: join(folder, 'data/store.db') };
  return setConfig(sim, {
    room: { concurrency: 2 },
    bot: { pollSeconds: 1 },
    more: { store, log: { level: 'debug' } },
  });
};

/** A gateway in this process, closed as the operator closes it. */
async function within(): Promise<Running> {
  const gateway = await startWith(configOf(), book);
  return { ...filmerOf(drawerOf(gateway.url, book)), end: () => gateway.close() };
}

/** A gateway as a process of its own. */
async function apart(): Promise<Running> {
  const served: Drawer & Pick<Running, 'end'> = await serve(configOf(), folder, book);
  return { ...filmerOf(served), end: served.end };
}

/** Two of each account were sent: one of them shows nothing yet. The others wait. */
async function submitAll(gateway: Filmer): Promise<string[]> {
  const rules = [{ match: 'silent at first', startAfterMs: 24_000 }];
  sim.script({ pika: { rules, defaults: { takesMs: 24_000, steps: [40] } } });
  const nonces = [
    await gateway.film('silent at first'),
    await gateway.film(SAME),
    await gateway.animate(PNG, SAME),
    await gateway.film(SAME),
    await gateway.film(SAME),
    await gateway.animate(PNG, 'one of the last'),
    await gateway.film(SAME),
  ];
  await waitFor(
    () => sim.world.counts.interactionsCreated,
    (count) => count === 4,
  );
  for (const nonce of nonces.slice(1, 4)) await gateway.once(nonce, ['Create', 'Running']);
  expect((await gateway.seen(nonces[0] as string)).status).toBe('Submit');
  expect((await gateway.seen(nonces[6] as string)).status).toBe('Queuing');
  return nonces;
}

async function expectAllFilmed(gateway: Filmer, nonces: readonly string[]): Promise<void> {
  const films = await Promise.all(nonces.map((nonce) => gateway.shown(nonce, 20_000)));
  for (const film of films) await expectOwnFilm(film, film.action === 'Animate' ? PNG : undefined);
  expect(new Set(films.map(({ messageId }) => messageId)).size).toBe(nonces.length);
  expectInteractions(sim, nonces.length);
}

describe.each([
  ['closed and started anew in one process', within, 'SIGTERM'],
  ['killed with -9', apart, 'SIGKILL'],
] as const)('a gateway that is %s', (_, start, signal) => {
  it('lets all videos end as their own: the waiting, the sent, the running', async () => {
    const first = await start();
    const nonces = await submitAll(first);
    await first.end(signal);
    const second = await start();
    await expectAllFilmed(second, nonces);
    await second.end('SIGTERM');
  }, 40_000);

  it('finds those that were finished while it was away, and their buttons work', async () => {
    const first = await start();
    const nonces = await submitAll(first);
    await first.end(signal);
    await pause(1_500);
    const second = await start();
    await expectAllFilmed(second, nonces);
    const retry = await second.shown(await second.press(nonces[2] as string, { action: 'Retry' }));
    await expectOwnFilm(retry, PNG, SAME);
    await second.end('SIGTERM');
  }, 40_000);
});
