import type { Clock } from './clock.ts';
import { GatewayError } from './errors.ts';
import type { Store } from './store.ts';

const DAY_MS = 86_400_000;

/** Leave to send one message today. */
export interface Reservation {
  /**
   * A message was sent; the first one uses the reservation up, further ones count besides. Never throws: a store that
   * does not answer is told with the next message.
   */
  spend(): Promise<void>;
  /** Nothing more will be sent; an unused reservation is given back. */
  end(): void;
}

/** Counts what an account sends in a day (UTC) against the operator's `dailyLimit`; the count survives restarts. */
export class DailyQuota {
  readonly #counter: string;
  /** Messages on one day. */
  readonly limit: number;
  readonly #store: Store;
  readonly #clock: Clock;
  #day = '';
  #dayStart = Number.NaN;
  #used = 0;
  /** Of those used today, what the store does not know yet. */
  #owed = 0;
  #reserved = 0;

  constructor(accountId: string, limit: number, store: Store, clock: Clock) {
    this.#counter = `sent:${accountId}`;
    this.limit = limit;
    this.#store = store;
    this.#clock = clock;
  }

  /** What was sent today. */
  get used(): number {
    this.#turnDay();
    return this.#used;
  }

  /** Reads today's count from the store; to be called once before use. */
  async open(): Promise<void> {
    this.#day = this.#today();
    this.#used = await this.#store.count(this.#counter, this.#day);
  }

  /** The error `account_limited` once today's share is used up. */
  trouble(): GatewayError | undefined {
    this.#turnDay();
    if (this.#used + this.#reserved < this.limit) return undefined;
    const now = this.#clock.now();
    return new GatewayError(
      'account_limited',
      `The account's dailyLimit of ${this.limit} messages is used up.`,
      {
        retryAfterMs: DAY_MS - (now % DAY_MS),
        hint: 'Wait for the next day (UTC), raise dailyLimit, or add another account to send.',
      },
    );
  }

  /** Keeps one message of today's share back, so that requests side by side cannot share the last one. */
  reserve(): Reservation {
    let isHeld = true;
    this.#reserved += 1;
    const giveBack = () => {
      if (isHeld) this.#reserved -= 1;
      isHeld = false;
    };
    return {
      spend: () => {
        giveBack();
        return this.#spend();
      },
      end: giveBack,
    };
  }

  async #spend(): Promise<void> {
    this.#turnDay();
    this.#used += 1;
    this.#owed += 1;
    while (this.#owed > 0 && (await this.#tellOne()));
  }

  /** Tells the store of one message; false when it does not answer. */
  async #tellOne(): Promise<boolean> {
    const day = this.#day;
    this.#owed -= 1;
    try {
      const stored = await this.#store.increment(this.#counter, day);
      // The store remembers a day to which the clock was set back.
      if (day === this.#day) this.#used = Math.max(this.#used, stored);
      return true;
    } catch {
      if (day === this.#day) this.#owed += 1;
      return false;
    }
  }

  #turnDay(): void {
    // The name of a day is dear, and this is asked with every look at an account.
    if (this.#clock.now() >= this.#dayStart && this.#clock.now() < this.#dayStart + DAY_MS) return;
    const today = this.#today();
    if (today === this.#day) return;
    this.#day = today;
    this.#used = 0;
    this.#owed = 0;
  }

  #today(): string {
    const now = this.#clock.now();
    this.#dayStart = now - (now % DAY_MS);
    return new Date(now).toISOString().slice(0, 10);
  }
}
