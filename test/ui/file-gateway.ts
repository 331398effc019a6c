/** A gateway beside the one of `startUi`, in front of the same simulator: with a configuration file, and a log that is kept. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { createLog } from '../../src/cli/log.ts';
import { LogBook } from '../../src/composition/log-book.ts';
import { ConfigFile } from '../../src/config/edit/config-file.ts';
import type { Log } from '../../src/core/log.ts';
import { startGateway } from '../../src/gateway.ts';
import type { Sim } from '../../src/sim/index.ts';
import { ADMIN_KEY, type PageOptions, type Ui, USER_KEY } from './support.ts';
import { layWire, type Wire } from './wire.ts';

/** What a test does with it. */
export interface FileGateway {
  /** Writes to its log. */
  readonly log: Log;
  readonly wire: Wire;
  /** Address of its interface. */
  readonly url: string;
  /** What stands in the file now. */
  text(): string;
  open(options?: PageOptions): Promise<Page>;
  /** Calls it with the admin key, or another one. */
  call(method: string, path: string, body?: object, key?: string): Promise<Response>;
  close(): Promise<void>;
}

/** Starts it; its file has comments, two accounts and three bots. */
export async function startFileGateway(ui: Ui): Promise<FileGateway> {
  const folder = mkdtempSync(join(tmpdir(), 'cordgate-ui-'));
  const path = join(folder, 'cordgate.yaml');
  writeFileSync(path, fileFor(ui.world.sim));
  const file = new ConfigFile({ path, env: {}, flags: { server: { port: 0 } } });
  const { config } = await file.reload(async (loaded) => loaded);
  const logs = new LogBook();
  const log = createLog({ level: 'debug', pretty: false, secrets: [] }, { stderr: () => {} }, logs);
  const gateway = await startGateway(config, { log, logs, file });
  const wire = await layWire(gateway.url);
  const url = `${wire.url}/ui/`;
  return {
    log,
    wire,
    url,
    text: () => readFileSync(path, 'utf8'),
    async open(options = {}) {
      const page = await ui.open({ ...options, at: '#/nowhere' });
      await page.goto(`${url}${options.at ?? ''}`);
      return page;
    },
    call: (method, to, body, key = ADMIN_KEY) =>
      fetch(gateway.url + to, {
        method,
        headers: {
          authorization: `Bearer ${key}`,
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      }),
    async close() {
      wire.close();
      await gateway.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function fileFor(sim: Sim): string {
  const { api, gateway, cdn, upload, activity, accounts, guildId, bots, channels } = sim.ready;
  const tokenOf = (wanted: string) => accounts.find(({ kind }) => kind === wanted)?.token ?? '';
  const discord = { api, gateway, cdn, upload, activity, requestsPerSecond: 0 };
  return `# our own gateway
auth:
  keys:
    - { key: ${ADMIN_KEY}, name: test, admin: true }
    - { key: ${USER_KEY}, name: other }
discord: ${JSON.stringify(discord)}
accounts:
  - { id: bridge, kind: bot, token: "${tokenOf('bot')}" } # reads the answers
  - { id: alice, kind: user, token: "${tokenOf('user')}", dailyLimit: 200 }
bots:
  - id: coze
    driver: coze
    listen: bridge
    send: [bridge]
    guildId: "${guildId}"
    botUserId: "${bots.coze.userId}"
    models: [gpt-4o]
  - id: midjourney
    driver: midjourney
    rooms: [{ account: alice, guildId: "${guildId}", channelId: "${channels.midjourney}" }]
  - id: pika
    driver: pika
    rooms: [{ account: alice, guildId: "${guildId}", channelId: "${channels.pika}" }]
store: { driver: memory }
`;
}
