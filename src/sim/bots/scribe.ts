import type { SimInteraction, SimReply } from '../applications.ts';
import { deleteMessage, editMessage, type MessagePatch, repeatEvent } from '../messages.ts';
import type { SimMessage } from '../model.ts';
import type { World } from '../world.ts';

/** Writes, edits and deletes a bot's messages; says everything twice when told so. */
export class Scribe {
  readonly #world: World;
  readonly #twice: boolean;

  constructor(world: World, twice: boolean) {
    this.#world = world;
    this.#twice = twice;
  }

  /** Writes a message. */
  say(stage: Pick<SimInteraction, 'reply'>, reply: SimReply): SimMessage {
    const message = stage.reply(reply);
    if (this.#twice) repeatEvent(this.#world, 'MESSAGE_CREATE', message);
    return message;
  }

  /** Edits a message. */
  change(message: SimMessage, patch: MessagePatch): void {
    editMessage(this.#world, message, patch);
    if (this.#twice) repeatEvent(this.#world, 'MESSAGE_UPDATE', message);
  }

  /** Deletes a message. */
  remove(message: SimMessage): void {
    if (deleteMessage(this.#world, message) && this.#twice) {
      repeatEvent(this.#world, 'MESSAGE_DELETE', message);
    }
  }
}
