/** How long each state of a job may last: pure. Times are milliseconds since the epoch. */
import { GatewayError } from '../../core/errors.ts';
import type { BotKnowledge, DeskLimits } from './knowledge.ts';

/** The options that limit a job. */
export type LimitOptions = Omit<DeskLimits, 'spacingMs'>;

/** What has happened to a job, as far as its limits go. */
export interface JobTimes {
  /** When it was first sent. */
  startedAt: number;
  /** From when the bot's silence counts: the start, or the sending of the form. */
  askedAt: number;
  /** When the bot last showed anything of the job since it was asked. */
  heardAt: number | undefined;
  /** Since when it stands in the bot's own line. */
  waitingSince: number | undefined;
  /** How long it stood there before. */
  waitedMs: number;
  /** When Discord said that the interaction failed, and nothing was heard since. */
  failedAt: number | undefined;
  /** When the message that showed the progress was deleted, and the channel's history was not read since. */
  clearedAt: number | undefined;
  /** When to send it again, as long as nothing is seen of it; and why it was not taken. */
  resend: { readonly at: number; readonly refusal: Error } | undefined;
  /** True when something may have been missed: silence since then proves nothing. */
  mayHaveMissed: boolean;
}

/** What to do, and when: read the history after a deleted message without a picture, send again, or end the job. */
export interface Due {
  readonly at: number;
  readonly what: 'look' | 'resend' | Limit;
}

/** What ends a job: an option, or the silence after a failed interaction. */
export type Limit = 'submitMinutes' | 'timeoutMinutes' | 'botQueueMinutes' | 'interaction-failed';

const MINUTE_MS = 60_000;
/** The bot may do the job although Discord says that it failed; then it shows so soon. */
const AFTER_FAILURE_MS = 30_000;

/** What falls due first. */
export function nextDue(
  times: JobTimes,
  { limits: options, deletion }: Pick<BotKnowledge, 'limits' | 'deletion'>,
): Due {
  if (times.resend) return { what: 'resend', at: times.resend.at };
  const dues = [runningLimit(times, options), ...silenceLimits(times, options)];
  if (times.clearedAt !== undefined) dues.push({ what: 'look', at: times.clearedAt + deletion.graceMs });
  return dues.reduce((first, due) => (due.at < first.at ? due : first));
}

function runningLimit(times: JobTimes, options: LimitOptions): Due {
  if (times.waitingSince !== undefined) {
    return { what: 'botQueueMinutes', at: times.waitingSince + options.botQueueMinutes * MINUTE_MS };
  }
  const waitedMs = Math.min(times.waitedMs, options.botQueueMinutes * MINUTE_MS);
  return { what: 'timeoutMinutes', at: times.startedAt + options.timeoutMinutes * MINUTE_MS + waitedMs };
}

function silenceLimits(times: JobTimes, options: LimitOptions): Due[] {
  if (times.heardAt !== undefined) return [];
  const dues: Due[] = [];
  if (times.failedAt !== undefined) {
    dues.push({ what: 'interaction-failed', at: times.failedAt + AFTER_FAILURE_MS });
  }
  if (!times.mayHaveMissed) {
    dues.push({ what: 'submitMinutes', at: times.askedAt + options.submitMinutes * MINUTE_MS });
  }
  return dues;
}

/** True when a moment lies beyond the time that the bot has to show that it has begun. */
export function isTooLate(at: number, times: JobTimes, options: LimitOptions): boolean {
  return at > times.askedAt + options.submitMinutes * MINUTE_MS;
}

/** The error of a limit that has passed. `isLost`: an earlier run may have sent it, and nothing was seen of it since. */
export function lateError(
  what: Limit,
  { limits, makes }: Pick<BotKnowledge, 'limits' | 'makes'>,
  isLost: boolean,
): GatewayError {
  if (what === 'interaction-failed') {
    return new GatewayError(
      'bot_failed',
      'Discord says that the interaction failed, and the bot showed nothing.',
    );
  }
  const limit = `${limits[what]} min (${what})`;
  if (what === 'botQueueMinutes') {
    return new GatewayError('task_timeout', `The job stood in the line of the bot for more than ${limit}.`);
  }
  if (isLost) {
    const why = 'it may not have been sent before the gateway was restarted, and it is never sent twice.';
    return new GatewayError('task_timeout', `Nothing of the task was found within ${limit}: ${why}`);
  }
  const text =
    what === 'timeoutMinutes'
      ? `The bot gave no ${makes} within ${limit}.`
      : `The bot showed nothing of the task within ${limit}.`;
  return new GatewayError('task_timeout', text);
}
