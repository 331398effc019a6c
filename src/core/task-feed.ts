import type { Log } from './log.ts';
import type { TaskChange } from './tasks.ts';

/** How many changes are kept for one who reads slowly; older ones of tasks that changed again are dropped first. */
const MOST_KEPT = 1_000;

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
   * state of each task, not every one.
   */
  changes(filter: (change: TaskChange) => boolean, signal: AbortSignal): AsyncIterable<TaskChange> {
    const kept = new Map<string, TaskChange>();
    let wake = () => {};
    const stop = this.listen((change) => {
      if (!filter(change)) return;
      const key = keyOf(change);
      kept.delete(key);
      kept.set(key, change);
      const [oldest] = kept.keys();
      if (kept.size > MOST_KEPT && oldest !== undefined) kept.delete(oldest);
      wake();
    });
    const onAbort = () => {
      stop();
      wake();
    };
    if (signal.aborted) onAbort();
    else signal.addEventListener('abort', onAbort, { once: true });
    return read(
      kept,
      signal,
      (waker) => {
        wake = waker;
      },
      () => {
        stop();
        signal.removeEventListener('abort', onAbort);
      },
    );
  }
}

async function* read(
  kept: Map<string, TaskChange>,
  signal: AbortSignal,
  onWake: (wake: () => void) => void,
  end: () => void,
): AsyncGenerator<TaskChange> {
  try {
    while (!signal.aborted) {
      const [first] = kept;
      if (first) {
        kept.delete(first[0]);
        yield first[1];
        continue;
      }
      await new Promise<void>((resolve) => {
        onWake(resolve);
        if (signal.aborted || kept.size > 0) resolve();
      });
    }
  } finally {
    end();
  }
}

function keyOf(change: TaskChange): string {
  if (change.type === 'task-changed') return change.task.id;
  return `${change.account.botId}\0${change.account.accountId}\0${change.account.channelId}`;
}
