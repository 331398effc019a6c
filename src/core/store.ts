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

/** Which tasks to list; without a caller, those of all. */
export interface StoredTaskQuery extends TaskQuery {
  readonly callerId?: string | undefined;
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
  /** Newest first, by index. */
  listTasks(query: StoredTaskQuery): Promise<Task[]>;
  /** All that have not ended, oldest first. */
  openTasks(): Promise<Task[]>;
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

/** What outlives a restart. Every write is durable when its promise resolves. */
export interface Store extends TaskStore {
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
  /** Adds to the totals of a caller at a bot. */
  addUsage(usage: UsageTotals): Promise<void>;
  /** The totals of every caller at every bot, since the store was made. */
  listUsage(): Promise<UsageTotals[]>;
  close(): Promise<void>;
}
