import type { MessageChange, Snowflake } from '../../core/discord.ts';
import { readMessage } from '../message-form.ts';
import { isSnowflake } from '../snowflake.ts';

/** A change and the channel it happened in. */
export interface ChannelChanges {
  readonly channelId: Snowflake;
  readonly changes: readonly MessageChange[];
}

/** Reads a gateway event; undefined when it is none that watchers want. Messages are passed on as they are. */
export function readEvent(event: string, data: unknown): ChannelChanges | undefined {
  if (typeof data !== 'object' || data === null) return undefined;
  if (event === 'MESSAGE_CREATE' || event === 'MESSAGE_UPDATE') {
    const message = readMessage(data);
    if (message === undefined) return undefined;
    const type = event === 'MESSAGE_CREATE' ? 'message-created' : 'message-updated';
    return { channelId: message.channel_id, changes: [{ type, message }] };
  }
  if (!('channel_id' in data) || !isSnowflake(data.channel_id)) return undefined;
  const changes = changesOf(event, data);
  return changes && { channelId: data.channel_id, changes };
}

function changesOf(event: string, data: object): MessageChange[] | undefined {
  if (event === 'MESSAGE_DELETE' && 'id' in data && isSnowflake(data.id)) {
    return [{ type: 'message-deleted', messageId: data.id }];
  }
  if (event === 'MESSAGE_DELETE_BULK' && 'ids' in data && Array.isArray(data.ids)) {
    return data.ids.filter(isSnowflake).map((messageId) => ({ type: 'message-deleted', messageId }));
  }
  if (event === 'TYPING_START' && 'user_id' in data && isSnowflake(data.user_id)) {
    return [{ type: 'typing-started', userId: data.user_id }];
  }
  return undefined;
}
