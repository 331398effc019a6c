import type { DiscordPort, Snowflake } from '../../core/discord.ts';
import type { Intake } from './intake.ts';
import { untilAborted } from './until-aborted.ts';

/** Reads a channel's history and hands it to the intake; many who ask at once are served by one reading. */
export class History {
  readonly #port: Pick<DiscordPort, 'history'>;
  readonly #channelId: Snowflake;
  readonly #intake: Intake;
  readonly #signal: AbortSignal;
  #reading: { readonly limit: number; readonly done: Promise<void> } | undefined;

  constructor(port: Pick<DiscordPort, 'history'>, channelId: Snowflake, intake: Intake, signal: AbortSignal) {
    this.#port = port;
    this.#channelId = channelId;
    this.#intake = intake;
    this.#signal = signal;
  }

  /** Reads the last messages, 1 to 100. @throws what `DiscordPort.history` throws */
  read(limit: number, signal: AbortSignal): Promise<void> {
    if (this.#reading === undefined || this.#reading.limit < limit) {
      const reading = { limit, done: this.#read(limit) };
      this.#reading = reading;
      const forget = () => {
        if (this.#reading === reading) this.#reading = undefined;
      };
      reading.done.then(forget, forget);
    }
    return untilAborted(this.#reading.done, signal);
  }

  async #read(limit: number): Promise<void> {
    const messages = await this.#port.history(this.#channelId, { limit }, this.#signal);
    for (const message of messages) this.#intake.see(message, false, true);
  }
}
