import type { CozeBotConfig } from '../../config/schema.ts';
import { discordCode } from '../../core/discord.ts';
import { GatewayError, toGatewayError } from '../../core/errors.ts';
import type { Probe } from '../../discord/probe.ts';
import type { CheckedAccount } from './account.ts';
import { channelFindings } from './channels.ts';
import { conversationFindings } from './conversations.ts';
import { type CheckedCoze, checkCoze } from './coze.ts';
import { type Finding, type Findings, findingsOf } from './finding.ts';
import { viewGuild } from './guild.ts';
import { missing, type PermissionName } from './permissions.ts';

/** Most channels of one category (Discord support, "Channel Categories 101"). */
const CHANNELS_PER_CATEGORY = 50;

/** Discord's JSON error code for a channel that is not there (Discord docs, "JSON Error Codes"). */
const UNKNOWN_CHANNEL = 10003;

const LISTEN: readonly PermissionName[] = ['View Channels', 'Read Message History', 'Manage Channels'];
const SEND: readonly PermissionName[] = ['View Channels', 'Send Messages', 'Attach Files'];

/**
 * Checks that the accounts of a Coze bot can do their jobs in its guild, that there is room for its channels, and that its
 * Coze bots are there to answer.
 * @param bots all Coze bots of the configuration, which may share the guild
 */
export async function checkCozeBot(
  bot: CozeBotConfig,
  bots: readonly CozeBotConfig[],
  accounts: readonly CheckedAccount[],
  signal: AbortSignal,
): Promise<Finding[]> {
  const own = accounts.filter(({ account }) => account.id === bot.listen || bot.send.includes(account.id));
  const findings = [...categoryFindings(bot)];
  for (const checked of own) findings.push(...(await accountFindings(bot, checked, signal)));
  const listener = own.find(({ account }) => account.id === bot.listen);
  const seesGuild = !findings.some(
    ({ code, account }) => code === 'guild_unreachable' && account === bot.listen,
  );
  if (!listener?.works || !seesGuild) return findings;
  return [...findings, ...(await guildFindings(bot, bots, own, listener.probe, signal))];
}

/** What the listening account sees of the guild. */
async function guildFindings(
  bot: CozeBotConfig,
  bots: readonly CozeBotConfig[],
  accounts: readonly CheckedAccount[],
  probe: Probe,
  signal: AbortSignal,
): Promise<Finding[]> {
  const view = await viewGuild(probe, bot.guildId, signal).catch((error: unknown) => {
    signal.throwIfAborted();
    return toGatewayError(error);
  });
  const seen = view instanceof GatewayError ? undefined : view;
  const coze: CheckedCoze[] = [];
  for (const id of bot.botUserIds) coze.push(await checkCoze(bot, id, probe, seen, signal));
  const findings = coze.flatMap((checked) => checked.findings);
  if (view instanceof GatewayError) return [unseen(bot, view), ...findings];
  const members = coze.flatMap(({ member }) => member ?? []);
  const given = await conversationFindings(bot, accounts, members, probe, view, signal);
  return [...channelFindings(bot, bots, view), ...findings, ...given];
}

function unseen(bot: CozeBotConfig, error: GatewayError): Finding {
  const message = `the channels of the guild could not be read: ${error.message}`;
  const remedy = 'Look in Discord how many channels there are: 500 fit into a guild, 50 into a category.';
  return findingsOf({ bot: bot.id }).warn('channels_unknown', message, remedy);
}

function categoryFindings(bot: CozeBotConfig): Finding[] {
  if (bot.categoryId === undefined || bot.maxChannels <= CHANNELS_PER_CATEGORY) return [];
  const message = `a category holds ${CHANNELS_PER_CATEGORY} channels, but maxChannels is ${bot.maxChannels}`;
  return [
    findingsOf({ bot: bot.id }).warn(
      'category_small',
      message,
      'Lower maxChannels, or leave categoryId out.',
    ),
  ];
}

/** What one account is to do for the bot, and whether it may. */
async function accountFindings(
  bot: CozeBotConfig,
  checked: CheckedAccount,
  signal: AbortSignal,
): Promise<Finding[]> {
  const { account, works } = checked;
  const say = findingsOf({ bot: bot.id, account: account.id });
  const sends = bot.send.includes(account.id);
  const findings = sends && account.kind === 'bot' ? [senderWarning(say)] : [];
  if (!works) {
    const message = 'could not be checked in the guild, because the account does not work';
    return [...findings, say.warn('unchecked', message, 'Repair the account first, then check again.')];
  }
  const wanted = new Set([...(account.id === bot.listen ? LISTEN : []), ...(sends ? SEND : [])]);
  return [...findings, await placeFinding(bot, checked, [...wanted], say, signal)];
}

function senderWarning(say: Findings): Finding {
  const message =
    'sends prompts as a bot, and Coze bots may ignore what bots write (reported since February 2024)';
  const remedy =
    "If no answer comes, send with an account of kind: user; mind that this is against Discord's terms.";
  return say.warn('sender_is_bot', message, remedy);
}

/** The guild, the category in it, and what the account may do there. */
async function placeFinding(
  bot: CozeBotConfig,
  { account, probe }: CheckedAccount,
  wanted: readonly PermissionName[],
  say: Findings,
  signal: AbortSignal,
): Promise<Finding> {
  let place = `the guild ${bot.guildId}`;
  try {
    place = `the guild "${(await probe.getGuild(bot.guildId, signal)).name}"`;
  } catch (error) {
    signal.throwIfAborted();
    const message = `does not see ${place}: ${toGatewayError(error).message}`;
    const remedy =
      account.kind === 'bot' ? 'invite this bot to the guild' : 'let this account join the guild';
    return say.error('guild_unreachable', message, `Check guildId, and ${remedy}.`);
  }
  try {
    const lacking = missing(await probe.getPermissions(bot.guildId, bot.categoryId, signal), wanted);
    if (lacking.length === 0) return say.ok('permissions', `may do its job in ${place}`);
    const message = `lacks permissions in ${place}: ${lacking.join(', ')}`;
    return say.error(
      'permissions_missing',
      message,
      'Give a role of the account these, also in the category.',
    );
  } catch (error) {
    signal.throwIfAborted();
    return permissionTrouble(error, bot, wanted, say);
  }
}

function permissionTrouble(
  error: unknown,
  bot: CozeBotConfig,
  wanted: readonly PermissionName[],
  say: Findings,
): Finding {
  if (discordCode(error) === UNKNOWN_CHANNEL) {
    const message = `sees no category ${bot.categoryId} in the guild`;
    return say.error(
      'category_unreachable',
      message,
      'Check categoryId, and that the account has View Channels there.',
    );
  }
  const message = `its permissions could not be read: ${toGatewayError(error).message}`;
  return say.warn('permissions_unknown', message, `Look in Discord that it has: ${wanted.join(', ')}.`);
}
