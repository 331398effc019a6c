import type { LimitReport } from './bucket.ts';
import { readRefusal } from './errors.ts';
import type { HttpAnswer } from './request.ts';

/** Where a 429 names no time (a page of Cloudflare's, a broken mirror). */
const UNNAMED_WAIT_MS = 5_000;
/** Longer than any limit of Discord's. */
const LONGEST_WAIT_MS = 24 * 3_600_000;
/** Everyone who was told the same time would come back in the same moment. */
const JITTER_MS = 250;

function numberOf(text: string | undefined): number | undefined {
  if (text === undefined || text.trim() === '') return undefined;
  const value = Number(text);
  return Number.isFinite(value) && value >= 0 ? value : undefined;
}

const toMs = (seconds: number | undefined): number | undefined =>
  seconds === undefined ? undefined : Math.ceil(seconds * 1000);

/**
 * What an answer says about limits (Discord docs, "Rate Limits", "Header Format").
 * @param random one number of [0, 1), for the jitter
 */
export function readLimits(answer: HttpAnswer, random: number): LimitReport {
  const report: LimitReport = {
    hash: answer.header('x-ratelimit-bucket'),
    limit: numberOf(answer.header('x-ratelimit-limit')),
    remaining: numberOf(answer.header('x-ratelimit-remaining')),
    resetAfterMs: toMs(numberOf(answer.header('x-ratelimit-reset-after'))),
  };
  if (answer.status !== 429) return report;
  const body = readRefusal(answer.body);
  const seconds = body.retryAfter ?? numberOf(answer.header('retry-after'));
  const named = Math.min(LONGEST_WAIT_MS, Math.max(0, toMs(seconds) ?? UNNAMED_WAIT_MS));
  const retryAfterMs = named + Math.ceil(random * JITTER_MS);
  const scope = answer.header('x-ratelimit-scope');
  // Without Discord's headers it was Cloudflare that answered, and it means the whole address.
  const foreign = report.hash === undefined && scope === undefined && body.retryAfter === undefined;
  const header = answer.header('x-ratelimit-global') === 'true';
  return { ...report, retryAfterMs, global: body.global || header || scope === 'global' || foreign };
}
