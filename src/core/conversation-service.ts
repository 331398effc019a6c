import { type ChatBot, homeOf, leastBusy } from './bot.ts';
import { type Caller, mayUse } from './caller.ts';
import { discordCode, type Snowflake, UNKNOWN_CHANNEL } from './discord.ts';
import type { LatestAnswer } from './driver.ts';
import { GatewayError } from './errors.ts';
import type { StoredConversation } from './store.ts';

/** A lasting conversation as callers see it. */
export interface ConversationInfo {
  readonly name: string;
  readonly channelId: Snowflake;
  readonly botId: string;
}

/** Lasting conversations by themselves, for dialects that have words for them. */
export interface ConversationService {
  /**
   * Makes a conversation at the least busy bot of the caller; a random name when none is given.
   * @throws GatewayError conversation_exists, channels_full, queue_full, and Discord's errors
   */
  createConversation(
    caller: Caller,
    name: string | undefined,
    signal: AbortSignal,
  ): Promise<ConversationInfo>;
  /** The conversation of a name or channel id. */
  findConversation(caller: Caller, nameOrId: string): Promise<ConversationInfo | undefined>;
  /** All conversations of the caller. */
  listConversations(caller: Caller): Promise<ConversationInfo[]>;
  /** @throws GatewayError conversation_not_found, conversation_exists, invalid_request */
  renameConversation(caller: Caller, nameOrId: string, newName: string): Promise<ConversationInfo>;
  /** @throws GatewayError conversation_not_found, invalid_request */
  deleteConversation(caller: Caller, nameOrId: string): Promise<ConversationInfo>;
  /**
   * What the bot answered last, read from Discord: also when nobody listened, and after a restart. Undefined when
   * it has not answered yet.
   * @throws GatewayError conversation_not_found, and Discord's errors
   */
  latestAnswer(caller: Caller, nameOrId: string, signal: AbortSignal): Promise<LatestAnswer | undefined>;
  /** True when a bot of the caller can answer: its reading account is connected, and somebody can write to it. */
  isOnline(caller: Caller): boolean;
}

/** Makes the conversation half of the service. */
export function createConversationService(bots: readonly ChatBot[]): ConversationService {
  return new Conversations(bots);
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
  ): Promise<ConversationInfo> {
    if (name !== undefined && (await this.#find(caller, name))) {
      throw new GatewayError('conversation_exists', `The conversation "${name}" exists already.`);
    }
    const bots = this.#of(caller);
    const bot = name === undefined ? leastBusy(bots) : homeOf(bots, caller.id, name);
    if (!bot) throw new GatewayError('bot_not_allowed', 'This key may not use any chat bot.');
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

  async renameConversation(caller: Caller, nameOrId: string, newName: string): Promise<ConversationInfo> {
    const { bot, stored } = await this.#get(caller, nameOrId);
    const other = await this.#find(caller, newName);
    if (other && other.stored.channelId !== stored.channelId) {
      throw new GatewayError('conversation_exists', `The conversation "${newName}" exists already.`);
    }
    return infoOf(await bot.lasting.rename(caller.id, stored.name, newName));
  }

  async deleteConversation(caller: Caller, nameOrId: string): Promise<ConversationInfo> {
    const { bot, stored } = await this.#get(caller, nameOrId);
    return infoOf(await bot.lasting.remove(caller.id, stored.name));
  }

  async latestAnswer(
    caller: Caller,
    nameOrId: string,
    signal: AbortSignal,
  ): Promise<LatestAnswer | undefined> {
    const { bot, stored } = await this.#get(caller, nameOrId);
    try {
      return await bot.latest(stored.channelId, signal);
    } catch (error) {
      if (discordCode(error) !== UNKNOWN_CHANNEL) throw error;
      // Somebody deleted the channel on Discord: the conversation is over.
      await bot.lasting.remove(caller.id, stored.name);
      throw new GatewayError('conversation_not_found', `There is no conversation "${nameOrId}" any more.`);
    }
  }

  isOnline(caller: Caller): boolean {
    return this.#of(caller).some((bot) => bot.isOnline());
  }

  #of(caller: Caller): ChatBot[] {
    return this.#bots.filter(({ setup }) => mayUse(caller, setup.id));
  }

  async #find(caller: Caller, nameOrId: string) {
    for (const bot of this.#of(caller)) {
      const stored = await bot.lasting.find(caller.id, nameOrId);
      if (stored) return { bot, stored };
    }
    return undefined;
  }

  async #get(caller: Caller, nameOrId: string) {
    const found = await this.#find(caller, nameOrId);
    if (found) return found;
    throw new GatewayError('conversation_not_found', `There is no conversation "${nameOrId}".`);
  }
}

function infoOf({ name, channelId, botId }: StoredConversation): ConversationInfo {
  return { name, channelId, botId };
}
