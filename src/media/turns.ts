/** Lets a bounded number of tasks run at a time; the others wait, first come first served. */
export interface Turns {
  /** Runs the task when it is its turn; a task whose signal aborts while it waits is never begun. */
  take<Result>(signal: AbortSignal, task: () => Promise<Result>): Promise<Result>;
}

/** @param most how many may run at a time */
export function createTurns(most: number): Turns {
  let running = 0;
  const waiting: (() => void)[] = [];
  return {
    async take(signal, task) {
      if (running >= most) await new Promise<void>((resolve) => waiting.push(resolve));
      else running += 1;
      try {
        signal.throwIfAborted();
        return await task();
      } finally {
        const next = waiting.shift();
        if (next) next();
        else running -= 1;
      }
    },
  };
}
