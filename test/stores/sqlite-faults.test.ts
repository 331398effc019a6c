/** What happens to the file while a gateway works with it. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openSqliteStore } from '../../src/stores/sqlite.ts';
import { SqliteConnection } from '../../src/stores/sqlite-connection.ts';
import { sampleTask } from '../contract/store-tasks.ts';

const down = { code: 'store_unavailable', status: 503, retryable: true };

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cordgate-faults-'));
  path = join(folder, 'data', 'store.db');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const opened = async () => {
  const store = openSqliteStore(path);
  await store.open();
  return store;
};
const add = async (store: Awaited<ReturnType<typeof opened>>, ...ids: string[]) => {
  await Promise.all(ids.map((id) => store.addTask(sampleTask({ id }), [])));
};
const idsIn = async (store: Awaited<ReturnType<typeof opened>>) =>
  (await store.listTasks({ limit: 1000, order: 'oldest' })).map((task) => task.id);

describe('a killed writer', () => {
  it('loses nothing that was acknowledged, however often it is killed, and leaves an intact file', async () => {
    const source = new URL('../../src/stores/sqlite.ts', import.meta.url).href;
    const program = (from: number) => `
      const { openSqliteStore } = await import(${JSON.stringify(source)});
      const store = openSqliteStore(${JSON.stringify(path)});
      await store.open();
      const task = ${JSON.stringify(sampleTask())};
      const file = { name: 'a.png', contentType: 'image/png', bytes: new Uint8Array(5_000) };
      let next = ${from};
      const work = async () => {
        for (;;) {
          const id = String(next++);
          await store.addTask({ ...task, id }, [file]);
          await store.saveTask({ ...task, id, revision: 1, status: 'running', finalPrompt: 'cat ' + id });
          if (Number(id) % 3 === 0) await store.saveTask({ ...task, id, revision: 2, status: 'succeeded' });
          process.stdout.write(id + '\\n');
        }
      };
      await Promise.all(Array.from({ length: 20 }, work));`;
    const acknowledged: string[] = [];
    for (let round = 0; round < 6; round += 1) {
      const child = spawn(process.execPath, ['--input-type=module', '-e', program(round * 100_000)], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      const lines = createInterface({ input: child.stdout });
      const goal = acknowledged.length + 15 + 40 * round;
      lines.on('line', (line) => {
        acknowledged.push(line);
        if (acknowledged.length === goal) child.kill('SIGKILL');
      });
      await once(lines, 'close');
      expect(child.signalCode ?? (await once(child, 'exit'))[1]).toBe('SIGKILL');
      expect(acknowledged.length).toBeGreaterThanOrEqual(goal);
    }
    const store = await opened();
    for (const id of acknowledged) {
      const task = await store.findTask(id);
      expect(task?.status, id).toBe(Number(id) % 3 === 0 ? 'succeeded' : 'running');
      expect(await store.taskFiles(id)).toHaveLength(Number(id) % 3 === 0 ? 0 : 1);
    }
    await store.close();
    const raw = new DatabaseSync(path);
    expect(raw.prepare('PRAGMA integrity_check').all()).toEqual([{ integrity_check: 'ok' }]);
    const words = raw.prepare('SELECT count(*) AS n FROM task_words').get()?.n;
    expect(words).toBe(raw.prepare('SELECT count(*) AS n FROM tasks').get()?.n);
    raw.close();
  }, 60_000);
});

describe('a file that is taken away from a working gateway', () => {
  it('is written again, with everything that was acknowledged', async () => {
    const store = await opened();
    await add(store, '1', '2');
    for (const name of [path, `${path}-wal`]) rmSync(name);
    await add(store, '3');
    await store.close();
    const again = await opened();
    expect(await idsIn(again)).toEqual(['1', '2', '3']);
    await again.close();
  });

  it('is written again when the whole folder was deleted', async () => {
    const store = await opened();
    await add(store, '1');
    rmSync(join(folder, 'data'), { recursive: true });
    await store.ping();
    await add(store, '2');
    await store.close();
    const again = await opened();
    expect(await idsIn(again)).toEqual(['1', '2']);
    await again.close();
  });

  it('keeps what is only in its log when the log was deleted', async () => {
    const store = await opened();
    await add(store, '1');
    rmSync(`${path}-wal`);
    await add(store, '2');
    await store.close();
    const again = await opened();
    expect(await idsIn(again)).toEqual(['1', '2']);
    await again.close();
  });

  it('is refused as long as it cannot be written again, and works by itself afterwards', async () => {
    const store = await opened();
    await add(store, '1');
    rmSync(join(folder, 'data'), { recursive: true });
    // Not even root can make a folder here.
    new DatabaseSync(join(folder, 'data')).exec('CREATE TABLE x (y)');
    await expect(add(store, '2')).rejects.toMatchObject(down);
    await expect(store.ping()).rejects.toMatchObject(down);
    await expect(store.increment('c', '2026-03-01')).rejects.toMatchObject(down);
    expect(await idsIn(store)).toEqual(['1']);
    rmSync(join(folder, 'data'));
    await add(store, '3');
    await store.ping();
    expect(await idsIn(store)).toEqual(['1', '3']);
    await store.close();
  });

  it('makes place for a backup that was put there', async () => {
    const store = await opened();
    await add(store, '1');
    await store.close();
    const backup = join(folder, 'backup.db');
    copyFileSync(path, backup);
    const working = await opened();
    await add(working, '2');
    renameSync(backup, path);
    await add(working, '3');
    expect(await idsIn(working)).toEqual(['1', '3']);
    await working.close();
    const again = await opened();
    expect(await idsIn(again)).toEqual(['1', '3']);
    await again.close();
  });

  it('is refused while another program’s file is there, and taken up again when it is gone', async () => {
    const store = await opened();
    await add(store, '1');
    const aside = join(folder, 'aside.db');
    renameSync(path, aside);
    const raw = new DatabaseSync(path);
    raw.exec('CREATE TABLE songs (title TEXT)');
    raw.close();
    await expect(add(store, '2')).rejects.toMatchObject(down);
    expect(await idsIn(store)).toEqual(['1']);
    renameSync(aside, path);
    await add(store, '3');
    expect(await idsIn(store)).toEqual(['1', '3']);
    await store.close();
  });
});

describe('a disk that is full', () => {
  it('refuses writes with a remedy, keeps what it had, and takes writes again once there is space', async () => {
    const connection = new SqliteConnection(path);
    connection.open();
    const [fill, limit] = ['INSERT INTO installation VALUES (?, ?)', 'PRAGMA max_page_count'];
    const write = (name: string, size: number) =>
      connection.write(() => connection.statement(fill).run(name, 'x'.repeat(size)));
    await write('first', 10);
    connection.read(() => connection.statement(`${limit} = 40`).get());
    const refusal: unknown = await write('large', 1_000_000).catch((error: unknown) => error);
    expect(refusal).toMatchObject({ ...down, hint: 'Free some space.' });
    expect(String(refusal)).toContain(`${path} does not fit on the disk`);
    // One that is too large does not spoil those beside it.
    const outcomes = await Promise.allSettled([write('small', 10), write('huge', 1_000_000)]);
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected']);
    connection.read(() => connection.statement(`${limit} = 100000`).get());
    await write('large', 1_000_000);
    const names = connection.read(() =>
      connection.statement('SELECT name FROM installation ORDER BY name').all(),
    );
    expect(names.map(({ name }) => name)).toEqual(['first', 'large', 'small']);
    connection.close();
  });
});

describe('a file that cannot be used at the start', () => {
  it('may be opened again after it failed', async () => {
    mkdirSync(path, { recursive: true });
    const store = openSqliteStore(path);
    await expect(store.open()).rejects.toMatchObject({ code: 'internal' });
    rmSync(path, { recursive: true });
    await store.open();
    await add(store, '1');
    chmodSync(path, 0o600);
    await store.close();
  });
});
