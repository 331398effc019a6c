/** What can happen to messages. No permissions and no limits here: `actions.ts` checks those for accounts. */

import { introduce } from './direct-channels.ts';
import { readMentions } from './mentions.ts';
import type { SimAttachment, SimChannel, SimMessage, SimMessageInteraction, WireObject } from './model.ts';
import { channelPermissions, PERMISSION } from './permissions.ts';
import { compareIds } from './snowflake.ts';
import type { World, WorldEvent } from './world.ts';

/** A message to be written. */
export interface NewMessage {
  readonly authorId: string;
  readonly content?: string | undefined;
  readonly nonce?: string | number | undefined;
  readonly tts?: boolean | undefined;
  readonly flags?: number | undefined;
  readonly attachments?: SimAttachment[] | undefined;
  readonly embeds?: WireObject[] | undefined;
  readonly components?: WireObject[] | undefined;
  readonly allowedMentions?: WireObject | undefined;
  /** Id of the message this one replies to, in the same channel; it need not exist. */
  readonly replyTo?: string | undefined;
  /** Answers to interactions: the application, which the message carries as `application_id` and `webhook_id`. */
  readonly applicationId?: string | undefined;
  readonly interaction?: SimMessageInteraction | undefined;
  /** The only user who gets it. */
  readonly visibleTo?: string | undefined;
}

/** What an edit changes; absent fields stay. */
export type MessagePatch = Partial<
  Pick<SimMessage, 'content' | 'attachments' | 'embeds' | 'components' | 'flags'>
> & { readonly allowedMentions?: WireObject | undefined };

/** Writes a message into a channel and tells everybody. */
export function createMessage(world: World, channel: SimChannel, input: NewMessage): SimMessage {
  const message: SimMessage = {
    id: world.newId(),
    channelId: channel.id,
    guildId: channel.guildId,
    authorId: input.authorId,
    type: messageType(input),
    content: (input.content ?? '').trim(),
    timestamp: world.timestamp(),
    editedTimestamp: null,
    flags: input.flags ?? 0,
    tts: input.tts ?? false,
    nonce: input.nonce,
    attachments: input.attachments ?? [],
    embeds: input.embeds ?? [],
    components: input.components ?? [],
    mentionIds: [],
    mentionRoleIds: [],
    mentionEveryone: false,
    reference: input.replyTo
      ? { messageId: input.replyTo, channelId: channel.id, guildId: channel.guildId }
      : undefined,
    applicationId: input.applicationId,
    interaction: input.interaction,
    visibleTo: input.visibleTo,
    reactions: new Map(),
  };
  setMentions(world, channel, message, input.allowedMentions);
  if (message.visibleTo !== undefined) world.ephemerals.set(message.id, message);
  else {
    introduce(world, channel, message.authorId);
    channel.messages.push(message);
    channel.lastMessageId = message.id;
  }
  count(world, message);
  tell(world, 'MESSAGE_CREATE', message);
  return message;
}

/** Changes a message and tells everybody. */
export function editMessage(world: World, message: SimMessage, patch: MessagePatch): SimMessage {
  const channel = world.channels.get(message.channelId);
  if (!channel) return message;
  const { allowedMentions, ...fields } = patch;
  Object.assign(message, fields);
  message.content = message.content.trim();
  message.editedTimestamp = world.timestamp();
  if (patch.content !== undefined) setMentions(world, channel, message, allowedMentions);
  world.counts.messagesEdited += 1;
  tell(world, 'MESSAGE_UPDATE', message);
  return message;
}

/** Takes a message away; false when it is gone already. */
export function deleteMessage(world: World, message: SimMessage): boolean {
  if (!remove(world, message)) return false;
  world.counts.messagesDeleted += 1;
  tell(world, 'MESSAGE_DELETE', message);
  return true;
}

/** Shows that somebody types. */
export function startTyping(world: World, channel: SimChannel, userId: string): void {
  world.emit({ name: 'TYPING_START', guild: world.guildOf(channel), channel, userId });
}

/** Which part of a channel's messages to read (Discord docs, "Get Channel Messages"). */
export interface MessageRange {
  readonly limit: number;
  readonly before?: string | undefined;
  readonly after?: string | undefined;
  readonly around?: string | undefined;
}

/** Messages of a channel, newest first, as Discord answers. */
export function readMessages(channel: SimChannel, range: MessageRange): SimMessage[] {
  const { limit, before, after, around } = range;
  const all = channel.messages;
  if (around) {
    const middle = firstAfter(all, around, true);
    return all.slice(Math.max(0, middle - Math.floor(limit / 2)), middle + Math.ceil(limit / 2)).reverse();
  }
  if (after) {
    const start = firstAfter(all, after, false);
    return all.slice(start, start + limit).reverse();
  }
  const end = before ? firstAfter(all, before, true) : all.length;
  return all.slice(Math.max(0, end - limit), end).reverse();
}

/** Says again what has happened last to a message, as a gateway that repeats itself. */
export function repeatEvent(world: World, name: WorldEvent['name'], message: SimMessage): void {
  tell(world, name, message);
}

function firstAfter(messages: readonly SimMessage[], id: string, orEqual: boolean): number {
  const at = messages.findIndex((message) => {
    const order = compareIds(message.id, id);
    return order > 0 || (orEqual && order === 0);
  });
  return at < 0 ? messages.length : at;
}

function messageType(input: NewMessage): number {
  if (input.replyTo) return 19;
  return input.interaction?.type === 2 ? 20 : 0;
}

function remove(world: World, message: SimMessage): boolean {
  if (world.ephemerals.delete(message.id)) return true;
  const messages = world.channels.get(message.channelId)?.messages;
  const at = messages?.lastIndexOf(message) ?? -1;
  if (!messages || at < 0) return false;
  messages.splice(at, 1);
  return true;
}

function setMentions(
  world: World,
  channel: SimChannel,
  message: SimMessage,
  allowed: WireObject | undefined,
): void {
  const guild = world.guildOf(channel);
  const rights = channelPermissions(guild, channel, message.authorId);
  const target = message.reference && world.findMessage(channel.id, message.reference.messageId);
  const found = readMentions({
    world,
    guild,
    content: message.content,
    allowed,
    mayMentionEveryone: (rights & PERMISSION.MENTION_EVERYONE) !== 0n,
    repliedUserId: target?.authorId,
  });
  message.mentionIds = found.users;
  message.mentionRoleIds = found.roles;
  message.mentionEveryone = found.everyone;
}

function count(world: World, message: SimMessage): void {
  world.counts.messagesCreated += 1;
  // An application repeats the nonce of its interaction; that is no message that somebody sent.
  if (message.nonce === undefined || message.applicationId !== undefined) return;
  const nonce = String(message.nonce);
  world.counts.messagesPerNonce.set(nonce, (world.counts.messagesPerNonce.get(nonce) ?? 0) + 1);
}

function tell(world: World, name: WorldEvent['name'], message: SimMessage): void {
  const channel = world.channels.get(message.channelId);
  const guild = world.guildOf(message);
  if (channel) world.emit({ name, guild, channel, message, onlyFor: message.visibleTo });
}
