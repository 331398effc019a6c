import type { CancelTimer, Clock } from '../../../src/core/clock.ts';

interface Timer {
  readonly dueAt: number;
  readonly order: number;
  readonly action: () => void;
}

/** How far the time goes at each turn of the event loop, in milliseconds. */
const STEP_MS = 50;
const LEAP_STEP_MS = 500;
/** The pause of the machine between two turns, in milliseconds: sockets and threads have so long to do their part. */
const PAUSE_MS = 1;

/**
 * A clock that goes on with the event loop, not with the machine: a fixed step at each turn. The gateway and the
 * simulated Discord live in this process, so a slow machine slows their time down with them, and no load makes a limit
 * pass that would not have passed without it.
 */
export class TurnClock implements Clock {
  readonly #timers = new Set<Timer>();
  #time = Date.UTC(2026, 0, 1);
  #order = 0;
  #next: ReturnType<typeof setTimeout> | undefined;

  /** Milliseconds since the epoch. */
  now(): number {
    return this.#time;
  }

  after(delayMs: number, action: () => void): CancelTimer {
    this.#order += 1;
    const timer = { dueAt: this.#time + Math.max(0, delayMs), order: this.#order, action };
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  }

  /** Lets the time go on. */
  start(): void {
    this.#next ??= setTimeout(() => this.#turn(), PAUSE_MS);
  }

  /** Holds the time. */
  stop(): void {
    clearTimeout(this.#next);
    this.#next = undefined;
  }

  /** Resolves after so many milliseconds of this clock. */
  pass(delayMs: number): Promise<void> {
    return new Promise((resolve) => this.after(delayMs, resolve));
  }

  /**
   * Lets a long time pass at once, in long steps: for times in which nobody talks over a socket, as everybody in this
   * time lives through it.
   */
  async leap(delayMs: number): Promise<void> {
    this.stop();
    const end = this.#time + delayMs;
    while (this.#time < end) {
      this.#advance(LEAP_STEP_MS);
      await new Promise((resolve) => setImmediate(resolve));
    }
    this.start();
  }

  #turn(): void {
    this.#advance(STEP_MS);
    this.#next = setTimeout(() => this.#turn(), PAUSE_MS);
  }

  #advance(delayMs: number): void {
    const end = this.#time + delayMs;
    for (let timer = this.#dueUntil(end); timer; timer = this.#dueUntil(end)) {
      this.#timers.delete(timer);
      this.#time = Math.max(this.#time, timer.dueAt);
      timer.action();
    }
    this.#time = end;
  }

  #dueUntil(end: number): Timer | undefined {
    let first: Timer | undefined;
    for (const timer of this.#timers) {
      if (timer.dueAt > end) continue;
      if (!first || timer.dueAt < first.dueAt || (timer.dueAt === first.dueAt && timer.order < first.order)) {
        first = timer;
      }
    }
    return first;
  }
}

/** A part of a clock that can be made to stand still for good: the time of somebody who is dead. */
export function mortalClock(clock: Clock): { readonly clock: Clock; die(): void } {
  let isDead = false;
  const action = (wake: () => void) => () => {
    if (!isDead) wake();
  };
  return {
    clock: { now: () => clock.now(), after: (delayMs, wake) => clock.after(delayMs, action(wake)) },
    die: () => {
      isDead = true;
    },
  };
}
