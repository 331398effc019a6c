import { randomBytes } from 'node:crypto';
import type { ChannelKeeper } from './channels.ts';
import type { ChatRequest } from './chat.ts';
import type { Clock } from './clock.ts';
import { newestUserMessage } from './conversation.ts';
import type { Channel, DiscordPort, Snowflake } from './discord.ts';
import { GatewayError } from './errors.ts';
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
  /** Channels that the operator gave, by name: every caller of the bot reaches them, nobody renames or deletes them. */
  readonly given: Readonly<Record<string, Snowflake>>;
  /** Requests that may wait for one conversation. */
  readonly queue: number;
  /** How long one may wait, in milliseconds. */
  readonly waitMs: number;
  /** How long one answer may last, in milliseconds. */
  readonly answerMs: number;
  /** How long after an answer that ended by silence its late messages may still come, in milliseconds. */
  readonly settleMs: number;
}

/** What is kept in memory of a conversation while it is in use, or while an abandoned answer may still arrive. */
interface Live {
  readonly turnstile: Turnstile;
  /** Until when messages of an abandoned answer may come, in milliseconds since the epoch. */
  unsettledUntil: number;
  /** Aborted when the conversation is deleted. */
  readonly end: AbortController;
  cancelForget?: () => void;
}

/** Whose the given conversations are. No key can have this name: names of keys are not empty and hold no NUL. */
const OPERATOR = '\0operator';

/** Begins the name of a conversation whose channel is being deleted; names of callers hold no control characters. */
const ENDING = '\0ending ';

/**
 * Conversations with a name: each lives in a channel of its own for as long as nobody deletes it. A name or the
 * channel's id addresses one, but only channels made here or given by the operator: no other id reaches Discord.
 */
export class LastingConversations {
  readonly #tools: LastingTools;
  readonly #live = new Map<string, Live>();

  constructor(tools: LastingTools) {
    this.#tools = tools;
  }

  /** The conversation of a name or a channel id; undefined when the caller has none such. */
  async find(callerId: string, nameOrId: string): Promise<StoredConversation | undefined> {
    const byName = await this.#tools.store.findConversation(this.#key(callerId, nameOrId));
    if (byName) return byName;
    const all = await this.list(callerId);
    return all.find(({ channelId }) => channelId === nameOrId) ?? all.find(({ name }) => name === nameOrId);
  }

  /** All conversations of the caller, oldest first, then those the operator gave. */
  async list(callerId: string): Promise<StoredConversation[]> {
    const stored = await this.#tools.store.listConversations(this.#tools.botId);
    const own = stored.filter(
      (conversation) => conversation.callerId === callerId && !isEnding(conversation),
    );
    return [...own, ...this.#given()];
  }

  /** The conversations of all callers, oldest first, then those the operator gave (see `isGiven`). */
  async listAll(): Promise<StoredConversation[]> {
    const stored = await this.#tools.store.listConversations(this.#tools.botId);
    return [...stored.filter((conversation) => !isEnding(conversation)), ...this.#given()];
  }

  /** Channels of all lasting conversations of the bot that were made here. */
  async channelIds(): Promise<Set<Snowflake>> {
    const conversations = await this.#tools.store.listConversations(this.#tools.botId);
    return new Set(conversations.map(({ channelId }) => channelId));
  }

  /** Goes on with deleting the channels of conversations that were deleted before a stop or a crash. */
  async finishDeleting(): Promise<void> {
    const stored = await this.#tools.store.listConversations(this.#tools.botId);
    for (const conversation of stored.filter(isEnding)) this.#deleteChannel(conversation);
  }

  /**
   * Makes a conversation; the name is random (16 hexadecimal characters) when left out.
   * @throws GatewayError conversation_exists, and what `ChannelKeeper.acquire` throws
   */
  async create(callerId: string, name: string | undefined, signal: AbortSignal): Promise<StoredConversation> {
    const key = this.#key(callerId, name ?? randomBytes(8).toString('hex'));
    const { release } = await this.#enter(key, signal);
    try {
      if (await this.find(callerId, key.name)) throw exists(key.name);
      return await this.#create(key, signal);
    } finally {
      release();
    }
  }

  /**
   * Gives a conversation another name; its own name again is no change.
   * @throws GatewayError conversation_not_found, conversation_exists, invalid_request (given by the operator)
   */
  async rename(callerId: string, nameOrId: string, newName: string): Promise<StoredConversation> {
    const stored = await this.#owned(callerId, nameOrId);
    if (stored.name === newName) return stored;
    if (Object.hasOwn(this.#tools.given, newName)) throw exists(newName);
    // Nobody may be making a conversation of the new name meanwhile.
    const { release } = await this.#enter(this.#key(callerId, newName), new AbortController().signal);
    try {
      const result = await this.#tools.store.renameConversation(stored, newName);
      if (result === 'exists') throw exists(newName);
      if (result === 'missing') throw notFound(nameOrId);
    } finally {
      release();
    }
    return this.#renamed(stored, newName);
  }

  /** Whoever is in the conversation, or waits for it, stays with it under its new name. */
  #renamed(stored: StoredConversation, newName: string): StoredConversation {
    const renamed = { ...stored, name: newName };
    const live = this.#live.get(liveId(stored));
    this.#live.delete(liveId(stored));
    if (live) this.#live.set(liveId(renamed), live);
    this.#renameChannel({ id: stored.channelId, name: stored.name }, newName);
    return renamed;
  }

  /**
   * Ends a conversation and deletes its channel; an answer that is on its way there fails.
   * @throws GatewayError conversation_not_found, invalid_request (given by the operator)
   */
  async remove(callerId: string, nameOrId: string): Promise<StoredConversation> {
    const stored = await this.#owned(callerId, nameOrId);
    // The row stays under a name that nobody can have until Discord has deleted the channel, also over a restart.
    const name = `${ENDING}${stored.channelId}`;
    if ((await this.#tools.store.renameConversation(stored, name)) !== 'renamed') throw notFound(nameOrId);
    this.#deleteChannel({ ...stored, name });
    this.#live.get(liveId(stored))?.end.abort(notFound(stored.name));
    this.#live.delete(liveId(stored));
    return stored;
  }

  /**
   * Waits until the conversation is free and gives its channel, made now if the name is new.
   * @throws GatewayError queue_full, queue_timeout, and what `ChannelKeeper.acquire` throws
   */
  async open(request: ChatRequest, nameOrId: string, signal: AbortSignal): Promise<Place> {
    const callerId = request.caller.id;
    const known = await this.find(callerId, nameOrId);
    if (!known && request.mustExist) throw notFound(nameOrId);
    // A conversation that is renamed while we wait for it is still the one that was meant.
    const look = () => (known ? this.#again(known) : this.find(callerId, nameOrId));
    let target = known;
    while (true) {
      const key = target ?? this.#key(callerId, nameOrId);
      const { live, release } = await this.#enter(key, signal);
      try {
        live.end.signal.throwIfAborted();
        const found = await look();
        if (known && !found) throw notFound(nameOrId);
        // Renamed or deleted while we waited: this is no longer the turn for what the name means now.
        if (this.#live.get(liveId(found ?? key)) !== live) {
          release();
          target = found;
          continue;
        }
        return this.#place(request, found ?? (await this.#create(key, signal)), live, release);
      } catch (error) {
        release();
        throw error;
      }
    }
  }

  /** The same conversation as it is now; under its old name it is found at once. */
  async #again(known: StoredConversation): Promise<StoredConversation | undefined> {
    const sameName = await this.#tools.store.findConversation(known);
    if (sameName?.channelId === known.channelId) return sameName;
    return (await this.list(known.callerId)).find(({ channelId }) => channelId === known.channelId);
  }

  #deleteChannel(stored: StoredConversation): void {
    const { keeper, store, log } = this.#tools;
    keeper.retireLasting({ id: stored.channelId, name: stored.name }, () => {
      store.deleteConversation(stored).catch((error: unknown) => {
        log.error({ error: String(error) }, 'could not forget a deleted conversation');
      });
    });
  }

  #key(callerId: string, name: string): ConversationKey {
    return { botId: this.#tools.botId, callerId, name };
  }

  #given(): StoredConversation[] {
    const { botId, given } = this.#tools;
    return Object.entries(given).map(([name, channelId]) => {
      return { botId, callerId: OPERATOR, name, channelId, botUserId: '', createdAt: 0 };
    });
  }

  async #owned(callerId: string, nameOrId: string): Promise<StoredConversation> {
    const stored = await this.find(callerId, nameOrId);
    if (!stored) throw notFound(nameOrId);
    if (stored.callerId !== OPERATOR) return stored;
    throw new GatewayError(
      'conversation_given',
      `The conversation "${nameOrId}" is set in the configuration.`,
    );
  }

  async #enter(key: ConversationKey, signal: AbortSignal): Promise<{ live: Live; release: () => void }> {
    const live = this.#liveOf(key);
    const leaveTurn = await live.turnstile.enter(signal);
    const release = () => {
      leaveTurn();
      this.#forgetIfIdle(live);
    };
    return { live, release };
  }

  #liveOf(key: ConversationKey): Live {
    const known = this.#live.get(liveId(key));
    if (known) return known;
    const { queue, waitMs, clock } = this.#tools;
    const what = `the conversation "${key.name}" (queue ${queue})`;
    const made = {
      turnstile: new Turnstile({ length: queue, waitMs, what }, clock),
      unsettledUntil: 0,
      end: new AbortController(),
    };
    this.#live.set(liveId(key), made);
    return made;
  }

  /** The name may have changed since the turn began, so it is looked for by what it holds. */
  #forgetIfIdle(live: Live): void {
    if (!live.turnstile.isIdle) return;
    if (this.#isUnsettled(live)) {
      const leftMs = live.unsettledUntil - this.#tools.clock.now();
      live.cancelForget?.();
      live.cancelForget = this.#tools.clock.after(leftMs, () => this.#forgetIfIdle(live));
      return;
    }
    for (const [id, other] of this.#live) if (other === live) this.#live.delete(id);
  }

  async #create(key: ConversationKey, signal: AbortSignal): Promise<StoredConversation> {
    const { keeper, store, clock } = this.#tools;
    const channel = await keeper.acquireLasting(signal);
    const { botId, callerId, name } = key;
    const stored = { botId, callerId, name, channelId: channel.id, botUserId: '', createdAt: clock.now() };
    try {
      await store.saveConversation(stored);
    } catch (error) {
      keeper.putBack(channel);
      throw error;
    }
    keeper.makeLasting();
    this.#renameChannel(channel, name);
    return stored;
  }

  /** For people who look at the guild; the conversation works without it, so nobody waits. */
  #renameChannel(channel: Channel, name: string): void {
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
      // A clean answer settles nothing: the abandoned one may go on for as long as an answer may last.
      const now = this.#tools.clock.now();
      if (result.type === 'broken') live.unsettledUntil = now + this.#tools.answerMs;
      if (result.type === 'answered' && result.reason === 'idle') {
        live.unsettledUntil = Math.max(live.unsettledUntil, now + this.#tools.settleMs);
      }
      if (result.type === 'answered') this.#noteBot(stored, result.botUserId);
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
      unsettled: this.#isUnsettled(live),
      ended: live.end.signal,
      news,
      whole: news,
      leave,
      move,
    };
  }

  #isUnsettled(live: Live): boolean {
    return live.unsettledUntil > this.#tools.clock.now();
  }

  #noteBot(stored: StoredConversation, botUserId: Snowflake): void {
    if (stored.botUserId === botUserId || stored.callerId === OPERATOR) return;
    this.#tools.store.noteBot(stored, stored.channelId, botUserId).catch((error: unknown) => {
      this.#tools.log.error({ error: String(error) }, 'could not save a conversation');
    });
  }

  /** The channel is gone from Discord: the name gets a new one, unless it was deleted here. The turn is kept. */
  async #replaceChannel(
    request: ChatRequest,
    stored: StoredConversation,
    live: Live,
    release: () => void,
    signal: AbortSignal,
  ): Promise<Place> {
    try {
      // It may have another name by now.
      const now = stored.callerId === OPERATOR ? undefined : await this.#again(stored);
      if (!now || !(await this.#tools.store.deleteConversation(now))) throw notFound(stored.name);
      this.#tools.keeper.retireLasting({ id: stored.channelId, name: stored.name });
      this.#tools.keeper.dropSpares();
      const made = await this.#create(now, signal);
      live.unsettledUntil = 0;
      return this.#place(request, made, live, release);
    } catch (error) {
      release();
      throw error;
    }
  }
}

/** True for a conversation that the operator gave: it belongs to no caller. */
export function isGiven({ callerId }: Pick<StoredConversation, 'callerId'>): boolean {
  return callerId === OPERATOR;
}

/** Two given names may lead to one channel, and one channel answers one request at a time. */
function liveId(key: ConversationKey & { readonly channelId?: Snowflake }): string {
  return `${key.callerId}\0${key.callerId === OPERATOR ? key.channelId : key.name}`;
}

function isEnding({ name }: StoredConversation): boolean {
  return name.startsWith(ENDING);
}

function exists(name: string): GatewayError {
  return new GatewayError('conversation_exists', `The conversation "${name}" exists already.`);
}

function notFound(name: string): GatewayError {
  return new GatewayError('conversation_not_found', `There is no conversation "${name}".`);
}
