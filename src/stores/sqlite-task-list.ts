/** Pages of tasks: which index leads through them, and the SQL for it. */
import type { StoredTaskQuery } from '../core/store.ts';
import { hasEnded, type TaskStatus } from '../core/task.ts';
import { idNumber, pageEnd } from './task-form.ts';

/** A page to read: SQL with its values. It gives rows with `body`, newest first. */
export interface PageQuery {
  readonly sql: string;
  readonly values: readonly (string | bigint)[];
}

/** Index by column; the row's id is the last part of every index of SQLite, so each leads newest first. */
const WALKS = [
  ['callerId', 'caller_id', 'tasks_caller'],
  ['accountId', 'account_id', 'tasks_account'],
  ['botId', 'bot_id', 'tasks_bot'],
] as const;

/**
 * The pages that hold what a query asks for, each at most as long as the limit; several have to be merged. Every one
 * is read along an index that has its rows in order, so that its cost does not grow with the number of tasks stored.
 */
export function pageQueries(query: StoredTaskQuery): PageQuery[] {
  const { statuses, ids } = query;
  const end = pageEnd(query.before);
  if (end === undefined) return [];
  if (ids !== undefined)
    return [page(query, end, '', [['id IN (SELECT value FROM json_each(?))', listOf(ids)]])];
  if (statuses === undefined) return [page(query, end, walkOf(query) ?? '', [])];
  return [...openPages(query, end, statuses), ...endedPages(query, end, statuses)];
}

function openPages(query: StoredTaskQuery, end: bigint, statuses: readonly TaskStatus[]): PageQuery[] {
  const open = statuses.filter((status) => !hasEnded({ status }));
  if (open.length === 0) return [];
  return [page({ ...query, statuses: open }, end, 'tasks_open', [['ended = 0']])];
}

function endedPages(query: StoredTaskQuery, end: bigint, statuses: readonly TaskStatus[]): PageQuery[] {
  const ended = statuses.filter((status) => hasEnded({ status }));
  if (ended.length === 0) return [];
  const walk = walkOf(query);
  if (walk !== undefined) return [page({ ...query, statuses: ended }, end, walk, [])];
  return ended.map((status) =>
    page({ ...query, statuses: undefined }, end, 'tasks_status', [['ended = 1'], ['status = ?', status]]),
  );
}

function walkOf(query: StoredTaskQuery): string | undefined {
  return WALKS.find(([field]) => query[field] !== undefined)?.[2];
}

type Term = readonly [sql: string, value?: string];

function page(query: StoredTaskQuery, end: bigint, index: string, lead: readonly Term[]): PageQuery {
  const filters = WALKS.flatMap(([field, column]): Term[] => {
    const value = query[field];
    return value === undefined ? [] : [[`${column} = ?`, value]];
  });
  const { statuses } = query;
  const among: Term[] =
    statuses === undefined ? [] : [['+status IN (SELECT value FROM json_each(?))', JSON.stringify(statuses)]];
  const terms = [...lead, ...filters, ...among];
  const from = index === '' ? 'tasks' : `tasks INDEXED BY ${index}`;
  const where = ['id < ?', ...terms.map(([sql]) => sql)].join(' AND ');
  const values = terms.flatMap(([, value]) => value ?? []);
  return {
    sql: `SELECT body FROM ${from} WHERE ${where} ORDER BY id DESC LIMIT ?`,
    values: [end, ...values, BigInt(query.limit)],
  };
}

/** As JSON: numbers, since texts would not equal the ids. */
function listOf(ids: readonly string[]): string {
  return `[${ids.flatMap((id) => idNumber(id) ?? []).join(',')}]`;
}
