/** The one stream of live changes: opened at sign-in, shared by all pages. */
import { signal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { type FollowState, follow } from '../api/follow.ts';
import type { AccountView, TaskView } from '../api/types.ts';
import { refreshMe } from './session.ts';

/** What a page wants to hear. */
export interface LiveListener {
  readonly task?: (task: TaskView) => void;
  readonly account?: (account: AccountView) => void;
  /** Changes were missed (a lost connection, a slow reader): read the lists again. */
  readonly gap?: () => void;
}

/** How the stream stands. */
export const connection = signal<FollowState>({ name: 'connecting' });

const listeners = new Set<LiveListener>();

/** Opens the stream until the signal aborts. */
export function startLive(abort: AbortSignal): void {
  const following = follow(
    'cordgate/v1/events',
    {
      onState: (state) => {
        connection.value = state;
      },
      onOpen: (isAgain) => {
        if (!isAgain) return;
        // The gateway may have come back with another configuration.
        refreshMe().catch(() => {});
        tell((listener) => listener.gap?.());
      },
      onEvent: ({ event, data }) => {
        if (event === 'task') tell((listener) => listener.task?.(JSON.parse(data) as TaskView));
        else if (event === 'account') tell((listener) => listener.account?.(JSON.parse(data) as AccountView));
        else if (event === 'missed') tell((listener) => listener.gap?.());
      },
    },
    { signal: abort },
  );
  // A refusal for good is a refused key, which has ended the session already.
  following.catch(() => {});
}

/** Hears live changes for as long as the component is shown. */
export function useLive(listener: LiveListener): void {
  const newest = useRef(listener);
  newest.current = listener;
  useEffect(() => {
    const stable: LiveListener = {
      task: (task) => newest.current.task?.(task),
      account: (account) => newest.current.account?.(account),
      gap: () => newest.current.gap?.(),
    };
    listeners.add(stable);
    return () => {
      listeners.delete(stable);
    };
  }, []);
}

function tell(step: (listener: LiveListener) => void): void {
  for (const listener of [...listeners]) step(listener);
}
