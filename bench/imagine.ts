/** Drawing: tasks a second, CPU of each, memory with many of them stored, status reads; the gateway against floors. */
import type { MidjourneyBehaviour } from '../src/sim/bots/midjourney/index.ts';
import type { SimOptions, SimReady } from '../src/sim/index.ts';
import { type Child, startChild } from './child.ts';
import { ratios, spreadOf } from './figures.ts';
import { type DrawResult, drawTasks, readTasks } from './imagine-load.ts';
import { ACCOUNTS, CONCURRENCY } from './imagine-setting.ts';
import type { Usage } from './measured.ts';
import { readOptions } from './options.ts';
import { KEY } from './setting.ts';
import { fixed, renderSpread, renderTable } from './table.ts';

/** The relay, and the gateway on each of its stores. */
export const DRAWERS = ['floor', 'memory', 'sqlite'] as const;
/** One of them. */
export type Drawer = (typeof DRAWERS)[number];

/** A bot that does everything a drawing has in it, in no time: a start, eight progress pictures, the final. */
const AT_ONCE: MidjourneyBehaviour = {
  startAfterMs: 0,
  stepEveryMs: 0,
  steps: [8, 19, 31, 43, 55, 67, 79, 93],
  concurrency: 100_000,
};
const READ_MS = 3_000;

/** A simulated Discord and what stands in front of it. */
export interface Scene {
  readonly drawer: Child<{ url: string }>;
  stop(): Promise<void>;
}

interface Round {
  readonly tasksPerSecond: number;
  readonly cpuMsPerTask: number;
}

/** Runs it and prints its tables. */
export async function benchImagine(): Promise<void> {
  const options = readOptions({ tasks: '1000', rounds: '3', stored: '10000' });
  const scenes = await startScenes();
  try {
    const drawn = await drawRounds(scenes, Number(options.tasks), Number(options.rounds));
    const stored = await fill(scenes, drawn.ids, Number(options.stored));
    const reads = await readRounds(scenes.sqlite, drawn.ids.sqlite, Number(options.rounds));
    print(drawn, stored, reads, options.json);
  } finally {
    for (const which of DRAWERS) await scenes[which].stop();
  }
}

async function startScenes(): Promise<Record<Drawer, Scene>> {
  const floor = await startScene('floor');
  const memory = await startScene('memory');
  return { floor, memory, sqlite: await startScene('sqlite') };
}

/** Starts one of them in front of a simulated Discord of its own. */
export async function startScene(which: Drawer): Promise<Scene> {
  const accounts = ACCOUNTS.map((id) => ({ id, kind: 'user' as const }));
  const wanted: SimOptions = { accounts, users: 0, midjourney: AT_ONCE };
  const sim = await startChild<SimReady>('sim.ts', wanted);
  const drawer = await startDrawer(which, sim.ready);
  return {
    drawer,
    async stop() {
      await drawer.stop();
      await sim.stop();
    },
  };
}

function startDrawer(which: Drawer, sim: SimReady): Promise<Child<{ url: string }>> {
  const execArgv = ['--expose-gc'];
  if (which !== 'floor') return startChild('imagine-gateway.ts', { ...sim, store: which }, execArgv);
  const { api, gateway, bots, guildId, channels } = sim;
  const tokens = sim.accounts.filter(({ id }) => ACCOUNTS.includes(id)).map(({ token }) => token);
  const place = { guildId, channelId: channels.midjourney, botUserId: bots.midjourney.userId };
  return startChild('imagine-floor.ts', { api, gateway, tokens, ...place }, execArgv);
}

/** Draws through one of them. */
export function drawWith({ drawer }: Scene, tasks: number): Promise<DrawResult> {
  return drawTasks({ url: drawer.ready.url, tasks, atOnce: CONCURRENCY * ACCOUNTS.length });
}

interface Drawn {
  readonly rounds: Record<Drawer, Round[]>;
  readonly ids: Record<Drawer, string[]>;
}

/** The first round lets the compiler see everything, and is not counted. */
async function drawRounds(scenes: Record<Drawer, Scene>, tasks: number, count: number): Promise<Drawn> {
  const rounds: Record<Drawer, Round[]> = { floor: [], memory: [], sqlite: [] };
  const ids: Record<Drawer, string[]> = { floor: [], memory: [], sqlite: [] };
  for (let round = 0; round <= count; round += 1) {
    for (const which of DRAWERS) {
      const { drawer } = scenes[which];
      const before = await drawer.usage();
      const result = await drawWith(scenes[which], tasks);
      const { cpuMs } = await drawer.usage();
      ids[which].push(...result.ids);
      const figures = {
        tasksPerSecond: tasks / result.seconds,
        cpuMsPerTask: (cpuMs - before.cpuMs) / tasks,
      };
      if (round > 0) rounds[which].push(figures);
      process.stderr.write(
        `round ${round} of ${count}: ${which}, ${fixed(figures.tasksPerSecond, 0)} tasks/s\n`,
      );
    }
  }
  return { rounds, ids };
}

/** Memory with so many tasks stored, after collecting garbage. */
async function fill(scenes: Record<Drawer, Scene>, ids: Drawn['ids'], stored: number) {
  const usages = new Map<Drawer, Usage>();
  for (const which of DRAWERS) {
    const missing = stored - ids[which].length;
    if (missing > 0) ids[which].push(...(await drawWith(scenes[which], missing)).ids);
    usages.set(which, await scenes[which].drawer.ask('settled'));
    process.stderr.write(`${ids[which].length} tasks stored: ${which}\n`);
  }
  return usages;
}

interface Reads {
  readonly perSecond: number;
  readonly cpuUs: number;
}

/** Reads of the gateway's tasks, and of a route that always answers with the same one of them, by turns. */
async function readRounds({ drawer }: Scene, ids: readonly string[], count: number) {
  const sample = await fetch(`${drawer.ready.url}/task/${ids[0]}/fetch`, {
    headers: { authorization: `Bearer ${KEY}` },
  });
  const bare = await startChild<{ url: string }>('imagine-bare.ts', (await sample.json()) as object);
  const rounds = { bare: [] as Reads[], gateway: [] as Reads[] };
  try {
    for (let round = 0; round <= count; round += 1) {
      for (const [which, child] of [
        ['bare', bare],
        ['gateway', drawer],
      ] as const) {
        const reads = await read(child, ids);
        if (round > 0) rounds[which].push(reads);
      }
    }
  } finally {
    await bare.stop();
  }
  return rounds;
}

async function read(child: Child<{ url: string }>, ids: readonly string[]): Promise<Reads> {
  const before = await child.usage();
  const count = await readTasks(child.ready.url, ids, READ_MS);
  const { cpuMs } = await child.usage();
  return { perSecond: count / (READ_MS / 1_000), cpuUs: ((cpuMs - before.cpuMs) * 1_000) / count };
}

function print(
  { rounds, ids }: Drawn,
  stored: ReadonlyMap<Drawer, Usage>,
  reads: Awaited<ReturnType<typeof readRounds>>,
  json: boolean,
): void {
  const drawing = DRAWERS.map((which) => {
    const cpu = rounds[which].map(({ cpuMsPerTask }) => cpuMsPerTask);
    const floor = rounds.floor.map(({ cpuMsPerTask }) => cpuMsPerTask);
    return {
      case: which,
      tasksPerSecond: spreadOf(rounds[which].map(({ tasksPerSecond }) => tasksPerSecond)),
      cpuMsPerTask: spreadOf(cpu),
      cpuRatio: spreadOf(ratios(cpu, floor)),
      stored: ids[which].length,
      rssMb: (stored.get(which)?.rss ?? Number.NaN) / 1024 / 1024,
      heapMb: (stored.get(which)?.heapUsed ?? Number.NaN) / 1024 / 1024,
    };
  });
  const bare = reads.bare.map(({ perSecond }) => perSecond);
  const bareCpu = reads.bare.map(({ cpuUs }) => cpuUs);
  const reading = (['bare', 'gateway'] as const).map((which) => {
    const perSecond = reads[which].map((round) => round.perSecond);
    const cpuUs = reads[which].map((round) => round.cpuUs);
    return {
      case: which,
      readsPerSecond: spreadOf(perSecond),
      cpuUsPerRead: spreadOf(cpuUs),
      share: spreadOf(ratios(perSecond, bare)),
      cpuShare: spreadOf(ratios(bareCpu, cpuUs)),
    };
  });
  if (json) {
    console.log(JSON.stringify({ bench: 'imagine', node: process.version, drawing, reading }));
    return;
  }
  const drawingRows = drawing.map((row) => [
    row.case,
    renderSpread(row.tasksPerSecond, 0),
    renderSpread(row.cpuMsPerTask),
    row.case === 'floor' ? '1' : renderSpread(row.cpuRatio),
    fixed(row.rssMb, 0),
    fixed(row.heapMb, 0),
  ]);
  const storedHead = `RSS MB, ${ids.sqlite.length} tasks`;
  console.log(
    renderTable(['drawing', 'tasks/s', 'CPU ms/task', 'CPU / floor', storedHead, 'heap MB'], drawingRows),
  );
  const readingRows = reading.map((row) => [
    row.case,
    renderSpread(row.readsPerSecond, 0),
    renderSpread(row.cpuUsPerRead, 0),
    row.case === 'bare' ? '1' : renderSpread(row.share),
    row.case === 'bare' ? '1' : renderSpread(row.cpuShare),
  ]);
  console.log(
    `\n${renderTable(['status reads', 'reads/s', 'CPU us/read', 'of bare', 'of bare, by CPU'], readingRows)}`,
  );
}
