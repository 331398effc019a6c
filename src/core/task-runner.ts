import { type Clock, sleep } from './clock.ts';
import { GatewayError, toGatewayError } from './errors.ts';
import type { LaneEntry } from './lane.ts';
import type { Log } from './log.ts';
import { PastTasks } from './past-tasks.ts';
import type { Reservation } from './quota.ts';
import type { TaskStore } from './store.ts';
import type { Place } from './studio.ts';
import { applyEvent, endTask, hasEnded, type Task, type TaskEvent } from './task.ts';
import type { TaskBook } from './task-book.ts';
import type { TaskJob } from './task-driver.ts';

/** What running tasks needs. */
export interface TaskRunnerTools {
  readonly book: TaskBook;
  readonly store: Pick<TaskStore, 'taskFiles' | 'listTasks'>;
  readonly clock: Clock;
  readonly log: Log;
}

/** Pauses between two tries while the store does not answer, in milliseconds. */
const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 5_000;

/** Marks an abort that leaves the task as it is, for the next process to go on with. */
const HANDED_OVER = new GatewayError('shutting_down', 'The gateway is stopping.');

/** Runs tasks at their places, from the moment their lane lets them in until they end. */
export class TaskRunner {
  readonly #tools: TaskRunnerTools;
  readonly #past: PastTasks;
  readonly #running = new Map<
    string,
    { readonly controller: AbortController; readonly done: Promise<void> }
  >();

  constructor(tools: TaskRunnerTools) {
    this.#tools = tools;
    this.#past = new PastTasks(tools);
  }

  /** Tasks that run. */
  get active(): number {
    return this.#running.size;
  }

  /** Runs a task that its lane has let in. */
  start(place: Place, { taskId }: LaneEntry): void {
    const controller = new AbortController();
    const done = this.#run(place, taskId, controller.signal).finally(() => {
      this.#running.delete(taskId);
      place.lane.leave(taskId);
    });
    this.#running.set(taskId, { controller, done });
  }

  /** Gives up a running task: it ends with the reason. False when it does not run. */
  stop(taskId: string, reason: GatewayError): boolean {
    const running = this.#running.get(taskId);
    running?.controller.abort(reason);
    return running !== undefined;
  }

  /** Leaves all running tasks as they are, for the next process. */
  async handOver(): Promise<void> {
    for (const { controller } of this.#running.values()) controller.abort(HANDED_OVER);
    await Promise.all([...this.#running.values()].map(({ done }) => done));
  }

  async #run(place: Place, taskId: string, signal: AbortSignal): Promise<void> {
    const { book, clock, log } = this.#tools;
    const task = book.peek(taskId);
    if (!task || hasEnded(task)) return;
    const reservation = task.trace.nonce === undefined ? place.room.account.quota?.reserve() : undefined;
    try {
      const job = await this.#withStore(signal, () => this.#prepare(task));
      signal.throwIfAborted();
      for await (const event of place.desk().run(job, signal)) {
        if (event.type === 'job-submitted') await this.#submit(taskId, event, reservation, signal);
        else await this.#take(taskId, event, signal);
        if (event.type === 'job-ended') break;
      }
      // A driver that ends without its last event has a fault.
      await book.end(taskId, (now) => endTask(now, 'failed', internalFailure(), clock.now()));
    } catch (thrown) {
      if (signal.aborted && signal.reason === HANDED_OVER) return;
      const error = toGatewayError(thrown);
      if (error.code === 'internal') log.error({ task: taskId, err: error.cause ?? error }, 'a task failed');
      await book.end(taskId, (now) => endTask(now, statusOf(error), failureOf(error), clock.now()));
    } finally {
      reservation?.end();
    }
  }

  /** What was promised to be done waits for a store that does not answer. */
  async #withStore<Result>(signal: AbortSignal, work: () => Promise<Result>): Promise<Result> {
    for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS)) {
      try {
        return await work();
      } catch (error) {
        if (!isPassing(error)) throw error;
        await sleep(this.#tools.clock, pauseMs, signal);
      }
    }
  }

  /** Its parent and its files are read. */
  async #prepare(task: Task): Promise<TaskJob> {
    const { book, clock, store } = this.#tools;
    const { parentId } = task.request;
    const parent = parentId === undefined ? undefined : await book.find(parentId);
    return {
      id: task.id,
      request: task.request,
      files: task.request.files > 0 ? await store.taskFiles(task.id) : [],
      parent,
      trace: task.trace,
      ...(await this.#past.of(task)),
      startedAt: task.startedAt ?? clock.now(),
    };
  }

  /** Stores the nonce: without it the task could be sent twice, so it waits here for a store that does not answer. */
  async #submit(
    taskId: string,
    event: TaskEvent,
    reservation: Reservation | undefined,
    signal: AbortSignal,
  ): Promise<void> {
    const { book } = this.#tools;
    const before = book.peek(taskId);
    try {
      await this.#store(taskId, event, signal);
      signal.throwIfAborted();
      await reservation?.spend();
      signal.throwIfAborted();
    } catch (error) {
      // Certainly not sent: whoever goes on with it may send it.
      if (before) await book.change(taskId, ({ revision }) => ({ ...before, revision: revision + 1 }));
      throw error;
    }
  }

  /** Stores what must be known before the driver goes on, however long the store does not answer. */
  async #store(taskId: string, event: TaskEvent, signal: AbortSignal): Promise<void> {
    const { book, clock } = this.#tools;
    const stored = book.change(taskId, (task) => applyEvent(task, event, clock.now()));
    await stored.catch((error: unknown) => {
      if (!isPassing(error)) throw error;
      return this.#withStore(signal, () => book.flush(taskId));
    });
  }

  /** Stores what happened before the driver goes on; progress may wait. */
  async #take(taskId: string, event: TaskEvent, signal: AbortSignal): Promise<void> {
    const { book, clock, log } = this.#tools;
    const change = (task: Task) => applyEvent(task, event, clock.now());
    if (event.type === 'job-ended') return book.end(taskId, change);
    if (event.type === 'progress-changed') return book.changeLazily(taskId, change);
    if (event.type === 'form-submitted') return this.#store(taskId, event, signal);
    await book.change(taskId, change).catch((error: unknown) => {
      log.error({ task: taskId, err: error }, 'a change of a task was not stored');
    });
  }
}

function isPassing(error: unknown): boolean {
  return error instanceof GatewayError && error.code === 'store_unavailable';
}

function statusOf(error: GatewayError): 'failed' | 'timed-out' | 'cancelled' {
  if (error.code === 'task_timeout') return 'timed-out';
  return error.code === 'task_stopped' ? 'cancelled' : 'failed';
}

function failureOf({ code, message }: GatewayError) {
  return { code, message };
}

function internalFailure() {
  return failureOf(new GatewayError('internal', 'The driver ended the task without a result.'));
}
