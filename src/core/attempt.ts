import type { ChatBot, Sender } from './bot.ts';
import type { ChatMessage, ChatRequest } from './chat.ts';
import type { Clock } from './clock.ts';
import { discordCode, UNKNOWN_CHANNEL } from './discord.ts';
import type { BotEvent, JobMessage, Room } from './driver.ts';
import { type ErrorCode, GatewayError, toGatewayError } from './errors.ts';
import type { Ids } from './ids.ts';
import { loadMessages } from './loading.ts';
import type { MediaLoader } from './media.ts';
import type { Place } from './place.ts';
import type { Member, Share } from './pool.ts';

/** What an attempt works with. */
export interface AttemptTools {
  readonly clock: Clock;
  readonly ids: Ids;
  readonly media: MediaLoader;
}

/** A person who clears the guild may be faster than we are; beyond this something else is wrong. */
const MOST_MOVES = 3;

/** What an attempt tells: the driver's events, and that what it told so far is void because another one begins. */
export type AttemptEvent = BotEvent | { readonly type: 'attempt-restarted' };

/**
 * One request at one bot, tried until an account and a Coze bot are found that answer. Another one takes over only as
 * long as nothing was shown to the caller; the channel stays the same, so that a failure never costs a channel.
 */
export class Attempts {
  /** Where the answer is; changes only when the channel turns out to be gone. */
  place: Place;
  /** The bot that is answering, or answered. */
  botUserId = '';
  /** True once something was written into the channel. */
  wasSent = false;
  readonly #bot: ChatBot;
  readonly #request: ChatRequest;
  readonly #tools: AttemptTools;
  readonly #signal: AbortSignal;
  readonly #triedSenders = new Set<string>();
  readonly #triedBots = new Set<string>();
  #lastError: Error | undefined;
  #wasShown = false;
  #moves = 0;
  readonly #startedAt: number;
  readonly #loaded = new Map<readonly ChatMessage[], JobMessage[]>();

  constructor(bot: ChatBot, request: ChatRequest, place: Place, tools: AttemptTools, signal: AbortSignal) {
    this.#bot = bot;
    this.#request = request;
    this.place = place;
    this.#tools = tools;
    this.#signal = signal;
    this.#startedAt = tools.clock.now();
  }

  /** The events of the answer, from whoever gives it. */
  async *run(): AsyncGenerator<AttemptEvent> {
    while (true) {
      const { sender, bot } = this.#take();
      try {
        yield* this.#tryOnce(sender.member, bot.member.id);
        return;
      } catch (error) {
        this.#signal.throwIfAborted();
        if (!(await this.#canGoOn(error, sender.member.id, bot.member.id))) throw error;
        this.#lastError = toGatewayError(error);
        yield { type: 'attempt-restarted' };
      } finally {
        sender.free();
        bot.free();
      }
    }
  }

  #take(): { sender: Share<Sender>; bot: Share<Member> } {
    const bot = this.#bot.bots.take(
      this.#request.botUserId ?? this.place.botUserId,
      this.#triedBots,
      this.#lastError,
    );
    try {
      return { bot, sender: this.#bot.senders.take(undefined, this.#triedSenders, this.#lastError) };
    } catch (error) {
      bot.free();
      throw error;
    }
  }

  async *#tryOnce(sender: Sender, botUserId: string): AsyncGenerator<BotEvent> {
    // Before anything else, in the same turn in which the sender was taken.
    const reservation = sender.quota?.reserve();
    const wasSentBefore = this.wasSent;
    let wasAccepted = false;
    try {
      const messages = await this.#load(
        botUserId === this.place.botUserId ? this.place.news : this.place.whole,
      );
      this.botUserId = botUserId;
      const job = { id: this.#request.requestId, verb: 'chat', messages } as const;
      for await (const event of this.#bot.setup.driver.run(
        job,
        this.#room(sender, botUserId, wasSentBefore),
      )) {
        this.#note(event);
        if (event.type === 'job-accepted') {
          wasAccepted = true;
          await reservation?.spend();
        }
        yield event;
      }
    } catch (error) {
      // Refused for certain: nothing of this attempt is in the channel.
      if (!wasAccepted && isRefusal(error)) this.wasSent = wasSentBefore;
      throw error;
    } finally {
      reservation?.end();
    }
  }

  #note(event: BotEvent): void {
    if (event.type === 'job-submitted') this.wasSent = true;
    if (event.type === 'text-delta' || event.type === 'text-replaced' || event.type === 'media-ready') {
      this.#wasShown = this.#request.streamed;
    }
  }

  /** Files are loaded once, however often another account or bot takes over. */
  async #load(lines: readonly ChatMessage[]): Promise<JobMessage[]> {
    const known = this.#loaded.get(lines);
    if (known) return known;
    const loaded = await loadMessages(lines, this.#tools.media, this.#signal);
    this.#loaded.set(lines, loaded);
    return loaded;
  }

  #room(sender: Sender, botUserId: string, wasSentBefore: boolean): Room<unknown> {
    return {
      options: this.#bot.setup.options,
      channelId: this.place.channelId,
      botUserId,
      listen: this.#bot.setup.listener.port,
      send: sender.port,
      // A limit text of an earlier attempt may have a second part.
      unsettled: this.place.unsettled || wasSentBefore,
      startedAt: this.#startedAt,
      clock: this.#tools.clock,
      ids: this.#tools.ids,
      signal: this.#signal,
    };
  }

  /** Sends whoever failed to rest; true when somebody else, or another channel, may do better. */
  async #canGoOn(error: unknown, senderId: string, botUserId: string): Promise<boolean> {
    if (discordCode(error) === UNKNOWN_CHANNEL) return !this.#wasShown && this.#move();
    // Nobody reads: that is no fault of whoever wrote, and nobody else could do better.
    if (this.#bot.setup.listener.trouble()) return false;
    if (isAny(error, ['answer_timeout']) && !this.#bot.setup.listener.isConnected()) return false;
    const isFaultOfBot = isAny(error, BOT_FAULTS);
    const isListed = isFaultOfBot
      ? this.#bot.bots.blame(botUserId, error)
      : this.#bot.senders.blame(senderId, error);
    (isFaultOfBot ? this.#triedBots : this.#triedSenders).add(isFaultOfBot ? botUserId : senderId);
    // Silence has used up the time that the caller was promised.
    return isListed && !this.#wasShown && !isAny(error, ['answer_timeout']);
  }

  async #move(): Promise<boolean> {
    if (this.#moves >= MOST_MOVES) return false;
    this.#moves += 1;
    this.place = await this.place.move(this.#signal);
    this.wasSent = false;
    return true;
  }
}

const BOT_FAULTS: readonly ErrorCode[] = ['bot_exhausted', 'bot_busy', 'bot_failed', 'answer_timeout'];

/** Errors by which Discord, or we, said no: certainly nothing was written. */
const REFUSALS: readonly ErrorCode[] = [
  'discord_refused',
  'rate_limited',
  'account_disabled',
  'human_required',
  'media_invalid',
  'body_too_large',
];

function isRefusal(error: unknown): boolean {
  return isAny(error, REFUSALS);
}

function isAny(error: unknown, codes: readonly ErrorCode[]): boolean {
  return error instanceof GatewayError && codes.includes(error.code);
}
