/** What a message that belongs to a job teaches about it. */
import type { Message } from '../../core/discord.ts';
import { type Key, keyOf, wordsKey } from './keys.ts';
import type { Match } from './match.ts';
import type { OpenJob } from './open-job.ts';
import { interactionIdsOf, isFinal, type Sighting } from './sighting.ts';

/** Discord's flag of a message that its bot still thinks about. */
export const LOADING = 128;

/**
 * The keys that a job's message gives it, and events for those worth keeping. Only what was matched by an id teaches:
 * one wrong guess must not lead to another.
 */
export function learnFrom(job: OpenJob, sighting: Sighting, rung: Match<OpenJob>['rung']): Key[] {
  const { message, parsed } = sighting;
  const isGuess = rung === 'reference' || rung === 'text' || rung === 'parent-words';
  const isResult = isFinal(sighting) && !sighting.isUpdate;
  const isRefusal = parsed.says.type === 'notice' && parsed.says.consequence !== 'wait';
  if (isGuess || isResult || isRefusal) return [];
  job.cancelId = parsed.actions.find(({ kind }) => kind === 'cancel')?.customId ?? job.cancelId;
  job.messageFlags = (message.flags ?? job.messageFlags) & ~LOADING;
  const keys = [...interactionKeys(job, message), ...messageKeys(job, sighting), ...jobKeys(job, sighting)];
  const echoed = wordsKey(sighting.words);
  return echoed ? [...keys, echoed] : keys;
}

function interactionKeys(job: OpenJob, message: Message): Key[] {
  const [id, ...others] = interactionIdsOf(message);
  if (id === undefined) return [];
  if (!job.keys.has(keyOf('interaction', id))) job.tell({ type: 'job-traced', trace: { interactionId: id } });
  return [id, ...others].map((each) => keyOf('interaction', each));
}

function messageKeys(job: OpenJob, { message, parsed }: Sighting): Key[] {
  const key = keyOf('message', message.id);
  if (job.keys.has(key)) return [];
  // "Job queued" may stand in place of the first message, and turn into the progress; or beside it.
  if (parsed.says.type === 'notice' && job.isHeard) return [key];
  job.tell({ type: 'job-accepted', messageId: message.id });
  if (job.messageFlags !== 0) job.tell({ type: 'job-traced', trace: { messageFlags: job.messageFlags } });
  return [key];
}

function jobKeys(job: OpenJob, sighting: Sighting): Key[] {
  const { jobId } = sighting.parsed;
  if (jobId === undefined || jobId === job.parentJobId || !isOwnId(job, sighting, jobId)) return [];
  const key = keyOf('job', jobId);
  if (!job.keys.has(key)) job.tell({ type: 'job-traced', trace: { jobId } });
  return [key];
}

/** The file of an upscale may be named by another id than its job; the buttons and links of its message are right. */
function isOwnId(job: OpenJob, { message }: Sighting, jobId: string): boolean {
  const isUpscale = job.expects.works?.includes('upscale') ?? false;
  return !isUpscale || JSON.stringify(message.components ?? []).includes(jobId);
}
