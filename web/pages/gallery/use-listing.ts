import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { ApiError } from '../../api/client.ts';
import { listTasks, readTask } from '../../api/tasks.ts';
import type { TaskView } from '../../api/types.ts';
import { useLive } from '../../app/live.ts';
import { type Filter, OPEN, queryOf } from './filter.ts';
import { begun, forgotten, grown, heard, type Listing, shownNews } from './listing.ts';

const PAGE = 60;
/** After a lost connection so many unfinished tasks are read one by one at most. */
const MOST_READ_AGAIN = 20;

/** A listing that follows what happens, and how its reading stands. */
export interface LiveListing extends Listing {
  /** False until the first page of this filter is there. */
  readonly isKnown: boolean;
  readonly isLoading: boolean;
  readonly error: unknown;
  readonly more: () => void;
  readonly reload: () => void;
  readonly showNews: () => void;
  readonly keep: (task: TaskView) => void;
  readonly forget: (id: string) => void;
}

interface Reading {
  readonly listing: Listing | undefined;
  readonly isLoading: boolean;
  readonly error: unknown;
}

const NOTHING: Listing = { tasks: [], news: [], next: null };

/**
 * The tasks of a filter.
 * @param isQuiet tells whether new tasks may move those that are shown
 */
export function useListing(filter: Filter, isQuiet: () => boolean): LiveListing {
  const reading = useSignal<Reading>({ listing: undefined, isLoading: true, error: undefined });
  const running = useRef<AbortController | undefined>(undefined);
  const change = (step: (listing: Listing) => Listing) => {
    const { listing } = reading.peek();
    if (listing) reading.value = { ...reading.peek(), listing: step(listing) };
  };
  const read = async (step: (signal: AbortSignal) => Promise<Listing | undefined>) => {
    running.current?.abort();
    running.current = new AbortController();
    const { signal } = running.current;
    reading.value = { ...reading.peek(), isLoading: true };
    try {
      const listing = (await step(signal)) ?? reading.peek().listing;
      if (!signal.aborted) reading.value = { listing, isLoading: false, error: undefined };
    } catch (error) {
      if (!signal.aborted) reading.value = { ...reading.peek(), isLoading: false, error };
    }
  };
  const reload = () =>
    void read(async (signal) => begun(await listTasks({ ...queryOf(filter), limit: PAGE }, signal)));
  const more = () => {
    const before = reading.peek().listing?.next;
    if (!before || reading.peek().isLoading) return;
    void read(async (signal) => {
      const page = await listTasks({ ...queryOf(filter), before, limit: PAGE }, signal);
      return grown(reading.peek().listing ?? NOTHING, page);
    });
  };
  const hear = (task: TaskView) => change((listing) => heard(listing, task, filter, isQuiet()));
  const forget = (id: string) => change((listing) => forgotten(listing, id));
  const catchUp = () => {
    const { listing, error } = reading.peek();
    if (listing === undefined || error !== undefined) return reload();
    void read(async (signal) => {
      const page = await listTasks({ ...queryOf(filter), limit: PAGE }, signal);
      const known = new Set(listing.tasks.map(({ id }) => id));
      // More has happened than one page holds: what lies between is unknown.
      if (page.next !== null && !page.tasks.some(({ id }) => known.has(id))) return begun(page);
      for (const task of page.tasks) hear(task);
      await readAgain(listing, new Set(page.tasks.map(({ id }) => id)), { hear, forget, signal });
      return undefined;
    });
  };
  useEffect(() => {
    reload();
    return () => running.current?.abort();
  }, [JSON.stringify(filter)]);
  useLive({ task: hear, gap: catchUp });
  const { listing, isLoading, error } = reading.value;
  const showNews = () => change(shownNews);
  const rest = { isLoading, error, more, reload, showNews, keep: hear, forget };
  return { ...(listing ?? NOTHING), isKnown: listing !== undefined, ...rest };
}

/** Tasks further down that had not ended. */
async function readAgain(
  { tasks }: Listing,
  alreadyRead: ReadonlySet<string>,
  {
    hear,
    forget,
    signal,
  }: { hear: (task: TaskView) => void; forget: (id: string) => void; signal: AbortSignal },
): Promise<void> {
  const open = tasks.filter(({ id, status }) => OPEN.includes(status) && !alreadyRead.has(id));
  for (const { id } of open.slice(0, MOST_READ_AGAIN)) {
    try {
      hear(await readTask(id, signal));
    } catch (error) {
      if (!(error instanceof ApiError && error.status === 404)) throw error;
      forget(id);
    }
  }
}
