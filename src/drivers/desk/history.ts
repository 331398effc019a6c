import type { DiscordPort, Snowflake } from '../../core/discord.ts';
import type { Intake } from './intake.ts';
import { untilAborted } from './until-aborted.ts';

/** Most messages of one reading (Discord docs, "Get Channel Messages"), and how often one goes on. */
const MOST_AT_ONCE = 100;
const MOST_PAGES = 5;

function isBefore(id: Snowflake, other: Snowflake): boolean {
  return BigInt(id) < BigInt(other);
}

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

  /**
   * Reads the newest messages, and those between them and an older id: in a busy channel a message that is edited may
   * be far back. At most 500 messages.
   * @throws what `DiscordPort.history` throws
   */
  async readBackTo(since: Snowflake, signal: AbortSignal): Promise<void> {
    const newest = await this.#port.history(this.#channelId, { limit: MOST_AT_ONCE }, signal);
    const first = newest[0]?.id;
    const isBusy = first !== undefined && newest.length === MOST_AT_ONCE;
    if (isBusy) await this.#readBetween(since, first, signal);
    for (const message of newest) this.#intake.see(message, false, true);
  }

  async #readBetween(since: Snowflake, until: Snowflake, signal: AbortSignal): Promise<void> {
    let after = since;
    for (let page = 1; page < MOST_PAGES && isBefore(after, until); page += 1) {
      const messages = await this.#port.history(this.#channelId, { after, limit: MOST_AT_ONCE }, signal);
      for (const message of messages) {
        if (isBefore(message.id, until)) this.#intake.see(message, false, true);
      }
      const last = messages.at(-1)?.id;
      if (last === undefined || messages.length < MOST_AT_ONCE) return;
      after = last;
    }
  }

  async #read(limit: number): Promise<void> {
    const messages = await this.#port.history(this.#channelId, { limit }, this.#signal);
    for (const message of messages) this.#intake.see(message, false, true);
  }
}
