/** Which requests go on with which conversation: pure functions over the messages of a request. */
import { hash as digestOf } from 'node:crypto';
import type { ChatMessage } from './chat.ts';
import type { MediaSource } from './media.ts';

/** Stands for a conversation up to one of its messages: caller, bot and all messages so far, exactly. */
export type ConversationHash = string;

/** Where a request goes on from: the answered part and what is new. */
export interface Continuation {
  readonly hash: ConversationHash;
  readonly fresh: readonly ChatMessage[];
}

/** The hashes after each message: the one at index i covers messages 0 to i. */
export function conversationHashes(scope: string, messages: readonly ChatMessage[]): ConversationHash[] {
  let hash = digest(scope, '');
  return messages.map((message) => {
    hash = extendHash(hash, message);
    return hash;
  });
}

/** The hash of a conversation with one more message at its end. */
export function extendHash(hash: ConversationHash, message: ChatMessage): ConversationHash {
  const files = message.files.map(fileKey);
  return digest(hash, JSON.stringify([message.role, message.name ?? null, message.text.trim(), files]));
}

/**
 * The newest answer in the messages that `isKnown` and the messages after it; undefined when none is known or
 * nothing follows it.
 */
export function findContinuation(
  messages: readonly ChatMessage[],
  hashes: readonly ConversationHash[],
  isKnown: (hash: ConversationHash) => boolean,
): Continuation | undefined {
  for (let index = messages.length - 2; index >= 0; index -= 1) {
    const hash = hashes[index];
    if (messages[index]?.role !== 'assistant' || hash === undefined || !isKnown(hash)) continue;
    return { hash, fresh: messages.slice(index + 1) };
  }
  return undefined;
}

/** The newest message of the user; the newest of all when the user said nothing. */
export function newestUserMessage(messages: readonly ChatMessage[]): ChatMessage[] {
  return [messages.findLast((message) => message.role === 'user') ?? messages.at(-1)].filter(
    (m) => m !== undefined,
  );
}

function fileKey(source: MediaSource): string {
  if (source.type === 'link') return source.url;
  return digestOf('sha256', source.bytes, 'base64');
}

function digest(hash: string, text: string): string {
  return digestOf('sha256', `${hash}\0${text}`, 'base64');
}
