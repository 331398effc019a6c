/** How the gallery's listing takes what happens. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { TaskView } from '../../web/api/types.ts';
import { countOf, matches, queryOf } from '../../web/pages/gallery/filter.ts';
import { begun, forgotten, grown, heard, type Listing, shownNews } from '../../web/pages/gallery/listing.ts';

const task = (id: number, more: Partial<TaskView> = {}): TaskView => ({
  id: String(id),
  bot: 'midjourney',
  driver: 'midjourney',
  model: 'midjourney',
  key: 'test',
  account: 'alice',
  channelId: '1',
  status: 'running',
  request: { verb: 'imagine', prompt: 'A Castle', links: [], files: 0 },
  percent: 0,
  media: [],
  actions: [],
  trace: {},
  timeline: [],
  submittedAt: new Date(2026, 0, 15, 12).getTime(),
  revision: 1,
  ...more,
});
const ids = ({ tasks }: Pick<Listing, 'tasks'>) => tasks.map(({ id }) => Number(id));
const listing = begun({ tasks: [task(90), task(80), task(70)], next: '70' });

describe('a listing', () => {
  it('puts a new task where it belongs when nobody looks', () => {
    expect(ids(heard(listing, task(100), {}, true))).toEqual([100, 90, 80, 70]);
    expect(ids(heard(listing, task(85), {}, true))).toEqual([90, 85, 80, 70]);
  });

  it('keeps a new task aside while somebody looks, until it is asked for', () => {
    const told = heard(heard(listing, task(100), {}, false), task(100, { revision: 2 }), {}, false);
    expect(ids(told)).toEqual([90, 80, 70]);
    expect(told.news.map(({ revision }) => revision)).toEqual([2]);
    expect(ids(shownNews(told))).toEqual([100, 90, 80, 70]);
  });

  it('renews a task where it stands, and never by an older form', () => {
    const newer = heard(listing, task(80, { revision: 3, percent: 46 }), {}, false);
    expect(newer.tasks[1]?.percent).toBe(46);
    expect(heard(newer, task(80, { revision: 2 }), {}, false)).toBe(newer);
  });

  it('lets go of a task that fits no more only when nobody looks', () => {
    const ended = task(80, { status: 'succeeded', revision: 2 });
    expect(ids(heard(listing, ended, { status: 'running' }, false))).toEqual([90, 80, 70]);
    expect(ids(heard(listing, ended, { status: 'running' }, true))).toEqual([90, 70]);
  });

  it('leaves to the next page what belongs there, and takes no task twice', () => {
    expect(heard(listing, task(60), {}, true)).toEqual(listing);
    expect(ids(grown(listing, { tasks: [task(70), task(60)], next: null }))).toEqual([90, 80, 70, 60]);
    expect(ids(heard({ ...listing, next: null }, task(60), {}, true))).toEqual([90, 80, 70, 60]);
    expect(ids(forgotten(listing, '80'))).toEqual([90, 70]);
  });

  it('is in order and without doubles whatever happens', () => {
    const happening = fc.record({ id: fc.integer({ min: 1, max: 200 }), isQuiet: fc.boolean() });
    fc.assert(
      fc.property(fc.array(happening), (happenings) => {
        const after = happenings.reduce(
          (before, { id, isQuiet }) => heard(before, task(id), {}, isQuiet),
          listing,
        );
        const shown = ids(shownNews(after));
        expect(shown).toEqual([...new Set(shown)].sort((left, right) => right - left));
      }),
    );
  });
});

describe('a filter', () => {
  it.each([
    [{}, true],
    [{ status: 'running,queued' }, true],
    [{ status: 'failed' }, false],
    [{ words: ' castle ' }, true],
    [{ words: '城堡' }, false],
    [{ bot: 'pika' }, false],
    [{ account: 'bob' }, false],
    [{ key: 'other' }, false],
    [{ from: '2026-01-15', to: '2026-01-15' }, true],
    [{ from: '2026-01-16' }, false],
    [{ to: '2026-01-14' }, false],
    [{ from: 'no day' }, true],
  ] as const)('%j takes the task: %s', (filter, isTaken) => {
    expect(matches(filter, task(1))).toBe(isTaken);
  });

  it('is asked for without what is empty, a last day up to its end', () => {
    const query = queryOf({ status: '', words: '  ', bot: 'pika', from: '2026-01-15', to: '2026-01-15' });
    expect(Object.keys(query).sort()).toEqual(['bot', 'from', 'to']);
    expect(Number(query.to) - Number(query.from)).toBe(86_400_000);
    expect(countOf({ status: '', bot: 'pika' })).toBe(1);
  });
});
