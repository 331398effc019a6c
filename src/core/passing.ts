import type { ChannelKeeper, RestingChannel } from './channels.ts';
import type { ChatMessage, ChatRequest } from './chat.ts';
import type { Clock } from './clock.ts';
import { type ConversationHash, conversationHashes, extendHash, findContinuation } from './conversation.ts';
import type { Channel } from './discord.ts';
import type { Place, PlaceResult } from './place.ts';

/** Conversations without a name: recognised by their messages, in channels that nobody else ever used. */
export class PassingConversations {
  readonly #keeper: ChannelKeeper;
  readonly #clock: Clock;
  readonly #settleMs: number;

  /** @param settleMs how long late messages may follow an answer that ended by silence, in milliseconds */
  constructor(keeper: ChannelKeeper, clock: Clock, settleMs: number) {
    this.#keeper = keeper;
    this.#clock = clock;
    this.#settleMs = settleMs;
  }

  /** True when the request goes on with a conversation that was answered here. */
  knows(request: ChatRequest): boolean {
    return this.#lookUp(request) !== undefined;
  }

  /**
   * The channel of the conversation that the request continues, else a new one.
   * @param canUse tells whether the bot that answered the conversation can answer now
   */
  async open(
    request: ChatRequest,
    signal: AbortSignal,
    canUse: (botUserId: string) => boolean,
  ): Promise<Place> {
    const known = this.#lookUp(request);
    const resting = known && this.#keeper.find(known.hash);
    if (known && resting && canUse(resting.botUserId)) {
      this.#keeper.resume(known.hash);
      return this.#resumed(request, known.hash, resting, known.fresh);
    }
    return this.#fresh(request, signal);
  }

  #lookUp(request: ChatRequest) {
    const hashes = hashesOf(request);
    return findContinuation(request.messages, hashes, (hash) => this.#keeper.find(hash) !== undefined);
  }

  async #fresh(request: ChatRequest, signal: AbortSignal): Promise<Place> {
    const channel = await this.#keeper.acquire(signal);
    const putBack = () => this.#keeper.putBack(channel);
    return this.#place(request, channel, undefined, request.messages, putBack);
  }

  #resumed(
    request: ChatRequest,
    hash: ConversationHash,
    resting: RestingChannel,
    news: readonly ChatMessage[],
  ): Place {
    const { channel } = resting;
    const putBack = () => this.#keeper.rest(channel, hash, resting);
    return this.#place(request, channel, resting, news, putBack);
  }

  #place(
    request: ChatRequest,
    channel: Channel,
    resting: RestingChannel | undefined,
    news: readonly ChatMessage[],
    putBack: () => void,
  ): Place {
    let isLeft = false;
    const leave = (result: PlaceResult) => {
      if (isLeft) return;
      isLeft = true;
      if (result.type === 'unused') putBack();
      else if (result.type === 'answered' && result.answer !== undefined) {
        const unsettledUntil = result.reason === 'idle' ? this.#clock.now() + this.#settleMs : 0;
        const about = { botUserId: result.botUserId, unsettledUntil };
        this.#keeper.rest(channel, hashAfter(request, result.answer), about);
      } else this.#keeper.retire(channel);
    };
    const move = (signal: AbortSignal) => {
      leave({ type: 'broken' });
      this.#keeper.dropSpares();
      return this.#fresh(request, signal);
    };
    return {
      channelId: channel.id,
      botUserId: resting?.botUserId,
      unsettled: resting !== undefined && resting.unsettledUntil > this.#clock.now(),
      news,
      whole: request.messages,
      leave,
      move,
    };
  }
}

/** A request is hashed once, however many bots look at it. */
const HASHES = new WeakMap<ChatRequest, ConversationHash[]>();

function hashesOf(request: ChatRequest): ConversationHash[] {
  const known = HASHES.get(request);
  if (known) return known;
  const made = conversationHashes(request.caller.id, request.messages);
  HASHES.set(request, made);
  return made;
}

function hashAfter(request: ChatRequest, answer: string): ConversationHash {
  const last = hashesOf(request).at(-1) ?? '';
  return extendHash(last, { role: 'assistant', text: answer, files: [] });
}
