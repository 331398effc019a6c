/** The gateway of the soak, in a process of its own: all three bots, SQLite, and a book of what must not happen. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLog } from '../src/cli/log.ts';
import { loadConfig } from '../src/config/load.ts';
import { startGateway } from '../src/gateway.ts';
import type { SimReady } from '../src/sim/index.ts';
import { childOptions, settled } from './measured.ts';
import { KEY } from './setting.ts';

/** How the gateway's process is. */
export interface Vitals {
  readonly rss: number;
  /** After collecting garbage. */
  readonly heapUsed: number;
  /** Sockets, timers and the like that Node knows of. */
  readonly handles: number;
  readonly unhandledRejections: number;
  readonly uncaughtExceptions: number;
  /** The first failures that nobody caught. */
  readonly faults: readonly string[];
}

/** A task must end within the soak, also one whose events were lost. */
const TIMEOUT_MINUTES = 0.75;
const faults: string[] = [];
let unhandledRejections = 0;
let uncaughtExceptions = 0;

// Before anything else: the process must go on, so that all of them are counted.
process.on('unhandledRejection', (reason) => {
  unhandledRejections += 1;
  note(reason);
});
process.on('uncaughtException', (error) => {
  uncaughtExceptions += 1;
  note(error);
});

await main(childOptions<SimReady>());

function note(fault: unknown): void {
  if (faults.length < 5) faults.push(fault instanceof Error ? (fault.stack ?? fault.message) : String(fault));
}

async function main(sim: SimReady): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'cordgate-soak-'));
  const input = configOf(sim, join(folder, 'cordgate.db'));
  const { config } = loadConfig({ text: JSON.stringify(input), env: {}, flags: { server: { port: 0 } } });
  const stderr = (text: string) => void process.stderr.write(text);
  const log = createLog({ level: 'info', pretty: false, secrets: [] }, { stderr });
  const running = await startGateway(config, { log });
  process.on('message', () => void vitals().then((answer) => process.send?.(answer)));
  process.on('disconnect', () => {
    void running.close().then(() => {
      rmSync(folder, { recursive: true });
      process.exit(0);
    });
  });
  process.send?.({ url: running.url });
}

function configOf(sim: SimReady, path: string): object {
  const { api, gateway, cdn, upload, activity, accounts, guildId, channels, bots } = sim;
  const people = accounts.filter(({ kind }) => kind === 'user');
  const room = (channelId: string | undefined) =>
    people.map(({ id }) => ({ account: id, guildId, channelId }));
  const limits = { spacingMs: 0, timeoutMinutes: TIMEOUT_MINUTES, submitMinutes: TIMEOUT_MINUTES };
  return {
    auth: { keys: [{ key: KEY, name: 'soak', admin: true }] },
    discord: { api, gateway, cdn, upload, activity, requestsPerSecond: 0 },
    accounts: accounts.map(({ id, kind, token }) => ({ id, kind, token })),
    bots: [
      {
        id: 'coze',
        driver: 'coze',
        listen: 'bridge',
        send: ['bridge'],
        guildId,
        botUserId: bots.coze.userId,
        models: ['gpt-4o'],
        idleMs: 1_500,
        deadlineMs: 30_000,
        maxChannels: 100,
      },
      { id: 'midjourney', driver: 'midjourney', ...limits, rooms: room(channels.midjourney) },
      { id: 'pika', driver: 'pika', ...limits, rooms: room(channels.pika) },
    ],
    store: { driver: 'sqlite', path },
  };
}

async function vitals(): Promise<Vitals> {
  const { heapUsed, rss } = await settled();
  const handles = process.getActiveResourcesInfo().length;
  return { rss, heapUsed, handles, unhandledRejections, uncaughtExceptions, faults };
}
