import type { Snowflake } from './discord.ts';
import type { MediaFile } from './media.ts';
import type { Task } from './task.ts';
import type { NoticeReason } from './task-driver.ts';
import type { TaskQuery } from './tasks.ts';

/** A lasting conversation: a name of one caller at one bot, and the channel it lives in. */
export interface StoredConversation {
  readonly botId: string;
  /** The caller's id: two callers may use the same name without meeting. */
  readonly callerId: string;
  readonly name: string;
  readonly channelId: Snowflake;
  /** User id of the bot that answers there, so that the conversation stays with it. */
  readonly botUserId: Snowflake;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
}

/** The key of a lasting conversation. */
export type ConversationKey = Pick<StoredConversation, 'botId' | 'callerId' | 'name'>;

/** What a caller has used of a bot. */
export interface UsageTotals {
  readonly callerId: string;
  readonly botId: string;
  readonly chats: number;
  readonly promptTokens: number;
  readonly completionTokens: number;
  /** Tasks that succeeded with pictures, with videos. */
  readonly pictures: number;
  readonly videos: number;
}

/** What a caller has used of a bot on one day (`YYYY-MM-DD`, UTC). */
export interface DailyUsage extends UsageTotals {
  readonly day: string;
}

/** A key that was made at run time. The key itself is shown once and never kept. */
export interface StoredKey {
  /** Stable and unique; conversations, tasks and usage belong to it. */
  readonly name: string;
  /** SHA-256 of the key, lower-case hexadecimal. */
  readonly digest: string;
  /** Ids of the bots it reaches; `*` stands for all. */
  readonly bots: readonly string[];
  readonly admin: boolean;
  /** Requests a minute; the server's own limit when absent. */
  readonly requestsPerMinute?: number | undefined;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
}

/** What keeps an account of a bot from working, until the operator says otherwise. */
export interface StoredAccountState {
  readonly botId: string;
  readonly accountId: string;
  readonly condition: 'paused' | 'draining' | 'disabled';
  readonly reason: NoticeReason;
  readonly text: string;
  readonly link?: string | undefined;
  /** Milliseconds since the epoch. */
  readonly since: number;
}

/** What keeps tasks. */
export interface TaskStore {
  /** Writes a new task with its files, at once or not at all. */
  addTask(task: Task, files: readonly MediaFile[]): Promise<void>;
  /**
   * Writes a task over its older form. False, and nothing written, when there is none or its revision is not older.
   * Files are forgotten when the task has ended.
   */
  saveTask(task: Task): Promise<boolean>;
  findTask(id: string): Promise<Task | undefined>;
  /** By index, one page; `words` alone may look at more than it gives. */
  listTasks(query: TaskQuery): Promise<Task[]>;
  /** All that have not ended, oldest first. */
  openTasks(): Promise<Task[]>;
  /** Ended tasks whose caller was not told of the end yet (`isUntold`), oldest first, by index. */
  untoldTasks(limit: number): Promise<Task[]>;
  /** The files of a task in their order; empty when it has none (any more). */
  taskFiles(id: string): Promise<MediaFile[]>;
  /** Forgets a task with its files; true when there was one. */
  deleteTask(id: string): Promise<boolean>;
  /** Forgets ended tasks that were submitted before; at most `limit` at a time. Gives how many. */
  forgetTasks(submittedBefore: number, limit: number): Promise<number>;
  saveAccountState(state: StoredAccountState): Promise<void>;
  deleteAccountState(botId: string, accountId: string): Promise<void>;
  listAccountStates(): Promise<StoredAccountState[]>;
}

/**
 * What outlives a restart. Every write is durable when its promise resolves. A store that cannot be reached makes every
 * method throw GatewayError store_unavailable, and works again by itself once it can.
 */
export interface Store extends TaskStore {
  /**
   * Connects, brings the tables up to date and makes sure that no other process works with this store. To be called once,
   * before anything else; may be called again after it failed.
   * @throws GatewayError store_unavailable (not reached yet: try again), Error (it can never be used)
   */
  open(signal?: AbortSignal): Promise<void>;
  /** Resolves when the store answers. @throws GatewayError store_unavailable */
  ping(): Promise<void>;
  /** A random name of this installation, made at the first call and kept: 8 lower-case hexadecimal characters. */
  instanceId(): Promise<string>;
  findConversation(key: ConversationKey): Promise<StoredConversation | undefined>;
  listConversations(botId: string): Promise<StoredConversation[]>;
  /** Writes a conversation, replacing the one of the same key. */
  saveConversation(conversation: StoredConversation): Promise<void>;
  /**
   * Gives a conversation another name, at once or not at all: `exists` when the caller has one of the new name at this
   * bot already, `missing` when there is none of the old.
   */
  renameConversation(key: ConversationKey, newName: string): Promise<'renamed' | 'exists' | 'missing'>;
  /** Notes which bot answers in the conversation of a channel; its name may have changed meanwhile. */
  noteBot(
    key: Pick<ConversationKey, 'botId' | 'callerId'>,
    channelId: Snowflake,
    botUserId: Snowflake,
  ): Promise<void>;
  /** True when there was one. */
  deleteConversation(key: ConversationKey): Promise<boolean>;
  /** Adds one to a counter of a day (`YYYY-MM-DD`) and gives the new value; old days are forgotten. */
  increment(counter: string, day: string): Promise<number>;
  /** The value of a counter of a day, 0 when it was never incremented. */
  count(counter: string, day: string): Promise<number>;
  /** Adds to the totals of a caller at a bot, and to those of the day; days before the last 400 are forgotten. */
  addUsage(usage: DailyUsage): Promise<void>;
  /** The totals of each day from one on, oldest first. */
  listDailyUsage(since: string): Promise<DailyUsage[]>;
  /** Writes a key, replacing the one of the same name. */
  saveKey(key: StoredKey): Promise<void>;
  /** True when there was one. */
  deleteKey(name: string): Promise<boolean>;
  /** All keys that were made at run time, by name. */
  listKeys(): Promise<StoredKey[]>;
  /** The totals of every caller at every bot, since the store was made. */
  listUsage(): Promise<UsageTotals[]>;
  /**
   * Writes a whole, sound copy into a new file while the store is in use; absent where the store's own server does that.
   * @throws GatewayError store_unavailable (no room, no right to write)
   */
  readonly backup?: ((path: string) => Promise<void>) | undefined;
  close(): Promise<void>;
}
