import type { Message, Snowflake } from '../../core/discord.ts';

/**
 * Which bots have another user id than their application, as those made before 2016 have. Answers to interactions name
 * both; later messages of the same bot name only itself (Discord docs, "Message Object", `application_id`).
 */
export class OlderBots {
  readonly #applications = new Map<Snowflake, Snowflake>();

  /** The message with the application that its author belongs to, as far as an earlier one told it. */
  complete(message: Message): Message {
    const { application_id, author } = message;
    if (author === undefined) return message;
    if (application_id) {
      if (application_id !== author.id) this.#applications.set(author.id, application_id);
      return message;
    }
    const known = this.#applications.get(author.id);
    return known === undefined ? message : { ...message, application_id: known };
  }
}
