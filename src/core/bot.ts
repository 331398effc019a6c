import { hash } from 'node:crypto';
import { ChannelKeeper, type ChannelLimits } from './channels.ts';
import type { ChatRequest } from './chat.ts';
import type { Clock } from './clock.ts';
import type { DiscordPort, Snowflake } from './discord.ts';
import type { BotDriver, LatestAnswer } from './driver.ts';
import type { GatewayError } from './errors.ts';
import type { Ids } from './ids.ts';
import { LastingConversations } from './lasting.ts';
import type { Log } from './log.ts';
import { PassingConversations } from './passing.ts';
import type { Place } from './place.ts';
import { type Member, Pool } from './pool.ts';
import type { DailyQuota } from './quota.ts';
import type { Store } from './store.ts';

/** An account that writes prompts. */
export interface Sender extends Member {
  readonly port: DiscordPort;
  /** The account's share of today, when the operator limits it. */
  readonly quota?: DailyQuota | undefined;
}

/** The account that reads replies. */
export interface Listener {
  readonly port: DiscordPort;
  /**
   * Resolves when the account is connected; waits a little for a connection that is just being made again.
   * @throws GatewayError account_offline, account_disabled
   */
  ready(signal: AbortSignal): Promise<void>;
  /** Gives up the connection and makes a new one. @throws GatewayError account_offline, account_disabled */
  reconnect(signal: AbortSignal): Promise<void>;
  /** Why the account cannot read any more; undefined when it can, or may again by itself. */
  trouble(): GatewayError | undefined;
  /** True while the account is connected to Discord. */
  isConnected(): boolean;
}

/** How a bot that nobody talks to is kept from being taken offline. */
export interface KeepaliveOptions {
  /** How often to look, in minutes; 0 = only when asked. */
  readonly everyMinutes: number;
  /** Only a bot that has not answered for longer is pinged, in minutes. */
  readonly maxIdleMinutes: number;
  /** Name of the conversation that the ping goes to. */
  readonly channel: string;
  readonly message: string;
}

/** A chat bot of the configuration, its accounts logged in. */
export interface ChatBotSetup {
  readonly id: string;
  readonly models: readonly string[];
  readonly driver: BotDriver<unknown>;
  readonly options: unknown;
  readonly listener: Listener;
  readonly senders: readonly Sender[];
  readonly botUserIds: readonly Snowflake[];
  readonly channels: Omit<ChannelLimits, 'botId'>;
  /** Channels that the operator gave as named conversations. */
  readonly conversations?: Readonly<Record<string, Snowflake>> | undefined;
  readonly keepalive: KeepaliveOptions;
}

/** What a chat bot works with. */
export interface ChatBotTools {
  readonly store: Store;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly log: Log;
}

/** A chat bot at work: its pools of accounts and bots, and its conversations. */
export class ChatBot {
  readonly setup: ChatBotSetup;
  readonly senders: Pool<Sender>;
  readonly bots: Pool<Member>;
  readonly #keeper: ChannelKeeper;
  /** Its conversations with a name. */
  readonly lasting: LastingConversations;
  readonly #passing: PassingConversations;
  readonly #tools: ChatBotTools;
  readonly #startedAt: number;
  readonly #answeredAt = new Map<Snowflake, number>();

  constructor(setup: ChatBotSetup, tools: ChatBotTools) {
    const { clock, store, ids, log } = tools;
    const discord = setup.listener.port;
    const { queue, waitMs } = setup.channels;
    this.setup = setup;
    this.#startedAt = clock.now();
    this.#tools = tools;
    this.senders = new Pool(setup.senders, clock);
    this.bots = new Pool(
      setup.botUserIds.map((id) => ({ id })),
      clock,
    );
    this.#keeper = new ChannelKeeper({ ...setup.channels, botId: setup.id }, { discord, clock, ids, log });
    this.lasting = new LastingConversations({
      botId: setup.id,
      store,
      keeper: this.#keeper,
      discord,
      clock,
      log,
      given: setup.conversations ?? {},
      queue,
      waitMs,
      answerMs: setup.channels.answerMs,
      settleMs: setup.channels.settleMs,
    });
    this.#passing = new PassingConversations(this.#keeper, clock, setup.channels.settleMs);
  }

  /** Channel counts, for metrics. */
  get channelCounts(): ChannelKeeper['counts'] {
    return this.#keeper.counts;
  }

  /** Requests that were given to this bot and have not ended, waiting ones included. */
  busy = 0;

  /** Begins to keep channels; removes those that an earlier run left behind. */
  async open(): Promise<void> {
    const instance = await this.#tools.store.instanceId();
    const bot = hash('sha256', this.setup.id).slice(0, 8);
    const prefix = `cg-${instance}-${bot}-`;
    await this.#keeper.open(prefix, await this.lasting.channelIds());
    await this.lasting.finishDeleting();
  }

  /** Stops keeping channels; requests that wait for one fail. */
  close(): void {
    this.#keeper.close();
  }

  /** True when the request goes on with a conversation that lives at this bot. */
  async knows(request: ChatRequest): Promise<boolean> {
    if (request.conversation === undefined) return this.#passing.knows(request);
    return (await this.lasting.find(request.caller.id, request.conversation)) !== undefined;
  }

  /** Why nobody could answer now, found before anything is taken: undefined when somebody can. */
  trouble(): GatewayError | undefined {
    return this.senders.trouble() ?? this.bots.trouble();
  }

  /** Notes that a bot of the pool answered somebody just now. */
  noteAnswer(botUserId: Snowflake): void {
    this.#answeredAt.set(botUserId, this.#tools.clock.now());
  }

  /** When a bot of the pool last answered somebody, or the start, in milliseconds since the epoch. */
  lastAnswerOf(botUserId: Snowflake): number {
    return this.#answeredAt.get(botUserId) ?? this.#startedAt;
  }

  /** True when an answer can be expected: the reading account is connected, and somebody can write. */
  isOnline(): boolean {
    return this.setup.listener.isConnected() && this.trouble() === undefined;
  }

  /** What the bot said last in a channel. */
  latest(channelId: Snowflake, signal: AbortSignal): Promise<LatestAnswer | undefined> {
    const { driver, options, listener, botUserIds } = this.setup;
    return driver.latest({ options, channelId, botUserIds, listen: listener.port, signal });
  }

  /** The place in which the request is answered; waits for its turn. */
  openPlace(request: ChatRequest, signal: AbortSignal): Promise<Place> {
    const { conversation } = request;
    if (conversation !== undefined) return this.lasting.open(request, conversation, signal);
    return this.#passing.open(request, signal, (botUserId) => this.bots.canUse(botUserId));
  }
}

/** The least busy of those that can work now; of all, when none can. */
export function leastBusy(bots: readonly ChatBot[]): ChatBot | undefined {
  const able = bots.filter((bot) => bot.trouble() === undefined);
  const [first, ...others] = able.length > 0 ? able : bots;
  return first && others.reduce((best, bot) => (bot.busy < best.busy ? bot : best), first);
}

/**
 * The bot at which a conversation of a new name begins: always the same one, so that two first requests at the same
 * moment meet; another one only while that one cannot work.
 */
export function homeOf(bots: readonly ChatBot[], callerId: string, name: string): ChatBot | undefined {
  const able = bots.filter((bot) => bot.trouble() === undefined);
  const candidates = able.length > 0 ? able : bots;
  const number = Number.parseInt(hash('sha256', `${callerId}\0${name}`).slice(0, 8), 16);
  return candidates[number % candidates.length];
}
