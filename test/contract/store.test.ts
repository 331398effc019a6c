import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import type { Store } from '../../src/core/store.ts';
import { createMemoryStore } from '../../src/stores/memory.ts';
import { createRedisStore } from '../../src/stores/redis.ts';
import { openSqliteStore } from '../../src/stores/sqlite.ts';
import { type RedisServer, startRedis } from '../support/redis.ts';
import { describeStore } from './store.ts';
import { describeStoreModel } from './store-model.ts';
import { describeTaskStore } from './store-tasks.ts';

const folder = mkdtempSync(join(tmpdir(), 'cordgate-store-'));
let redis: RedisServer;
let opened = 0;
beforeAll(async () => {
  // What a power cut does is the server's own promise; here the disk would only make the tests slow.
  redis = await startRedis('--appendfsync', 'everysec');
}, 120_000);
afterAll(async () => {
  await redis.close();
  rmSync(folder, { recursive: true, force: true });
});

const STORES: Record<string, () => Store> = {
  memory: () => createMemoryStore(),
  sqlite: () => openSqliteStore(join(folder, `${++opened}.db`)),
  redis: () => createRedisStore(redis.url, { prefix: `test-${++opened}:` }),
};

for (const [name, create] of Object.entries(STORES)) {
  const open = async () => {
    const store = create();
    await store.open();
    return store;
  };
  describeStore(name, open);
  describeTaskStore(name, open);
  // Each step of SQLite waits for the disk.
  describeStoreModel(name, open, name === 'sqlite' ? 15 : 80);
}
