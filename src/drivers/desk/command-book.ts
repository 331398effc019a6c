import { discordCode, type Snowflake } from '../../core/discord.ts';
import { GatewayError } from '../../core/errors.ts';
import type { ApplicationCommand, CommandPlace } from '../../core/interaction.ts';
import { findCommand } from './find-command.ts';
import type { DeskRoom, Variant } from './knowledge.ts';
import { untilAborted } from './until-aborted.ts';

/** `404: Not Found` with code 0 is Discord's answer to a path that it does not know. */
function isMissingRoute(error: unknown): boolean {
  if (!(error instanceof GatewayError) || error.code !== 'discord_refused') return false;
  const { cause } = error;
  const is404 = typeof cause === 'object' && cause !== null && 'status' in cause && cause.status === 404;
  return is404 && discordCode(error) === 0;
}

/** The commands that can be used in a place: read once, and anew when Discord says that one is outdated. */
export class CommandBook {
  readonly #room: Pick<DeskRoom, 'port' | 'guildId' | 'channelId' | 'bot'>;
  /** Ends the reading when the desk closes; one who waits for it may leave before. */
  readonly #signal: AbortSignal;
  #commands: Promise<readonly ApplicationCommand[]> | undefined;

  constructor(room: Pick<DeskRoom, 'port' | 'guildId' | 'channelId' | 'bot'>, signal: AbortSignal) {
    this.#room = room;
    this.#signal = signal;
  }

  /**
   * The application id of a bot.
   * @throws GatewayError command_missing when it is not here; what reading the commands throws
   */
  async application(variant: Variant, signal: AbortSignal): Promise<Snowflake> {
    const { bot } = this.#room;
    const configured = bot.configuredApplication(variant);
    if (configured !== undefined) return configured;
    const commands = await this.#read(signal);
    const found = bot.findApplication(commands, variant);
    if (found !== undefined) return found;
    await this.#forget(commands);
    throw bot.noApplication(commands, variant);
  }

  /**
   * The application id of a bot, the public one when the commands cannot be read: for work that only listens.
   * @throws what `application` throws, where no public one is known
   */
  async likelyApplication(variant: Variant, signal: AbortSignal): Promise<Snowflake> {
    try {
      return await this.application(variant, signal);
    } catch (error) {
      signal.throwIfAborted();
      const known = this.#room.bot.publicApplication(variant);
      if (known === undefined) throw error;
      return known;
    }
  }

  /** A command. @throws GatewayError command_missing; what reading the commands throws */
  async command(name: string, applicationId: Snowflake, signal: AbortSignal): Promise<ApplicationCommand> {
    const commands = await this.#read(signal);
    const command = findCommand(commands, name, applicationId);
    if (command) return command;
    await this.#forget(commands);
    throw this.#room.bot.noCommand(name);
  }

  /** Forgets a command that Discord calls outdated; when others have asked before, the newer ones stay. */
  async refresh(outdated: ApplicationCommand): Promise<void> {
    const known = this.#commands;
    const commands = await known?.catch(() => []);
    const isKnown = commands?.some(({ id, version }) => id === outdated.id && version === outdated.version);
    if (isKnown && this.#commands === known) this.#commands = undefined;
  }

  /** What is missing may be there when it is asked for next: the bot was invited, or a permission given. */
  async #forget(commands: readonly ApplicationCommand[]): Promise<void> {
    const known = this.#commands;
    const read = await known?.catch(() => undefined);
    if (read === commands && this.#commands === known) this.#commands = undefined;
  }

  #read(signal: AbortSignal): Promise<readonly ApplicationCommand[]> {
    if (this.#commands === undefined) {
      const { port, guildId, channelId } = this.#room;
      const place: CommandPlace = guildId === undefined ? { channelId } : { guildId };
      const reading = port.commands(place, this.#signal).catch((error: unknown) => this.#lastSeen(error));
      this.#commands = reading;
      reading.catch(() => {
        if (this.#commands === reading) this.#commands = undefined;
      });
    }
    return untilAborted(this.#commands, signal);
  }

  /** A mirror may know no index; an unknown guild or channel (with a code of its own) is another matter. */
  #lastSeen(error: unknown): readonly ApplicationCommand[] {
    const { publicCommands } = this.#room.bot;
    if (publicCommands !== undefined && isMissingRoute(error)) return publicCommands;
    throw error;
  }
}
