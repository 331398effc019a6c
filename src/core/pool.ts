import type { Clock } from './clock.ts';
import { type ErrorCode, GatewayError } from './errors.ts';

/** Someone who can take a share of the work: a sending account, or a bot of a pool. */
export interface Member {
  readonly id: string;
  /** Why the member cannot work at all right now; undefined when it can. Asked before each use. */
  readonly trouble?: () => GatewayError | undefined;
}

/** The right to use a member once. Must be freed. */
export interface Share<M extends Member> {
  readonly member: M;
  free(): void;
}

/** How a failure sends a member to rest. A firm rest is kept; a soft one only makes others preferred. */
interface RestRule {
  readonly firm: boolean;
  readonly restMs: number;
}

const HOUR_MS = 3_600_000;

/** What each failure means for the member it happened to. Codes that are not listed are no fault of a member. */
const REST_RULES: Partial<Record<ErrorCode, RestRule>> = {
  account_limited: { firm: true, restMs: HOUR_MS },
  account_disabled: { firm: true, restMs: HOUR_MS },
  human_required: { firm: true, restMs: HOUR_MS },
  bot_exhausted: { firm: true, restMs: HOUR_MS },
  bot_busy: { firm: false, restMs: 20_000 },
  bot_failed: { firm: false, restMs: 5_000 },
  answer_timeout: { firm: false, restMs: 30_000 },
  discord_refused: { firm: false, restMs: 30_000 },
  rate_limited: { firm: false, restMs: 5_000 },
};

interface Seat<M extends Member> {
  readonly member: M;
  busy: number;
  /** Counts up with each use of the pool: the smaller, the longer not used. */
  usedAt: number;
  restsUntil: number;
  rest: { readonly firm: boolean; readonly error: GatewayError } | undefined;
}

/** Shares work among members: the least busy first, of equals the longest unused; limited and failing ones rest. */
export class Pool<M extends Member> {
  readonly #seats: readonly Seat<M>[];
  readonly #clock: Clock;
  #uses = 0;

  constructor(members: readonly M[], clock: Clock) {
    this.#seats = members.map((member) => ({ member, busy: 0, usedAt: 0, restsUntil: 0, rest: undefined }));
    this.#clock = clock;
  }

  /** How many shares are in use. */
  get busy(): number {
    return this.#seats.reduce((sum, seat) => sum + seat.busy, 0);
  }

  /** Why no member can work right now; undefined when one can. */
  trouble(): GatewayError | undefined {
    return this.#seats.some((seat) => this.#refusal(seat) === undefined)
      ? undefined
      : this.#soonest(this.#seats);
  }

  /** True when the member exists and neither rests firmly nor is in trouble. */
  canUse(id: string): boolean {
    const seat = this.#seats.find((other) => other.member.id === id);
    return seat !== undefined && this.#refusal(seat) === undefined;
  }

  /**
   * Takes the preferred member unless it rests firmly, else the least busy of those that do not rest at all: what it
   * knows is worth more than a failure it had with somebody else.
   * @param tried ids that must not be taken again
   * @throws the error that keeps the member away that comes back first; undefined members left: `lastError`
   */
  take(preferredId: string | undefined, tried: ReadonlySet<string>, lastError?: Error): Share<M> {
    const open = this.#seats.filter((seat) => !tried.has(seat.member.id));
    const able = open.filter((seat) => this.#refusal(seat) === undefined);
    const seat = able.find((other) => other.member.id === preferredId) ?? this.#best(able);
    if (seat === undefined) throw lastError ?? this.#soonest(open);
    seat.busy += 1;
    this.#uses += 1;
    seat.usedAt = this.#uses;
    return this.#share(seat);
  }

  /** Sends the member to rest if the error is its fault; true when another member may do better. */
  blame(id: string, error: unknown): boolean {
    const seat = this.#seats.find((other) => other.member.id === id);
    if (!(error instanceof GatewayError)) return false;
    const rule = REST_RULES[error.code];
    if (rule === undefined || seat === undefined) return false;
    this.#letRest(seat, rule, error);
    return true;
  }

  /** Several requests may be under way when a limit is met: a firm rest is never cut short by a softer failure. */
  #letRest(seat: Seat<M>, rule: RestRule, error: GatewayError): void {
    const until = this.#clock.now() + (error.retryAfterMs ?? rule.restMs);
    const restsFirmly = seat.rest?.firm === true && this.#rests(seat);
    if (restsFirmly && (!rule.firm || until < seat.restsUntil)) return;
    seat.restsUntil = until;
    seat.rest = { firm: rule.firm, error };
  }

  #share(seat: Seat<M>): Share<M> {
    let isHeld = true;
    return {
      member: seat.member,
      free: () => {
        if (isHeld) seat.busy -= 1;
        isHeld = false;
      },
    };
  }

  #rests(seat: Seat<M>): boolean {
    return seat.restsUntil > this.#clock.now();
  }

  #refusal(seat: Seat<M>): GatewayError | undefined {
    const trouble = seat.member.trouble?.();
    if (trouble) return trouble;
    return seat.rest?.firm && this.#rests(seat) ? seat.rest.error : undefined;
  }

  #best(able: readonly Seat<M>[]): Seat<M> | undefined {
    const awake = able.filter((seat) => !this.#rests(seat));
    const candidates = awake.length > 0 ? awake : able;
    return candidates.toSorted((a, b) => a.busy - b.busy || a.usedAt - b.usedAt)[0];
  }

  #soonest(open: readonly Seat<M>[]): GatewayError {
    const now = this.#clock.now();
    const refused = open.filter((seat) => this.#rests(seat)).sort((a, b) => a.restsUntil - b.restsUntil)[0];
    if (refused?.rest) {
      const { code, message, hint } = refused.rest.error;
      return new GatewayError(code, message, { hint, retryAfterMs: refused.restsUntil - now });
    }
    const trouble = open.map((seat) => seat.member.trouble?.()).find((error) => error !== undefined);
    return trouble ?? new GatewayError('account_offline', 'No account is left that could do this.');
  }
}
