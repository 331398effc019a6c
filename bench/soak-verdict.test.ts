import { describe, expect, it } from 'vitest';
import { Tally } from './soak-tally.ts';
import { type Evidence, verdictOf } from './soak-verdict.ts';

const MB = 1024 * 1024;
const well = { unhandledRejections: 0, uncaughtExceptions: 0, faults: [], handles: 9, open: 0 };

function evidence(change: Partial<Evidence> = {}, growthMb = 0): Evidence {
  const samples = Array.from({ length: 10 }, (_, index) => ({
    ...well,
    seconds: 60 * index,
    // What the first third does is of no matter.
    heapUsed: (40 + growthMb * Math.max(0, index - 3)) * MB + (index < 3 ? 90 * MB * index : 0),
    rss: 150 * MB,
  }));
  const tally = new Tally();
  tally.count('imagine', 'succeeded');
  const metrics = 'cordgate_tasks_open{bot="x",state="running"} 0\ncordgate_streams_open 0\n';
  return { samples, vitals: { ...well, rss: 1, heapUsed: 1 }, metrics, twice: 0, tally, ...change };
}

const crossed = new Tally();
crossed.count('chat', 'answered');
crossed.cross('chat', 'x');

describe('the verdict of a soak', () => {
  it('holds when all promises were kept', () => {
    expect(verdictOf(evidence()).broken).toEqual([]);
  });

  it.each([
    [
      'a rejection that nobody handled',
      { vitals: { ...well, unhandledRejections: 1, rss: 1, heapUsed: 1 } },
      /1 unhandled/,
    ],
    ['a task left open', { metrics: 'cordgate_tasks_open{bot="x",state="queued"} 2\n' }, /2 tasks/],
    ['a stream left open', { metrics: 'cordgate_streams_open 1\n' }, /1 streams/],
    ['something sent twice', { twice: 1 }, /sent twice/],
    ['an answer of somebody else', { tally: crossed }, /somebody else/],
    ['nothing answered', { tally: new Tally() }, /nothing was answered/],
  ])('is broken by %s', (_, change, words) => {
    expect(verdictOf(evidence(change)).broken.join()).toMatch(words);
  });

  it('is broken by memory that grows for longer than the first third', () => {
    expect(verdictOf(evidence({}, 0.5)).broken).toEqual([]);
    expect(verdictOf(evidence({}, 3)).broken.join()).toMatch(/heap: .* slope 3\.00 MB a minute/);
  });
});
