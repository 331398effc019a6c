import type { Clock } from './clock.ts';
import { GatewayError, toGatewayError } from './errors.ts';
import type { LaneEntry } from './lane.ts';
import type { Log } from './log.ts';
import type { Reservation } from './quota.ts';
import type { Place } from './studio.ts';
import { applyEvent, endTask, type Task, type TaskEvent } from './task.ts';
import type { TaskBook } from './task-book.ts';
import type { TaskJob } from './task-driver.ts';

/** What running tasks needs. */
export interface TaskRunnerTools {
  readonly book: TaskBook;
  readonly files: (id: string) => Promise<TaskJob['files']>;
  readonly clock: Clock;
  readonly log: Log;
}

/** Marks an abort that leaves the task as it is, for the next process to go on with. */
const HANDED_OVER = new GatewayError('shutting_down', 'The gateway is stopping.');

/** Runs tasks at their places, from the moment their lane lets them in until they end. */
export class TaskRunner {
  readonly #tools: TaskRunnerTools;
  readonly #running = new Map<
    string,
    { readonly controller: AbortController; readonly done: Promise<void> }
  >();

  constructor(tools: TaskRunnerTools) {
    this.#tools = tools;
  }

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
    if (!task) return;
    const reservation = task.trace.nonce === undefined ? place.room.account.quota?.reserve() : undefined;
    try {
      const job = await this.#prepare(place, task);
      for await (const event of place.desk().run(job, signal)) await this.#take(taskId, event, reservation);
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

  /** The task moves to the place that does it; its parent and its files are read. */
  async #prepare(place: Place, task: Task): Promise<TaskJob> {
    const { book, clock, files } = this.#tools;
    const { account, channelId, guildId } = place.room;
    if (task.accountId !== account.id || task.channelId !== channelId) {
      const moved = { accountId: account.id, channelId, guildId };
      await book.change(task.id, (now) => ({ ...now, ...moved, revision: now.revision + 1 }));
    }
    const { parentId } = task.request;
    const parent = parentId === undefined ? undefined : await book.find(parentId);
    return {
      id: task.id,
      request: task.request,
      files: task.request.files > 0 ? await files(task.id) : [],
      parent,
      trace: task.trace,
      startedAt: task.startedAt ?? clock.now(),
    };
  }

  /** Stores what happened before the driver goes on; progress may wait. */
  async #take(taskId: string, event: TaskEvent, reservation: Reservation | undefined): Promise<void> {
    const { book, clock, log } = this.#tools;
    const change = (task: Task) => applyEvent(task, event, clock.now());
    if (event.type === 'job-ended') return book.end(taskId, change);
    if (event.type === 'progress-changed') return book.changeLazily(taskId, change);
    if (event.type === 'job-submitted' || event.type === 'form-submitted') {
      // Without its nonce in the store the task could be sent twice: a failing store stops it here.
      await book.change(taskId, change);
      if (event.type === 'job-submitted') await reservation?.spend();
      return;
    }
    await book.change(taskId, change).catch((error: unknown) => {
      log.error({ task: taskId, err: error }, 'a change of a task was not stored');
    });
  }
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
