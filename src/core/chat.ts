/** The chat half of the service's contract: what every dialect gives, and what it gets back. */
import type { Caller } from './caller.ts';
import type { Action, EndReason, Role } from './driver.ts';
import type { Media, MediaSource } from './media.ts';

/** One line of a conversation as a dialect reads it from its caller. */
export interface ChatMessage {
  readonly role: Role;
  readonly name?: string | undefined;
  readonly text: string;
  readonly files: readonly MediaSource[];
}

/** A request for one answer. */
export interface ChatRequest {
  readonly caller: Caller;
  /** A model name of some bot the caller may use; undefined = any bot the caller may use. */
  readonly model: string | undefined;
  /** Oldest first, never empty, at least one message of role user. */
  readonly messages: readonly ChatMessage[];
  /** True when the caller is given the events as they come; else only the whole answer matters, and is all that is told. */
  readonly streamed: boolean;
  /** Name of a lasting conversation: only the newest user message is sent to it. */
  readonly conversation?: string | undefined;
  /** True when a conversation that does not exist is an error instead of being made. */
  readonly mustExist?: boolean;
  /** User id of the bot of a pool that should answer, if it can. */
  readonly botUserId?: string | undefined;
  /** Aborted when the caller goes away. */
  readonly signal: AbortSignal;
  /** Id of the HTTP request, for the log. */
  readonly requestId: string;
}

/** Tokens of a request and its answer, counted with the o200k_base vocabulary. */
export interface Usage {
  readonly promptTokens: number;
  readonly completionTokens: number;
}

/** The whole answer. */
export interface ChatAnswer {
  readonly text: string;
  readonly media: readonly Media[];
  /** Follow-up questions that the bot offered as buttons. */
  readonly suggestions: readonly Action[];
  readonly reason: EndReason;
  readonly usage: Usage;
}

/** What happens while an answer comes; `answer-completed` is always the last. */
export type ChatEvent =
  | { readonly type: 'text-delta'; readonly text: string }
  | { readonly type: 'text-replaced'; readonly text: string }
  | { readonly type: 'media-ready'; readonly media: Media }
  | { readonly type: 'answer-completed'; readonly answer: ChatAnswer };

/** An answer on its way. */
export interface Chat {
  /** To be iterated once. Throws `GatewayError`; leaving the loop early frees everything. */
  readonly events: AsyncIterable<ChatEvent>;
  /**
   * Tells which text the caller was given as the answer (with pictures as the dialect writes them), so that a
   * later request that repeats it continues in the same channel. To be called after `answer-completed` and
   * before the caller is told of the end; without it the channel is not used again.
   */
  remember(answer: string): void;
}

/** A model as callers see it. */
export interface ModelInfo {
  readonly id: string;
  /** Ids of the bots behind it. */
  readonly botIds: readonly string[];
  /** Unix time in seconds at which the gateway began to offer it. */
  readonly createdAt: number;
}

/** What the HTTP dialects call. */
export interface ChatService {
  /**
   * Starts an answer. Nothing is sent before the events are iterated.
   * @throws GatewayError model_not_found, bot_not_allowed, shutting_down
   */
  chat(request: ChatRequest): Chat;
  /** The models that the caller may use. */
  models(caller: Caller): ModelInfo[];
}
