import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  admit,
  admitGlobally,
  type Bucket,
  FRESH_GLOBAL_LIMIT,
  type LimitReport,
  learn,
  learnGlobally,
  UNKNOWN_BUCKET,
} from './bucket.ts';

const known: Bucket = { known: true, limit: 5, remaining: 2, resetAt: 10_000, blockedUntil: 0 };

describe('a bucket', () => {
  it.each([
    ['lets one request find out', UNKNOWN_BUCKET, 0, 0, { go: true }],
    ['lets the others wait for the answer', UNKNOWN_BUCKET, 1, 0, { go: false, waitMs: 'answer' }],
    ['lets go what remains', known, 3, 5_000, { go: true }],
    ['waits for the reset', { ...known, remaining: 0 }, 0, 4_000, { go: false, waitMs: 6_000 }],
    ['starts a new window at the reset', { ...known, remaining: 0 }, 0, 10_000, { go: true }],
    ['counts what is under way into the new window', known, 5, 10_000, { go: false, waitMs: 'answer' }],
    ['obeys a 429', { ...known, blockedUntil: 7_000 }, 0, 5_000, { go: false, waitMs: 2_000 }],
  ] as const)('%s', (_, bucket, inFlight, now, admission) => {
    expect(admit(bucket, inFlight, now)[1]).toEqual(admission);
  });

  it('counts down what it lets go', () => {
    const [after] = admit(known, 0, 5_000);
    expect(after.remaining).toBe(1);
  });

  it('does not believe an older answer of the same window that names more than is left', () => {
    const report = { limit: 5, remaining: 4, resetAfterMs: 5_000 };
    expect(learn({ ...known, remaining: 1 }, report, 3, 5_000).remaining).toBe(1);
  });

  it('keeps waiting after 429, and sets no bucket limit for a global one', () => {
    expect(learn(known, { retryAfterMs: 3_000 }, 0, 5_000).blockedUntil).toBe(8_000);
    expect(learn(known, { retryAfterMs: 3_000, global: true }, 0, 5_000).blockedUntil).toBe(0);
  });

  it('lets everything go where a server names no limits', () => {
    const bucket = learn(UNKNOWN_BUCKET, {}, 0, 0);
    expect(admit(bucket, 1_000, 0)[1]).toEqual({ go: true });
  });

  it('never sends more than the limit into one window of an honest server, and always gets on', () => {
    const latency = fc.array(fc.integer({ min: 1, max: 900 }), { minLength: 60, maxLength: 60 });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 7 }), latency, (limit, latencies) => {
        const windowMs = 1_000;
        const arrivals: number[] = [];
        let bucket = UNKNOWN_BUCKET;
        let flying: { answerAt: number; report: LimitReport }[] = [];
        let windowEnd = 0;
        let used = 0;
        for (let now = 0; now < 60_000 && arrivals.length < latencies.length; now += 10) {
          for (const done of flying.filter(({ answerAt }) => answerAt <= now)) {
            flying = flying.filter((other) => other !== done);
            bucket = learn(bucket, done.report, flying.length, now);
          }
          for (;;) {
            const [next, admission] = admit(bucket, flying.length, now);
            if (!admission.go || arrivals.length >= latencies.length) break;
            bucket = next;
            if (now >= windowEnd) [windowEnd, used] = [now + windowMs, 0];
            used += 1;
            expect(used).toBeLessThanOrEqual(limit);
            const answerAt = now + (latencies[arrivals.length] ?? 1);
            arrivals.push(now);
            // The reset is told relative to the answer, as long as it is ahead.
            const resetAfterMs = Math.max(0, windowEnd - answerAt);
            flying.push({ answerAt, report: { limit, remaining: limit - used, resetAfterMs } });
          }
        }
        expect(arrivals).toHaveLength(latencies.length);
      }),
      { numRuns: 50 },
    );
  });
});

describe('the limit over all requests', () => {
  it('lets 50 go in any second', () => {
    let limit = FRESH_GLOBAL_LIMIT;
    const sent = (now: number) => {
      const [next, admission] = admitGlobally(limit, now);
      limit = next;
      return admission;
    };
    for (let index = 0; index < 50; index += 1) expect(sent(5_000 + index)).toEqual({ go: true });
    expect(sent(5_100)).toEqual({ go: false, waitMs: 900 });
    expect(sent(6_000)).toEqual({ go: true });
  });

  it('stops everything after a global 429', () => {
    const limit = learnGlobally(FRESH_GLOBAL_LIMIT, { retryAfterMs: 2_000, global: true }, 1_000);
    expect(admitGlobally(limit, 1_500)[1]).toEqual({ go: false, waitMs: 1_500 });
    expect(learnGlobally(FRESH_GLOBAL_LIMIT, { retryAfterMs: 2_000 }, 1_000)).toBe(FRESH_GLOBAL_LIMIT);
  });
});
