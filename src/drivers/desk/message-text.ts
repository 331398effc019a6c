import type { Component, Embed, Message } from '../../core/discord.ts';

/** Component type of a text display (Discord docs, "Component Reference"). */
const TEXT_DISPLAY = 10;

/** Components and all that is inside them; what only holds others comes before them. */
export function flatten(components: readonly Component[]): Component[] {
  return components.flatMap((component) => [component, ...flatten(component.components ?? [])]);
}

/** What a message says: its content, or the text displays of a layout that stands in for it. */
export function textOf(message: Message): string {
  if (message.content) return message.content;
  return flatten(message.components ?? [])
    .flatMap(({ type, content }) => (type === TEXT_DISPLAY && content ? [content] : []))
    .join('\n');
}

/** The embeds that the bot made; Discord's own, made from links in the text, have another type. */
export function cardsOf(message: Message): Embed[] {
  return (message.embeds ?? []).filter(({ type }) => type === undefined || type === 'rich');
}

/** The command that a message answers, as Discord names it: `describe`, `prefer remix`. */
export function commandOf(message: Message): string | undefined {
  return message.interaction_metadata?.name ?? message.interaction?.name;
}

/** True when a button or menu of the message has a custom id that begins so. */
export function hasControl(message: Message, prefix: string): boolean {
  return flatten(message.components ?? []).some(({ custom_id }) => custom_id?.startsWith(prefix));
}
