/** Pages of tasks: which index leads through them, and the SQL for it. */
import { hasEnded, type TaskStatus } from '../core/task.ts';
import type { TaskQuery } from '../core/tasks.ts';
import { type IdBounds, idNumber, pageBounds, searchWords } from './task-form.ts';

/** A page to read: SQL with its values. It gives rows with `body`, in the order of the query. */
export interface PageQuery {
  readonly sql: string;
  readonly values: readonly (string | number | bigint)[];
}

/** A condition with its value. */
interface Term {
  readonly sql: string;
  readonly values: readonly (string | number | bigint)[];
}

/** The rows to walk along: an index, or the table of search texts; what leads to its beginning; where the id stands. */
interface Walk {
  readonly from: string;
  readonly lead: readonly Term[];
  readonly id: string;
}

/** Fields by column, the most telling ones first; the index of each holds the columns of those behind it. */
const FIELDS = [
  ['callerId', 'caller_id', 'tasks_caller'],
  ['accountId', 'account_id', 'tasks_account'],
  ['botId', 'bot_id', 'tasks_bot'],
  ['driver', 'driver', 'tasks_driver'],
] as const;

const LONGEST_PATTERN = 1_000;

const BY_ID: Walk = { from: 'tasks NOT INDEXED', lead: [], id: 'tasks.id' };
const BY_WORDS: Walk = {
  from: 'task_words CROSS JOIN tasks ON tasks.id = task_words.id',
  lead: [],
  id: 'task_words.id',
};
const OPEN: Walk = { from: 'tasks INDEXED BY tasks_open', lead: [term('tasks.ended = 0')], id: 'tasks.id' };

/**
 * The pages that hold what a query asks for, each at most as long as the limit; several have to be merged. Every one
 * is read along an index that has its rows in order, so that nothing is sorted and only what is given is read. Words are
 * looked for along the search texts.
 */
export function pageQueries(query: TaskQuery): PageQuery[] {
  const bounds = pageBounds(query);
  const { statuses, ids } = query;
  const isEmpty = [ids, statuses, query.verbs].some((list) => list?.length === 0);
  if (isEmpty || bounds === undefined || bounds.below <= bounds.above + 1n) return [];
  const page = (walk: Walk, some?: readonly TaskStatus[]) => pageOf(query, bounds, walk, some);
  if (ids !== undefined)
    return [page({ ...BY_ID, lead: [among('tasks.id', ids.flatMap(numbers))] }, statuses)];
  if (statuses === undefined) return walksOf(query).map((walk) => page(walk));
  const ended = statuses.filter((status) => hasEnded({ status }));
  const open = statuses.filter((status) => !hasEnded({ status }));
  const endedPages =
    searchWords(query) !== undefined && ended.length > 0
      ? [page(BY_WORDS, ended)]
      : ended.map((status) => page(endedWalk(query, status)));
  return open.length > 0 ? [page(OPEN, open), ...endedPages] : endedPages;
}

const numbers = (id: string) => idNumber(id) ?? [];

/** Without statuses. */
function walksOf(query: TaskQuery): Walk[] {
  if (searchWords(query) !== undefined) return [BY_WORDS];
  const field = FIELDS.find(([name]) => query[name] !== undefined);
  if (query.verbs !== undefined && (field === undefined || field[0] === 'driver')) {
    return [...new Set(query.verbs)].map((verb) => indexWalk('tasks_verb', 'tasks.verb', verb));
  }
  if (field === undefined) return [BY_ID];
  const [name, column, index] = field;
  return [indexWalk(index, `tasks.${column}`, query[name] ?? '')];
}

function endedWalk({ callerId }: TaskQuery, status: TaskStatus): Walk {
  const lead = [term('tasks.ended = 1'), term('tasks.status = ?', status)];
  if (callerId === undefined) return { from: 'tasks INDEXED BY tasks_status', lead, id: 'tasks.id' };
  return { from: 'tasks INDEXED BY tasks_caller_ended', lead, id: 'tasks.id' };
}

function indexWalk(index: string, column: string, value: string): Walk {
  return { from: `tasks INDEXED BY ${index}`, lead: [term(`${column} = ?`, value)], id: 'tasks.id' };
}

function pageOf(query: TaskQuery, bounds: IdBounds, walk: Walk, statuses?: readonly TaskStatus[]): PageQuery {
  const terms = [...spanOf(query, bounds, walk.id), ...walk.lead, ...filtersOf(query, walk, statuses)];
  const where = terms.map(({ sql }) => sql).join(' AND ');
  const direction = query.order === 'oldest' ? 'ASC' : 'DESC';
  return {
    sql: `SELECT body FROM ${walk.from} WHERE ${where} ORDER BY ${walk.id} ${direction} LIMIT ?`,
    values: [...terms.flatMap(({ values }) => values), query.limit],
  };
}

/**
 * Where the walk begins and ends. Ids grow with time, if not strictly: tasks of a span of time lie between the smallest
 * and the largest of their ids. One bound on each side, since SQLite seeks by one.
 */
function spanOf({ submittedFrom, submittedBefore }: TaskQuery, bounds: IdBounds, id: string): Term[] {
  const [first, last] = [bounds.above + 1n, bounds.below - 1n];
  const times = timesOf('submitted_at', submittedFrom, submittedBefore);
  const values = times.flatMap((time) => time.values);
  const where = times.map(({ sql }) => sql).join(' AND ');
  const edge = (which: 'min' | 'max') =>
    `(SELECT ${which}(id) FROM tasks INDEXED BY tasks_submitted WHERE ${where})`;
  return [
    submittedFrom === undefined
      ? term(`${id} >= ?`, first)
      : term(`${id} >= max(?, ${edge('min')})`, first, ...values),
    submittedBefore === undefined
      ? term(`${id} <= ?`, last)
      : term(`${id} <= min(?, ${edge('max')})`, last, ...values),
  ];
}

/** What the walk itself does not answer. */
function filtersOf(query: TaskQuery, walk: Walk, statuses?: readonly TaskStatus[]): Term[] {
  const led = new Set(walk.lead.map(({ sql }) => sql));
  const filters = FIELDS.flatMap(([name, column]): Term[] => {
    const value = query[name];
    return value === undefined ? [] : [term(`tasks.${column} = ?`, value)];
  }).filter(({ sql }) => !led.has(sql));
  if (query.verbs !== undefined && !led.has('tasks.verb = ?')) filters.push(among('tasks.verb', query.verbs));
  if (statuses !== undefined) filters.push(among('tasks.status', statuses));
  filters.push(...timesOf('tasks.submitted_at', query.submittedFrom, query.submittedBefore));
  const words = searchWords(query);
  if (words !== undefined && walk === BY_WORDS) filters.unshift(holds('task_words.text', words));
  if (words !== undefined && walk !== BY_WORDS) filters.push(holds(TEXT, words));
  return filters;
}

const TEXT = '(SELECT text FROM task_words WHERE task_words.id = tasks.id)';

/** GLOB takes half the time of instr, but no long patterns. */
function holds(text: string, words: string): Term {
  if (words.length > LONGEST_PATTERN) return term(`instr(${text}, ?) > 0`, words);
  return term(`${text} GLOB ?`, `*${words.replace(/[*?[]/g, '[$&]')}*`);
}

function timesOf(column: string, from: number | undefined, before: number | undefined): Term[] {
  return [
    ...(from === undefined ? [] : [term(`${column} >= ?`, from)]),
    ...(before === undefined ? [] : [term(`${column} < ?`, before)]),
  ];
}

function term(sql: string, ...values: (string | number | bigint)[]): Term {
  return { sql, values };
}

function among(column: string, values: readonly (string | bigint)[]): Term {
  const places = values.map(() => '?').join(', ');
  return term(`${column} IN (${places})`, ...values);
}
