import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { hostname } from 'node:os';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Store } from '../../src/core/store.ts';
import { createRedisStore, type RedisStoreOptions } from '../../src/stores/redis.ts';
import { sampleTask } from '../contract/store-tasks.ts';
import { type RedisServer, startRedis } from '../support/redis.ts';

const source = (path: string) => JSON.stringify(new URL(`../../src/${path}`, import.meta.url).href);
const down = { code: 'store_unavailable', status: 503, retryable: true };
const until = async (condition: () => Promise<boolean> | boolean, withinMs = 8_000) => {
  const deadline = performance.now() + withinMs;
  while (!(await condition())) {
    if (performance.now() > deadline) throw new Error(`not within ${withinMs} ms`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
};
const works = (store: Store) =>
  store.increment('works', '2026-03-01').then(
    () => true,
    () => false,
  );

let redis: RedisServer;
const stores: Store[] = [];
const children: ChildProcess[] = [];
beforeEach(async () => {
  redis = await startRedis();
});
afterEach(async () => {
  redis.resume();
  for (const child of children.splice(0)) child.kill('SIGKILL');
  await Promise.all(stores.splice(0).map((store) => store.close()));
  await redis.close();
});

function create(options: RedisStoreOptions = {}): Store {
  const store = createRedisStore(redis.url, { leaseMs: 1_500, ...options });
  stores.push(store);
  return store;
}

async function opened(options: RedisStoreOptions = {}): Promise<Store> {
  const store = create(options);
  await store.open();
  return store;
}

/** A process that opens the store, says so, then increments a counter and says each value. */
async function writer(leaseMs = 1_500): Promise<{ child: ChildProcess; lines: string[] }> {
  const program = `
    const { createRedisStore } = await import(${source('stores/redis.ts')});
    const store = createRedisStore(${JSON.stringify(redis.url)}, { leaseMs: ${leaseMs} });
    await store.open();
    for (;;) {
      console.log(await store.increment('c', '2026-03-01').catch((error) => error.message));
      await new Promise((resolve) => setTimeout(resolve, 5));
    }`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  children.push(child);
  const lines: string[] = [];
  createInterface({ input: child.stdout }).on('line', (line) => lines.push(line));
  await until(() => lines.length > 0);
  return { child, lines };
}

/** Every method, as often as a fault may hit it. */
const CALLS: Record<string, (store: Store) => Promise<unknown>> = {
  ping: (store) => store.ping(),
  instanceId: (store) => store.instanceId(),
  addTask: (store) => store.addTask(sampleTask({ id: '9' }), []),
  saveTask: (store) => store.saveTask(sampleTask({ revision: 5 })),
  findTask: (store) => store.findTask('1'),
  listTasks: (store) => store.listTasks({ limit: 5 }),
  openTasks: (store) => store.openTasks(),
  untoldTasks: (store) => store.untoldTasks(5),
  taskFiles: (store) => store.taskFiles('1'),
  deleteTask: (store) => store.deleteTask('1'),
  forgetTasks: (store) => store.forgetTasks(5, 5),
  listConversations: (store) => store.listConversations('coze'),
  increment: (store) => store.increment('c', '2026-03-01'),
  count: (store) => store.count('c', '2026-03-01'),
  listUsage: (store) => store.listUsage(),
  listKeys: (store) => store.listKeys(),
  deleteKey: (store) => store.deleteKey('x'),
};

describe('a Redis store whose server is down', () => {
  it('fails every call within a second while the server is stopped, then works by itself', async () => {
    const store = await opened();
    await store.addTask(sampleTask(), []);
    redis.pause();
    for (const round of ['first', 'later']) {
      const startedAt = performance.now();
      const outcomes = await Promise.allSettled(Object.values(CALLS).map((call) => call(store)));
      expect(performance.now() - startedAt, round).toBeLessThan(1_000);
      for (const [index, outcome] of outcomes.entries()) {
        const name = Object.keys(CALLS)[index];
        expect(outcome, name).toMatchObject({ status: 'rejected', reason: { ...down, retryAfterMs: 1_000 } });
      }
    }
    redis.resume();
    await until(() => works(store));
    expect(await store.findTask(sampleTask().id)).toEqual(sampleTask());
  });

  it('does nothing later of what it has refused', async () => {
    const store = await opened({ leaseMs: 15_000 });
    await store.addTask(sampleTask(), []);
    redis.pause();
    const refused = [
      store.addTask(sampleTask({ id: '7' }), []),
      store.saveTask(sampleTask({ revision: 1, percent: 50 })),
      store.increment('sent', '2026-03-01'),
      store.deleteTask(sampleTask().id),
    ];
    for (const outcome of await Promise.allSettled(refused)) expect(outcome.status).toBe('rejected');
    redis.resume();
    await until(() => works(store));
    expect(await store.findTask('7')).toBeUndefined();
    expect(await store.findTask(sampleTask().id)).toEqual(sampleTask());
    expect(await store.count('sent', '2026-03-01')).toBe(0);
  });

  it('loses nothing that was acknowledged when the server is killed and started again', async () => {
    const store = await opened();
    const acknowledged = new Set<string>();
    const file = { name: 'a.png', contentType: 'image/png', bytes: Uint8Array.of(1, 2, 3) };
    let next = 1;
    let refused = 0;
    const add = async () => {
      for (let isUp = true; isUp; ) {
        const id = String(next++);
        const outcome = await store.addTask(sampleTask({ id }), [file]).catch((error: unknown) => error);
        isUp = outcome === undefined;
        if (isUp) acknowledged.add(id);
        else expect(outcome).toMatchObject(down);
        if (!isUp) refused += 1;
      }
    };
    for (let kills = 1; kills <= 4; kills += 1) {
      const adding = Array.from({ length: 8 }, add);
      const goal = acknowledged.size + 20;
      await until(() => acknowledged.size > goal);
      await redis.kill();
      await Promise.all(adding);
      await expect(store.ping()).rejects.toMatchObject(down);
      await redis.restart();
      await until(() => works(store));
    }
    expect(acknowledged.size).toBeGreaterThan(80);
    expect(refused).toBe(32);
    // Also those without an answer are settled: they were refused, so they are not there.
    await until(async () => (await store.openTasks()).length === acknowledged.size);
    const kept = await store.openTasks();
    expect(new Set(kept.map((task) => task.id))).toEqual(acknowledged);
    expect(await store.taskFiles(kept[0]!.id)).toHaveLength(1);
    expect((await store.listTasks({ limit: 1000, callerId: 'alice' })).length).toBe(acknowledged.size);
  });

  it('is refused at the start, and opens once the server is there', async () => {
    const store = create();
    await redis.kill();
    const startedAt = performance.now();
    await expect(store.open()).rejects.toMatchObject(down);
    await expect(store.ping()).rejects.toMatchObject(down);
    expect(performance.now() - startedAt).toBeLessThan(2_000);
    await redis.restart();
    await store.open();
    expect(await works(store)).toBe(true);
  });

  it('takes a burst far larger than the server does in a second', async () => {
    const store = await opened();
    const ids = Array.from({ length: 5_000 }, (_, index) => String(index));
    await Promise.all(ids.map((id) => store.addTask(sampleTask({ id }), [])));
    expect(await store.openTasks()).toHaveLength(5_000);
  });

  it('answers after a pause of this process as if nothing had been', async () => {
    const store = await opened({ leaseMs: 15_000 });
    const asked = store.increment('c', '2026-03-01');
    await new Promise((resolve) => setImmediate(resolve));
    const wakeAt = performance.now() + 1_200;
    while (performance.now() < wakeAt);
    expect(await asked).toBe(1);
  });
});

describe('a Redis store that is full or misused', () => {
  it('refuses writes while the memory is full, and takes them again afterwards', async () => {
    const store = await opened();
    await redis.ask('CONFIG', 'SET', 'maxmemory', '1');
    await expect(store.addTask(sampleTask(), [])).rejects.toMatchObject(down);
    expect(await store.openTasks()).toEqual([]);
    await redis.ask('CONFIG', 'SET', 'maxmemory', '0');
    await store.addTask(sampleTask(), []);
    expect(await store.openTasks()).toHaveLength(1);
  });

  it('goes on after the server has forgotten its scripts', async () => {
    const store = await opened();
    await redis.ask('SCRIPT', 'FLUSH');
    await store.addTask(sampleTask(), []);
    expect(await store.listTasks({ limit: 1 })).toHaveLength(1);
  });

  it.each(['http://x', 'redis://', 'redis://host/x', 'not a url secret', 'redis://u:secret@:1/0'])(
    'refuses the address "%s" without repeating it',
    (url) => {
      expect(() => createRedisStore(url)).toThrow(/^store\.url must look like redis:\/\//);
      expect(() => createRedisStore(url)).not.toThrow(/secret/);
    },
  );

  it('never tells its password', async () => {
    await redis.ask('CONFIG', 'SET', 'requirepass', 'right-secret');
    const told: unknown[] = [];
    const tell = (...given: unknown[]) => void told.push(given);
    const log = { debug: tell, info: tell, warn: tell, error: tell };
    const address = (password: string) => redis.url.replace('//', `//default:${password}@`);
    const wrong = createRedisStore(address('wrong-secret'), { log });
    const refusal: unknown = await wrong.open().catch((error: unknown) => error);
    expect(refusal).toBeInstanceOf(Error);
    expect(refusal).not.toMatchObject(down);
    expect(String(refusal)).toContain('does not take the user or the password');
    await expect(createRedisStore(redis.url, { log }).open()).rejects.toThrow('asks for a password');
    const right = createRedisStore(address('right-secret'), { log, leaseMs: 1_000 });
    stores.push(right);
    await right.open();
    expect(await works(right)).toBe(true);
    await redis.kill();
    const lost: unknown = await right.ping().catch((error: unknown) => error);
    const { inspect } = await import('node:util');
    const texts = inspect([told, refusal, lost], { depth: 20, showHidden: true });
    expect(texts).not.toMatch(/secret/);
    expect(texts).toContain(String(redis.port));
  });

  it('keeps stores of different prefixes on one database apart', async () => {
    const first = await opened({ prefix: 'a:' });
    const second = await opened({ prefix: 'b:' });
    await first.addTask(sampleTask(), []);
    expect(await second.openTasks()).toEqual([]);
  });

  it('puts every key into one slot of a cluster', async () => {
    const store = await opened();
    await store.addTask(sampleTask(), [{ name: 'a', contentType: 'b', bytes: Uint8Array.of(1) }]);
    await works(store);
    const keys = await redis.ask('KEYS', '*');
    const names = [...keys.matchAll(/^(?![*$]).+$/gm)].map(([name]) => name.trim());
    expect(names.length).toBeGreaterThan(8);
    expect(names.filter((name) => !name.startsWith('cordgate:{store}:'))).toEqual([]);
  });
});

describe('the lease of a Redis store', () => {
  it('lets one gateway work, and names it to the next one', async () => {
    const first = await opened();
    const second = create();
    const refusal: unknown = await second.open().catch((error: unknown) => error);
    expect(refusal).toBeInstanceOf(Error);
    expect(refusal).not.toMatchObject(down);
    expect(String(refusal)).toContain(`host ${hostname()}, process ${process.pid}, since 20`);
    expect(await works(first)).toBe(true);
    await first.close();
    await second.open();
    expect(await works(second)).toBe(true);
  });

  it('gives up waiting when the start is given up', async () => {
    await opened();
    const start = new AbortController();
    const waiting = create().open(start.signal);
    setTimeout(() => start.abort(new Error('stopped')), 100);
    await expect(waiting).rejects.toThrow('stopped');
  });

  it('is taken over after its holder was killed, and nothing the holder was told is lost', async () => {
    const { child, lines } = await writer();
    await until(() => lines.length > 5);
    child.kill('SIGKILL');
    await once(child, 'exit');
    const store = await opened();
    expect(await store.count('c', '2026-03-01')).toBeGreaterThanOrEqual(Number(lines.at(-1)));
  });

  it('keeps a holder that was paused from writing after a take-over, for good', async () => {
    const { child, lines } = await writer();
    child.kill('SIGSTOP');
    const store = await opened();
    const counted = await store.count('c', '2026-03-01');
    const told = lines.length;
    child.kill('SIGCONT');
    await until(() => lines.length > told + 3);
    expect(lines.at(-1)).toMatch(/is used by another gateway \(host .*, process \d+, since /);
    expect(await store.count('c', '2026-03-01')).toBe(counted);
    await store.close();
    const later = lines.length;
    await until(() => lines.length > later + 10);
    expect(lines.at(-1)).toContain('is used by another gateway');
    const again = await opened();
    expect(await again.count('c', '2026-03-01')).toBe(counted);
  });

  it('tells a holder that somebody has worked in between, also when the lease is free again', async () => {
    const { child, lines } = await writer();
    child.kill('SIGSTOP');
    const store = await opened();
    await works(store);
    await store.close();
    const told = lines.length;
    child.kill('SIGCONT');
    await until(() => lines.length > told + 3);
    expect(lines.at(-1)).toContain('was used by another gateway meanwhile');
  });

  it('is taken up again by its holder when it ended with nobody else there', async () => {
    const store = await opened({ leaseMs: 1_000 });
    redis.pause();
    await new Promise((resolve) => setTimeout(resolve, 1_300));
    redis.resume();
    await until(() => works(store));
    await redis.ask('DEL', 'cordgate:{store}:lease');
    expect(await works(store)).toBe(true);
  });
});
