import type { Clock } from './clock.ts';
import { GatewayError } from './errors.ts';
import type { Ids } from './ids.ts';
import type { LaneEntry } from './lane.ts';
import type { Log } from './log.ts';
import type { Store } from './store.ts';
import { type Place, Studio, type StudioSetup } from './studio.ts';
import { endTask, hasEnded, type Task } from './task.ts';
import type { TaskBook } from './task-book.ts';
import type { TaskFeed } from './task-feed.ts';
import { TaskRunner } from './task-runner.ts';

/** What the floor works with. */
export interface TaskFloorTools {
  readonly setups: readonly StudioSetup[];
  readonly book: TaskBook;
  readonly feed: TaskFeed;
  readonly store: Store;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly log: Log;
}

/** Where tasks wait and run: all studios, what runs in them, and what waits for a caller's words. */
export class TaskFloor {
  readonly studios: readonly Studio[];
  readonly runner: TaskRunner;
  readonly #tools: TaskFloorTools;
  readonly #formTimers = new Map<string, () => void>();
  #isClosed = false;

  constructor(tools: TaskFloorTools) {
    const { book, feed, store, clock, ids, log } = tools;
    this.#tools = tools;
    this.runner = new TaskRunner({ book, store, clock, log });
    const studioTools = {
      store,
      clock,
      ids,
      log,
      start: (place: Place, entry: LaneEntry) => this.runner.start(place, entry),
      expire: (place: Place, entry: LaneEntry) => this.#expire(place, entry),
      moved: (place: Place, entry: LaneEntry) => this.#moved(place, entry),
      changed: (account: ReturnType<Studio['views']>[number]) =>
        feed.tell({ type: 'account-changed', account }),
    };
    this.studios = tools.setups.map((setup) => new Studio(setup, studioTools));
  }

  /** Takes up what an earlier run has left: the states of accounts, and every task that has not ended. */
  async open(): Promise<void> {
    const { store, log } = this.#tools;
    const states = await store.listAccountStates();
    for (const studio of this.studios) studio.open(states);
    const tasks = await store.openTasks();
    // What was sent has its slots already, before anything that waits may begin.
    for (const task of tasks.filter(({ status }) => !isWaiting(status))) this.#takeUp(task);
    for (const task of tasks.filter(({ status }) => isWaiting(status))) this.#takeUp(task);
    for (const studio of this.studios) for (const place of studio.places) studio.rescue(place);
    if (tasks.length > 0) log.info({ tasks: tasks.length }, 'tasks of an earlier run go on');
  }

  /** Leaves what runs to the next process. */
  async close(): Promise<void> {
    this.#isClosed = true;
    for (const cancel of this.#formTimers.values()) cancel();
    this.#formTimers.clear();
    for (const { places } of this.studios) for (const { lane } of places) lane.clear();
    await this.runner.handOver();
    await Promise.all(this.studios.map((studio) => studio.close()));
  }

  /**
   * Puts a task into the line of its place; gives how many stand before it. After the stop it is left to the next process.
   * @param since when it began to wait, in milliseconds since the epoch
   */
  enter(place: Place, task: Task, since = task.submittedAt): number {
    if (hasEnded(task)) return 0;
    const ahead = this.#line(place, task, since);
    // Its account may have stopped meanwhile.
    place.studio.rescue(place);
    return ahead;
  }

  /** The place of a task, when the configuration still has it. */
  findPlace(task: Task): Place | undefined {
    return this.studios.find(({ setup }) => setup.id === task.botId)?.placeOf(task);
  }

  /** @throws GatewayError parent_gone */
  requirePlace(task: Task): Place {
    const place = this.findPlace(task);
    if (place) return place;
    throw noPlace(task);
  }

  /** Ends a task that nobody gives the words it waits for. */
  awaitForm(task: Task): void {
    const { clock } = this.#tools;
    if (this.#isClosed) return;
    const { queueMs } = this.requirePlace(task).studio.setup;
    const late = () => {
      this.#formTimers.delete(task.id);
      const message = `Nobody gave the words or the mask that the task waits for within ${minutes(queueMs)} (queueMinutes).`;
      this.#fail(task.id, 'timed-out', new GatewayError('task_timeout', message));
    };
    const waitedMs = Math.max(0, clock.now() - task.submittedAt);
    const leftMs = Math.max(0, queueMs - waitedMs);
    this.#formTimers.set(task.id, clock.after(leftMs, late));
  }

  /** The words have come, or are not wanted any more. */
  forgetForm(id: string): void {
    this.#formTimers.get(id)?.();
    this.#formTimers.delete(id);
  }

  #takeUp(task: Task): void {
    this.#tools.book.takeUp(task);
    const place = this.findPlace(task);
    if (!place) this.#fail(task.id, 'failed', noPlace(task));
    else if (task.status === 'form') this.awaitForm(task);
    else if (task.status === 'queued') this.#line(place, task, task.submittedAt);
    else place.lane.resume(entryOf(task));
  }

  #line(place: Place, task: Task, since: number): number {
    return place.lane.enter(entryOf(task), Math.max(0, this.#tools.clock.now() - since));
  }

  /** Another account does it. */
  #moved({ room }: Place, { taskId }: LaneEntry): void {
    const { account, channelId, guildId } = room;
    const moved = { accountId: account.id, channelId, guildId };
    this.#tools.book.changeLazily(taskId, (task) => ({ ...task, ...moved, revision: task.revision + 1 }));
  }

  #expire(place: Place, { taskId }: LaneEntry): void {
    const { studio, room } = place;
    const { queueMs } = studio.setup;
    const waited = `The task waited ${minutes(queueMs)} for the account "${room.account.id}" (queueMinutes).`;
    const message = [waited, studio.standstill(place)].filter(Boolean).join(' ');
    this.#fail(taskId, 'timed-out', new GatewayError('task_timeout', message));
  }

  #fail(id: string, status: 'failed' | 'timed-out', { code, message }: GatewayError): void {
    const { book, clock } = this.#tools;
    void book.end(id, (task) => endTask(task, status, { code, message }, clock.now()));
  }
}

/** A signal that aborts after a while, or with the other one. `end` stops the timer. */
export function timeLimit(clock: Clock, delayMs: number, signal: AbortSignal) {
  const limit = new AbortController();
  const late = () => limit.abort(new GatewayError('discord_timeout', 'Discord did not answer in time.'));
  const end = clock.after(delayMs, late);
  return { signal: AbortSignal.any([signal, limit.signal]), end };
}

function entryOf(task: Task): LaneEntry {
  const isBound = task.request.parentId !== undefined || task.isPinned === true;
  const mayMove = !isBound && task.trace.nonce === undefined;
  return { taskId: task.id, needsSlot: task.isInstant !== true, mayMove };
}

function isWaiting(status: Task['status']): boolean {
  return status === 'form' || status === 'queued';
}

function minutes(ms: number): string {
  return `${Math.round(ms / 6_000) / 10} minutes`;
}

function noPlace(task: Task): GatewayError {
  const message = `The account "${task.accountId}" of the task is not configured for that channel any more.`;
  return new GatewayError('parent_gone', message);
}
