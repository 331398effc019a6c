import type { Clock } from './clock.ts';

/** A task in a lane. */
export interface LaneEntry {
  readonly taskId: string;
  /** False for work that the bot does at once, beside its other jobs. */
  readonly needsSlot: boolean;
  /** False when only this lane can do it: it goes on with something that this lane's account made. */
  readonly mayMove: boolean;
}

/** How a lane works. */
export interface LaneSetup {
  /** Tasks at a time. */
  readonly concurrency: number;
  /** Tasks that may wait. */
  readonly queue: number;
  /** How long one may wait, in milliseconds. */
  readonly waitMs: number;
  readonly clock: Clock;
  /** True while waiting tasks may begin. */
  readonly isOpen: () => boolean;
  /** Keeps back a share of what the account may send today; the answer gives it back, once. */
  readonly reserve: () => () => void;
  /** Begins a task; the lane is told of its end by `leave`. */
  readonly start: (entry: LaneEntry) => void;
  /** A task has waited for too long; it is out of the lane already. */
  readonly expire: (entry: LaneEntry) => void;
}

interface Waiting {
  readonly entry: LaneEntry;
  /** When it began to wait, in milliseconds since the epoch. */
  readonly since: number;
  /** Stops its timer, and gives its share of the day back. */
  readonly end: () => void;
}

/** A task that was taken out of a lane. */
export interface Moving {
  readonly entry: LaneEntry;
  /** How long it has waited, in milliseconds. */
  readonly waitedMs: number;
}

/** The line of one account in one channel: so many tasks at a time, the others wait in order. */
export class Lane {
  readonly #setup: LaneSetup;
  readonly #waiting = new Map<string, Waiting>();
  /** Running tasks, and whether each takes a slot. */
  readonly #running = new Map<string, boolean>();
  #slotsTaken = 0;
  #held = 0;
  #isClosed = false;

  constructor(setup: LaneSetup) {
    this.#setup = setup;
  }

  /** Tasks that run. */
  get running(): number {
    return this.#running.size;
  }

  /** Tasks that wait. */
  get queued(): number {
    return this.#waiting.size;
  }

  /** Work in hand for each task that it does at a time: the smaller, the sooner a new one ends. */
  get load(): number {
    return this.#taken / this.#setup.concurrency;
  }

  /** True when one more would have to wait, and may not. */
  isFull(): boolean {
    return this.#taken >= this.#setup.concurrency + this.#setup.queue;
  }

  /** Keeps a place, and a share of the day, free for a task that is about to enter; the answer gives it back, once. */
  hold(needsSlot: boolean): () => void {
    const giveBack = this.#setup.reserve();
    const places = needsSlot ? 1 : 0;
    let isHeld = true;
    this.#held += places;
    return () => {
      giveBack();
      if (isHeld) this.#held -= places;
      isHeld = false;
    };
  }

  get #taken(): number {
    return this.#slotsTaken + this.#waiting.size + this.#held;
  }

  /**
   * Takes a task in; it begins as soon as it may. Gives how many tasks stand before it, 0 when it begins at once.
   * @param waitedMs how long it has waited already
   */
  enter(entry: LaneEntry, waitedMs = 0): number {
    if (this.#isClosed) return 0;
    const isFirst = this.#waiting.size === 0 || !entry.needsSlot;
    if (isFirst && this.#mayStart(entry)) {
      this.#start(entry);
      return 0;
    }
    const ahead = this.#waiting.size + this.#slotsTaken;
    this.#waiting.set(entry.taskId, this.#wait(entry, waitedMs));
    return ahead;
  }

  /** Takes in a task that runs already, whatever the limits say: it was sent by an earlier process. */
  resume(entry: LaneEntry): void {
    this.#start(entry);
  }

  /** A task has ended, or shall not begin any more. */
  leave(taskId: string): void {
    this.#takeOut(taskId);
    if (this.#running.get(taskId)) this.#slotsTaken -= 1;
    this.#running.delete(taskId);
    this.serve();
  }

  /** Begins what may begin; to be called when the lane opens. */
  serve(): void {
    if (!this.#setup.isOpen()) return;
    for (const { entry } of [...this.#waiting.values()]) {
      // What needs no slot may pass those that wait for one.
      if (!this.#mayStart(entry)) continue;
      this.#takeOut(entry.taskId);
      this.#start(entry);
    }
  }

  /** Takes out what waits here and can be done elsewhere. */
  takeMovable(): Moving[] {
    const movable = [...this.#waiting.values()].filter(({ entry }) => entry.mayMove);
    for (const { entry } of movable) this.#takeOut(entry.taskId);
    const now = this.#setup.clock.now();
    return movable.map(({ entry, since }) => ({ entry, waitedMs: Math.max(0, now - since) }));
  }

  /** Forgets everything that waits; nothing enters or begins any more. */
  clear(): void {
    this.#isClosed = true;
    for (const taskId of [...this.#waiting.keys()]) this.#takeOut(taskId);
  }

  #wait(entry: LaneEntry, waitedMs: number): Waiting {
    const { clock, waitMs, reserve, expire } = this.#setup;
    const giveBack = reserve();
    const cancelTimer = clock.after(Math.max(0, waitMs - waitedMs), () => {
      this.#takeOut(entry.taskId);
      expire(entry);
    });
    const end = () => {
      cancelTimer();
      giveBack();
    };
    return { entry, since: clock.now() - waitedMs, end };
  }

  #takeOut(taskId: string): void {
    this.#waiting.get(taskId)?.end();
    this.#waiting.delete(taskId);
  }

  #mayStart(entry: LaneEntry): boolean {
    if (!this.#setup.isOpen()) return false;
    return !entry.needsSlot || this.#slotsTaken < this.#setup.concurrency;
  }

  #start(entry: LaneEntry): void {
    this.#running.set(entry.taskId, entry.needsSlot);
    if (entry.needsSlot) this.#slotsTaken += 1;
    this.#setup.start(entry);
  }
}
