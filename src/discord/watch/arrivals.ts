import type { MessageChange } from '../../core/discord.ts';
import { journeys } from '../../core/observe.ts';

/** Knows when changes came over the wire, and tells it to the request that takes them up. */
export interface Arrivals {
  /** @param receivedAt in milliseconds of `performance.now()` */
  note(change: MessageChange, receivedAt: number): void;
  /** The same changes; whoever takes one up notes on its journey when it came. */
  followed(changes: AsyncIterable<MessageChange>): AsyncIterable<MessageChange>;
}

/** Changes that came by no event, those of a recovery, have no time of arrival. */
export function createArrivals(): Arrivals {
  const times = new WeakMap<MessageChange, number>();
  return {
    note: (change, receivedAt) => void times.set(change, receivedAt),
    followed: (changes) => ({
      [Symbol.asyncIterator]() {
        const inner = changes[Symbol.asyncIterator]();
        return {
          async next() {
            const journey = journeys.getStore();
            if (!journey) return inner.next();
            // What is written while nothing was taken up has another cause: a time limit, the end.
            journey.took(undefined);
            const result = await inner.next();
            journey.took(result.done ? undefined : times.get(result.value));
            return result;
          },
          async return() {
            await inner.return?.();
            return { done: true, value: undefined };
          },
        };
      },
    }),
  };
}
