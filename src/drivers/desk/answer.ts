/** What a message means for the job that it belongs to: changes of its times, and what its caller is told. */
import { GatewayError } from '../../core/errors.ts';
import type { TaskTrace } from '../../core/task.ts';
import { fits } from './expectation.ts';
import { keyOf } from './keys.ts';
import { LOADING } from './learning.ts';
import type { OpenJob } from './open-job.ts';
import type { JobMessage, NoticeMessage } from './parsed.ts';
import { referenceOf, type Sighting } from './sighting.ts';

/** First pause before a job is sent again because the bot's own line was full, in milliseconds; doubles each time. */
const FIRST_RETRY_MS = 5_000;
const LONGEST_RETRY_MS = 60_000;

/** Notes what a message says about a job. True when the job has got its answer, or will never get one. */
export function hear(job: OpenJob, sighting: Sighting, now: number): boolean {
  const { says } = sighting.parsed;
  if (says.type === 'notice') return hearNotice(job, says, now);
  showLife(job, now);
  if (says.type === 'job') return hearJob(job, says, sighting, now);
  if (says.type !== 'texts' && says.type !== 'words') return false;
  return fits(job.expects, says) || job.expects.answer === 'success' ? answered(job, sighting) : false;
}

/** What the bot works on must not be sent again. */
function showLife(job: OpenJob, now: number): void {
  job.times.heardAt = now;
  job.times.failedAt = undefined;
  job.times.resend = undefined;
}

function hearJob(job: OpenJob, says: JobMessage, sighting: Sighting, now: number): boolean {
  if (says.stage === 'stopped')
    return failed(job, new GatewayError('task_stopped', 'The bot says: Stopped.'));
  if (isAnswer(job, sighting)) return finished(job, says, sighting);
  if (mayLackButtons(says, sighting)) job.times.clearedAt ??= now;
  if (says.percent === undefined) return false;
  stopWaiting(job, now);
  job.tell({ type: 'progress-changed', percent: says.percent, preview: sighting.parsed.media[0] });
  return false;
}

/** An update that shows a picture without a percentage is a result only when it offers something to do with it. */
function isAnswer(job: OpenJob, { parsed, isUpdate }: Sighting): boolean {
  if (parsed.says.type !== 'job' || parsed.says.stage !== 'final' || parsed.media.length === 0) return false;
  const { answer } = job.expects;
  if (answer !== 'picture' && answer !== 'any') return false;
  return !isUpdate || parsed.actions.some((action) => action.kind !== 'cancel');
}

/** An update may tell only what changed: whether there are buttons, the channel's history tells. */
function mayLackButtons(says: JobMessage, { message, parsed, isUpdate }: Sighting): boolean {
  const isShown = says.stage === 'final' && says.mode !== undefined && parsed.media.length > 0;
  return isUpdate && isShown && message.components === undefined;
}

function finished(job: OpenJob, says: JobMessage, sighting: Sighting): boolean {
  const { actions, media } = sighting.parsed;
  const { seed } = sighting.parsed;
  if (!says.isLoose) job.tell({ type: 'prompt-echoed', prompt: says.prompt, title: says.promptWithMarker });
  if (seed !== undefined) job.tell({ type: 'seed-found', seed });
  job.tell({ type: 'actions-offered', actions });
  job.tell({ type: 'job-ended', media, trace: endTrace(job, sighting) });
  return true;
}

function answered(job: OpenJob, sighting: Sighting): boolean {
  const { says, actions, media } = sighting.parsed;
  if (says.type === 'texts') job.tell({ type: 'text-answered', text: says.text, texts: says.texts });
  if (says.type === 'words') job.tell({ type: 'text-answered', text: says.text });
  if (actions.length > 0) job.tell({ type: 'actions-offered', actions });
  job.tell({ type: 'job-ended', media, trace: endTrace(job, sighting) });
  return true;
}

function endTrace(job: OpenJob, { message, parsed }: Sighting): TaskTrace {
  // An update may leave the flags out; a new message without any has none.
  const known = job.keys.has(keyOf('message', message.id)) ? job.messageFlags : 0;
  return {
    applicationId: job.applicationId,
    messageId: message.id,
    messageFlags: (message.flags ?? known) & ~LOADING,
    jobId: parsed.jobId,
    referenceMessageId: referenceOf(message),
  };
}

function failed(job: OpenJob, error: Error): boolean {
  job.fail(error);
  return true;
}

function hearNotice(job: OpenJob, says: NoticeMessage, now: number): boolean {
  switch (says.consequence) {
    case 'fail':
      return failed(job, new GatewayError(says.code, says.text, retryAfter(says.retryAfterMs)));
    case 'wait':
      showLife(job, now);
      job.times.waitingSince ??= now;
      job.tell({ type: 'job-waiting' });
      return false;
    case 'retry': {
      const growing = Math.min(FIRST_RETRY_MS * 2 ** Math.max(0, job.attempts - 1), LONGEST_RETRY_MS);
      const afterMs = Math.max(growing, says.retryAfterMs ?? 0);
      job.sendAgain(now + afterMs, new GatewayError('bot_busy', says.text));
      return false;
    }
    case 'none':
      job.times.heardAt = now;
      return false;
  }
}

function retryAfter(retryAfterMs: number | undefined): { retryAfterMs?: number } {
  return retryAfterMs === undefined ? {} : { retryAfterMs };
}

function stopWaiting(job: OpenJob, now: number): void {
  if (job.times.waitingSince === undefined) return;
  job.times.waitedMs += now - job.times.waitingSince;
  job.times.waitingSince = undefined;
}
