/** Data of a component: loaded when it appears, again when asked, thrown away when it goes. */
import { type Signal, useSignal } from '@preact/signals';
import { useCallback, useEffect, useRef } from 'preact/hooks';

/** What is known of some data. While it is loaded again, the older one stays. */
export interface Resource<Data> {
  readonly data: Data | undefined;
  readonly error: unknown;
  readonly isLoading: boolean;
  /** Loads it again. */
  readonly reload: () => void;
  /** Changes what is shown without asking the gateway, for instance after a live event. */
  readonly change: (step: (data: Data) => Data) => void;
}

interface Held<Data> {
  readonly data: Data | undefined;
  readonly error: unknown;
  readonly isLoading: boolean;
}

/**
 * Loads data, and again whenever one of the inputs changes; an older answer never overwrites a newer one.
 * @param inputs what `load` depends on, compared by identity
 */
export function useResource<Data>(
  load: (signal: AbortSignal) => Promise<Data>,
  inputs: readonly unknown[],
): Resource<Data> {
  const held = useSignal<Held<Data>>({ data: undefined, error: undefined, isLoading: true });
  const running = useRef<AbortController | undefined>(undefined);
  const newest = useRef(load);
  newest.current = load;
  const reload = useCallback(() => {
    running.current?.abort();
    running.current = new AbortController();
    void run(newest.current, held, running.current.signal);
  }, [held]);
  useEffect(() => {
    reload();
    return () => running.current?.abort();
    // The inputs say when to load again; `reload` itself never changes.
  }, [reload, ...inputs]);
  const change = useCallback(
    (step: (data: Data) => Data) => {
      const { data } = held.peek();
      if (data !== undefined) held.value = { ...held.peek(), data: step(data) };
    },
    [held],
  );
  return { ...held.value, reload, change };
}

async function run<Data>(
  load: (signal: AbortSignal) => Promise<Data>,
  held: Signal<Held<Data>>,
  signal: AbortSignal,
): Promise<void> {
  held.value = { ...held.peek(), isLoading: true };
  try {
    const data = await load(signal);
    if (!signal.aborted) held.value = { data, error: undefined, isLoading: false };
  } catch (error) {
    if (!signal.aborted) held.value = { ...held.peek(), error, isLoading: false };
  }
}
