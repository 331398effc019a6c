/**
 * What the message content intent hides. Source: Discord docs, "Gateway", section "Message Content Intent": without
 * it content, embeds, attachments, components and polls are empty, except in messages of the bot itself, in messages
 * that mention it, and in direct messages; the same holds for REST.
 */
import type { SimMessage, WireObject } from './model.ts';

/** True when a reader without the intent still sees the whole message. */
export function isAddressed(message: SimMessage, readerId: string): boolean {
  if (message.guildId === undefined) return true;
  return message.authorId === readerId || message.mentionIds.includes(readerId);
}

/** The message with its content taken out. */
function hideContent(message: WireObject): WireObject {
  return { ...message, content: '', embeds: [], attachments: [], components: [] };
}

/** Hides what a reader may not read in a rendered message and in the one it replies to. */
export function forReader(rendered: WireObject, hideMessage: boolean, hideReferenced: boolean): WireObject {
  const own = hideMessage ? hideContent(rendered) : rendered;
  const referenced = own.referenced_message;
  if (!hideReferenced || typeof referenced !== 'object' || referenced === null) return own;
  return { ...own, referenced_message: hideContent({ ...referenced }) };
}
