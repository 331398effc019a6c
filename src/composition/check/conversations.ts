import type { CozeBotConfig } from '../../config/schema.ts';
import type { Snowflake } from '../../core/discord.ts';
import { toGatewayError } from '../../core/errors.ts';
import type { Probe, ProbedMember } from '../../discord/probe.ts';
import type { CheckedAccount } from './account.ts';
import { type Finding, findingsOf } from './finding.ts';
import { type GuildView, permissionsIn, TEXT_TYPES } from './guild.ts';
import { missing, type PermissionName } from './permissions.ts';

/** Somebody who has to do something in the channels, and what that takes. */
interface Part {
  readonly who: string;
  readonly member: ProbedMember;
  readonly needs: readonly PermissionName[];
}

const READ: readonly PermissionName[] = ['View Channels', 'Read Message History'];
const WRITE: readonly PermissionName[] = ['View Channels', 'Send Messages', 'Attach Files'];
const ANSWER: readonly PermissionName[] = ['View Channels', 'Send Messages'];

/** Checks that the channels of `conversations` exist and that everybody who must can read and write there. */
export async function conversationFindings(
  bot: CozeBotConfig,
  accounts: readonly CheckedAccount[],
  cozeBots: readonly ProbedMember[],
  probe: Probe,
  view: GuildView,
  signal: AbortSignal,
): Promise<Finding[]> {
  const given = Object.entries(bot.conversations);
  if (given.length === 0) return [];
  const say = findingsOf({ bot: bot.id });
  try {
    const parts = await partsOf(bot, accounts, cozeBots, probe, signal);
    const bad = given.flatMap(([name, id]) => troubleOf(bot, name, id, parts, view));
    if (bad.length > 0) return bad;
    const message = `the channels of ${given.length} given conversations can be read and written`;
    return [say.ok('conversations', message)];
  } catch (error) {
    signal.throwIfAborted();
    const message = `the channels of conversations could not be checked: ${toGatewayError(error).message}`;
    return [
      say.warn('conversations_unknown', message, 'Look in Discord that all of them can be written to.'),
    ];
  }
}

async function partsOf(
  bot: CozeBotConfig,
  accounts: readonly CheckedAccount[],
  cozeBots: readonly ProbedMember[],
  probe: Probe,
  signal: AbortSignal,
): Promise<Part[]> {
  const parts: Part[] = [];
  for (const { account, userId } of accounts) {
    if (userId === undefined) continue;
    const member = await probe.getMember(bot.guildId, userId, signal);
    if (!member) continue;
    const reads = account.id === bot.listen ? READ : [];
    const writes = bot.send.includes(account.id) ? WRITE : [];
    parts.push({ who: `account ${account.id}`, member, needs: [...new Set([...reads, ...writes])] });
  }
  const answering = cozeBots.map((member) => ({
    who: `the Coze bot ${member.username}`,
    member,
    needs: ANSWER,
  }));
  return [...parts, ...answering];
}

function troubleOf(
  bot: CozeBotConfig,
  name: string,
  id: Snowflake,
  parts: readonly Part[],
  view: GuildView,
): Finding[] {
  const say = findingsOf({ bot: bot.id });
  const channel = view.channels.find((candidate) => candidate.id === id);
  if (!channel) {
    const message = `the conversation "${name}" has no channel: there is no ${id} in the guild, or it cannot be seen`;
    const remedy = 'Take it out of conversations, or give the listening account View Channels there.';
    return [say.error('conversation_unreachable', message, remedy)];
  }
  if (!TEXT_TYPES.includes(channel.type)) {
    const message = `the conversation "${name}" names "${channel.name}" (${id}), which is no text channel`;
    return [say.error('conversation_wrong', message, 'Put the id of a text channel into conversations.')];
  }
  const lacks = parts.flatMap(({ who, member, needs }) => {
    const lacking = missing(permissionsIn(view, member, id), needs);
    return lacking.length === 0 ? [] : [`${who} lacks ${lacking.join(', ')}`];
  });
  if (lacks.length === 0) return [];
  const message = `the conversation "${name}" cannot be held in "${channel.name}" (${id}): ${lacks.join('; ')}`;
  return [say.error('conversation_permissions', message, 'Grant these in the settings of the channel.')];
}
