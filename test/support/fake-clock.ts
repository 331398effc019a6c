import type { CancelTimer, Clock } from '../../src/core/clock.ts';

interface Timer {
  readonly dueAt: number;
  readonly action: () => void;
}

/** Where a fake clock starts unless told otherwise: 2026-01-01T00:00:00Z in milliseconds. */
export const FAKE_START_MS = Date.UTC(2026, 0, 1);

/** A clock that stands still until a test moves it. */
export class FakeClock implements Clock {
  /** Due timers fire by time, then in the order in which they were set. */
  private readonly timers = new Set<Timer>();
  private time: number;

  constructor(startMs: number = FAKE_START_MS) {
    this.time = startMs;
  }

  /** Milliseconds since the Unix epoch, as far as the test has moved it. */
  now(): number {
    return this.time;
  }

  /** Calls `action` once the clock was moved by `delayMs`; never at once, even for 0. */
  after(delayMs: number, action: () => void): CancelTimer {
    const timer: Timer = { dueAt: this.time + Math.max(0, delayMs), action };
    this.timers.add(timer);
    return () => {
      this.timers.delete(timer);
    };
  }

  /** How many timers wait. Zero at the end of a test proves that nothing was left behind. */
  get pending(): number {
    return this.timers.size;
  }

  /**
   * Moves the clock by `ms`, firing every timer that falls due on the way at its own time, also those set
   * meanwhile. Pending promises settle before the first, between any two, and after the last timer.
   */
  async advance(ms: number): Promise<void> {
    const end = this.time + ms;
    await this.settle();
    for (let next = this.nextDue(end); next !== undefined; next = this.nextDue(end)) {
      this.timers.delete(next);
      this.time = next.dueAt;
      next.action();
      await this.settle();
    }
    this.time = end;
  }

  /** Lets every pending promise settle without moving the time. */
  async settle(): Promise<void> {
    // setImmediate comes after all microtasks, however long their chains are.
    await new Promise<void>((resolve) => setImmediate(resolve));
  }

  private nextDue(end: number): Timer | undefined {
    let earliest: Timer | undefined;
    for (const timer of this.timers) {
      if (timer.dueAt <= end && (earliest === undefined || timer.dueAt < earliest.dueAt)) earliest = timer;
    }
    return earliest;
  }
}
