import type { DatabaseSync, SQLOutputValue, StatementSync } from 'node:sqlite';
import type { MediaFile } from '../core/media.ts';
import type { StoredAccountState, StoredTaskQuery, TaskStore } from '../core/store.ts';
import { hasEnded, type Task } from '../core/task.ts';
import { WriteBatch } from './sqlite-batch.ts';
import { storeError } from './sqlite-file.ts';
import { pageQueries } from './sqlite-task-list.ts';
import { checkedId, idNumber, neededFiles, packed, takenId, unpacked } from './task-form.ts';

/**
 * The tables of tasks. `id` is the rowid: numbers in order. `ended` stands beside the status because the indexes of open
 * and of ended tasks must not be written at each change of the status.
 */
export const TASK_TABLES = `
  CREATE TABLE tasks (
    id INTEGER PRIMARY KEY, caller_id TEXT NOT NULL, bot_id TEXT NOT NULL, account_id TEXT NOT NULL,
    status TEXT NOT NULL, ended INTEGER NOT NULL, submitted_at INTEGER NOT NULL, revision INTEGER NOT NULL,
    body TEXT NOT NULL
  ) STRICT;
  CREATE INDEX tasks_caller ON tasks (caller_id);
  CREATE INDEX tasks_account ON tasks (account_id);
  CREATE INDEX tasks_bot ON tasks (bot_id);
  CREATE INDEX tasks_open ON tasks (id) WHERE ended = 0;
  CREATE INDEX tasks_status ON tasks (status) WHERE ended = 1;
  CREATE INDEX tasks_age ON tasks (submitted_at) WHERE ended = 1;
  CREATE TABLE task_files (
    task_id INTEGER NOT NULL, place INTEGER NOT NULL, name TEXT NOT NULL, content_type TEXT NOT NULL,
    bytes BLOB NOT NULL, PRIMARY KEY (task_id, place)
  ) STRICT;
  CREATE TABLE account_states (
    bot_id TEXT, account_id TEXT, body TEXT NOT NULL, PRIMARY KEY (bot_id, account_id)
  ) STRICT, WITHOUT ROWID;`;

const STATEMENTS = {
  add: 'INSERT INTO tasks VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING',
  addFile: 'INSERT INTO task_files VALUES (?, ?, ?, ?, ?)',
  /** The frequent change: no index of an open task is touched. */
  step: `UPDATE tasks SET status = ?, revision = ?, body = ?
    WHERE id = ? AND revision < ? AND account_id = ? AND ended = 0`,
  change: `UPDATE tasks SET account_id = ?, status = ?, ended = ?, revision = ?, body = ?
    WHERE id = ? AND revision < ?`,
  dropFiles: 'DELETE FROM task_files WHERE task_id = ?',
  drop: 'DELETE FROM tasks WHERE id = ?',
  find: 'SELECT body FROM tasks WHERE id = ?',
  open: 'SELECT body FROM tasks INDEXED BY tasks_open WHERE ended = 0 ORDER BY id',
  files: 'SELECT name, content_type, bytes FROM task_files WHERE task_id = ? ORDER BY place',
  forget: `DELETE FROM tasks WHERE id IN (
    SELECT id FROM tasks INDEXED BY tasks_age WHERE ended = 1 AND submitted_at < ? ORDER BY submitted_at LIMIT ?)`,
  saveState: 'INSERT OR REPLACE INTO account_states VALUES (?, ?, ?)',
  dropState: 'DELETE FROM account_states WHERE bot_id = ? AND account_id = ?',
  states: 'SELECT body FROM account_states ORDER BY bot_id, account_id',
} as const;

/** The tasks of the SQLite store, and how it reads and writes. */
export class SqliteTasks implements TaskStore {
  protected readonly database: DatabaseSync;
  private readonly path: string;
  private readonly batch: WriteBatch;
  /** Prepared statements by their SQL; queries for pages have a few dozen forms. */
  private readonly prepared = new Map<string, StatementSync>();

  constructor(path: string, database: DatabaseSync) {
    this.path = path;
    this.database = database;
    this.batch = new WriteBatch(database);
  }

  /** A new task with its files. @throws GatewayError internal when its id is taken, or has no place in the order */
  async addTask(task: Task, files: readonly MediaFile[]): Promise<void> {
    const id = checkedId(task);
    const kept = neededFiles(task, files);
    const { callerId, botId, accountId, status, submittedAt, revision } = task;
    const body = packed(task);
    const ended = hasEnded(task) ? 1 : 0;
    const isNew = await this.write(() => {
      const row = [id, callerId, botId, accountId, status, ended, submittedAt, revision, body] as const;
      if (this.statement(STATEMENTS.add).run(...row).changes === 0) return false;
      kept.forEach((file, place) => {
        this.statement(STATEMENTS.addFile).run(id, place, file.name, file.contentType, file.bytes);
      });
      return true;
    });
    if (!isNew) throw takenId(task.id);
  }

  /** A later form of a task; false when there is none, or it is not later. */
  async saveTask(task: Task): Promise<boolean> {
    const id = idNumber(task.id);
    if (id === undefined) return false;
    const { accountId, status, revision } = task;
    const body = packed(task);
    const { step, change, dropFiles } = STATEMENTS;
    if (hasEnded(task)) {
      return this.write(() => {
        const row = [accountId, status, 1, revision, body, id, revision] as const;
        const { changes } = this.statement(change).run(...row);
        if (changes > 0) this.statement(dropFiles).run(id);
        return changes > 0;
      });
    }
    return this.write(() => {
      const isStep = this.statement(step).run(status, revision, body, id, revision, accountId).changes > 0;
      return (
        isStep || this.statement(change).run(accountId, status, 0, revision, body, id, revision).changes > 0
      );
    });
  }

  /** A task by its id. */
  async findTask(id: string): Promise<Task | undefined> {
    const number = idNumber(id);
    if (number === undefined) return undefined;
    return this.guard(() => {
      const row = this.statement(STATEMENTS.find).get(number);
      return row && taskOf(row);
    });
  }

  /** A page of tasks, newest first. */
  async listTasks(query: StoredTaskQuery): Promise<Task[]> {
    return this.guard(() => {
      const pages = pageQueries(query).map(({ sql, values }) =>
        this.statement(sql)
          .all(...values)
          .map(taskOf),
      );
      return pages.length === 1 ? (pages[0] ?? []) : pages.flat().sort(newestFirst).slice(0, query.limit);
    });
  }

  /** What has not ended, oldest first. */
  async openTasks(): Promise<Task[]> {
    return this.guard(() => this.statement(STATEMENTS.open).all().map(taskOf));
  }

  /** The files of a task that has not ended. */
  async taskFiles(id: string): Promise<MediaFile[]> {
    const number = idNumber(id);
    if (number === undefined) return [];
    return this.guard(() => this.statement(STATEMENTS.files).all(number).map(fileOf));
  }

  /** Drops old ended tasks; gives how many. */
  async forgetTasks(submittedBefore: number, limit: number): Promise<number> {
    return this.write(() => Number(this.statement(STATEMENTS.forget).run(submittedBefore, limit).changes));
  }

  /** Drops one task; false when there is none. */
  async deleteTask(id: string): Promise<boolean> {
    const number = idNumber(id);
    if (number === undefined) return false;
    return this.write(() => {
      this.statement(STATEMENTS.dropFiles).run(number);
      return this.statement(STATEMENTS.drop).run(number).changes > 0;
    });
  }

  /** What keeps an account of a bot from working. */
  async saveAccountState(state: StoredAccountState): Promise<void> {
    const body = JSON.stringify(state);
    await this.write(() => this.statement(STATEMENTS.saveState).run(state.botId, state.accountId, body));
  }

  /** The account works again. */
  async deleteAccountState(botId: string, accountId: string): Promise<void> {
    await this.write(() => this.statement(STATEMENTS.dropState).run(botId, accountId));
  }

  /** Every account of a bot that does not work. */
  async listAccountStates(): Promise<StoredAccountState[]> {
    return this.guard(() => {
      const rows = this.statement(STATEMENTS.states).all();
      return rows.map(({ body }) => JSON.parse(String(body)) as StoredAccountState);
    });
  }

  /** Writes what waits, and gives the file back. */
  async close(): Promise<void> {
    if (!this.database.isOpen) return;
    this.batch.flush();
    this.guard(() => this.database.close());
  }

  /** Reads, or writes at once. @throws GatewayError internal */
  protected guard<Result>(work: () => Result): Result {
    try {
      return work();
    } catch (error) {
      throw storeError(this.path, error);
    }
  }

  /** Writes together with others. @throws GatewayError internal */
  protected async write<Result>(work: () => Result): Promise<Result> {
    try {
      return await this.batch.add(work);
    } catch (error) {
      throw storeError(this.path, error);
    }
  }

  private statement(sql: string): StatementSync {
    const known = this.prepared.get(sql);
    if (known) return known;
    const made = this.database.prepare(sql);
    this.prepared.set(sql, made);
    return made;
  }
}

type Row = Record<string, SQLOutputValue>;

const taskOf = ({ body }: Row): Task => unpacked(String(body));

/** Ids are numbers without leading zeros: the longer one is larger. */
function newestFirst({ id: a }: Task, { id: b }: Task): number {
  if (a.length !== b.length) return b.length - a.length;
  return a < b ? 1 : -1;
}

const fileOf = ({ name, content_type, bytes }: Row): MediaFile => ({
  name: String(name),
  contentType: String(content_type),
  bytes: bytes instanceof Uint8Array ? bytes : new Uint8Array(),
});
