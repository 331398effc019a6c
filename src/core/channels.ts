import type { Clock } from './clock.ts';
import type { ConversationHash } from './conversation.ts';
import type { Channel, DiscordPort, Snowflake } from './discord.ts';
import { GatewayError } from './errors.ts';
import { noRoom, saysFull } from './full-guild.ts';
import type { Ids } from './ids.ts';
import { WaitingLine } from './line.ts';
import type { Log } from './log.ts';

/** Where a bot's channels live and how many there may be. */
export interface ChannelLimits {
  readonly botId: string;
  readonly guildId: Snowflake;
  readonly categoryId?: Snowflake | undefined;
  /** Most channels at a time, lasting ones included. */
  readonly maxChannels: number;
  /** Empty channels kept ready ahead of need. */
  readonly spareChannels: number;
  /** A remembered conversation that rested for so long loses its channel, in milliseconds. */
  readonly channelIdleMs: number;
  /** Requests that may wait for a channel. */
  readonly queue: number;
  /** How long a request may wait for a channel, in milliseconds. */
  readonly waitMs: number;
  /** How long one answer may last, in milliseconds. */
  readonly answerMs: number;
  /** How long after an answer that ended by silence its late messages may still come, in milliseconds. */
  readonly settleMs: number;
}

/** What the keeper works with. */
export interface ChannelTools {
  readonly discord: DiscordPort;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly log: Log;
}

/** How many channels may be on their way at a time; more would only pile up behind Discord's rate limit. */
const MOST_CREATING = 8;

const SWEEP_EVERY_MS = 30_000;
const FIRST_RETRY_MS = 2_000;
const LONGEST_RETRY_MS = 120_000;

/** The channel of an answered conversation, the bot that answered there, and since when nobody has used it. */
export interface RestingChannel {
  readonly channel: Channel;
  readonly botUserId: Snowflake;
  /** Until when late messages of the answer may come, in milliseconds since the epoch. */
  readonly unsettledUntil: number;
  /** Milliseconds since the epoch. */
  readonly since: number;
}

/**
 * Keeps the channels of one bot: a few spare ones ready, each given out once, those of answered conversations
 * until they are continued, too old, or in the way of a new one. Never holds more than `maxChannels`.
 */
export class ChannelKeeper {
  readonly #limits: ChannelLimits;
  readonly #tools: ChannelTools;
  readonly #line: WaitingLine<Channel>;
  readonly #spare: Channel[] = [];
  /** In the order in which they were put to rest: the first is the longest idle. */
  readonly #resting = new Map<ConversationHash, RestingChannel>();
  #prefix = '';
  #runPrefix = '';
  #isOpen = false;
  #isClosed = false;
  #creating = 0;
  #deleting = 0;
  #inUse = 0;
  #lasting = 0;
  #becomingLasting = 0;
  #retryMs = FIRST_RETRY_MS;
  #cancelPause: (() => void) | undefined;
  /** Discord said that there is no room: nothing is made before a delete is confirmed. */
  #isFull = false;
  #cancelSweep: (() => void) | undefined;

  constructor(limits: ChannelLimits, tools: ChannelTools) {
    this.#limits = limits;
    this.#tools = tools;
    const what = `a channel of bot "${limits.botId}" (maxChannels ${limits.maxChannels}, queue ${limits.queue})`;
    this.#line = new WaitingLine({ length: limits.queue, waitMs: limits.waitMs, what }, tools.clock);
  }

  /** Channels that exist or are on their way, and those who wait for one. */
  get counts(): {
    channels: number;
    spare: number;
    resting: number;
    inUse: number;
    lasting: number;
    waiting: number;
  } {
    return {
      channels: this.#total,
      spare: this.#spare.length,
      resting: this.#resting.size,
      inUse: this.#inUse,
      lasting: this.#lasting,
      waiting: this.#line.size,
    };
  }

  /**
   * Removes the channels that an earlier run of this installation left behind, then begins to keep channels ready.
   * @param prefix begins the names of all channels made here, in this run and earlier ones, and of no other channel
   * @param lastingIds channels of lasting conversations, which stay
   */
  async open(prefix: string, lastingIds: ReadonlySet<Snowflake>): Promise<void> {
    this.#prefix = prefix;
    // Names of this run differ from those of earlier ones, so that a late look for orphans spares its own.
    this.#runPrefix = `${prefix}${this.#tools.ids.hex().slice(0, 6)}-`;
    this.#lasting = lastingIds.size;
    await this.#removeOrphans(lastingIds);
    this.#isOpen = !this.#isClosed;
    this.#scheduleSweep();
    this.#work();
  }

  /** Stops; channels stay on Discord and are removed by the next `open`. */
  close(): void {
    this.#isOpen = false;
    this.#isClosed = true;
    this.#cancelSweep?.();
    this.#cancelPause?.();
    this.#refuseAll(new GatewayError('shutting_down', 'The gateway is stopping.'));
  }

  /**
   * A channel that nobody used before. Give it back by `putBack`, `rest`, `retire` or `makeLasting`.
   * @throws GatewayError queue_full, queue_timeout, channels_full, and what `DiscordPort.createChannel` throws
   */
  async acquire(signal: AbortSignal): Promise<Channel> {
    const ready = this.#line.size === 0 ? this.#spare.shift() : undefined;
    if (ready) this.#inUse += 1;
    else this.#checkRoom();
    // Those whose channel only has to be made are not in the queue, though they wait in the same line.
    const free = this.#limits.maxChannels - this.#inUse - this.#lasting;
    const waiting = ready ?? this.#line.wait(signal, Math.max(0, free));
    this.#work();
    return waiting;
  }

  /**
   * A channel for a lasting conversation. A fifth of all channels is kept for requests without a name.
   * @throws GatewayError channels_full, and what `acquire` throws
   */
  async acquireLasting(signal: AbortSignal): Promise<Channel> {
    const most = this.#limits.maxChannels - Math.floor(this.#limits.maxChannels / 5);
    if (this.#lasting + this.#becomingLasting >= most) throw this.#allNamed(most);
    this.#becomingLasting += 1;
    try {
      return await this.acquire(signal);
    } finally {
      this.#becomingLasting -= 1;
    }
  }

  /** Gives a channel back that was not used after all. */
  putBack(channel: Channel): void {
    this.#inUse -= 1;
    this.#spare.push(channel);
    this.#work();
  }

  /** The channel of an answered conversation; undefined when it is not remembered (any more). */
  find(hash: ConversationHash): RestingChannel | undefined {
    return this.#resting.get(hash);
  }

  /** Takes a remembered channel out of its rest. Give it back like one that was acquired. */
  resume(hash: ConversationHash): RestingChannel | undefined {
    const resting = this.#resting.get(hash);
    if (!resting) return undefined;
    this.#resting.delete(hash);
    this.#inUse += 1;
    return resting;
  }

  /** Puts a channel to rest after an answer, to be found again by the conversation's hash. */
  rest(
    channel: Channel,
    hash: ConversationHash,
    about: Pick<RestingChannel, 'botUserId' | 'unsettledUntil'>,
  ): void {
    const earlier = this.#resting.get(hash);
    this.#resting.delete(hash);
    this.#inUse -= 1;
    this.#resting.set(hash, { channel, ...about, since: this.#tools.clock.now() });
    if (earlier) this.#remove(earlier.channel);
    this.#work();
  }

  /** Somebody deletes channels on Discord: the spare ones may be gone too, so new ones take their place. */
  dropSpares(): void {
    for (const channel of this.#spare.splice(0)) this.#remove(channel);
    this.#work();
  }

  /** Deletes a channel whose contents are of no use any more. */
  retire(channel: Channel): void {
    this.#inUse -= 1;
    this.#remove(channel);
    this.#work();
  }

  /** The channel belongs to a lasting conversation from now on and leaves the keeper's care. */
  makeLasting(): void {
    this.#inUse -= 1;
    this.#lasting += 1;
    // Those who wait would wait for nothing: named conversations do not end by themselves.
    if (this.#lasting >= this.#limits.maxChannels) this.#refuseAll(this.#allNamed(this.#lasting));
  }

  /** A lasting conversation ended; its channel is deleted. */
  retireLasting(channel: Channel, onDeleted?: () => void): void {
    this.#lasting -= 1;
    this.#remove(channel, onDeleted);
  }

  get #total(): number {
    const settled = this.#spare.length + this.#resting.size + this.#inUse + this.#lasting;
    return settled + this.#creating + this.#deleting;
  }

  /** A guild full of lasting conversations will not free itself: say so at once. */
  #checkRoom(): void {
    if (this.#lasting >= this.#limits.maxChannels) throw this.#allNamed(this.#lasting);
  }

  #allNamed(count: number): GatewayError {
    const { botId, maxChannels } = this.#limits;
    const share = `${count} of the ${maxChannels} channels of bot "${botId}" (maxChannels)`;
    return new GatewayError(
      'channels_full',
      `${share} belong to named conversations; there is room for no more.`,
    );
  }

  #refuseAll(error: GatewayError): void {
    while (this.#line.refuse(error));
  }

  /** Brings the stock of channels a step towards what is wanted; called after every change. */
  #work(): void {
    if (!this.#isOpen) return;
    this.#handOut();
    if (this.#isFull && this.#deleting > 0) return;
    this.#isFull = false;
    const spareWanted = this.#cancelPause ? 0 : this.#limits.spareChannels;
    let wanted = this.#line.size + spareWanted - this.#spare.length - this.#creating;
    while (wanted > 0) {
      if (this.#total < this.#limits.maxChannels) {
        if (this.#creating >= MOST_CREATING) return;
        void this.#create();
        wanted -= 1;
      } else if (this.#deleting < wanted && this.#removeOldest()) {
        wanted -= 1;
      } else return;
    }
  }

  #handOut(): void {
    while (this.#line.size > 0) {
      const channel = this.#spare.shift();
      if (channel === undefined) return;
      this.#inUse += 1;
      this.#line.serve(channel);
    }
  }

  #removeOldest(): boolean {
    const [oldest] = this.#resting;
    if (!oldest) return false;
    this.#resting.delete(oldest[0]);
    this.#remove(oldest[1].channel);
    return true;
  }

  async #create(): Promise<void> {
    const { discord, ids } = this.#tools;
    const { guildId, categoryId } = this.#limits;
    this.#creating += 1;
    try {
      const draft = { name: `${this.#runPrefix}${ids.hex().slice(0, 8)}`, parentId: categoryId };
      this.#spare.push(await discord.createChannel(guildId, draft));
      this.#retryMs = FIRST_RETRY_MS;
    } catch (error) {
      this.#onCreateFailed(error);
    } finally {
      this.#creating -= 1;
    }
    this.#work();
  }

  #onCreateFailed(error: unknown): void {
    if (this.#isClosed) return;
    const isFull = saysFull(error);
    this.#tools.log.warn({ bot: this.#limits.botId, error: String(error) }, 'could not create a channel');
    if (isFull) {
      this.#isFull = true;
      if (this.#deleting > 0 || this.#removeOldest()) return;
    }
    // Those for whom another channel is still on its way wait for that one; the others learn why they get none.
    while (this.#line.size >= this.#creating) {
      if (!this.#line.refuse(isFull ? noRoom(error) : error)) break;
    }
    this.#pause();
  }

  /** Spare channels can be made later; a request that comes meanwhile still gets a try of its own. */
  #pause(): void {
    if (this.#cancelPause) return;
    this.#cancelPause = this.#tools.clock.after(this.#retryMs, () => {
      this.#cancelPause = undefined;
      this.#work();
    });
    this.#retryMs = Math.min(this.#retryMs * 2, LONGEST_RETRY_MS);
  }

  /** Deletes on Discord; the place stays taken until Discord has confirmed. */
  #remove(channel: Channel, onDeleted: () => void = () => {}): void {
    this.#deleting += 1;
    void this.#delete(channel, FIRST_RETRY_MS, onDeleted);
  }

  async #delete(channel: Channel, retryMs: number, onDeleted: () => void): Promise<void> {
    try {
      await this.#tools.discord.deleteChannel(channel.id);
      this.#deleting -= 1;
      onDeleted();
      this.#work();
    } catch (error) {
      this.#tools.log.warn({ channel: channel.id, error: String(error) }, 'could not delete a channel');
      if (this.#isClosed) return;
      const nextMs = Math.min(retryMs * 2, LONGEST_RETRY_MS);
      this.#tools.clock.after(retryMs, () => void this.#delete(channel, nextMs, onDeleted));
    }
  }

  async #removeOrphans(lastingIds: ReadonlySet<Snowflake>, retryMs = FIRST_RETRY_MS): Promise<void> {
    try {
      const channels = await this.#tools.discord.listChannels(this.#limits.guildId);
      for (const channel of channels) if (this.#isOrphan(channel, lastingIds)) this.#remove(channel);
    } catch (error) {
      this.#tools.log.warn(
        { bot: this.#limits.botId, error: String(error) },
        'could not look for old channels',
      );
      const nextMs = Math.min(retryMs * 2, LONGEST_RETRY_MS);
      this.#tools.clock.after(retryMs, () => {
        if (!this.#isClosed) void this.#removeOrphans(lastingIds, nextMs);
      });
    }
  }

  #isOrphan({ id, name }: Channel, lastingIds: ReadonlySet<Snowflake>): boolean {
    return name.startsWith(this.#prefix) && !name.startsWith(this.#runPrefix) && !lastingIds.has(id);
  }

  #scheduleSweep(): void {
    this.#cancelSweep = this.#tools.clock.after(SWEEP_EVERY_MS, () => {
      if (!this.#isOpen) return;
      this.#removeIdle();
      this.#removeSurplus();
      this.#scheduleSweep();
    });
  }

  /** Callers that left while their channel was being made leave more spare ones behind than are wanted. */
  #removeSurplus(): void {
    for (const channel of this.#spare.splice(this.#limits.spareChannels)) this.#remove(channel);
  }

  #removeIdle(): void {
    const oldest = this.#tools.clock.now() - this.#limits.channelIdleMs;
    for (const [hash, resting] of this.#resting) {
      if (resting.since > oldest) return;
      this.#resting.delete(hash);
      this.#remove(resting.channel);
    }
  }
}
