import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { GatewayError } from '../../src/core/errors.ts';
import { applyEvent, hasEnded, type Task, type TaskEvent } from '../../src/core/task.ts';
import { ADMIN, ALICE, BOB, taskWorld } from '../support/task-world.ts';

const code = (promise: Promise<unknown>) =>
  promise.then(
    () => 'no error',
    (error: unknown) => (error instanceof GatewayError ? error.code : error),
  );

describe('a task', () => {
  it('is stored before its bot hears of it, runs, and ends with its picture', async () => {
    const world = await taskWorld();
    const { task, ahead } = await world.imagine();
    expect([task.status, ahead]).toEqual(['queued', 0]);
    await world.settle();
    const running = world.runningOf(task.id);
    await running.emit({ type: 'job-submitted', nonce: '77' });
    expect(await world.store.findTask(task.id)).toMatchObject({
      status: 'submitted',
      trace: { nonce: '77' },
    });
    await running.emit({ type: 'job-accepted', messageId: '5' });
    await running.emit({ type: 'progress-changed', percent: 46, preview: { url: 'https://x/p.webp' } });
    expect(await world.task(task.id)).toMatchObject({ status: 'running', percent: 46 });
    await running.emit({ type: 'prompt-echoed', prompt: 'a small cat --v 6.1' });
    await running.succeed('https://x/final.png');
    const done = await world.task(task.id);
    expect(done).toMatchObject({
      status: 'succeeded',
      percent: 100,
      finalPrompt: 'a small cat --v 6.1',
      media: [{ url: 'https://x/final.png' }],
      trace: { nonce: expect.any(String), messageId: '123', jobId: 'uuid', progressMessageId: '5' },
    });
    expect(done.preview).toBeUndefined();
    expect(await world.store.openTasks()).toEqual([]);
    expect(world.service.active).toBe(0);
  });

  it('that fails says why, and frees its slot', async () => {
    const world = await taskWorld({ concurrency: 1 });
    const first = await world.imagine();
    const second = await world.imagine();
    expect(second.ahead).toBe(1);
    await world.settle();
    await world.runningOf(first.task.id).fail(new GatewayError('prompt_refused', '[Banned prompt] no'));
    expect(await world.task(first.task.id)).toMatchObject({
      status: 'failed',
      failure: { code: 'prompt_refused', message: '[Banned prompt] no' },
      finishedAt: expect.any(Number),
    });
    await world.runningOf(second.task.id).succeed();
    expect((await world.task(second.task.id)).status).toBe('succeeded');
  });

  it.each([
    ['task_timeout', 'timed-out'],
    ['task_stopped', 'cancelled'],
    ['bot_failed', 'failed'],
  ] as const)('that ends by %s is %s', async (errorCode, status) => {
    const world = await taskWorld();
    const { task } = await world.imagine();
    await world.settle();
    await world.runningOf(task.id).fail(new GatewayError(errorCode, 'why'));
    expect(await world.task(task.id)).toMatchObject({ status, failure: { code: errorCode, message: 'why' } });
  });

  it('belongs to its caller: others do not see it, admins do', async () => {
    const world = await taskWorld();
    const { task } = await world.imagine();
    expect(await world.service.findTask(BOB, task.id, world.never)).toBeUndefined();
    expect(await world.service.listTasks(BOB, { limit: 10 }, world.never)).toEqual([]);
    expect(await world.service.listTasks(ALICE, { limit: 10 }, world.never)).toHaveLength(1);
    expect(await world.service.listTasks(ADMIN, { limit: 10 }, world.never)).toHaveLength(1);
    expect(await code(world.service.cancelTask(BOB, task.id, world.never))).toBe('task_not_found');
    expect(await code(world.imagine({ caller: BOB, verb: 'act', parentId: task.id }))).toBe('task_not_found');
  });

  it('whose nonce cannot be stored is not sent', async () => {
    const world = await taskWorld();
    const { task } = await world.imagine();
    await world.settle();
    const save = world.store.saveTask.bind(world.store);
    world.store.saveTask = () => Promise.reject(new Error('disk full'));
    const running = world.runningOf(task.id);
    await running.emit({ type: 'job-submitted', nonce: '77' });
    world.store.saveTask = save;
    await world.clock.advance(2_000);
    expect(await world.store.findTask(task.id)).toMatchObject({
      status: 'failed',
      failure: { code: 'internal' },
    });
    expect(world.running).toEqual([]);
  });
});

describe('the line of an account', () => {
  it('is full at concurrency + queue, also when orders come side by side; the refusal names the limit', async () => {
    const world = await taskWorld({ concurrency: 2, queue: 3 });
    const results = await Promise.all(Array.from({ length: 9 }, () => code(world.imagine())));
    expect(results.filter((result) => result === 'no error')).toHaveLength(5);
    expect(results.filter((result) => result === 'queue_full')).toHaveLength(4);
    await expect(world.imagine()).rejects.toThrow(/rooms\[\]\.queue/);
    expect(world.running).toHaveLength(2);
  });

  it('spreads new work over the least busy accounts', async () => {
    const world = await taskWorld({ accounts: ['alice', 'bob', 'carol'], concurrency: 3 });
    for (let count = 0; count < 9; count += 1) await world.imagine();
    await world.settle();
    const by = world.running.map(({ accountId }) => accountId).sort();
    expect(by).toEqual(['alice', 'alice', 'alice', 'bob', 'bob', 'bob', 'carol', 'carol', 'carol']);
  });

  it('takes each account in turn when the operator wants it so', async () => {
    const world = await taskWorld({ accounts: ['alice', 'bob'], concurrency: 9, balance: 'round-robin' });
    for (let count = 0; count < 4; count += 1) await world.imagine();
    await world.settle();
    const [first, second, third, fourth] = world.running.map(({ accountId }) => accountId);
    expect([third, fourth]).toEqual([first, second]);
    expect(first).not.toBe(second);
  });

  it('prefers accounts that are connected', async () => {
    const world = await taskWorld({ accounts: ['alice', 'bob'], concurrency: 9 });
    world.offline.add('alice');
    for (let count = 0; count < 4; count += 1) await world.imagine();
    expect(new Set(world.running.map(({ accountId }) => accountId))).toEqual(new Set(['bob']));
  });

  it('does at once what needs no slot, also when it is full', async () => {
    const world = await taskWorld({ concurrency: 1, queue: 0 });
    const { task } = await world.imagine();
    await world.settle();
    await world.runningOf(task.id).succeed();
    await world.imagine();
    const upscale = await world.imagine({
      verb: 'act',
      prompt: '',
      parentId: task.id,
      action: { kind: 'upscale', index: 2 },
    });
    expect(upscale.ahead).toBe(0);
    await world.settle();
    expect(world.runningOf(upscale.task.id).job.parent?.trace.messageId).toBe('123');
    expect(upscale.task.request).toMatchObject({
      prompt: 'a small cat',
      action: { customId: 'MJ::JOB::upsample::2::x' },
    });
  });

  it('lets nobody wait for longer than the limit', async () => {
    const world = await taskWorld({ concurrency: 1 });
    const first = await world.imagine();
    const second = await world.imagine();
    await world.clock.advance(61 * 60_000);
    const late = await world.task(second.task.id);
    expect(late).toMatchObject({ status: 'timed-out', failure: { code: 'task_timeout' } });
    expect(late.failure?.message).toContain('queueMinutes');
    await world.runningOf(first.task.id).succeed();
    expect(world.running).toEqual([]);
  });

  it('counts what is sent against the daily limit', async () => {
    const world = await taskWorld({ dailyLimit: 2 });
    const first = await world.imagine();
    const second = await world.imagine();
    await world.settle();
    expect(await code(world.imagine())).toBe('account_limited');
    await world.runningOf(first.task.id).succeed();
    await world.runningOf(second.task.id).fail(new GatewayError('discord_unreachable', 'before it was sent'));
    expect(world.service.studios(ADMIN)[0]).toMatchObject({ sentToday: 1, dailyLimit: 2 });
    expect(await code(world.imagine())).toBe('no error');
  });
});

describe('an account', () => {
  const captcha = {
    consequence: 'pause',
    reason: 'captcha',
    text: 'verify you are human',
    link: 'https://discord.com/channels/1/2',
  } as const;

  it('that a notice paused takes no new work and says why and what to do; the queue goes to others', async () => {
    const world = await taskWorld({ accounts: ['alice', 'bob'], concurrency: 1 });
    for (let count = 0; count < 4; count += 1) await world.imagine();
    await world.settle();
    world.notice('alice', captcha);
    const views = world.service.studios(ALICE);
    expect(views.find(({ accountId }) => accountId === 'alice')).toMatchObject({
      condition: 'paused',
      reason: 'captcha',
      text: 'verify you are human',
      link: 'https://discord.com/channels/1/2',
      remedy: expect.stringContaining('resume'),
      queued: 0,
    });
    expect(views.find(({ accountId }) => accountId === 'bob')).toMatchObject({
      condition: 'ready',
      queued: 2,
    });
    expect(world.changes.some(({ type }) => type === 'account-changed')).toBe(true);
  });

  it('stays paused over a restart, and works again when the operator says so', async () => {
    const world = await taskWorld();
    const waiting = await world.imagine();
    await world.settle();
    world.notice('alice', captcha);
    await world.runningOf(waiting.task.id).succeed();
    expect(await code(world.imagine())).toBe('no_account');
    await expect(world.imagine()).rejects.toThrow(/verify you are human/);
    const next = await taskWorld({ store: world.store, clock: world.clock });
    expect(await code(next.imagine())).toBe('no_account');
    await next.service.orderAccount('alice', 'resume');
    expect(await code(next.imagine())).toBe('no error');
    expect(await next.store.listAccountStates()).toEqual([]);
  });

  it('keeps its queue while it is paused and nobody else is there', async () => {
    const world = await taskWorld({ concurrency: 1 });
    const first = await world.imagine();
    const second = await world.imagine();
    await world.service.orderAccount('alice', 'pause');
    await world.settle();
    await world.runningOf(first.task.id).succeed();
    expect((await world.task(second.task.id)).status).toBe('queued');
    await world.service.orderAccount('alice', 'resume');
    await world.settle();
    await world.runningOf(second.task.id).succeed();
    expect((await world.task(second.task.id)).status).toBe('succeeded');
  });

  it('that is drained ends its queue and takes nothing new', async () => {
    const world = await taskWorld({ concurrency: 1 });
    const first = await world.imagine();
    const second = await world.imagine();
    await world.service.orderAccount('alice', 'drain');
    expect(await code(world.imagine())).toBe('no_account');
    await world.settle();
    await world.runningOf(first.task.id).succeed();
    await world.runningOf(second.task.id).succeed();
    expect((await world.task(second.task.id)).status).toBe('succeeded');
    expect(await code(world.service.orderAccount('nobody', 'pause'))).toBe('account_not_found');
  });

  it('whose fast hours are used up is asked last, and never for a fast job', async () => {
    const world = await taskWorld({ accounts: ['alice', 'bob'], concurrency: 9 });
    await world.imagine();
    await world.imagine();
    await world.settle();
    world.notice('alice', { consequence: 'slow', reason: 'credits', text: 'Credits exhausted' });
    await world.imagine();
    await world.imagine();
    await world.settle();
    expect(world.running.slice(2).map(({ accountId }) => accountId)).toEqual(['bob', 'bob']);
    await world.service.orderAccount('bob', 'pause');
    expect(await code(world.imagine({ mode: 'fast' }))).toBe('no_account');
    expect(await code(world.imagine({ mode: 'relax' }))).toBe('no error');
  });

  it('whose token is dead takes nothing, and follow-ups of its pictures say so', async () => {
    const world = await taskWorld();
    const { task } = await world.imagine();
    await world.settle();
    await world.runningOf(task.id).succeed();
    world.dead.add('alice');
    const act = world.imagine({
      verb: 'act',
      prompt: '',
      parentId: task.id,
      action: { kind: 'upscale', index: 2 },
    });
    expect(await code(act)).toBe('account_disabled');
    expect(world.service.studios(ADMIN)[0]).toMatchObject({ condition: 'disabled' });
  });
});

describe('a follow-up', () => {
  it('needs a parent that has succeeded, whose account is still there', async () => {
    const world = await taskWorld({ accounts: ['alice', 'bob'] });
    const { task } = await world.imagine({ accountId: 'bob' });
    const act = {
      verb: 'act',
      prompt: '',
      parentId: task.id,
      action: { kind: 'upscale', index: 2 },
    } as const;
    expect(await code(world.imagine(act))).toBe('parent_unfinished');
    await world.settle();
    await world.runningOf(task.id).succeed();
    const { task: second } = await world.imagine(act);
    await world.settle();
    expect(world.runningOf(second.id).accountId).toBe('bob');
    const smaller = await taskWorld({ store: world.store, clock: world.clock, accounts: ['alice'] });
    expect(await code(smaller.imagine(act))).toBe('parent_gone');
  });

  it('that needs words waits for them, for as long as the queue allows', async () => {
    const world = await taskWorld();
    const { task: grid } = await world.imagine();
    await world.settle();
    await world.runningOf(grid.id).succeed();
    const zoom = {
      verb: 'act',
      prompt: '',
      parentId: grid.id,
      action: { customId: 'MJ::CustomZoom::x' },
    } as const;
    const { task } = await world.imagine(zoom);
    expect(task.status).toBe('form');
    expect(await code(world.service.fillForm(ALICE, task.id, {}))).toBe('invalid_request');
    await world.service.fillForm(ALICE, task.id, { prompt: 'a small cat --zoom 1.8' });
    await world.settle();
    expect(world.runningOf(task.id).job.request.form).toEqual({ prompt: 'a small cat --zoom 1.8' });
    expect(await code(world.service.fillForm(ALICE, task.id, { prompt: 'again' }))).toBe('invalid_request');
    const { task: left } = await world.imagine(zoom);
    await world.clock.advance(61 * 60_000);
    expect(await world.task(left.id)).toMatchObject({ status: 'timed-out' });
  });
});

describe('cancelling', () => {
  it('takes a waiting task out of its line, and asks the bot to stop a running one', async () => {
    const world = await taskWorld({ concurrency: 1 });
    const first = await world.imagine();
    const second = await world.imagine();
    await world.settle();
    expect(await world.service.cancelTask(ALICE, second.task.id, world.never)).toMatchObject({
      status: 'cancelled',
    });
    await world.runningOf(first.task.id).emit({ type: 'job-submitted', nonce: '77' });
    await world.runningOf(first.task.id).emit({ type: 'job-traced', trace: { jobId: 'uuid' } });
    const ended = await world.service.cancelTask(ALICE, first.task.id, world.never);
    expect(ended).toMatchObject({ status: 'cancelled', failure: { code: 'task_stopped' } });
    expect(world.cancelled).toEqual([{ nonce: '77', jobId: 'uuid' }]);
    await world.settle();
    expect(world.running).toEqual([]);
    expect(world.service.studios(ADMIN)[0]).toMatchObject({ running: 0, queued: 0 });
    expect(await world.service.cancelTask(ALICE, first.task.id, world.never)).toEqual(ended);
  });
});

describe('a restart', () => {
  it('goes on with every task that has not ended, and sends none of them again', async () => {
    const world = await taskWorld({ concurrency: 1 });
    const sent = await world.imagine();
    const waiting = await world.imagine();
    await world.settle();
    await world.runningOf(sent.task.id).emit({ type: 'job-submitted', nonce: '77' });
    await world.service.close();
    expect((await world.store.findTask(sent.task.id))?.status).toBe('submitted');
    const next = await taskWorld({ store: world.store, clock: world.clock, concurrency: 1 });
    await next.settle();
    expect(next.runningOf(sent.task.id).job.trace.nonce).toBe('77');
    expect(next.running).toHaveLength(1);
    await next.runningOf(sent.task.id).succeed();
    await next.runningOf(waiting.task.id).succeed();
    expect((await next.task(sent.task.id)).status).toBe('succeeded');
    expect((await next.task(waiting.task.id)).status).toBe('succeeded');
  });

  it('ends a task whose account is not configured any more, with that reason', async () => {
    const world = await taskWorld({ accounts: ['alice'] });
    const { task } = await world.imagine();
    await world.settle();
    await world.service.close();
    const next = await taskWorld({ store: world.store, clock: world.clock, accounts: ['bob'] });
    await next.settle();
    expect(await next.task(task.id)).toMatchObject({ status: 'failed', failure: { code: 'parent_gone' } });
  });

  it('takes no new work while it stops', async () => {
    const world = await taskWorld();
    await world.service.close();
    expect(await code(world.imagine())).toBe('shutting_down');
  });
});

describe('links of results', () => {
  it('are renewed when a task is read, once they have ended or end soon', async () => {
    const world = await taskWorld();
    const { task } = await world.imagine();
    await world.settle();
    const soon = Math.floor(world.clock.now() / 1_000 + 60).toString(16);
    await world
      .runningOf(task.id)
      .succeed(`https://cdn.discordapp.com/attachments/1/2/a.png?ex=${soon}&is=1&hm=2&`);
    const [media] = (await world.task(task.id)).media;
    expect(media?.url).toContain('ex=ffffffff');
    await world.task(task.id);
    expect(world.refreshed).toHaveLength(1);
    expect((await world.store.findTask(task.id))?.media[0]?.url).toContain('ex=ffffffff');
  });
});

describe('watching', () => {
  it('shows how a task stands, each change, and its end', async () => {
    const world = await taskWorld();
    const { task } = await world.imagine();
    const seen: string[] = [];
    const watching = (async () => {
      for await (const { status, percent } of world.service.watchTask(ALICE, task.id, world.never)) {
        seen.push(`${status} ${percent}`);
      }
    })();
    await world.settle();
    const running = world.runningOf(task.id);
    await running.emit({ type: 'job-submitted', nonce: '77' });
    await running.emit({ type: 'progress-changed', percent: 31 });
    await running.succeed();
    await watching;
    expect(seen[0]).toMatch(/queued|submitted/);
    expect(seen).toContain('running 31');
    expect(seen.at(-1)).toBe('succeeded 100');
  });

  it('shows everything to admins and only their own to others', async () => {
    const world = await taskWorld();
    const stop = new AbortController();
    const admin = world.service.watchAll(ADMIN, stop.signal)[Symbol.asyncIterator]();
    const bob = world.service.watchAll(BOB, stop.signal)[Symbol.asyncIterator]();
    await world.imagine();
    expect((await admin.next()).value).toMatchObject({ type: 'task-changed' });
    const next = bob.next();
    stop.abort();
    expect((await next).done).toBe(true);
  });

  it('of an unknown task is an error', async () => {
    const world = await taskWorld();
    const read = async () => {
      for await (const _ of world.service.watchTask(ALICE, '1', world.never)) break;
    };
    expect(await code(read())).toBe('task_not_found');
  });
});

describe('a callback address', () => {
  it('is looked at before the task is taken', async () => {
    const world = await taskWorld({
      checkHook: async () => {
        throw new GatewayError('media_forbidden', 'private');
      },
    });
    const notify = { url: 'http://10.0.0.1/', dialect: 'midjourney-proxy' };
    expect(await code(world.imagine({ notify }))).toBe('media_forbidden');
    expect(await world.store.openTasks()).toEqual([]);
  });
});

describe('applyEvent', () => {
  const start = {
    id: '1',
    request: { verb: 'imagine' },
    status: 'queued',
    percent: 0,
    media: [],
    actions: [],
    trace: {},
    revision: 1,
  } as unknown as Task;
  const event: fc.Arbitrary<TaskEvent> = fc.oneof(
    fc.constant<TaskEvent>({ type: 'job-submitted', nonce: '1' }),
    fc.constant<TaskEvent>({ type: 'job-accepted', messageId: '2' }),
    fc.constant<TaskEvent>({ type: 'job-waiting' }),
    fc.integer({ min: -5, max: 120 }).map<TaskEvent>((percent) => ({ type: 'progress-changed', percent })),
    fc.constant<TaskEvent>({ type: 'job-ended', media: [], trace: { messageId: '9' } }),
  );

  it('never leads back, whatever comes in whatever order, and only an end makes it a hundred percent', () => {
    const order = ['queued', 'submitted', 'accepted', 'waiting', 'running', 'succeeded'];
    fc.assert(
      fc.property(fc.array(event, { maxLength: 30 }), (events) => {
        let task = start;
        for (const one of events) {
          const next = applyEvent(task, one, 5);
          expect(order.indexOf(next.status)).toBeGreaterThanOrEqual(order.indexOf(task.status));
          expect(next.percent).toBeGreaterThanOrEqual(task.percent);
          expect(next.percent === 100).toBe(next.status === 'succeeded');
          expect(next === task || next.revision === task.revision + 1).toBe(true);
          if (hasEnded(task)) expect(next).toBe(task);
          task = next;
        }
      }),
    );
  });
});

describe('an order', () => {
  it('that names an account stays with it, also when the account stops', async () => {
    const world = await taskWorld({ accounts: ['alice', 'bob'], concurrency: 1 });
    await world.imagine({ accountId: 'alice' });
    const { task } = await world.imagine({ accountId: 'alice' });
    await world.service.orderAccount('alice', 'pause');
    await world.settle();
    expect(await world.task(task.id)).toMatchObject({ status: 'queued', accountId: 'alice' });
    expect(await code(world.imagine({ accountId: 'nobody' }))).toBe('account_not_found');
  });

  it('of a caller that cannot be asked is refused where words are missing', async () => {
    const world = await taskWorld();
    const { task } = await world.imagine();
    await world.settle();
    await world.runningOf(task.id).succeed();
    const zoom = {
      verb: 'act',
      prompt: '',
      parentId: task.id,
      action: { customId: 'MJ::CustomZoom::x' },
      cannotBeAsked: true,
    } as const;
    expect(await code(world.imagine(zoom))).toBe('invalid_request');
    expect(await world.store.openTasks()).toEqual([]);
  });

  it('draws slowly at an account without fast hours, unless the caller has chosen a speed', async () => {
    const world = await taskWorld();
    await world.imagine();
    await world.settle();
    world.notice('alice', { consequence: 'slow', reason: 'credits', text: 'Credits exhausted' });
    expect((await world.imagine()).task.request.mode).toBe('relax');
  });
});

describe('a task that was maybe sent', () => {
  it('is told which results are other tasks’ already', async () => {
    const world = await taskWorld();
    const unsent = await world.imagine();
    const other = await world.imagine();
    await world.settle();
    await world.runningOf(unsent.task.id).emit({ type: 'job-submitted', nonce: '77' });
    await world.runningOf(other.task.id).succeed();
    await world.service.close();
    const next = await taskWorld({ store: world.store, clock: world.clock });
    await next.settle();
    expect(next.runningOf(unsent.task.id).job.taken).toEqual(['123']);
  });
});

describe('tasks that were maybe sent', () => {
  it('have the results of earlier tasks looked up once for all of them', async () => {
    const world = await taskWorld({ concurrency: 9 });
    const orders = [await world.imagine(), await world.imagine(), await world.imagine()];
    await world.settle();
    for (const { task } of orders)
      await world.runningOf(task.id).emit({ type: 'job-submitted', nonce: task.id });
    await world.service.close();
    let looks = 0;
    const list = world.store.listTasks.bind(world.store);
    world.store.listTasks = (query) => {
      looks += 1;
      return list(query);
    };
    const next = await taskWorld({ store: world.store, clock: world.clock, concurrency: 9 });
    await next.settle();
    expect(next.running).toHaveLength(3);
    expect(looks, 'the succeeded, and the others').toBe(2);
  });
});

describe('deleting', () => {
  it('forgets an ended task, and refuses one that has not', async () => {
    const world = await taskWorld();
    const { task } = await world.imagine();
    await world.settle();
    expect(await code(world.service.deleteTask(ALICE, task.id))).toBe('parent_unfinished');
    await world.runningOf(task.id).succeed();
    expect(await code(world.service.deleteTask(BOB, task.id))).toBe('task_not_found');
    await world.service.deleteTask(ALICE, task.id);
    expect(await world.service.findTask(ALICE, task.id, world.never)).toBeUndefined();
    expect(await world.store.findTask(task.id)).toBeUndefined();
  });
});

describe('an ended task', () => {
  it('is read from memory, with what was learnt of it later', async () => {
    const world = await taskWorld();
    const { task } = await world.imagine();
    await world.settle();
    await world.runningOf(task.id).succeed();
    world.store.findTask = () => Promise.reject(new Error('not needed'));
    expect((await world.task(task.id)).status).toBe('succeeded');
    await world.service.taskSeed(ALICE, task.id, world.never);
    expect((await world.task(task.id)).seed).toBe('42');
  });
});
