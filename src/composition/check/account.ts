import { GatewayCloseCodes } from 'discord-api-types/v10';
import type { AccountConfig } from '../../config/schema.ts';
import type { Snowflake } from '../../core/discord.ts';
import { toGatewayError } from '../../core/errors.ts';
import type { LoginReport, Probe } from '../../discord/probe.ts';
import type { CommandProbe } from '../../discord/probe-commands.ts';
import { type Finding, type Findings, findingsOf } from './finding.ts';

/** An account and the questions that can be asked as it. */
export interface ProbedAccount {
  readonly account: AccountConfig;
  readonly probe: Probe;
  readonly commands: CommandProbe;
}

/** What is known of an account after it was checked. */
export interface CheckedAccount extends ProbedAccount {
  /** False when Discord does not let it in, so that nothing further can be asked. */
  readonly works: boolean;
  /** Who it is logged in as; only when it works. */
  readonly userId?: Snowflake;
  readonly findings: readonly Finding[];
}

const PORTAL = 'https://discord.com/developers/applications';
const INTENT_REMEDY = `Open ${PORTAL}, choose the application, page "Bot", and switch "Message Content Intent" on.`;

/** Checks one account: the token, what the account may read, and the WebSocket when it `listens`. */
export async function checkAccount(
  probed: ProbedAccount,
  listens: boolean,
  signal: AbortSignal,
): Promise<CheckedAccount> {
  const { account, probe } = probed;
  const say = findingsOf({ account: account.id });
  try {
    const user = await probe.getCurrentUser(signal);
    const findings = [
      say.ok('logged_in', `logged in as ${user.username} (${user.id})`),
      ...kindFindings(account, say),
    ];
    if (listens && account.kind === 'bot') findings.push(await intentFinding(probe, say, signal));
    if (listens) findings.push(loginFinding(account, await probe.logIn(signal), say));
    return { ...probed, works: true, userId: user.id, findings: firstPerCode(findings) };
  } catch (error) {
    signal.throwIfAborted();
    return { ...probed, works: false, findings: [refusalFinding(error, account, say)] };
  }
}

function kindFindings(account: AccountConfig, say: Findings): Finding[] {
  if (account.kind === 'bot') return [];
  const message = "is a person's account; automating it is against Discord's terms, and Discord may close it";
  return [
    say.warn(
      'user_account',
      message,
      'Use a spare account that you can do without; where Coze bots are read, let a bot account listen.',
    ),
  ];
}

async function intentFinding(probe: Probe, say: Findings, signal: AbortSignal): Promise<Finding> {
  const { messageContent } = await probe.getApplicationFlags(signal);
  if (messageContent) return say.ok('message_content', 'may read message content');
  const message = 'may not read message content: replies would arrive empty';
  return say.error('message_content_missing', message, INTENT_REMEDY);
}

function loginFinding(
  account: AccountConfig,
  { ok, closeCode, reason }: LoginReport,
  say: Findings,
): Finding {
  if (ok) return say.ok('gateway', 'the WebSocket login works');
  const why = reason ?? 'no answer in time';
  if (closeCode === GatewayCloseCodes.AuthenticationFailed) {
    return say.error('token_dead', why, tokenRemedy(account.kind));
  }
  if (closeCode === GatewayCloseCodes.DisallowedIntents)
    return say.error('message_content_missing', why, INTENT_REMEDY);
  const remedy = 'Check discord.gateway and the network; a proxy must let WebSockets through.';
  return say.error('gateway_unreachable', `the WebSocket login failed: ${why}`, remedy);
}

function tokenRemedy(kind: AccountConfig['kind']): string {
  if (kind === 'user') {
    return 'Log in to Discord with this account and copy the token again; for the token of a bot say kind: bot.';
  }
  return `Open ${PORTAL}, page "Bot", press "Reset Token", and configure the new one; for a person's token say kind: user.`;
}

function refusalFinding(error: unknown, account: AccountConfig, say: Findings): Finding {
  const { code, message, hint } = toGatewayError(error);
  if (code === 'account_disabled') return say.error('token_dead', message, tokenRemedy(account.kind));
  if (code === 'discord_unreachable' || code === 'discord_timeout') {
    return say.error('api_unreachable', message, 'Check discord.api, the network and discord.proxy.');
  }
  return say.error(code, message, hint);
}

/** The flags of the application and the close code 4014 tell the same; once is enough. */
function firstPerCode(findings: readonly Finding[]): Finding[] {
  const codes = findings.map((finding) => finding.code);
  return findings.filter((finding, index) => codes.indexOf(finding.code) === index);
}
