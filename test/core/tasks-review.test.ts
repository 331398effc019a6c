import { describe, expect, it } from 'vitest';
import { GatewayError } from '../../src/core/errors.ts';
import { Lane, type LaneEntry } from '../../src/core/lane.ts';
import { silentLog } from '../../src/core/log.ts';
import { TaskFeed } from '../../src/core/task-feed.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { createFrailStore } from '../support/frail-store.ts';
import { ADMIN, ALICE, taskWorld } from '../support/task-world.ts';

const code = (promise: Promise<unknown>) =>
  promise.then(
    () => 'no error',
    (error: unknown) => (error instanceof GatewayError ? error.code : error),
  );

const MINUTE = 60_000;
const captcha = { consequence: 'pause', reason: 'captcha', text: 'verify you are human' } as const;

type World = Awaited<ReturnType<typeof taskWorld>>;

const viewOf = (world: World, accountId = 'alice') => {
  const view = world.service.studios(ADMIN).find((one) => one.accountId === accountId);
  if (!view) throw new Error(`no account ${accountId}`);
  return view;
};

async function finished(world: World, accountId?: string): Promise<string> {
  const { task } = await world.imagine(accountId === undefined ? {} : { accountId });
  await world.settle();
  await world.runningOf(task.id).succeed();
  return task.id;
}

const zoom = (parentId: string) =>
  ({ verb: 'act', prompt: '', parentId, action: { customId: 'MJ::CustomZoom::x' } }) as const;

describe('while the store fails', () => {
  it('a task that has ended is written once the store works again, however long that takes', async () => {
    const store = createFrailStore();
    const world = await taskWorld({ store, concurrency: 1 });
    const { task } = await world.imagine();
    await world.settle();
    await world.runningOf(task.id).emit({ type: 'job-submitted', nonce: '77' });
    store.isDown = true;
    await world
      .runningOf(task.id)
      .emit({ type: 'job-ended', media: [{ url: 'https://x/y.png' }], trace: {} });
    await world.clock.advance(30 * MINUTE);
    expect((await world.task(task.id)).status).toBe('succeeded');
    store.isDown = false;
    await world.clock.advance(5 * MINUTE);
    expect((await store.findTask(task.id))?.status).toBe('succeeded');
    expect((await world.task(task.id)).status).toBe('succeeded');
  });

  it('the end of a task frees its slot, and a stop does not wait', async () => {
    const store = createFrailStore();
    const world = await taskWorld({ store, concurrency: 1 });
    const { task } = await world.imagine();
    await world.settle();
    await world.runningOf(task.id).emit({ type: 'job-submitted', nonce: '77' });
    store.isDown = true;
    await world
      .runningOf(task.id)
      .emit({ type: 'job-ended', media: [{ url: 'https://x/y.png' }], trace: {} });
    await world.settle();
    expect(viewOf(world)).toMatchObject({ running: 0 });
    store.isDown = false;
    await world.service.close();
    expect((await store.findTask(task.id))?.status).toBe('succeeded');
    // The hourly sweep is cancelled, and nothing else is left behind.
    expect(world.clock.pending).toBe(0);
  });

  it('a form that could not be stored can be filled again, or ends in time', async () => {
    const store = createFrailStore();
    const world = await taskWorld({ store });
    const grid = await finished(world);
    const { task } = await world.imagine(zoom(grid));
    store.isDown = true;
    expect(await code(world.service.fillForm(ALICE, task.id, { prompt: 'x --zoom 1.8' }))).not.toBe(
      'no error',
    );
    store.isDown = false;
    await world.service.fillForm(ALICE, task.id, { prompt: 'x --zoom 1.9' });
    await world.settle();
    expect(world.runningOf(task.id).job.request.form).toEqual({ prompt: 'x --zoom 1.9' });
    const { task: left } = await world.imagine(zoom(grid));
    store.isDown = true;
    await code(world.service.fillForm(ALICE, left.id, { prompt: 'x --zoom 1.8' }));
    store.isDown = false;
    await world.clock.advance(61 * MINUTE);
    expect((await world.task(left.id)).status).toBe('timed-out');
  });

  it('a task that cannot be taken holds no place in the line', async () => {
    const store = createFrailStore();
    const world = await taskWorld({ store, concurrency: 1, queue: 0, dailyLimit: 1 });
    store.isDown = true;
    for (let count = 0; count < 3; count += 1) expect(String(await code(world.imagine()))).toContain('disk');
    store.isDown = false;
    expect(await code(world.imagine())).toBe('no error');
  });

  it('a seed that was found is given all the same', async () => {
    const store = createFrailStore();
    const world = await taskWorld({ store });
    const id = await finished(world);
    store.isDown = true;
    expect(await world.service.taskSeed(ALICE, id, world.never)).toBe('42');
  });
});

describe('a seed', () => {
  it('is not lost to links that are renewed at the same moment', async () => {
    const world = await taskWorld();
    const { task } = await world.imagine();
    await world.settle();
    const soon = Math.floor(world.clock.now() / 1_000 + 60).toString(16);
    await world
      .runningOf(task.id)
      .succeed(`https://cdn.discordapp.com/attachments/1/2/a.png?ex=${soon}&is=1&`);
    await Promise.all([
      world.service.findTask(ALICE, task.id, world.never),
      world.service.taskSeed(ALICE, task.id, world.never),
    ]);
    await world.settle();
    expect((await world.store.findTask(task.id))?.seed).toBe('42');
  });
});

describe('a cancelled task', () => {
  it('is never sent, also when its words arrive at the same moment and the store is slow', async () => {
    const store = createFrailStore();
    const world = await taskWorld({ store });
    const grid = await finished(world);
    const { task } = await world.imagine(zoom(grid));
    const goFill = store.stall();
    const filling = code(world.service.fillForm(ALICE, task.id, { prompt: 'x --zoom 1.8' }));
    await world.settle();
    const goCancel = store.stall();
    const cancelling = world.service.cancelTask(ALICE, task.id, world.never);
    await world.settle();
    goFill();
    await world.settle();
    expect(world.running).toEqual([]);
    goCancel();
    await Promise.all([filling, cancelling]);
    await world.settle();
    expect(world.running).toEqual([]);
    expect((await world.task(task.id)).status).toBe('cancelled');
    expect(viewOf(world)).toMatchObject({ running: 0, queued: 0 });
  });

  it('is not counted as sent when the nonce was just being stored', async () => {
    const store = createFrailStore();
    const world = await taskWorld({ store, dailyLimit: 5 });
    const { task } = await world.imagine();
    await world.settle();
    const go = store.stall();
    const emitting = world.runningOf(task.id).emit({ type: 'job-submitted', nonce: '77' });
    await world.settle();
    const cancelling = world.service.cancelTask(ALICE, task.id, world.never);
    await world.settle();
    go();
    await Promise.all([emitting, cancelling]);
    await world.settle();
    expect(viewOf(world)).toMatchObject({ running: 0, sentToday: 0 });
    expect((await store.findTask(task.id))?.status).toBe('cancelled');
  });

  it('leaves the line that it was moved to', async () => {
    const world = await taskWorld({ accounts: ['alice', 'bob'], concurrency: 1 });
    const tasks = [];
    for (let count = 0; count < 4; count += 1) tasks.push((await world.imagine()).task);
    await world.settle();
    await world.service.orderAccount('alice', 'pause');
    expect(viewOf(world, 'bob').queued).toBe(2);
    for (const { id } of tasks.slice(2)) await world.service.cancelTask(ALICE, id, world.never);
    expect(viewOf(world, 'bob').queued).toBe(0);
  });
});

describe('a stop', () => {
  it('in the middle of an order begins nothing; the next process goes on with it', async () => {
    const store = createFrailStore();
    const world = await taskWorld({ store });
    const go = store.stall();
    const ordering = world.imagine();
    await world.settle();
    const closing = world.service.close();
    await world.settle();
    go();
    await closing;
    const { task } = await ordering;
    await world.settle();
    expect(world.running).toEqual([]);
    expect(world.clock.pending).toBe(0);
    const next = await taskWorld({ store, clock: world.clock });
    await next.settle();
    expect(next.runningOf(task.id).job.id).toBe(task.id);
  });

  it('while the nonce is being stored leaves the task to be sent by the next process', async () => {
    const store = createFrailStore();
    const world = await taskWorld({ store });
    const { task } = await world.imagine();
    await world.settle();
    const go = store.stall();
    const emitting = world.runningOf(task.id).emit({ type: 'job-submitted', nonce: '77' });
    await world.settle();
    const closing = world.service.close();
    go();
    await Promise.all([emitting, closing]);
    expect(await store.findTask(task.id)).toMatchObject({ status: 'queued', trace: {} });
    const next = await taskWorld({ store, clock: world.clock });
    await next.settle();
    expect(next.runningOf(task.id).job.trace.nonce).toBeUndefined();
  });

  it('in the middle of a form begins nothing', async () => {
    const store = createFrailStore();
    const world = await taskWorld({ store });
    const grid = await finished(world);
    const { task } = await world.imagine(zoom(grid));
    const go = store.stall();
    const filling = world.service.fillForm(ALICE, task.id, { prompt: 'x --zoom 1.8' });
    await world.settle();
    const closing = world.service.close();
    await world.settle();
    go();
    await closing;
    await filling;
    await world.settle();
    expect(world.running).toEqual([]);
    expect(world.clock.pending).toBe(0);
    expect((await store.findTask(task.id))?.status).toBe('queued');
  });
});

describe('the limit of a line', () => {
  it('holds when forms are filled side by side', async () => {
    const world = await taskWorld({ concurrency: 1, queue: 1 });
    const grid = await finished(world);
    const forms = await Promise.all(Array.from({ length: 5 }, () => world.imagine(zoom(grid))));
    const results = await Promise.all(
      forms.map(({ task }) => code(world.service.fillForm(ALICE, task.id, { prompt: 'x --zoom 1.8' }))),
    );
    expect(results.filter((result) => result === 'no error')).toHaveLength(2);
    expect(results.filter((result) => result === 'queue_full')).toHaveLength(3);
  });

  it('is not asked by what needs no slot', async () => {
    const world = await taskWorld({ concurrency: 1, queue: 0, instantVerbs: ['describe'] });
    await world.imagine();
    await world.settle();
    expect(await code(world.imagine({ verb: 'describe' }))).toBe('no error');
    expect(await code(world.service.uploadPictures(ALICE, 'midjourney', [], world.never))).toBe('no error');
    expect(await code(world.imagine())).toBe('queue_full');
  });

  it('is named, not the fast hours, when the fast accounts are full', async () => {
    const world = await taskWorld({ accounts: ['alice', 'bob'], concurrency: 1, queue: 0 });
    await world.imagineAt('alice');
    await world.settle();
    await world.imagineAt('bob');
    await world.settle();
    world.notice('bob', { consequence: 'slow', reason: 'credits', text: 'Credits exhausted' });
    const [running] = world.running.filter(({ accountId }) => accountId === 'bob');
    await running?.succeed();
    expect(await code(world.imagine({ mode: 'fast' }))).toBe('queue_full');
    expect(await code(world.imagine({ mode: 'relax' }))).toBe('no error');
  });
});

describe('the daily limit', () => {
  it('holds for what waits: no more is taken than may be sent', async () => {
    const world = await taskWorld({ dailyLimit: 3, concurrency: 1 });
    const results = await Promise.all(Array.from({ length: 6 }, () => code(world.imagine())));
    expect(results.filter((result) => result === 'no error')).toHaveLength(3);
    expect(results.filter((result) => result === 'account_limited')).toHaveLength(3);
    for (let count = 0; count < 3; count += 1) {
      await world.settle();
      await world.running[0]?.succeed();
    }
    await world.settle();
    expect(viewOf(world)).toMatchObject({ sentToday: 3, running: 0, queued: 0 });
    await world.clock.advance(24 * 60 * MINUTE);
    expect(await code(world.imagine())).toBe('no error');
  });

  it('gets back what a cancelled, late or moved task had reserved', async () => {
    const world = await taskWorld({ accounts: ['alice', 'bob'], dailyLimit: 4, concurrency: 1 });
    const tasks = [];
    for (let count = 0; count < 8; count += 1) tasks.push((await world.imagine()).task);
    expect(await code(world.imagine())).toBe('account_limited');
    for (const { id } of tasks) await world.service.cancelTask(ALICE, id, world.never);
    await world.settle();
    for (let count = 0; count < 8; count += 1) expect(await code(world.imagine())).toBe('no error');
  });

  it('holds for forms', async () => {
    const world = await taskWorld({ dailyLimit: 2 });
    const grid = await finished(world);
    const { task } = await world.imagine(zoom(grid));
    await world.imagine();
    expect(await code(world.service.fillForm(ALICE, task.id, { prompt: 'x --zoom 1.8' }))).toBe(
      'account_limited',
    );
  });

  it('is not forgotten when the clock goes back over midnight', async () => {
    const clock = new FakeClock();
    let shift = 0;
    const now = clock.now.bind(clock);
    clock.now = () => now() + shift;
    const world = await taskWorld({ clock, dailyLimit: 3 });
    for (let count = 0; count < 2; count += 1) await finished(world);
    shift = 24 * 60 * MINUTE;
    await finished(world);
    shift = 0;
    await finished(world);
    expect(await code(world.imagine())).toBe('account_limited');
  });
});

describe('waiting', () => {
  it('counts from the order on, over moves and pauses', async () => {
    const world = await taskWorld({ accounts: ['alice', 'bob'], concurrency: 1 });
    for (let count = 0; count < 2; count += 1) await world.imagine();
    const { task } = await world.imagine();
    await world.settle();
    await world.clock.advance(40 * MINUTE);
    await world.service.orderAccount('alice', 'pause');
    await world.service.orderAccount('bob', 'pause');
    await world.service.orderAccount('bob', 'pause');
    await world.clock.advance(21 * MINUTE);
    expect((await world.task(task.id)).status).toBe('timed-out');
  });

  it('for a form does not count as waiting for the account', async () => {
    const world = await taskWorld({ concurrency: 1 });
    const grid = await finished(world);
    const { task } = await world.imagine(zoom(grid));
    const { task: first } = await world.imagine();
    await world.clock.advance(59 * MINUTE);
    await world.service.fillForm(ALICE, task.id, { prompt: 'x --zoom 1.8' });
    await world.clock.advance(30 * MINUTE);
    expect((await world.task(task.id)).status).toBe('queued');
    await world.runningOf(first.id).succeed();
    await world.settle();
    expect(world.runningOf(task.id)).toBeDefined();
  });

  it('ends in time although the clock was set back', async () => {
    const clock = new FakeClock();
    const world = await taskWorld({ clock, concurrency: 1 });
    const grid = await finished(world);
    const { task: form } = await world.imagine(zoom(grid));
    await world.imagine();
    const { task } = await world.imagine();
    await world.service.close();
    const back = new FakeClock(clock.now() - 1_000 * MINUTE);
    const next = await taskWorld({ store: world.store, clock: back, concurrency: 1 });
    await back.advance(61 * MINUTE);
    expect((await next.task(task.id)).status).toBe('timed-out');
    expect((await next.task(form.id)).status).toBe('timed-out');
  });

  it('says why the account did not take the task', async () => {
    const world = await taskWorld({ concurrency: 1 });
    const grid = await finished(world);
    await world.imagine();
    const { task } = await world.imagine(zoom(grid));
    await world.service.fillForm(ALICE, task.id, { prompt: 'x --zoom 1.8' });
    world.dead.add('alice');
    world.service.accountChanged('alice');
    await world.clock.advance(61 * MINUTE);
    expect((await world.task(task.id)).failure?.message).toMatch(/"alice" is disabled/);
  });
});

describe('a task that waits for an account that has stopped', () => {
  it('goes to another account as soon as there is one', async () => {
    const world = await taskWorld({ accounts: ['alice', 'bob'], concurrency: 1 });
    await world.imagineAt('alice');
    const { task } = await world.imagineAt('alice');
    await world.service.orderAccount('bob', 'pause');
    await world.service.orderAccount('alice', 'pause');
    expect((await world.task(task.id)).status).toBe('queued');
    await world.service.orderAccount('bob', 'resume');
    await world.settle();
    expect(world.runningOf(task.id).accountId).toBe('bob');
    expect(await world.task(task.id)).toMatchObject({ accountId: 'bob' });
  });

  it('goes to another account after a restart', async () => {
    const world = await taskWorld({ accounts: ['alice'], concurrency: 1 });
    await world.imagine();
    const { task } = await world.imagine();
    await world.settle();
    world.notice('alice', captcha);
    await world.service.close();
    const next = await taskWorld({ store: world.store, clock: world.clock, accounts: ['alice', 'bob'] });
    await next.settle();
    expect(next.runningOf(task.id).accountId).toBe('bob');
  });

  it('goes to another account when the account stops while the task is being stored', async () => {
    const store = createFrailStore();
    const world = await taskWorld({ store, accounts: ['alice', 'bob'] });
    await finished(world, 'alice');
    const go = store.stall();
    world.offline.add('bob');
    const ordering = world.imagine();
    await world.settle();
    world.offline.delete('bob');
    world.notice('alice', captcha);
    go();
    const { task } = await ordering;
    await world.settle();
    expect(world.runningOf(task.id).accountId).toBe('bob');
  });

  it('prefers a line that is not full', async () => {
    const world = await taskWorld({
      accounts: ['alice', 'bob', 'carol'],
      concurrency: 1,
      queue: 1,
      balance: 'round-robin',
    });
    for (const accountId of ['alice', 'alice', 'bob', 'bob']) await world.imagineAt(accountId);
    await world.settle();
    await world.service.orderAccount('alice', 'pause');
    expect(viewOf(world, 'bob').queued).toBe(1);
    await world.settle();
    expect(viewOf(world, 'carol').running).toBe(1);
  });
});

describe('an account that is not connected', () => {
  it('begins nothing until it is, and then goes on with its line', async () => {
    const world = await taskWorld();
    world.offline.add('alice');
    const { task } = await world.imagine();
    await world.settle();
    expect(world.running).toEqual([]);
    world.offline.delete('alice');
    world.service.accountChanged('alice');
    await world.settle();
    expect(world.runningOf(task.id)).toBeDefined();
  });
});

describe('a driver with a fault', () => {
  it('that cannot open its room fails the task, frees the slot, and does not keep results from being read', async () => {
    let isBroken = true;
    const world = await taskWorld({
      concurrency: 1,
      onOpen: () => {
        if (isBroken) throw new Error('fault');
      },
    });
    const { task } = await world.imagine();
    await world.settle();
    expect((await world.task(task.id)).status).toBe('failed');
    expect(viewOf(world)).toMatchObject({ running: 0 });
    isBroken = false;
    const { task: good } = await world.imagine();
    await world.settle();
    const soon = Math.floor(world.clock.now() / 1_000 + 60).toString(16);
    await world
      .runningOf(good.id)
      .succeed(`https://cdn.discordapp.com/attachments/1/2/a.png?ex=${soon}&is=1&`);
    await world.service.close();
    isBroken = true;
    const next = await taskWorld({
      store: world.store,
      clock: world.clock,
      onOpen: () => {
        throw new Error('fault');
      },
    });
    const pending = next.clock.pending;
    expect((await next.task(good.id)).status).toBe('succeeded');
    expect(next.clock.pending).toBe(pending);
  });
});

describe('an account of a name that nobody has', () => {
  it('is refused by that name; a bot without accounts says so', async () => {
    const world = await taskWorld();
    await expect(world.imagine({ accountId: 'zoe' })).rejects.toThrow(/"zoe"/);
    const empty = await taskWorld({ accounts: [] });
    await expect(empty.imagine()).rejects.toThrow(/^(?!.*undefined)/);
    await expect(empty.imagine()).rejects.toThrow(/enabled/);
  });
});

describe('a list of tasks', () => {
  it('by status holds none of another status', async () => {
    const world = await taskWorld();
    const { task } = await world.imagine();
    await world.settle();
    await world.runningOf(task.id).emit({ type: 'job-submitted', nonce: '77' });
    await world.runningOf(task.id).emit({ type: 'progress-changed', percent: 5 });
    const listed = await world.service.listTasks(ALICE, { statuses: ['submitted'], limit: 5 }, world.never);
    expect(listed).toEqual([]);
  });
});

describe('a lane', () => {
  const laneOf = (isOpen: () => boolean, started: LaneEntry[]) =>
    new Lane({
      concurrency: 1,
      queue: 5,
      waitMs: 1_000,
      clock: new FakeClock(),
      isOpen,
      start: (entry) => void started.push(entry),
      reserve: () => () => {},
      expire: () => {},
    });
  const entry = (taskId: string, needsSlot = true): LaneEntry => ({ taskId, needsSlot, mayMove: true });

  it('that opens lets in what needs no slot, though others stand before it', () => {
    let isOpen = false;
    const started: LaneEntry[] = [];
    const lane = laneOf(() => isOpen, started);
    for (const one of [entry('1'), entry('2'), entry('3', false)]) lane.enter(one);
    isOpen = true;
    lane.serve();
    expect(started.map(({ taskId }) => taskId)).toEqual(['1', '3']);
  });
});

describe('a watcher', () => {
  it('who reads slowly is given the end', async () => {
    const world = await taskWorld();
    const { task } = await world.imagine();
    const watch = world.service.watchTask(ALICE, task.id, world.never)[Symbol.asyncIterator]();
    await watch.next();
    await world.settle();
    const running = world.runningOf(task.id);
    await running.emit({ type: 'job-submitted', nonce: '77' });
    for (let percent = 1; percent < 99; percent += 1)
      await running.emit({ type: 'progress-changed', percent });
    await running.succeed();
    const last = await watch.next();
    expect(last.value?.status).toBe('succeeded');
    expect((await watch.next()).done).toBe(true);
  });

  it('who throws is no reason to lose a task', () => {
    const feed = new TaskFeed(silentLog);
    const heard: string[] = [];
    feed.listen(() => {
      throw new Error('fault');
    });
    feed.listen(({ type }) => void heard.push(type));
    feed.tell({ type: 'task-changed', task: {} as never });
    expect(heard).toEqual(['task-changed']);
  });
});

describe('a condition of an account', () => {
  it('that the bot has disabled is not lifted by a lesser notice', async () => {
    const world = await taskWorld();
    await world.imagine();
    await world.settle();
    world.notice('alice', { consequence: 'disable', reason: 'blocked', text: 'Blocked' });
    world.notice('alice', captcha);
    expect(viewOf(world)).toMatchObject({ condition: 'disabled', reason: 'blocked' });
  });
});
