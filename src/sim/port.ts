/** The world as an in-memory `DiscordPort`: the same actions and refusals as over REST, without any socket. */
import type {
  Channel,
  ChannelDraft,
  DiscordPort,
  HistoryRange,
  Message,
  MessageChange,
  MessageDraft,
} from '../core/discord.ts';
import { GatewayError } from '../core/errors.ts';
import { type Actor, showMessage, showSent } from './access.ts';
import { createGuildChannel, listGuildChannels, modifyChannel, removeChannel } from './channel-actions.ts';
import { forReader, isAddressed } from './content.ts';
import { DiscordError } from './errors.ts';
import { listMessages, postMessage } from './message-actions.ts';
import type { SimChannel, SimMessage, WireObject } from './model.ts';
import { channelPermissions, PERMISSION } from './permissions.ts';
import type { World, WorldEvent } from './world.ts';
import { renderEvent } from './ws/event-json.ts';

/** The port of an account of the world. @throws Error when there is no such account */
export function simPort(world: World, accountId: string): DiscordPort {
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
  };
}

/** Runs an action the way a transport would: never at once, and with the port's errors. */
async function attempt<T>(signal: AbortSignal | undefined, action: () => T): Promise<T> {
  signal?.throwIfAborted();
  await Promise.resolve();
  try {
    return action();
  } catch (error) {
    throw error instanceof DiscordError ? translate(error) : error;
  }
}

function translate(error: DiscordError): GatewayError {
  const cause = { status: error.status, discordCode: error.code };
  if (error.status === 401) {
    return new GatewayError('account_disabled', 'Discord does not accept the account’s token.', { cause });
  }
  const message = `Discord refused: ${error.message} (code ${error.code}).`;
  return new GatewayError('discord_refused', message, { cause });
}

function watch(actor: Actor, channelId: string, signal: AbortSignal): AsyncIterable<MessageChange> {
  const buffer: MessageChange[] = [];
  let wake = () => {};
  const stop = actor.world.listen((event) => {
    if (event.channel.id !== channelId || !sees(actor, event)) return;
    const change = asChange(actor, event);
    if (change) buffer.push(change);
    wake();
  });
  const end = () => {
    stop();
    wake();
  };
  if (signal.aborted) end();
  signal.addEventListener('abort', end, { once: true });
  const read = async function* () {
    try {
      while (!signal.aborted) {
        const change = buffer.shift();
        if (change) yield change;
        else {
          await new Promise<void>((resolve) => {
            wake = resolve;
          });
        }
      }
    } finally {
      stop();
      signal.removeEventListener('abort', end);
    }
  };
  return read();
}

function sees(actor: Actor, event: WorldEvent): boolean {
  if (actor.account.revoked) return false;
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
