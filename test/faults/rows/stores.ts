/** The store is not there. */
import { expect } from 'vitest';
import { createMemoryStore } from '../../../src/stores/memory.ts';
import { createRedisStore } from '../../../src/stores/redis.ts';
import { waitFor } from '../../e2e/drawing/studio.ts';
import { type RedisServer, startRedis } from '../../support/redis.ts';
import { columns } from '../support/columns.ts';
import { type FrailStore, frail } from '../support/frail.ts';
import type { Scene } from '../support/scene.ts';
import { type Cell, COLUMNS, type ColumnName, type Row } from '../support/table.ts';

const frailOf = new WeakMap<object, FrailStore>();

function cell(name: ColumnName): Cell {
  const isChat = name === 'chat' || name === 'stream';
  return {
    must: isChat
      ? 'new ones are refused with 503, those under way come whole, and afterwards all works again'
      : 'new ones are refused with 503, those under way come whole, and their end is stored when the store is back',
    moments: ['before', 'sent', 'middle', 'away'],
    expects: {
      // Midjourney-Proxy's dialect has no statuses.
      before: { ...(name === 'describe' ? {} : { status: 503 }), reason: /store/i },
    },
  };
}

const of = (scene: Scene) => frailOf.get(scene.store) as FrailStore;

/** Every task that the gateway tells as ended is stored as ended. */
async function expectStored(scene: Scene): Promise<void> {
  await waitFor(
    () => scene.store.openTasks().catch(() => undefined),
    (open) => open?.length === 0,
    10_000,
  );
  const tasks = await scene.store.listTasks({ limit: 100 });
  expect(tasks.length).toBeGreaterThan(0);
  for (const { status, trace } of tasks) {
    expect(status).toBe('succeeded');
    expect(trace.messageId).toEqual(expect.any(String));
  }
}

const serverOf = new WeakMap<object, RedisServer>();
const redisOf = (scene: Scene) => serverOf.get(scene.store) as RedisServer;

function redisCell(name: ColumnName): Cell {
  const { must, expects = {} } = cell(name);
  return { must, expects, moments: ['before', 'away'] };
}

/** The rows that need nothing. */
export const STORE_ROWS: readonly Row[] = [
  {
    name: 'the store is down',
    seen: 'new work: 503 `store_unavailable`, nothing is taken; what runs goes on, and its end is stored when the store is back',
    cells: Object.fromEntries(COLUMNS.map((name) => [name, cell(name)])) as Row['cells'],
    spoils: true,
    scene() {
      const store = frail(createMemoryStore());
      frailOf.set(store.store, store);
      return { store: store.store };
    },
    cause(scene) {
      of(scene).isDown = true;
    },
    relieve(scene) {
      of(scene).isDown = false;
    },
    async check(scene, _, answers) {
      const store = of(scene);
      if (answers.every(({ served }) => !served)) expect(scene.sends).toBe(scene.sendsBefore);
      store.isDown = false;
      if (scene.family !== 'coze' && answers.some(({ served }) => served)) await expectStored(scene);
    },
  },
];

/** The rows that need a redis-server. */
export const REDIS_ROWS: readonly Row[] = [
  {
    name: 'Redis is killed, and started anew',
    seen: 'the same: 503 `store_unavailable` meanwhile, and nothing is forgotten',
    cells: Object.fromEntries(COLUMNS.map((name) => [name, redisCell(name)])) as Row['cells'],
    spoils: true,
    async scene() {
      const server = await startRedis();
      const store = createRedisStore(server.url);
      serverOf.set(store, server);
      return { store };
    },
    cause: (scene) => redisOf(scene).kill(),
    relieve: (scene) => redisOf(scene).restart(),
    async check(scene, name, answers) {
      const isRefused = answers.every(({ served }) => !served);
      if (isRefused) {
        expect(scene.sends).toBe(scene.sendsBefore);
        await redisOf(scene).restart();
        // By itself, without a restart of the gateway.
        await waitFor(
          () =>
            scene.store.ping().then(
              () => true,
              () => false,
            ),
          (answers) => answers,
          10_000,
        );
        const again = await Promise.all(columns[name].ask(scene, 'after-it', 'prompt'));
        for (const answer of again) expect(answer).toMatchObject({ served: true, reason: '' });
      }
      if (scene.family !== 'coze') await expectStored(scene);
    },
    async cleanUp(scene) {
      await scene.store.close();
      await redisOf(scene).close();
    },
  },
];
