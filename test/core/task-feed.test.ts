import { describe, expect, it } from 'vitest';
import { silentLog } from '../../src/core/log.ts';
import type { Task } from '../../src/core/task.ts';
import { TaskFeed } from '../../src/core/task-feed.ts';
import type { TaskChange, WatchedChange } from '../../src/core/tasks.ts';

const change = (id: number, status: Task['status'] = 'running', percent = 0): TaskChange => ({
  type: 'task-changed',
  task: { id: String(id), status, percent } as Task,
});

const account = (accountId: string): TaskChange => ({
  type: 'account-changed',
  account: { botId: 'midjourney', accountId, channelId: '1' } as never,
});

/** Reads all that waits. */
async function drain(changes: AsyncIterable<WatchedChange>, stop: AbortController, last: string) {
  const read: WatchedChange[] = [];
  for await (const one of changes) {
    read.push(one);
    if (one.type === 'task-changed' && one.task.id === last) break;
  }
  stop.abort();
  return read;
}

const idsOf = (changes: readonly WatchedChange[]) =>
  changes.flatMap((one) => (one.type === 'task-changed' ? [Number(one.task.id)] : []));

describe('the feed', () => {
  it('gives a slow reader the newest state of each task, in the order of the changes', async () => {
    const feed = new TaskFeed(silentLog);
    const stop = new AbortController();
    const changes = feed.changes(() => true, stop.signal);
    for (const percent of [10, 20, 30]) {
      feed.tell(change(1, 'running', percent));
      feed.tell(change(2, 'running', percent));
    }
    feed.tell(change(1, 'running', 40));
    feed.tell(change(99, 'queued'));
    const read = await drain(changes, stop, '99');
    expect(read).toEqual([change(2, 'running', 30), change(1, 'running', 40), change(99, 'queued')]);
  });

  it('counts what it gave up, and gives up ended tasks and accounts last of all', async () => {
    const feed = new TaskFeed(silentLog);
    const stop = new AbortController();
    const changes = feed.changes(() => true, stop.signal);
    feed.tell(change(0, 'succeeded'));
    feed.tell(account('alice'));
    for (let id = 1; id <= 2_500; id += 1) feed.tell(change(id));
    feed.tell(change(9_999, 'failed'));
    const read = await drain(changes, stop, '9999');
    expect(read[0]).toEqual({ type: 'changes-missed', count: 503 });
    expect(read.slice(1, 3)).toEqual([change(0, 'succeeded'), account('alice')]);
    expect(idsOf(read).slice(1, 3)).toEqual([504, 505]);
    expect(read).toHaveLength(2_001);
  });

  it('wakes a reader that waits, and ends with the signal', async () => {
    const feed = new TaskFeed(silentLog);
    const stop = new AbortController();
    const reader = feed.changes(({ type }) => type === 'task-changed', stop.signal)[Symbol.asyncIterator]();
    const first = reader.next();
    feed.tell(account('alice'));
    feed.tell(change(7));
    expect(await first).toEqual({ done: false, value: change(7) });
    const second = reader.next();
    stop.abort();
    expect((await second).done).toBe(true);
    feed.tell(change(8));
    expect((await reader.next()).done).toBe(true);
  });
});
