/** The task half of the service's contract: what every dialect calls to draw and film. */
import type { Caller } from './caller.ts';
import type { ModelInfo } from './chat.ts';
import type { Snowflake } from './discord.ts';
import type { MediaSource } from './media.ts';
import type { ActionWish, Task, TaskMode, TaskNotify, TaskStatus, TaskVerb } from './task.ts';
import type { NoticeReason } from './task-driver.ts';

/** An order for one task. */
export interface TaskOrder {
  readonly caller: Caller;
  /** A model of some bot; or the name of a driver (`midjourney`, `pika`) for any of its bots. One of the two is given. */
  readonly model?: string | undefined;
  readonly driver?: string | undefined;
  readonly verb: TaskVerb;
  /** Empty where the verb takes none. */
  readonly prompt: string;
  readonly images: readonly MediaSource[];
  readonly parentId?: string | undefined;
  readonly action?: ActionWish | undefined;
  readonly mode?: TaskMode | undefined;
  /** `niji` for niji・journey. */
  readonly variant?: string | undefined;
  readonly dimensions?: 'portrait' | 'square' | 'landscape' | undefined;
  readonly motion?: 'low' | 'high' | undefined;
  /** Words and mask for a form that the button opens; with `true` the caller wants to be asked for them. */
  readonly form?: { readonly prompt?: string; readonly mask?: string } | 'ask' | undefined;
  readonly jobId?: string | undefined;
  /** True when the caller cannot be asked: a button whose form needs words or a mask is refused without them. */
  readonly cannotBeAsked?: boolean | undefined;
  /** Name of the account that shall do it. */
  readonly accountId?: string | undefined;
  /** Given back as it came. */
  readonly state?: string | undefined;
  readonly notify?: TaskNotify | undefined;
  readonly signal: AbortSignal;
}

/** What became of an order. */
export interface TaskReceipt {
  readonly task: Task;
  /** How many tasks stand before it in its room's line; 0 when it begins at once. */
  readonly ahead: number;
}

/** Which tasks to list. Newest first unless told otherwise. */
export interface TaskQuery {
  readonly ids?: readonly string[] | undefined;
  readonly statuses?: readonly TaskStatus[] | undefined;
  readonly botId?: string | undefined;
  readonly accountId?: string | undefined;
  /** Those of one caller. Only admins may ask for others' than their own. */
  readonly callerId?: string | undefined;
  /** Name of the driver. */
  readonly driver?: string | undefined;
  readonly verbs?: readonly TaskVerb[] | undefined;
  /** Only tasks whose prompt, asked or echoed, holds these words, without regard to case. */
  readonly words?: string | undefined;
  /** Milliseconds since the epoch: from this moment on; before that moment. */
  readonly submittedFrom?: number | undefined;
  readonly submittedBefore?: number | undefined;
  /** Only tasks older than this id: the last one of the page before. */
  readonly before?: string | undefined;
  /** Only tasks newer than this id. */
  readonly after?: string | undefined;
  readonly order?: 'newest' | 'oldest' | undefined;
  /** 1 to 1,000. */
  readonly limit: number;
}

/** An account of a bot, as callers and operators see it. Holds no secret. */
export interface StudioView {
  readonly botId: string;
  readonly driver: string;
  readonly accountId: string;
  readonly guildId?: Snowflake | undefined;
  readonly channelId: Snowflake;
  /** `offline`: not connected to Discord, being retried; `draining`: ends its work, takes none. */
  readonly condition: 'ready' | 'offline' | 'paused' | 'draining' | 'disabled';
  readonly reason?: NoticeReason | undefined;
  /** The words of the notice. */
  readonly text?: string | undefined;
  /** Where a person can act. */
  readonly link?: string | undefined;
  /** What to do now, when it needs a person. */
  readonly remedy?: string | undefined;
  /** Milliseconds since the epoch at which the condition began. */
  readonly since: number;
  /** True when its fast hours are used up. */
  readonly isSlow: boolean;
  readonly concurrency: number;
  readonly queueLimit: number;
  readonly running: number;
  readonly queued: number;
  /** Tasks sent today, and the operator's limit. */
  readonly sentToday?: number | undefined;
  readonly dailyLimit?: number | undefined;
}

/** Something changed. */
export type TaskChange =
  | { readonly type: 'task-changed'; readonly task: Task }
  | { readonly type: 'account-changed'; readonly account: StudioView };

/** What one who watches is told: changes, and how many of them were given up because they were read too slowly. */
export type WatchedChange = TaskChange | { readonly type: 'changes-missed'; readonly count: number };

/** What an operator can tell an account to do. */
export type AccountOrder = 'pause' | 'resume' | 'drain';

/** A model of a drawing or filming bot. */
export interface TaskModel extends ModelInfo {
  /** What all bots behind it can do. */
  readonly verbs: readonly TaskVerb[];
}

/** What dialects call to draw and film. */
export interface TaskService {
  /** The models of drawing and filming bots that the caller may use. */
  taskModels(caller: Caller): TaskModel[];
  /**
   * Takes a task. It is stored when this resolves.
   * @throws GatewayError invalid_request, prompt_refused, model_not_found, bot_not_allowed, queue_full, task_not_found
   * (the parent), parent_unfinished, parent_gone, action_not_offered, no_account, media_invalid, media_unreachable,
   * media_forbidden, shutting_down
   */
  submitTask(order: TaskOrder): Promise<TaskReceipt>;
  /**
   * Gives a task in status `form` what it waits for, and queues it.
   * @throws GatewayError task_not_found, invalid_request, queue_full
   */
  fillForm(
    caller: Caller,
    id: string,
    form: { readonly prompt?: string; readonly mask?: string },
  ): Promise<TaskReceipt>;
  /** A task as it stands, its links valid for a while; undefined when the caller has none of this id. */
  findTask(caller: Caller, id: string, signal: AbortSignal): Promise<Task | undefined>;
  /** Tasks of the caller, of all callers for admins; their links are valid for a while. */
  listTasks(caller: Caller, query: TaskQuery, signal: AbortSignal): Promise<Task[]>;
  /** Ends a task; an ended one stays as it is. @throws GatewayError task_not_found */
  cancelTask(caller: Caller, id: string, signal: AbortSignal): Promise<Task>;
  /**
   * Forgets an ended task and what is kept beside it; its message on Discord stays.
   * @throws GatewayError task_not_found, parent_unfinished (it has not ended)
   */
  deleteTask(caller: Caller, id: string): Promise<void>;
  /** The seed of a finished picture. @throws GatewayError task_not_found, parent_unfinished, bot_failed */
  taskSeed(caller: Caller, id: string, signal: AbortSignal): Promise<string>;
  /** Puts pictures onto Discord's CDN through an account of a bot; gives their links. */
  uploadPictures(
    caller: Caller,
    driver: string,
    images: readonly MediaSource[],
    signal: AbortSignal,
  ): Promise<string[]>;
  /**
   * A task's changes, beginning with how it stands, ending after its end. With no id: of all tasks and accounts that
   * the caller may see, from the call on, until the signal aborts.
   * @throws GatewayError task_not_found
   */
  watchTask(caller: Caller, id: string, signal: AbortSignal): AsyncIterable<Task>;
  watchAll(caller: Caller, signal: AbortSignal): AsyncIterable<WatchedChange>;
  /** The accounts of the caller's drawing and filming bots. */
  studios(caller: Caller): StudioView[];
  /** Orders of the operator; for one bot or all bots of the account. @throws GatewayError account_not_found */
  orderAccount(accountId: string, order: AccountOrder, botId?: string): Promise<StudioView[]>;
}
