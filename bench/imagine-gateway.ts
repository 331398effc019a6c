/** The gateway that draws, in a process of its own, as `cordgate serve` runs it. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLog } from '../src/cli/log.ts';
import { loadConfig } from '../src/config/load.ts';
import { startGateway } from '../src/gateway.ts';
import type { SimReady } from '../src/sim/index.ts';
import { ACCOUNTS, CONCURRENCY, MIDJOURNEY_PATH } from './imagine-setting.ts';
import { childOptions, serveParent } from './measured.ts';
import { KEY } from './setting.ts';

await main(childOptions<SimReady & { store: 'sqlite' | 'memory' }>());

async function main(options: SimReady & { store: 'sqlite' | 'memory' }): Promise<void> {
  const { api, gateway, cdn, upload, activity, guildId, channels, store } = options;
  const folder = mkdtempSync(join(tmpdir(), 'cordgate-bench-'));
  const accounts = options.accounts.filter(({ id }) => ACCOUNTS.includes(id));
  const input = {
    auth: { keys: [{ key: KEY, name: 'bench' }] },
    // No pace of our own: what is measured is the program, not Discord's limits.
    discord: { api, gateway, cdn, upload, activity, requestsPerSecond: 0 },
    accounts: accounts.map(({ id, kind, token }) => ({ id, kind, token })),
    bots: [
      {
        id: 'midjourney',
        driver: 'midjourney',
        spacingMs: 0,
        rooms: accounts.map(({ id }) => ({
          account: id,
          guildId,
          channelId: channels.midjourney,
          concurrency: CONCURRENCY,
        })),
      },
    ],
    store: { driver: store, path: join(folder, 'cordgate.db') },
  };
  const { config } = loadConfig({ text: JSON.stringify(input), env: {}, flags: { server: { port: 0 } } });
  const stderr = (text: string) => void process.stderr.write(text);
  const log = createLog({ level: config.log.level, pretty: false, secrets: [] }, { stderr });
  const running = await startGateway(config, { log });
  serveParent({ url: `${running.url}${MIDJOURNEY_PATH}` }, async () => {
    await running.close();
    rmSync(folder, { recursive: true });
  });
}
