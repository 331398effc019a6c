/**
 * Rate limits as Discord keeps them: one window per account, route and major parameter, one for all routes of an
 * account, one for invalid requests (Discord docs, "Rate Limits"). The figures of single routes are not documented;
 * these are what its headers show.
 */
import { createHash } from 'node:crypto';
import type { Clock } from '../core/clock.ts';

/** So many requests in so many milliseconds. */
export interface Rate {
  readonly limit: number;
  readonly windowMs: number;
}

/** All limits of the simulator; a missing one does not limit. */
export interface Limits {
  /** Per account, over all routes. */
  readonly global?: Rate | undefined;
  /** By route name, e.g. `POST /channels/:id/messages`. */
  readonly routes?: Readonly<Record<string, Rate>> | undefined;
  /** For every route not named in `routes`. */
  readonly otherRoutes?: Rate | undefined;
  /** Changes of a channel's name or topic, per channel, beside the window of the route. */
  readonly rename?: Rate | undefined;
  /** Answers with 401, 403 or 429, over all accounts; then everything is blocked for an hour. */
  readonly invalidRequests?: Rate | undefined;
  /** Sends of a gateway client per minute. */
  readonly gatewaySendsPerMinute?: number | undefined;
  /** Time between two IDENTIFYs of a bot (`max_concurrency` 1). */
  readonly identifyEveryMs?: number | undefined;
}

/** What the options take: Discord's limits, none, or some of one's own. */
export type LimitsOption = 'discord' | 'none' | Limits;

/** The limits of the real Discord. */
const DISCORD_LIMITS: Limits = {
  global: { limit: 50, windowMs: 1000 },
  routes: {
    'POST /channels/:id/messages': { limit: 5, windowMs: 5000 },
    'PATCH /channels/:id/messages/:id': { limit: 5, windowMs: 5000 },
    'DELETE /channels/:id/messages/:id': { limit: 5, windowMs: 1000 },
    'GET /channels/:id/messages': { limit: 5, windowMs: 5000 },
    'POST /channels/:id/typing': { limit: 5, windowMs: 5000 },
    // Never documented and never observed here: bots are known to make hundreds of channels within a minute.
    'POST /guilds/:id/channels': { limit: 50, windowMs: 10_000 },
    'PATCH /channels/:id': { limit: 5, windowMs: 15_000 },
    'GET /gateway/bot': { limit: 2, windowMs: 5000 },
  },
  otherRoutes: { limit: 30, windowMs: 5000 },
  rename: { limit: 2, windowMs: 600_000 },
  invalidRequests: { limit: 10_000, windowMs: 600_000 },
  gatewaySendsPerMinute: 120,
  identifyEveryMs: 5000,
};

/** Fills in what an option means. */
export function resolveLimits(option: LimitsOption | undefined): Limits {
  if (option === undefined || option === 'discord') return DISCORD_LIMITS;
  return option === 'none' ? {} : option;
}

/** The state of one window after a request. */
export interface Allowance {
  readonly allowed: boolean;
  readonly rate: Rate;
  readonly remaining: number;
  readonly resetAt: number;
  readonly resetAfterMs: number;
}

interface Window {
  resetAt: number;
  used: number;
}

/** Counts requests in windows that begin with their first request. */
export class Windows {
  readonly #clock: Clock;
  readonly #windows = new Map<string, Window>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Takes one from a window, or says when the next may come. */
  take(key: string, rate: Rate): Allowance {
    const now = this.#clock.now();
    let window = this.#windows.get(key);
    if (!window || window.resetAt <= now) {
      window = { resetAt: now + rate.windowMs, used: 0 };
      this.#windows.set(key, window);
      if (this.#windows.size > 5000) this.#forget(now);
    }
    const allowed = window.used < rate.limit;
    if (allowed) window.used += 1;
    return {
      allowed,
      rate,
      remaining: Math.max(0, rate.limit - window.used),
      resetAt: window.resetAt,
      resetAfterMs: window.resetAt - now,
    };
  }

  /** False when a window is full; unknown windows have room. */
  hasRoom(key: string, rate: Rate): boolean {
    const window = this.#windows.get(key);
    return !window || window.resetAt <= this.#clock.now() || window.used < rate.limit;
  }

  #forget(now: number): void {
    for (const [key, window] of this.#windows) if (window.resetAt <= now) this.#windows.delete(key);
  }
}

/** The headers that tell of a window. */
export function limitHeaders(allowance: Allowance, route: string): Record<string, string> {
  return {
    'x-ratelimit-limit': String(allowance.rate.limit),
    'x-ratelimit-remaining': String(allowance.remaining),
    'x-ratelimit-reset': (allowance.resetAt / 1000).toFixed(3),
    'x-ratelimit-reset-after': (allowance.resetAfterMs / 1000).toFixed(3),
    'x-ratelimit-bucket': bucketHash(route),
  };
}

const hashes = new Map<string, string>();

/** The opaque name of a bucket. */
function bucketHash(route: string): string {
  let hash = hashes.get(route);
  if (!hash) {
    hash = createHash('md5').update(route).digest('hex');
    hashes.set(route, hash);
  }
  return hash;
}
