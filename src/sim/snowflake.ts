import type { Clock } from '../core/clock.ts';
import { DISCORD_EPOCH_MS } from '../core/ids.ts';

/** Ids of a world whose clock starts near zero (tests) still have the 17 or more digits of real ones. */
const EARLIEST_MS = 1_600_000_000_000;

/** Makes Discord ids: strictly growing, carrying the clock's time (Discord docs, "Snowflakes"). */
export class Snowflakes {
  readonly #clock: Clock;
  #last = 0n;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** The next id. */
  next(): string {
    const now = this.#clock.now();
    const millis = now < EARLIEST_MS ? EARLIEST_MS + Math.max(0, now) : now;
    const candidate = BigInt(Math.floor(millis) - DISCORD_EPOCH_MS) << 22n;
    this.#last = candidate > this.#last ? candidate : this.#last + 1n;
    return this.#last.toString();
  }
}

/** True when `value` reads as an id: 1 to 20 digits that fit into 64 bits. */
export function isSnowflake(value: unknown): value is string {
  return typeof value === 'string' && /^\d{1,20}$/.test(value) && BigInt(value) < 1n << 64n;
}

/** Orders ids by time. */
export function compareIds(left: string, right: string): number {
  return left.length - right.length || (left < right ? -1 : left > right ? 1 : 0);
}
