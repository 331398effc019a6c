/** `cordgate check`: composition of the configuration and the transport's probe. Asks only; nothing is ever written. */
import { type AccountConfig, accountsOf, type BotConfig, type Config, isCoze } from '../../config/schema.ts';
import { systemClock } from '../../core/clock.ts';
import { silentLog } from '../../core/log.ts';
import { createProbe } from '../../discord/probe.ts';
import { createCommandProbe } from '../../discord/probe-commands.ts';
import { type CheckedAccount, checkAccount, type ProbedAccount } from './account.ts';
import { checkCozeBot } from './bot.ts';
import type { Finding } from './finding.ts';
import { checkProxy } from './proxy.ts';
import { checkRooms } from './rooms.ts';

/** Hears of findings as soon as they are there. */
type Listener = (findings: readonly Finding[]) => void;

/**
 * Logs in with every enabled account and checks whether each can do its job. Accounts are asked side by side; the
 * findings come in the order of the file. Rejects only with the signal's reason.
 */
export async function checkDiscord(
  config: Config,
  signal: AbortSignal,
  onFindings: Listener = () => {},
): Promise<Finding[]> {
  const proxy = await checkProxy(config);
  onFindings(proxy);
  if (proxy.some((finding) => finding.level === 'error')) return proxy;
  const probed = config.accounts
    .filter((account) => account.enabled)
    .map((account) => probeOf(config, account));
  try {
    return [...proxy, ...(await checkProbed(config, probed, signal, onFindings))];
  } finally {
    await Promise.allSettled(probed.flatMap(({ probe, commands }) => [probe.close(), commands.close()]));
  }
}

/** The same with given probes. */
export async function checkProbed(
  config: Config,
  probed: readonly ProbedAccount[],
  signal: AbortSignal,
  onFindings: Listener = () => {},
): Promise<Finding[]> {
  const listening = new Set(config.bots.flatMap(readersOf));
  const accounts: CheckedAccount[] = await Promise.all(
    probed.map((entry) => checkAccount(entry, listening.has(entry.account.id), signal)),
  );
  const ofAccounts = warnedOnce(accounts.flatMap((account) => account.findings));
  onFindings(ofAccounts);
  const bots = await Promise.all(
    config.bots.map(async (bot) => {
      const found = await checkBot(bot, config, accounts, signal);
      onFindings(found);
      return found;
    }),
  );
  return [...ofAccounts, ...bots.flat()];
}

/** Accounts that connect to the gateway: the reader of a Coze bot, and everybody who draws. */
function readersOf(bot: BotConfig): string[] {
  return isCoze(bot) ? [bot.listen] : accountsOf(bot);
}

function checkBot(
  bot: BotConfig,
  { bots }: Config,
  accounts: readonly CheckedAccount[],
  signal: AbortSignal,
): Promise<Finding[]> {
  return isCoze(bot)
    ? checkCozeBot(bot, bots.filter(isCoze), accounts, signal)
    : checkRooms(bot, accounts, signal);
}

/** That people's accounts must not be automated is said once, however many there are. */
function warnedOnce(findings: readonly Finding[]): Finding[] {
  const [first, ...others] = findings.filter(({ code }) => code === 'user_account');
  if (first === undefined || others.length === 0) return [...findings];
  const names = others.map(({ account }) => account).join(', ');
  const message = `${first.message}; so it is with: ${names}`;
  return findings.flatMap((finding) => {
    if (finding === first) return { ...first, message };
    return others.includes(finding) ? [] : finding;
  });
}

function probeOf(config: Config, account: AccountConfig): ProbedAccount {
  const { api, gateway, cdn, upload, proxy } = config.discord;
  const { id, kind, token, userAgent } = account;
  const options = {
    account: { id, kind, token, userAgent },
    hosts: { api, gateway, cdn, upload },
    proxy,
    clock: systemClock,
    log: silentLog,
  };
  return { account, probe: createProbe(options), commands: createCommandProbe(options) };
}
