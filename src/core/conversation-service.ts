import { type ChatBot, homeOf, leastBusy } from './bot.ts';
import { type Caller, mayUse } from './caller.ts';
import { discordCode, type Snowflake, UNKNOWN_CHANNEL } from './discord.ts';
import type { LatestAnswer } from './driver.ts';
import { GatewayError } from './errors.ts';
import { isGiven } from './lasting.ts';
import type { StoredConversation } from './store.ts';
import { type TranscriptLine, transcriptOf } from './transcript.ts';

/** A lasting conversation as callers see it. */
export interface ConversationInfo {
  readonly name: string;
  readonly channelId: Snowflake;
  readonly botId: string;
}

/** The same for those who look after several of them. */
export interface ConversationEntry extends ConversationInfo {
  /** Whose it is; undefined for one that the operator gave to everybody. */
  readonly callerId: string | undefined;
  /** Milliseconds since the epoch; 0 where nobody knows. */
  readonly createdAt: number;
}

/**
 * A conversation by its name or the id of its channel. With more said, only one at that bot, or of that caller; an admin
 * who says no caller means an own one first, then the only one of that name.
 */
export type ConversationAddress =
  | string
  | {
      readonly name: string;
      readonly botId?: string | undefined;
      /** Only admins may name another than themselves. */
      readonly callerId?: string | undefined;
    };

/** Lasting conversations by themselves, for dialects that have words for them. */
export interface ConversationService {
  /**
   * Makes a conversation at the least busy bot of the caller, or at the one that is named; a random name when none is given.
   * @throws GatewayError conversation_exists, bot_not_allowed, channels_full, queue_full, and Discord's errors
   */
  createConversation(
    caller: Caller,
    name: string | undefined,
    signal: AbortSignal,
    botId?: string,
  ): Promise<ConversationInfo>;
  /** The conversation of a name or channel id. */
  findConversation(caller: Caller, nameOrId: string): Promise<ConversationInfo | undefined>;
  /** All conversations of the caller. */
  listConversations(caller: Caller): Promise<ConversationInfo[]>;
  /** The conversations at the caller's bots: the caller's own and the given ones; for admins, those of all callers. */
  surveyConversations(caller: Caller): Promise<ConversationEntry[]>;
  /** @throws GatewayError conversation_not_found, conversation_exists, conversation_given, invalid_request */
  renameConversation(
    caller: Caller,
    address: ConversationAddress,
    newName: string,
  ): Promise<ConversationInfo>;
  /** @throws GatewayError conversation_not_found, conversation_given, invalid_request */
  deleteConversation(caller: Caller, address: ConversationAddress): Promise<ConversationInfo>;
  /**
   * What the bot answered last, read from Discord: also when nobody listened, and after a restart. Undefined when
   * it has not answered yet.
   * @throws GatewayError conversation_not_found, and Discord's errors
   */
  latestAnswer(caller: Caller, nameOrId: string, signal: AbortSignal): Promise<LatestAnswer | undefined>;
  /**
   * What was said last, oldest first, read from Discord: the newest 50 messages.
   * @throws GatewayError conversation_not_found, invalid_request, and Discord's errors
   */
  readConversation(
    caller: Caller,
    address: ConversationAddress,
    signal: AbortSignal,
  ): Promise<TranscriptLine[]>;
  /** True when a bot of the caller can answer: its reading account is connected, and somebody can write to it. */
  isOnline(caller: Caller): boolean;
}

/** Makes the conversation half of the service. */
export function createConversationService(bots: readonly ChatBot[]): ConversationService {
  return new Conversations(bots);
}

/** How much of a conversation is read, in messages. */
const PAGE = 50;

interface Found {
  readonly bot: ChatBot;
  readonly stored: StoredConversation;
}

class Conversations implements ConversationService {
  readonly #bots: readonly ChatBot[];

  constructor(bots: readonly ChatBot[]) {
    this.#bots = bots;
  }

  async createConversation(
    caller: Caller,
    name: string | undefined,
    signal: AbortSignal,
    botId?: string,
  ): Promise<ConversationInfo> {
    if (name !== undefined && (await this.#find(caller, name))) throw exists(name);
    const bots = this.#of(caller).filter(({ setup }) => botId === undefined || setup.id === botId);
    const bot = name === undefined ? leastBusy(bots) : homeOf(bots, caller.id, name);
    if (!bot) throw noBot(botId);
    return infoOf(await bot.lasting.create(caller.id, name, signal));
  }

  async findConversation(caller: Caller, nameOrId: string): Promise<ConversationInfo | undefined> {
    const found = await this.#find(caller, nameOrId);
    return found && infoOf(found.stored);
  }

  async listConversations(caller: Caller): Promise<ConversationInfo[]> {
    const lists = await Promise.all(this.#of(caller).map((bot) => bot.lasting.list(caller.id)));
    return lists.flat().map(infoOf);
  }

  async surveyConversations(caller: Caller): Promise<ConversationEntry[]> {
    const listOf = ({ lasting }: ChatBot) => (caller.admin ? lasting.listAll() : lasting.list(caller.id));
    const lists = await Promise.all(this.#of(caller).map(listOf));
    return lists.flat().map((stored) => ({
      ...infoOf(stored),
      callerId: isGiven(stored) ? undefined : stored.callerId,
      createdAt: stored.createdAt,
    }));
  }

  async renameConversation(
    caller: Caller,
    address: ConversationAddress,
    newName: string,
  ): Promise<ConversationInfo> {
    const { bot, stored } = await this.#get(caller, address);
    const owner = isGiven(stored) ? caller : { ...caller, id: stored.callerId };
    const other = await this.#find(owner, newName);
    if (other && other.stored.channelId !== stored.channelId) throw exists(newName);
    return infoOf(await bot.lasting.rename(owner.id, stored.name, newName));
  }

  async deleteConversation(caller: Caller, address: ConversationAddress): Promise<ConversationInfo> {
    const { bot, stored } = await this.#get(caller, address);
    return infoOf(await bot.lasting.remove(stored.callerId, stored.name));
  }

  async latestAnswer(
    caller: Caller,
    nameOrId: string,
    signal: AbortSignal,
  ): Promise<LatestAnswer | undefined> {
    const found = await this.#get(caller, nameOrId);
    return this.#read(found, () => found.bot.latest(found.stored.channelId, signal));
  }

  async readConversation(
    caller: Caller,
    address: ConversationAddress,
    signal: AbortSignal,
  ): Promise<TranscriptLine[]> {
    const found = await this.#get(caller, address);
    const { listener, botUserIds } = found.bot.setup;
    const read = () => listener.port.history(found.stored.channelId, { limit: PAGE }, signal);
    return transcriptOf(await this.#read(found, read), botUserIds);
  }

  isOnline(caller: Caller): boolean {
    return this.#of(caller).some((bot) => bot.isOnline());
  }

  /** Somebody may have deleted the channel on Discord: then the conversation is over. */
  async #read<Value>({ bot, stored }: Found, read: () => Promise<Value>): Promise<Value> {
    try {
      return await read();
    } catch (error) {
      if (discordCode(error) !== UNKNOWN_CHANNEL || isGiven(stored)) throw error;
      await bot.lasting.remove(stored.callerId, stored.name);
      throw new GatewayError('conversation_not_found', `There is no conversation "${stored.name}" any more.`);
    }
  }

  #of(caller: Caller): ChatBot[] {
    return this.#bots.filter(({ setup }) => mayUse(caller, setup.id));
  }

  async #find(caller: Caller, nameOrId: string, botId?: string): Promise<Found | undefined> {
    for (const bot of this.#of(caller)) {
      if (botId !== undefined && bot.setup.id !== botId) continue;
      const stored = await bot.lasting.find(caller.id, nameOrId);
      if (stored) return { bot, stored };
    }
    return undefined;
  }

  async #get(caller: Caller, address: ConversationAddress): Promise<Found> {
    const { name, botId, callerId = caller.id } = typeof address === 'string' ? { name: address } : address;
    const isOwn = callerId === caller.id;
    const own =
      isOwn || caller.admin ? await this.#find({ ...caller, id: callerId }, name, botId) : undefined;
    if (own) return own;
    const isOpen = typeof address !== 'string' && address.callerId === undefined && caller.admin;
    const found = isOpen ? await this.#findAnybodys(caller, name, botId) : undefined;
    if (found) return found;
    throw new GatewayError('conversation_not_found', `There is no conversation "${name}".`);
  }

  /** @throws GatewayError invalid_request where several callers have one of this name */
  async #findAnybodys(caller: Caller, nameOrId: string, botId: string | undefined) {
    const found: Found[] = [];
    for (const bot of this.#of(caller)) {
      if (botId !== undefined && bot.setup.id !== botId) continue;
      const all = await bot.lasting.listAll();
      const isMeant = ({ name, channelId }: StoredConversation) =>
        name === nameOrId || channelId === nameOrId;
      found.push(...all.filter(isMeant).map((stored) => ({ bot, stored })));
    }
    if (found.length < 2) return found[0];
    throw new GatewayError('invalid_request', `Several keys have a conversation "${nameOrId}".`, {
      param: 'key',
      hint: 'Say whose is meant.',
    });
  }
}

function infoOf({ name, channelId, botId }: StoredConversation): ConversationInfo {
  return { name, channelId, botId };
}

function exists(name: string): GatewayError {
  return new GatewayError('conversation_exists', `The conversation "${name}" exists already.`);
}

function noBot(botId: string | undefined): GatewayError {
  if (botId === undefined) {
    return new GatewayError('bot_not_allowed', 'This key may not use any chat bot.');
  }
  return new GatewayError('bot_not_allowed', 'There is no such chat bot for this key.', { param: 'bot' });
}
