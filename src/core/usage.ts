import type { Clock } from './clock.ts';
import type { Log } from './log.ts';
import type { ChatReport } from './observe.ts';
import type { Store, UsageTotals } from './store.ts';

/** How long totals may wait in memory before they are written, in milliseconds. */
const WRITE_AFTER_MS = 3_000;

/** Adds up what callers use of bots; written in batches, so that a chat costs no write of its own. */
export class UsageBook {
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #log: Log;
  #waiting = new Map<string, UsageTotals>();
  #cancelWrite: (() => void) | undefined;

  constructor(store: Store, clock: Clock, log: Log) {
    this.#store = store;
    this.#clock = clock;
    this.#log = log;
  }

  /** Counts a chat that has ended with an answer; others used nothing. */
  add({ callerId, botId, usage }: ChatReport): void {
    if (usage === undefined) return;
    const key = `${callerId}\0\0${botId}`;
    const known = this.#waiting.get(key);
    this.#waiting.set(key, {
      callerId,
      botId,
      chats: (known?.chats ?? 0) + 1,
      promptTokens: (known?.promptTokens ?? 0) + usage.promptTokens,
      completionTokens: (known?.completionTokens ?? 0) + usage.completionTokens,
    });
    this.#cancelWrite ??= this.#clock.after(WRITE_AFTER_MS, () => void this.write());
  }

  /** The totals of every caller at every bot. */
  async totals(): Promise<UsageTotals[]> {
    await this.write();
    return this.#store.listUsage();
  }

  /** Writes what waits; to be called before the store is closed. */
  async write(): Promise<void> {
    this.#cancelWrite?.();
    this.#cancelWrite = undefined;
    const waiting = this.#waiting;
    this.#waiting = new Map();
    for (const usage of waiting.values()) {
      await this.#store.addUsage(usage).catch((error: unknown) => {
        this.#log.error({ error: String(error) }, 'could not write the usage');
      });
    }
  }
}
