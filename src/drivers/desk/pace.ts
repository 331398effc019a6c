import { type Clock, sleep } from '../../core/clock.ts';

/** Lets the interactions of an account follow each other with a pause between them. */
export class Pace {
  #nextAt = 0;

  /** Waits for the next turn. Rejects with the signal's reason; the turn is then lost. */
  async turn(clock: Clock, spacingMs: number, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    const now = clock.now();
    const at = Math.max(now, this.#nextAt);
    this.#nextAt = at + spacingMs;
    if (at > now) await sleep(clock, at - now, signal);
  }
}

/** An account may work in several rooms; its port is one and the same. */
const paces = new WeakMap<object, Pace>();

/** The pace of an account, by its port. */
export function paceOf(port: object): Pace {
  const pace = paces.get(port) ?? new Pace();
  paces.set(port, pace);
  return pace;
}
