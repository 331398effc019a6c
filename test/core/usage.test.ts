import { describe, expect, it } from 'vitest';
import { silentLog } from '../../src/core/log.ts';
import type { Media } from '../../src/core/media.ts';
import type { Task } from '../../src/core/task.ts';
import { sumOf, UsageBook } from '../../src/core/usage.ts';
import { createMemoryStore } from '../../src/stores/memory.ts';
import { FakeClock } from '../support/fake-clock.ts';

const PICTURE: Media = { url: 'https://example.org/a.png', contentType: 'image/png' };
const CLIP: Media = { url: 'https://example.org/a.mp4', name: 'a.mp4' };
const task = (patch: Partial<Task> = {}) =>
  ({
    id: '1',
    callerId: 'painter',
    botId: 'midjourney',
    status: 'succeeded',
    media: [PICTURE],
    ...patch,
  }) as Task;

function makeBook() {
  const clock = new FakeClock();
  return { clock, book: new UsageBook(createMemoryStore(), clock, silentLog) };
}

describe('the usage of tasks', () => {
  it('counts pictures and videos that came, by key, bot and day', async () => {
    const { clock, book } = makeBook();
    const first = new Date(clock.now()).toISOString().slice(0, 10);
    book.addTask(task());
    book.addTask(task({ media: [CLIP] }));
    await clock.advance(86_400_000);
    book.addTask(task({ media: [PICTURE, PICTURE] }));
    const counts = { chats: 0, promptTokens: 0, completionTokens: 0 };
    const key = { callerId: 'painter', botId: 'midjourney' };
    expect(await book.totals()).toEqual([{ ...key, ...counts, pictures: 2, videos: 1 }]);
    expect(await book.daily(first)).toMatchObject([
      { day: first, ...key, pictures: 1, videos: 1 },
      { ...key, pictures: 1, videos: 0 },
    ]);
  });

  it('counts nothing for tasks that failed, or that gave words only', async () => {
    const { book } = makeBook();
    book.addTask(task({ status: 'failed' }));
    book.addTask(task({ media: [] }));
    expect(await book.totals()).toEqual([]);
  });

  it('adds up', () => {
    const one = { chats: 1, promptTokens: 2, completionTokens: 3, pictures: 4, videos: 5 };
    expect(sumOf(one, one)).toEqual({
      chats: 2,
      promptTokens: 4,
      completionTokens: 6,
      pictures: 8,
      videos: 10,
    });
    expect(sumOf()).toEqual({ chats: 0, promptTokens: 0, completionTokens: 0, pictures: 0, videos: 0 });
  });
});
