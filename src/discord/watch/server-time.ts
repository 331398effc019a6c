import type { Snowflake } from '../../core/discord.ts';
import { compareSnowflakes, snowflakeAt, snowflakeTime } from '../snowflake.ts';

/** What is known of the other side's clock, learned from the ids that it makes. */
export interface ServerTime {
  /** An id that was made just now, or shortly before. */
  saw(id: Snowflake, now: number): void;
  /**
   * A lower bound of the ids that are made from now on. It is looked up late when nothing is known yet: ids of other
   * servers may tell no time at all.
   */
  floor(now: number): () => Snowflake;
}

/** The newest measured difference may be this much too large. */
const TOLERANCE_MS = 1_000;

/** Starts with nothing known. */
export function createServerTime(): ServerTime {
  let newest: Snowflake = '0';
  let newestAt = 0;
  let aheadMs: number | undefined;
  /** Before the first id nothing is known, not even that the ids tell a time. */
  function boundOf(now: number): Snowflake | undefined {
    if (aheadMs === undefined) return undefined;
    const guess = snowflakeAt(now + aheadMs - TOLERANCE_MS);
    // What was seen after that moment is no bound for it.
    if (now < newestAt) return guess;
    return compareSnowflakes(guess, newest) > 0 ? guess : newest;
  }

  return {
    saw(id, now) {
      if (compareSnowflakes(id, newest) <= 0) return;
      newest = id;
      newestAt = now;
      // The way here makes the difference look smaller than it is, so the largest is the truest.
      aheadMs = Math.max(aheadMs ?? Number.NEGATIVE_INFINITY, snowflakeTime(id) - now);
    },
    floor(now) {
      const known = boundOf(now);
      return () => known ?? boundOf(now) ?? '0';
    },
  };
}
