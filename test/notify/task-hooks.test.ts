import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { GatewayError } from '../../src/core/errors.ts';
import type { Task } from '../../src/core/task.ts';
import { createTaskHooks } from '../../src/notify/task-hooks.ts';
import { makeReceiver, TASK } from './support.ts';

const render = { plain: ({ id, status, percent }: Task) => ({ id, status, percent }) };

function makeHooks(
  reply?: Parameters<typeof makeReceiver>[0],
  patch: { secret?: string; mostLines?: number } = {},
) {
  const receiver = makeReceiver(reply);
  const hooks = createTaskHooks({ ...receiver.options, render, ...patch });
  let revision = 0;
  /** The next change of a task. */
  const change = (patch: Partial<Task>) => {
    revision += 1;
    hooks.taskChanged({ ...TASK, revision, ...patch });
  };
  const told = () => receiver.calls.map(({ body }) => JSON.parse(body));
  return { ...receiver, hooks, change, told };
}

describe('callbacks of a task', () => {
  it('carry the task in the shape of its dialect to the address it names', async () => {
    const { change, calls, clock } = makeHooks(() => 200);
    change({});
    await clock.settle();
    expect(calls).toHaveLength(1);
    expect(calls[0]).toMatchObject({
      url: 'https://hooks.example.org/path?secret=1',
      body: '{"id":"1211421713496994993","status":"queued","percent":0}',
      headers: {
        'Content-Type': 'application/json',
        'X-Cordgate-Delivery': '1211421713496994993-1',
        'X-Cordgate-Timestamp': '1767225600',
      },
    });
    expect(calls[0]?.headers).not.toHaveProperty('X-Cordgate-Signature');
    expect(clock.pending).toBe(0);
  });

  it('are signed over time and body when there is a secret', async () => {
    const { change, calls, clock } = makeHooks(() => 200, { secret: 'quiet' });
    change({});
    await clock.settle();
    const { headers, body } = calls[0]!;
    const signed = createHmac('sha256', 'quiet').update(`${headers['X-Cordgate-Timestamp']}.${body}`);
    expect(headers['X-Cordgate-Signature']).toBe(`sha256=${signed.digest('hex')}`);
    expect(JSON.stringify(calls[0])).not.toContain('quiet');
  });

  it('tell each change of status and percentage once, and nothing that is not seen', async () => {
    const { change, told, clock } = makeHooks(() => 204);
    const changes: Partial<Task>[] = [
      {},
      { seed: '1' },
      { status: 'submitted' },
      { status: 'running', percent: 10 },
      { status: 'running', percent: 10, finalPrompt: 'x' },
      { status: 'running', percent: 46 },
      { status: 'succeeded', percent: 100 },
      { status: 'succeeded', percent: 100, seed: '1' },
    ];
    for (const each of changes) {
      change(each);
      await clock.settle();
    }
    expect(told().map(({ status, percent }) => `${status} ${percent}`)).toEqual([
      'queued 0',
      'submitted 0',
      'running 10',
      'running 46',
      'succeeded 100',
    ]);
  });

  it('are not made for tasks that ask for none, nor in a dialect that is not there', async () => {
    const { change, calls, lines, clock } = makeHooks();
    change({ notify: undefined });
    change({ notify: { url: 'https://a.example/', dialect: 'toString' } });
    await clock.settle();
    expect(calls).toEqual([]);
    expect(lines).toEqual([expect.objectContaining({ dialect: 'toString' })]);
  });

  it('come one at a time, and a state that waits gives way to a newer one', async () => {
    const { change, calls, told, clock } = makeHooks();
    change({});
    for (const percent of [1, 2, 3]) change({ status: 'running', percent });
    await clock.settle();
    expect(calls).toHaveLength(1);
    calls[0]?.answer(200);
    await clock.settle();
    change({ status: 'failed' });
    calls[1]?.answer(200);
    await clock.settle();
    expect(told().map(({ status, percent }) => `${status} ${percent}`)).toEqual([
      'queued 0',
      'running 3',
      'failed 0',
    ]);
  });

  it('tell progress once, the end five times over some three minutes, as the same delivery', async () => {
    const { change, calls, lines, clock } = makeHooks(() => 500);
    change({ status: 'running', percent: 5 });
    await clock.advance(600_000);
    expect(calls).toHaveLength(1);
    const from = clock.now();
    change({ status: 'succeeded', percent: 100 });
    await clock.advance(600_000);
    const tries = calls.slice(1);
    expect(tries.map(({ atMs }) => atMs - from)).toEqual([0, 2_000, 12_000, 52_000, 172_000]);
    expect(new Set(tries.map(({ headers }) => headers['X-Cordgate-Delivery'])).size).toBe(1);
    expect(new Set(tries.map(({ headers }) => headers['X-Cordgate-Timestamp'])).size).toBe(5);
    expect(lines.at(-1)).toMatchObject({ message: 'callback given up', why: 'HTTP 500' });
    expect(clock.pending).toBe(0);
  });

  it.each([
    ['a redirect', 302, 5],
    ['a refusal', 403, 5],
    ['a receiver that is gone', 410, 1],
    ['any success', 299, 1],
    ['a broken connection', new Error('ECONNRESET'), 5],
    ['an address that is private now', new GatewayError('media_forbidden', 'No.'), 1],
    ['a host that is not found', new GatewayError('invalid_request', 'Not found.'), 5],
  ])('after %s: the end is tried as often as makes sense', async (_what, reply, tries) => {
    const { change, calls, clock } = makeHooks(() => reply);
    change({ status: 'succeeded' });
    await clock.advance(600_000);
    expect(calls).toHaveLength(tries);
  });

  it('give a receiver ten seconds for an answer', async () => {
    const { change, calls, clock } = makeHooks();
    change({ status: 'succeeded' });
    await clock.advance(9_999);
    expect(calls[0]?.signal.aborted).toBe(false);
    await clock.advance(1);
    expect(calls[0]?.signal.aborted).toBe(true);
    await clock.advance(2_000);
    expect(calls).toHaveLength(2);
  });

  it('are ten at a time, and ends go before progress', async () => {
    const { change, calls, told, clock, mostRunning } = makeHooks();
    for (let index = 0; index < 30; index += 1) change({ id: `p${index}` });
    change({ id: 'end', status: 'succeeded' });
    await clock.settle();
    expect(calls).toHaveLength(10);
    calls[0]?.answer(200);
    await clock.settle();
    expect(told().at(-1)).toMatchObject({ id: 'end' });
    for (let index = 1; index < 31; index += 1) {
      calls[index]?.answer(200);
      await clock.settle();
    }
    expect(calls).toHaveLength(31);
    expect(mostRunning()).toBe(10);
  });

  it('give up progress, not ends, when too many wait', async () => {
    const { change, told, calls, clock } = makeHooks(undefined, { mostLines: 12 });
    for (let index = 0; index < 12; index += 1) change({ id: `p${index}` });
    for (let index = 0; index < 2; index += 1) change({ id: `end${index}`, status: 'failed' });
    for (let index = 0; index < 14; index += 1) {
      await clock.settle();
      calls[index]?.answer(200);
    }
    await clock.settle();
    expect(told().map(({ id }) => id)).toEqual([
      ...Array.from({ length: 10 }, (_, index) => `p${index}`),
      'end0',
      'end1',
    ]);
  });

  it('never show the path of the receiver in the log', async () => {
    const { change, lines, clock } = makeHooks(() => 410);
    change({ status: 'failed' });
    await clock.settle();
    expect(lines).toEqual([expect.objectContaining({ receiver: 'https://hooks.example.org' })]);
    expect(JSON.stringify(lines)).not.toContain('secret');
  });

  it('survive a dialect that cannot show the task', async () => {
    const { options, clock, calls } = makeReceiver(() => 200);
    const broken = () => {
      throw new Error('no');
    };
    const hooks = createTaskHooks({ ...options, render: { plain: broken } });
    hooks.taskChanged(TASK);
    await clock.settle();
    expect(calls).toEqual([]);
  });

  it('always tell the end last, in the order of the changes, whatever the receiver does', async () => {
    const answers = fc.array(fc.constantFrom(200, 500, 0), { maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: 12 }), answers, async (steps, given) => {
        const replies = [...given];
        const { change, told, clock } = makeHooks(() => {
          const status = replies.shift() ?? 200;
          return status === 0 ? new Error('ECONNRESET') : status;
        });
        for (let percent = 1; percent <= steps; percent += 1) {
          change({ status: 'running', percent });
          if (percent % 3 === 0) await clock.settle();
        }
        change({ status: 'succeeded', percent: 100 });
        await clock.advance(600_000);
        const percents = told().map(({ percent }) => percent);
        expect(percents).toEqual([...percents].sort((left, right) => left - right));
        expect(percents.at(-1)).toBe(100);
        expect(clock.pending).toBe(0);
      }),
      { numRuns: 40 },
    );
  });
});

describe('at the stop of the gateway', () => {
  it('ends that wait for their next try get a last one, progress is dropped', async () => {
    const { change, hooks, calls, told, clock } = makeHooks();
    change({ status: 'succeeded' });
    await clock.settle();
    calls[0]?.answer(500);
    await clock.settle();
    for (let index = 0; index < 11; index += 1) change({ id: `p${index}` });
    await clock.settle();
    const closing = hooks.close();
    change({ id: 'late', status: 'failed' });
    for (let index = 1; index < 12; index += 1) {
      calls[index]?.answer(200);
      await clock.settle();
    }
    await closing;
    expect(told().filter(({ status }) => status === 'succeeded')).toHaveLength(2);
    expect(told().some(({ id }) => id === 'p10' || id === 'late')).toBe(false);
    expect(clock.pending).toBe(0);
  });

  it('nobody waits for a receiver that does not answer', async () => {
    const { change, hooks, calls, clock } = makeHooks();
    change({ status: 'succeeded' });
    await clock.settle();
    let isClosed = false;
    const closing = hooks.close().then(() => {
      isClosed = true;
    });
    await clock.advance(2_999);
    expect(isClosed).toBe(false);
    await clock.advance(1);
    await closing;
    await clock.settle();
    expect(calls[0]?.signal.aborted).toBe(true);
    expect(clock.pending).toBe(0);
  });

  it('it is over at once when nothing waits', async () => {
    const { hooks, clock } = makeHooks();
    await hooks.close();
    expect(clock.pending).toBe(0);
  });
});
