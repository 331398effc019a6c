import type { Clock } from '../../core/clock.ts';
import type { FinishedRequest } from '../access-log.ts';

/** What callers asked for within one minute. */
export interface ActivityMinute {
  /** Begin of the minute, in milliseconds since the epoch. */
  readonly at: number;
  readonly requests: number;
  /** Answers of 400 and above; callers that left do not count. */
  readonly errors: number;
  /** How long answers took; null where there were none. */
  readonly p50Ms: number | null;
  readonly p95Ms: number | null;
}

interface Minute {
  requests: number;
  errors: number;
  readonly durationsMs: number[];
}

const MINUTE_MS = 60_000;
const MINUTES = 60;
/** Durations that are kept of a minute; of more, every one has the same chance to be among them. */
const MOST_DURATIONS = 500;
const LEFT = 499;

/** Probes, the web interface's own files and calls: they say nothing about callers. */
const OWN_DIALECTS: ReadonlySet<string> = new Set(['operations', 'admin', 'ui', 'none']);

/** The requests of the last hour, minute by minute, in memory. */
export class ActivityBook {
  readonly #clock: Clock;
  readonly #random: () => number;
  readonly #minutes = new Map<number, Minute>();

  constructor(clock: Clock, random: () => number = Math.random) {
    this.#clock = clock;
    this.#random = random;
  }

  /** Notes a request that has ended; never throws. */
  add(request: FinishedRequest): void {
    if (!isOfCallers(request)) return;
    const { status, durationMs } = request;
    const minute = this.#current();
    minute.requests += 1;
    if (status >= 400 && status !== LEFT) minute.errors += 1;
    if (minute.durationsMs.length < MOST_DURATIONS) minute.durationsMs.push(durationMs);
    else {
      const place = Math.floor(this.#random() * minute.requests);
      if (place < MOST_DURATIONS) minute.durationsMs[place] = durationMs;
    }
  }

  /** The last 60 minutes, oldest first, the running one last. */
  minutes(): ActivityMinute[] {
    const now = this.#now();
    return Array.from({ length: MINUTES }, (_, index) => {
      const at = now - (MINUTES - 1 - index) * MINUTE_MS;
      const { requests, errors, durationsMs } = this.#minutes.get(at) ?? NOTHING;
      const sorted = [...durationsMs].sort((left, right) => left - right);
      return { at, requests, errors, p50Ms: quantile(sorted, 0.5), p95Ms: quantile(sorted, 0.95) };
    });
  }

  #current(): Minute {
    const now = this.#now();
    const known = this.#minutes.get(now);
    if (known) return known;
    for (const at of this.#minutes.keys()) if (at <= now - MINUTES * MINUTE_MS) this.#minutes.delete(at);
    const made = { requests: 0, errors: 0, durationsMs: [] };
    this.#minutes.set(now, made);
    return made;
  }

  #now(): number {
    const now = this.#clock.now();
    return now - (now % MINUTE_MS);
  }
}

const NOTHING: Minute = { requests: 0, errors: 0, durationsMs: [] };

/** Looks at how things stand are not counted in the native dialect: the web interface asks all the time. */
function isOfCallers({ dialect, method }: FinishedRequest): boolean {
  if (OWN_DIALECTS.has(dialect)) return false;
  return dialect !== 'native' || method === 'POST';
}

function quantile(sorted: readonly number[], part: number): number | null {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? null;
}
