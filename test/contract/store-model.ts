/** All stores behave like one simple model, whatever is done with them in whatever order. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { DailyUsage, Store, StoredConversation, UsageTotals } from '../../src/core/store.ts';
import { hasEnded, type Task, type TaskStatus } from '../../src/core/task.ts';
import { matches, sampleTask } from './store-tasks.ts';

/** What a store holds, said as plainly as can be. */
interface Model {
  tasks: Task[];
  files: Map<string, number>;
  conversations: StoredConversation[];
  counters: Map<string, number>;
  usage: DailyUsage[];
  keys: Map<string, number>;
}

type Step = fc.AsyncCommand<Model, Store>;

const step = (told: string, run: (model: Model, store: Store) => Promise<void>): Step => ({
  check: () => true,
  run,
  toString: () => told,
});

const find = (model: Model, id: string) => model.tasks.find((task) => task.id === id);
const byId = (a: Task, b: Task) => Number(a.id) - Number(b.id);
const idsOf = (tasks: readonly Task[]) => tasks.map((task) => task.id);
const key = ({ botId, callerId, name }: Pick<StoredConversation, 'botId' | 'callerId' | 'name'>) =>
  JSON.stringify([botId, callerId, name]);

const id = fc.constantFrom('1', '2', '3', '10', '11', '100');
const few = fc.constantFrom('a', 'b');
const some = fc.option(few, { nil: undefined });
const day = fc.constantFrom('2026-03-01', '2026-03-05', '2026-03-20', '2027-05-01');
const status = fc.constantFrom<TaskStatus>(
  'queued',
  'running',
  'waiting',
  'succeeded',
  'failed',
  'cancelled',
);
const words = fc.constantFrom(undefined, 'Cat', '小猫', 'a cat --v', '\u0000', 'É*[', '');
const prompt = fc.constantFrom('A cat', '画小猫', 'é*[x]', 'null\u0000byte', '');
const given = fc.record({
  callerId: few,
  botId: few,
  driver: few,
  submittedAt: fc.nat(9),
  verb: fc.constantFrom('imagine' as const, 'act' as const),
});
const changed = fc.record({
  accountId: few,
  status,
  prompt,
  finalPrompt: fc.constantFrom(undefined, 'a cat --v 6', '小猫 --niji'),
  isUntold: fc.constantFrom(undefined, true),
});

function taskOf(
  { verb, ...fixed }: { verb: 'imagine' | 'act' } & Partial<Task>,
  { prompt: asked, ...changes }: { prompt: string } & Partial<Task>,
): Task {
  const request = { ...sampleTask().request, verb, prompt: asked };
  return sampleTask({ ...fixed, ...changes, request });
}

const addTask = fc.tuple(id, given, changed, fc.nat(2)).map(([one, fixed, changes, files]) =>
  step(`addTask(${one})`, async (model, store) => {
    const task = taskOf({ ...fixed, id: one }, changes);
    const bytes = Array.from({ length: files }, (_, index) => ({
      name: `${index}`,
      contentType: 'image/png',
      bytes: Uint8Array.of(index),
    }));
    const outcome = await store.addTask(task, bytes).then(
      () => 'added',
      (error: { code: string }) => error.code,
    );
    expect(outcome).toBe(find(model, one) ? 'internal' : 'added');
    if (outcome !== 'added') return;
    model.tasks.push(task);
    model.files.set(one, hasEnded(task) ? 0 : files);
  }),
);

const saveTask = fc.tuple(id, changed, fc.integer({ min: -1, max: 2 })).map(([one, changes, ahead]) =>
  step(`saveTask(${one}, ${ahead})`, async (model, store) => {
    const known = find(model, one);
    const { verb } = known?.request ?? { verb: 'imagine' as const };
    const { prompt: asked, ...rest } = changes;
    const request = { ...sampleTask().request, verb, prompt: asked };
    const base = known ?? sampleTask({ id: one });
    const task = { ...base, ...rest, request, revision: Math.max(0, base.revision + ahead) };
    const isLater = known !== undefined && task.revision > known.revision;
    expect(await store.saveTask(task)).toBe(isLater);
    if (!isLater) return;
    model.tasks = model.tasks.map((other) => (other === known ? task : other));
    if (hasEnded(task)) model.files.set(one, 0);
  }),
);

const deleteTask = id.map((one) =>
  step(`deleteTask(${one})`, async (model, store) => {
    expect(await store.deleteTask(one)).toBe(find(model, one) !== undefined);
    model.tasks = model.tasks.filter((task) => task.id !== one);
    model.files.delete(one);
  }),
);

const forgetTasks = fc.tuple(fc.nat(10), fc.integer({ min: 1, max: 3 })).map(([before, limit]) =>
  step(`forgetTasks(${before}, ${limit})`, async (model, store) => {
    const old = model.tasks
      .filter((task) => hasEnded(task) && task.submittedAt < before)
      .sort((a, b) => a.submittedAt - b.submittedAt || byId(a, b))
      .slice(0, limit);
    expect(await store.forgetTasks(before, limit)).toBe(old.length);
    model.tasks = model.tasks.filter((task) => !old.includes(task));
    for (const task of old) model.files.delete(task.id);
  }),
);

const query = fc.record({
  callerId: some,
  botId: some,
  accountId: some,
  driver: some,
  statuses: fc.option(fc.uniqueArray(status), { nil: undefined }),
  verbs: fc.option(fc.uniqueArray(fc.constantFrom('imagine' as const, 'act' as const)), { nil: undefined }),
  ids: fc.option(fc.array(id), { nil: undefined, freq: 2 }),
  words,
  submittedFrom: fc.option(fc.nat(9), { nil: undefined }),
  submittedBefore: fc.option(fc.nat(9), { nil: undefined }),
  before: fc.option(id, { nil: undefined }),
  after: fc.option(id, { nil: undefined }),
  order: fc.constantFrom('newest' as const, 'oldest' as const, undefined),
  limit: fc.integer({ min: 1, max: 4 }),
});

const listTasks = query.map((asked) =>
  step(`listTasks(${JSON.stringify(asked)})`, async (model, store) => {
    const found = model.tasks
      .filter((task) => matches(task, asked))
      .filter(({ id: one }) => asked.before === undefined || Number(one) < Number(asked.before))
      .filter(({ id: one }) => asked.after === undefined || Number(one) > Number(asked.after))
      .sort((a, b) => (asked.order === 'oldest' ? byId(a, b) : byId(b, a)));
    expect(await store.listTasks(asked)).toEqual(found.slice(0, asked.limit));
  }),
);

const readTasks = fc.tuple(id, fc.integer({ min: 1, max: 3 })).map(([one, limit]) =>
  step(`read(${one}, ${limit})`, async (model, store) => {
    expect(await store.findTask(one)).toEqual(find(model, one));
    expect(await store.taskFiles(one)).toHaveLength(model.files.get(one) ?? 0);
    const sorted = model.tasks.toSorted(byId);
    expect(idsOf(await store.openTasks())).toEqual(idsOf(sorted.filter((task) => !hasEnded(task))));
    const untold = sorted.filter((task) => hasEnded(task) && task.isUntold === true);
    expect(await store.untoldTasks(limit)).toEqual(untold.slice(0, limit));
  }),
);

const conversation = fc.record({
  botId: few,
  callerId: few,
  name: fc.constantFrom('x', 'y'),
  channelId: fc.constantFrom('1', '2'),
  botUserId: fc.constantFrom('', '5'),
  createdAt: fc.nat(3),
});

const conversations = fc
  .tuple(conversation, fc.constantFrom('x', 'y', 'z'), fc.nat(3))
  .map(([one, newName, what]) =>
    step(`conversation(${JSON.stringify(one)}, ${newName}, ${what})`, async (model, store) => {
      const known = model.conversations.find((other) => key(other) === key(one));
      const others = model.conversations.filter((other) => other !== known);
      if (what === 0) {
        await store.saveConversation(one);
        model.conversations = [...others, one];
      } else if (what === 1) {
        const isTaken = model.conversations.some((other) => key(other) === key({ ...one, name: newName }));
        const outcome = known ? (isTaken ? 'exists' : 'renamed') : 'missing';
        expect(await store.renameConversation(one, newName)).toBe(outcome);
        if (known && !isTaken) model.conversations = [...others, { ...known, name: newName }];
      } else if (what === 2) {
        await store.noteBot(one, one.channelId, '7');
        model.conversations = model.conversations.map((other) => {
          const isMeant = (['botId', 'callerId', 'channelId'] as const).every(
            (name) => other[name] === one[name],
          );
          return isMeant ? { ...other, botUserId: '7' } : other;
        });
      } else {
        expect(await store.deleteConversation(one)).toBe(known !== undefined);
        model.conversations = others;
      }
      expect(await store.findConversation(one)).toEqual(
        model.conversations.find((other) => key(other) === key(one)),
      );
      const listed = await store.listConversations(one.botId);
      const mine = model.conversations.filter((other) => other.botId === one.botId);
      expect(listed.map((other) => other.createdAt)).toEqual(
        mine.map((other) => other.createdAt).toSorted((a, b) => a - b),
      );
      expect(listed).toEqual(expect.arrayContaining(mine));
    }),
  );

const daysBefore = (from: string, days: number) =>
  new Date(Date.parse(from) - days * 86_400_000).toISOString().slice(0, 10);

const counts = fc.tuple(few, day).map(([counter, on]) =>
  step(`increment(${counter}, ${on})`, async (model, store) => {
    for (const name of model.counters.keys()) {
      if (name.slice(0, 10) < daysBefore(on, 7)) model.counters.delete(name);
    }
    const value = (model.counters.get(on + counter) ?? 0) + 1;
    model.counters.set(on + counter, value);
    expect(await store.increment(counter, on)).toBe(value);
    for (const other of ['2026-03-01', '2026-03-20']) {
      expect(await store.count(counter, other)).toBe(model.counters.get(other + counter) ?? 0);
    }
  }),
);

const COUNTS = ['chats', 'promptTokens', 'completionTokens', 'pictures', 'videos'] as const;
const used = fc.record({
  callerId: few,
  botId: few,
  day,
  chats: fc.nat(2),
  promptTokens: fc.nat(2),
  completionTokens: fc.nat(2),
  pictures: fc.nat(2),
  videos: fc.nat(2),
});

/** Totals in a fixed order, those of the same name added up. */
function summed(usage: readonly UsageTotals[], nameOf: (one: UsageTotals) => string): unknown[] {
  const sums = new Map<string, number[]>();
  for (const one of usage) {
    const known = sums.get(nameOf(one)) ?? COUNTS.map(() => 0);
    sums.set(
      nameOf(one),
      COUNTS.map((count, index) => (known[index] ?? 0) + one[count]),
    );
  }
  return [...sums].sort(([a], [b]) => (a < b ? -1 : 1));
}

const nameOf = ({ callerId, botId }: UsageTotals) => callerId + botId;
const dayOf = (one: UsageTotals) => `${(one as DailyUsage).day} ${nameOf(one)}`;

/** A store may forget old days late, but gives none before the last 400 of the newest. */
const usage = fc.tuple(used, day).map(([one, since]) =>
  step(`addUsage(${JSON.stringify(one)})`, async (model, store) => {
    await store.addUsage(one);
    model.usage.push(one);
    const daily = await store.listDailyUsage(since);
    const kept = model.usage.filter((other) => other.day >= since && other.day >= daysBefore(one.day, 399));
    const recent = daily.filter((other) => other.day >= daysBefore(one.day, 399));
    expect(summed(recent, dayOf)).toEqual(summed(kept.filter(stays(model.usage)), dayOf));
    expect(daily.map((other) => other.day)).toEqual(daily.map((other) => other.day).toSorted());
    expect(summed(await store.listUsage(), nameOf)).toEqual(summed(model.usage, nameOf));
  }),
);

/** False for what was forgotten when a much later day came. */
const stays = (all: readonly DailyUsage[]) => (one: DailyUsage) =>
  all.slice(all.indexOf(one)).every((later) => one.day >= daysBefore(later.day, 399));

const keys = fc.tuple(few, fc.boolean(), fc.nat(5)).map(([name, isSaved, createdAt]) =>
  step(`key(${name}, ${isSaved})`, async (model, store) => {
    if (isSaved) {
      await store.saveKey({ name, digest: 'ab', bots: ['*'], admin: false, createdAt });
      model.keys.set(name, createdAt);
    } else expect(await store.deleteKey(name)).toBe(model.keys.delete(name));
    const listed = (await store.listKeys()).map((one) => [one.name, one.createdAt]);
    expect(listed).toEqual([...model.keys].sort(([a], [b]) => (a < b ? -1 : 1)));
  }),
);

/** Run by each implementation. `open` gives an empty store. */
export function describeStoreModel(name: string, open: () => Promise<Store>, numRuns: number): void {
  describe(`${name} is like the model`, () => {
    it('in whatever order it is used', async () => {
      const steps = [
        addTask,
        addTask,
        saveTask,
        saveTask,
        deleteTask,
        forgetTasks,
        listTasks,
        listTasks,
        readTasks,
      ];
      const others = [conversations, counts, usage, keys];
      await fc.assert(
        fc.asyncProperty(
          fc.commands([...steps, ...others], { maxCommands: 60, size: 'max' }),
          async (commands) => {
            const store = await open();
            const model: Model = {
              tasks: [],
              files: new Map(),
              conversations: [],
              counters: new Map(),
              usage: [],
              keys: new Map(),
            };
            try {
              await fc.asyncModelRun(() => ({ model, real: store }), commands);
            } finally {
              await store.close();
            }
          },
        ),
        { numRuns },
      );
    }, 60_000);
  });
}
