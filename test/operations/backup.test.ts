/** The ways to back a store up that docs/operations.md names, and what must not be done. */
import { type ChildProcess, spawn } from 'node:child_process';
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Task } from '../../src/core/task.ts';
import { openSqliteStore } from '../../src/stores/sqlite.ts';

const guide = readFileSync(join(import.meta.dirname, '../../docs/operations.md'), 'utf8');
let folder: string;
let writer: ChildProcess | undefined;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cordgate-backup-'));
});
afterEach(() => {
  writer?.kill('SIGKILL');
  rmSync(folder, { recursive: true });
});

/** A process that writes one task after the other, as fast as it can, and says how many are stored. */
async function startWriter(path: string): Promise<() => number> {
  const code = `
    const { openSqliteStore } = await import('./src/stores/sqlite.ts');
    const store = openSqliteStore(${JSON.stringify(path)});
    await store.open();
    for (let number = 1; ; number += 1) {
      const id = String(1573388254028800000n + BigInt(number));
      await store.addTask({ id, botId: 'b', driver: 'midjourney', model: 'm', callerId: 'c', accountId: 'a', channelId: '1',
        status: 'queued', request: { verb: 'imagine', prompt: 'p' + number, links: [], files: 0 }, percent: 0, media: [],
        actions: [], trace: {}, submittedAt: number, revision: 1 }, []);
      process.stdout.write(number + '\\n');
    }
  `;
  writer = spawn(process.execPath, ['--input-type=module', '-e', code], {
    cwd: join(import.meta.dirname, '../..'),
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let last = 0;
  writer.stdout?.on('data', (chunk: Buffer) => {
    last = Number(chunk.toString().trimEnd().split('\n').at(-1));
  });
  while (last < 20) await sleep(10);
  return () => last;
}

async function tasksOf(path: string): Promise<Task[]> {
  const store = openSqliteStore(path);
  await store.open();
  try {
    return await store.openTasks();
  } finally {
    await store.close();
  }
}

function checkOf(path: string): unknown {
  const database = new DatabaseSync(path);
  try {
    return database.prepare('PRAGMA integrity_check').get()?.integrity_check;
  } finally {
    database.close();
  }
}

describe('a backup that the gateway makes itself', () => {
  const imagine = (number: number): Task => ({
    id: String(1573388254028800000n + BigInt(number)),
    botId: 'b',
    driver: 'midjourney',
    model: 'm',
    callerId: 'c',
    accountId: 'a',
    channelId: '1',
    status: 'queued',
    request: { verb: 'imagine', prompt: `p${number}`, links: [], files: 0 },
    percent: 0,
    media: [],
    actions: [],
    trace: {},
    submittedAt: number,
    revision: 1,
  });

  it('holds all that was stored before, while writing goes on', async () => {
    const store = openSqliteStore(join(folder, 'cordgate.db'));
    await store.open();
    for (let number = 1; number <= 50; number += 1) await store.addTask(imagine(number), []);
    const copy = join(folder, 'backups', 'copy.db');
    const during = Array.from({ length: 50 }, (_, index) => store.addTask(imagine(100 + index), []));
    await Promise.all([store.backup?.(copy), ...during]);
    await store.close();
    expect(checkOf(copy)).toBe('ok');
    expect((await tasksOf(copy)).length).toBeGreaterThanOrEqual(50);
  });

  it('leaves nothing behind when it cannot be written', async () => {
    const store = openSqliteStore(join(folder, 'cordgate.db'));
    await store.open();
    writeFileSync(join(folder, 'backups'), 'in the way');
    await expect(store.backup?.(join(folder, 'backups', 'copy.db'))).rejects.toMatchObject({
      name: 'GatewayError',
    });
    expect(await store.openTasks()).toEqual([]);
    await store.close();
  });
});

describe('a backup', () => {
  it('of a frozen gateway, file and log together, holds all that was stored until then', async () => {
    const path = join(folder, 'cordgate.db');
    const stored = await startWriter(path);
    // What systemctl freeze, docker pause and kill -STOP do.
    writer?.kill('SIGSTOP');
    const before = stored();
    const copy = join(folder, 'copy.db');
    copyFileSync(path, copy);
    copyFileSync(`${path}-wal`, `${copy}-wal`);
    writer?.kill('SIGCONT');
    expect(checkOf(copy)).toBe('ok');
    const tasks = await tasksOf(copy);
    expect(tasks.length).toBeGreaterThanOrEqual(before);
    expect(new Set(tasks.map(({ id }) => id)).size).toBe(tasks.length);
    // The gateway has gone on.
    while (stored() < before + 20) await sleep(10);
  });

  it('taken whole with VACUUM INTO from such a copy is one file that restores by itself', async () => {
    const path = join(folder, 'cordgate.db');
    const stored = await startWriter(path);
    writer?.kill('SIGSTOP');
    const before = stored();
    const copy = join(folder, 'copy.db');
    copyFileSync(path, copy);
    copyFileSync(`${path}-wal`, `${copy}-wal`);
    writer?.kill('SIGCONT');
    const database = new DatabaseSync(copy);
    const whole = join(folder, 'whole.db');
    database.prepare('VACUUM INTO ?').run(whole);
    database.close();
    expect((await tasksOf(whole)).length).toBeGreaterThanOrEqual(before);
  });

  it('of a stopped gateway is its file alone', async () => {
    const path = join(folder, 'cordgate.db');
    const store = openSqliteStore(path);
    await store.open();
    await store.saveConversation({
      botId: 'coze',
      callerId: 'me',
      name: 'talk',
      channelId: '1',
      botUserId: '2',
      createdAt: 3,
    });
    await store.close();
    const copy = join(folder, 'copy.db');
    copyFileSync(path, copy);
    const restored = openSqliteStore(copy);
    await restored.open();
    expect(await restored.findConversation({ botId: 'coze', callerId: 'me', name: 'talk' })).toMatchObject({
      channelId: '1',
    });
    await restored.close();
  });

  it('without the log loses what was stored last, which is why the guide forbids it', async () => {
    const path = join(folder, 'cordgate.db');
    const stored = await startWriter(path);
    writer?.kill('SIGSTOP');
    const before = stored();
    const copy = join(folder, 'copy.db');
    copyFileSync(path, copy);
    writer?.kill('SIGCONT');
    const kept = await tasksOf(copy).catch(() => []);
    expect(kept.length).toBeLessThan(before);
    expect(guide).toMatch(/-wal/);
  });

  it('by another program is refused while the gateway runs, as it holds its file alone', async () => {
    const path = join(folder, 'cordgate.db');
    await startWriter(path);
    const other = new DatabaseSync(path, { timeout: 100 });
    expect(() => other.prepare('VACUUM INTO ?').run(join(folder, 'copy.db'))).toThrow(/locked/);
    other.close();
    expect(guide).toMatch(/database is locked/);
  });
});
