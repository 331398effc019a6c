/** Composition: the accounts of the configuration, as Discord clients and as what the service sees of them. */
import type { AccountConfig, Config } from '../config/schema.ts';
import type { Listener, Sender } from '../core/bot.ts';
import { type Clock, sleep } from '../core/clock.ts';
import { GatewayError } from '../core/errors.ts';
import type { Log } from '../core/log.ts';
import type { DiscordObserver } from '../core/observe.ts';
import { DailyQuota } from '../core/quota.ts';
import type { Store } from '../core/store.ts';
import { createDiscordClient, type DiscordClient } from '../discord/client.ts';

/** An account with its client, and what it has sent today. */
export interface Account {
  readonly config: AccountConfig;
  readonly client: DiscordClient;
  readonly quota: DailyQuota;
  /** True once the account was connected. */
  readonly hasBeenReady: () => boolean;
}

/** What accounts are made with. */
export interface AccountTools {
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Log;
  /** Hears of each change of an account's connection. */
  readonly onStatus?: ((accountId: string) => void) | undefined;
  readonly observer?: DiscordObserver | undefined;
}

/** How long a request waits for an account that is not connected, in milliseconds. */
const PATIENCE_MS = 15_000;

/** A connection that broke so recently is back soon; what is missed meanwhile is read from history. */
const SHORT_BREAK_MS = 30_000;

/** Makes the client of every enabled account; nobody connects yet. */
export function createAccounts(config: Config, tools: AccountTools): Map<string, Account> {
  const enabled = config.accounts.filter((account) => account.enabled);
  return new Map(enabled.map((account) => [account.id, createAccount(config, account, tools)]));
}

function createAccount(config: Config, account: AccountConfig, tools: AccountTools): Account {
  const { id, kind, token, userAgent, dailyLimit } = account;
  const { api, gateway, cdn, upload, activity, proxy, requestsPerSecond } = config.discord;
  let hasBeenReady = false;
  const client = createDiscordClient({
    account: { id, kind, token, ...(userAgent === undefined ? {} : { userAgent }) },
    hosts: { api, gateway, cdn, upload, activity },
    proxy,
    requestsPerSecond,
    clock: tools.clock,
    log: tools.log,
    observer: tools.observer,
    onStatus: ({ state }) => {
      hasBeenReady ||= state === 'ready';
      tools.onStatus?.(id);
    },
  });
  const quota = new DailyQuota(id, dailyLimit ?? Number.POSITIVE_INFINITY, tools.store, tools.clock);
  return { config: account, client, quota, hasBeenReady: () => hasBeenReady };
}

/** The account as one that reads replies. */
export function asListener(account: Account, clock: Clock): Listener {
  return {
    port: account.client,
    isConnected: () => account.client.status.state === 'ready',
    trouble: () => disabledError(account),
    async reconnect(signal) {
      const disabled = disabledError(account);
      if (disabled) throw disabled;
      account.client.reconnect();
      await waitForConnection(account, clock, signal);
    },
    async ready(signal) {
      const disabled = disabledError(account);
      if (disabled) throw disabled;
      if (isConnected(account, clock)) return;
      if (isRefused(account)) throw offlineError(account);
      await waitForConnection(account, clock, signal);
    },
  };
}

/** The account as one that writes prompts. */
export function asSender(account: Account): Sender {
  const { client, config, quota } = account;
  return {
    id: config.id,
    port: client,
    trouble: () => disabledError(account) ?? quota.trouble(),
    // Counting costs a write for each message: chats are counted only where there is a limit.
    quota: config.dailyLimit === undefined ? undefined : quota,
  };
}

function isConnected(account: Account, clock: Clock): boolean {
  const { state, since } = account.client.status;
  if (state === 'ready') return true;
  if (state !== 'reconnecting' || isRefused(account) || !account.hasBeenReady()) return false;
  return clock.now() - since < SHORT_BREAK_MS;
}

/** Discord said why it does not let the account in, and only the operator can change that (close codes 4010 to 4014). */
function isRefused({ client }: Account): boolean {
  const { closeCode = 0, state } = client.status;
  return state === 'reconnecting' && closeCode >= 4010 && closeCode <= 4014;
}

/** The error of an account whose token is dead; undefined while it lives. */
export function disabledError({ client, config }: Account): GatewayError | undefined {
  if (client.status.state !== 'disabled') return undefined;
  const reason = sentenceOf(client.status.reason ?? 'Discord does not accept its token');
  return new GatewayError('account_disabled', `The account "${config.id}" is disabled: ${reason}.`);
}

async function waitForConnection(account: Account, clock: Clock, signal: AbortSignal): Promise<void> {
  const { client } = account;
  const waiting = new AbortController();
  const both = AbortSignal.any([signal, waiting.signal]);
  try {
    await Promise.race([client.whenReady(both), sleep(clock, PATIENCE_MS, both)]);
  } catch (error) {
    signal.throwIfAborted();
    throw disabledError(account) ?? error;
  } finally {
    waiting.abort();
  }
  if (client.status.state !== 'ready') throw disabledError(account) ?? offlineError(account);
}

function offlineError({ client, config }: Account): GatewayError {
  const { reason } = client.status;
  const why = reason === undefined ? '' : `: ${sentenceOf(reason)}`;
  return new GatewayError(
    'account_offline',
    `The account "${config.id}", which reads the replies, is not connected to Discord${why}.`,
    { retryAfterMs: PATIENCE_MS },
  );
}

/** Reasons may be whole sentences; here they stand inside one. */
function sentenceOf(reason: string): string {
  return reason.replace(/\.$/, '');
}
