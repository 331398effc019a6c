import type { AsyncLocalStorage } from 'node:async_hooks';

/**
 * The same events; whatever is done to get each of them runs inside of a store. `onEnd` is called once: with what was
 * thrown, or with nothing when it came to its end or was left.
 */
export function followed<T, S>(
  events: AsyncIterable<T>,
  within: { readonly storage: AsyncLocalStorage<S>; readonly store: S },
  onEnd: (thrown?: unknown) => void,
): AsyncIterable<T> {
  return {
    [Symbol.asyncIterator]() {
      const { storage, store } = within;
      const inner = storage.run(store, () => events[Symbol.asyncIterator]());
      let hasEnded = false;
      const end = (thrown?: unknown) => {
        if (!hasEnded) onEnd(thrown);
        hasEnded = true;
      };
      return {
        async next() {
          try {
            const result = await storage.run(store, () => inner.next());
            if (result.done) end();
            return result;
          } catch (error) {
            end(error);
            throw error;
          }
        },
        async return(value?: unknown) {
          try {
            await storage.run(store, () => inner.return?.());
          } finally {
            end();
          }
          return { done: true, value: value as undefined };
        },
      };
    },
  };
}
