/** Sums of what was used. Days are those of UTC, as `YYYY-MM-DD`. */
import type { DailyUsage } from '../../api/keys.ts';

/** What is counted. */
export type Metric = 'chats' | 'tokens' | 'pictures' | 'videos';

/** All that is counted, in the order of the page. */
export const METRICS: readonly Metric[] = ['chats', 'tokens', 'pictures', 'videos'];

/** Numbers of some entries. */
export type Counts = Readonly<
  Record<'chats' | 'promptTokens' | 'completionTokens' | 'pictures' | 'videos', number>
>;

/** A row of the table. */
export interface UsageRow extends Counts {
  readonly id: string;
  readonly day?: string;
  readonly key?: string;
  readonly bot?: string;
}

const DAY_MS = 86_400_000;
const NOTHING: Counts = { chats: 0, promptTokens: 0, completionTokens: 0, pictures: 0, videos: 0 };

/** The last days, oldest first, today included. @param now milliseconds since the epoch */
export function lastDays(count: number, now: number): readonly string[] {
  return Array.from({ length: count }, (_, index) =>
    new Date(now - (count - 1 - index) * DAY_MS).toISOString().slice(0, 10),
  );
}

/** Midnight of a day where the reader is, so that it is written as the same day. Milliseconds since the epoch. */
export function momentOf(day: string): number {
  return new Date(`${day}T00:00`).getTime();
}

/** All together. */
export function sumOf(entries: readonly Counts[]): Counts {
  return entries.reduce(
    (sum, entry) => ({
      chats: sum.chats + entry.chats,
      promptTokens: sum.promptTokens + entry.promptTokens,
      completionTokens: sum.completionTokens + entry.completionTokens,
      pictures: sum.pictures + entry.pictures,
      videos: sum.videos + entry.videos,
    }),
    NOTHING,
  );
}

/** One number of some counts. */
export function countOf(counts: Counts, metric: Metric): number {
  return metric === 'tokens' ? counts.promptTokens + counts.completionTokens : counts[metric];
}

/** One row for each day with use, newest first. */
export function byDay(daily: readonly DailyUsage[]): readonly UsageRow[] {
  return grouped(daily, ({ day }) => day)
    .map(([day, entries]) => ({ id: day, day, ...sumOf(entries) }))
    .sort((left, right) => right.day.localeCompare(left.day));
}

/** One row for each key at each bot, by name. */
export function byCaller(daily: readonly DailyUsage[]): readonly UsageRow[] {
  return grouped(daily, ({ key, bot }) => JSON.stringify([key, bot]))
    .map(([id, entries]) => {
      const [{ key = '', bot = '' } = {}] = entries;
      return { id, key, bot, ...sumOf(entries) };
    })
    .sort((left, right) => left.key.localeCompare(right.key) || left.bot.localeCompare(right.bot));
}

/** The counts of each day of a period. */
export function perDay(daily: readonly DailyUsage[], days: readonly string[]): readonly Counts[] {
  const known = new Map(grouped(daily, ({ day }) => day));
  return days.map((day) => sumOf(known.get(day) ?? []));
}

function grouped(
  daily: readonly DailyUsage[],
  nameOf: (entry: DailyUsage) => string,
): [string, DailyUsage[]][] {
  const groups = new Map<string, DailyUsage[]>();
  for (const entry of daily) {
    const name = nameOf(entry);
    const group = groups.get(name);
    if (group) group.push(entry);
    else groups.set(name, [entry]);
  }
  return [...groups];
}
