import type { Clock } from './clock.ts';
import { GatewayError } from './errors.ts';

/** Limits of a waiting line. */
export interface LineLimits {
  /** How many may wait. */
  readonly length: number;
  /** How long one may wait, in milliseconds. */
  readonly waitMs: number;
  /** What is waited for, as an error message names it: `a free channel of bot "coze" (maxChannels)`. */
  readonly what: string;
}

/** One who waits. */
interface Waiter<T> {
  resolve(value: T): void;
  reject(reason: unknown): void;
}

/** People who wait for something, first come first served, bounded in number and time. */
export class WaitingLine<T> {
  readonly #waiters = new Set<Waiter<T>>();
  readonly #limits: LineLimits;
  readonly #clock: Clock;

  constructor(limits: LineLimits, clock: Clock) {
    this.#limits = limits;
    this.#clock = clock;
  }

  /** How many wait. */
  get size(): number {
    return this.#waiters.size;
  }

  /**
   * Waits for its turn.
   * @param extra how many more than the limit says may wait at this moment
   * @throws GatewayError queue_full, queue_timeout; the signal's reason when it aborts
   */
  wait(signal: AbortSignal, extra = 0): Promise<T> {
    signal.throwIfAborted();
    if (this.#waiters.size >= this.#limits.length + extra) return Promise.reject(this.#full());
    return new Promise((resolve, reject) => {
      const leave = () => {
        this.#waiters.delete(waiter);
        cancel();
        signal.removeEventListener('abort', onAbort);
      };
      const waiter: Waiter<T> = {
        resolve: (value) => {
          leave();
          resolve(value);
        },
        reject: (reason) => {
          leave();
          reject(reason);
        },
      };
      const onAbort = () => waiter.reject(signal.reason);
      const cancel = this.#clock.after(this.#limits.waitMs, () => waiter.reject(this.#late()));
      signal.addEventListener('abort', onAbort, { once: true });
      this.#waiters.add(waiter);
    });
  }

  /** Serves the first in the line; false when nobody waits. */
  serve(value: T): boolean {
    const [first] = this.#waiters;
    first?.resolve(value);
    return first !== undefined;
  }

  /** Sends the first in the line away with an error; false when nobody waits. */
  refuse(error: unknown): boolean {
    const [first] = this.#waiters;
    first?.reject(error);
    return first !== undefined;
  }

  #full(): GatewayError {
    return new GatewayError(
      'queue_full',
      `${this.#waiters.size} requests wait already for ${this.#limits.what}.`,
      {
        retryAfterMs: 5_000,
      },
    );
  }

  #late(): GatewayError {
    const seconds = Math.round(this.#limits.waitMs / 1_000);
    return new GatewayError('queue_timeout', `The request waited ${seconds} s for ${this.#limits.what}.`);
  }
}

/** Lets one in at a time; the others wait in a bounded line. */
export class Turnstile {
  readonly #line: WaitingLine<void>;
  #isTaken = false;

  constructor(limits: LineLimits, clock: Clock) {
    this.#line = new WaitingLine(limits, clock);
  }

  /** True when nobody is inside and nobody waits. */
  get isIdle(): boolean {
    return !this.#isTaken && this.#line.size === 0;
  }

  /**
   * Waits for the turn; the answer ends it.
   * @throws GatewayError queue_full, queue_timeout; the signal's reason when it aborts
   */
  async enter(signal: AbortSignal): Promise<() => void> {
    if (this.#isTaken) await this.#line.wait(signal);
    this.#isTaken = true;
    let isInside = true;
    return () => {
      if (!isInside) return;
      isInside = false;
      this.#isTaken = this.#line.serve(undefined);
    };
  }
}
