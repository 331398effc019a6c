/** Answers in the shapes of the Coze-Discord-Bridge's README. */
import type { ChatAnswer, ChatEvent } from '../../core/chat.ts';
import type { ConversationInfo } from '../../core/conversation-service.ts';
import type { LatestAnswer } from '../../core/driver.ts';
import type { GatewayError } from '../../core/errors.ts';
import type { Media } from '../../core/media.ts';
import { renderFailure } from './errors.ts';

/** A body of this dialect that tells of success. */
export interface BridgeSuccess {
  readonly code: 200;
  readonly message: string;
  readonly data?: object;
}

/** A success; `data` is left out when there is none, as the Bridge never sent null. */
export function success(message: string, data?: object): BridgeSuccess {
  return data === undefined ? { code: 200, message } : { code: 200, message, data };
}

/** Id and name of a conversation. */
export function renderConversation({ channelId, name }: ConversationInfo) {
  return { conversation_id: channelId, conversation_name: name };
}

/** A map of names to channel ids. */
export function renderConversations(conversations: readonly ConversationInfo[]): Record<string, string> {
  return Object.fromEntries(conversations.map(({ name, channelId }) => [name, channelId]));
}

/** A whole answer. */
export function renderAnswer(answer: ChatAnswer): BridgeSuccess {
  return success(doneMessageOf(answer), { prompt: answer.text, files: filesOf(answer.media) });
}

/** What the bot said last, or that it has said nothing yet. */
export function renderLatest(latest: LatestAnswer | undefined): BridgeSuccess {
  if (!latest) return success('未获取到旧消息:机器人还没有回答', { status: false, prompt: '', files: [] });
  return success('成功!', { status: true, prompt: latest.text, files: filesOf(latest.media) });
}

/** Turns the events of one answer into the events of its stream. */
export class ProgressStream {
  #all = '';
  #files: string[] = [];

  /** The event that tells of a change. */
  render(event: Exclude<ChatEvent, { type: 'answer-completed' }>): string {
    if (event.type === 'text-delta') return this.#grow(event.text);
    if (event.type === 'text-replaced') return this.#replace(event.text);
    this.#files.push(event.media.url);
    return this.#progress('');
  }

  /** The last event; before it a change that was not told yet. */
  end(answer: ChatAnswer): string {
    const rest = answer.text === this.#all ? '' : this.#replace(answer.text);
    this.#files = filesOf(answer.media);
    const data = { prompt_all: this.#all, prompt_new: '', files: this.#files, done: true };
    return rest + frame({ code: 200, message: doneMessageOf(answer), data });
  }

  /** The event that ends a stream in which something went wrong; what was said until then is in it. */
  fail(error: GatewayError): string {
    const { code, message } = renderFailure(error);
    const data = { status: false, prompt_all: this.#all, prompt_new: '', files: this.#files, done: true };
    return frame({ code, message, data });
  }

  #grow(text: string): string {
    this.#all += text;
    return this.#progress(text);
  }

  #replace(text: string): string {
    const added = text.slice(commonPrefixLength(this.#all, text));
    this.#all = text;
    return this.#progress(added);
  }

  #progress(added: string): string {
    const data = { prompt_all: this.#all, prompt_new: added, files: this.#files, done: false };
    return frame({ code: 200, message: '生成中..', data });
  }
}

function frame(body: object): string {
  return `data: ${JSON.stringify(body)}\n\n`;
}

function filesOf(media: readonly Media[]): string[] {
  return media.map(({ url }) => url);
}

function doneMessageOf({ reason }: ChatAnswer): string {
  return reason === 'length' ? '成功!(已到最长等待时间，以上为已生成的部分)' : '成功!';
}

/** How many code units both texts begin with, not counting the first half of a pair that the second half parts. */
function commonPrefixLength(one: string, other: string): number {
  const most = Math.min(one.length, other.length);
  let length = 0;
  while (length < most && one.charCodeAt(length) === other.charCodeAt(length)) length += 1;
  const last = other.charCodeAt(length - 1);
  return last >= 0xd800 && last <= 0xdbff ? length - 1 : length;
}
