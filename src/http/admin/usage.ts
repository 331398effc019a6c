import { z } from 'zod';
import type { DailyUsage, UsageTotals } from '../../core/store.ts';
import { sumOf } from '../../core/usage.ts';

/** The parameters of `GET /usage`. */
export const usageQuerySchema = z.object({
  since: z.iso
    .date('must be a day of the form YYYY-MM-DD')
    .optional()
    .describe('the first day (UTC) of the daily totals; 30 days back when left out'),
});

/** Days that are told when the caller does not say from when on. */
const DEFAULT_DAYS = 30;
const DAY_MS = 86_400_000;

/** The day from which on daily totals are told. @param now milliseconds since the epoch */
export function firstDay(now: number): string {
  return new Date(now - (DEFAULT_DAYS - 1) * DAY_MS).toISOString().slice(0, 10);
}

/** One entry for each key at each bot; `key` is the name of the key, empty for callers without one. */
export function renderUsage(totals: readonly UsageTotals[], daily: readonly DailyUsage[]) {
  return { usage: totals.map(entryOf), total: sumOf(...totals), daily: daily.map(entryOf) };
}

function entryOf<Usage extends UsageTotals>({ callerId, botId, ...rest }: Usage) {
  return { key: callerId, bot: botId, ...rest };
}
