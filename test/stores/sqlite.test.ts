import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { GatewayError } from '../../src/core/errors.ts';
import type { Store } from '../../src/core/store.ts';
import { openSqliteStore } from '../../src/stores/sqlite.ts';

const conversation = {
  botId: 'coze',
  callerId: 'alice',
  name: 'holiday',
  channelId: '11',
  botUserId: '12',
  createdAt: 13,
};

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cordgate-sqlite-'));
  path = join(folder, 'store.db');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

async function opened(file: string): Promise<Store> {
  const store = openSqliteStore(file);
  await store.open();
  return store;
}

async function refusal(open: () => Promise<unknown>): Promise<GatewayError> {
  try {
    await open();
  } catch (error) {
    if (error instanceof GatewayError) return error;
    throw error;
  }
  throw new Error('The file was opened.');
}

function runChild(source: string) {
  const child = spawnSync(process.execPath, ['--input-type=module', '-e', source], { encoding: 'utf8' });
  return { signal: child.signal, stdout: child.stdout, stderr: child.stderr };
}

const opening = () => `
  const { openSqliteStore } = await import(${JSON.stringify(new URL('../../src/stores/sqlite.ts', import.meta.url).href)});
  const store = openSqliteStore(${JSON.stringify(path)});
  await store.open();`;

describe('openSqliteStore', () => {
  it('creates missing folders and keeps everything over a restart', async () => {
    const deep = join(folder, 'a', 'b', 'store.db');
    const first = await opened(deep);
    const id = await first.instanceId();
    await first.saveConversation(conversation);
    await first.increment('sent', '2026-03-01');
    await first.close();
    const second = await opened(deep);
    expect(await second.instanceId()).toBe(id);
    expect(await second.findConversation(conversation)).toEqual(conversation);
    expect(await second.increment('sent', '2026-03-01')).toBe(2);
    await second.close();
  });

  it('keeps a resolved write when the process is killed right after it', async () => {
    const { signal, stderr } = runChild(`${opening()}
      await store.saveConversation(${JSON.stringify(conversation)});
      await store.increment('sent', '2026-03-01');
      process.kill(process.pid, 'SIGKILL');
      await new Promise(() => setTimeout(() => {}, 10_000));`);
    expect({ signal, stderr }).toEqual({ signal: 'SIGKILL', stderr: '' });
    expect(existsSync(`${path}-wal`), 'the file was not closed').toBe(true);
    const store = await opened(path);
    expect(await store.findConversation(conversation)).toEqual(conversation);
    expect(await store.count('sent', '2026-03-01')).toBe(1);
    await store.close();
  });

  it('prints no warning about node:sqlite', () => {
    const { stdout, stderr } = runChild(`${opening()} await store.close(); console.log('ok');`);
    expect({ stdout, stderr }).toEqual({ stdout: 'ok\n', stderr: '' });
  });

  it('belongs to one process at a time: a second gateway would remove the channels of the first', async () => {
    const store = await opened(path);
    const { stderr } = runChild(opening());
    expect(stderr).toContain(`The store ${path} is held by another process.`);
    await store.increment('sent', '2026-03-01');
    await store.close();
    const again = await opened(path);
    expect(await again.count('sent', '2026-03-01')).toBe(1);
    await again.close();
  });

  it('refuses a file that is no database', async () => {
    writeFileSync(path, 'name: cordgate\n'.repeat(200));
    const error = await refusal(() => opened(path));
    expect(error.message).toBe(`The store ${path} is not an SQLite database.`);
    expect(error.hint).toContain('store.path');
  });

  it('refuses a folder in the place of the file', async () => {
    mkdirSync(path);
    expect((await refusal(() => opened(path))).message).toContain('cannot be opened');
  });

  it('refuses a folder that cannot be created', async () => {
    writeFileSync(path, '');
    const error = await refusal(() => opened(join(path, 'store.db')));
    expect(error.message).toBe(`The folder ${path} of the store cannot be created.`);
  });

  it('refuses a file that it may not write', async () => {
    await (await opened(path)).close();
    chmodSync(path, 0o444);
    chmodSync(folder, 0o755);
    const error = await refusal(() => asOrdinaryUser(() => opened(path)));
    expect(error.message).toBe(`The store ${path} cannot be written.`);
    expect(error.hint).toContain('user that runs cordgate');
  });

  it('refuses a file of a newer cordgate and leaves it as it is', async () => {
    await (await opened(path)).close();
    const raw = new DatabaseSync(path);
    raw.exec('PRAGMA user_version = 99');
    const error = await refusal(() => opened(path));
    expect(error.message).toBe(`The store ${path} was written by a newer cordgate.`);
    expect(error.hint).toContain('99');
    expect(raw.prepare('PRAGMA user_version').get()?.user_version).toBe(99);
    raw.close();
  });

  it('refuses the database of another program and leaves it as it is', async () => {
    const raw = new DatabaseSync(path);
    raw.exec('CREATE TABLE songs (title TEXT)');
    expect((await refusal(() => opened(path))).message).toContain('another program');
    expect(raw.prepare('SELECT count(*) AS tables FROM sqlite_schema').get()?.tables).toBe(1);
    expect(raw.prepare('PRAGMA journal_mode').get()?.journal_mode).toBe('delete');
    raw.close();
  });

  it('answers a call after close with an error that names the file', async () => {
    const store = await opened(path);
    await store.close();
    await expect(store.instanceId()).rejects.toMatchObject({ code: 'store_unavailable' });
    await expect(store.saveConversation(conversation)).rejects.toThrow(path);
    await expect(store.count('sent', '2026-03-01')).rejects.toThrow(path);
  });
});

/** Root may write everything, so root steps down for the call. */
async function asOrdinaryUser<Result>(action: () => Promise<Result>): Promise<Result> {
  if (process.getuid?.() !== 0) return action();
  process.seteuid?.(65_534);
  try {
    return await action();
  } finally {
    process.seteuid?.(0);
  }
}
