/** Counters of this many days before the newest one are kept, so that callers may reset at any hour of any zone. */
const KEPT_DAYS = 7;

const DAY_MS = 86_400_000;

/**
 * The first day (`YYYY-MM-DD`) whose counters are still kept when a counter of `day` is incremented.
 * @throws RangeError when `day` is no date
 */
export function firstKeptDay(day: string): string {
  return new Date(Date.parse(day) - KEPT_DAYS * DAY_MS).toISOString().slice(0, 10);
}
