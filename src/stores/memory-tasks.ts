import type { MediaFile } from '../core/media.ts';
import type { StoredAccountState, TaskStore } from '../core/store.ts';
import { hasEnded, type Task } from '../core/task.ts';
import type { TaskQuery } from '../core/tasks.ts';
import {
  checkedId,
  headOf,
  idNumber,
  isAskedFor,
  isUntold,
  neededFiles,
  packed,
  pageBounds,
  searchText,
  searchWords,
  type TaskHead,
  takenId,
  unpacked,
} from './task-form.ts';

/** JSON is smaller than the objects, and nobody can change it from outside. */
interface Entry extends TaskHead {
  readonly number: bigint;
  readonly revision: number;
  readonly text: string;
  readonly body: string;
}

const keyOf = (botId: string, accountId: string) => JSON.stringify([botId, accountId]);

function entryOf(number: bigint, task: Task): Entry {
  const [text, body] = [searchText(task), packed(task)];
  return { ...headOf(task), number, revision: task.revision, text, body };
}

/** The tasks of the memory store. */
export class MemoryTasks implements TaskStore {
  private readonly tasks = new Map<string, Entry>();
  /** Numbers of all tasks, oldest first. */
  private readonly order: bigint[] = [];
  private readonly untold = new Set<bigint>();
  private readonly files = new Map<string, readonly MediaFile[]>();
  private readonly states = new Map<string, StoredAccountState>();

  /** A new task with its files. @throws GatewayError internal when its id is taken, or has no place in the order */
  async addTask(task: Task, files: readonly MediaFile[]): Promise<void> {
    const number = checkedId(task);
    if (this.tasks.has(task.id)) throw takenId(task.id);
    this.keep(number, task);
    this.order.splice(this.place(number), 0, number);
    const kept = neededFiles(task, files).map(copied);
    if (kept.length > 0) this.files.set(task.id, kept);
  }

  /** A later form of a task; false when there is none, or it is not later. */
  async saveTask(task: Task): Promise<boolean> {
    const older = this.tasks.get(task.id);
    if (older === undefined || older.revision >= task.revision) return false;
    this.keep(older.number, task);
    if (hasEnded(task)) this.files.delete(task.id);
    return true;
  }

  /** A task by its id. */
  async findTask(id: string): Promise<Task | undefined> {
    const found = this.tasks.get(id);
    return found && unpacked(found.body);
  }

  /** A page of tasks, in the order that the query asks for. */
  async listTasks(query: TaskQuery): Promise<Task[]> {
    const words = searchWords(query);
    const found: Task[] = [];
    for (const entry of this.walk(query)) {
      if (found.length >= query.limit) break;
      if (!isAskedFor(entry, query) || !entry.text.includes(words ?? '')) continue;
      found.push(unpacked(entry.body));
    }
    return found;
  }

  /** What has not ended, oldest first. */
  async openTasks(): Promise<Task[]> {
    return this.order.flatMap((number) => {
      const entry = this.tasks.get(String(number));
      return entry === undefined || hasEnded(entry) ? [] : unpacked(entry.body);
    });
  }

  /** Ended tasks whose caller was not told, oldest first. */
  async untoldTasks(limit: number): Promise<Task[]> {
    const untold = [...this.untold].sort(ascending).slice(0, limit);
    return untold.flatMap((number) => {
      const entry = this.tasks.get(String(number));
      return entry === undefined ? [] : unpacked(entry.body);
    });
  }

  /** The files of a task that has not ended. */
  async taskFiles(id: string): Promise<MediaFile[]> {
    return (this.files.get(id) ?? []).map(copied);
  }

  /** Drops old ended tasks; gives how many. */
  async forgetTasks(submittedBefore: number, limit: number): Promise<number> {
    const old = [...this.tasks.values()]
      .filter((entry) => hasEnded(entry) && entry.submittedAt < submittedBefore)
      .sort((a, b) => a.submittedAt - b.submittedAt || ascending(a.number, b.number))
      .slice(0, limit);
    for (const { number } of old) this.drop(number);
    return old.length;
  }

  /** Drops one task; false when there is none. */
  async deleteTask(id: string): Promise<boolean> {
    const entry = this.tasks.get(id);
    if (entry) this.drop(entry.number);
    return entry !== undefined;
  }

  /** What keeps an account of a bot from working. */
  async saveAccountState(state: StoredAccountState): Promise<void> {
    this.states.set(keyOf(state.botId, state.accountId), { ...state });
  }

  /** The account works again. */
  async deleteAccountState(botId: string, accountId: string): Promise<void> {
    this.states.delete(keyOf(botId, accountId));
  }

  /** Every account of a bot that does not work. */
  async listAccountStates(): Promise<StoredAccountState[]> {
    return [...this.states.values()].map((state) => ({ ...state }));
  }

  private *walk({ ids, before, after, order }: TaskQuery): Generator<Entry> {
    const bounds = pageBounds({ before, after });
    if (bounds === undefined) return;
    const numbers = ids === undefined ? this.order : numbersOf(ids);
    const [start, end] = [place(numbers, bounds.above + 1n), place(numbers, bounds.below)];
    const isOldestFirst = order === 'oldest';
    for (let step = 0; step < end - start; step += 1) {
      const entry = this.tasks.get(String(numbers[isOldestFirst ? start + step : end - 1 - step]));
      if (entry) yield entry;
    }
  }

  private keep(number: bigint, task: Task): void {
    this.tasks.set(task.id, entryOf(number, task));
    if (isUntold(task)) this.untold.add(number);
    else this.untold.delete(number);
  }

  private drop(number: bigint): void {
    const id = String(number);
    this.tasks.delete(id);
    this.files.delete(id);
    this.untold.delete(number);
    this.order.splice(this.place(number), 1);
  }

  private place(number: bigint): number {
    return place(this.order, number);
  }
}

/** Where a number stands in an ascending list, or belongs. */
function place(ascending: readonly bigint[], number: bigint): number {
  let [low, high] = [0, ascending.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((ascending[middle] ?? number) < number) low = middle + 1;
    else high = middle;
  }
  return low;
}

function numbersOf(ids: readonly string[]): bigint[] {
  const numbers = new Set(ids.flatMap((id) => idNumber(id) ?? []));
  return [...numbers].sort(ascending);
}

function ascending(a: bigint, b: bigint): number {
  return a < b ? -1 : 1;
}

function copied(file: MediaFile): MediaFile {
  return { name: file.name, contentType: file.contentType, bytes: Uint8Array.from(file.bytes) };
}
