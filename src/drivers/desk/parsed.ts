/** What a message of a bot says, after it was read. */
import type { Snowflake } from '../../core/discord.ts';
import type { ErrorCode } from '../../core/errors.ts';
import type { Media } from '../../core/media.ts';
import type { TaskAction, TaskMode } from '../../core/task.ts';
import type { NoticeReason } from '../../core/task-driver.ts';

/** What kind of work a message about a job names: `imagine` also for rerolls, blends and videos, which look the same. */
export type Work =
  | 'imagine'
  /** One picture taken out of a grid: `Image #2`. */
  | 'pick'
  | 'upscale'
  | 'vary'
  | 'zoom'
  | 'pan'
  | 'other';

/** A message about a job: waiting, in progress, or with its picture. */
export interface JobMessage {
  readonly type: 'job';
  /** `final`: with a picture (or clip) and no sign of being under way. */
  readonly stage: 'starting' | 'progress' | 'paused' | 'stopped' | 'final';
  /** The text between the asterisks; empty for some blends. */
  readonly prompt: string;
  /** True when the prompt cannot be told from the bot's own words: then `prompt` is all that the message says. */
  readonly isLoose?: boolean | undefined;
  /** The prompt with its marker, as Discordxy shows it: `a small cat - Variations (Strong)`. */
  readonly promptWithMarker: string;
  readonly work: Work;
  /** Which picture: of `Image #2`, `Upscaling image #2`. Since 5.2 it may always be 1 for variations. */
  readonly index?: number | undefined;
  /** The user whose job it is. */
  readonly userId?: Snowflake | undefined;
  readonly percent?: number | undefined;
  readonly mode?: TaskMode | undefined;
  /** True when the text says `stealth`. */
  readonly stealth?: boolean | undefined;
}

/** Numbered texts: the answer of describe or shorten. */
export interface TextsMessage {
  readonly type: 'texts';
  readonly of: 'describe' | 'shorten';
  readonly text: string;
  readonly texts: readonly string[];
}

/** Words that are the whole answer: info, settings, `Done!`, `Remix mode turned on!`. */
export interface WordsMessage {
  readonly type: 'words';
  readonly of: 'info' | 'settings' | 'mode' | 'remix' | 'rated' | 'seed' | 'other';
  readonly text: string;
  /** Of info: the lines `**Key**: value`, by key. */
  readonly fields?: Readonly<Record<string, string>> | undefined;
  /** Of seed: the number itself. */
  readonly seed?: string | undefined;
}

/** A warning, a refusal, an error, or a check that only a person can answer. */
export interface NoticeMessage {
  readonly type: 'notice';
  /** `[title] description` as Midjourney wrote it, with the code of the footer where there is one. */
  readonly text: string;
  /** `fail`: the task is over; `wait`: it stands in the bot's line; `retry`: send it again later; `none`: only words. */
  readonly consequence: 'fail' | 'wait' | 'retry' | 'none';
  /** The code that the task fails with. */
  readonly code: ErrorCode;
  /** From the time the message was written. */
  readonly retryAfterMs?: number | undefined;
  /** The time that the message names, in milliseconds since the epoch. */
  readonly retryAt?: number | undefined;
  /** What it means for the account. */
  readonly account?:
    | { readonly consequence: 'pause' | 'disable' | 'slow' | 'note'; readonly reason: NoticeReason }
    | undefined;
}

/** `thinking` (flag 128, no content yet), and everything that says nothing about a job. */
export interface SilentMessage {
  readonly type: 'pending' | 'nothing';
}

/** What a message says, and what hangs on it whatever it says. */
export interface Parsed {
  readonly says: JobMessage | TextsMessage | WordsMessage | NoticeMessage | SilentMessage;
  /** The bot's own id of the job: by its web link, cancel button, buttons, file name, in this order. */
  readonly jobId?: string | undefined;
  /** The seed, where the message tells it. */
  readonly seed?: string | undefined;
  readonly media: readonly Media[];
  readonly actions: readonly TaskAction[];
}
