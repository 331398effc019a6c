import { GatewayError } from '../../core/errors.ts';

/** Counts the answers that are being streamed, over all ports and dialects of a gateway. */
export class StreamGate {
  readonly #most: number;
  #open = 0;

  constructor(most: number) {
    this.#most = most;
  }

  /** How many are open. */
  get open(): number {
    return this.#open;
  }

  /**
   * Refuses what would become one too many; for work that must not begin in vain.
   * @throws GatewayError too_many_streams
   */
  check(): void {
    if (this.#open < this.#most) return;
    const limit = `${this.#most} answers are being streamed, as many as may be (server.limits.streams).`;
    throw new GatewayError('too_many_streams', limit, { retryAfterMs: 1_000 });
  }

  /**
   * Counts a stream in; what it gives counts it out, once.
   * @throws GatewayError too_many_streams
   */
  enter(): () => void {
    this.check();
    this.#open += 1;
    let isInside = true;
    return () => {
      if (isInside) this.#open -= 1;
      isInside = false;
    };
  }
}
