import type { Log } from './log.ts';
import { hasEnded } from './task.ts';
import type { TaskChange, WatchedChange } from './tasks.ts';

/** Changes that are kept for one who reads slowly: of each task and account the newest. */
const MOST_KEPT = 2_000;

/** Who hears of every change; must return at once and never throw. */
export type ChangeListener = (change: TaskChange) => void;

/** Tells everybody who listens what has changed. */
export class TaskFeed {
  readonly #listeners = new Set<ChangeListener>();
  readonly #log: Log;

  constructor(log: Log) {
    this.#log = log;
  }

  /** Hears all changes until the answer is called. */
  listen(listener: ChangeListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Tells everybody; a listener that throws keeps nobody else from hearing it. */
  tell(change: TaskChange): void {
    for (const listener of [...this.#listeners]) {
      try {
        listener(change);
      } catch (error) {
        // A task that is stored must go on, whoever listens.
        this.#log.error({ err: error }, 'a listener of task changes has a fault');
      }
    }
  }

  /**
   * The changes that pass the filter, from the call on, until the signal aborts. Who reads slowly is given the newest
   * state of each task and account, not every one; if even those are too many, `changes-missed` says how many of them
   * were given up.
   */
  changes(filter: (change: TaskChange) => boolean, signal: AbortSignal): AsyncIterable<WatchedChange> {
    const waiting = new WaitingChanges();
    const stop = this.listen((change) => {
      if (filter(change)) waiting.add(change);
    });
    const onAbort = () => {
      stop();
      waiting.wake();
    };
    if (signal.aborted) onAbort();
    else signal.addEventListener('abort', onAbort, { once: true });
    return read(waiting, signal, () => {
      stop();
      signal.removeEventListener('abort', onAbort);
    });
  }
}

async function* read(
  waiting: WaitingChanges,
  signal: AbortSignal,
  end: () => void,
): AsyncGenerator<WatchedChange> {
  try {
    while (!signal.aborted) {
      const change = waiting.take();
      if (change) yield change;
      else await waiting.news();
    }
  } finally {
    end();
  }
}

/** Changes that wait for one reader. */
class WaitingChanges {
  readonly #changes = new Map<string, TaskChange>();
  #missed = 0;
  #news = Promise.withResolvers<void>();

  /** Takes a change in place of the older one of the same task or account. */
  add(change: TaskChange): void {
    const key = keyOf(change);
    // Written anew at the end, so that what is read is in the order of the changes.
    this.#changes.delete(key);
    if (this.#changes.size >= MOST_KEPT) this.#giveUpOne();
    this.#changes.set(key, change);
    this.wake();
  }

  /** The next one; undefined when none waits. */
  take(): WatchedChange | undefined {
    const count = this.#missed;
    this.#missed = 0;
    if (count > 0) return { type: 'changes-missed', count };
    const [first] = this.#changes;
    if (first) this.#changes.delete(first[0]);
    return first?.[1];
  }

  /** Resolves as soon as there may be something to take, or the end has come. */
  news(): Promise<void> {
    return this.#news.promise;
  }

  /** Lets the reader look. */
  wake(): void {
    this.#news.resolve();
    this.#news = Promise.withResolvers();
  }

  #giveUpOne(): void {
    const victim = this.#leastMissed();
    if (victim === undefined) return;
    this.#changes.delete(victim);
    this.#missed += 1;
  }

  /** The oldest that will change again; else the oldest. */
  #leastMissed(): string | undefined {
    for (const [key, change] of this.#changes) {
      if (change.type === 'task-changed' && !hasEnded(change.task)) return key;
    }
    return this.#changes.keys().next().value;
  }
}

function keyOf(change: TaskChange): string {
  if (change.type === 'task-changed') return change.task.id;
  return `${change.account.botId}\0${change.account.accountId}\0${change.account.channelId}`;
}
