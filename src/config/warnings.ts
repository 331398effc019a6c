import { isLoopback } from './cross-check.ts';
import type { Path } from './problem.ts';
import { accountsOf, type Config } from './schema.ts';

/** Something that works, but not as the operator may think. */
export interface Warning {
  readonly path: Path;
  readonly message: string;
}

/** The shortest key that is not worth a warning on a public address. */
const SHORT_KEY = 16;

/** What an operator should know about a valid configuration. */
export function warningsOf(config: Config): Warning[] {
  return [...setup(config), ...keys(config)];
}

function setup({ accounts, bots, store }: Config): Warning[] {
  const warnings: Warning[] = [];
  if (bots.length === 0)
    warnings.push({ path: ['bots'], message: 'no bot is configured: the API offers no model' });
  if (store.driver === 'memory') {
    warnings.push({
      path: ['store', 'driver'],
      message: 'conversations and tasks are forgotten when the gateway stops',
    });
  }
  const used = new Set(bots.flatMap(accountsOf));
  accounts.forEach((account, index) => {
    if (account.enabled && !used.has(account.id))
      warnings.push({ path: ['accounts', index], message: 'no bot uses this account' });
  });
  return warnings;
}

function keys({ server, auth }: Config): Warning[] {
  if (isLoopback(server.host)) return [];
  if (auth.keys.length === 0) {
    return [{ path: ['auth', 'open'], message: 'everyone who reaches the address may use every bot' }];
  }
  return auth.keys.flatMap((entry, index) => {
    if (entry.key.length >= SHORT_KEY) return [];
    const message = `the key is shorter than ${SHORT_KEY} characters and can be guessed`;
    return [{ path: ['auth', 'keys', index, 'key'], message }];
  });
}
