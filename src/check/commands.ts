/** Whether the commands of a drawing bot can be seen where an account works. */
import type { MidjourneyBotConfig, RoomConfig } from '../config/schema.ts';
import type { Snowflake } from '../core/discord.ts';
import { toGatewayError } from '../core/errors.ts';
import type { ApplicationCommand } from '../core/interaction.ts';
import { findCommand, resolveApplication } from '../drivers/midjourney/commands.ts';
import { NIJI_ID } from '../drivers/midjourney/options.ts';
import type { CheckedAccount } from './account.ts';
import type { Finding, Findings } from './finding.ts';

const DRAW = 'imagine';
/** What else the API offers; a bot without them refuses only these tasks. */
const OTHERS: readonly string[] = [
  'describe',
  'blend',
  'shorten',
  'show',
  'info',
  'settings',
  'fast',
  'relax',
];

const REMEDY =
  'Invite the bot to the guild, let the account use its commands in this channel (Discord: Server Settings, Integrations), or put the right id into applicationId.';

/** Looks for the commands of the bot in the place of a room. */
export async function commandFindings(
  bot: MidjourneyBotConfig,
  room: RoomConfig,
  checked: CheckedAccount,
  say: Findings,
  signal: AbortSignal,
): Promise<Finding[]> {
  const { guildId, channelId } = room;
  try {
    const commands = await checked.commands.getCommands(
      guildId === undefined ? { channelId } : { guildId },
      signal,
    );
    const id = resolveApplication(commands, { configured: bot.applicationId });
    const found = id === undefined ? undefined : findCommand(commands, DRAW, id);
    if (id === undefined || found === undefined) return [noCommand(bot, commands, say)];
    const name = guildId === undefined ? undefined : await nameOf(guildId, id, checked, signal);
    const who = name === undefined ? `the bot ${id}` : `the bot "${name}" (${id})`;
    return [
      offered(who, id, commands, say),
      ...rivals(bot, who, id, commands, say),
      ...nijiFindings(bot, commands, say),
    ];
  } catch (error) {
    signal.throwIfAborted();
    const message = `the commands could not be read: ${toGatewayError(error).message}`;
    return [
      say.warn('commands_unknown', message, 'Type /imagine in the channel by hand and see who offers it.'),
    ];
  }
}

/** Bots of Discord have the id of their application as their user id. */
async function nameOf(
  guildId: Snowflake,
  id: Snowflake,
  { probe }: CheckedAccount,
  signal: AbortSignal,
): Promise<string | undefined> {
  const member = await probe.getMember(guildId, id, signal).catch(() => undefined);
  signal.throwIfAborted();
  return member?.username;
}

function noCommand(
  { applicationId }: MidjourneyBotConfig,
  commands: readonly ApplicationCommand[],
  say: Findings,
): Finding {
  const rivalIds = drawing(commands).join(', ');
  if (applicationId !== undefined) {
    const instead = rivalIds === '' ? '' : `; others do: ${rivalIds}`;
    const message = `the application ${applicationId} offers no /${DRAW} here${instead}`;
    return say.error('commands_missing', message, REMEDY);
  }
  if (rivalIds === '') return say.error('commands_missing', `no bot offers /${DRAW} here`, REMEDY);
  const message = `several bots offer /${DRAW} here and none is known: ${rivalIds}`;
  return say.error('commands_ambiguous', message, 'Put the id of the right one into applicationId.');
}

function offered(
  who: string,
  id: Snowflake,
  commands: readonly ApplicationCommand[],
  say: Findings,
): Finding {
  const lacking = OTHERS.filter((name) => findCommand(commands, name, id) === undefined);
  if (lacking.length === 0) return say.ok('commands', `${who} offers its commands here`);
  const message = `${who} offers /${DRAW} here, but not: ${lacking.map((name) => `/${name}`).join(', ')}`;
  return say.warn(
    'commands_few',
    message,
    'Tasks that need these will be refused; update the bot, or do without.',
  );
}

function rivals(
  { applicationId }: MidjourneyBotConfig,
  who: string,
  id: Snowflake,
  commands: readonly ApplicationCommand[],
  say: Findings,
): Finding[] {
  const others = drawing(commands).filter((other) => other !== id && other !== NIJI_ID);
  if (others.length === 0 || applicationId !== undefined) return [];
  const message = `${who} is used, but others offer /${DRAW} here too: ${others.join(', ')}`;
  return [say.warn('commands_ambiguous', message, 'Put the id of the right one into applicationId.')];
}

function nijiFindings(
  { nijiApplicationId }: MidjourneyBotConfig,
  commands: readonly ApplicationCommand[],
  say: Findings,
): Finding[] {
  if (nijiApplicationId === undefined || findCommand(commands, DRAW, nijiApplicationId)) return [];
  const message = `the application ${nijiApplicationId} (nijiApplicationId) offers no /${DRAW} here`;
  return [say.error('commands_missing', message, REMEDY)];
}

/** Ids of the applications that offer to draw. */
function drawing(commands: readonly ApplicationCommand[]): Snowflake[] {
  const ids = commands.map(({ application_id }) => application_id);
  return [...new Set(ids)].filter((id) => findCommand(commands, DRAW, id) !== undefined);
}
