/** What `/__sim/state` shows. No token is in it. */
import type { RestApi } from './rest/api.ts';
import type { World } from './world.ts';
import type { Gateway } from './ws/gateway.ts';

/** Renders the state; with a channel's id, with that channel's messages. */
export function renderState(
  world: World,
  rest: RestApi,
  gateway: Gateway,
  channelId: string | null,
): Record<string, unknown> {
  const { messagesPerNonce, interactionsPerNonce, ...counts } = world.counts;
  const chosen = [...world.channels.values()].filter(({ id }) => channelId === null || id === channelId);
  return {
    counts: {
      ...counts,
      messagesPerNonce: Object.fromEntries(messagesPerNonce),
      interactionsPerNonce: Object.fromEntries(interactionsPerNonce),
    },
    channels: chosen.map((channel) => ({
      id: channel.id,
      guildId: channel.guildId,
      type: channel.type,
      name: channel.name,
      parentId: channel.parentId,
      messages: channel.messages.length,
    })),
    messages: chosen.flatMap(({ messages }) =>
      messages.map((message) => ({
        id: message.id,
        channelId: message.channelId,
        authorId: message.authorId,
        content: message.content,
        nonce: message.nonce,
        replyTo: message.reference?.messageId,
        editedTimestamp: message.editedTimestamp,
        attachments: message.attachments.length,
        components: message.components.length,
      })),
    ),
    rest: rest.counts,
    gateway: {
      connections: gateway.connectionCount,
      identifies: gateway.identifies,
      resumes: gateway.resumes,
      sessions: gateway.sessions.map((session) => ({
        id: session.id,
        account: session.account.id,
        connected: session.connection !== undefined,
        sequence: session.sequence,
        intents: session.intents,
      })),
    },
  };
}
