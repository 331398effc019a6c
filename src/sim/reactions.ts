/** Reactions of accounts to messages. */
import { type Actor, may, requireChannel, requireLogin, requireMessage } from './access.ts';
import { refusal } from './errors.ts';
import type { SimChannel, SimMessage, WireObject } from './model.ts';
import { renderMember } from './wire.ts';

/** Create Reaction: one's own; a second one of the same emoji changes nothing. */
export function addReaction(actor: Actor, channelId: string, messageId: string, emoji: string): void {
  const { channel, message } = find(actor, channelId, messageId, emoji);
  if (!message.reactions.has(emoji) && !may(actor, channel, 'ADD_REACTIONS'))
    throw refusal.missingPermissions();
  const users = message.reactions.get(emoji) ?? new Set<string>();
  const { userId } = actor.account;
  if (users.has(userId)) return;
  message.reactions.set(emoji, users.add(userId));
  const member = actor.world.guildOf(channel)?.members.get(userId);
  tell(actor, 'MESSAGE_REACTION_ADD', channel, message, {
    ...payload(actor, message, emoji),
    message_author_id: message.authorId,
    ...(member ? { member: renderMember(actor.world, member) } : {}),
  });
  actor.world.applications.get(message.authorId)?.reacted?.(message, emoji, userId);
}

/** Delete Own Reaction. */
export function removeReaction(actor: Actor, channelId: string, messageId: string, emoji: string): void {
  const { channel, message } = find(actor, channelId, messageId, emoji);
  const users = message.reactions.get(emoji);
  if (!users?.delete(actor.account.userId)) return;
  if (users.size === 0) message.reactions.delete(emoji);
  tell(actor, 'MESSAGE_REACTION_REMOVE', channel, message, payload(actor, message, emoji));
}

function find(actor: Actor, channelId: string, messageId: string, emoji: string) {
  requireLogin(actor);
  const channel = requireChannel(actor, channelId, 'READ_MESSAGE_HISTORY');
  const message = requireMessage(actor, channel, messageId);
  // Emoji of guilds (`name:id`) do not exist here, and words are none.
  if (!/\p{Emoji}/u.test(emoji) || /[a-z:]/i.test(emoji)) throw refusal.unknownEmoji();
  return { channel, message };
}

function payload(actor: Actor, message: SimMessage, emoji: string): WireObject {
  return {
    user_id: actor.account.userId,
    channel_id: message.channelId,
    message_id: message.id,
    ...(message.guildId === undefined ? {} : { guild_id: message.guildId }),
    emoji: { id: null, name: emoji },
    burst: false,
    type: 0,
  };
}

function tell(
  { world }: Actor,
  name: 'MESSAGE_REACTION_ADD' | 'MESSAGE_REACTION_REMOVE',
  channel: SimChannel,
  message: SimMessage,
  data: WireObject,
): void {
  world.emit({ name, guild: world.guildOf(channel), channel, message, data });
}
