/** The form in which tasks are kept: JSON beside the few fields that they are looked up by. */
import { GatewayError } from '../core/errors.ts';
import type { MediaFile } from '../core/media.ts';
import { hasEnded, type Task } from '../core/task.ts';
import type { TaskQuery } from '../core/tasks.ts';

/** SQLite keeps integers of 64 bits with a sign. */
const LARGEST_ID = 2n ** 63n - 1n;

/** The number of a task's id; undefined for a text that no task can have as its id. */
export function idNumber(id: string): bigint | undefined {
  if (!/^\d{1,20}$/.test(id)) return undefined;
  const number = BigInt(id);
  return number <= LARGEST_ID && number.toString() === id ? number : undefined;
}

/** The ids of a page's tasks lie between these two, neither of which belongs to it. */
export interface IdBounds {
  readonly above: bigint;
  readonly below: bigint;
}

/** Where the page of a query begins and ends; undefined when a mark is no number at all, so that nothing can be meant. */
export function pageBounds({ before, after }: Pick<TaskQuery, 'before' | 'after'>): IdBounds | undefined {
  const below = before === undefined ? LARGEST_ID + 1n : markOf(before);
  const above = after === undefined ? -1n : markOf(after);
  return below === undefined || above === undefined ? undefined : { above, below };
}

function markOf(mark: string): bigint | undefined {
  if (!/^\d{1,40}$/.test(mark)) return undefined;
  const number = BigInt(mark);
  return number <= LARGEST_ID ? number : LARGEST_ID + 1n;
}

/** @throws GatewayError internal for an id that cannot be kept in order */
export function checkedId(task: Task): bigint {
  const number = idNumber(task.id);
  if (number === undefined) throw new GatewayError('internal', `A task cannot have the id "${task.id}".`);
  return number;
}

/** The error of a task that is there already. */
export function takenId(id: string): GatewayError {
  return new GatewayError('internal', `There is a task ${id} already.`);
}

/** The JSON of a task. */
export function packed(task: Task): string {
  return JSON.stringify(task);
}

/** A task of its JSON, which is as it was packed. */
export function unpacked(body: string): Task {
  return JSON.parse(body) as Task;
}

/** The files to keep: those of an ended task are not needed any more. */
export function neededFiles(task: Task, files: readonly MediaFile[]): readonly MediaFile[] {
  return hasEnded(task) ? [] : files;
}

/** True when the caller of an ended task was not told of its end yet. */
export function isUntold(task: Task): boolean {
  return hasEnded(task) && task.isUntold === true;
}

/** The text that `words` of a query are looked for in, in lower case: the prompt as it was asked and as it was echoed. */
export function searchText({ request, finalPrompt }: Pick<Task, 'request' | 'finalPrompt'>): string {
  const asked = plain(request.prompt);
  const echoed = plain(finalPrompt ?? '');
  return echoed.includes(asked) ? echoed : `${asked}\n${echoed}`;
}

/** The words of a query as they stand in a `searchText`; undefined when any will do. */
export function searchWords(query: Pick<TaskQuery, 'words'>): string | undefined {
  return query.words === undefined || query.words === '' ? undefined : plain(query.words);
}

/** Zero bytes, at which SQLite would stop reading, stand as their picture. */
function plain(text: string): string {
  return text.toLowerCase().replaceAll('\0', '\u2400');
}

/** What tasks are filtered by, apart from their words. */
export interface TaskHead
  extends Pick<Task, 'callerId' | 'botId' | 'accountId' | 'driver' | 'status' | 'submittedAt'> {
  readonly verb: Task['request']['verb'];
}

/** True when a query asks for such a task, whatever the page and the words. */
export function isAskedFor(head: TaskHead, query: TaskQuery): boolean {
  return (
    isOneOf(query.callerId, head.callerId) &&
    isOneOf(query.botId, head.botId) &&
    isOneOf(query.accountId, head.accountId) &&
    isOneOf(query.driver, head.driver) &&
    (query.statuses === undefined || query.statuses.includes(head.status)) &&
    (query.verbs === undefined || query.verbs.includes(head.verb)) &&
    head.submittedAt >= (query.submittedFrom ?? Number.NEGATIVE_INFINITY) &&
    head.submittedAt < (query.submittedBefore ?? Number.POSITIVE_INFINITY)
  );
}

function isOneOf(wanted: string | undefined, value: string): boolean {
  return wanted === undefined || wanted === value;
}

/** The head of a task. */
export function headOf(task: Task): TaskHead {
  const { callerId, botId, accountId, driver, status, submittedAt } = task;
  return { callerId, botId, accountId, driver, status, submittedAt, verb: task.request.verb };
}

/** Ids are numbers without leading zeros: the longer one is larger. */
export function byId({ id: a }: Pick<Task, 'id'>, { id: b }: Pick<Task, 'id'>): number {
  if (a.length !== b.length) return a.length - b.length;
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
