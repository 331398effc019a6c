/** The gateway in a process of its own, as `cordgate serve` runs it: SQLite store, log lines, everything. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLog } from '../src/cli/log.ts';
import { loadConfig } from '../src/config/load.ts';
import { startGateway } from '../src/gateway.ts';
import type { SimReady } from '../src/sim/index.ts';
import { childOptions, serveParent } from './measured.ts';
import { KEY, MOST_CHANNELS, NAMED_CHANNELS } from './setting.ts';

await main(childOptions<SimReady>());

async function main({ api, gateway, cdn, upload, accounts, guildId, bots }: SimReady): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'cordgate-bench-'));
  const bot = (id: string, maxChannels: number) => ({
    id,
    driver: 'coze',
    listen: 'bridge',
    send: ['bridge'],
    guildId,
    botUserId: bots.coze.userId,
    models: [id],
    maxChannels,
  });
  const input = {
    auth: { keys: [{ key: KEY, name: 'bench' }] },
    // No pace of our own: what is measured is the program, not Discord's 50 requests a second.
    discord: { api, gateway, cdn, upload, requestsPerSecond: 0 },
    accounts: accounts.map(({ id, kind, token }) => ({ id, kind, token })),
    bots: [bot('lasting', NAMED_CHANNELS), bot('fresh', MOST_CHANNELS)],
    store: { driver: 'sqlite', path: join(folder, 'cordgate.db') },
  };
  const { config } = loadConfig({ text: JSON.stringify(input), env: {}, flags: { server: { port: 0 } } });
  const stderr = (text: string) => void process.stderr.write(text);
  const log = createLog({ level: config.log.level, pretty: false, secrets: [] }, { stderr });
  const running = await startGateway(config, { log });
  serveParent({ url: running.url }, async () => {
    await running.close();
    rmSync(folder, { recursive: true });
  });
}
