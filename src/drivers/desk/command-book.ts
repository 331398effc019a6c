import type { Snowflake } from '../../core/discord.ts';
import { GatewayError } from '../../core/errors.ts';
import type { ApplicationCommand, CommandPlace, InteractionPort } from '../../core/interaction.ts';
import { findCommand, resolveApplication } from './commands.ts';
import { MIDJOURNEY_ID, type MidjourneyOptions, NIJI_ID } from './options.ts';
import { untilAborted } from './until-aborted.ts';

/** Which of the bots a request means. */
export type Variant = string | undefined;

/** The commands that can be used in a place: read once, and anew when Discord says that one is outdated. */
export class CommandBook {
  readonly #port: Pick<InteractionPort, 'commands'>;
  readonly #place: CommandPlace;
  readonly #options: Pick<MidjourneyOptions, 'applicationId' | 'nijiApplicationId'>;
  /** Ends the reading when the desk closes; one who waits for it may leave before. */
  readonly #signal: AbortSignal;
  #commands: Promise<readonly ApplicationCommand[]> | undefined;

  constructor(
    port: Pick<InteractionPort, 'commands'>,
    place: CommandPlace,
    options: Pick<MidjourneyOptions, 'applicationId' | 'nijiApplicationId'>,
    signal: AbortSignal,
  ) {
    this.#port = port;
    this.#place = place;
    this.#options = options;
    this.#signal = signal;
  }

  /**
   * The application id of a bot.
   * @throws GatewayError command_missing when it is not here; what reading the commands throws
   */
  async application(variant: Variant, signal: AbortSignal): Promise<Snowflake> {
    const configured = variant === 'niji' ? this.#options.nijiApplicationId : this.#options.applicationId;
    if (configured !== undefined) return configured;
    const found = resolveApplication(await this.#read(signal), { variant });
    if (found !== undefined) return found;
    throw new GatewayError('command_missing', `${nameOf(variant)} offers no commands in this channel.`);
  }

  /** The application id of a bot, the public one when the commands cannot be read: for work that only listens. */
  async likelyApplication(variant: Variant, signal: AbortSignal): Promise<Snowflake> {
    try {
      return await this.application(variant, signal);
    } catch {
      signal.throwIfAborted();
      return variant === 'niji' ? NIJI_ID : MIDJOURNEY_ID;
    }
  }

  /** A command. @throws GatewayError command_missing; what reading the commands throws */
  async command(name: string, applicationId: Snowflake, signal: AbortSignal): Promise<ApplicationCommand> {
    const command = findCommand(await this.#read(signal), name, applicationId);
    if (command) return command;
    throw new GatewayError('command_missing', `The bot offers no command /${name} in this channel.`);
  }

  /** Forgets a command that Discord calls outdated; when others have asked before, the newer ones stay. */
  async refresh(outdated: ApplicationCommand): Promise<void> {
    const known = this.#commands;
    const commands = await known?.catch(() => []);
    const isKnown = commands?.some(({ id, version }) => id === outdated.id && version === outdated.version);
    if (isKnown && this.#commands === known) this.#commands = undefined;
  }

  #read(signal: AbortSignal): Promise<readonly ApplicationCommand[]> {
    if (this.#commands === undefined) {
      const reading = this.#port.commands(this.#place, this.#signal);
      this.#commands = reading;
      reading.catch(() => {
        if (this.#commands === reading) this.#commands = undefined;
      });
    }
    return untilAborted(this.#commands, signal);
  }
}

function nameOf(variant: Variant): string {
  return variant === 'niji' ? 'niji・journey' : 'Midjourney';
}
