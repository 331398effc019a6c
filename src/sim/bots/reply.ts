import { createMessage, deleteMessage, editMessage, type NewMessage, repeatEvent } from '../messages.ts';
import type { SimAttachment, SimChannel, SimMessage, WireObject } from '../model.ts';
import type { World } from '../world.ts';

/** What the last message of an answer carries beside its text. */
export interface Decoration {
  readonly embeds: WireObject[];
  readonly attachments: SimAttachment[];
  readonly components: WireObject[];
}

/** How an answer hangs on its prompt. */
export interface ReplyPlace {
  readonly world: World;
  readonly channel: SimChannel;
  readonly authorId: string;
  readonly replyTo: string | undefined;
  /** Whether the second and later messages are replies as well. */
  readonly splitReference: boolean;
  readonly twice: boolean;
}

/** The messages of one answer, written and edited step by step. */
export class Reply {
  readonly messages: SimMessage[] = [];
  readonly #place: ReplyPlace;

  constructor(place: ReplyPlace) {
    this.#place = place;
  }

  /** Makes the messages show these pieces: the missing ones are written, the changed ones edited. */
  show(pieces: readonly string[], decoration?: Decoration): void {
    for (const [position, piece] of pieces.entries()) {
      const last = position === pieces.length - 1;
      this.#showPiece(position, piece, last ? decoration : undefined);
    }
    for (const surplus of this.messages.splice(pieces.length)) deleteMessage(this.#place.world, surplus);
  }

  /** Deletes all messages. */
  delete(): void {
    for (const message of this.messages.splice(0)) deleteMessage(this.#place.world, message);
  }

  #showPiece(position: number, content: string, decoration: Decoration | undefined): void {
    const { world, twice } = this.#place;
    const existing = this.messages[position];
    if (!existing) {
      const message = createMessage(world, this.#place.channel, this.#draft(position, content, decoration));
      this.messages.push(message);
      if (twice) repeatEvent(world, 'MESSAGE_CREATE', message);
    } else if (existing.content !== content.trim() || decoration) {
      editMessage(world, existing, { content, ...decoration, allowedMentions: PING_ASKER });
      if (twice) repeatEvent(world, 'MESSAGE_UPDATE', existing);
    }
  }

  #draft(position: number, content: string, decoration: Decoration | undefined): NewMessage {
    const { authorId, replyTo, splitReference } = this.#place;
    return {
      authorId,
      content,
      allowedMentions: PING_ASKER,
      replyTo: position === 0 || splitReference ? replyTo : undefined,
      ...decoration,
    };
  }
}

/** The answer pings who asked, and nobody whom its text happens to name. */
const PING_ASKER: WireObject = { parse: [], replied_user: true };

/** Buttons in the shape of Coze's Auto-Suggestion: one row, one button for each question. */
export function suggestionRow(labels: readonly string[], seed: string): WireObject[] {
  if (labels.length === 0) return [];
  const components = labels.map((label, position) => ({
    type: 2,
    id: position + 2,
    style: 2,
    label,
    custom_id: `suggestion:${seed}:${position}`,
  }));
  return [{ type: 1, id: 1, components }];
}
