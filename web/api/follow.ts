/** A stream of events that is opened again whenever it ends, with growing pauses. */
import { ApiError, open } from './client.ts';
import { eventsOf, type ServerEvent } from './sse.ts';

/** How a followed stream stands; `attempt` counts from 1 while it is being opened again. */
export type FollowState =
  | { readonly name: 'connecting' | 'live' }
  | { readonly name: 'reconnecting'; readonly attempt: number };

/** What happens to a followed stream. */
export interface Follower {
  readonly onEvent: (event: ServerEvent) => void;
  /** The stream is open; what happened before is in no event. `isAgain` is false the first time. */
  readonly onOpen?: (isAgain: boolean) => void;
  readonly onState?: (state: FollowState) => void;
}

const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 15_000;
/** The gateway sends a comment every 15 seconds: after this silence the connection is dead. */
const SILENCE_MS = 40_000;

/**
 * Follows a stream until the signal aborts, or the gateway refuses it for good (401, 403, 404).
 * @param path without origin: `cordgate/v1/events`
 */
export async function follow(
  path: string,
  { onEvent, onOpen, onState }: Follower,
  options: {
    readonly signal: AbortSignal;
    readonly query?: Readonly<Record<string, string | undefined>>;
    /** False for streams whose end means that they are complete. */
    readonly isEndless?: boolean;
  },
): Promise<void> {
  const { signal } = options;
  let failures = 0;
  let wasOpen = false;
  onState?.({ name: 'connecting' });
  while (!signal.aborted) {
    try {
      await readOnce(path, options, onEvent, () => {
        failures = 0;
        onState?.({ name: 'live' });
        onOpen?.(wasOpen);
        wasOpen = true;
      });
      if (options.isEndless === false) return;
    } catch (error) {
      if (signal.aborted) return;
      if (error instanceof ApiError && [400, 401, 403, 404].includes(error.status)) throw error;
    }
    if (signal.aborted) return;
    failures += 1;
    onState?.({ name: 'reconnecting', attempt: failures });
    await pause(failures, signal);
  }
}

async function readOnce(
  path: string,
  { signal, query = {} }: { signal: AbortSignal; query?: Readonly<Record<string, string | undefined>> },
  onEvent: (event: ServerEvent) => void,
  opened: () => void,
): Promise<void> {
  const silence = new AbortController();
  const both = AbortSignal.any([signal, silence.signal]);
  let watch = window.setTimeout(() => silence.abort(), SILENCE_MS);
  try {
    const response = await open('GET', path, {
      query,
      signal: both,
      headers: { accept: 'text/event-stream' },
    });
    opened();
    for await (const event of eventsOf(response)) {
      window.clearTimeout(watch);
      watch = window.setTimeout(() => silence.abort(), SILENCE_MS);
      if (event.event !== 'comment') onEvent(event);
    }
  } finally {
    window.clearTimeout(watch);
    silence.abort();
  }
}

/** Waits longer after each failure, with chance in it so that many tabs do not come at once; a network that is back ends it. */
function pause(failures: number, signal: AbortSignal): Promise<void> {
  const longest = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (failures - 1));
  return new Promise((resolve) => {
    const done = () => {
      window.clearTimeout(timer);
      window.removeEventListener('online', done);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = window.setTimeout(done, longest * (0.5 + Math.random() / 2));
    window.addEventListener('online', done);
    signal.addEventListener('abort', done);
  });
}
