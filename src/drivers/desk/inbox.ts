import type { Clock } from '../../core/clock.ts';

/** Things to do for one job, in order; whoever does them waits here for the next one. */
export class Inbox<Item> {
  readonly #items: Item[] = [];
  #wake: (() => void) | undefined;

  /** How many wait to be taken. */
  get size(): number {
    return this.#items.length;
  }

  /** Adds something to do. */
  push(item: Item): void {
    this.#items.push(item);
    this.stir();
  }

  /** The next thing to do, if there is one. */
  take(): Item | undefined {
    return this.#items.shift();
  }

  /** Lets whoever waits look again: what it waits for has changed. */
  stir(): void {
    this.#wake?.();
  }

  /** Waits until something is there or was stirred, at most until `dueAt`. Rejects with the signal's reason. */
  wait(clock: Clock, dueAt: number, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    if (this.#items.length > 0) return Promise.resolve();
    return new Promise((resolve, reject) => {
      const leave = () => {
        cancel();
        signal.removeEventListener('abort', onAbort);
        this.#wake = undefined;
      };
      const onAbort = () => {
        leave();
        reject(signal.reason);
      };
      const wake = () => {
        leave();
        resolve();
      };
      const cancel = clock.after(Math.max(0, dueAt - clock.now()), wake);
      this.#wake = wake;
      signal.addEventListener('abort', onAbort, { once: true });
    });
  }
}
