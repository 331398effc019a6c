import { type DiscordObserver, journeys } from '../../core/observe.ts';

/** What callers ask for leaves by these calls; all others prepare it. */
const ORDERS = new Set(['/channels/{id}/messages', '/interactions']);

/** Takes the time of one request to the API, for the observer and for the journey it belongs to. */
export class CallWatch {
  readonly #call: { readonly accountId: string; readonly method: string; readonly route: string };
  readonly #observer: DiscordObserver | undefined;
  readonly #journey = journeys.getStore();
  #since = performance.now();
  #limit: 'bucket' | 'global' | undefined;

  constructor(
    call: { readonly method: string; readonly template: string },
    accountId: string,
    observer: DiscordObserver | undefined,
  ) {
    this.#call = { accountId, method: call.method, route: call.template };
    this.#observer = observer;
  }

  /** A limit does not let it through now. */
  mustWait(limit: 'bucket' | 'global'): void {
    this.#limit ??= limit;
  }

  /** The limits let it through, or it was given up. */
  hasWaited(): void {
    const durationMs = this.#lap();
    this.#journey?.waited(durationMs);
    if (this.#limit === undefined) return;
    this.#observer?.waited?.({ accountId: this.#call.accountId, limit: this.#limit, durationMs });
  }

  /** The request begins. */
  leaves(): void {
    if (this.#call.method === 'POST' && ORDERS.has(this.#call.route)) this.#journey?.leaves();
    this.#observer?.callBegan?.(this.#call);
    this.#lap();
  }

  /** The answer is there; status 0 stands for none. */
  ended(status: number): void {
    const durationMs = this.#lap();
    this.#journey?.waited(durationMs);
    this.#observer?.callEnded?.({ ...this.#call, status, durationMs });
  }

  #lap(): number {
    const now = performance.now();
    const durationMs = now - this.#since;
    this.#since = now;
    return durationMs;
  }
}
