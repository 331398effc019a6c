import { sleep } from '../../../core/clock.ts';
import type { WireObject } from '../../model.ts';
import type { World } from '../../world.ts';
import { Line } from '../line.ts';
import { Scribe } from '../scribe.ts';
import { cancelRow, markPressed, resultRows } from './buttons.ts';
import { attachPreview, attachResult } from './gallery.ts';
import { factsOfJob, type Job, type JobBook } from './job.ts';
import { noticeOf } from './notices.ts';
import type { MidjourneyPlaybook } from './playbook.ts';
import { needsProgress, orderedNotice, postNotice } from './post-notice.ts';
import { finalText, progressText, startText, stoppedText } from './texts.ts';

/** What a studio works with. */
export interface StudioParts {
  readonly world: World;
  readonly playbook: MidjourneyPlaybook;
  readonly jobs: JobBook;
  /** 10 = ten times faster. */
  readonly speed: number;
  readonly signal: AbortSignal;
}

/** Whether a job has come to an end, or stands still for ever. */
type Outcome = 'ended' | 'stalled';

/** Draws: leads each job from its first message to its result. */
export class Studio {
  readonly line = new Line();
  readonly #parts: StudioParts;

  constructor(parts: StudioParts) {
    this.#parts = parts;
  }

  /** Begins a job; what becomes of it shows in its messages. */
  begin(job: Job): void {
    this.#parts.jobs.add(job);
    this.#run(job).catch((error: unknown) => {
      if (!this.#parts.signal.aborted) throw error;
    });
  }

  /** Stops a running job; false when it is not running any more. */
  cancel(job: Job): boolean {
    if (job.final || job.isCancelled || !job.progress) return false;
    job.isCancelled = true;
    this.#scribe(job).change(job.progress, { content: stoppedText(job), components: [], attachments: [] });
    return true;
  }

  /** Waits in the bots' own, scaled time. */
  pause(delayMs: number): Promise<void> {
    return sleep(this.#parts.world.clock, delayMs / this.#parts.speed, this.#parts.signal);
  }

  async #run(job: Job): Promise<void> {
    const { behaviour, stage } = job;
    if (behaviour.silent) return;
    await this.pause(behaviour.startAfterMs);
    if (behaviour.interactionFailureFirst) stage.fail(2);
    else stage.succeed();
    this.#markParent(job);
    if (await this.#refuses(job)) return;
    if (!factsOfJob(job).takesSlot) {
      await this.#draw(job);
      return;
    }
    if (!(await this.#takesPlace(job))) return;
    let outcome: Outcome = 'ended';
    try {
      outcome = await this.#draw(job);
    } finally {
      if (outcome === 'ended') this.line.leave(job.userId);
    }
  }

  /** The message that carries the pressed button is edited: the button turns blue. */
  #markParent(job: Job): void {
    const customId = job.pressedId;
    if (!job.parent || customId === undefined || !job.behaviour.editParent) return;
    this.#scribe(job).change(job.parent, { components: markPressed(job.parent.components, customId) });
  }

  /** A notice at the start takes the place of the job. */
  async #refuses(job: Job): Promise<boolean> {
    const notice = orderedNotice(job.behaviour);
    if (!notice || job.behaviour.noticeAt !== 'start') return false;
    if (needsProgress(notice, job.behaviour)) {
      this.#showStart(job);
      await this.pause(job.behaviour.stepEveryMs);
    }
    const message = postNotice(this.#parts.world, this.#scribe(job), job, notice);
    if (!notice.isInformation) return true;
    if (!job.progress) job.progress = message;
    await this.pause(job.behaviour.stepEveryMs);
    return false;
  }

  /** Takes a place in the asker's line, and shows when there is none yet, or none at all. */
  async #takesPlace(job: Job): Promise<boolean> {
    const { concurrency, queue } = this.#parts.playbook.defaults;
    let begin: () => void = () => undefined;
    const turn = new Promise<void>((resolve) => {
      begin = resolve;
    });
    const admission = this.line.enter(job.userId, { concurrency, queue }, begin);
    if (admission === 'refused') {
      postNotice(this.#parts.world, this.#scribe(job), job, noticeOf('queue-full'));
      return false;
    }
    if (admission === 'waits') {
      job.progress = postNotice(this.#parts.world, this.#scribe(job), job, noticeOf('job-queued'));
    }
    await turn;
    return true;
  }

  async #draw(job: Job): Promise<Outcome> {
    const { behaviour } = job;
    if (job.kind === 'upscale' || job.kind === 'video-upscale') {
      if (behaviour.upscaleStart) {
        this.#showStart(job);
        await this.pause(behaviour.stepEveryMs / 2);
      }
    } else {
      await this.#begins(job);
      const outcome = await this.#progresses(job);
      if (outcome) return outcome;
    }
    if (behaviour.noFinal === true) return 'stalled';
    this.#finish(job);
    const late = orderedNotice(behaviour);
    if (late && behaviour.noticeAt === 'after-final') {
      await this.pause(behaviour.stepEveryMs / 2);
      postNotice(this.#parts.world, this.#scribe(job), job, late);
    }
    return 'ended';
  }

  /** `(Waiting to start)`, at once or after an empty message that "thinks". */
  async #begins(job: Job): Promise<void> {
    this.#showStart(job);
    if (job.behaviour.emptyStart && job.progress) {
      await this.pause(job.behaviour.stepEveryMs / 2);
      this.#scribe(job).change(job.progress, {
        content: startText(job),
        components: cancelRow(job),
        flags: job.progress.flags & ~128,
      });
    }
    await this.pause(job.behaviour.stepEveryMs / 2);
  }

  #showStart(job: Job): void {
    const { behaviour, stage } = job;
    const scribe = this.#scribe(job);
    const waited = job.progress !== undefined;
    const body = { content: startText(job), components: cancelRow(job) };
    if (job.progress && behaviour.queuedBy === 'update') {
      scribe.change(job.progress, { ...body, embeds: [] });
      return;
    }
    const ephemeral = behaviour.ephemeralProgress ? 64 : 0;
    job.progress = behaviour.emptyStart
      ? scribe.say(stage, { flags: ephemeral | 128, withNonce: !waited })
      : scribe.say(stage, { ...body, flags: ephemeral, withNonce: !waited });
  }

  /** Shows the percentages; gives an outcome when it does not get to the result. */
  async #progresses(job: Job): Promise<Outcome | undefined> {
    const { behaviour } = job;
    const isFilm = factsOfJob(job).shape === 'film';
    for (const [step, percent] of [0, ...behaviour.steps, ...(isFilm ? [100] : [])].entries()) {
      if (job.isCancelled) return 'ended';
      if (behaviour.stopAt !== undefined && percent >= behaviour.stopAt) {
        this.cancel(job);
        return 'ended';
      }
      if (isFilm && step === 0) this.#show(job, { content: 'Animating...' });
      this.#show(job, {
        content: progressText(job, percent),
        ...(step > 0 ? { attachments: [attachPreview(this.#parts.world, job, step)] } : {}),
      });
      if (step > 0 && this.#noticesMidway(job)) return 'ended';
      if (typeof behaviour.noFinal === 'number' && percent >= behaviour.noFinal) return 'stalled';
      await this.pause(behaviour.stepEveryMs);
    }
    return job.isCancelled ? 'ended' : undefined;
  }

  /** True when a notice in the midst of the progress ends the job. */
  #noticesMidway(job: Job): boolean {
    const notice = orderedNotice(job.behaviour);
    if (!notice || job.behaviour.noticeAt !== 'progress') return false;
    postNotice(this.#parts.world, this.#scribe(job), job, notice);
    return !notice.isInformation;
  }

  #show(job: Job, patch: Parameters<Scribe['change']>[1]): void {
    if (job.progress) this.#scribe(job).change(job.progress, patch);
  }

  #finish(job: Job): void {
    const { behaviour, stage, progress, parent } = job;
    const { world, jobs } = this.#parts;
    const scribe = this.#scribe(job);
    const components: WireObject[] = resultRows(job);
    const body = { content: finalText(job), attachments: [attachResult(world, job)], components };
    if (behaviour.finalBy === 'update' && progress) {
      job.final = progress;
      jobs.addMessage(progress, job);
      scribe.change(progress, body);
      return;
    }
    if (progress && behaviour.deleteProgress) scribe.remove(progress);
    // A film that a command asked for replies to the message of its progress (seen in June 2026).
    const ownProgress = factsOfJob(job).shape === 'film' ? progress?.id : undefined;
    const replyTo = behaviour.referenceOnFinal ? (parent?.id ?? ownProgress) : undefined;
    job.final = scribe.say(stage, {
      ...body,
      withNonce: behaviour.nonceOnFinal ?? false,
      withMetadata: behaviour.metadataOnFinal ?? false,
      ...(replyTo === undefined ? {} : { replyTo }),
    });
    jobs.addMessage(job.final, job);
  }

  #scribe(job: Job): Scribe {
    return new Scribe(this.#parts.world, job.behaviour.duplicate ?? false);
  }
}
