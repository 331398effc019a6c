/** Composition: what the management API does with the configuration, with single accounts, and to check them all. */

import { type ConfigFile, EditError, type Edited } from '../config/edit/config-file.ts';
import { type ListName, optionsOf, placeOf, type Wish } from '../config/edit/entry.ts';
import type { LoadedConfig } from '../config/load.ts';
import type { Config } from '../config/schema.ts';
import { type Clock, sleep } from '../core/clock.ts';
import { GatewayError } from '../core/errors.ts';
import type { Administration, ConfigOutcome } from '../http/admin/administration.ts';
import type { Account } from './accounts.ts';
import type { ChangeReport, Changing } from './changing.ts';
import { checkDiscord } from './check/discord.ts';
import type { Finding } from './check/finding.ts';

/** What it works with. */
export interface AdministrationParts {
  readonly changing: Changing;
  readonly accounts: ReadonlyMap<string, Account>;
  readonly tools: { readonly clock: Clock };
  /** The file of the configuration; without it the configuration cannot be changed. */
  readonly file?: ConfigFile | undefined;
  /** Goes on with a configuration. */
  readonly reload: (config: Config) => Promise<ChangeReport>;
}

/** How long a new login may take, in milliseconds. */
const LOGIN_MS = 20_000;

/** Makes it. */
export function createAdministration(parts: AdministrationParts): Administration {
  return {
    config: () => viewOf(parts),
    putEntry: (list, id, entry) => change(parts, { list, id, entry: withoutEmptyToken(entry) }),
    removeEntry: (list, id) => change(parts, { list, id, entry: undefined }),
    reconnect: (accountId, signal) => reconnect(parts, accountId, signal),
    async check(onFinding, signal) {
      await checkDiscord(parts.changing.config, signal, (findings) => {
        for (const finding of findings) onFinding(renderFinding(finding));
      });
    },
  };
}

function viewOf({ changing, file }: AdministrationParts) {
  const { accounts, bots } = changing.config;
  const reason = file === undefined ? NO_FILE : file.obstacle;
  return {
    path: file?.path ?? null,
    writable: reason === undefined,
    ...(reason === undefined ? {} : { reason }),
    accounts: accounts.map(accountView),
    bots: bots.map(optionsOf),
  };
}

const NO_FILE = 'the gateway was started without a configuration file';

function accountView({ id, kind, enabled, dailyLimit, userAgent, token }: Config['accounts'][number]) {
  return { id, kind, enabled, dailyLimit, userAgent, hasToken: token !== '' };
}

async function change(parts: AdministrationParts, wish: Wish): Promise<ConfigOutcome> {
  const { file, changing } = parts;
  const { list, id } = wish;
  if (file === undefined) return refusal('read_only', `The configuration cannot be changed: ${NO_FILE}.`);
  const isNew = placeOf(changing.config, wish) < 0;
  let restart: readonly string[] = [];
  try {
    const apply = async (loaded: LoadedConfig) => {
      ({ restart } = await parts.reload(loaded.config));
    };
    const { notes, loaded }: Edited = await file.change(wish, apply);
    const entry = entryView(loaded.config, list, id);
    return { type: 'done', isNew, entry, notes, restart };
  } catch (error) {
    if (!(error instanceof EditError)) throw error;
    return refusal(error.reason, error.message, error.problems);
  }
}

function entryView(config: Config, list: ListName, id: string): object | undefined {
  const place = placeOf(config, { list, id });
  const account = list === 'accounts' ? config.accounts[place] : undefined;
  const bot = list === 'bots' ? config.bots[place] : undefined;
  return (account && accountView(account)) ?? (bot && optionsOf(bot));
}

function refusal(
  reason: EditError['reason'],
  message: string,
  problems: EditError['problems'] = [],
): ConfigOutcome {
  return { type: 'refused', reason, message, problems };
}

/** A form that was not touched sends no token, or an empty one. */
function withoutEmptyToken(entry: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  if (entry.token !== '') return entry;
  const { token: _, ...rest } = entry;
  return rest;
}

/** A dead token may live again on Discord's side; whether it does only a new login tells. */
async function reconnect(parts: AdministrationParts, accountId: string, signal: AbortSignal) {
  const { accounts, changing } = parts;
  const account = accounts.get(accountId);
  if (account === undefined) {
    const isKnown = changing.config.accounts.some(({ id }) => id === accountId);
    const why = isKnown
      ? `The account "${accountId}" is switched off.`
      : `There is no account "${accountId}".`;
    throw new GatewayError('account_not_found', why);
  }
  if (account.client.status.state === 'disabled') await changing.renew(accountId);
  else if (account.client.status.state !== 'idle') {
    account.client.reconnect();
    await waitForLogin(account, parts.tools.clock, signal);
  }
  const { state, reason } = (accounts.get(accountId) ?? account).client.status;
  return { account: accountId, state, ...(reason === undefined ? {} : { reason }) };
}

/** Who asked is told how it is, also when it takes too long. */
async function waitForLogin({ client }: Account, clock: Clock, signal: AbortSignal): Promise<void> {
  const waiting = new AbortController();
  const either = AbortSignal.any([signal, waiting.signal]);
  try {
    await Promise.race([client.whenReady(either), sleep(clock, LOGIN_MS, either)]).catch(() => {});
  } finally {
    waiting.abort();
  }
}

function renderFinding({ level, account, bot, code, message, remedy }: Finding) {
  const about =
    [bot && `bot ${bot}`, account && `account ${account}`].filter(Boolean).join(', ') || 'gateway';
  const cure = remedy === '' || level === 'ok' ? {} : { remedy };
  return {
    level: level === 'warn' ? ('warning' as const) : level,
    about,
    code,
    account,
    bot,
    message,
    ...cure,
  };
}
