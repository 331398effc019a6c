/** A real process, a real kill -9, a real file: once for each way to ask, all at the same moment. */
import './support/inject-store.ts';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ConfigInput } from '../../src/config/schema.ts';
import { systemClock } from '../../src/core/clock.ts';
import { type Sim, startSim } from '../../src/sim/index.ts';
import { ensureBuilt } from '../e2e/built.ts';
import { killAll, type Served, serve } from '../e2e/drawing/served.ts';
import { ADMIN_KEY, drawerOf, SECRET, waitFor } from '../e2e/drawing/studio.ts';
import { filmerOf, setConfig } from '../e2e/filming/set.ts';
import { LogBook } from '../e2e/log-book.ts';
import { promptsOf } from '../e2e/scene.ts';
import { clientOf, configFor, KEY } from '../e2e/world.ts';
import { type Answer, columns, roomsOf } from './support/columns.ts';
import type { Family, Scene } from './support/scene.ts';
import { COLUMNS, type ColumnName } from './support/table.ts';

const book = new LogBook();
const interactionIds = new Map<string, string>();
let folder: string;
let sim: Sim;
let served: (Served & { readonly url: string }) | undefined;
let answers: Record<ColumnName, readonly Answer[]>;

beforeAll(async () => {
  await ensureBuilt();
  folder = mkdtempSync(join(tmpdir(), 'cordgate-faults-'));
  sim = await startSim({
    port: 0,
    speed: 4,
    limits: 'none',
    coze: { stamp: true, startAfterMs: 4_000, editEveryMs: 12_000 },
    midjourney: { steps: [31, 62, 93], stepEveryMs: 4_000, concurrency: 20 },
    pika: { steps: [40], takesMs: 24_000 },
  });
  sim.script({
    midjourney: [
      { on: 'describe', stepEveryMs: 16_000 },
      { on: 'upscale', stepEveryMs: 16_000 },
      { match: 'the parent', on: 'imagine', steps: [], stepEveryMs: 100 },
    ],
  });
  let signs = 0;
  sim.world.listen(({ name, data, message }) => {
    if (name === 'INTERACTION_CREATE') interactionIds.set(String(data?.nonce), String(data?.id));
    if (name === 'MESSAGE_CREATE' && message?.applicationId && message.nonce) signs += 1;
  });
  served = await serve(config(), folder, book);
  const scenes = { coze: sceneOf('coze'), midjourney: sceneOf('midjourney'), pika: sceneOf('pika') };
  await columns.upscale.prepare?.(scenes.midjourney);
  const asked = COLUMNS.map(async (name) => {
    const { family, ask } = columns[name];
    return [name, await Promise.all(ask(scenes[family], `killed-${name}`, 'prompt'))] as const;
  });
  const all = Promise.all(asked);
  all.catch(() => {});
  // The parent and all eight.
  await waitFor(
    () => signs >= 9 && promptsOf(sim).length === 4,
    (areUnderWay) => areUnderWay,
    20_000,
  );
  const dying = served;
  served = undefined;
  await dying.end('SIGKILL');
  served = await serve(config(), folder, book);
  answers = Object.fromEntries(await all) as unknown as typeof answers;
}, 180_000);

afterAll(async () => {
  killAll();
  await sim.close();
  rmSync(folder, { recursive: true, force: true });
  book.checkForSecrets([KEY, ADMIN_KEY, SECRET, ...sim.ready.accounts.map(({ token }) => token)]);
});

function config(): ConfigInput {
  const drawing = setConfig(sim, { room: { concurrency: 10 }, draws: true });
  const chatting = configFor(sim, { spareChannels: 0, idleMs: 60_000, deadlineMs: 120_000 });
  const [coze] = chatting.bots ?? [];
  const accounts = [...(chatting.accounts ?? [])];
  const store = { driver: 'sqlite', path: join(folder, 'data/store.db') };
  const bots = [...(drawing.bots ?? []), coze];
  return { ...drawing, accounts, bots, store, log: { level: 'debug' } } as ConfigInput;
}

/** What the columns look at, on a process. */
function sceneOf(family: Family): Scene {
  const client = () => {
    const { url } = served ?? { url: '' };
    if (url === '') throw new Error('the gateway does not run');
    const drawer = drawerOf(url, book);
    return { ...clientOf(url, book), ...drawer, ...filmerOf(drawer) };
  };
  const scene = {
    sim,
    family,
    book,
    interactionIds,
    leaving: new AbortController(),
    // The bots are four times faster, and every limit is longer than a test.
    now: () => Date.now() * 40,
    pass: (delayMs: number) => new Promise<void>((resolve) => systemClock.after(delayMs / 10, resolve)),
    get caller() {
      return client();
    },
  };
  return scene as unknown as Scene;
}

/** What the bot has said in a room, once it is whole, and what Coze-Discord-Bridge's dialect gives. */
async function latestOf(room: string): Promise<{ said: string; given: unknown }> {
  const bot = sim.ready.bots.coze.userId;
  const said = () => {
    const channel = [...sim.world.channels.values()].find(({ name }) => name === room);
    return channel?.messages.filter(({ authorId }) => authorId === bot).at(-1)?.content ?? '';
  };
  await waitFor(said, (text) => (text.match(/t=/g) ?? []).length === 5, 40_000);
  const { json } = await sceneOf('coze').caller.get(`/api/GetLatestMessage?name=${room}`);
  return { said: said().trim(), given: (json as { data?: { prompt?: string } }).data?.prompt };
}

describe('kill -9 of a process, and a new one on the same file', () => {
  it.each(['chat', 'stream'] as const)(
    '%s: the connection breaks without an end, and GetLatestMessage gives the whole answer',
    async (name) => {
      for (const { served, status, reason } of answers[name]) {
        expect({ served, status, reason }).toEqual({
          served: false,
          status: 0,
          reason: 'the connection broke',
        });
      }
      for (const room of roomsOf(`killed-${name}`)) {
        const { said, given } = await latestOf(room);
        expect(given).toBe(said);
      }
      expect(promptsOf(sim)).toHaveLength(4);
    },
  );

  it.each(['imagine', 'upscale', 'describe', 'animate'] as const)(
    '%s: goes on and ends as its own, once',
    async (name) => {
      for (const answer of answers[name]) {
        expect(answer).toMatchObject({ served: true, reason: '' });
        await answer.own();
      }
      expect(new Set(answers[name].map(({ identity }) => identity)).size).toBe(2);
      expect([...sim.world.counts.interactionsPerNonce].filter(([, times]) => times > 1)).toEqual([]);
      expect(sim.world.counts.interactionsCreated).toBe(9);
    },
  );
});
