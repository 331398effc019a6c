import type { ChannelKeeper, RestingChannel } from './channels.ts';
import type { ChatMessage, ChatRequest } from './chat.ts';
import { type ConversationHash, conversationHashes, extendHash, findContinuation } from './conversation.ts';
import type { Channel } from './discord.ts';
import type { Place, PlaceResult } from './place.ts';

/** Conversations without a name: recognised by their messages, in channels that nobody else ever used. */
export class PassingConversations {
  readonly #botId: string;
  readonly #keeper: ChannelKeeper;

  constructor(botId: string, keeper: ChannelKeeper) {
    this.#botId = botId;
    this.#keeper = keeper;
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
    const hashes = this.#hashes(request);
    return findContinuation(request.messages, hashes, (hash) => this.#keeper.find(hash) !== undefined);
  }

  #hashes(request: ChatRequest): ConversationHash[] {
    return conversationHashes(`${this.#botId}\0${request.caller.id}`, request.messages);
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
    const { channel, botUserId } = resting;
    const putBack = () => this.#keeper.rest(channel, hash, botUserId);
    return this.#place(request, channel, botUserId, news, putBack);
  }

  #place(
    request: ChatRequest,
    channel: Channel,
    botUserId: string | undefined,
    news: readonly ChatMessage[],
    putBack: () => void,
  ): Place {
    let isLeft = false;
    const leave = (result: PlaceResult) => {
      if (isLeft) return;
      isLeft = true;
      if (result.type === 'unused') putBack();
      else if (result.type === 'answered' && result.answer !== undefined) {
        this.#keeper.rest(channel, this.#hashAfter(request, result.answer), result.botUserId);
      } else this.#keeper.retire(channel);
    };
    const move = (signal: AbortSignal) => {
      leave({ type: 'broken' });
      this.#keeper.dropSpares();
      return this.#fresh(request, signal);
    };
    return { channelId: channel.id, botUserId, unsettled: false, news, whole: request.messages, leave, move };
  }

  #hashAfter(request: ChatRequest, answer: string): ConversationHash {
    const last = this.#hashes(request).at(-1) ?? '';
    return extendHash(last, { role: 'assistant', text: answer, files: [] });
  }
}
