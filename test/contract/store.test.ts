import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { createMemoryStore } from '../../src/stores/memory.ts';
import { openSqliteStore } from '../../src/stores/sqlite.ts';
import { describeStore } from './store.ts';
import { describeTaskStore } from './store-tasks.ts';

const folder = mkdtempSync(join(tmpdir(), 'cordgate-store-'));
let opened = 0;
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const STORES = {
  memory: async () => createMemoryStore(),
  sqlite: async () => openSqliteStore(join(folder, `${++opened}.db`)),
};

for (const [name, open] of Object.entries(STORES)) {
  describeStore(name, open);
  describeTaskStore(name, open);
}
