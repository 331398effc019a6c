import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Store } from '../../src/core/store.ts';
import type { TaskQuery } from '../../src/core/tasks.ts';
import { openSqliteStore } from '../../src/stores/sqlite.ts';
import { MIGRATIONS } from '../../src/stores/sqlite-schema.ts';
import { pageQueries } from '../../src/stores/sqlite-task-list.ts';
import { sampleTask } from '../contract/store-tasks.ts';

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cordgate-tasks-'));
  path = join(folder, 'store.db');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const QUERIES: [string, Omit<TaskQuery, 'limit'>][] = [
  ['all', {}],
  ['one caller', { callerId: 'caller-1' }],
  ['one account', { accountId: 'account-1' }],
  ['one bot', { botId: 'midjourney' }],
  ['one driver', { driver: 'pika' }],
  ['one verb', { verbs: ['describe'] }],
  ['several verbs of a driver', { driver: 'midjourney', verbs: ['describe', 'act'] }],
  ['one caller at one bot', { callerId: 'caller-1', botId: 'midjourney' }],
  ['one verb of a caller', { callerId: 'caller-1', verbs: ['imagine', 'act'] }],
  ['a verb and a driver of an account', { accountId: 'account-1', verbs: ['act'], driver: 'midjourney' }],
  ['open ones', { statuses: ['queued', 'running'] }],
  ['open ones of a caller', { callerId: 'caller-1', statuses: ['queued', 'submitted'] }],
  ['failed ones', { statuses: ['failed', 'timed-out'] }],
  ['failed and open ones', { statuses: ['failed', 'running'] }],
  ['failed ones of a bot', { botId: 'midjourney', statuses: ['failed'] }],
  ['failed ones of a caller', { callerId: 'caller-1', statuses: ['failed', 'cancelled'] }],
  ['failed ones of a verb', { verbs: ['describe'], statuses: ['failed'] }],
  ['those of a day', { submittedFrom: 1000, submittedBefore: 2000 }],
  ['those since a moment', { submittedFrom: 1000 }],
  ['those before a moment', { submittedBefore: 1000 }],
  ['failed ones of a day', { statuses: ['failed'], submittedFrom: 1000, submittedBefore: 2000 }],
  ['those of a caller of a day', { callerId: 'caller-1', submittedFrom: 1000, submittedBefore: 2000 }],
  ['a few by id', { ids: ['5', '77'] }],
  ['words', { words: 'Cat' }],
  ['words of a caller', { words: 'Cat', callerId: 'caller-1' }],
  ['words of failed and open ones', { words: 'Cat', statuses: ['failed', 'running'] }],
  [
    'all at once',
    {
      callerId: 'caller-1',
      botId: 'midjourney',
      accountId: 'account-1',
      driver: 'midjourney',
      verbs: ['imagine', 'act'],
      statuses: ['succeeded', 'failed', 'running'],
      submittedFrom: 1000,
      submittedBefore: 2000,
      words: 'cat',
    },
  ],
];

async function opened(file: string): Promise<Store> {
  const store = openSqliteStore(file);
  await store.open();
  return store;
}

describe('the tables of tasks', () => {
  const orders = (['newest', 'oldest'] as const).flatMap((order) =>
    QUERIES.map(([what, query]) => [what, order, query] as const),
  );
  it.each(orders)('list %s, %s first, by index, without sorting', async (_, order, query) => {
    await (await opened(path)).close();
    const raw = new DatabaseSync(path);
    const pages = pageQueries({ ...query, order, before: '9', after: '1', limit: 50 });
    expect(pages.length).toBeGreaterThan(0);
    for (const { sql, values } of pages) {
      const rows = raw.prepare(`EXPLAIN QUERY PLAN ${sql}`).all(...values);
      const plan = rows.map((row) => String(row.detail)).join('; ');
      expect(plan).toMatch(/SEARCH (tasks|task_words) USING (INTEGER PRIMARY KEY|(COVERING )?INDEX)/);
      expect(plan).not.toMatch(/TEMP B-TREE|SCAN/);
      // What is beside the walk is looked up by its id, or is the edge of a span of time.
      const walk = String(rows[0]?.detail);
      expect(walk).toMatch(/id[<>]|rowid[<>]|rowid=/);
    }
    raw.close();
  });

  it('keep every resolved write when the process is killed right after it', async () => {
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
    const store = await opened(path);
    return store.openTasks().then(async (open) => {
      expect(open.map((task) => task.trace.nonce)).toEqual(open.map((task) => task.id));
      expect(open).toHaveLength(49);
      expect((await store.findTask('1'))?.status).toBe('failed');
      expect(await store.taskFiles('1')).toEqual([]);
      expect(await store.taskFiles('2')).toHaveLength(1);
      await store.close();
    });
  });

  it.each([1, 2, 3])('are made of a store of version %d, and what was in it stays', async (version) => {
    const raw = new DatabaseSync(path);
    for (const statements of MIGRATIONS.slice(0, version)) raw.exec(statements);
    raw.exec(`PRAGMA application_id = ${0x63676174}; PRAGMA user_version = ${version}`);
    raw.exec("INSERT INTO conversations VALUES ('coze', 'alice', 'holiday', '11', '12', 13)");
    const tasks = [
      sampleTask({ id: '1', finalPrompt: 'Ein Kätzchen ÜBER allem', driver: 'pika' }),
      sampleTask({ id: '2', status: 'succeeded' }),
    ];
    if (version >= 2) raw.exec("INSERT INTO usage VALUES ('alice', 'coze', 1, 2, 3)");
    for (const task of version >= 3 ? tasks : []) {
      const { id, callerId, botId, accountId, status, submittedAt } = task;
      const row = [
        id,
        callerId,
        botId,
        accountId,
        status,
        status === 'succeeded' ? 1 : 0,
        submittedAt,
        0,
      ] as const;
      raw.prepare('INSERT INTO tasks VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)').run(...row, JSON.stringify(task));
    }
    raw.close();
    const store = await opened(path);
    expect(await store.listConversations('coze')).toHaveLength(1);
    if (version >= 2) {
      expect(await store.listUsage()).toEqual([
        {
          callerId: 'alice',
          botId: 'coze',
          chats: 1,
          promptTokens: 2,
          completionTokens: 3,
          pictures: 0,
          videos: 0,
        },
      ]);
    }
    if (version >= 3) {
      expect(await store.listTasks({ limit: 9 })).toEqual(tasks.toReversed());
      expect(await store.listTasks({ words: 'über', driver: 'pika', limit: 9 })).toEqual([tasks[0]]);
      expect(await store.listTasks({ verbs: ['imagine'], statuses: ['succeeded'], limit: 9 })).toEqual([
        tasks[1],
      ]);
      expect(await store.saveTask({ ...tasks[0]!, revision: 1, status: 'failed' })).toBe(true);
      expect(await store.forgetTasks(Number.MAX_SAFE_INTEGER, 10)).toBe(2);
      expect(await store.listTasks({ words: 'über', limit: 9 })).toEqual([]);
    }
    await store.addTask(sampleTask(), []);
    expect(await store.findTask(sampleTask().id)).toEqual(sampleTask());
    await store.close();
  });

  it('write what still waits when the store is closed', async () => {
    const store = await opened(path);
    const added = store.addTask(sampleTask(), []);
    await store.close();
    await added;
    const again = await opened(path);
    expect(await again.findTask(sampleTask().id)).toEqual(sampleTask());
    await again.close();
  });

  it('fail a write after close with an error that names the file', async () => {
    const store = await opened(path);
    await store.close();
    await expect(store.addTask(sampleTask(), [])).rejects.toThrow(path);
    await expect(store.saveTask(sampleTask({ revision: 1 }))).rejects.toMatchObject({
      code: 'store_unavailable',
    });
    await expect(store.findTask('1')).rejects.toThrow(path);
  });

  it('let one refused write not spoil those beside it', async () => {
    const store = await opened(path);
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
    const store = await opened(path);
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
