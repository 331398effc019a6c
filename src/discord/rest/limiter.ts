import type { CancelTimer, Clock } from '../../core/clock.ts';
import { GatewayError } from '../../core/errors.ts';
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

/** Leave to send one request; to be given back with `settle`. */
export interface Permit {
  /** The bucket's key at the time. */
  readonly key: string;
  readonly route: string;
}

/** Lets requests out no faster than Discord allows. */
export interface Limiter {
  /**
   * Waits for leave to send, in order of the calls per bucket.
   * @param route method, path template and major id, e.g. `POST /channels/{id}/messages 123`
   * @param deadline milliseconds since the Unix epoch after which waiting makes no sense
   * @param onWait called when a limit does not let it through at once, with the one that holds it up
   * @throws GatewayError rate_limited with `retryAfterMs`; the signal's reason
   */
  acquire(
    route: string,
    deadline: number,
    signal?: AbortSignal,
    onWait?: (limit: HeldBy) => void,
  ): Promise<Permit>;
  /** Tells that the request ended, and what its answer said; nothing when there was none. */
  settle(permit: Permit, report?: LimitReport): void;
  /** Sends everyone who waits away with this error. */
  stop(error: Error): void;
}

/** Which limit holds a request up. */
export type HeldBy = 'bucket' | 'global';

interface Waiter {
  readonly onWait: ((limit: HeldBy) => void) | undefined;
  readonly route: string;
  readonly deadline: number;
  readonly go: (permit: Permit) => void;
  readonly giveUp: (error: unknown) => void;
}

interface Lane {
  bucket: Bucket;
  inFlight: number;
  readonly waiting: Waiter[];
  cancelTimer: CancelTimer | undefined;
}

/** Lanes beyond this number are forgotten when nothing is known of them that still matters. */
const MOST_LANES = 500;

/**
 * Makes a limiter for one account.
 * @param perSecond most requests a second in all; Discord's own limit when left out, 0 = none of our own
 */
export function createLimiter(clock: Clock, perSecond?: number): Limiter {
  return new LaneLimiter(clock, perSecond);
}

class LaneLimiter implements Limiter {
  readonly #clock: Clock;
  readonly #lanes = new Map<string, Lane>();
  /** Route to bucket key, as Discord told; several routes may share a bucket. */
  readonly #keys = new Map<string, string>();
  readonly #perSecond: number | undefined;
  #global = FRESH_GLOBAL_LIMIT;

  constructor(clock: Clock, perSecond: number | undefined) {
    this.#clock = clock;
    this.#perSecond = perSecond;
  }

  acquire(
    route: string,
    deadline: number,
    signal?: AbortSignal,
    onWait?: (limit: HeldBy) => void,
  ): Promise<Permit> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason);
      const leave = (error: unknown) => {
        this.#forget(waiter);
        waiter.giveUp(error);
      };
      const patienceMs = Math.max(0, deadline - this.#clock.now());
      const cancel = this.#clock.after(patienceMs, () => leave(tooLong(route, 0)));
      const onAbort = () => leave(signal?.reason);
      const done = () => {
        cancel();
        signal?.removeEventListener('abort', onAbort);
      };
      const waiter: Waiter = {
        onWait,
        route,
        deadline,
        go(permit) {
          done();
          resolve(permit);
        },
        giveUp(error) {
          done();
          reject(error);
        },
      };
      signal?.addEventListener('abort', onAbort, { once: true });
      const key = this.#keys.get(route) ?? route;
      this.#laneOf(key).waiting.push(waiter);
      this.#pump(key);
    });
  }

  settle(permit: Permit, report?: LimitReport): void {
    const lane = this.#laneOf(permit.key);
    lane.inFlight = Math.max(0, lane.inFlight - 1);
    if (report) {
      const now = this.#clock.now();
      lane.bucket = learn(lane.bucket, report, lane.inFlight, now);
      this.#global = learnGlobally(this.#global, report, now);
    }
    const key = report?.hash === undefined ? permit.key : `${report.hash} ${majorOf(permit.route)}`;
    if (key !== permit.key) this.#rename(permit.route, permit.key, key);
    this.#pump(key);
    if (key !== permit.key && this.#lanes.has(permit.key)) this.#pump(permit.key);
  }

  stop(error: Error): void {
    for (const lane of this.#lanes.values()) {
      lane.cancelTimer?.();
      for (const waiter of lane.waiting.splice(0)) waiter.giveUp(error);
    }
  }

  #laneOf(key: string): Lane {
    const known = this.#lanes.get(key);
    if (known) return known;
    this.#prune();
    const lane: Lane = { bucket: UNKNOWN_BUCKET, inFlight: 0, waiting: [], cancelTimer: undefined };
    this.#lanes.set(key, lane);
    return lane;
  }

  #prune(): void {
    if (this.#lanes.size < MOST_LANES) return;
    const now = this.#clock.now();
    for (const [key, lane] of this.#lanes) {
      const idle = lane.inFlight === 0 && lane.waiting.length === 0;
      if (idle && now >= lane.bucket.resetAt && now >= lane.bucket.blockedUntil) this.#lanes.delete(key);
    }
    for (const [route, key] of this.#keys) if (!this.#lanes.has(key)) this.#keys.delete(route);
  }

  /** Lets out what may go; returns with a timer set when the rest has to wait for the time. */
  #pump(key: string): void {
    const lane = this.#laneOf(key);
    lane.cancelTimer?.();
    lane.cancelTimer = undefined;
    for (let waiter = lane.waiting[0]; waiter; waiter = lane.waiting[0]) {
      const { waitMs, heldBy } = this.#admitOne(lane);
      if (waitMs === 'answer') return;
      if (waitMs > 0) {
        for (const { onWait } of lane.waiting) onWait?.(heldBy);
        this.#sendLateAway(lane, waitMs);
        lane.cancelTimer = this.#clock.after(waitMs, () => this.#pump(key));
        return;
      }
      lane.waiting.shift();
      lane.inFlight += 1;
      waiter.go({ key, route: waiter.route });
    }
  }

  /** 0 when one more request may leave; then it is counted already. */
  #admitOne(lane: Lane): { readonly waitMs: number | 'answer'; readonly heldBy: HeldBy } {
    const now = this.#clock.now();
    const [bucket, own] = admit(lane.bucket, lane.inFlight, now);
    if (!own.go) return { waitMs: own.waitMs, heldBy: 'bucket' };
    const [global, all] = admitGlobally(this.#global, now, this.#perSecond);
    if (!all.go) return { waitMs: all.waitMs, heldBy: 'global' };
    lane.bucket = bucket;
    this.#global = global;
    return { waitMs: 0, heldBy: 'bucket' };
  }

  #sendLateAway(lane: Lane, waitMs: number): void {
    const earliest = this.#clock.now() + waitMs;
    for (const waiter of lane.waiting.filter(({ deadline }) => deadline < earliest)) {
      lane.waiting.splice(lane.waiting.indexOf(waiter), 1);
      waiter.giveUp(tooLong(waiter.route, waitMs));
    }
  }

  #forget(waiter: Waiter): void {
    for (const lane of this.#lanes.values()) {
      const index = lane.waiting.indexOf(waiter);
      if (index >= 0) lane.waiting.splice(index, 1);
    }
  }

  /** Moves what waits to the bucket that Discord named. */
  #rename(route: string, from: string, to: string): void {
    this.#keys.set(route, to);
    const source = this.#laneOf(from);
    const target = this.#laneOf(to);
    if (!target.bucket.known) target.bucket = source.bucket;
    target.waiting.push(...source.waiting.filter((waiter) => waiter.route === route));
    const others = source.waiting.filter((waiter) => waiter.route !== route);
    source.waiting.splice(0, source.waiting.length, ...others);
    if (others.length > 0 || source.inFlight > 0) return;
    source.cancelTimer?.();
    this.#lanes.delete(from);
  }
}

const majorOf = (route: string): string => route.slice(route.lastIndexOf(' ') + 1);

function tooLong(route: string, waitMs: number): GatewayError {
  return new GatewayError('rate_limited', `Discord allows no ${routeName(route)} for now.`, {
    retryAfterMs: Math.max(1_000, waitMs),
  });
}

const routeName = (route: string): string => route.slice(0, route.lastIndexOf(' '));
