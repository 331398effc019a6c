import type { MediaFile } from '../core/media.ts';
import type { StoredAccountState, TaskStore } from '../core/store.ts';
import { hasEnded, type Task } from '../core/task.ts';
import type { TaskQuery } from '../core/tasks.ts';
import type { Row, SqliteConnection } from './sqlite-connection.ts';
import { pageQueries } from './sqlite-task-list.ts';
import {
  byId,
  checkedId,
  headOf,
  idNumber,
  isUntold,
  neededFiles,
  packed,
  searchText,
  takenId,
  unpacked,
} from './task-form.ts';

const STATEMENTS = {
  add: 'INSERT INTO tasks VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING',
  addFile: 'INSERT INTO task_files VALUES (?, ?, ?, ?, ?)',
  addWords: 'INSERT INTO task_words VALUES (?, ?)',
  changeWords: 'UPDATE task_words SET text = ? WHERE id = ? AND text <> ?',
  /** The frequent change: no index of an open task is touched. */
  step: `UPDATE tasks SET status = ?, revision = ?, body = ?
    WHERE id = ? AND revision < ? AND account_id = ? AND ended = 0`,
  change: `UPDATE tasks SET account_id = ?, status = ?, ended = ?, untold = ?, revision = ?, body = ?
    WHERE id = ? AND revision < ?`,
  dropFiles: 'DELETE FROM task_files WHERE task_id = ?',
  drop: 'DELETE FROM tasks WHERE id = ?',
  find: 'SELECT body FROM tasks WHERE id = ?',
  open: 'SELECT body FROM tasks INDEXED BY tasks_open WHERE ended = 0 ORDER BY id',
  untold: 'SELECT body FROM tasks INDEXED BY tasks_untold WHERE untold = 1 ORDER BY id LIMIT ?',
  files: 'SELECT name, content_type, bytes FROM task_files WHERE task_id = ? ORDER BY place',
  forget: `DELETE FROM tasks WHERE id IN (
    SELECT id FROM tasks INDEXED BY tasks_age WHERE ended = 1 AND submitted_at < ? ORDER BY submitted_at, id LIMIT ?)`,
  saveState: 'INSERT OR REPLACE INTO account_states VALUES (?, ?, ?)',
  dropState: 'DELETE FROM account_states WHERE bot_id = ? AND account_id = ?',
  states: 'SELECT body FROM account_states ORDER BY bot_id, account_id',
} as const;

/** The tasks of the SQLite store. */
export class SqliteTasks implements TaskStore {
  protected readonly connection: SqliteConnection;
  /** Of open tasks: for which prompts the search text was written, so that not every step writes it again. */
  private readonly indexed = new Map<
    string,
    { readonly prompt: string; readonly finalPrompt: string | undefined }
  >();

  constructor(connection: SqliteConnection) {
    this.connection = connection;
  }

  /** A new task with its files. @throws GatewayError internal when its id is taken, or has no place in the order */
  async addTask(task: Task, files: readonly MediaFile[]): Promise<void> {
    const id = checkedId(task);
    const kept = neededFiles(task, files);
    const { callerId, botId, accountId, driver, verb, status, submittedAt } = headOf(task);
    const row = [
      id,
      callerId,
      botId,
      accountId,
      driver,
      verb,
      status,
      ...flagsOf(task),
      submittedAt,
    ] as const;
    const [body, text] = [packed(task), searchText(task)];
    const isNew = await this.connection.write(() => {
      if (this.statement(STATEMENTS.add).run(...row, task.revision, body).changes === 0) return false;
      this.statement(STATEMENTS.addWords).run(id, text);
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
    const [body, ended, text] = [packed(task), hasEnded(task), this.newText(task)];
    const { step, change, changeWords, dropFiles } = STATEMENTS;
    // Unknown for as long as it is being written.
    if (text !== undefined) this.indexed.delete(task.id);
    const isSaved = await this.connection.write(() => {
      const isStep =
        !ended && this.statement(step).run(status, revision, body, id, revision, accountId).changes > 0;
      const row = [accountId, status, ...flagsOf(task), revision, body, id, revision] as const;
      if (!isStep && this.statement(change).run(...row).changes === 0) return false;
      if (text !== undefined) this.statement(changeWords).run(text, id, text);
      if (ended) this.statement(dropFiles).run(id);
      return true;
    });
    if (isSaved && ended) this.indexed.delete(task.id);
    else if (isSaved)
      this.indexed.set(task.id, { prompt: task.request.prompt, finalPrompt: task.finalPrompt });
    return isSaved;
  }

  /** The search text, where it may have changed. */
  private newText(task: Task): string | undefined {
    const known = this.indexed.get(task.id);
    const isKnown = known?.prompt === task.request.prompt && known.finalPrompt === task.finalPrompt;
    return isKnown ? undefined : searchText(task);
  }

  /** A task by its id. */
  async findTask(id: string): Promise<Task | undefined> {
    const number = idNumber(id);
    if (number === undefined) return undefined;
    return this.read(() => {
      const row = this.statement(STATEMENTS.find).get(number);
      return row && taskOf(row);
    });
  }

  /** A page of tasks, in the order that the query asks for. */
  async listTasks(query: TaskQuery): Promise<Task[]> {
    return this.read(() => {
      const pages = pageQueries(query).map(({ sql, values }) =>
        this.statement(sql)
          .all(...values)
          .map(taskOf),
      );
      if (pages.length === 1) return pages[0] ?? [];
      const merged = pages.flat().sort(byId);
      return (query.order === 'oldest' ? merged : merged.reverse()).slice(0, query.limit);
    });
  }

  /** Ended tasks whose caller was not told, oldest first. */
  async untoldTasks(limit: number): Promise<Task[]> {
    return this.read(() => this.statement(STATEMENTS.untold).all(limit).map(taskOf));
  }

  /** What has not ended, oldest first. */
  async openTasks(): Promise<Task[]> {
    return this.read(() => this.statement(STATEMENTS.open).all().map(taskOf));
  }

  /** The files of a task that has not ended. */
  async taskFiles(id: string): Promise<MediaFile[]> {
    const number = idNumber(id);
    if (number === undefined) return [];
    return this.read(() => this.statement(STATEMENTS.files).all(number).map(fileOf));
  }

  /** Drops old ended tasks; gives how many. */
  async forgetTasks(submittedBefore: number, limit: number): Promise<number> {
    return this.connection.write(() =>
      Number(this.statement(STATEMENTS.forget).run(submittedBefore, limit).changes),
    );
  }

  /** Drops one task; false when there is none. */
  async deleteTask(id: string): Promise<boolean> {
    const number = idNumber(id);
    if (number === undefined) return false;
    this.indexed.delete(id);
    return this.connection.write(() => {
      this.statement(STATEMENTS.dropFiles).run(number);
      return this.statement(STATEMENTS.drop).run(number).changes > 0;
    });
  }

  /** What keeps an account of a bot from working. */
  async saveAccountState(state: StoredAccountState): Promise<void> {
    const body = JSON.stringify(state);
    await this.connection.write(() =>
      this.statement(STATEMENTS.saveState).run(state.botId, state.accountId, body),
    );
  }

  /** The account works again. */
  async deleteAccountState(botId: string, accountId: string): Promise<void> {
    await this.connection.write(() => this.statement(STATEMENTS.dropState).run(botId, accountId));
  }

  /** Every account of a bot that does not work. */
  async listAccountStates(): Promise<StoredAccountState[]> {
    return this.read(() => {
      const rows = this.statement(STATEMENTS.states).all();
      return rows.map(({ body }) => JSON.parse(String(body)) as StoredAccountState);
    });
  }

  protected statement(sql: string) {
    return this.connection.statement(sql);
  }

  protected read<Result>(work: () => Result): Result {
    return this.connection.read(work);
  }
}

const flagsOf = (task: Task) => [hasEnded(task) ? 1 : 0, isUntold(task) ? 1 : 0] as const;

const taskOf = ({ body }: Row): Task => unpacked(String(body));

const fileOf = ({ name, content_type, bytes }: Row): MediaFile => ({
  name: String(name),
  contentType: String(content_type),
  bytes: bytes instanceof Uint8Array ? bytes : new Uint8Array(),
});
