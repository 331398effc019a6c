import { GatewayError } from '../core/errors.ts';
import type { MediaFile } from '../core/media.ts';
import type { StoredAccountState, TaskStore } from '../core/store.ts';
import { hasEnded, type Task } from '../core/task.ts';
import type { TaskQuery } from '../core/tasks.ts';
import { isUnanswered } from './redis-errors.ts';
import type { Word } from './redis-link.ts';
import { listByIndex, memberOf } from './redis-task-list.ts';
import { ADD_TASK, DROP_TASK, FORGET_TASKS, SAVE_TASK } from './redis-task-scripts.ts';
import type { RedisWriter } from './redis-writer.ts';
import {
  byId,
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
  takenId,
  unpacked,
} from './task-form.ts';

/** Tasks that are read, or forgotten, by one command. */
const BATCH = 500;

/** The tasks of the Redis store. */
export class RedisTasks implements TaskStore {
  protected readonly writer: RedisWriter;
  /** Tasks whose caller was told that they were not taken, though they may have been: to be dropped. */
  private readonly doubtful = new Set<string>();

  constructor(writer: RedisWriter) {
    this.writer = writer;
  }

  /**
   * A new task with its files. When no answer came the task is dropped as soon as the store answers again, so that nothing is
   * done that was refused.
   * @throws GatewayError internal when its id is taken, or has no place in the order; store_unavailable
   */
  async addTask(task: Task, files: readonly MediaFile[]): Promise<void> {
    const member = memberOf(checkedId(task));
    await this.settleDoubts();
    const words = neededFiles(task, files).flatMap(({ name, contentType, bytes }): Word[] => [
      JSON.stringify({ name, contentType }),
      Buffer.from(bytes),
    ]);
    try {
      const isNew = await this.writer.write(ADD_TASK, [member, ...rowOf(task), ...words]);
      if (isNew !== 1) throw takenId(task.id);
    } catch (error) {
      if (isUnanswered(error)) this.doubtful.add(member);
      throw error;
    }
  }

  /** A later form of a task; false when there is none, or it is not later. May be repeated when no answer came. */
  async saveTask(task: Task): Promise<boolean> {
    const id = idNumber(task.id);
    if (id === undefined) return false;
    return (await this.writer.write(SAVE_TASK, [memberOf(id), ...rowOf(task)])) === 1;
  }

  /** A task by its id. */
  async findTask(id: string): Promise<Task | undefined> {
    const number = idNumber(id);
    if (number === undefined) return undefined;
    const [task] = await this.tasksOf([memberOf(number)]);
    return task;
  }

  /** A page of tasks, in the order that the query asks for. */
  async listTasks(query: TaskQuery): Promise<Task[]> {
    if (query.ids === undefined) return listByIndex(this.writer.link, this.writer.prefix, query);
    const bounds = pageBounds(query);
    if (bounds === undefined) return [];
    const numbers = new Set(query.ids.flatMap((id) => idNumber(id) ?? []));
    const between = [...numbers].filter((number) => number > bounds.above && number < bounds.below);
    const words = searchWords(query) ?? '';
    const found = (await this.tasksOf(between.map(memberOf)))
      .filter((task) => isAskedFor(headOf(task), query) && searchText(task).includes(words))
      .sort(byId);
    return (query.order === 'oldest' ? found : found.reverse()).slice(0, query.limit);
  }

  /** What has not ended, oldest first. */
  async openTasks(): Promise<Task[]> {
    const open: Task[] = [];
    for (let from = '-'; ; ) {
      const members = await this.members('open', from, BATCH);
      open.push(...(await this.tasksOf(members)));
      if (members.length < BATCH) return open;
      from = `(${members.at(-1)}`;
    }
  }

  /** Ended tasks whose caller was not told, oldest first. */
  async untoldTasks(limit: number): Promise<Task[]> {
    return this.tasksOf(await this.members('untold', '-', limit));
  }

  /** The files of a task that has not ended. */
  async taskFiles(id: string): Promise<MediaFile[]> {
    const number = idNumber(id);
    if (number === undefined) return [];
    const key = this.writer.key(`files:${memberOf(number)}`);
    const parts = (await this.writer.link.callForBytes(['LRANGE', key, '0', '-1'])) as Buffer[];
    const files: MediaFile[] = [];
    for (let place = 0; place + 1 < parts.length; place += 2) {
      const about = JSON.parse(String(parts[place])) as Pick<MediaFile, 'name' | 'contentType'>;
      files.push({ ...about, bytes: Uint8Array.from(parts[place + 1] ?? []) });
    }
    return files;
  }

  /** Drops one task; false when there is none. */
  async deleteTask(id: string): Promise<boolean> {
    const number = idNumber(id);
    return number !== undefined && (await this.writer.write(DROP_TASK, [memberOf(number)])) === 1;
  }

  /** Drops old ended tasks; gives how many. */
  async forgetTasks(submittedBefore: number, limit: number): Promise<number> {
    for (let forgotten = 0; ; ) {
      const batch = Math.min(BATCH, limit - forgotten);
      if (batch <= 0) return forgotten;
      const count = Number(await this.writer.write(FORGET_TASKS, [`(${submittedBefore}`, String(batch)]));
      forgotten += count;
      if (count < batch) return forgotten;
    }
  }

  /** What keeps an account of a bot from working. */
  async saveAccountState(state: StoredAccountState): Promise<void> {
    const field = JSON.stringify([state.botId, state.accountId]);
    await this.writer.command('HSET', this.writer.key('account-states'), field, JSON.stringify(state));
  }

  /** The account works again. */
  async deleteAccountState(botId: string, accountId: string): Promise<void> {
    const field = JSON.stringify([botId, accountId]);
    await this.writer.command('HDEL', this.writer.key('account-states'), field);
  }

  /** Every account of a bot that does not work. */
  async listAccountStates(): Promise<StoredAccountState[]> {
    const states = (await this.writer.link.call(['HVALS', this.writer.key('account-states')])) as string[];
    return states.map((state) => JSON.parse(state) as StoredAccountState);
  }

  /** Drops what was refused and may have been taken all the same. */
  protected async settleDoubts(): Promise<void> {
    for (const member of this.doubtful) {
      await this.writer.write(DROP_TASK, [member]);
      this.doubtful.delete(member);
    }
  }

  private async members(set: string, from: string, limit: number): Promise<string[]> {
    const range = [from, '+', 'BYLEX', 'LIMIT', '0', String(limit)];
    return (await this.writer.link.call(['ZRANGE', this.writer.key(set), ...range])) as string[];
  }

  private async tasksOf(members: readonly string[]): Promise<Task[]> {
    if (members.length === 0) return [];
    const bodies = await this.writer.link.call(['HMGET', this.writer.key('tasks'), ...members]);
    if (!Array.isArray(bodies)) throw new GatewayError('internal', 'The store gave no list.');
    return bodies.flatMap((body) => (typeof body === 'string' ? unpacked(body) : []));
  }
}

/** Head, body and search text, as the scripts take them. */
function rowOf(task: Task): string[] {
  const { callerId, botId, accountId, driver, verb, status, submittedAt } = headOf(task);
  const flags = [hasEnded(task), isUntold(task)].map((is) => (is ? '1' : '0'));
  const named = [callerId, botId, accountId, driver, verb].map((value) => JSON.stringify(value));
  const head = [task.revision, status, ...flags, submittedAt, ...named].join('\n');
  return [head, packed(task), searchText(task)];
}
