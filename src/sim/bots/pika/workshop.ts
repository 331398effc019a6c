import { sleep } from '../../../core/clock.ts';
import type { SimReply } from '../../applications.ts';
import type { SimAttachment } from '../../model.ts';
import type { World } from '../../world.ts';
import { Line } from '../line.ts';
import { Scribe } from '../scribe.ts';
import type { ButtonBook } from './buttons.ts';
import { makeFilm } from './film.ts';
import type { Job } from './job.ts';
import type { PikaPlaybook } from './playbook.ts';
import { type BadEnding, badNews, fileName, finalText, ratioOf, waitingText } from './texts.ts';

const EPHEMERAL = 64;
const THINKING = 128;

/** What a workshop works with. */
export interface WorkshopParts {
  readonly world: World;
  readonly playbook: PikaPlaybook;
  readonly buttons: ButtonBook;
  /** 10 = ten times faster. */
  readonly speed: number;
  readonly signal: AbortSignal;
}

/** Makes videos: leads each job from its waiting message to its end. */
export class Workshop {
  readonly #line = new Line();
  readonly #parts: WorkshopParts;

  constructor(parts: WorkshopParts) {
    this.#parts = parts;
  }

  /** Begins a job; what becomes of it shows in its messages. */
  begin(job: Job): void {
    this.#run(job).catch((error: unknown) => {
      if (!this.#parts.signal.aborted) throw error;
    });
  }

  /** Stops a job that is not done. */
  cancel(job: Job): void {
    if (job.final || job.isCancelled) return;
    job.isCancelled = true;
    this.#tellBadNews(job, 'cancelled');
  }

  /** Takes a video away. */
  remove(job: Job): void {
    if (job.final) this.#scribe(job).remove(job.final);
  }

  async #run(job: Job): Promise<void> {
    const { behaviour, stage } = job;
    if (behaviour.silent) return;
    await this.#pause(behaviour.startAfterMs);
    if (behaviour.interactionFailureFirst) stage.fail(2);
    else stage.succeed();
    if (behaviour.endingAt === 'start' && behaviour.ending !== 'video') {
      this.#end(job);
      return;
    }
    const { concurrency, whenFull } = this.#parts.playbook.defaults;
    const queue = whenFull === 'waits' ? Number.POSITIVE_INFINITY : 0;
    const turn = Promise.withResolvers<void>();
    if (this.#line.enter(job.userId, { concurrency, queue }, turn.resolve) === 'refused') {
      this.#tellBadNews({ ...job, behaviour: { ...behaviour, endingBy: 'ephemeral' } }, 'too-many');
      return;
    }
    await this.#showWaiting(job);
    await turn.promise;
    try {
      if (!job.isCancelled) await this.#generate(job);
    } finally {
      this.#line.leave(job.userId);
    }
    if (!job.isCancelled) this.#end(job);
  }

  async #showWaiting(job: Job): Promise<void> {
    const { behaviour, stage } = job;
    if (!behaviour.waiting) return;
    const body = { content: waitingText(job), components: this.#parts.buttons.waitingRows(job) };
    const origin = { withNonce: behaviour.nonceOnWaiting, withMetadata: behaviour.metadataOnWaiting };
    const scribe = this.#scribe(job);
    job.waiting = scribe.say(stage, {
      ...(behaviour.emptyStart ? { flags: THINKING } : body),
      ...origin,
      ...(job.pressedId === undefined || !behaviour.referenceOnFinal ? {} : { replyTo: job.pressedId }),
    });
    if (!behaviour.emptyStart) return;
    await this.#pause(behaviour.startAfterMs);
    scribe.change(job.waiting, { ...body, flags: 0 });
  }

  /** Takes its time, and shows percentages on the way when it is told to. */
  async #generate(job: Job): Promise<void> {
    const { steps, takesMs } = job.behaviour;
    const share = takesMs / (steps.length + 1);
    for (const percent of steps) {
      await this.#pause(share);
      if (job.isCancelled) return;
      if (job.waiting) this.#scribe(job).change(job.waiting, { content: waitingText(job, percent) });
    }
    await this.#pause(share);
  }

  #end(job: Job): void {
    const { ending } = job.behaviour;
    if (ending === 'video') this.#finish(job);
    else if (ending === 'deleted') {
      if (job.waiting) this.#scribe(job).remove(job.waiting);
    } else if (ending !== 'none') this.#tellBadNews(job, ending);
  }

  #finish(job: Job): void {
    const { behaviour, waiting } = job;
    const { buttons } = this.#parts;
    const body = {
      content: finalText(job),
      attachments: [this.#attachFilm(job)],
      components: buttons.finalRows(job),
    };
    if (behaviour.finalBy === 'update' && waiting) {
      job.final = waiting;
      this.#scribe(job).change(waiting, body);
    } else job.final = this.#sayLast(job, body);
  }

  #tellBadNews(job: Job, ending: BadEnding): void {
    const { behaviour, stage, waiting } = job;
    const body = badNews(job, ending);
    if (behaviour.endingBy === 'ephemeral') {
      if (waiting) this.#scribe(job).remove(waiting);
      this.#scribe(job).say(stage, { ...body, flags: EPHEMERAL, withNonce: true });
    } else if (behaviour.endingBy === 'update' && waiting) {
      this.#scribe(job).change(waiting, { ...body, components: [] });
    } else this.#sayLast(job, body);
  }

  /** A new message; as the first one it carries what the waiting one would have carried. */
  #sayLast(job: Job, body: SimReply) {
    const { behaviour, stage, waiting, pressedId } = job;
    const scribe = this.#scribe(job);
    if (waiting && behaviour.deleteWaiting) scribe.remove(waiting);
    const target = behaviour.referenceOnFinal ? (pressedId ?? waiting?.id) : undefined;
    return scribe.say(stage, {
      ...body,
      withNonce: waiting ? behaviour.nonceOnFinal : behaviour.nonceOnWaiting || behaviour.nonceOnFinal,
      withMetadata: behaviour.metadataOnFinal,
      ...(target === undefined ? {} : { replyTo: target }),
    });
  }

  #attachFilm(job: Job): SimAttachment {
    const { world } = this.#parts;
    const { prompt, picture } = job.wish;
    const film = makeFilm({
      prompt,
      marks: job.marks,
      picture: picture && world.files.read(picture)?.bytes,
      ratio: ratioOf(prompt),
    });
    const file = { filename: fileName(job), bytes: film.bytes, contentType: 'video/mp4' };
    const { width, height } = film;
    return { ...world.files.attach(job.channelId, world.newId(), file), width, height };
  }

  #scribe(job: Job): Scribe {
    return new Scribe(this.#parts.world, job.behaviour.duplicate);
  }

  /** Waits in the bot's own, scaled time. */
  #pause(delayMs: number): Promise<void> {
    return sleep(this.#parts.world.clock, delayMs / this.#parts.speed, this.#parts.signal);
  }
}
