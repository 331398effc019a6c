/** What one reader has not read yet: kept in order, bounded, and ended from either side. */
export interface Queue<T extends object> extends AsyncIterable<T> {
  push(item: T): void;
  /** What is kept is still read, then the iteration ends. */
  end(): void;
  /** What is kept is still read, then the iteration throws. */
  fail(error: Error): void;
}

/** How a queue is kept. */
export interface QueueOptions<T extends object> {
  /** When it aborts, the iteration ends at once and what is kept is dropped. */
  readonly signal: AbortSignal;
  readonly mostKept: number;
  /** Which item is given up when the queue is full; default the oldest. */
  readonly indexToDrop?: (kept: readonly T[]) => number;
  /** Called once, however it ends; already while the queue is made when the signal has aborted before. */
  readonly onEnd: (queue: Queue<T>) => void;
}

/** Makes an empty queue. */
export function createQueue<T extends object>(options: QueueOptions<T>): Queue<T> {
  const { signal, mostKept, indexToDrop = () => 0, onEnd } = options;
  const kept: T[] = [];
  const waiting: PromiseWithResolvers<IteratorResult<T>>[] = [];
  let ended = false;
  let failure: Error | undefined;

  const end = () => {
    if (ended) return;
    ended = true;
    signal.removeEventListener('abort', leave);
    for (const reader of waiting.splice(0)) {
      if (failure) reader.reject(failure);
      else reader.resolve({ done: true, value: undefined });
    }
    onEnd(queue);
  };
  const leave = () => {
    kept.length = 0;
    end();
  };
  const iterator: AsyncIterator<T> = {
    next() {
      const item = kept.shift();
      if (item !== undefined) return Promise.resolve({ done: false, value: item });
      if (failure) return Promise.reject(failure);
      if (ended) return Promise.resolve({ done: true, value: undefined });
      const reader = Promise.withResolvers<IteratorResult<T>>();
      waiting.push(reader);
      return reader.promise;
    },
    return() {
      leave();
      return Promise.resolve({ done: true, value: undefined });
    },
  };
  const queue: Queue<T> = {
    push(item) {
      if (ended) return;
      const reader = waiting.shift();
      if (reader) return reader.resolve({ done: false, value: item });
      if (kept.length >= mostKept) kept.splice(indexToDrop(kept), 1);
      kept.push(item);
    },
    end,
    fail(error) {
      if (ended) return;
      failure = error;
      end();
    },
    [Symbol.asyncIterator]: () => iterator,
  };
  if (signal.aborted) leave();
  else signal.addEventListener('abort', leave, { once: true });
  return queue;
}
