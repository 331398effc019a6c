/** A listing of tasks, newest first, that grows at its end by pages and at its beginning by what happens: pure. */
import type { TaskPage, TaskView } from '../../api/types.ts';
import { type Filter, matches } from './filter.ts';

/** What is known of the tasks that a filter asks for. */
export interface Listing {
  readonly tasks: readonly TaskView[];
  /** Tasks that came while the person looked at others; shown when asked for. */
  readonly news: readonly TaskView[];
  /** `before` of the next page; null at the end. */
  readonly next: string | null;
}

/** The first page, in place of all that was known. */
export function begun({ tasks, next }: TaskPage): Listing {
  return { tasks, news: [], next };
}

/** With one more page at its end. */
export function grown(listing: Listing, { tasks, next }: TaskPage): Listing {
  const known = new Set(listing.tasks.map(({ id }) => id));
  return { ...listing, tasks: [...listing.tasks, ...tasks.filter(({ id }) => !known.has(id))], next };
}

/**
 * After a task has changed or appeared. One that is shown is renewed where it stands, even when it fits the filter no
 * more: nothing moves below a reader's eyes. A new one goes to its place at once only when nobody looks (`isQuiet`).
 */
export function heard(listing: Listing, task: TaskView, filter: Filter, isQuiet: boolean): Listing {
  const at = listing.tasks.findIndex(({ id }) => id === task.id);
  const shown = listing.tasks[at];
  if (shown) {
    if (shown.revision > task.revision) return listing;
    if (isQuiet && !matches(filter, task)) return forgotten(listing, task.id);
    return { ...listing, tasks: listing.tasks.with(at, task) };
  }
  const news = listing.news.filter(({ id }) => id !== task.id);
  if (!matches(filter, task) || isFurtherOn(listing, task)) return { ...listing, news };
  if (isQuiet) return shownNews({ ...listing, news: [...news, task] });
  return { ...listing, news: [...news, task] };
}

/** With the news in their places. */
export function shownNews(listing: Listing): Listing {
  const tasks = [...listing.tasks, ...listing.news].sort((left, right) => byAge(right.id, left.id));
  return { ...listing, tasks, news: [] };
}

/** Without a task. */
export function forgotten(listing: Listing, id: string): Listing {
  const without = (tasks: readonly TaskView[]) => tasks.filter((task) => task.id !== id);
  return { ...listing, tasks: without(listing.tasks), news: without(listing.news) };
}

/** True for what a page that is not read yet will bring. */
function isFurtherOn({ tasks, next }: Listing, { id }: TaskView): boolean {
  const last = tasks.at(-1);
  return next !== null && last !== undefined && byAge(id, last.id) < 0;
}

/** Ids are numbers that grow with time, too long for JavaScript's own. */
function byAge(left: string, right: string): number {
  return left.length - right.length || (left < right ? -1 : Number(left > right));
}
