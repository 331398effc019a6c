/** All that a new bot must implement: a driver turns a job into messages on Discord, and messages into events. */
import type { Clock } from './clock.ts';
import type { DiscordPort, Snowflake } from './discord.ts';
import type { Ids } from './ids.ts';
import type { Media, MediaFile } from './media.ts';

/** What a bot can be asked to do. */
export type Verb = 'chat';

/** Who said a line of a conversation (OpenAI's roles). */
export type Role = 'system' | 'developer' | 'user' | 'assistant' | 'tool' | 'function';

/** One line of a conversation, its files already loaded. */
export interface JobMessage {
  readonly role: Role;
  /** The speaker's name, when the caller gave one. */
  readonly name?: string | undefined;
  readonly text: string;
  readonly files: readonly MediaFile[];
}

/** A piece of work for a bot. */
export interface Job {
  readonly id: string;
  readonly verb: Verb;
  /** What is to be said to the bot, oldest first; never empty. */
  readonly messages: readonly JobMessage[];
}

/** Where a job runs: a channel, who writes there, who reads there, and which bot answers. */
export interface Room<Options> {
  readonly options: Options;
  readonly channelId: Snowflake;
  /** The bot's user id. */
  readonly botUserId: Snowflake;
  /** The account that reads. */
  readonly listen: DiscordPort;
  /** The account that writes. */
  readonly send: DiscordPort;
  /** When the caller's time began to run, in milliseconds since the epoch: an answer's deadline counts from here. */
  readonly startedAt: number;
  /** True when an earlier answer in this channel was left before its end: its late messages may still arrive. */
  readonly unsettled: boolean;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly signal: AbortSignal;
}

/** A button that came with an answer. */
export interface Action {
  readonly label: string;
  readonly customId?: string | undefined;
}

/** Why an answer ended: the bot said so, the deadline cut it, or the bot fell silent. */
export type EndReason = 'stop' | 'length' | 'idle';

/** What happens while a job runs. A failed job throws `GatewayError` instead; there is no failure event. */
export type BotEvent =
  | { readonly type: 'job-submitted'; readonly nonce: string }
  | { readonly type: 'job-accepted'; readonly messageId: Snowflake }
  /** Text that was added at the end of the answer. */
  | { readonly type: 'text-delta'; readonly text: string }
  /** The bot rewrote itself: the whole answer as it stands now. */
  | { readonly type: 'text-replaced'; readonly text: string }
  | { readonly type: 'media-ready'; readonly media: Media }
  | { readonly type: 'actions-offered'; readonly actions: readonly Action[] }
  /** `media`: all pictures and files of the answer as it stands at its end. */
  | { readonly type: 'job-ended'; readonly reason: EndReason; readonly media: readonly Media[] };

/** Where to look for an answer that was given before. */
export interface ReadingRoom<Options> {
  readonly options: Options;
  readonly channelId: Snowflake;
  /** User ids of the bots that may have answered. */
  readonly botUserIds: readonly Snowflake[];
  readonly listen: DiscordPort;
  readonly signal: AbortSignal;
}

/** An answer as Discord's history holds it. */
export interface LatestAnswer {
  readonly text: string;
  readonly media: readonly Media[];
}

/** A driver for one kind of bot. Stateless: all it needs is in the room. */
export interface BotDriver<Options> {
  /** The name in `bots[].driver`. */
  readonly name: string;
  readonly verbs: readonly Verb[];
  /**
   * Runs one job to its end. Ends with `job-ended`, or throws `GatewayError`. When the room's signal aborts the
   * iteration ends by throwing the signal's reason; nothing stays behind.
   */
  run(job: Job, room: Room<Options>): AsyncIterable<BotEvent>;
  /** The answer to the newest prompt of a channel, read from its history; undefined when there is none (yet). */
  latest(room: ReadingRoom<Options>): Promise<LatestAnswer | undefined>;
}
