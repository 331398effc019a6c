import type { Snowflake } from '../../core/discord.ts';
import { GatewayError } from '../../core/errors.ts';
import type { MediaFile } from '../../core/media.ts';
import type { TaskEvent, TaskTrace } from '../../core/task.ts';
import type { LostJob, TaskDesk, TaskJob, TaskRoom } from '../../core/task-driver.ts';
import { CommandBook } from './command-book.ts';
import { History } from './history.ts';
import { Intake } from './intake.ts';
import { takeInteraction } from './interactions.ts';
import { type DeskParts, JobRun } from './job-run.ts';
import type { BotKnowledge, DeskRoom } from './knowledge.ts';
import { OpenJob } from './open-job.ts';
import { paceOf } from './pace.ts';
import { postPicture } from './sending.ts';
import { idAt } from './sighting.ts';
import { SilenceWatch } from './silence.ts';
import { Twins } from './twins.ts';

/** How many links Discord signs anew in one call. */
const MOST_LINKS = 50;
const MESSAGES_WHEN_SILENT = 50;
/** Discord's flag of a message that only its owner sees; a progress message is one unless it says otherwise. */
const EPHEMERAL = 64;

/** How far the machine's clock may go ahead of Discord's, in milliseconds. */
const CLOCK_SKEW_MS = 10_000;

/** An id before those of all messages of some jobs. */
function oldestOf(jobs: Iterable<OpenJob>): Snowflake {
  const oldestAt = Math.min(...Array.from(jobs, ({ startedAt }) => startedAt));
  return idAt(oldestAt - CLOCK_SKEW_MS);
}

/** A bot's room: reads its channel once, from the moment it is made, and gives each job its own. */
export class Desk implements TaskDesk {
  readonly #room: DeskRoom;
  readonly #closing = new AbortController();
  readonly #parts: DeskParts;
  readonly #silence: SilenceWatch;
  /** Why nothing can be read any more. */
  #failure: Error | undefined;

  constructor(place: TaskRoom<unknown>, bot: BotKnowledge) {
    const room: DeskRoom = { ...place, bot };
    this.#room = room;
    const { signal } = this.#closing;
    const intake = new Intake(room);
    this.#parts = {
      room,
      intake,
      book: new CommandBook(room, signal),
      pace: paceOf(room.port),
      twins: new Twins(),
      history: new History(room.port, room.channelId, intake, signal),
    };
    const jobs = () => intake.jobs.all();
    this.#silence = new SilenceWatch(room.clock, bot.silence, jobs, () =>
      bot.silence.untilResult
        ? this.#parts.history.readBackTo(oldestOf(jobs()), signal)
        : this.#parts.history.read(MESSAGES_WHEN_SILENT, signal),
    );
    void this.#read(room.port.watch({ channelId: room.channelId }, signal), (change) => intake.take(change));
    void this.#read(room.port.interactions(signal), (change) => takeInteraction(change, intake, room));
  }

  /** How much is kept for open jobs: all 0 when none is open and nothing waits. */
  get load(): { readonly jobs: number; readonly keys: number; readonly unclaimed: number } {
    const { jobs, unclaimed } = this.#parts.intake;
    return { jobs: jobs.size, keys: jobs.keyCount, unclaimed };
  }

  /** See `TaskDesk`. */
  async *run(task: TaskJob, signal: AbortSignal): AsyncGenerator<TaskEvent> {
    const leaving = new AbortController();
    const whole = AbortSignal.any([signal, this.#closing.signal, leaving.signal]);
    whole.throwIfAborted();
    const job = new OpenJob(task, await this.#applicationOf(task, whole), this.#room.bot);
    if (this.#failure) throw this.#failure;
    this.#parts.intake.claim(task.taken);
    for (const lost of task.lost ?? []) this.#parts.intake.giveUp(this.#lostJob(lost), lost.endedAt);
    this.#parts.intake.open(job);
    this.#silence.start();
    try {
      yield* new JobRun(task, job, this.#parts, whole).events();
    } finally {
      this.#parts.intake.leave(job);
      job.part();
      leaving.abort();
      if (this.#parts.intake.jobs.size === 0) this.#silence.stop();
    }
  }

  /** See `TaskDesk`: presses the cancel button of the progress message. */
  async cancel(trace: TaskTrace, signal: AbortSignal): Promise<void> {
    const { jobId, progressMessageId, messageFlags } = trace;
    const { port, guildId, channelId, clock, bot, ids } = this.#room;
    if (progressMessageId === undefined) return;
    const [job] = this.#parts.intake.jobs.of('message', progressMessageId);
    const customId = (jobId === undefined ? undefined : bot.cancelId?.(jobId)) ?? job?.cancelId;
    if (customId === undefined) return;
    const applicationId =
      job?.applicationId ??
      trace.applicationId ??
      (await this.#parts.book.likelyApplication(undefined, signal));
    await this.#parts.pace.turn(clock, bot.limits.spacingMs, signal);
    await port.interact(
      {
        type: 'component',
        applicationId,
        guildId,
        channelId,
        nonce: ids.nonce(),
        messageId: progressMessageId,
        messageFlags: job?.messageFlags ?? messageFlags ?? EPHEMERAL,
        customId,
      },
      signal,
    );
  }

  /** See `TaskDesk`. @throws GatewayError bot_failed when the bot tells none */
  async seed(trace: TaskTrace, signal: AbortSignal): Promise<string> {
    const { bot } = this.#room;
    if (!bot.seed) throw new GatewayError('unsupported_parameter', 'The bot tells no seeds.');
    if (trace.jobId === undefined) {
      throw new GatewayError('unsupported_parameter', 'The bot gave this task no job id to ask a seed by.');
    }
    const whole = AbortSignal.any([signal, this.#closing.signal]);
    const applicationId = trace.applicationId ?? (await this.#parts.book.likelyApplication(undefined, whole));
    return bot.seed(trace.jobId, applicationId, this.#room, whole);
  }

  /** See `TaskDesk`. */
  upload(file: MediaFile, signal: AbortSignal): Promise<string> {
    return postPicture(this.#room, file, signal);
  }

  /** See `TaskDesk`. */
  async refreshLinks(urls: readonly string[], signal: AbortSignal): Promise<ReadonlyMap<string, string>> {
    const fresh = new Map<string, string>();
    for (let start = 0; start < urls.length; start += MOST_LINKS) {
      const some = this.#room.port.refreshLinks(urls.slice(start, start + MOST_LINKS), signal);
      // What was renewed is of use, whatever becomes of the rest.
      const found = await (start === 0 ? some : some.catch(() => undefined));
      if (found === undefined) break;
      for (const [old, link] of found) fresh.set(old, link);
    }
    return fresh;
  }

  /** Stops reading; jobs that still run end with shutting_down. */
  close(): void {
    this.#closing.abort(new GatewayError('shutting_down', 'The gateway stops reading this room.'));
    this.#silence.stop();
    this.#parts.intake.clear();
  }

  #lostJob(lost: LostJob): OpenJob {
    const { bot } = this.#room;
    const variant = lost.request.variant ?? lost.parent?.request.variant;
    const known = lost.trace.applicationId ?? bot.configuredApplication(variant);
    return new OpenJob(lost, known ?? bot.publicApplication(variant) ?? '', bot);
  }

  /** Who only listens must not fail because the commands cannot be read. */
  #applicationOf({ request, parent, trace }: TaskJob, signal: AbortSignal): Promise<Snowflake> {
    const variant = request.variant ?? parent?.request.variant;
    const { book } = this.#parts;
    if (trace.nonce === undefined) return book.application(variant, signal);
    if (trace.applicationId !== undefined) return Promise.resolve(trace.applicationId);
    return book.likelyApplication(variant, signal);
  }

  async #read<Change>(changes: AsyncIterable<Change>, take: (change: Change) => void): Promise<void> {
    try {
      for await (const change of changes) this.#takeSafely(change, take);
    } catch (error) {
      if (this.#closing.signal.aborted) return;
      this.#failure = error instanceof Error ? error : new Error(String(error));
      for (const job of this.#parts.intake.jobs.all()) job.fail(this.#failure);
    }
  }

  /** One message that cannot be read must not stop the reading. */
  #takeSafely<Change>(change: Change, take: (change: Change) => void): void {
    try {
      take(change);
    } catch (error) {
      const { log, channelId } = this.#room;
      log.error({ err: error, channelId }, 'a message of the room could not be read');
    }
  }
}
