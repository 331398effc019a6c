/** What a store that is away, and a gateway that was killed, must not lose. */
import { describe, expect, it } from 'vitest';
import { GatewayError } from '../../src/core/errors.ts';
import type { Store } from '../../src/core/store.ts';
import { createMemoryStore } from '../../src/stores/memory.ts';
import { BOB, taskWorld } from '../support/task-world.ts';

/** A store whose calls of some names fail as one that cannot be reached, as long as `isAway`. */
function absentStore(names: readonly (keyof Store)[]) {
  const inner = createMemoryStore();
  const state = { isAway: false, refusals: 0 };
  const store = new Proxy(inner, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name);
      if (typeof value !== 'function') return value;
      return async (...input: unknown[]) => {
        if (state.isAway && names.includes(name as keyof Store)) {
          state.refusals += 1;
          throw new GatewayError('store_unavailable', 'The store does not answer.');
        }
        return Reflect.apply(value, target, input);
      };
    },
  });
  return { store, state };
}

const CALLBACK = { url: 'https://example.org/hook', dialect: 'midjourney-proxy' };

describe('a store that does not answer', () => {
  it('takes no new task, and leaves nothing of it', async () => {
    const { store, state } = absentStore(['addTask']);
    const world = await taskWorld({ store });
    state.isAway = true;
    await expect(world.imagine()).rejects.toMatchObject({ code: 'store_unavailable', status: 503 });
    state.isAway = false;
    expect(await store.openTasks()).toEqual([]);
    expect(world.running).toEqual([]);
  });

  it('is waited for by a task that was promised, before it is sent: it is sent once, and no sooner', async () => {
    const { store, state } = absentStore(['saveTask']);
    const sent: string[] = [];
    const world = await taskWorld({ store, onSent: (id) => sent.push(id) });
    const { task } = await world.imagine();
    await world.settle();
    state.isAway = true;
    await world.runningOf(task.id).emit({ type: 'job-submitted', nonce: '77' });
    await world.clock.advance(60_000);
    expect([sent.length, state.refusals > 3]).toEqual([0, true]);
    state.isAway = false;
    await world.clock.advance(5_000);
    expect(sent).toEqual([task.id]);
    expect(await store.findTask(task.id)).toMatchObject({ status: 'submitted', trace: { nonce: '77' } });
  });

  it('is waited for by a task whose turn has come', async () => {
    const { store, state } = absentStore(['listTasks', 'taskFiles']);
    const world = await taskWorld({ store });
    state.isAway = true;
    const { task } = await world.imagine();
    await world.clock.advance(20_000);
    expect(world.running).toEqual([]);
    state.isAway = false;
    await world.clock.advance(5_000);
    await world.runningOf(task.id).succeed();
    expect((await world.task(task.id)).status).toBe('succeeded');
  });

  it('does not keep a waiting task from being cancelled', async () => {
    const { store, state } = absentStore(['listTasks']);
    const world = await taskWorld({ store });
    state.isAway = true;
    const { task } = await world.imagine();
    await world.settle();
    await world.service.cancelTask({ ...BOB, admin: true }, task.id, world.never);
    expect((await world.task(task.id)).status).toBe('cancelled');
  });

  it('does not make a task fail whose message only its counter is to be told of', async () => {
    const { store, state } = absentStore(['increment']);
    const sent: string[] = [];
    const world = await taskWorld({ store, dailyLimit: 3, onSent: (id) => sent.push(id) });
    const { task } = await world.imagine();
    await world.settle();
    state.isAway = true;
    await world.runningOf(task.id).emit({ type: 'job-submitted', nonce: '77' });
    expect([sent, world.quotas.get('alice')?.used]).toEqual([[task.id], 1]);
    state.isAway = false;
    const second = await world.imagine();
    await world.settle();
    await world.runningOf(second.task.id).emit({ type: 'job-submitted', nonce: '78' });
    expect(await store.count('sent:alice', '2026-01-01'), 'the store is told of both').toBe(2);
    expect(world.quotas.get('alice')?.used).toBe(2);
  });

  it('is waited for by a form that is about to be sent', async () => {
    const { store, state } = absentStore(['saveTask']);
    const world = await taskWorld({ store });
    const { task } = await world.imagine();
    await world.settle();
    await world.runningOf(task.id).emit({ type: 'job-submitted', nonce: '77' });
    state.isAway = true;
    await world.runningOf(task.id).emit({ type: 'form-submitted', nonce: '78' });
    await world.clock.advance(20_000);
    expect((await world.task(task.id)).status).toBe('submitted');
    state.isAway = false;
    await world.clock.advance(5_000);
    await world.runningOf(task.id).succeed();
    expect((await world.task(task.id)).status).toBe('succeeded');
  });

  it('that comes back while the gateway stops is not told of a sending that never was', async () => {
    const { store, state } = absentStore(['saveTask']);
    const sent: string[] = [];
    const world = await taskWorld({ store, onSent: (id) => sent.push(id) });
    const { task } = await world.imagine();
    await world.settle();
    state.isAway = true;
    await world.runningOf(task.id).emit({ type: 'job-submitted', nonce: '77' });
    state.isAway = false;
    await world.service.close();
    expect(sent).toEqual([]);
    const [left] = await store.openTasks();
    expect(left?.trace.nonce, 'the next process may send it').toBeUndefined();
  });

  it('in the middle of a start leaves nothing half taken up: a second try runs each task once', async () => {
    const { store, state } = absentStore(['untoldTasks']);
    const first = await taskWorld({ store });
    const { task } = await first.imagine();
    await first.settle();
    await first.service.close();
    state.isAway = true;
    const next = await taskWorld({ store, clock: first.clock, opens: false });
    await expect(next.service.open()).rejects.toMatchObject({ code: 'store_unavailable' });
    state.isAway = false;
    await next.service.open();
    await next.settle();
    expect(next.running.map(({ job }) => job.id)).toEqual([task.id]);
  });

  it('has every task that was taken once the gateway has stopped, also one that is just on its way there', async () => {
    const inner = createMemoryStore();
    const gate = Promise.withResolvers<void>();
    const addTask: Store['addTask'] = async (...given) => {
      await gate.promise;
      return inner.addTask(...given);
    };
    const store = new Proxy(inner, {
      get: (target, name) => (name === 'addTask' ? addTask : Reflect.get(target, name)),
    });
    const world = await taskWorld({ store });
    const ordering = world.imagine();
    await world.settle();
    const closing = world.service.close().then(() => inner.openTasks());
    await world.settle();
    gate.resolve();
    const [receipt, left] = await Promise.all([ordering, closing]);
    expect(left.map(({ id }) => id)).toEqual([receipt.task.id]);
  });

  it('gets the end of a task once it answers again', async () => {
    const { store, state } = absentStore(['saveTask']);
    const world = await taskWorld({ store });
    const { task } = await world.imagine();
    await world.settle();
    await world.runningOf(task.id).emit({ type: 'job-submitted', nonce: '77' });
    state.isAway = true;
    await world.runningOf(task.id).emit({ type: 'job-ended', media: [], trace: { messageId: '123' } });
    expect((await world.task(task.id)).status, 'readers are told the truth').toBe('succeeded');
    state.isAway = false;
    await world.clock.advance(60_000);
    expect(await store.findTask(task.id)).toMatchObject({ status: 'succeeded' });
  });
});

describe('an account that was stopped by a notice while the store does not answer', () => {
  const NOTICE = { consequence: 'pause', reason: 'captcha', text: 'Are you human?' } as const;

  async function stopped() {
    const { store, state } = absentStore(['saveAccountState']);
    const world = await taskWorld({ store });
    const { task } = await world.imagine();
    await world.settle();
    await world.runningOf(task.id).succeed();
    state.isAway = true;
    world.notice('alice', NOTICE);
    await world.settle();
    expect(await store.listAccountStates()).toEqual([]);
    state.isAway = false;
    return world;
  }

  it('is stored as such once it answers again', async () => {
    const world = await stopped();
    await world.clock.advance(5_000);
    expect(await world.store.listAccountStates()).toMatchObject([{ accountId: 'alice', reason: 'captcha' }]);
  });

  it('is stored as such at the stop', async () => {
    const world = await stopped();
    await world.service.close();
    expect(await world.store.listAccountStates()).toMatchObject([{ accountId: 'alice', reason: 'captcha' }]);
  });

  it('is not when it was resumed meanwhile', async () => {
    const world = await stopped();
    await world.service.orderAccount('alice', 'resume');
    await world.clock.advance(5_000);
    expect(await world.store.listAccountStates()).toEqual([]);
  });
});

describe('an end that was not told before the gateway was killed', () => {
  it('is told by the next one, until it was told', async () => {
    const first = await taskWorld();
    const { task } = await first.imagine({ notify: CALLBACK });
    await first.settle();
    await first.runningOf(task.id).succeed();
    const { store, clock } = first;
    const ends = (world: typeof first) =>
      world.changes.flatMap((change) => (change.type === 'task-changed' ? [change.task] : []));
    const second = await taskWorld({ store, clock });
    expect(ends(second)).toEqual([expect.objectContaining({ id: task.id, status: 'succeeded' })]);
    await second.service.told(task.id);
    const third = await taskWorld({ store, clock });
    expect(ends(third)).toEqual([]);
    expect(await store.untoldTasks(10)).toEqual([]);
  });

  it('is not kept for tasks that have nobody to tell', async () => {
    const world = await taskWorld();
    const { task } = await world.imagine();
    await world.settle();
    await world.runningOf(task.id).succeed();
    expect(await world.store.untoldTasks(10)).toEqual([]);
  });
});

describe('a job that was given up shortly before the gateway was killed', () => {
  it('is made known to the jobs of the next run, for twenty minutes', async () => {
    const first = await taskWorld();
    const { task } = await first.imagine();
    await first.settle();
    await first.runningOf(task.id).emit({ type: 'job-submitted', nonce: '77' });
    await first.runningOf(task.id).fail(new GatewayError('task_timeout', 'Too late.'));
    const { store, clock } = first;
    const lostOf = async () => {
      const world = await taskWorld({ store, clock });
      await world.imagine();
      await world.settle();
      const [running] = world.running;
      await world.service.close();
      return running?.job.lost?.map(({ id, trace }) => [id, trace.nonce]);
    };
    expect(await lostOf()).toEqual([[task.id, '77']]);
    await clock.advance(20 * 60_000);
    expect(await lostOf()).toEqual([]);
  });
});

describe('the timeline of a task', () => {
  it('tells how it stood when, and stays short', async () => {
    const world = await taskWorld();
    const { task } = await world.imagine();
    await world.settle();
    const running = world.runningOf(task.id);
    await running.emit({ type: 'job-submitted', nonce: '77' });
    for (let percent = 1; percent < 100; percent += 1) {
      await world.clock.advance(1_000);
      await running.emit({ type: 'progress-changed', percent });
    }
    await running.succeed();
    const { timeline = [] } = await world.task(task.id);
    expect(timeline.map(({ status, percent = 0 }) => `${status} ${percent}`)).toEqual([
      'submitted 0',
      'running 1',
      ...[11, 21, 31, 41, 51, 61, 71, 81, 91].map((percent) => `running ${percent}`),
      'succeeded 100',
    ]);
    expect(timeline.every(({ at }, index) => at >= (timeline[index - 1]?.at ?? 0))).toBe(true);
  });
});

describe('an order of the operator', () => {
  it('that the store does not take changes nothing', async () => {
    const { store, state } = absentStore(['saveAccountState', 'deleteAccountState']);
    const world = await taskWorld({ store });
    const condition = () => world.service.studios({ ...BOB, admin: true })[0]?.condition;
    state.isAway = true;
    await expect(world.service.orderAccount('alice', 'pause')).rejects.toMatchObject({ status: 503 });
    expect(condition()).toBe('ready');
    state.isAway = false;
    await world.service.orderAccount('alice', 'pause');
    state.isAway = true;
    await expect(world.service.orderAccount('alice', 'resume')).rejects.toMatchObject({ status: 503 });
    expect(condition()).toBe('paused');
  });
});
