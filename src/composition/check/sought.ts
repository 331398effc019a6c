/** Which commands a bot must offer in a room, and how its application is found among those that do. */
import type { StudioBotConfig } from '../../config/schema.ts';
import type { Snowflake } from '../../core/discord.ts';
import type { ApplicationCommand } from '../../core/interaction.ts';
import { findCommand } from '../../drivers/desk/find-command.ts';
import { resolveApplication as findMidjourney } from '../../drivers/midjourney/commands.ts';
import { NIJI_ID } from '../../drivers/midjourney/options.ts';
import { resolveApplication as findPika } from '../../drivers/pika/commands.ts';

/** What is looked for. */
export interface Sought {
  /** Without all of these the bot is of no use. */
  readonly needed: readonly [string, ...string[]];
  /** What else the API offers; a bot without them refuses only these tasks. */
  readonly others: readonly string[];
  /** Applications that offer the same, and are no rivals. */
  readonly kin: readonly Snowflake[];
  /** What to do when nobody offers them. */
  readonly remedy: string;
  /** The application; undefined when none can be told. */
  readonly find: (commands: readonly ApplicationCommand[]) => Snowflake | undefined;
}

const INVITE =
  'Invite the bot to the guild, let the account use its commands in this channel (Discord: Server Settings, Integrations), or put the right id into applicationId.';
const CLOSED =
  "Pika's bot on Discord is reported to be closed since the end of 2025, and it could never be invited to other guilds: use a channel of Pika's own guild, or direct messages with the bot. Type the command by hand there: if nobody offers it, the bot is gone; if somebody does, put its id into applicationId, or its name into commands.";

const MIDJOURNEY_OTHERS = ['describe', 'blend', 'shorten', 'show', 'info', 'settings', 'fast', 'relax'];

/** What is looked for in the rooms of a bot. */
export function soughtFor(bot: StudioBotConfig): Sought {
  const { applicationId: configured } = bot;
  if (bot.driver === 'pika') {
    const { create, animate } = bot.commands;
    const find = (commands: readonly ApplicationCommand[]) => configured ?? findPika(commands, bot.commands);
    return { needed: [create, animate], others: [], kin: [], remedy: CLOSED, find };
  }
  const find = (commands: readonly ApplicationCommand[]) => findMidjourney(commands, { configured });
  return { needed: ['imagine'], others: MIDJOURNEY_OTHERS, kin: [NIJI_ID], remedy: INVITE, find };
}

/** Ids of the applications that offer all that is needed. */
export function offering({ needed }: Sought, commands: readonly ApplicationCommand[]): Snowflake[] {
  const ids = new Set(commands.map(({ application_id }) => application_id));
  return [...ids].filter((id) => needed.every((name) => findCommand(commands, name, id) !== undefined));
}

/** `/create and /animate`. */
export function namesOf(names: readonly string[]): string {
  return names.map((name) => `/${name}`).join(' and ');
}
