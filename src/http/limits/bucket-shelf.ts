import type { Clock } from '../../core/clock.ts';

/** What taking from a bucket came to. */
export interface Taking {
  readonly isGranted: boolean;
  /** How many more may be taken at once. */
  readonly left: number;
  /** Milliseconds until one more may be taken; 0 while some are left. */
  readonly waitMs: number;
  /** Milliseconds until the bucket is full again. */
  readonly fullInMs: number;
}

const MINUTE_MS = 60_000;

/**
 * Token buckets by name: each holds as many as may be taken in a minute, and fills up evenly. Only what is not full
 * is kept, as one number, and never more than `most` of it: beyond that the bucket that was used least recently is
 * given up, so that nobody can fill the memory by coming under many names.
 */
export class BucketShelf {
  readonly #clock: Clock;
  readonly #most: number;
  /** The moment at which each bucket is full, in milliseconds; least recently used first. */
  readonly #fullAt = new Map<string, number>();

  constructor(clock: Clock, most: number) {
    this.#clock = clock;
    this.#most = most;
  }

  /** How many buckets are kept. */
  get size(): number {
    return this.#fullAt.size;
  }

  /** Takes one, if there is one. */
  take(name: string, perMinute: number): Taking {
    const taking = this.look(name, perMinute);
    if (!taking.isGranted) return taking;
    const costMs = MINUTE_MS / perMinute;
    const fullInMs = taking.fullInMs + costMs;
    this.#fullAt.delete(name);
    this.#fullAt.set(name, this.#clock.now() + fullInMs);
    this.#shed();
    const left = taking.left - 1;
    return { isGranted: true, left, waitMs: left > 0 ? 0 : waitOf(fullInMs, costMs), fullInMs };
  }

  /** How a bucket stands, without taking from it. */
  look(name: string, perMinute: number): Taking {
    const costMs = MINUTE_MS / perMinute;
    const fullInMs = Math.max(0, (this.#fullAt.get(name) ?? 0) - this.#clock.now());
    const waitMs = waitOf(fullInMs, costMs);
    // The tolerance swallows what the division lost: a sum of 60 thousandths is not quite a minute.
    const left = Math.max(0, Math.floor((MINUTE_MS - fullInMs) / costMs + 1e-6));
    return { isGranted: left > 0, left, waitMs: left > 0 ? 0 : waitMs, fullInMs };
  }

  #shed(): void {
    const now = this.#clock.now();
    for (const [name, fullAt] of this.#fullAt) {
      if (fullAt > now && this.#fullAt.size <= this.#most) return;
      this.#fullAt.delete(name);
    }
  }
}

/** Time until a whole one fits in again. */
function waitOf(fullInMs: number, costMs: number): number {
  return Math.max(0, fullInMs + costMs - MINUTE_MS);
}
