/** Which open job a message belongs to: by ids, strongest first; by words only last; never by recency. Pure. */
import type { Message, Snowflake } from '../../core/discord.ts';
import { fits } from './expectation.ts';
import { keyOf, shownBeforeBy, textKeyOf } from './keys.ts';
import type { Matchable, OpenJobs } from './open-jobs.ts';
import {
  interactionIdsOf,
  isFinal,
  isForeign,
  isOurs,
  referenceOf,
  type Sighting,
  timeOf,
} from './sighting.ts';

/** The rungs of the ladder. */
export type StrongRung = 'nonce' | 'message' | 'interaction' | 'job' | 'parent-words';
/** What may be several jobs'. */
export type WeakRung = 'reference' | 'text';

/** A job for certain; or those that it may belong to, oldest first, as long as no stronger key settles it. */
export type Match<Job> =
  | { readonly rung: StrongRung; readonly job: Job }
  | { readonly rung: WeakRung; readonly candidates: readonly [Job, ...Job[]] };

/** How far the machine's clock may go ahead of Discord's before weak keys stop working, in milliseconds. */
const CLOCK_SKEW_MS = 10_000;

/** Finds the job of a message. */
export function matchSighting<Job extends Matchable>(
  jobs: OpenJobs<Job>,
  sighting: Sighting,
  ownUserId: Snowflake,
): Match<Job> | undefined {
  return strongMatch(jobs, sighting) ?? weakMatch(jobs, sighting, ownUserId);
}

function strongMatch<Job extends Matchable>(jobs: OpenJobs<Job>, sighting: Sighting): Match<Job> | undefined {
  const { message, parsed } = sighting;
  const isTheirs = (job: Job) => isBy(job, message);
  if (message.nonce != null) {
    const job = jobs.of('nonce', String(message.nonce)).find(isTheirs);
    if (job) return { rung: 'nonce', job };
  }
  const shown = jobs.of('message', message.id).find((job) => isAnonymous(message) || isBy(job, message));
  if (shown) return { rung: 'message', job: shown };
  if (sighting.isUpdate && jobs.of('parent', message.id).length > 0) return parentWords(jobs, sighting);
  for (const id of interactionIdsOf(message)) {
    const job = jobs.of('interaction', id).find(isTheirs);
    if (job) return { rung: 'interaction', job };
  }
  for (const id of shownBeforeBy(sighting)) {
    const job = jobs.of('message', id).find(isTheirs);
    if (job) return { rung: 'message', job };
  }
  if (parsed.jobId === undefined) return undefined;
  // All pictures taken out of one grid carry the grid's own job id: the kind of work and the index tell them apart.
  const job = jobs.of('job', parsed.jobId).find((each) => isBy(each, message) && fitsPick(each, sighting));
  return job && { rung: 'job', job };
}

/** An edited parent is never a result; only menus of settings answer by changing themselves. */
function parentWords<Job extends Matchable>(jobs: OpenJobs<Job>, sighting: Sighting): Match<Job> | undefined {
  const { says } = sighting.parsed;
  if (says.type !== 'words' || says.of !== 'settings') return undefined;
  const job = jobs.of('parent', sighting.message.id).find((each) => each.expects.answer === 'any');
  return job && { rung: 'parent-words', job };
}

function weakMatch<Job extends Matchable>(
  jobs: OpenJobs<Job>,
  sighting: Sighting,
  ownUserId: Snowflake,
): Match<Job> | undefined {
  if (sighting.isUpdate || isForeign(sighting, ownUserId)) return undefined;
  const isNotice = sighting.parsed.says.type === 'notice';
  if (!isNotice && !isFinal(sighting)) return undefined;
  const reference = referenceOf(sighting.message);
  const replied = reference === undefined ? [] : jobs.of('parent', reference);
  if (replied.length > 0) {
    const found = replied.filter((job) => isNotice || fits(job.expects, sighting.parsed.says));
    return weak('reference', ofSameWords(found, sighting), sighting);
  }
  return isNotice || !isOurs(sighting, ownUserId) ? undefined : textMatch(jobs, sighting);
}

/** Of several that go on from one message, those whose prompt it shows, when there are any. */
function ofSameWords<Job extends Matchable>(found: readonly Job[], sighting: Sighting): readonly Job[] {
  const key = textKeyOf(sighting);
  const same = key === undefined ? [] : found.filter((job) => job.keys.has(key));
  return same.length > 0 ? same : found;
}

/** By the same prompt; else, where that may count, by the longest one that the message holds. */
function textMatch<Job extends Matchable>(jobs: OpenJobs<Job>, sighting: Sighting): Match<Job> | undefined {
  const { says } = sighting.parsed;
  const key = textKeyOf(sighting);
  const same = key === undefined ? [] : jobs.withKey(key).filter((job) => fits(job.expects, says));
  return weak('text', same, sighting) ?? weak('text', heldJobs(jobs, sighting), sighting);
}

function heldJobs<Job extends Matchable>(jobs: OpenJobs<Job>, sighting: Sighting): Job[] {
  const { holds, message, parsed } = sighting;
  if (holds === undefined) return [];
  const held = [...jobs.all()].filter((job) => {
    const isHeld = job.words !== '' && holds(job.words) && fits(job.expects, parsed.says);
    return isHeld && isBy(job, message) && !disagrees(job, sighting);
  });
  const longest = Math.max(...held.map((job) => job.words.length));
  return held.filter((job) => job.words.length === longest);
}

function weak<Job extends Matchable>(
  rung: WeakRung,
  found: readonly Job[],
  sighting: Sighting,
): Match<Job> | undefined {
  const [first, ...others] = found.filter((job) => isBy(job, sighting.message) && !disagrees(job, sighting));
  return first && { rung, candidates: [first, ...others] };
}

/** The one that asked for this very picture of this very grid: whoever else did gets the same one. */
export function pickOf<Job extends Matchable>(
  match: { readonly rung: WeakRung; readonly candidates: readonly [Job, ...Job[]] },
  { parsed: { says } }: Sighting,
): Job | undefined {
  const index = says.type === 'job' && says.work === 'pick' ? says.index : undefined;
  if (match.rung !== 'reference' || index === undefined) return undefined;
  return match.candidates.find((job) => job.expects.index === index);
}

/** The one of several that a refusal concerns: one of which nothing was seen yet, else one that was cleared, else the oldest. */
export function likeliestRefused<Job extends Matchable>(match: {
  readonly candidates: readonly [Job, ...Job[]];
}): Job {
  const { candidates } = match;
  return candidates.find((job) => !job.isHeard) ?? candidates.find((job) => job.isCleared) ?? candidates[0];
}

/** By the bot's own id the kind of work is certain, but for pictures out of a grid. */
function fitsPick(job: Matchable, { parsed: { says } }: Sighting): boolean {
  return says.type !== 'job' || says.work !== 'pick' || fits(job.expects, says);
}

/** A bot's user id is its application's id (Discord docs, "Applications"); of older bots the intake notes both. */
function isBy(job: Matchable, message: Message): boolean {
  return message.author?.id === job.applicationId || message.application_id === job.applicationId;
}

/** Partial updates name no author; whose message it is, is known from its creation. */
function isAnonymous(message: Message): boolean {
  return !message.author && !message.application_id;
}

/** True when a stronger key of the job, or of the message, says that they do not belong together. */
function disagrees(job: Matchable, sighting: Sighting): boolean {
  const { message, parsed } = sighting;
  // What was there before it was sent is none of its work.
  if (job.sentSince === undefined || job.sentSince > sighting.seenAt) return true;
  // Whoever's interaction it answers, it is none of an open job.
  if (message.nonce != null) return true;
  if (message.id === job.parentMessageId || isOlder(job, message.id)) return true;
  if (parsed.says.type === 'notice') return false;
  const reference = referenceOf(message);
  const isReplyToOther = reference !== undefined && reference !== job.parentMessageId;
  if (isReplyToOther && job.expects.repliesTo !== 'anything') return true;
  const isOtherJob = parsed.jobId !== undefined && parsed.jobId !== job.parentJobId;
  if (isOtherJob && knows(job, 'job') && !job.keys.has(keyOf('job', parsed.jobId))) return true;
  const interactions = interactionIdsOf(message);
  if (interactions.length === 0 || !knows(job, 'interaction')) return false;
  return !interactions.some((id) => job.keys.has(keyOf('interaction', id)));
}

function knows(job: Matchable, kind: 'job' | 'interaction'): boolean {
  for (const key of job.keys) if (key.startsWith(`${kind}:`)) return true;
  return false;
}

/** The job's own interaction was numbered by Discord's clock; without it the machine's clock has to do. */
function isOlder(job: Matchable, messageId: Snowflake): boolean {
  for (const key of job.keys) {
    if (key.startsWith('interaction:')) return timeOf(messageId) < timeOf(key.slice('interaction:'.length));
  }
  return timeOf(messageId) < job.startedAt - CLOCK_SKEW_MS;
}
