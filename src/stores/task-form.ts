/** The form in which tasks are kept: JSON beside the few fields that they are looked up by. */
import { GatewayError } from '../core/errors.ts';
import type { MediaFile } from '../core/media.ts';
import type { StoredTaskQuery } from '../core/store.ts';
import { hasEnded, type Task } from '../core/task.ts';

/** SQLite keeps integers of 64 bits with a sign. */
const LARGEST_ID = 2n ** 63n - 1n;

/** The number of a task's id; undefined for a text that no task can have as its id. */
export function idNumber(id: string): bigint | undefined {
  if (!/^\d{1,20}$/.test(id)) return undefined;
  const number = BigInt(id);
  return number <= LARGEST_ID && number.toString() === id ? number : undefined;
}

/** The first number that is not older than the page before; undefined when the mark is no number at all. */
export function pageEnd(before: string | undefined): bigint | undefined {
  if (before === undefined) return LARGEST_ID;
  if (!/^\d+$/.test(before)) return undefined;
  const number = BigInt(before);
  return number < LARGEST_ID ? number : LARGEST_ID;
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

/** True when a query asks for the task, whatever the page. */
export function isAskedFor(task: Pick<Task, keyof TaskHead>, query: StoredTaskQuery): boolean {
  return (
    (query.callerId === undefined || query.callerId === task.callerId) &&
    (query.botId === undefined || query.botId === task.botId) &&
    (query.accountId === undefined || query.accountId === task.accountId) &&
    (query.statuses === undefined || query.statuses.includes(task.status))
  );
}

/** What tasks are looked up by. */
export type TaskHead = Pick<Task, 'callerId' | 'botId' | 'accountId' | 'status' | 'submittedAt' | 'revision'>;
