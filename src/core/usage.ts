import type { Clock } from './clock.ts';
import type { Log } from './log.ts';
import type { Media } from './media.ts';
import type { ChatReport } from './observe.ts';
import type { DailyUsage, Store, UsageTotals } from './store.ts';
import type { Task } from './task.ts';

/** How long totals may wait in memory before they are written, in milliseconds. */
const WRITE_AFTER_MS = 3_000;

const NOTHING = { chats: 0, promptTokens: 0, completionTokens: 0, pictures: 0, videos: 0 } as const;

type Counts = Omit<UsageTotals, 'callerId' | 'botId'>;

/** Adds up what callers use of bots; written in batches, so that a chat costs no write of its own. */
export class UsageBook {
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #log: Log;
  #waiting = new Map<string, DailyUsage>();
  #cancelWrite: (() => void) | undefined;

  constructor(store: Store, clock: Clock, log: Log) {
    this.#store = store;
    this.#clock = clock;
    this.#log = log;
  }

  /** Counts a chat that has ended with an answer; others used nothing. */
  add({ callerId, botId, usage }: ChatReport): void {
    if (usage !== undefined) this.#add({ callerId, botId }, { ...NOTHING, chats: 1, ...usage });
  }

  /** Counts a task that has just ended; only those that succeeded with pictures or videos used anything. */
  addTask(task: Task): void {
    if (task.status !== 'succeeded' || task.media.length === 0) return;
    const what = task.media.some(isVideo) ? { videos: 1 } : { pictures: 1 };
    this.#add(task, { ...NOTHING, ...what });
  }

  /** The totals of every caller at every bot. */
  async totals(): Promise<UsageTotals[]> {
    await this.write();
    return this.#store.listUsage();
  }

  /** The same of each day from one on (`YYYY-MM-DD`, UTC), oldest first. */
  async daily(since: string): Promise<DailyUsage[]> {
    await this.write();
    return this.#store.listDailyUsage(since);
  }

  /** Writes what waits; what the store does not take waits on. To be called before the store is closed. */
  async write(): Promise<void> {
    this.#cancelWrite?.();
    this.#cancelWrite = undefined;
    const waiting = this.#waiting;
    this.#waiting = new Map();
    for (const usage of waiting.values()) {
      await this.#store.addUsage(usage).catch((error: unknown) => {
        this.#log.error({ error: String(error) }, 'could not write the usage');
        this.#keep(usage);
      });
    }
  }

  #add({ callerId, botId }: Pick<UsageTotals, 'callerId' | 'botId'>, more: Counts): void {
    const day = new Date(this.#clock.now()).toISOString().slice(0, 10);
    this.#keep({ callerId, botId, day, ...more });
  }

  #keep({ callerId, botId, day, ...more }: DailyUsage): void {
    const key = `${callerId}\0\0${botId}\0\0${day}`;
    const known = this.#waiting.get(key) ?? NOTHING;
    this.#waiting.set(key, { callerId, botId, day, ...sumOf(known, more) });
    this.#cancelWrite ??= this.#clock.after(WRITE_AFTER_MS, () => void this.write());
  }
}

/** All counts of several totals together. */
export function sumOf(...totals: readonly Counts[]): Counts {
  const sum = { ...NOTHING } as { -readonly [Name in keyof Counts]: number };
  for (const { chats, promptTokens, completionTokens, pictures, videos } of totals) {
    sum.chats += chats;
    sum.promptTokens += promptTokens;
    sum.completionTokens += completionTokens;
    sum.pictures += pictures;
    sum.videos += videos;
  }
  return sum;
}

function isVideo({ contentType, name }: Media): boolean {
  return contentType === undefined
    ? /\.(?:mp4|webm|mov)$/i.test(name ?? '')
    : contentType.startsWith('video/');
}
