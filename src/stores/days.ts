/** Counters of this many days before the newest one are kept, so that callers may reset at any hour of any zone. */
const KEPT_DAYS = 7;

/** Usage is kept for this many days, the newest one among them. */
const USAGE_DAYS = 400;

const DAY_MS = 86_400_000;

/**
 * The first day (`YYYY-MM-DD`) whose counters are still kept when a counter of `day` is incremented.
 * @throws RangeError when `day` is no date
 */
export function firstKeptDay(day: string): string {
  return daysBefore(day, KEPT_DAYS);
}

/**
 * The first day (`YYYY-MM-DD`) whose usage is still kept when usage of `day` is added.
 * @throws RangeError when `day` is no date
 */
export function firstUsageDay(day: string): string {
  return daysBefore(day, USAGE_DAYS - 1);
}

function daysBefore(day: string, days: number): string {
  return new Date(Date.parse(day) - days * DAY_MS).toISOString().slice(0, 10);
}
