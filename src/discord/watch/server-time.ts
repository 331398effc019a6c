import type { Snowflake } from '../../core/discord.ts';
import { compareSnowflakes, snowflakeAt, snowflakeTime } from '../snowflake.ts';

/** What is known of the other side's clock, learned from the ids that it makes. */
export interface ServerTime {
  /** An id that was made just now, or shortly before. */
  saw(id: Snowflake, now: number): void;
  /** A lower bound of the ids that are made from now on. */
  floor(now: number): Snowflake;
}

/** Clocks of machines that were never compared are trusted this far. */
const UNKNOWN_SKEW_MS = 5 * 60_000;
/** The newest measured difference may be this much too large. */
const TOLERANCE_MS = 1_000;

/** Starts with nothing known. */
export function createServerTime(): ServerTime {
  let newest: Snowflake = '0';
  let aheadMs: number | undefined;
  return {
    saw(id, now) {
      if (compareSnowflakes(id, newest) <= 0) return;
      newest = id;
      // The way here makes the difference look smaller than it is, so the largest is the truest.
      aheadMs = Math.max(aheadMs ?? Number.NEGATIVE_INFINITY, snowflakeTime(id) - now);
    },
    floor(now) {
      const guess = snowflakeAt(now + (aheadMs === undefined ? -UNKNOWN_SKEW_MS : aheadMs - TOLERANCE_MS));
      return compareSnowflakes(guess, newest) > 0 ? guess : newest;
    },
  };
}
