/** The two sides that are compared, each in front of a simulated Discord of its own. */
import type { SimReady } from '../src/sim/index.ts';
import { type Child, startChild } from './child.ts';
import { type LoadPlan, type LoadResult, runLoad } from './load.ts';
import { createChannels, type Pace, PIECES, setPace } from './script.ts';
import { MOST_CHANNELS } from './setting.ts';

/** The three cases: the floor, the gateway in named conversations, the gateway with a channel for each chat. */
export const CASES = ['floor', 'lasting', 'fresh'] as const;
/** One of the cases. */
export type Case = (typeof CASES)[number];

/** How much is asked of a side. */
export interface Amount {
  readonly streams: number;
  readonly chatsPerStream: number;
  readonly pace: Pace;
}

/** What one measurement gave. */
export interface Measured extends LoadResult {
  readonly cpuMsPerChat: number;
  readonly rss: number;
}

/** Both sides, started and warm. */
export interface Sides {
  /** The measured process of a case. */
  processOf(which: Case): Child<{ url: string }>;
  measure(which: Case, amount: Amount): Promise<Measured>;
  stop(): Promise<void>;
}

/** Starts both; `streams` is the most that will be asked of them at a time. */
export async function startSides(streams: number, execArgv: readonly string[] = []): Promise<Sides> {
  const gatewaySim = await startChild<SimReady>('sim.ts', {});
  const floorSim = await startChild<SimReady>('sim.ts', {});
  const gateway = await startChild<{ url: string }>('gateway.ts', gatewaySim.ready, execArgv);
  const floor = await startFloor(floorSim.ready, streams, execArgv);

  const processOf = (which: Case) => (which === 'floor' ? floor : gateway);

  async function measure(which: Case, { streams, chatsPerStream, pace }: Amount): Promise<Measured> {
    const side = processOf(which);
    await setPace((which === 'floor' ? floorSim : gatewaySim).ready, pace);
    const before = await side.usage();
    const result = await runLoad({
      url: side.ready.url,
      model: which,
      streams,
      chatsPerStream,
      spreadMs: pace.editEveryMs,
      pieces: pace.pieces ?? PIECES.length,
      named: which === 'lasting',
    } satisfies LoadPlan);
    const after = await side.usage();
    return { ...result, cpuMsPerChat: (after.cpuMs - before.cpuMs) / result.chats, rss: after.rss };
  }

  return {
    processOf,
    measure,
    async stop() {
      await Promise.all([gateway.stop(), floor.stop()]);
      await Promise.all([gatewaySim.stop(), floorSim.stop()]);
    },
  };
}

/** Lets the compiler see everything, makes the named conversations, and fills the fresh bot's channels. */
export async function warmUp(sides: Sides, streams: number): Promise<void> {
  const pace = { startAfterMs: 5, editEveryMs: 5 };
  const chatsPerStream = Math.ceil((2 * MOST_CHANNELS) / streams);
  for (const which of CASES) await sides.measure(which, { streams, chatsPerStream, pace });
}

function startFloor(
  sim: SimReady,
  streams: number,
  execArgv: readonly string[],
): Promise<Child<{ url: string }>> {
  const { api, gateway, bots, accounts } = sim;
  const token = accounts.find(({ kind }) => kind === 'bot')?.token;
  return createChannels(sim, streams).then((channels) =>
    startChild('floor.ts', { api, gateway, token, botUserId: bots.coze.userId, channels }, execArgv),
  );
}
