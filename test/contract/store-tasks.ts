import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Store, StoredAccountState } from '../../src/core/store.ts';
import {
  applyEvent,
  endTask,
  hasEnded,
  type Task,
  type TaskStatus,
  type TaskVerb,
} from '../../src/core/task.ts';
import type { TaskQuery } from '../../src/core/tasks.ts';

const STATUSES: readonly TaskStatus[] = [
  'form',
  'queued',
  'submitted',
  'accepted',
  'waiting',
  'running',
  'succeeded',
  'failed',
  'timed-out',
  'cancelled',
];

/** A task as the gateway makes one. */
export const sampleTask = (changes: Partial<Task> = {}): Task => ({
  id: '1211421713496994992',
  botId: 'midjourney',
  driver: 'midjourney',
  model: 'midjourney',
  callerId: 'alice',
  accountId: 'first',
  guildId: '1100000000000000001',
  channelId: '1100000000000000002',
  status: 'queued',
  request: { verb: 'imagine', prompt: 'a small cat', links: [], files: 0 },
  percent: 0,
  media: [],
  actions: [],
  trace: {},
  state: 'given back "as it came" \u0000 😀',
  notify: { url: 'https://example.org/hook', dialect: 'midjourney-proxy' },
  submittedAt: 1_767_225_600_123,
  revision: 0,
  ...changes,
});

const picture = (name: string, ...bytes: number[]) => ({
  name,
  contentType: 'image/png',
  bytes: Uint8Array.from(bytes),
});

const failure = { code: 'bot_failed', message: 'no' } as const;
const state = (changes: Partial<StoredAccountState> = {}): StoredAccountState => ({
  botId: 'midjourney',
  accountId: 'first',
  condition: 'paused',
  reason: 'captcha',
  text: 'Are you a person?',
  link: 'https://discord.com/channels/1/2/3',
  since: 5,
  ...changes,
});

/** What every `TaskStore` promises; run by each implementation. `open` gives an empty store. */
export function describeTaskStore(name: string, open: () => Promise<Store>): void {
  describe(`${name} keeps the contract for tasks`, () => {
    let store: Store;
    beforeEach(async () => {
      store = await open();
    });
    afterEach(() => store.close());

    const idsOf = async (query: Partial<TaskQuery>) =>
      (await store.listTasks({ limit: 1000, ...query })).map((task) => task.id);

    it('finds a task as it was added, and none of another id', async () => {
      await store.addTask(sampleTask(), []);
      expect(await store.findTask(sampleTask().id)).toEqual(sampleTask());
      for (const id of ['1', '', 'x', `0${sampleTask().id}`, '99999999999999999999', '-5', '1e18']) {
        expect(await store.findTask(id)).toBeUndefined();
      }
    });

    it('keeps a task through all of its life', async () => {
      let task = sampleTask();
      await store.addTask(task, []);
      const events = [
        { type: 'job-submitted', nonce: '7' },
        { type: 'job-accepted', messageId: '8' },
        { type: 'progress-changed', percent: 46, preview: { url: 'https://cdn/46.webp', width: 3 } },
        { type: 'actions-offered', actions: [] },
        { type: 'job-ended', media: [{ url: 'https://cdn/end.png' }], trace: { jobId: 'a-b' } },
      ] as const;
      for (const [index, event] of events.entries()) {
        task = applyEvent(task, event, 100 + index);
        expect(await store.saveTask(task)).toBe(true);
        expect(await store.findTask(task.id)).toEqual(task);
      }
      expect(task.status).toBe('succeeded');
    });

    it('refuses a second task of the same id, and leaves the first one', async () => {
      await store.addTask(sampleTask(), [picture('a.png', 1)]);
      await expect(store.addTask(sampleTask({ state: 'other' }), [])).rejects.toMatchObject({
        code: 'internal',
        message: expect.stringContaining(`${sampleTask().id} already`),
      });
      expect(await store.findTask(sampleTask().id)).toEqual(sampleTask());
      expect(await store.taskFiles(sampleTask().id)).toHaveLength(1);
    });

    it.each(['', 'abc', '-1', '007', '9223372036854775808', '184467440737095516160'])(
      'refuses the id "%s", which has no place in the order',
      async (id) => {
        await expect(store.addTask(sampleTask({ id }), [])).rejects.toMatchObject({ code: 'internal' });
        expect(await idsOf({})).toEqual([]);
      },
    );

    it('saves only what is newer', async () => {
      await store.addTask(sampleTask({ revision: 3 }), []);
      expect(await store.saveTask(sampleTask({ revision: 3, percent: 9 }))).toBe(false);
      expect(await store.saveTask(sampleTask({ revision: 2, percent: 9 }))).toBe(false);
      expect((await store.findTask(sampleTask().id))?.percent).toBe(0);
      expect(await store.saveTask(sampleTask({ revision: 7, percent: 9 }))).toBe(true);
      expect((await store.findTask(sampleTask().id))?.percent).toBe(9);
    });

    it('saves no task that was never added', async () => {
      expect(await store.saveTask(sampleTask({ revision: 4 }))).toBe(false);
      expect(await store.saveTask(sampleTask({ id: 'x', revision: 4 }))).toBe(false);
      expect(await store.findTask(sampleTask().id)).toBeUndefined();
    });

    it('lets exactly one of many changes of the same revision win', async () => {
      await store.addTask(sampleTask(), []);
      const saved = await Promise.all(
        Array.from({ length: 20 }, (_, percent) => store.saveTask(sampleTask({ revision: 1, percent }))),
      );
      expect(saved.filter(Boolean)).toHaveLength(1);
      expect((await store.findTask(sampleTask().id))?.percent).toBe(saved.indexOf(true));
    });

    it('lists a task where it stands after it changed account or status', async () => {
      await store.addTask(sampleTask(), []);
      await store.saveTask(sampleTask({ accountId: 'second', status: 'submitted', revision: 1 }));
      expect(await idsOf({ accountId: 'first' })).toEqual([]);
      expect(await idsOf({ accountId: 'second' })).toHaveLength(1);
      expect(await idsOf({ statuses: ['queued'] })).toEqual([]);
      expect(await idsOf({ statuses: ['submitted'] })).toHaveLength(1);
    });

    it('keeps files in their order until the task has ended', async () => {
      const files = [picture('b.png', 0, 255, 10), picture('a.png'), picture('b.png', 1)];
      await store.addTask(sampleTask(), files);
      await store.saveTask(sampleTask({ status: 'running', revision: 1 }));
      await store.saveTask(sampleTask({ status: 'failed', revision: 1 }));
      const kept = await store.taskFiles(sampleTask().id);
      expect(kept.map((file) => ({ ...file, bytes: [...file.bytes] }))).toEqual(
        files.map((file) => ({ ...file, bytes: [...file.bytes] })),
      );
      await store.saveTask(endTask(sampleTask({ revision: 1 }), 'failed', failure, 9));
      expect(await store.taskFiles(sampleTask().id)).toEqual([]);
      expect(await store.taskFiles('x')).toEqual([]);
    });

    it('keeps its own copy of what it is given and of what it gives', async () => {
      const file = picture('a.png', 1);
      const given = { ...sampleTask(), media: [{ url: 'https://cdn/a' }] };
      await store.addTask(given, [file]);
      await store.saveAccountState(state());
      file.bytes[0] = 9;
      given.media.push({ url: 'changed' });
      for (const read of [() => store.findTask(given.id), async () => (await store.openTasks())[0]]) {
        const got = (await read()) as { percent: number };
        got.percent = 99;
      }
      ((await store.taskFiles(given.id))[0]?.bytes as Uint8Array)[0] = 7;
      expect(await store.findTask(given.id)).toEqual(sampleTask({ media: [{ url: 'https://cdn/a' }] }));
      expect([...((await store.taskFiles(given.id))[0]?.bytes ?? [])]).toEqual([1]);
    });

    it('puts ids in order as numbers, not as texts', async () => {
      for (const id of ['9', '100', '20', '9007199254740993', '9007199254740992', '0']) {
        await store.addTask(sampleTask({ id }), []);
      }
      const ordered = ['9007199254740993', '9007199254740992', '100', '20', '9', '0'];
      expect(await idsOf({})).toEqual(ordered);
      expect(await idsOf({ before: '9007199254740993' })).toEqual(ordered.slice(1));
      expect(await idsOf({ before: '99999999999999999999' })).toEqual(ordered);
      expect(await idsOf({ before: 'x' })).toEqual([]);
      expect(await idsOf({ ids: ['9', '9007199254740993', 'x', '9', '5'] })).toEqual([
        '9007199254740993',
        '9',
      ]);
      expect((await store.openTasks()).map((task) => task.id)).toEqual(ordered.toReversed());
    });

    it('gives open tasks oldest first, and no ended ones', async () => {
      for (const [index, status] of STATUSES.entries()) {
        await store.addTask(sampleTask({ id: String(50 - index), status }), []);
      }
      const open = await store.openTasks();
      expect(open.map((task) => task.status)).toEqual(
        STATUSES.filter((status) => !hasEnded({ status })).toReversed(),
      );
    });

    it('pages through any query, in both directions, without losing or repeating a task', async () => {
      await fc.assert(
        fc.asyncProperty(
          fc.array(row, { maxLength: 40 }),
          filters,
          fc.integer({ min: 1, max: 7 }),
          fc.constantFrom('newest', 'oldest', undefined),
          async (rows, filter, limit, order) => {
            const fresh = await open();
            const tasks = rows.map(({ verb, prompt, ...changes }, index) =>
              sampleTask({
                ...changes,
                id: String(index),
                request: { ...sampleTask().request, verb, prompt },
              }),
            );
            await Promise.all(tasks.map((task) => fresh.addTask(task, [])));
            const expected = tasks.filter((task) => matches(task, filter));
            if (order !== 'oldest') expected.reverse();
            const found: Task[] = [];
            for (;;) {
              const last = found.at(-1)?.id;
              const mark = order === 'oldest' ? { after: last } : { before: last };
              const page = await fresh.listTasks({ ...filter, limit, order, ...mark });
              expect(page.length).toBeLessThanOrEqual(limit);
              found.push(...page);
              if (page.length < limit) break;
            }
            expect(found).toEqual(expected);
            await fresh.close();
          },
        ),
        { numRuns: 80 },
      );
    });

    it('lists what lies between two ids, neither of which belongs to it', async () => {
      for (const id of ['1', '2', '3', '4', '10']) await store.addTask(sampleTask({ id }), []);
      expect(await idsOf({ after: '1', before: '10' })).toEqual(['4', '3', '2']);
      expect(await idsOf({ after: '1', before: '10', order: 'oldest', limit: 2 })).toEqual(['2', '3']);
      expect(await idsOf({ after: '0', order: 'oldest', limit: 1 })).toEqual(['1']);
      expect(await idsOf({ ids: ['2', '4', '10'], after: '2', order: 'oldest' })).toEqual(['4', '10']);
      expect(await idsOf({ after: '10' })).toEqual([]);
      expect(await idsOf({ after: '9223372036854775807' })).toEqual([]);
      expect(await idsOf({ after: '99999999999999999999' })).toEqual([]);
      expect(await idsOf({ after: 'x' })).toEqual([]);
      expect(await idsOf({ before: '0' })).toEqual([]);
      expect(await idsOf({ after: '3', before: '3' })).toEqual([]);
    });

    it.each([
      ['SMALL cat', ['1', '2']],
      ['small  cat', []],
      ['一只小猫', ['3']],
      ['猫', ['3', '4']],
      ['--v 6', ['2']],
      ['ÉTÉ', ['5']],
      ['100%', ['6']],
      ['_', ['6']],
      ['"', ['6']],
      ['😀', ['4']],
      ['', ['1', '2', '3', '4', '5', '6']],
    ])('finds the words "%s" in prompts as they were asked or echoed', async (words, ids) => {
      const prompts = ['a small cat', 'dogs', '画一只小猫在屋顶', '猫😀', 'l’été à Paris', '100% "wool"_x'];
      for (const [index, prompt] of prompts.entries()) {
        const request = { ...sampleTask().request, prompt };
        await store.addTask(sampleTask({ id: String(index + 1), request }), []);
      }
      await store.saveTask(
        sampleTask({
          id: '2',
          request: { ...sampleTask().request, prompt: 'dogs' },
          finalPrompt: 'a Small Cat --v 6',
          revision: 1,
        }),
      );
      expect(await idsOf({ words, order: 'oldest' })).toEqual(ids);
      expect(await idsOf({ words, callerId: 'nobody' })).toEqual([]);
    });

    it('looks for words in the newest form of a prompt', async () => {
      await store.addTask(sampleTask({ finalPrompt: 'first echo' }), []);
      await store.saveTask(sampleTask({ finalPrompt: 'second echo', status: 'running', revision: 1 }));
      expect(await idsOf({ words: 'first' })).toEqual([]);
      expect(await idsOf({ words: 'second', statuses: ['running'] })).toHaveLength(1);
      await store.deleteTask(sampleTask().id);
      expect(await idsOf({ words: 'second' })).toEqual([]);
    });

    it('gives those whose caller was not told of the end, oldest first', async () => {
      const ended = { status: 'succeeded', isUntold: true } as const;
      await store.addTask(sampleTask({ id: '9', ...ended }), []);
      await store.addTask(sampleTask({ id: '10', ...ended }), []);
      await store.addTask(sampleTask({ id: '11', status: 'succeeded' }), []);
      await store.addTask(sampleTask({ id: '12', isUntold: true }), []);
      await store.addTask(sampleTask({ id: '8' }), []);
      await store.saveTask(sampleTask({ id: '8', revision: 1, ...ended }));
      const untold = async (limit: number) => (await store.untoldTasks(limit)).map((task) => task.id);
      expect(await untold(10)).toEqual(['8', '9', '10']);
      expect(await untold(2)).toEqual(['8', '9']);
      await store.saveTask(sampleTask({ id: '9', status: 'succeeded', revision: 1 }));
      await store.deleteTask('10');
      expect(await untold(10)).toEqual(['8']);
    });

    it('forgets old ended tasks only, a limited number at a time', async () => {
      const ended = { status: 'succeeded' } as const;
      await store.addTask(sampleTask({ id: '1', submittedAt: 10, ...ended }), []);
      await store.addTask(sampleTask({ id: '2', submittedAt: 20 }), []);
      await store.addTask(sampleTask({ id: '3', submittedAt: 30, ...ended }), []);
      await store.addTask(sampleTask({ id: '4', submittedAt: 40, ...ended }), []);
      expect(await store.forgetTasks(10, 10)).toBe(0);
      expect(await store.forgetTasks(40, 1)).toBe(1);
      expect(await store.forgetTasks(40, 10)).toBe(1);
      expect(await idsOf({})).toEqual(['4', '2']);
      expect(await store.findTask('1')).toBeUndefined();
      expect(await store.saveTask(sampleTask({ id: '1', revision: 9 }))).toBe(false);
    });

    it('deletes a task with its files, and says whether there was one', async () => {
      const file = { name: 'a.png', contentType: 'image/png', bytes: new Uint8Array([1, 2]) };
      await store.addTask(sampleTask({ id: '1', request: { ...sampleTask().request, files: 1 } }), [file]);
      await store.addTask(sampleTask({ id: '2' }), []);
      expect(await store.taskFiles('1')).toHaveLength(1);
      expect(await store.deleteTask('1')).toBe(true);
      expect(await store.deleteTask('1')).toBe(false);
      expect(await store.deleteTask('no number')).toBe(false);
      expect(await store.taskFiles('1')).toEqual([]);
      expect(await idsOf({})).toEqual(['2']);
    });

    it('keeps one state for each account of each bot', async () => {
      await store.saveAccountState(state());
      await store.saveAccountState(state({ condition: 'disabled', reason: 'blocked', link: undefined }));
      await store.saveAccountState(state({ accountId: 'second' }));
      await store.saveAccountState(state({ botId: 'other' }));
      await store.deleteAccountState('other', 'first');
      await store.deleteAccountState('nobody', 'first');
      const states = await store.listAccountStates();
      expect(states).toHaveLength(2);
      expect(states).toContainEqual(state({ condition: 'disabled', reason: 'blocked', link: undefined }));
      expect(states).toContainEqual(state({ accountId: 'second' }));
    });
  });
}

const few = fc.constantFrom('a', 'b', 'c');
const some = fc.option(few, { nil: undefined });
const verb = fc.constantFrom<TaskVerb>('imagine', 'act', 'describe');
const status = fc.constantFrom(...STATUSES);
const moment = fc.option(fc.nat(30), { nil: undefined });

const row = fc.record({
  callerId: few,
  botId: few,
  accountId: few,
  driver: few,
  status,
  submittedAt: fc.nat(30),
  verb,
  prompt: fc.constantFrom('A Cat', 'a dog', '小猫', ''),
  finalPrompt: fc.constantFrom(undefined, 'a cat --v 6'),
});

/** All ways to ask, alone and together. */
const filters = fc.record({
  callerId: some,
  botId: some,
  accountId: some,
  driver: some,
  statuses: fc.option(fc.uniqueArray(status), { nil: undefined }),
  verbs: fc.option(fc.uniqueArray(verb), { nil: undefined }),
  ids: fc.option(fc.array(fc.nat(45).map(String)), { nil: undefined, freq: 3 }),
  words: fc.constantFrom(undefined, undefined, undefined, 'CAT', 'a', '猫', '--v', ''),
  submittedFrom: moment,
  submittedBefore: moment,
});

/** What a query asks for, said plainly; `row` and `filters` are the space of it. */
export function matches(task: Task, query: Omit<TaskQuery, 'limit'>): boolean {
  const { callerId, botId, accountId, driver, statuses, verbs, ids, words = '' } = query;
  const texts = [task.request.prompt, task.finalPrompt ?? ''].map((text) => text.toLowerCase());
  const isTimely =
    task.submittedAt >= (query.submittedFrom ?? 0) &&
    task.submittedAt < (query.submittedBefore ?? Number.POSITIVE_INFINITY);
  return (
    [callerId ?? task.callerId, botId ?? task.botId, accountId ?? task.accountId].join() ===
      [task.callerId, task.botId, task.accountId].join() &&
    (driver ?? task.driver) === task.driver &&
    (statuses?.includes(task.status) ?? true) &&
    (verbs?.includes(task.request.verb) ?? true) &&
    (ids?.includes(task.id) ?? true) &&
    isTimely &&
    texts.some((text) => text.includes(words.toLowerCase()))
  );
}
