/** 100,000 tasks: what a page costs is counted, not clocked; the times are printed for the reader. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { Store } from '../../src/core/store.ts';
import type { Task, TaskStatus, TaskVerb } from '../../src/core/task.ts';
import type { TaskQuery } from '../../src/core/tasks.ts';
import { createRedisStore } from '../../src/stores/redis.ts';
import { openSqliteStore } from '../../src/stores/sqlite.ts';
import { matches, sampleTask } from '../contract/store-tasks.ts';
import { startRedis } from '../support/redis.ts';

const COUNT = 100_000;
const DAY_MS = 86_400_000;
const START = Date.UTC(2026, 0, 1);
const VERBS: readonly TaskVerb[] = ['imagine', 'act', 'act', 'act', 'animate'];

/** Thirty days of a busy gateway: most tasks of one caller, few failures, one rare verb, long prompts. */
function taskOf(index: number): Task {
  const statusOf = (): TaskStatus =>
    index % 500 === 7 ? 'failed' : index > COUNT - 20 ? 'running' : 'succeeded';
  const submittedAt = START + Math.floor((index / COUNT) * 30 * DAY_MS);
  const prompt = `${index % 997 === 3 ? '一只橘色的小猫' : 'A Castle in the clouds'} number ${index}, ${'cinematic light, '.repeat(12)}`;
  return sampleTask({
    id: String((BigInt(submittedAt - 1_420_070_400_000) << 22n) + BigInt(index)),
    callerId: index % 10_000 === 5 ? 'rare' : `caller-${Math.floor(index / 10) % 3}`,
    accountId: `account-${index % 4}`,
    driver: index % 20 === 0 ? 'pika' : 'midjourney',
    botId: index % 20 === 0 ? 'pika' : 'midjourney',
    status: statusOf(),
    request: { ...sampleTask().request, verb: index % 5_000 === 9 ? 'describe' : VERBS[index % 5]!, prompt },
    finalPrompt: `${prompt}--v 6.1 --ar 16:9`,
    actions: [],
    submittedAt,
    state: 'x'.repeat(300),
  });
}

const QUERIES: [string, Omit<TaskQuery, 'limit'>][] = [
  ['all', {}],
  ['all, oldest first', { order: 'oldest' }],
  ['one caller', { callerId: 'caller-1' }],
  ['a rare caller', { callerId: 'rare' }],
  ['a rare caller, succeeded', { callerId: 'rare', statuses: ['succeeded'] }],
  ['a caller’s failed ones', { callerId: 'caller-1', statuses: ['failed'] }],
  ['an account’s rare verb', { accountId: 'account-1', verbs: ['describe'] }],
  ['failed and running', { statuses: ['failed', 'running'] }],
  ['one driver', { driver: 'pika' }],
  ['three verbs', { verbs: ['describe', 'animate', 'imagine'] }],
  ['an early day', { submittedFrom: START + 2 * DAY_MS, submittedBefore: START + 3 * DAY_MS }],
  ['an early hour', { submittedFrom: START + 2 * DAY_MS, submittedBefore: START + 2.04 * DAY_MS }],
  ['failed in an early week', { statuses: ['failed'], submittedBefore: START + 7 * DAY_MS }],
  ['nobody’s', { callerId: 'caller-1', botId: 'pika', driver: 'midjourney' }],
  ['common words', { words: 'CASTLE in' }],
  ['rare words', { words: 'number 54321,' }],
  ['two rare signs', { words: '小猫' }],
  ['words of nobody', { words: 'no such words' }],
  ['words of a caller', { words: '橘色', callerId: 'caller-2' }],
  ['words of failed ones', { words: 'number 5', statuses: ['failed'] }],
];

const tasks = Array.from({ length: COUNT }, (_, index) => taskOf(index));
const expected = new Map(QUERIES.map(([what, query]) => [what, idsOf(query)]));

function idsOf(query: Omit<TaskQuery, 'limit'>): string[] {
  const found: string[] = [];
  for (let step = 0; step < COUNT && found.length < 50; step += 1) {
    const task = tasks[query.order === 'oldest' ? step : COUNT - 1 - step]!;
    if (matches(task, query)) found.push(task.id);
  }
  return found;
}

async function fill(store: Store): Promise<void> {
  for (let from = 0; from < COUNT; from += 5_000) {
    await Promise.all(tasks.slice(from, from + 5_000).map((task) => store.addTask(task, [])));
  }
}

async function timed(
  store: Store,
  query: Omit<TaskQuery, 'limit'>,
): Promise<[ids: string[], tookMs: number]> {
  const startedAt = performance.now();
  const found = await store.listTasks({ ...query, limit: 50 });
  return [found.map((task) => task.id), performance.now() - startedAt];
}

/** Redis looks at 2,000 tasks with one command; where more than two are needed, no index holds what is asked for. */
const MOST_COMMANDS: Readonly<Record<string, number>> = {
  'nobody’s': 4,
  'rare words': 52,
  'two rare signs': 28,
  'words of nobody': 52,
  'words of a caller': 52,
};

const callsOf = (stats: string, command: string) =>
  Number(new RegExp(`cmdstat_${command}:calls=(\\d+)`).exec(stats)?.[1] ?? 0);

const times: Record<string, Record<string, number>> = {};
const note = (what: string, store: string, tookMs: number) => {
  times[what] = { ...times[what], [store]: Number(tookMs.toFixed(1)) };
};
afterAll(() => console.table(times));

describe('a hundred thousand tasks', () => {
  it('are listed by SQLite in any way', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'cordgate-many-'));
    const store = openSqliteStore(join(folder, 'store.db'));
    await store.open();
    const startedAt = performance.now();
    await fill(store);
    note('(writing all)', 'sqlite', performance.now() - startedAt);
    for (const [what, query] of QUERIES) {
      const [ids, tookMs] = await timed(store, query);
      expect(ids, what).toEqual(expected.get(what));
      note(what, 'sqlite', tookMs);
    }
    await store.close();
    rmSync(folder, { recursive: true });
  }, 120_000);

  it('are listed by Redis in any way, looking only at what the best index holds', async () => {
    const redis = await startRedis('--appendfsync', 'no');
    const store = createRedisStore(redis.url);
    await store.open();
    const startedAt = performance.now();
    await fill(store);
    note('(writing all)', 'redis', performance.now() - startedAt);
    for (const [what, query] of QUERIES) {
      await redis.ask('CONFIG', 'RESETSTAT');
      const [ids, tookMs] = await timed(store, query);
      const commands = callsOf(await redis.ask('INFO', 'commandstats'), 'evalsha');
      expect(ids, what).toEqual(expected.get(what));
      note(what, 'redis', tookMs);
      note(what, 'commands', commands);
      expect(commands, what).toBeLessThanOrEqual(MOST_COMMANDS[what] ?? 2);
    }
    await store.close();
    await redis.close();
  }, 120_000);
});
