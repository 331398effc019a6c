import type { CancelTimer, Clock } from './clock.ts';
import type { Log } from './log.ts';
import type { MediaFile } from './media.ts';
import type { TaskStore } from './store.ts';
import { hasEnded, type Task } from './task.ts';
import type { TaskFeed } from './task-feed.ts';

/** What the book works with. */
export interface TaskBookTools {
  readonly store: TaskStore;
  readonly feed: TaskFeed;
  readonly clock: Clock;
  readonly log: Log;
  /** Hears once of every task that has ended. */
  readonly onEnded?: ((task: Task) => void) | undefined;
}

/** Progress is written so much later at most, in milliseconds: a restart may lose a percentage, nothing else. */
const LAZY_WRITE_MS = 1_000;

/** Ended tasks that are kept at hand, as clients ask for one again and again. */
const MOST_RECENT = 1_000;

/** The end of a task is written again for as long as the store fails, with a growing pause, in milliseconds. */
const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 60_000;

interface Open {
  task: Task;
  /** The revision that is stored, or on its way there. */
  written: number;
  /** A write that is due later. */
  cancelWrite?: CancelTimer | undefined;
}

/** All tasks that have not ended, in memory, and every task in the store; tells the feed of each change. */
export class TaskBook {
  readonly #tools: TaskBookTools;
  readonly #open = new Map<string, Open>();
  readonly #recent = new Map<string, Task>();
  /** New tasks on their way into the store. */
  readonly #adding = new Set<Promise<void>>();
  #isClosed = false;

  constructor(tools: TaskBookTools) {
    this.#tools = tools;
  }

  /** The tasks that have not ended. */
  open(): Task[] {
    return [...this.#open.values()].map(({ task }) => task);
  }

  /** Takes up a task that an earlier run has left. */
  takeUp(task: Task): void {
    this.#open.set(task.id, { task, written: task.revision });
  }

  /** Writes a new task. */
  async add(task: Task, files: readonly MediaFile[]): Promise<void> {
    const adding = this.#tools.store.addTask(task, files);
    this.#adding.add(adding);
    await adding.finally(() => this.#adding.delete(adding));
    this.#open.set(task.id, { task, written: task.revision });
    this.#tools.feed.tell({ type: 'task-changed', task });
  }

  /** A task as it stands. */
  async find(id: string): Promise<Task | undefined> {
    const known = this.#open.get(id)?.task ?? this.#recent.get(id);
    if (known) return known;
    const task = await this.#tools.store.findTask(id);
    if (task && hasEnded(task)) this.#remember(task);
    return task;
  }

  /** Writes what was learnt of an ended task; false when it has changed meanwhile, or is gone. */
  async keep(task: Task): Promise<boolean> {
    const isNewest = await this.#tools.store.saveTask(task);
    if (isNewest) this.#remember(task);
    else this.#recent.delete(task.id);
    return isNewest;
  }

  /** Forgets an ended task. */
  async delete(id: string): Promise<void> {
    await this.#tools.store.deleteTask(id);
    this.#recent.delete(id);
  }

  /** A task that has not ended, as it stands. */
  peek(id: string): Task | undefined {
    return this.#open.get(id)?.task;
  }

  /** The newest form of a listed task. */
  newest(task: Task): Task {
    return this.#open.get(task.id)?.task ?? task;
  }

  /** Changes an open task; resolves when the change is durable. @throws Error when the store fails */
  async change(id: string, change: (task: Task) => Task): Promise<void> {
    const open = this.#apply(id, change);
    if (open) await this.#write(open);
  }

  /** Writes an open task as it stands, after an earlier writing has failed. @throws Error when the store fails */
  async flush(id: string): Promise<void> {
    const open = this.#open.get(id);
    if (open) await this.#write(open);
  }

  /** Changes an open task; the change is told at once and written a little later. */
  changeLazily(id: string, change: (task: Task) => Task): void {
    const open = this.#apply(id, change);
    if (!open || open.cancelWrite || this.#isClosed) return;
    open.cancelWrite = this.#tools.clock.after(LAZY_WRITE_MS, () => {
      this.#write(open).catch((error: unknown) => this.#complain(id, error));
    });
  }

  /** Ends an open task, and tries to write it once; while the store fails that is tried again later. Never throws. */
  async end(id: string, change: (task: Task) => Task): Promise<void> {
    const open = this.#apply(id, change);
    if (!open || !hasEnded(open.task)) return;
    this.#tools.onEnded?.(open.task);
    await this.#writeEnd(open, FIRST_PAUSE_MS);
  }

  /** Writes what was put off, for the last time; what is on its way into the store is there afterwards, or never. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await Promise.allSettled(this.#adding);
    const late = [...this.#open.values()].filter(({ task, written }) => written < task.revision);
    await Promise.allSettled(late.map((open) => this.#write(open)));
  }

  #apply(id: string, change: (task: Task) => Task): Open | undefined {
    const open = this.#open.get(id);
    if (!open || hasEnded(open.task)) return undefined;
    const task = change(open.task);
    if (task === open.task) return undefined;
    open.task = task;
    this.#tools.feed.tell({ type: 'task-changed', task });
    return open;
  }

  /** A task whose end is not stored stays here, so that nobody is told the older form. */
  async #writeEnd(open: Open, pauseMs: number): Promise<void> {
    const { id } = open.task;
    try {
      await this.#write(open);
      this.#open.delete(id);
      this.#remember(open.task);
    } catch (error) {
      this.#complain(id, error);
      if (this.#isClosed) return;
      const nextMs = Math.min(LONGEST_PAUSE_MS, 2 * pauseMs);
      open.cancelWrite = this.#tools.clock.after(pauseMs, () => void this.#writeEnd(open, nextMs));
    }
  }

  async #write(open: Open): Promise<void> {
    open.cancelWrite?.();
    open.cancelWrite = undefined;
    const { task } = open;
    await this.#tools.store.saveTask(task);
    open.written = Math.max(open.written, task.revision);
  }

  #remember(task: Task): void {
    this.#recent.delete(task.id);
    this.#recent.set(task.id, task);
    const [oldest] = this.#recent.keys();
    if (this.#recent.size > MOST_RECENT && oldest !== undefined) this.#recent.delete(oldest);
  }

  #complain(id: string, error: unknown): void {
    this.#tools.log.error({ task: id, err: error }, 'a task could not be stored');
  }
}
