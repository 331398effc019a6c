import type { MessageChange, Snowflake } from '../../core/discord.ts';

/** One running watch: keeps changes until they are read. */
export interface Watcher extends AsyncIterable<MessageChange> {
  /** Messages up to this id were there before the watch began. */
  floor(): Snowflake;
  push(change: MessageChange): void;
  /** What is kept is still read, then the iteration ends. */
  end(): void;
  /** What is kept is still read, then the iteration throws. */
  fail(error: Error): void;
}

/** An answer of a bot makes some hundred changes; far more than that means that nobody reads. */
export const MOST_KEPT_CHANGES = 2_000;
/** Bounds the search for an outdated update, which is quadratic. */
const MOST_COMPARED = 32;

/** What is given up first when nobody reads: typing, then updates that a later update repeats, then the oldest. */
function indexToDrop(kept: readonly MessageChange[]): number {
  const typing = kept.findIndex((change) => change.type === 'typing-started');
  if (typing >= 0) return typing;
  const outdated = kept.findIndex(
    (change, index) => index < MOST_COMPARED && isRepeatedLater(kept, change, index),
  );
  return Math.max(0, outdated);
}

function isRepeatedLater(kept: readonly MessageChange[], change: MessageChange, index: number): boolean {
  if (change.type !== 'message-updated') return false;
  return kept.some(
    (later, position) =>
      position > index &&
      later.type === 'message-updated' &&
      later.message.id === change.message.id &&
      // Partial updates add up: only one that holds the same fields takes an older one's place.
      Object.keys(change.message).every((field) => field in later.message),
  );
}

/** Makes a watcher; `onEnd` is called once, however it ends. */
export function createWatcher(
  floor: () => Snowflake,
  signal: AbortSignal,
  onEnd: (watcher: Watcher) => void,
): Watcher {
  const kept: MessageChange[] = [];
  const waiting: PromiseWithResolvers<IteratorResult<MessageChange>>[] = [];
  let ended = false;
  let failure: Error | undefined;

  const watcher: Watcher = {
    floor,
    push(change) {
      if (ended) return;
      const reader = waiting.shift();
      if (reader) return reader.resolve({ done: false, value: change });
      if (kept.length >= MOST_KEPT_CHANGES) kept.splice(indexToDrop(kept), 1);
      kept.push(change);
    },
    end() {
      if (ended) return;
      ended = true;
      signal.removeEventListener('abort', onAbort);
      for (const reader of waiting.splice(0)) {
        if (failure) reader.reject(failure);
        else reader.resolve({ done: true, value: undefined });
      }
      onEnd(watcher);
    },
    fail(error) {
      if (ended) return;
      failure = error;
      watcher.end();
    },
    [Symbol.asyncIterator]: () => iterator,
  };
  const onAbort = () => {
    kept.length = 0;
    watcher.end();
  };
  const iterator: AsyncIterator<MessageChange> = {
    next() {
      const change = kept.shift();
      if (change) return Promise.resolve({ done: false, value: change });
      if (failure) return Promise.reject(failure);
      if (ended) return Promise.resolve({ done: true, value: undefined });
      const reader = Promise.withResolvers<IteratorResult<MessageChange>>();
      waiting.push(reader);
      return reader.promise;
    },
    return() {
      onAbort();
      return Promise.resolve({ done: true, value: undefined });
    },
  };
  if (signal.aborted) onAbort();
  else signal.addEventListener('abort', onAbort, { once: true });
  return watcher;
}
