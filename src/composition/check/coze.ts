import type { CozeBotConfig } from '../../config/schema.ts';
import type { Snowflake } from '../../core/discord.ts';
import { toGatewayError } from '../../core/errors.ts';
import type { Probe, ProbedMember } from '../../discord/probe.ts';
import { type Finding, findingsOf } from './finding.ts';
import { type GuildView, permissionsIn } from './guild.ts';
import { missing, type PermissionName } from './permissions.ts';

/** Without these a Coze bot cannot answer at all. */
const NEEDED: readonly PermissionName[] = ['View Channels', 'Send Messages'];
/** Without these it cannot answer with pictures, or loses sight of what was said. */
const USEFUL: readonly PermissionName[] = ['Embed Links', 'Attach Files', 'Read Message History'];

/** What is known of a Coze bot after it was checked. */
export interface CheckedCoze {
  readonly member?: ProbedMember | undefined;
  readonly findings: readonly Finding[];
}

/** Checks that a Coze bot is in the guild and may answer where conversations are held. */
export async function checkCoze(
  bot: CozeBotConfig,
  id: Snowflake,
  probe: Probe,
  view: GuildView | undefined,
  signal: AbortSignal,
): Promise<CheckedCoze> {
  const say = findingsOf({ bot: bot.id });
  try {
    const member = await probe.getMember(bot.guildId, id, signal);
    if (member === undefined) {
      const remedy =
        'On coze.com publish the bot to Discord again and invite it to the guild, or correct botUserId.';
      return { findings: [say.error('coze_bot_missing', `the Coze bot ${id} is not in the guild`, remedy)] };
    }
    if (!member.bot) {
      const message = `${id} is ${member.username}, a person and no bot`;
      const remedy = 'Put the user id of the Coze bot into botUserId.';
      return { findings: [say.error('coze_bot_wrong', message, remedy)] };
    }
    const found = say.ok('coze_bot', `the Coze bot ${member.username} (${id}) is in the guild`);
    return { member, findings: [found, ...(view ? permissionFindings(bot, member, view) : [])] };
  } catch (error) {
    signal.throwIfAborted();
    const message = `could not look for the Coze bot ${id}: ${toGatewayError(error).message}`;
    return { findings: [say.warn('coze_bot_unknown', message, 'Look in Discord that it is in the guild.')] };
  }
}

function permissionFindings(bot: CozeBotConfig, member: ProbedMember, view: GuildView): Finding[] {
  const say = findingsOf({ bot: bot.id });
  const held = permissionsIn(view, member, bot.categoryId);
  const category = view.channels.find(({ id }) => id === bot.categoryId);
  const place = category ? `the category "${category.name}"` : `the guild "${view.guild.name}"`;
  const who = `the Coze bot ${member.username} (${member.userId})`;
  const remedy = 'Give a role of the Coze bot these, also in the category.';
  const needed = missing(held, NEEDED);
  if (needed.length > 0) {
    const lacking = [...needed, ...missing(held, USEFUL)];
    const message = `${who} cannot answer in ${place}: it lacks ${lacking.join(', ')}`;
    return [say.error('coze_bot_permissions', message, remedy)];
  }
  const useful = missing(held, USEFUL);
  if (useful.length === 0) return [];
  const message = `${who} lacks permissions in ${place}: ${useful.join(', ')}; pictures or its memory may suffer`;
  return [say.warn('coze_bot_permissions', message, remedy)];
}
