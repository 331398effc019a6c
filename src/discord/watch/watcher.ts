import type { MessageChange, Snowflake } from '../../core/discord.ts';
import { createQueue, type Queue } from './queue.ts';

/** One running watch: keeps changes until they are read. */
export interface Watcher extends Queue<MessageChange> {
  /** Messages up to this id were there before the watch began. */
  floor(): Snowflake;
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
  // A signal that has aborted already ends the queue while it is being made.
  let watcher: Watcher | undefined;
  const queue = createQueue<MessageChange>({
    signal,
    mostKept: MOST_KEPT_CHANGES,
    indexToDrop,
    onEnd: () => watcher && onEnd(watcher),
  });
  watcher = { ...queue, floor };
  return watcher;
}
