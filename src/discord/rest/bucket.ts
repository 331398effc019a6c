/**
 * Discord's rate limits as pure functions: what is known of one bucket, and of the limit over all of them.
 * Source: Discord docs, "Rate Limits".
 */

/** What one answer says about limits. */
export interface LimitReport {
  /** `X-RateLimit-Bucket`. */
  readonly hash?: string | undefined;
  /** `X-RateLimit-Limit`. */
  readonly limit?: number | undefined;
  /** `X-RateLimit-Remaining`. */
  readonly remaining?: number | undefined;
  /** `X-RateLimit-Reset-After` in milliseconds: relative, so that no clock has to be right. */
  readonly resetAfterMs?: number | undefined;
  /** Set on 429. */
  readonly retryAfterMs?: number | undefined;
  /** True when a 429 concerns the whole account, not one bucket. */
  readonly global?: boolean;
}

/** What is known of one bucket. Times are milliseconds since the Unix epoch. */
export interface Bucket {
  /** False until the first answer: until then one request at a time finds out. */
  readonly known: boolean;
  /** Requests per window; infinite when the server named none. */
  readonly limit: number;
  readonly remaining: number;
  readonly resetAt: number;
  /** No request before this time: Discord said 429. */
  readonly blockedUntil: number;
}

/** A bucket that nothing is known of. */
export const UNKNOWN_BUCKET: Bucket = {
  known: false,
  limit: Number.POSITIVE_INFINITY,
  remaining: Number.POSITIVE_INFINITY,
  resetAt: 0,
  blockedUntil: 0,
};

/** Go, or how long to wait at least; `answer` means until a request that is under way was answered. */
export type Admission = { readonly go: true } | { readonly go: false; readonly waitMs: number | 'answer' };

/** The answer to "may one more request leave?", and the bucket after it left. */
export function admit(bucket: Bucket, inFlight: number, now: number): readonly [Bucket, Admission] {
  if (now < bucket.blockedUntil) return [bucket, { go: false, waitMs: bucket.blockedUntil - now }];
  if (!bucket.known) return [bucket, inFlight === 0 ? { go: true } : { go: false, waitMs: 'answer' }];
  const renewed = now >= bucket.resetAt;
  // Requests under way count into the new window: whether the old one saw them is not known.
  const remaining = renewed ? bucket.limit - inFlight : bucket.remaining;
  if (remaining >= 1) return [{ ...bucket, remaining: remaining - (renewed ? 0 : 1) }, { go: true }];
  if (!renewed) return [bucket, { go: false, waitMs: bucket.resetAt - now }];
  return inFlight > 0 ? [bucket, { go: false, waitMs: 'answer' }] : [bucket, { go: true }];
}

/** The bucket after an answer, while `inFlight` other requests are still under way. */
export function learn(bucket: Bucket, report: LimitReport, inFlight: number, now: number): Bucket {
  const blocked =
    report.retryAfterMs !== undefined && !report.global
      ? Math.max(bucket.blockedUntil, now + report.retryAfterMs)
      : bucket.blockedUntil;
  const { limit, remaining, resetAfterMs } = report;
  if (limit === undefined || remaining === undefined || resetAfterMs === undefined) {
    return { ...bucket, known: true, blockedUntil: blocked };
  }
  const resetAt = now + resetAfterMs;
  const sameWindow = bucket.known && now < bucket.resetAt;
  const left = Math.max(0, sameWindow ? Math.min(bucket.remaining, remaining) : remaining - inFlight);
  return {
    known: true,
    limit: Math.max(1, limit),
    remaining: left,
    resetAt: sameWindow ? Math.max(bucket.resetAt, resetAt) : resetAt,
    blockedUntil: blocked,
  };
}

/** The limit over all requests of an account. */
export interface GlobalLimit {
  readonly windowStart: number;
  readonly used: number;
  readonly blockedUntil: number;
}

/** Nothing used. */
export const FRESH_GLOBAL_LIMIT: GlobalLimit = { windowStart: 0, used: 0, blockedUntil: 0 };

const GLOBAL_WINDOW_MS = 1_000;
/** Requests per second of one account (Discord docs, "Global Rate Limit"). */
const GLOBAL_REQUESTS_PER_SECOND = 50;

/** Like `admit`, for the limit over all requests; `perSecond` 0 leaves it to Discord to say when it is too much. */
export function admitGlobally(
  global: GlobalLimit,
  now: number,
  perSecond: number = GLOBAL_REQUESTS_PER_SECOND,
): readonly [GlobalLimit, Admission] {
  if (now < global.blockedUntil) return [global, { go: false, waitMs: global.blockedUntil - now }];
  if (perSecond === 0) return [global, { go: true }];
  if (now - global.windowStart >= GLOBAL_WINDOW_MS || now < global.windowStart) {
    return [{ ...global, windowStart: now, used: 1 }, { go: true }];
  }
  if (global.used < perSecond) return [{ ...global, used: global.used + 1 }, { go: true }];
  return [global, { go: false, waitMs: global.windowStart + GLOBAL_WINDOW_MS - now }];
}

/** The limit after an answer. */
export function learnGlobally(global: GlobalLimit, report: LimitReport, now: number): GlobalLimit {
  if (!report.global || report.retryAfterMs === undefined) return global;
  return { ...global, blockedUntil: Math.max(global.blockedUntil, now + report.retryAfterMs) };
}
