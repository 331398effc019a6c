/** A long job for a drawing or filming bot, as it is stored, and how it changes: pure. */
import type { Snowflake } from './discord.ts';
import type { ErrorCode } from './errors.ts';
import type { Media } from './media.ts';

/** What a task asks for. `act` presses a button of a finished task; its action tells which. */
export type TaskVerb =
  | 'imagine'
  | 'blend'
  | 'describe'
  | 'shorten'
  | 'show'
  | 'info'
  | 'settings'
  | 'mode'
  | 'remix'
  | 'create'
  | 'animate'
  | 'act';

/** What a button of a finished task does; `other` when only its custom id is known. */
export type ActionKind =
  | 'upscale'
  | 'upscale-subtle'
  | 'upscale-creative'
  | 'upscale-2x'
  | 'upscale-4x'
  | 'vary'
  | 'vary-subtle'
  | 'vary-strong'
  | 'vary-region'
  | 'reroll'
  | 'zoom-2x'
  | 'zoom-1.5x'
  | 'zoom-custom'
  | 'pan-left'
  | 'pan-right'
  | 'pan-up'
  | 'pan-down'
  | 'make-square'
  | 'animate-high'
  | 'animate-low'
  | 'extend-high'
  | 'extend-low'
  | 'video-upscale'
  | 'imagine-text'
  | 'retry'
  | 'remix'
  | 'bookmark'
  | 'cancel'
  | 'other';

/** A button that a finished task offers. */
export interface TaskAction {
  readonly kind: ActionKind;
  /** Which picture, text or clip, counted from 1; absent where the button means the whole. */
  readonly index?: number | undefined;
  readonly customId: string;
  /** Discord's own fields of the button. */
  readonly label: string;
  readonly emoji: string;
  /** 1 primary, 2 secondary, 3 success, 4 danger. */
  readonly style: number;
  /** Component type: 2 = button, 3 = menu. */
  readonly type: number;
}

/** How a caller names a button. */
export type ActionWish =
  | { readonly customId: string }
  | { readonly kind: ActionKind; readonly index?: number | undefined };

/** Speed that a caller asks for. */
export type TaskMode = 'fast' | 'relax' | 'turbo';

/** What was asked, as it is stored: plain JSON; files are kept beside it. */
export interface TaskRequest {
  readonly verb: TaskVerb;
  /** The caller's own words; empty where the verb takes none. */
  readonly prompt: string;
  /** Links of pictures that the bot fetches itself. */
  readonly links: readonly string[];
  /** How many files are stored with the task. */
  readonly files: number;
  readonly parentId?: string | undefined;
  /** The button to press (verb `act`). */
  readonly action?: TaskAction | undefined;
  readonly mode?: TaskMode | undefined;
  /** Which of a driver's bots: `niji` for niji・journey; the main one when absent. */
  readonly variant?: string | undefined;
  readonly dimensions?: 'portrait' | 'square' | 'landscape' | undefined;
  readonly motion?: 'low' | 'high' | undefined;
  /** What a form shall hold: the new prompt and, for a region, the mask as base64 PNG. */
  readonly form?: { readonly prompt?: string | undefined; readonly mask?: string | undefined } | undefined;
  /** Id of a job of the bot (verb `show`). */
  readonly jobId?: string | undefined;
}

/** How a task is recognised on Discord; grows while it runs, strongest first. */
export interface TaskTrace {
  /** Nonce of the interaction; stored before it is sent, so that a task is never sent twice. */
  readonly nonce?: string | undefined;
  /** Nonce of the form that followed. */
  readonly formNonce?: string | undefined;
  readonly interactionId?: Snowflake | undefined;
  /** The application that does it, where a driver has several. */
  readonly applicationId?: Snowflake | undefined;
  /** The message that shows the progress. */
  readonly progressMessageId?: Snowflake | undefined;
  /** The bot's own id of the job (a UUID). */
  readonly jobId?: string | undefined;
  /** The message that carries the result and its buttons, and its flags. */
  readonly messageId?: Snowflake | undefined;
  readonly messageFlags?: number | undefined;
  /** The message that the result replies to. */
  readonly referenceMessageId?: Snowflake | undefined;
}

/**
 * Where a task stands. `form`: waits for the caller's words or mask; `queued`: in the gateway's own line; `submitted`:
 * sent to Discord, or about to be; `accepted`: the bot has begun; `waiting`: in the bot's own line; `running`: progress
 * was shown. The last four are ends.
 */
export type TaskStatus =
  | 'form'
  | 'queued'
  | 'submitted'
  | 'accepted'
  | 'waiting'
  | 'running'
  | 'succeeded'
  | 'failed'
  | 'timed-out'
  | 'cancelled';

/** Why a task failed. */
export interface TaskFailure {
  readonly code: ErrorCode;
  /** The bot's own words where it gave any. */
  readonly message: string;
}

/** Whom to tell of changes. */
export interface TaskNotify {
  readonly url: string;
  /** In whose shape the task is told. */
  readonly dialect: string;
}

/** A moment in the life of a task. */
export interface TaskMoment {
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** How it stood from then on. */
  readonly status: TaskStatus;
  readonly percent?: number | undefined;
}

/** A task. Times are milliseconds since the epoch. */
export interface Task {
  /** Decimal, like a snowflake; grows with time. */
  readonly id: string;
  readonly botId: string;
  /** Name of the bot's driver. */
  readonly driver: string;
  readonly model: string;
  /** The caller's id; only that caller and admins see the task. */
  readonly callerId: string;
  readonly accountId: string;
  readonly guildId?: Snowflake | undefined;
  readonly channelId: Snowflake;
  readonly status: TaskStatus;
  readonly request: TaskRequest;
  /** True for work that the bot does at once, beside its other jobs. */
  readonly isInstant?: boolean | undefined;
  /** True when the caller has named the account: no other one may do it. */
  readonly isPinned?: boolean | undefined;
  /** The prompt as the bot echoed it: rewritten, parameters added. */
  readonly finalPrompt?: string | undefined;
  /** The prompt as the bot titles its picture: `a small cat - Variations (Strong)`. */
  readonly title?: string | undefined;
  /** 0 to 100. */
  readonly percent: number;
  /** The newest progress picture. */
  readonly preview?: Media | undefined;
  readonly media: readonly Media[];
  /** Words that the bot answered: of describe, shorten, info and the like. */
  readonly text?: string | undefined;
  /** The lines of a describe or shorten answer, without their numbers. */
  readonly texts?: readonly string[] | undefined;
  readonly seed?: string | undefined;
  readonly actions: readonly TaskAction[];
  readonly trace: TaskTrace;
  readonly failure?: TaskFailure | undefined;
  /** What of the request was not obeyed, for the caller to read. */
  readonly warning?: string | undefined;
  /** Free text of the caller, given back as it came. */
  readonly state?: string | undefined;
  readonly notify?: TaskNotify | undefined;
  /** True from its end on, until the caller was told of it, or could not be. */
  readonly isUntold?: boolean | undefined;
  /** What has happened to it so far, oldest first; the first and the newest ones of many. */
  readonly timeline?: readonly TaskMoment[] | undefined;
  readonly submittedAt: number;
  readonly startedAt?: number | undefined;
  readonly finishedAt?: number | undefined;
  /** Grows by one with each change. */
  readonly revision: number;
}

/** What can happen to a task while its bot works. A failed task is one whose run threw. */
export type TaskEvent =
  /** About to be sent; must be stored before it is. */
  | { readonly type: 'job-submitted'; readonly nonce: string }
  /** The form is about to be sent. */
  | { readonly type: 'form-submitted'; readonly nonce: string }
  /** The bot shows that it has begun. */
  | { readonly type: 'job-accepted'; readonly messageId?: Snowflake | undefined }
  | { readonly type: 'job-traced'; readonly trace: TaskTrace }
  /** The bot has put the job into its own line. */
  | { readonly type: 'job-waiting' }
  | { readonly type: 'progress-changed'; readonly percent: number; readonly preview?: Media | undefined }
  | { readonly type: 'prompt-echoed'; readonly prompt: string; readonly title?: string | undefined }
  | { readonly type: 'text-answered'; readonly text: string; readonly texts?: readonly string[] | undefined }
  | { readonly type: 'seed-found'; readonly seed: string }
  | { readonly type: 'actions-offered'; readonly actions: readonly TaskAction[] }
  /** The last event: all there is to fetch. */
  | { readonly type: 'job-ended'; readonly media: readonly Media[]; readonly trace: TaskTrace };

const ENDS: ReadonlySet<TaskStatus> = new Set(['succeeded', 'failed', 'timed-out', 'cancelled']);

/** True when nothing changes any more. */
export function hasEnded(task: Pick<Task, 'status'>): boolean {
  return ENDS.has(task.status);
}

/** What an event makes of a task. Statuses only go forward; an ended task stays as it is. */
export function applyEvent(task: Task, event: TaskEvent, now: number): Task {
  if (hasEnded(task)) return task;
  const change = changeOf(task, event, now);
  if (change === undefined) return task;
  return noted({ ...task, ...change, revision: task.revision + 1 }, now);
}

/** Ends a task; an ended task stays as it is. */
export function endTask(
  task: Task,
  status: 'failed' | 'timed-out' | 'cancelled',
  failure: TaskFailure,
  now: number,
): Task {
  if (hasEnded(task)) return task;
  const end = { status, failure, preview: undefined, finishedAt: now, isUntold: isToBeTold(task) };
  return noted({ ...task, ...end, revision: task.revision + 1 }, now);
}

function changeOf(task: Task, event: TaskEvent, now: number): Partial<Task> | undefined {
  switch (event.type) {
    case 'job-submitted':
      return {
        status: forward(task.status, 'submitted'),
        startedAt: task.startedAt ?? now,
        trace: { ...task.trace, nonce: event.nonce },
      };
    case 'form-submitted':
      return { trace: { ...task.trace, formNonce: event.nonce } };
    case 'job-accepted':
      return {
        status: forward(task.status, 'accepted'),
        trace: { ...task.trace, progressMessageId: event.messageId ?? task.trace.progressMessageId },
      };
    case 'job-traced':
      return { trace: merged(task.trace, event.trace) };
    case 'job-waiting':
      return task.status === 'waiting' ? undefined : { status: forward(task.status, 'waiting') };
    case 'progress-changed':
      return progressed(task, event.percent, event.preview);
    case 'prompt-echoed':
      if (event.prompt === task.finalPrompt && event.title === task.title) return undefined;
      return { finalPrompt: event.prompt, title: event.title };
    case 'text-answered':
      return { text: event.text, texts: event.texts };
    case 'seed-found':
      return { seed: event.seed };
    case 'actions-offered':
      return { actions: event.actions };
    case 'job-ended':
      return {
        status: 'succeeded',
        percent: 100,
        preview: undefined,
        media: event.media,
        trace: merged(task.trace, event.trace),
        warning: unusedWords(task),
        finishedAt: now,
        isUntold: isToBeTold(task),
      };
  }
}

function isToBeTold({ notify }: Task): true | undefined {
  return notify ? true : undefined;
}

/** A button opens a form for words only while its account draws in remix mode, which is known afterwards. */
function unusedWords({ request, trace }: Task): string | undefined {
  const isUnused =
    request.verb === 'act' && request.form?.prompt !== undefined && trace.formNonce === undefined;
  if (!isUnused || request.form?.mask !== undefined) return undefined;
  return 'The prompt was not used: the button opened no form for words (remix mode is off).';
}

/** The timeline notes progress in steps of so many percent; of many moments the first and the newest ones are kept. */
const NOTED_PERCENT = 10;
const FIRST_MOMENTS = 10;
const NEWEST_MOMENTS = 30;

/** The task with a note of how it stands now, when that is worth one. */
function noted(task: Task, now: number): Task {
  const { status, percent, timeline = [] } = task;
  const last = timeline.at(-1);
  const isStep = percent - (last?.percent ?? 0) >= NOTED_PERCENT;
  if (last?.status === status && !isStep) return task;
  const moment: TaskMoment = percent > 0 ? { at: now, status, percent } : { at: now, status };
  const whole = [...timeline, moment];
  const isLong = whole.length > FIRST_MOMENTS + NEWEST_MOMENTS;
  const kept = isLong ? [...whole.slice(0, FIRST_MOMENTS), ...whole.slice(-NEWEST_MOMENTS)] : whole;
  return { ...task, timeline: kept };
}

/** Percentages of late or doubled events never lead back; only the final picture makes it a hundred. */
function progressed(task: Task, percent: number, preview: Media | undefined): Partial<Task> | undefined {
  const next = Math.max(task.percent, Math.min(99, Math.max(0, Math.round(percent))));
  const isNew = next > task.percent || task.status !== 'running' || preview?.url !== task.preview?.url;
  if (!isNew || percent < task.percent) return undefined;
  return { status: 'running', percent: next, preview: preview ?? task.preview };
}

const ORDER: readonly TaskStatus[] = ['form', 'queued', 'submitted', 'accepted', 'waiting', 'running'];

function forward(from: TaskStatus, to: TaskStatus): TaskStatus {
  return ORDER.indexOf(from) >= ORDER.indexOf(to) ? from : to;
}

/** What is not known stays as it was. */
function merged(trace: TaskTrace, more: TaskTrace): TaskTrace {
  const known = Object.entries(more).filter(([, value]) => value !== undefined);
  return { ...trace, ...Object.fromEntries(known) };
}
