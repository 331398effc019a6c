/** A gateway that chats, draws and films, in front of the simulated Discord. */
import type { ConfigInput } from '../../src/config/schema.ts';
import { type Sim, type SimOptions, startSim } from '../../src/sim/index.ts';
import { type Drawer, drawerOf, studioConfig } from '../e2e/drawing/studio.ts';
import { type EndToEnd, frontOf } from '../e2e/world.ts';
import { readMetrics, type Scrape } from './scrape.ts';

/** All that a test does with it. */
export interface WholeGateway extends EndToEnd, Drawer {
  scrape(): Promise<Scrape>;
}

/** The configuration; `more` is laid over its sections. */
export function wholeConfig(sim: Sim, more: object = {}): ConfigInput {
  const { accounts, guildId, bots, channels } = sim.ready;
  const studio = studioConfig(sim);
  const people = accounts.filter(({ kind }) => kind === 'user');
  return {
    ...studio,
    accounts: accounts.map(({ id, kind, token }) => ({
      id,
      kind,
      token,
      ...(kind === 'bot' ? { dailyLimit: 500 } : {}),
    })),
    bots: [
      ...(studio.bots ?? []),
      {
        id: 'pika',
        driver: 'pika',
        spacingMs: 0,
        rooms: people.map(({ id }) => ({ account: id, guildId, channelId: channels.pika })),
      },
      {
        id: 'coze',
        driver: 'coze',
        listen: 'bridge',
        send: ['bridge'],
        guildId,
        botUserId: bots.coze.userId,
        models: ['gpt-4o'],
        idleMs: 2_500,
      },
    ],
    ...more,
  } as ConfigInput;
}

/** Starts both. */
export async function startWhole(simOptions: SimOptions = {}, more: object = {}): Promise<WholeGateway> {
  const sim = await startSim({ port: 0, speed: 40, limits: 'none', ...simOptions });
  const world = await frontOf(sim, wholeConfig(sim, more));
  return {
    ...world,
    ...drawerOf(world.url, world.book),
    close: () => world.close(),
    scrape: async () => readMetrics(await (await fetch(`${world.url}/metrics`)).text()),
  };
}
