/** Whether the commands of a bot that draws or films can be seen where an account works. */
import type { RoomConfig, StudioBotConfig } from '../../config/schema.ts';
import type { Snowflake } from '../../core/discord.ts';
import { toGatewayError } from '../../core/errors.ts';
import type { ApplicationCommand } from '../../core/interaction.ts';
import { findCommand } from '../../drivers/desk/find-command.ts';
import type { CheckedAccount } from './account.ts';
import type { Finding, Findings } from './finding.ts';
import { namesOf, offering, type Sought, soughtFor } from './sought.ts';

/** Looks for the commands of the bot in the place of a room. */
export async function commandFindings(
  bot: StudioBotConfig,
  room: RoomConfig,
  checked: CheckedAccount,
  say: Findings,
  signal: AbortSignal,
): Promise<Finding[]> {
  const { guildId, channelId } = room;
  const sought = soughtFor(bot);
  try {
    const commands = await checked.commands.getCommands(
      guildId === undefined ? { channelId } : { guildId },
      signal,
    );
    const id = sought.find(commands);
    if (id === undefined || !offering(sought, commands).includes(id)) {
      return [noCommand(bot, sought, commands, say)];
    }
    const name = guildId === undefined ? undefined : await nameOf(guildId, id, checked, signal);
    const who = name === undefined ? `the bot ${id}` : `the bot "${name}" (${id})`;
    return [
      offered(who, id, sought, commands, say),
      ...rivals(bot, who, id, sought, commands, say),
      ...nijiFindings(bot, sought, commands, say),
    ];
  } catch (error) {
    signal.throwIfAborted();
    const message = `the commands could not be read: ${toGatewayError(error).message}`;
    const byHand = `Type /${sought.needed[0]} in the channel by hand and see who offers it.`;
    return [say.warn('commands_unknown', message, byHand)];
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
  { applicationId }: StudioBotConfig,
  sought: Sought,
  commands: readonly ApplicationCommand[],
  say: Findings,
): Finding {
  const names = namesOf(sought.needed);
  const rivalIds = offering(sought, commands).join(', ');
  if (applicationId !== undefined) {
    const instead = rivalIds === '' ? '' : `; others do: ${rivalIds}`;
    const message = `the application ${applicationId} offers no ${names} here${instead}`;
    return say.error('commands_missing', message, sought.remedy);
  }
  if (rivalIds === '') return say.error('commands_missing', `no bot offers ${names} here`, sought.remedy);
  const message = `several bots offer ${names} here and none is known: ${rivalIds}`;
  return say.error('commands_ambiguous', message, 'Put the id of the right one into applicationId.');
}

function offered(
  who: string,
  id: Snowflake,
  { needed, others }: Sought,
  commands: readonly ApplicationCommand[],
  say: Findings,
): Finding {
  const lacking = others.filter((name) => findCommand(commands, name, id) === undefined);
  if (lacking.length === 0) return say.ok('commands', `${who} offers its commands here`);
  const message = `${who} offers ${namesOf(needed)} here, but not: ${lacking.map((name) => `/${name}`).join(', ')}`;
  return say.warn(
    'commands_few',
    message,
    'Tasks that need these will be refused; update the bot, or do without.',
  );
}

function rivals(
  { applicationId }: StudioBotConfig,
  who: string,
  id: Snowflake,
  sought: Sought,
  commands: readonly ApplicationCommand[],
  say: Findings,
): Finding[] {
  const others = offering(sought, commands).filter((other) => other !== id && !sought.kin.includes(other));
  if (others.length === 0 || applicationId !== undefined) return [];
  const message = `${who} is used, but others offer ${namesOf(sought.needed)} here too: ${others.join(', ')}`;
  return [say.warn('commands_ambiguous', message, 'Put the id of the right one into applicationId.')];
}

function nijiFindings(
  bot: StudioBotConfig,
  { needed, remedy }: Sought,
  commands: readonly ApplicationCommand[],
  say: Findings,
): Finding[] {
  const id = bot.driver === 'midjourney' ? bot.nijiApplicationId : undefined;
  if (id === undefined || needed.every((name) => findCommand(commands, name, id))) return [];
  const message = `the application ${id} (nijiApplicationId) offers no ${namesOf(needed)} here`;
  return [say.error('commands_missing', message, remedy)];
}
