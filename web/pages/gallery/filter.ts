/** Which tasks the gallery shows; the address holds it all. */
import type { TaskFilter } from '../../api/tasks.ts';
import type { TaskStatus, TaskView } from '../../api/types.ts';

/** The filter as it stands in the address: all texts, empty or absent for any. Days are `YYYY-MM-DD`, by the person's clock. */
export interface Filter {
  readonly status?: string | undefined;
  readonly bot?: string | undefined;
  readonly account?: string | undefined;
  readonly words?: string | undefined;
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  readonly key?: string | undefined;
}

/** Statuses of tasks that still change. */
export const OPEN: readonly TaskStatus[] = ['form', 'queued', 'submitted', 'accepted', 'waiting', 'running'];

/** Statuses of tasks that ended. */
export const ENDED: readonly TaskStatus[] = ['succeeded', 'failed', 'timed-out', 'cancelled'];

/** The part of an address that is a filter. */
export function filterOf({ status, bot, account, words, from, to, key }: Filter): Filter {
  return { status, bot, account, words, from, to, key };
}

/** How many of its parts are set. */
export function countOf(filter: Filter): number {
  return Object.values(filter).filter(Boolean).length;
}

/** The same for the gateway. */
export function queryOf(filter: Filter): TaskFilter {
  const { status, bot, account, words, key } = filter;
  const [from, to] = spanOf(filter);
  const given = Object.entries({ status, bot, account, words: words?.trim(), key, from, to });
  return Object.fromEntries(given.filter(([, value]) => value !== undefined && value !== ''));
}

/** True for a task that the gateway would list. */
export function matches(filter: Filter, task: TaskView): boolean {
  const { status, bot, account, words = '', key } = filter;
  const [from = 0, to = Number.POSITIVE_INFINITY] = spanOf(filter);
  const text = `${task.request.prompt}\n${task.finalPrompt ?? ''}`.toLowerCase();
  return (
    (!status || status.split(',').includes(task.status)) &&
    (!bot || bot === task.bot) &&
    (!account || account === task.account) &&
    (!key || key === task.key) &&
    task.submittedAt >= from &&
    task.submittedAt < to &&
    text.includes(words.trim().toLowerCase())
  );
}

/** From the beginning of the first day up to the end of the last one, in milliseconds since the epoch. */
function spanOf({ from, to }: Filter): [number | undefined, number | undefined] {
  return [startOf(from, 0), startOf(to, 1)];
}

function startOf(day: string | undefined, later: number): number | undefined {
  const date = new Date(`${day}T00:00:00`);
  date.setDate(date.getDate() + later);
  const at = date.getTime();
  return Number.isNaN(at) || at < 0 ? undefined : at;
}
