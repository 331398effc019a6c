/** Logs accounts in, in a process that does nothing else. */
import { systemClock } from '../src/core/clock.ts';
import { silentLog } from '../src/core/log.ts';
import { createDiscordClient, type DiscordClient } from '../src/discord/client.ts';
import type { SimReady } from '../src/sim/index.ts';
import { childOptions, serveParent, settled, type Usage } from './measured.ts';

/** What it needs. */
export type AccountsOptions = SimReady & { readonly kind: 'bot' | 'user' };

/** Memory with one account, with half of them, and with all. */
export interface AccountsResult {
  readonly one: Usage;
  readonly half: Usage;
  readonly all: Usage;
}

/** Logins under way at a time. */
const AT_ONCE = 4;

const { accounts, kind, api, gateway, cdn, upload } = childOptions<AccountsOptions>();
const clients: DiscordClient[] = accounts
  .filter((account) => account.kind === kind)
  .map((account) =>
    createDiscordClient({
      account,
      hosts: { api, gateway, cdn, upload, activity: cdn },
      clock: systemClock,
      log: silentLog,
    }),
  );

await logIn(clients.slice(0, 1));
const one = await settled();
const middle = Math.ceil(clients.length / 2);
await logInAll(clients.slice(1, middle));
const half = await settled();
await logInAll(clients.slice(middle));
const all = await settled();
const result: AccountsResult = { one, half, all };
serveParent(result, async () => {
  await Promise.all(clients.map((client) => client.close()));
});

async function logInAll(some: readonly DiscordClient[]): Promise<void> {
  for (let start = 0; start < some.length; start += AT_ONCE) await logIn(some.slice(start, start + AT_ONCE));
}

async function logIn(some: readonly DiscordClient[]): Promise<void> {
  for (const client of some) client.connect();
  await Promise.all(some.map((client) => client.whenReady()));
}
