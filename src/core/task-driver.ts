/** All that a new drawing or filming bot must implement: plan a request, and run it in a room. */
import type { Clock } from './clock.ts';
import type { Snowflake } from './discord.ts';
import type { Ids } from './ids.ts';
import type { TaskPort } from './interaction.ts';
import type { Log } from './log.ts';
import type { MediaFile } from './media.ts';
import type { ActionWish, Task, TaskAction, TaskEvent, TaskRequest, TaskTrace, TaskVerb } from './task.ts';

/** What a caller asks for, before anything was looked up. */
export interface TaskWish extends Omit<TaskRequest, 'action' | 'files' | 'links'> {
  /** The button of the parent to press (verb `act`). */
  readonly action?: ActionWish | undefined;
  /** Links of pictures. */
  readonly links: readonly string[];
  /** How many pictures the caller sent along. */
  readonly files: number;
}

/** How a wish will be done. */
export interface TaskPlan {
  /** The button, found among those that the parent offers. */
  readonly action?: TaskAction | undefined;
  /** False for work that the bot does at once, beside its other jobs. */
  readonly needsSlot: boolean;
  /** What the bot's form needs that the wish does not hold; the caller has to be asked. */
  readonly asks?: 'prompt' | 'mask' | undefined;
  /** True when the button can open a form for words, so that a caller may ask to be asked. */
  readonly takesPrompt: boolean;
  /** True when links of pictures must be fetched and sent as files; else the bot fetches them itself. */
  readonly loadsLinks: boolean;
}

/** Work for a desk. */
export interface TaskJob {
  readonly id: string;
  readonly request: TaskRequest;
  readonly files: readonly MediaFile[];
  /** The finished task whose button is pressed. */
  readonly parent?: Pick<Task, 'id' | 'trace' | 'finalPrompt' | 'request' | 'actions'> | undefined;
  /** What an earlier run of this job has left: with a nonce it was maybe sent, and must not be sent again. */
  readonly trace: TaskTrace;
  /** Messages that are results of other tasks already: of a job that was maybe sent, they must not be taken for its own. */
  readonly taken?: readonly Snowflake[] | undefined;
  /**
   * Jobs of the account that were given up although the bot may still do them: what it makes of them must not be taken
   * for another job's.
   */
  readonly lost?: readonly LostJob[] | undefined;
  /** When the job was first sent, or now, in milliseconds since the epoch: its time limits count from here. */
  readonly startedAt: number;
}

/** What of a job tells how its messages will look. */
export type SentJob = Pick<TaskJob, 'id' | 'request' | 'parent' | 'trace' | 'startedAt'>;

/** A job that was sent, and that nobody waits for any more. */
export interface LostJob extends SentJob {
  /** When it was given up, in milliseconds since the epoch. */
  readonly endedAt: number;
}

/** What a notice of the bot, or of Discord, means for the account that received it. */
export interface AccountNotice {
  /** `pause`, `disable`: no new work until the operator says so; `slow`: no fast jobs; `note`: only tell. */
  readonly consequence: 'pause' | 'disable' | 'slow' | 'note';
  readonly reason: NoticeReason;
  /** The notice's own words. */
  readonly text: string;
  /** Where a person can see it and act. */
  readonly link?: string | undefined;
}

/** Why an account does not take work. */
export type NoticeReason =
  | 'captcha'
  | 'discord_captcha'
  | 'moderation'
  | 'action_needed'
  | 'tos'
  | 'blocked'
  | 'subscription'
  | 'credits'
  | 'refused'
  | 'token_invalid'
  | 'operator';

/** Where jobs run: an account in a channel. */
export interface TaskRoom<Options> {
  readonly options: Options;
  readonly accountId: string;
  readonly guildId?: Snowflake | undefined;
  readonly channelId: Snowflake;
  readonly port: TaskPort;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly log: Log;
  /** Tells what a notice means for the account; the job that it concerns fails besides. */
  readonly report: (notice: AccountNotice) => void;
}

/** A driver at work in one room: it reads the room once and gives each job its own. */
export interface TaskDesk {
  /**
   * Runs one job. Ends with `job-ended`, or throws `GatewayError`: bot_failed, prompt_refused, bot_busy, task_stopped,
   * task_timeout, human_required, ... An event is stored before the next one is asked for. When the signal aborts, the
   * iteration ends by throwing its reason; nothing is pressed on Discord.
   */
  run(job: TaskJob, signal: AbortSignal): AsyncIterable<TaskEvent>;
  /** Asks the bot to stop a running job; resolves when that was asked for. */
  cancel(trace: TaskTrace, signal: AbortSignal): Promise<void>;
  /** The seed of a finished job. @throws GatewayError unsupported_parameter where the bot has none to give */
  seed(trace: TaskTrace, signal: AbortSignal): Promise<string>;
  /** Puts a picture where the bot can fetch it; gives its link. */
  upload(file: MediaFile, signal: AbortSignal): Promise<string>;
  /** Signs links to attachments anew, by the old link. */
  refreshLinks(urls: readonly string[], signal: AbortSignal): Promise<ReadonlyMap<string, string>>;
  /** Stops reading. */
  close(): void;
}

/** A driver for one kind of drawing or filming bot. */
export interface TaskDriver<Options> {
  /** The name in `bots[].driver`. */
  readonly name: string;
  readonly verbs: readonly TaskVerb[];
  /**
   * Decides how a wish is done, before anything is stored. Pure.
   * @throws GatewayError invalid_request, prompt_refused (a banned word), action_not_offered, parent_unfinished,
   * unsupported_parameter
   */
  plan(wish: TaskWish, parent: Task | undefined, options: Options): TaskPlan;
  /** Begins to read a room. */
  open(room: TaskRoom<Options>): TaskDesk;
}
