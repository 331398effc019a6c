import { chmodSync, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { GatewayError } from '../core/errors.ts';
import { storeError } from './sqlite-errors.ts';
import { searchText, unpacked } from './task-form.ts';

/** Marks a file as ours in SQLite's header ("cgat"), so that no other program's database is written to. */
const APPLICATION_ID = 0x63676174;

/** How long a write waits for another process that holds the file. */
const BUSY_TIMEOUT_MS = 2_000;

/**
 * Opens a database file of this program, creating the folder and the file, and brings its tables up to date.
 * @param migrations SQL by version: the first brings an empty file to version 1. Only ever append.
 * @throws GatewayError internal, with a message that names the file and a hint; store_unavailable when it may pass
 */
export function openDatabase(path: string, migrations: readonly string[]): DatabaseSync {
  createFolder(path);
  let database: DatabaseSync | undefined;
  try {
    database = new DatabaseSync(path, { timeout: BUSY_TIMEOUT_MS });
    // Looked at before anything is written: switching to WAL would change the file of another program.
    refuseForeign(database, path, migrations.length);
    // Before there is a log, which SQLite gives the same mode.
    chmodSync(path, 0o600);
    // FULL syncs the log at each commit: a resolved write survives kill -9 (NORMAL would do for that) and also
    // a power cut. What is written often, the steps of tasks, shares commits (`WriteBatch`).
    // EXCLUSIVE holds the file for the life of the process: two gateways on one store would remove each other's channels.
    database.exec('PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;');
    migrate(database, path, migrations);
    return database;
  } catch (error) {
    database?.close();
    throw storeError(path, error, 'opening');
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
  database.function('search_text', { deterministic: true }, (body) => searchText(unpacked(String(body))));
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
