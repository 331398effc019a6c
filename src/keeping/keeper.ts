import { type CancelTimer, type Clock, sleep } from '../core/clock.ts';
import type { Log } from '../core/log.ts';
import type { KeepOutcome } from '../core/observe.ts';
import type { TaskStore } from '../core/store.ts';
import type { Task } from '../core/task.ts';
import type { TaskChange } from '../core/tasks.ts';
import { type Tried, tryToCopy, wantsCopies } from './copying.ts';
import { findUnkept } from './left-over.ts';
import type { Shelf } from './shelf.ts';
import type { OpenSource } from './source.ts';

/** What the keeper works with. */
export interface KeeperTools {
  readonly shelf: Shelf;
  readonly open: OpenSource;
  readonly store: Pick<TaskStore, 'listTasks'>;
  /** A task as it stands, its links renewed where they end soon. */
  readonly findTask: (id: string, signal: AbortSignal) => Promise<Task | undefined>;
  /** Stores the names of copies; false when there is no such task any more. */
  readonly noteCopies: (id: string, names: ReadonlyMap<number, string>) => Promise<boolean>;
  /** Days after which tasks are forgotten, and their copies with them. */
  readonly retentionDays: number;
  readonly clock: Clock;
  readonly log: Log;
  /** Hears of each file that is given up. */
  readonly onOutcome?: ((outcome: KeepOutcome, bytes: number) => void) | undefined;
}

/** Copies under way at a time. */
const MOST_RUNNING = 3;
/** Tasks that may wait for their turn; those beyond it keep Discord's links, unless a restart finds them in time. */
const MOST_JOBS = 10_000;
const MOST_TRIES = 10;
const DAY_MS = 86_400_000;
/** Time for one try, in milliseconds. */
const TRY_MS = 15 * 60_000;
/** Pauses of one task whose files cannot be fetched, and of all while the place takes nothing, in milliseconds. */
const FIRST_PAUSE_MS = 5_000;
const LONGEST_PAUSE_MS = 3_600_000;
const LONGEST_TROUBLE_MS = 300_000;
/** How long a server that does not answer may hold up the end, in milliseconds. */
const GRACE_MS = 2_000;
/** How often copies of forgotten tasks are deleted, in milliseconds. */
const SWEEP_MS = 3_600_000;

interface Job {
  readonly id: string;
  tries: number;
  /** Resolves when the first try is over, however it went. */
  readonly tried: PromiseWithResolvers<void>;
  cancelRetry: CancelTimer;
}

/** Copies what finished tasks have made, one after the other, behind everybody's back: no task ever waits for it. */
export class Keeper {
  readonly #tools: KeeperTools;
  readonly #jobs = new Map<string, Job>();
  readonly #waiting = new Set<Job>();
  /** All that close() has to wait for. */
  readonly #works = new Set<Promise<void>>();
  #running = 0;
  readonly #stop = new AbortController();
  #isOpen = false;
  /** How long the place has been taking nothing: the pause that is under way, 0 when all is well. */
  #troubleMs = 0;
  #isPausing = false;
  #cancelPause: CancelTimer = () => {};
  #cancelSweep: CancelTimer = () => {};
  #cancelLookBack: CancelTimer = () => {};

  constructor(tools: KeeperTools) {
    this.#tools = tools;
  }

  /** Begins in the background: learns what is kept, then what is not yet. */
  start(): void {
    this.#track(this.#open());
  }

  /** To be called with every change; never waits, never throws. */
  changed(change: TaskChange): void {
    if (change.type === 'task-changed') this.#take(change.task);
  }

  /** Deletes the copies of a task that was forgotten. */
  forget(task: Task): void {
    for (const { kept } of task.media) if (kept !== undefined) this.#delete(kept);
  }

  /**
   * The task with its copies, once the first try to make them is over; as it is when that takes longer, or when there is
   * nothing to wait for.
   */
  async settled(task: Task, patienceMs: number, signal: AbortSignal): Promise<Task> {
    const job = this.#jobs.get(task.id);
    if (job === undefined || this.#isPausing || !this.#isOpen) return task;
    const enough = new AbortController();
    const patience = sleep(this.#tools.clock, patienceMs, AbortSignal.any([signal, enough.signal]));
    await Promise.race([job.tried.promise, patience]).catch(() => {});
    enough.abort();
    patience.catch(() => {});
    signal.throwIfAborted();
    return (await this.#tools.findTask(task.id, signal)) ?? task;
  }

  /** Stops at once; what is not finished is taken up by the next run. */
  async close(): Promise<void> {
    this.#stop.abort(new DOMException('The gateway stops.', 'AbortError'));
    this.#cancelPause();
    this.#cancelSweep();
    this.#cancelLookBack();
    for (const job of this.#jobs.values()) {
      job.cancelRetry();
      job.tried.resolve();
    }
    const patience = new AbortController();
    const late = sleep(this.#tools.clock, GRACE_MS, patience.signal).catch(() => {});
    await Promise.race([Promise.allSettled(this.#works), late]);
    patience.abort();
    this.#tools.shelf.close();
  }

  #take(task: Task): void {
    const { clock, log } = this.#tools;
    if (!wantsCopies(task) || this.#jobs.has(task.id) || this.#stop.signal.aborted) return;
    if (clock.now() - (task.finishedAt ?? task.submittedAt) > DAY_MS) return;
    if (this.#jobs.size >= MOST_JOBS) {
      log.warn({ task: task.id }, 'too many pictures wait to be copied: this one is not kept');
      return;
    }
    const job = { id: task.id, tries: 0, tried: Promise.withResolvers<void>(), cancelRetry: () => {} };
    this.#jobs.set(task.id, job);
    this.#waiting.add(job);
    this.#fill();
  }

  async #open(): Promise<void> {
    const { shelf, log } = this.#tools;
    try {
      await shelf.open(this.#stop.signal);
    } catch (error) {
      if (!this.#stop.signal.aborted) this.#pause(error);
      return;
    }
    const { copies, bytes } = shelf.totals;
    log.info({ copies, megabytes: Math.round(bytes / 1e6) }, 'pictures and videos are kept');
    this.#isOpen = true;
    this.#troubleMs = 0;
    this.#fill();
    await this.#sweep();
    await this.#lookBack();
  }

  /** Finds what an earlier run has left undone. */
  async #lookBack(): Promise<void> {
    const { store, clock, log } = this.#tools;
    try {
      for await (const task of findUnkept(store, clock.now() - DAY_MS)) this.#take(task);
    } catch (error) {
      if (this.#stop.signal.aborted) return;
      log.debug({ reason: reasonOf(error) }, 'tasks without copies could not be looked for');
      this.#cancelLookBack = clock.after(LONGEST_TROUBLE_MS, () => this.#track(this.#lookBack()));
    }
  }

  /** Starts what may run. In trouble one job at a time finds out whether it is over. */
  #fill(): void {
    const most = this.#troubleMs > 0 ? 1 : MOST_RUNNING;
    for (const job of this.#waiting) {
      if (!this.#isOpen || this.#isPausing || this.#stop.signal.aborted) return;
      if (this.#running >= most) return;
      this.#waiting.delete(job);
      this.#running += 1;
      this.#track(
        this.#run(job).finally(() => {
          this.#running -= 1;
          this.#fill();
        }),
      );
    }
  }

  async #run(job: Job): Promise<void> {
    const { clock, log } = this.#tools;
    const late = new AbortController();
    const cancel = clock.after(TRY_MS, () => late.abort(new Error('the files took too long to be copied')));
    const signal = AbortSignal.any([this.#stop.signal, late.signal]);
    job.tries += 1;
    try {
      await this.#try(job, signal);
    } catch (error) {
      if (this.#stop.signal.aborted) return;
      const reason = reasonOf(error);
      log.debug({ task: job.id, reason }, 'the files of a task could not be copied');
      this.#retry(job, reason);
    } finally {
      cancel();
      job.tried.resolve();
    }
  }

  async #try(job: Job, signal: AbortSignal): Promise<void> {
    const { shelf, open, findTask } = this.#tools;
    const task = await findTask(job.id, signal);
    if (task === undefined || !wantsCopies(task)) return this.#end(job);
    const tried = await tryToCopy(shelf, open, task, signal);
    if (tried.names.size > 0) await this.#note(job, tried);
    for (const { message } of tried.refused) this.#giveUp(job, message);
    if (tried.trouble !== undefined) {
      signal.throwIfAborted();
      job.tries -= 1;
      this.#waiting.add(job);
      this.#pause(tried.trouble);
      return;
    }
    // A file that does not come says nothing about the place; one that was written does.
    if (tried.names.size > 0) this.#recover();
    if (tried.fault) throw tried.fault;
    this.#end(job);
  }

  async #note({ id }: Job, { names }: Tried): Promise<void> {
    const isThere = await this.#tools.noteCopies(id, names);
    if (!isThere) for (const name of names.values()) this.#delete(name);
  }

  #retry(job: Job, reason: string): void {
    if (job.tries >= MOST_TRIES) {
      this.#giveUp(job, reason);
      this.#end(job);
      return;
    }
    const pauseMs = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 4 ** (job.tries - 1));
    job.cancelRetry = this.#tools.clock.after(pauseMs, () => {
      this.#waiting.add(job);
      this.#fill();
    });
  }

  #giveUp({ id }: Job, reason: string): void {
    this.#tools.log.warn({ task: id, reason }, 'a picture or video is not kept');
    this.#tools.onOutcome?.('failed', 0);
  }

  #end(job: Job): void {
    this.#jobs.delete(job.id);
  }

  /** The place takes nothing: a disk is full, a server is down. Said once, then tried again and again. */
  #pause(error: unknown): void {
    const { clock, log } = this.#tools;
    if (this.#isPausing) return;
    if (this.#troubleMs === 0) {
      const reason = reasonOf(error);
      log.error({ reason }, 'pictures and videos cannot be kept at the moment: links to Discord are given');
    }
    this.#troubleMs = Math.min(LONGEST_TROUBLE_MS, Math.max(FIRST_PAUSE_MS, 2 * this.#troubleMs));
    this.#isPausing = true;
    this.#cancelPause = clock.after(this.#troubleMs, () => {
      this.#isPausing = false;
      if (this.#isOpen) this.#fill();
      else this.start();
    });
  }

  #recover(): void {
    if (this.#troubleMs > 0) this.#tools.log.info({}, 'pictures and videos are kept again');
    this.#troubleMs = 0;
  }

  async #sweep(): Promise<void> {
    const { shelf, clock, retentionDays, log } = this.#tools;
    try {
      await shelf.deleteBefore(clock.now() - retentionDays * DAY_MS, this.#stop.signal);
    } catch (error) {
      log.debug({ reason: reasonOf(error) }, 'old copies could not be deleted');
    }
    if (!this.#stop.signal.aborted)
      this.#cancelSweep = clock.after(SWEEP_MS, () => this.#track(this.#sweep()));
  }

  /** A copy that stays although its task is gone is reached by nobody, and goes with age. */
  #delete(name: string): void {
    const { shelf, log } = this.#tools;
    const complain = (error: unknown) =>
      log.debug({ reason: reasonOf(error) }, 'a copy could not be deleted');
    this.#track(shelf.delete(name).catch(complain));
  }

  #track(work: Promise<void>): void {
    this.#works.add(work);
    void work.finally(() => this.#works.delete(work));
  }
}

/** Errors of the S3 library carry the id of the key, and what was signed: no log may hold them. */
function reasonOf(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
}
