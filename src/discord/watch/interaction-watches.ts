import type { InteractionChange } from '../../core/interaction.ts';
import { readInteractionEvent } from './interaction-events.ts';
import { createQueue, type Queue } from './queue.ts';

/** Every watch of one account's interactions. Nothing is recovered after a lost session: Discord keeps no list of them. */
export interface InteractionWatches {
  /** See `InteractionPort.interactions`. */
  watch(signal: AbortSignal): AsyncIterable<InteractionChange>;
  /** A gateway event, in the order of the gateway. */
  dispatch(event: string, data: unknown): void;
  /** Ends every watch, and those to come, with an error. */
  fail(error: Error): void;
  /** Ends every watch. */
  close(): void;
}

/** An interaction makes three changes; far more than that means that nobody reads. */
export const MOST_KEPT_INTERACTION_CHANGES = 2_000;

/** Makes the watches of one account's interactions. */
export function createInteractionWatches(): InteractionWatches {
  const watches = new Set<Queue<InteractionChange>>();
  let closed = false;
  let failure: Error | undefined;
  return {
    watch(signal) {
      const queue = createQueue<InteractionChange>({
        signal,
        mostKept: MOST_KEPT_INTERACTION_CHANGES,
        onEnd: (ended) => watches.delete(ended),
      });
      if (failure) queue.fail(failure);
      else if (closed) queue.end();
      else if (!signal.aborted) watches.add(queue);
      return queue;
    },
    dispatch(event, data) {
      const change = readInteractionEvent(event, data);
      if (change) for (const queue of watches) queue.push(change);
    },
    fail(error) {
      failure = error;
      for (const queue of [...watches]) queue.fail(error);
    },
    close() {
      closed = true;
      for (const queue of [...watches]) queue.end();
    },
  };
}
