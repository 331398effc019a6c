/** `cordgate check`: composition of the configuration and the transport's probe. Asks only; nothing is ever written. */
import type { AccountConfig, Config } from '../config/schema.ts';
import { systemClock } from '../core/clock.ts';
import { silentLog } from '../core/log.ts';
import { createProbe } from '../discord/probe.ts';
import { type CheckedAccount, checkAccount, type ProbedAccount } from './account.ts';
import { checkBot } from './bot.ts';
import type { Finding } from './finding.ts';
import { checkProxy } from './proxy.ts';

/**
 * Logs in with every enabled account and checks whether each can do its job. Accounts are asked side by side; the
 * findings come in the order of the file. Rejects only with the signal's reason.
 */
export async function checkDiscord(config: Config, signal: AbortSignal): Promise<Finding[]> {
  const proxy = await checkProxy(config);
  if (proxy.some((finding) => finding.level === 'error')) return proxy;
  const probed = config.accounts
    .filter((account) => account.enabled)
    .map((account) => probeOf(config, account));
  try {
    return [...proxy, ...(await checkProbed(config, probed, signal))];
  } finally {
    await Promise.allSettled(probed.map(({ probe }) => probe.close()));
  }
}

/** The same with given probes. */
export async function checkProbed(
  config: Config,
  probed: readonly ProbedAccount[],
  signal: AbortSignal,
): Promise<Finding[]> {
  const listening = new Set(config.bots.map((bot) => bot.listen));
  const accounts: CheckedAccount[] = await Promise.all(
    probed.map((entry) => checkAccount(entry, listening.has(entry.account.id), signal)),
  );
  const bots = await Promise.all(config.bots.map((bot) => checkBot(bot, config.bots, accounts, signal)));
  return [...accounts.flatMap((account) => account.findings), ...bots.flat()];
}

function probeOf(config: Config, account: AccountConfig): ProbedAccount {
  const { api, gateway, cdn, upload, proxy } = config.discord;
  const { id, kind, token, userAgent } = account;
  const probe = createProbe({
    account: { id, kind, token, userAgent },
    hosts: { api, gateway, cdn, upload },
    proxy,
    clock: systemClock,
    log: silentLog,
  });
  return { account, probe };
}
