import type { ChannelKeeper } from './channels.ts';
import type { ChatRequest } from './chat.ts';
import type { Clock } from './clock.ts';
import { newestUserMessage } from './conversation.ts';
import type { Channel, DiscordPort, Snowflake } from './discord.ts';
import { Turnstile } from './line.ts';
import type { Log } from './log.ts';
import type { Place, PlaceResult } from './place.ts';
import type { ConversationKey, Store, StoredConversation } from './store.ts';

/** What lasting conversations work with. */
export interface LastingTools {
  readonly botId: string;
  readonly store: Store;
  readonly keeper: ChannelKeeper;
  readonly discord: DiscordPort;
  readonly clock: Clock;
  readonly log: Log;
  /** Requests that may wait for one conversation, and how long, in milliseconds. */
  readonly queue: number;
  readonly waitMs: number;
}

/** What is kept in memory of a conversation while it is in use, or while an abandoned answer may still arrive. */
interface Live {
  readonly turnstile: Turnstile;
  unsettled: boolean;
}

/** Conversations with a name: each lives in a channel of its own for as long as nobody deletes it. */
export class LastingConversations {
  readonly #tools: LastingTools;
  readonly #live = new Map<string, Live>();

  constructor(tools: LastingTools) {
    this.#tools = tools;
  }

  /** True when the caller has a conversation of this name at this bot. */
  async has(callerId: string, name: string): Promise<boolean> {
    return (await this.#tools.store.findConversation(this.#key(callerId, name))) !== undefined;
  }

  /** Channels of all lasting conversations of the bot. */
  async channelIds(): Promise<Set<Snowflake>> {
    const conversations = await this.#tools.store.listConversations(this.#tools.botId);
    return new Set(conversations.map(({ channelId }) => channelId));
  }

  /**
   * Waits until the conversation is free and gives its channel, made now if the name is new.
   * @throws GatewayError queue_full, queue_timeout, and what `ChannelKeeper.acquire` throws
   */
  async open(request: ChatRequest, name: string, signal: AbortSignal): Promise<Place> {
    const key = this.#key(request.caller.id, name);
    const live = this.#liveOf(key);
    const leaveTurn = await live.turnstile.enter(signal);
    const release = () => {
      leaveTurn();
      this.#forgetIfIdle(key, live);
    };
    try {
      const stored = (await this.#tools.store.findConversation(key)) ?? (await this.#create(key, signal));
      return this.#place(request, stored, live, release);
    } catch (error) {
      release();
      throw error;
    }
  }

  #key(callerId: string, name: string): ConversationKey {
    return { botId: this.#tools.botId, callerId, name };
  }

  #liveOf(key: ConversationKey): Live {
    const id = liveId(key);
    const known = this.#live.get(id);
    if (known) return known;
    const { queue, waitMs, clock } = this.#tools;
    const what = `the conversation "${key.name}" (queue ${queue})`;
    const made = { turnstile: new Turnstile({ length: queue, waitMs, what }, clock), unsettled: false };
    this.#live.set(id, made);
    return made;
  }

  #forgetIfIdle(key: ConversationKey, live: Live): void {
    if (live.turnstile.isIdle && !live.unsettled) this.#live.delete(liveId(key));
  }

  async #create(key: ConversationKey, signal: AbortSignal): Promise<StoredConversation> {
    const { keeper, store, clock } = this.#tools;
    const channel = await keeper.acquire(signal);
    const stored = { ...key, channelId: channel.id, botUserId: '', createdAt: clock.now() };
    try {
      await store.saveConversation(stored);
    } catch (error) {
      keeper.putBack(channel);
      throw error;
    }
    keeper.makeLasting();
    this.#rename(channel, key.name);
    return stored;
  }

  /** For people who look at the guild; the conversation works without it, so nobody waits. */
  #rename(channel: Channel, name: string): void {
    this.#tools.discord.renameChannel(channel.id, name.slice(0, 100)).catch((error: unknown) => {
      this.#tools.log.warn({ channel: channel.id, error: String(error) }, 'could not rename a channel');
    });
  }

  #place(request: ChatRequest, stored: StoredConversation, live: Live, release: () => void): Place {
    const news = newestUserMessage(request.messages);
    let isLeft = false;
    const leave = (result: PlaceResult) => {
      if (isLeft) return;
      isLeft = true;
      if (result.type !== 'unused') live.unsettled = result.type === 'broken';
      if (result.type === 'answered') this.#keepBot(stored, result.botUserId);
      release();
    };
    const move = async (signal: AbortSignal) => {
      isLeft = true;
      return this.#replaceChannel(request, stored, live, release, signal);
    };
    const botUserId = stored.botUserId || undefined;
    return {
      channelId: stored.channelId,
      botUserId,
      unsettled: live.unsettled,
      news,
      whole: news,
      leave,
      move,
    };
  }

  #keepBot(stored: StoredConversation, botUserId: Snowflake): void {
    if (stored.botUserId === botUserId) return;
    this.#tools.store.saveConversation({ ...stored, botUserId }).catch((error: unknown) => {
      this.#tools.log.error({ error: String(error) }, 'could not save a conversation');
    });
  }

  /** Somebody deleted the channel on Discord: the name gets a new one. The turn is kept. */
  async #replaceChannel(
    request: ChatRequest,
    stored: StoredConversation,
    live: Live,
    release: () => void,
    signal: AbortSignal,
  ): Promise<Place> {
    try {
      this.#tools.keeper.retireLasting({ id: stored.channelId, name: stored.name });
      const made = await this.#create(stored, signal);
      live.unsettled = false;
      return this.#place(request, made, live, release);
    } catch (error) {
      release();
      throw error;
    }
  }
}

function liveId(key: ConversationKey): string {
  return `${key.callerId}\0${key.name}`;
}
