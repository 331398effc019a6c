import { chmodSync, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { GatewayError } from '../core/errors.ts';

/** Marks a file as ours in SQLite's header ("cgat"), so that no other program's database is written to. */
const APPLICATION_ID = 0x63676174;

/** How long a write waits for another process that holds the file. */
const BUSY_TIMEOUT_MS = 2_000;

/** Primary result codes of SQLite that have a remedy of their own (https://sqlite.org/rescode.html). */
const REMEDIES: Readonly<Record<number, readonly [problem: string, remedy: string]>> = {
  5: ['is held by another process', 'Stop the other process, or give each gateway its own store.path.'],
  8: ['cannot be written', 'Let the user that runs cordgate write to the file and to its folder.'],
  10: ['could not be read or written by the disk', 'Check the disk.'],
  11: ['is damaged', 'Restore a backup, or move the file away to start with an empty store.'],
  13: ['does not fit on the disk', 'Free some space.'],
  14: ['cannot be opened', 'Check that store.path names a file, and that its folder can be written.'],
  26: ['is not an SQLite database', 'Correct store.path, or move the file away.'],
};

/** Turns any failure of the database file into a `GatewayError` (code internal) that names the file and a remedy. */
export function storeError(path: string, error: unknown): GatewayError {
  if (error instanceof GatewayError) return error;
  const code = error instanceof Error && 'errcode' in error ? Number(error.errcode) & 0xff : 0;
  const [problem, hint] = REMEDIES[code] ?? ['failed', 'See the log for the cause.'];
  return new GatewayError('internal', `The store ${path} ${problem}.`, { hint, cause: error });
}

/**
 * Opens a database file of this program, creating the folder and the file, and brings its tables up to date.
 * @param migrations SQL by version: the first brings an empty file to version 1. Only ever append.
 * @throws GatewayError internal, with a message that names the file and a hint
 */
export function openDatabase(path: string, migrations: readonly string[]): DatabaseSync {
  createFolder(path);
  let database: DatabaseSync | undefined;
  try {
    database = new DatabaseSync(path, { timeout: BUSY_TIMEOUT_MS });
    // Looked at before anything is written: switching to WAL would change the file of another program.
    refuseForeign(database, path, migrations.length);
    // FULL syncs the log at each commit: a resolved write survives kill -9 (NORMAL would do for that) and also
    // a power cut. What is written often, the steps of tasks, shares commits (`WriteBatch`).
    // EXCLUSIVE holds the file for the life of the process: two gateways on one store would remove each other's channels.
    database.exec('PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;');
    migrate(database, path, migrations);
    chmodSync(path, 0o600);
    return database;
  } catch (error) {
    database?.close();
    throw storeError(path, error);
  }
}

function createFolder(path: string): void {
  const folder = dirname(path);
  try {
    mkdirSync(folder, { recursive: true });
  } catch (cause) {
    throw new GatewayError('internal', `The folder ${folder} of the store cannot be created.`, {
      hint: 'Correct store.path, or create the folder so that the user that runs cordgate can write to it.',
      cause,
    });
  }
}

/** In one transaction, so that two processes that start at once do not both migrate. */
function migrate(database: DatabaseSync, path: string, migrations: readonly string[]): void {
  database.exec('BEGIN IMMEDIATE');
  const version = refuseForeign(database, path, migrations.length);
  for (const statements of migrations.slice(version)) database.exec(statements);
  database.exec(
    `PRAGMA application_id = ${APPLICATION_ID}; PRAGMA user_version = ${migrations.length}; COMMIT`,
  );
}

/** Gives the version of the file when it is empty or ours, and not too new. */
function refuseForeign(database: DatabaseSync, path: string, known: number): number {
  const version = pragma(database, 'user_version');
  const owner = pragma(database, 'application_id');
  const empty = database.prepare('SELECT 1 FROM sqlite_schema LIMIT 1').get() === undefined;
  if (owner !== APPLICATION_ID && !empty) {
    throw new GatewayError('internal', `The store ${path} is a database of another program.`, {
      hint: 'Correct store.path: cordgate needs a file of its own.',
    });
  }
  if (version > known) {
    throw new GatewayError('internal', `The store ${path} was written by a newer cordgate.`, {
      hint: `Run the newer version again: the file has version ${version}, this program knows up to ${known}.`,
    });
  }
  return version;
}

function pragma(database: DatabaseSync, name: 'user_version' | 'application_id'): number {
  return Number(database.prepare(`PRAGMA ${name}`).get()?.[name]);
}
