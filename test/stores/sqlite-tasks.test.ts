import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { StoredTaskQuery } from '../../src/core/store.ts';
import type { TaskStatus } from '../../src/core/task.ts';
import { openSqliteStore } from '../../src/stores/sqlite.ts';
import { pageQueries } from '../../src/stores/sqlite-task-list.ts';
import { sampleTask } from '../contract/store-tasks.ts';

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cordgate-tasks-'));
  path = join(folder, 'store.db');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const QUERIES: [string, Omit<StoredTaskQuery, 'limit'>][] = [
  ['all', {}],
  ['one caller', { callerId: 'caller-1' }],
  ['one account', { accountId: 'account-1' }],
  ['one bot', { botId: 'midjourney' }],
  ['one caller at one bot', { callerId: 'caller-1', botId: 'midjourney' }],
  ['open ones', { statuses: ['queued', 'running'] }],
  ['open ones of a caller', { callerId: 'caller-1', statuses: ['queued', 'submitted'] }],
  ['failed ones', { statuses: ['failed', 'timed-out'] }],
  ['failed and open ones', { statuses: ['failed', 'running'] }],
  ['failed ones of a bot', { botId: 'midjourney', statuses: ['failed'] }],
  ['a few by id', { ids: ['5', '77'] }],
];

describe('the tables of tasks', () => {
  it.each(QUERIES)('list %s by index, without sorting', async (_, query) => {
    await openSqliteStore(path).close();
    const raw = new DatabaseSync(path);
    const pages = pageQueries({ ...query, before: '9', limit: 50 });
    expect(pages.length).toBeGreaterThan(0);
    for (const { sql, values } of pages) {
      const plan = raw
        .prepare(`EXPLAIN QUERY PLAN ${sql}`)
        .all(...values)
        .map((row) => String(row.detail))
        .filter((step) => !step.includes('json_each'));
      expect(plan.join('; ')).toMatch(/SEARCH tasks USING (INTEGER PRIMARY KEY|(COVERING )?INDEX)/);
      expect(plan.join('; ')).not.toMatch(/TEMP B-TREE|SCAN tasks/);
    }
    raw.close();
  });

  it('list a page of 10,000 tasks in a few milliseconds, whatever is asked for', async () => {
    const store = openSqliteStore(path);
    const statusOf = (index: number): TaskStatus =>
      index % 1000 === 7 ? 'failed' : index > 9990 ? 'running' : 'succeeded';
    const added = Array.from({ length: 10_000 }, (_, index) =>
      store.addTask(
        sampleTask({
          id: String(index),
          callerId: `caller-${index % 10}`,
          accountId: `account-${index % 3}`,
          status: statusOf(index),
          state: 'x'.repeat(1_500),
        }),
        [],
      ),
    );
    await Promise.all(added);
    for (const [what, query] of QUERIES) {
      const startedAt = performance.now();
      await store.listTasks({ ...query, limit: 20 });
      expect(performance.now() - startedAt, what).toBeLessThan(100);
    }
    expect(await store.listTasks({ statuses: ['failed'], limit: 1000 })).toHaveLength(10);
    expect(await store.openTasks()).toHaveLength(9);
    await store.close();
  });

  it('keep every resolved write when the process is killed right after it', () => {
    const source = new URL('../../src/stores/sqlite.ts', import.meta.url).href;
    const child = spawnSync(
      process.execPath,
      [
        '--input-type=module',
        '-e',
        `const { openSqliteStore } = await import(${JSON.stringify(source)});
         const store = openSqliteStore(${JSON.stringify(path)});
         const task = ${JSON.stringify(sampleTask())};
         const file = { name: 'a.png', contentType: 'image/png', bytes: Uint8Array.of(1, 2) };
         const ids = Array.from({ length: 50 }, (_, index) => String(index + 1));
         await Promise.all(ids.map((id) => store.addTask({ ...task, id }, [file])));
         await Promise.all(ids.map((id) => store.saveTask({ ...task, id, revision: 1, trace: { nonce: id } })));
         await store.saveTask({ ...task, id: '1', revision: 2, status: 'failed' });
         process.kill(process.pid, 'SIGKILL');
         await new Promise(() => setTimeout(() => {}, 10_000));`,
      ],
      { encoding: 'utf8' },
    );
    expect({ signal: child.signal, stderr: child.stderr }).toEqual({ signal: 'SIGKILL', stderr: '' });
    const store = openSqliteStore(path);
    return store.openTasks().then(async (open) => {
      expect(open.map((task) => task.trace.nonce)).toEqual(open.map((task) => task.id));
      expect(open).toHaveLength(49);
      expect((await store.findTask('1'))?.status).toBe('failed');
      expect(await store.taskFiles('1')).toEqual([]);
      expect(await store.taskFiles('2')).toHaveLength(1);
      await store.close();
    });
  });

  it('are added to a store of the version before, whose conversations stay', async () => {
    const conversation = {
      botId: 'coze',
      callerId: 'alice',
      name: 'holiday',
      channelId: '11',
      botUserId: '12',
      createdAt: 13,
    };
    const first = openSqliteStore(path);
    await first.saveConversation(conversation);
    await first.close();
    const raw = new DatabaseSync(path);
    raw.exec('DROP TABLE tasks; DROP TABLE task_files; DROP TABLE account_states; PRAGMA user_version = 2');
    raw.close();
    const store = openSqliteStore(path);
    expect(await store.findConversation(conversation)).toEqual(conversation);
    await store.addTask(sampleTask(), []);
    expect(await store.findTask(sampleTask().id)).toEqual(sampleTask());
    await store.close();
  });

  it('write what still waits when the store is closed', async () => {
    const store = openSqliteStore(path);
    const added = store.addTask(sampleTask(), []);
    await store.close();
    await added;
    const again = openSqliteStore(path);
    expect(await again.findTask(sampleTask().id)).toEqual(sampleTask());
    await again.close();
  });

  it('fail a write after close with an error that names the file', async () => {
    const store = openSqliteStore(path);
    await store.close();
    await expect(store.addTask(sampleTask(), [])).rejects.toThrow(path);
    await expect(store.saveTask(sampleTask({ revision: 1 }))).rejects.toMatchObject({ code: 'internal' });
    await expect(store.findTask('1')).rejects.toThrow(path);
  });

  it('let one refused write not spoil those beside it', async () => {
    const store = openSqliteStore(path);
    const outcomes = await Promise.allSettled([
      store.addTask(sampleTask({ id: '1' }), []),
      store.addTask(sampleTask({ id: '1' }), []),
      store.addTask(sampleTask({ id: '2' }), []),
    ]);
    expect(outcomes.map((outcome) => outcome.status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(await store.openTasks()).toHaveLength(2);
    await store.close();
  });

  it('reject every write of a commit that failed, and go on afterwards', async () => {
    const store = openSqliteStore(path);
    await store.addTask(sampleTask({ id: '1' }), []);
    const tooBig = { name: 'a', contentType: 'b', bytes: null as unknown as Uint8Array };
    const broken = store.addTask(sampleTask({ id: '2' }), [tooBig]);
    const beside = store.addTask(sampleTask({ id: '3' }), []);
    const outcomes = await Promise.allSettled([broken, beside]);
    expect(outcomes[0]?.status).toBe('rejected');
    expect(await store.findTask('2')).toBeUndefined();
    expect((await store.findTask('3')) !== undefined).toBe(outcomes[1]?.status === 'fulfilled');
    await store.addTask(sampleTask({ id: '4' }), []);
    expect(await store.findTask('4')).toBeDefined();
    await store.close();
  });
});
