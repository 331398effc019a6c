import { existsSync, mkdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { backup, type DatabaseSync, type SQLOutputValue, type StatementSync } from 'node:sqlite';
import { GatewayError } from '../core/errors.ts';
import { WriteBatch } from './sqlite-batch.ts';
import { storeError, unavailable } from './sqlite-errors.ts';
import { openDatabase } from './sqlite-file.ts';
import { MIGRATIONS } from './sqlite-schema.ts';

/** Pages of 4 KiB that a backup copies before others have their turn. */
const BACKUP_PAGES = 256;

/** A row as SQLite gives it. */
export type Row = Record<string, SQLOutputValue>;

/** A database in use, and which files it was opened with. */
interface Opened {
  readonly database: DatabaseSync;
  readonly file: string;
  readonly log: string;
  /** Prepared statements by their SQL; queries for pages have a few dozen forms. */
  readonly prepared: Map<string, StatementSync>;
}

/**
 * The database file. It belongs to this process from the first use to the end. When the file is taken away or exchanged while
 * it is in use, that is noticed before the next commit: what SQLite would write then goes to a file that nobody finds again.
 */
export class SqliteConnection {
  readonly path: string;
  private opened: Opened | undefined;
  private isClosed = false;
  private wasOpened = false;
  private readonly batch = new WriteBatch(() => this.sound().database);

  constructor(path: string) {
    this.path = path;
  }

  /** Opens the file. @throws GatewayError internal, store_unavailable */
  open(): void {
    this.isClosed = false;
    this.current();
  }

  /** Reads. @throws GatewayError store_unavailable, internal */
  read<Result>(work: () => Result): Result {
    try {
      return work();
    } catch (error) {
      throw storeError(this.path, error, 'working');
    }
  }

  /** Writes together with others; durable when it resolves. @throws GatewayError store_unavailable, internal */
  async write<Result>(work: () => Result): Promise<Result> {
    try {
      if (this.isClosed) throw this.closed();
      return await this.batch.add(work);
    } catch (error) {
      throw storeError(this.path, error, 'working');
    }
  }

  /** A prepared statement, for use inside `read` and `write`. */
  statement(sql: string): StatementSync {
    const { database, prepared } = this.current();
    const known = prepared.get(sql);
    if (known) return known;
    const made = database.prepare(sql);
    prepared.set(sql, made);
    return made;
  }

  /** Looks whether the file can be read and is still where it was. @throws GatewayError store_unavailable, internal */
  check(): void {
    this.read(() => this.sound().database.prepare('SELECT 1 FROM installation LIMIT 1').get());
  }

  /**
   * Copies the database into a new file, some pages at a time; reading goes on, writing waits for it: SQLite gives a copy up
   * that meets a commit of its own connection. Under its name it is whole or not there at all.
   * @throws GatewayError store_unavailable, internal
   */
  async backup(path: string): Promise<void> {
    const unfinished = `${path}.part`;
    try {
      mkdirSync(dirname(path), { recursive: true });
    } catch (error) {
      const text = `The backup ${path} cannot be written.`;
      throw new GatewayError('store_unavailable', text, { hint: 'Let cordgate write there.', cause: error });
    }
    const release = this.batch.hold();
    try {
      await backup(this.sound().database, unfinished, { rate: BACKUP_PAGES });
      renameSync(unfinished, path);
    } catch (error) {
      rmSync(unfinished, { force: true });
      throw storeError(path, error, 'working');
    } finally {
      release();
    }
  }

  /** Writes what waits, and gives the file back. */
  close(): void {
    if (this.isClosed) return;
    if (this.opened) this.batch.flush();
    this.isClosed = true;
    const database = this.opened?.database;
    this.opened = undefined;
    this.read(() => database?.close());
  }

  /** The database as it was opened; opened now when it was not. */
  private current(): Opened {
    if (this.isClosed) throw this.closed();
    this.opened ??= this.wasOpened ? this.again(() => openedAt(this.path)) : openedAt(this.path);
    this.wasOpened = true;
    return this.opened;
  }

  /** The database, in the files that the path names. */
  private sound(): Opened {
    const opened = this.current();
    if (opened.file === markOf(this.path) && opened.log === markOf(logOf(this.path))) return opened;
    return this.again(() => this.heal(opened));
  }

  /** What was open once may be so again: every failure may pass. */
  private again<Result>(work: () => Result): Result {
    try {
      return work();
    } catch (error) {
      const { message, hint } = storeError(this.path, error, 'working');
      throw new GatewayError('store_unavailable', message, { hint, cause: error });
    }
  }

  /**
   * Finds the way back to files with a name. All that was written is still known to the open ones, which are given up
   * only when the others are open.
   */
  private heal({ database, file, log }: Opened): Opened {
    const found = markOf(this.path);
    if (found === file) {
      database.exec('PRAGMA wal_checkpoint(TRUNCATE)');
      this.opened = undefined;
      database.close();
      return this.current();
    }
    // SQLite would add what is in our log to any file of this name. We can still read it without its name.
    if (markOf(logOf(this.path)) === log) rmSync(logOf(this.path), { force: true });
    if (found === '') this.writeAgain(database);
    this.opened = openedAt(this.path);
    database.close();
    return this.opened;
  }

  private writeAgain(database: DatabaseSync): void {
    const copy = `${this.path}.rescue`;
    mkdirSync(dirname(this.path), { recursive: true });
    rmSync(copy, { force: true });
    database.prepare('VACUUM INTO ?').run(copy);
    if (!existsSync(this.path)) renameSync(copy, this.path);
  }

  private closed(): GatewayError {
    return unavailable(this.path, 'is closed', 'Open it first.');
  }
}

function openedAt(path: string): Opened {
  const database = openDatabase(path, MIGRATIONS);
  return { database, file: markOf(path), log: markOf(logOf(path)), prepared: new Map() };
}

const logOf = (path: string) => `${path}-wal`;

/** Which file a path names; empty when none. */
function markOf(path: string): string {
  const found = statSync(path, { throwIfNoEntry: false, bigint: true });
  return found === undefined ? '' : `${found.dev}:${found.ino}`;
}
