import { GatewayError } from '../../core/errors.ts';
import type { Interaction } from '../../core/interaction.ts';
import type { TaskEvent } from '../../core/task.ts';
import type { TaskJob } from '../../core/task-driver.ts';
import { linkOf } from './account-notices.ts';
import type { CommandBook } from './command-book.ts';
import { answerFrame, answerTo } from './forms.ts';
import type { History } from './history.ts';
import type { Intake } from './intake.ts';
import { keyOf } from './keys.ts';
import type { DeskRoom } from './knowledge.ts';
import type { OpenJob, Step } from './open-job.ts';
import type { Pace } from './pace.ts';
import { prepare, readRefusal, type Unsent } from './sending.ts';
import { isTooLate, type Limit, lateError, nextDue } from './time-limits.ts';
import type { Twins } from './twins.ts';

/** What the jobs of a desk share. */
export interface DeskParts {
  readonly room: DeskRoom;
  readonly intake: Intake;
  readonly book: CommandBook;
  readonly pace: Pace;
  readonly history: History;
  readonly twins: Twins;
}

/** How much of the channel is read before a job is given up, and when one is taken up again. */
const MESSAGES_AT_END = 50;
const MESSAGES_AT_RESUME = 100;
/** A picture that is there must not be lost because Discord cannot be reached at the very moment of the limit. */
const LAST_LOOKS = 8;
const BETWEEN_LOOKS_MS = 15_000;

/** One job, from its sending to its end. */
export class JobRun {
  readonly #task: TaskJob;
  readonly #job: OpenJob;
  readonly #parts: DeskParts;
  readonly #signal: AbortSignal;
  #wasRenewed = false;
  /** How often the channel could not be read at a limit, and when to try again. */
  #looks = 0;
  #notBefore = 0;

  constructor(task: TaskJob, job: OpenJob, parts: DeskParts, signal: AbortSignal) {
    this.#task = task;
    this.#job = job;
    this.#parts = parts;
    this.#signal = signal;
  }

  /** The events of the job. See `TaskDesk.run`. */
  async *events(): AsyncGenerator<TaskEvent> {
    if (this.#task.trace.nonce === undefined) this.#job.steps.push({ type: 'send' });
    else await this.#resume();
    while (true) {
      this.#signal.throwIfAborted();
      const step = this.#job.steps.take();
      if (step === undefined) {
        await this.#wait();
        continue;
      }
      yield* this.#perform(step);
      if (step.type === 'event' && step.event.type === 'job-ended') return;
    }
  }

  async *#perform(step: Step): AsyncGenerator<TaskEvent> {
    switch (step.type) {
      case 'event':
        yield step.event;
        return;
      case 'fail':
        throw step.error;
      case 'send':
        yield* this.#submit();
        return;
      case 'modal': {
        const { applicationId } = this.#job;
        yield* this.#submitForm(answerTo(step.modal, this.#task, applicationId, this.#parts.room));
        return;
      }
      case 'frame':
        this.#listenAnew();
        await answerFrame(step.frame, this.#task, this.#job.applicationId, this.#parts.room, this.#signal);
    }
  }

  async *#submit(): AsyncGenerator<TaskEvent> {
    const { room, intake, book, pace, twins } = this.#parts;
    const unsent = await prepare(this.#task, this.#job.applicationId, room, book, this.#signal);
    if (this.#job.attempts === 0) await twins.turn(this.#job, this.#signal);
    await pace.turn(room.clock, room.bot.limits.spacingMs, this.#signal);
    // Seen meanwhile, after all: what the bot works on is not sent again.
    if (this.#job.isHeard || !intake.jobs.has(this.#job)) return;
    // What was refused for certain leaves nothing that could be found.
    intake.jobs.forget(this.#job, ['nonce', 'message', 'interaction', 'job']);
    const nonce = this.#nextNonce();
    yield { type: 'job-submitted', nonce };
    // Whoever takes the job up again must know it, also when the commands cannot be read then.
    if (this.#job.applicationId !== this.#publicId()) {
      yield { type: 'job-traced', trace: { applicationId: this.#job.applicationId } };
    }
    this.#signal.throwIfAborted();
    if (this.#job.attempts === 0) this.#job.times.startedAt = this.#job.times.askedAt = room.clock.now();
    this.#job.sentSince ??= room.clock.now();
    this.#job.attempts += 1;
    void this.#transmit(unsent(nonce));
  }

  #publicId(): string | undefined {
    const { request, parent } = this.#task;
    return this.#parts.room.bot.publicApplication(request.variant ?? parent?.request.variant);
  }

  async *#submitForm(unsent: Unsent): AsyncGenerator<TaskEvent> {
    const { room, pace } = this.#parts;
    await pace.turn(room.clock, room.bot.limits.spacingMs, this.#signal);
    const nonce = this.#nextNonce();
    yield { type: 'form-submitted', nonce };
    this.#signal.throwIfAborted();
    this.#listenAnew();
    void this.#transmit(unsent(nonce));
  }

  /** From here on the bot's silence counts anew. */
  #listenAnew(): void {
    Object.assign(this.#job.times, {
      askedAt: this.#parts.room.clock.now(),
      heardAt: undefined,
      failedAt: undefined,
    });
  }

  /** The bot's message may come before Discord's answer does: the nonce is known before anything is sent. */
  #nextNonce(): string {
    const nonce = this.#parts.room.ids.nonce();
    this.#parts.intake.learn(this.#job, keyOf('nonce', nonce));
    return nonce;
  }

  /** Sends while the job listens already; what becomes of it is put among the steps. */
  async #transmit(interaction: Interaction): Promise<void> {
    const { room } = this.#parts;
    try {
      await room.port.interact(interaction, this.#signal);
      this.#job.sentAt = room.clock.now();
    } catch (error) {
      if (!this.#signal.aborted) await this.#refused(error, interaction);
    }
  }

  async #refused(error: unknown, interaction: Interaction): Promise<void> {
    const { room, book } = this.#parts;
    const refusal = readRefusal(error, interaction, room);
    if (refusal.type === 'unknown') {
      this.#job.sentAt = room.clock.now();
      room.log.warn({ taskId: this.#task.id, nonce: interaction.nonce }, 'not known whether Discord took it');
      return;
    }
    if (refusal.type === 'outdated' && !this.#wasRenewed) {
      this.#wasRenewed = true;
      await book.refresh(refusal.command);
      return this.#job.steps.push({ type: 'send' });
    }
    if (refusal.type === 'limited') {
      return this.#job.sendAgain(room.clock.now() + refusal.afterMs, refusal.error);
    }
    if (refusal.type === 'refused' && refusal.notice) room.report(refusal.notice);
    // What the bot shows is stronger than what Discord says.
    if (this.#job.isHeard && this.#job.keys.has(keyOf('nonce', interaction.nonce))) return;
    this.#job.fail(refusal.type === 'refused' ? refusal.error : asGatewayError(error));
  }

  /** An earlier run may have sent it: never again. What it left in the channel is looked for. */
  async #resume(): Promise<void> {
    const { room } = this.#parts;
    this.#job.sentAt = this.#task.startedAt;
    this.#job.attempts = 1;
    void this.#parts.twins.join(this.#job);
    if (!(await this.#look(MESSAGES_AT_RESUME))) this.#job.times.clearedAt = room.clock.now();
  }

  async #wait(): Promise<void> {
    const { room } = this.#parts;
    const due = nextDue(this.#job.times, room.bot);
    if (due.what === 'resend' && isTooLate(due.at, this.#job.times, room.bot.limits)) return this.#resend();
    const at = Math.max(due.at, this.#notBefore);
    if (room.clock.now() < at) return this.#job.steps.wait(room.clock, at, this.#signal);
    if (due.what === 'resend') return this.#resend();
    if (due.what !== 'look') return this.#end(due.what);
    await this.#lookAfterDeletion();
  }

  /** The message that showed the progress is gone, and nothing has come in its place. */
  async #lookAfterDeletion(): Promise<void> {
    const { room, intake } = this.#parts;
    const { clearedAt = 0 } = this.#job.times;
    const wasRead = await this.#look(MESSAGES_AT_END);
    this.#job.times.clearedAt = wasRead ? undefined : room.clock.now();
    if (!wasRead || !room.bot.deletion.isEnd || !this.#job.isCleared) return;
    intake.settle(this.#job);
    const wasHeardSince = (this.#job.times.heardAt ?? 0) >= clearedAt;
    if (wasHeardSince || !intake.jobs.has(this.#job)) return;
    const text = 'The bot deleted the message that showed its work, and gave no result.';
    this.#job.fail(new GatewayError('bot_failed', text));
  }

  #resend(): void {
    const { resend } = this.#job.times;
    this.#job.times.resend = undefined;
    if (resend === undefined) return;
    const { limits } = this.#parts.room.bot;
    if (isTooLate(resend.at, this.#job.times, limits)) this.#job.fail(resend.refusal);
    else this.#job.steps.push({ type: 'send' });
  }

  /** The time is over; but the picture may be there, unseen. */
  async #end(limit: Limit): Promise<void> {
    const { room, intake } = this.#parts;
    if (!(await this.#look(MESSAGES_AT_END)) && this.#looks < LAST_LOOKS) {
      this.#looks += 1;
      this.#notBefore = room.clock.now() + BETWEEN_LOOKS_MS;
      return;
    }
    const isShared = intake.settle(this.#job);
    if (!intake.jobs.has(this.#job)) return;
    // What was found may have moved the limit.
    if (nextDue(this.#job.times, room.bot).at > room.clock.now()) return;
    const isLost = this.#task.trace.nonce !== undefined && !this.#job.isHeard;
    this.#job.fail(isShared ? sharedError(room, limit) : lateError(limit, room.bot, isLost));
  }

  /** Reads the channel; false when that was not possible. */
  async #look(messages: number): Promise<boolean> {
    // Which messages are ours is known once the account has logged in.
    if (this.#parts.room.port.userId === '') return false;
    const { room, history } = this.#parts;
    try {
      await history.read(messages, this.#signal);
      return true;
    } catch (error) {
      this.#signal.throwIfAborted();
      const code = error instanceof GatewayError ? error.code : 'internal';
      room.log.warn({ taskId: this.#task.id, channelId: room.channelId, code }, 'history could not be read');
      return !isPassing(code);
    }
  }
}

/** Pictures came, but whose they are cannot be told: a crossed picture would be worse than none. */
function sharedError(room: DeskRoom, limit: Limit): GatewayError {
  const text = 'Several tasks with the same words were under way, and nothing tells whose picture is whose.';
  return new GatewayError('task_timeout', `${text} They are in ${linkOf(room)} (${limit}).`);
}

/** True for a failure after which another try makes sense. */
function isPassing(code: string): boolean {
  return code === 'discord_timeout' || code === 'discord_unreachable' || code === 'rate_limited';
}

function asGatewayError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
