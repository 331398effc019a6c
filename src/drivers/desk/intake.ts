import type { Message, MessageChange, Snowflake } from '../../core/discord.ts';
import { noticeOf } from './account-notices.ts';
import { hear } from './answer.ts';
import { GivenUp } from './given-up.ts';
import { type Key, wordsKey } from './keys.ts';
import type { DeskRoom } from './knowledge.ts';
import { learnFrom } from './learning.ts';
import { likeliestRefused, type Match, matchSighting, pickOf } from './match.ts';
import { OlderBots } from './older-bots.ts';
import type { OpenJob } from './open-job.ts';
import { OpenJobs } from './open-jobs.ts';
import { Recent } from './recent.ts';
import { isFinal, isForeign, isOurs, type Sighting, sightingOf } from './sighting.ts';
import { Unclaimed } from './unclaimed.ts';

/** Words alone wait so long for a stronger key to say otherwise, in milliseconds. */
const WEAK_AFTER_MS = 2_000;
/** How often waiting pictures are looked at again. */
const LOOK_EVERY_MS = 1_000;
/** Pictures, and notices, that were dealt with: doubled events must not count twice. */
const MOST_REMEMBERED = 10_000;

/** Reads a room's messages, each once, and gives each to the one open job that it belongs to. */
export class Intake {
  readonly jobs = new OpenJobs<OpenJob>();
  readonly #room: DeskRoom;
  readonly #olderBots = new OlderBots();
  /** Applications that this desk works with. */
  readonly #applications = new Set<Snowflake>();
  readonly #unclaimed = new Unclaimed();
  /** Jobs that were given up although the bot may still do them: their pictures are nobody else's. */
  readonly #givenUp = new GivenUp();
  readonly #claimed = new Recent(MOST_REMEMBERED);
  readonly #noticed = new Recent(MOST_REMEMBERED);
  readonly #reported = new Recent(MOST_REMEMBERED);
  /** True while the connection is lost. */
  #isBlind = false;
  #stopLooking: (() => void) | undefined;

  constructor(room: DeskRoom) {
    this.#room = room;
    for (const variant of room.bot.variants) {
      const id = room.bot.configuredApplication(variant) ?? room.bot.publicApplication(variant);
      if (id !== undefined) this.#applications.add(id);
    }
  }

  /** How many messages wait for their job. */
  get unclaimed(): number {
    return this.#unclaimed.size;
  }

  /** Notes messages that are results already, so that they are not taken for others'. */
  claim(messageIds: readonly Snowflake[] = []): void {
    for (const id of messageIds) this.#claimed.add(id);
  }

  /** Notes a job that was given up: what comes of it is nobody else's. */
  giveUp(job: OpenJob, since = this.#room.clock.now()): void {
    this.#givenUp.add(job, since, this.#room.clock.now());
  }

  /** Opens a job; what came before it is looked through for it. */
  open(job: OpenJob): void {
    this.jobs.add(job);
    this.#applications.add(job.applicationId);
    if (this.#isBlind) this.#mayMiss(job);
    for (const key of [...job.keys]) this.#lookAgain(key);
  }

  /** Closes a job; one that has not got its answer may still get one from the bot, which must not be another's. */
  leave(job: OpenJob): void {
    if (this.jobs.has(job) && job.attempts > 0) this.giveUp(job);
    this.jobs.remove(job);
  }

  /** Forgets all. */
  clear(): void {
    this.#stopLooking?.();
    this.#stopLooking = undefined;
    this.#unclaimed.clear();
  }

  /** Notes that a job is known by another key. */
  learn(job: OpenJob, key: Key): boolean {
    const isNew = this.jobs.learn(job, key);
    if (!isNew) return false;
    job.meet(this.#room.clock);
    this.#lookAgain(key);
    return true;
  }

  /** Takes in what happened in the channel. */
  take(change: MessageChange): void {
    switch (change.type) {
      case 'message-created':
      case 'message-updated':
        this.see(change.message, change.type === 'message-updated', false);
        return;
      case 'message-deleted':
        this.#deleted(change.messageId);
        return;
      case 'reading-paused':
      case 'reading-resumed':
        this.#isBlind = change.type === 'reading-paused';
        for (const job of this.jobs.all()) this.#mayMiss(job);
        return;
      case 'typing-started':
        return;
    }
  }

  /** Takes in a message; `isPast` when it was read from the channel's history. */
  see(message: Message, isUpdate: boolean, isPast: boolean): void {
    // A menu of settings was a result once, and answers its buttons by changing.
    const isParent = this.jobs.of('parent', message.id).length > 0;
    const mayAnswer = isUpdate && isParent;
    if (this.#claimed.has(message.id) && !mayAnswer) return;
    const complete = this.#olderBots.complete(message);
    const { bot } = this.#room;
    const seenAt = this.#room.clock.now();
    const seen = sightingOf(complete, bot, { isUpdate, isPast, seenAt }, () => this.#prompts());
    const isResult = bot.endsByEdit && isFinal(seen) && !isParent;
    this.#place(isResult ? { ...seen, isUpdate: false } : seen);
  }

  /**
   * Gives a picture that waits to a job that nobody shares it with: the last resort before a time limit. True when there
   * are pictures that may be the job's or another one's: nobody knows, so nobody gets them.
   */
  settle(job: OpenJob): boolean {
    let isShared = false;
    for (const { sighting } of this.#unclaimed.finals(this.#room.clock.now())) {
      const match = this.#matchOf(sighting);
      if (!match || !('candidates' in match) || !match.candidates.includes(job)) continue;
      isShared ||= match.candidates.length > 1 || this.#mayBeGivenUp(sighting);
      this.#give(sighting, match);
    }
    return isShared;
  }

  /** Of several that fit equally well; only where the bot works through its jobs in their order. */
  #likeliest(match: Match<OpenJob>, ageMs: number): OpenJob | undefined {
    const { settlesAfterMs } = this.#room.bot;
    if (!('candidates' in match) || settlesAfterMs === undefined || ageMs < settlesAfterMs) return undefined;
    return match.candidates.find((job) => job.isCleared) ?? match.candidates[0];
  }

  #mayBeGivenUp(sighting: Sighting): boolean {
    return this.#givenUp.mayOwn(sighting, this.#room.port.userId, this.#room.clock.now());
  }

  #prompts(): string[] {
    return Array.from(this.jobs.all(), ({ prompt }) => prompt);
  }

  #place(sighting: Sighting): void {
    const match = this.#matchOf(sighting);
    this.#reportAccount(sighting, match !== undefined);
    const job = match && certain(match, sighting);
    if (match && job) this.#deliver(job, sighting, match);
    else this.#keep(sighting);
  }

  #matchOf(sighting: Sighting): Match<OpenJob> | undefined {
    return matchSighting(this.jobs, sighting, this.#room.port.userId);
  }

  /** Tells once what a notice means for the account, also when its task has ended, or there never was one. */
  #reportAccount(sighting: Sighting, isMatched: boolean): void {
    const { says } = sighting.parsed;
    if (says.type !== 'notice') return;
    const isToUs = !sighting.isPast && isOurs(sighting, this.#room.port.userId);
    const isOwn = isMatched || (isToUs && this.#isByBot(sighting.message));
    const notice = isOwn ? noticeOf(says, this.#room) : undefined;
    if (notice && this.#reported.add(wordsOf(sighting))) this.#room.report(notice);
  }

  /** Anybody may mention the account in something that looks like a notice. */
  #isByBot({ author, application_id }: Message): boolean {
    return [author?.id, application_id].some((id) => id !== undefined && this.#applications.has(id));
  }

  #deliver(job: OpenJob, sighting: Sighting, match: Match<OpenJob>): void {
    if (isNotice(sighting) && !this.#noticed.add(wordsOf(sighting))) return;
    if (!sighting.isPast) job.toldAt = this.#room.clock.now();
    const learnt = learnFrom(job, sighting, match.rung).filter((key) => this.jobs.learn(job, key));
    if (hear(job, sighting, this.#room.clock.now())) {
      // At once, before anything else is read: the next picture is another job's.
      if (!isNotice(sighting)) this.#claimed.add(sighting.message.id);
      // A refusal that may have been another's: the picture of this one may still come.
      else if ('candidates' in match && match.candidates.length > 1) this.giveUp(job);
      this.jobs.remove(job);
    }
    job.meet(this.#room.clock);
    job.steps.stir();
    for (const key of learnt) this.#lookAgain(key);
  }

  #keep(sighting: Sighting): void {
    if (sighting.parsed.says.type === 'nothing' || isForeign(sighting, this.#room.port.userId)) return;
    this.#showLife(sighting);
    this.#unclaimed.add(sighting, this.#room.clock.now());
    if (isFinal(sighting)) this.#lookLater();
  }

  /** Progress that may be a job's whose first message was missed: too little to trace it by, but no silence either. */
  #showLife({ words }: Sighting): void {
    const key = wordsKey(words);
    if (key === undefined) return;
    for (const job of this.jobs.withKey(key)) job.times.mayHaveMissed = true;
  }

  #lookAgain(key: Key): void {
    for (const sighting of this.#unclaimed.with(key)) {
      const match = this.#matchOf(sighting);
      if (match && certain(match, sighting)) this.#give(sighting, match);
    }
  }

  #lookLater(): void {
    this.#stopLooking ??= this.#room.clock.after(LOOK_EVERY_MS, () => {
      this.#stopLooking = undefined;
      if (this.#lookThrough() > 0) this.#lookLater();
    });
  }

  /** Tries the waiting pictures again; answers how many still wait. */
  #lookThrough(): number {
    const now = this.#room.clock.now();
    const waiting = this.#unclaimed.finals(now);
    for (const each of waiting) {
      const match = this.#matchOf(each.sighting);
      const isRipe = match && (!('candidates' in match) || now - each.since >= WEAK_AFTER_MS);
      if (isRipe) this.#give(each.sighting, match, now - each.since);
    }
    return this.#unclaimed.finals(now).length;
  }

  #give(sighting: Sighting, match: Match<OpenJob>, ageMs = 0): void {
    const job = certain(match, sighting) ?? soleOf(match) ?? this.#likeliest(match, ageMs);
    const isSure = !('candidates' in match) || isNotice(sighting);
    if (job === undefined || (!isSure && this.#mayBeGivenUp(sighting))) return;
    this.#unclaimed.remove(sighting);
    // It came again meanwhile, with a key that told whose it is.
    if (!this.#claimed.has(sighting.message.id)) this.#deliver(job, sighting, match);
  }

  #deleted(messageId: Snowflake): void {
    for (const job of this.jobs.of('message', messageId)) {
      job.isCleared = true;
      job.times.clearedAt = this.#room.clock.now();
      job.steps.stir();
    }
  }

  /** Ephemeral messages are lost with the connection: what was not seen may have been there. */
  #mayMiss(job: OpenJob): void {
    if (job.times.failedAt !== undefined) job.times.failedAt = this.#room.clock.now();
    job.times.mayHaveMissed = true;
    job.steps.stir();
  }
}

/** The only one of the candidates. */
function soleOf(match: Match<OpenJob>): OpenJob | undefined {
  return 'candidates' in match && match.candidates.length === 1 ? match.candidates[0] : undefined;
}

/** The job that a message is for without any waiting; a refusal tells nothing that a guess could give away. */
function certain(match: Match<OpenJob>, sighting: Sighting): OpenJob | undefined {
  if (!('candidates' in match)) return match.job;
  return isNotice(sighting) ? likeliestRefused(match) : pickOf(match, sighting);
}

function isNotice(sighting: Sighting): boolean {
  return sighting.parsed.says.type === 'notice';
}

/** One notice is one message with one text: a message may turn into another notice. */
function wordsOf({ message, parsed: { says } }: Sighting): string {
  return `${message.id} ${'text' in says ? says.text : ''}`;
}
