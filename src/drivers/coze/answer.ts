import type { Message, Snowflake } from '../../core/discord.ts';
import type { Action } from '../../core/driver.ts';
import type { Media } from '../../core/media.ts';
import { type Reply, readReply } from './parse.ts';
import { joinTexts, NEARLY_FULL } from './seam.ts';

/** Which messages can belong to the answer. */
export interface AnswerScope {
  readonly botUserId: Snowflake;
  /** Ids of the messages that carried the prompt. */
  readonly promptIds: ReadonlySet<Snowflake>;
  /** True when late messages of an earlier answer may still arrive in this channel. */
  readonly unsettled: boolean;
}

/** The messages of one answer, merged over all their edits. */
export interface Answer {
  /** In the order of their ids, which is the order in which they were posted. */
  readonly parts: readonly AnswerPart[];
  /** Partial updates that came before the message they belong to, the newest last. */
  readonly early?: readonly Message[];
}

interface AnswerPart {
  readonly message: Message;
  readonly reply: Reply;
}

/** An answer of which nothing has arrived. */
export const EMPTY_ANSWER: Answer = { parts: [] };

/** Partial updates of unknown messages that are kept; events change places only with their neighbours. */
const MOST_EARLY = 8;

/** Takes in a new or edited message; gives the same object back when it is foreign, stale or changes nothing. */
export function takeMessage(answer: Answer, message: Message, scope: AnswerScope): Answer {
  const index = answer.parts.findIndex((part) => part.message.id === message.id);
  const known = answer.parts[index];
  if (known === undefined) {
    if (message.author === undefined)
      return { ...answer, early: [...(answer.early ?? []), message].slice(-MOST_EARLY) };
    return belongs(answer, message, scope) ? addPart(answer, message) : answer;
  }
  if (isStale(known.message, message)) return answer;
  return { ...answer, parts: answer.parts.with(index, toPart({ ...known.message, ...message })) };
}

/** Takes in that a message was deleted. */
export function dropMessage(answer: Answer, messageId: Snowflake): Answer {
  if (!answer.parts.some((part) => part.message.id === messageId)) return answer;
  return { ...answer, parts: answer.parts.filter((part) => part.message.id !== messageId) };
}

function addPart(answer: Answer, message: Message): Answer {
  let whole = message;
  for (const update of answer.early ?? []) {
    if (update.id === message.id && !isStale(whole, update)) whole = { ...whole, ...update };
  }
  const parts = [...answer.parts, toPart(whole)];
  return { ...answer, parts: parts.sort((left, right) => compareIds(left.message.id, right.message.id)) };
}

function toPart(message: Message): AnswerPart {
  return { message, reply: readReply(message) };
}

/**
 * The first message must point at the prompt. Later ones point at the prompt, at an earlier part, or at nothing:
 * a conversation answers one request at a time, so a message without a reference goes on with this answer, unless
 * an older answer is still open in the channel and this one had no reason to go on.
 */
function belongs(answer: Answer, message: Message, scope: AnswerScope): boolean {
  if (message.author?.id !== scope.botUserId) return false;
  // Some servers write null for what is absent, or give the answered message alone.
  const reference = message.message_reference?.message_id ?? message.referenced_message?.id;
  if (reference) {
    return scope.promptIds.has(reference) || answer.parts.some((part) => part.message.id === reference);
  }
  const last = answer.parts.at(-1);
  if (last === undefined || compareIds(message.id, last.message.id) < 0) return false;
  return !scope.unsettled || last.reply.text.length >= NEARLY_FULL;
}

/** Events may come twice or late: an edit never goes back behind a newer one. Partial updates carry no time. */
function isStale(known: Message, next: Message): boolean {
  return next.edited_timestamp !== undefined && editTime(next) < editTime(known);
}

function editTime(message: Message): number {
  return message.edited_timestamp ? Date.parse(message.edited_timestamp) : 0;
}

/** Snowflakes are numbers: the shorter is the smaller. */
function compareIds(left: Snowflake, right: Snowflake): number {
  return left.length - right.length || (left < right ? -1 : left > right ? 1 : 0);
}

/** The whole text so far; `isOver` false holds back what the next message may undo (see `joinTexts`). */
export function textOf(answer: Answer, isOver = true): string {
  const texts = answer.parts.map((part) => part.reply.text).filter((text) => text !== '');
  return joinTexts(texts, isOver);
}

/** The texts of the messages, in their order. */
export function textsOf(answer: Answer): string[] {
  return answer.parts.map((part) => part.reply.text);
}

/** All pictures and files as they stand now, each once. */
export function mediaOf(answer: Answer): Media[] {
  const all = answer.parts.flatMap((part) => part.reply.media);
  return [...new Map(all.map((media) => [mediaKey(media), media])).values()];
}

/** What stays the same when Discord signs a link anew: the attachment's id, else the link without its signature. */
export function mediaKey({ id, url }: Media): string {
  return id ?? url.replace(SIGNATURE, '');
}

/** `?ex=…&is=…&hm=…` (Discord docs, "Signed Attachment CDN URLs"). */
const SIGNATURE = /[?&](?:ex|is|hm)=[^#]*/;

/** The buttons that the answer ends with. */
export function actionsOf(answer: Answer): readonly Action[] {
  return answer.parts.flatMap((part) => part.reply.actions);
}

/** True once a message of the answer carries buttons. */
export function hasEnded(answer: Answer): boolean {
  return answer.parts.some((part) => part.reply.ended);
}

/** True once there is anything to show. */
export function hasBegun(answer: Answer): boolean {
  return answer.parts.some((part) => part.reply.text !== '' || part.reply.media.length > 0);
}
