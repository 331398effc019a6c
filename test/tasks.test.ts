import { describe, expect, it } from 'vitest';
import type { WatchedAnswering } from '../src/composition/answering.ts';
import { TaskList } from '../src/composition/tasks.ts';
import type { ChatAnswer } from '../src/core/chat.ts';
import { randomIds } from '../src/core/ids.ts';
import { FakeClock } from './support/fake-clock.ts';

const answer = { text: 'done' } as ChatAnswer;

/** An answer that ends when the test says so. */
function open() {
  const ending = Promise.withResolvers<ChatAnswer>();
  ending.promise.catch(() => {});
  let text = '';
  const answering: WatchedAnswering = {
    text: (async function* () {})(),
    answer: ending.promise,
    textNow: () => text,
  };
  const say = (now: string) => {
    text = now;
  };
  return { ...ending, answering, say };
}

const settled = () => new Promise((resolve) => setImmediate(resolve));

describe('the list of tasks', () => {
  const make = () => {
    const clock = new FakeClock(1_000);
    return new TaskList(clock, randomIds(clock));
  };

  it('shows a task as it stands: queued, running with its text, success', async () => {
    const tasks = make();
    const one = open();
    const id = tasks.add(() => one.answering);
    expect(tasks.get(id)).toEqual({ id, status: 'queued', text: '', createdAt: 1_000 });
    one.say('do');
    expect(tasks.get(id)).toMatchObject({ status: 'running', text: 'do' });
    one.say('done');
    one.resolve(answer);
    await settled();
    expect(tasks.get(id)).toEqual({ id, status: 'success', text: 'done', createdAt: 1_000, answer });
  });

  it('turns whatever a task fails with into the one error type', async () => {
    const tasks = make();
    const one = open();
    const id = tasks.add(() => one.answering);
    one.reject(new TypeError('oops'));
    await settled();
    expect(tasks.get(id)).toMatchObject({ status: 'failure', error: { code: 'internal' } });
  });

  it('forgets the oldest one that has ended when there are too many, never one that has not', async () => {
    const tasks = make();
    const unended = tasks.add(() => open().answering);
    const [second, ...others] = Array.from({ length: 999 }, () => {
      const one = open();
      one.resolve(answer);
      return tasks.add(() => one.answering);
    });
    await settled();
    const newest = tasks.add(() => open().answering);
    expect(tasks.get(unended)).toMatchObject({ status: 'queued' });
    expect(tasks.get(second!)).toBeUndefined();
    expect([...others, newest].every((id) => tasks.get(id) !== undefined)).toBe(true);
  });

  it('refuses more when none of the tasks has ended, and then begins nothing', () => {
    const tasks = make();
    for (let count = 0; count < 1_000; count += 1) tasks.add(() => open().answering);
    let begun = false;
    const add = () =>
      tasks.add(() => {
        begun = true;
        return open().answering;
      });
    expect(add).toThrow(expect.objectContaining({ code: 'queue_full' }));
    expect(begun).toBe(false);
  });
});
