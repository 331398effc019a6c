/** The world as an in-memory port: the same actions and refusals as over REST, without any socket. */
import type {
  Channel,
  ChannelDraft,
  DiscordPort,
  HistoryRange,
  Message,
  MessageChange,
  MessageDraft,
} from '../core/discord.ts';
import type { InteractionPort } from '../core/interaction.ts';
import { type Actor, showMessage, showSent } from './access.ts';
import { attempt } from './attempt.ts';
import { createGuildChannel, listGuildChannels, modifyChannel, removeChannel } from './channel-actions.ts';
import { forReader, isAddressed } from './content.ts';
import { DiscordError } from './errors.ts';
import { listMessages, postMessage } from './message-actions.ts';
import type { SimChannel, SimMessage, WireObject } from './model.ts';
import { channelPermissions, PERMISSION } from './permissions.ts';
import { streamOf } from './stream.ts';
import { interactionPort } from './task-port.ts';
import type { World, WorldEvent } from './world.ts';
import { renderEvent } from './ws/event-json.ts';

/** The port of an account of the world; a task's door (`TaskPort`) as well. @throws Error when there is no such account */
export function simPort(world: World, accountId: string): DiscordPort & InteractionPort {
  const account = world.accounts.get(accountId);
  if (!account) throw new Error(`the world has no account ${accountId}`);
  const actor: Actor = { world, account };
  return {
    userId: account.userId,
    watch: (filter, signal) => watch(actor, filter.channelId, signal),
    send: (channelId, draft, signal) => attempt(signal, () => sendMessage(actor, channelId, draft)),
    history: (channelId, range, signal) => attempt(signal, () => readHistory(actor, channelId, range)),
    createChannel: (guildId, draft, signal) =>
      attempt(signal, () => asChannel(createGuildChannel(actor, guildId, channelBody(draft)))),
    renameChannel: (channelId, name, signal) =>
      attempt(signal, () => asChannel(modifyChannel(actor, channelId, { name }))),
    deleteChannel: (channelId, signal) => attempt(signal, () => deleteQuietly(actor, channelId)),
    listChannels: (guildId, signal) =>
      attempt(signal, () =>
        listGuildChannels(actor, guildId)
          .filter((channel) => channel.type === 0)
          .map(asChannel),
      ),
    ...interactionPort(actor),
  };
}

function watch(actor: Actor, channelId: string, signal: AbortSignal): AsyncIterable<MessageChange> {
  return streamOf(actor.world, signal, (event) => {
    if (event.channel.id !== channelId || event.data || !sees(actor, event)) return undefined;
    return asChange(actor, event);
  });
}

function sees(actor: Actor, event: WorldEvent): boolean {
  if (actor.account.revoked) return false;
  if (event.onlyFor !== undefined && event.onlyFor !== actor.account.userId) return false;
  const bits = channelPermissions(event.guild, event.channel, actor.account.userId);
  return (bits & PERMISSION.VIEW_CHANNEL) !== 0n;
}

function asChange(actor: Actor, event: WorldEvent): MessageChange | undefined {
  const { message, userId } = event;
  if (event.name === 'TYPING_START' && userId) return { type: 'typing-started', userId };
  if (!message) return undefined;
  if (event.name === 'MESSAGE_DELETE') return { type: 'message-deleted', messageId: message.id };
  const { account, world } = actor;
  const hidden = account.kind === 'bot' && !account.messageContent && !isAddressed(message, account.userId);
  const wire = forReader(renderEvent(world, event), hidden, false);
  const type = event.name === 'MESSAGE_CREATE' ? 'message-created' : 'message-updated';
  return { type, message: snapshot(wire, message) };
}

function sendMessage(actor: Actor, channelId: string, draft: MessageDraft): Message {
  const message = postMessage(actor, channelId, body(draft), files(draft));
  return snapshot(showSent(actor, message), message);
}

function readHistory(actor: Actor, channelId: string, range: HistoryRange): Message[] {
  const query = { limit: range.limit ?? 50, ...(range.after ? { after: range.after } : {}) };
  return listMessages(actor, channelId, query)
    .map((message) => asMessage(actor, message))
    .reverse();
}

function deleteQuietly(actor: Actor, channelId: string): void {
  try {
    removeChannel(actor, channelId);
  } catch (error) {
    if (!(error instanceof DiscordError) || error.code !== 10003) throw error;
  }
}

function asMessage(actor: Actor, message: SimMessage): Message {
  return snapshot(showMessage(actor, message), message);
}

/** A copy as it would come over the wire; later edits do not reach it. */
function snapshot(wire: WireObject, message: SimMessage): Message {
  return { ...structuredClone(wire), id: message.id, channel_id: message.channelId };
}

function asChannel(channel: SimChannel): Channel {
  return { id: channel.id, name: channel.name, parentId: channel.parentId ?? undefined };
}

function body(draft: MessageDraft): WireObject {
  const { content, nonce, mentionUserIds } = draft;
  return { content, nonce, enforce_nonce: true, allowed_mentions: { parse: [], users: [...mentionUserIds] } };
}

function files(draft: MessageDraft) {
  return (draft.files ?? []).map(({ name, bytes, contentType }, position) => ({
    id: String(position),
    file: { filename: name, bytes, contentType },
  }));
}

function channelBody(draft: ChannelDraft): WireObject {
  return {
    name: draft.name,
    type: 0,
    ...(draft.topic === undefined ? {} : { topic: draft.topic }),
    ...(draft.parentId === undefined ? {} : { parent_id: draft.parentId }),
  };
}
