/** Lasting conversations: `/cordgate/v1/conversations`. */
import type { z } from 'zod';
import type {
  conversationSchema,
  conversationsSchema,
  messagesSchema,
} from '../../src/http/native/answers.ts';
import { call } from './client.ts';

const ROOT = 'cordgate/v1/conversations';

/** A lasting conversation. Times are milliseconds since the epoch. */
export type ConversationView = z.infer<typeof conversationSchema>;

/** What one side said at a time. */
export type SpokenLine = z.infer<typeof messagesSchema>['messages'][number];

/** Which conversation is meant: its name, and where several have it, the bot and the key. */
export interface ConversationAddress {
  readonly name: string;
  readonly bot?: string | undefined;
  readonly key?: string | undefined;
}

/** The key's own ones; for admins, everybody's. */
export const listConversations = async (signal?: AbortSignal): Promise<readonly ConversationView[]> =>
  (await call<z.infer<typeof conversationsSchema>>('GET', ROOT, { signal })).conversations;

/** Makes one; at the least busy bot when none is named. */
export const createConversation = (name: string, bot?: string) =>
  call<ConversationView>('POST', ROOT, { body: { name, bot } });

/** Gives it another name. */
export const renameConversation = (address: ConversationAddress, name: string) =>
  call<ConversationView>('PATCH', pathOf(address), { query: placeOf(address), body: { name } });

/** Deletes it with its channel. */
export const deleteConversation = (address: ConversationAddress) =>
  call<void>('DELETE', pathOf(address), { query: placeOf(address) });

/** What was said in it: the newest 50 messages, oldest first. */
export const readConversation = async (
  address: ConversationAddress,
  signal?: AbortSignal,
): Promise<readonly SpokenLine[]> => {
  const query = placeOf(address);
  const path = `${pathOf(address)}/messages`;
  return (await call<z.infer<typeof messagesSchema>>('GET', path, { query, signal })).messages;
};

const pathOf = ({ name }: ConversationAddress) => `${ROOT}/${encodeURIComponent(name)}`;

const placeOf = ({ bot, key }: ConversationAddress) => ({ bot, key: key || undefined });
