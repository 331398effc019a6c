import { describe, expect, it } from 'vitest';
import { sleep } from '../../src/core/clock.ts';
import { FAKE_START_MS, FakeClock } from './fake-clock.ts';

describe('FakeClock', () => {
  it('stands still until it is advanced', async () => {
    const clock = new FakeClock(1_000);
    await clock.settle();
    expect(clock.now()).toBe(1_000);
    await clock.advance(250);
    expect(clock.now()).toBe(1_250);
    expect(new FakeClock().now()).toBe(FAKE_START_MS);
  });

  it('fires timers by time, then by the order in which they were set, each at its own time', async () => {
    const clock = new FakeClock(0);
    const seen: string[] = [];
    clock.after(20, () => seen.push(`late@${clock.now()}`));
    clock.after(10, () => seen.push(`first@${clock.now()}`));
    clock.after(10, () => seen.push(`second@${clock.now()}`));
    clock.after(21, () => seen.push('too late'));
    await clock.advance(20);
    expect(seen).toEqual(['first@10', 'second@10', 'late@20']);
    expect(clock.pending).toBe(1);
  });

  it('lets promises run between timers, so that a loop of sleeps keeps its rhythm', async () => {
    const clock = new FakeClock(0);
    const seen: number[] = [];
    const loop = (async () => {
      for (let round = 0; round < 3; round++) {
        await sleep(clock, 10);
        seen.push(clock.now());
      }
    })();
    await clock.advance(35);
    await loop;
    expect(seen).toEqual([10, 20, 30]);
    expect(clock.pending).toBe(0);
  });

  it('never fires a cancelled timer, and a timer of 0 only after advance', async () => {
    const clock = new FakeClock();
    let fired = 0;
    const cancel = clock.after(5, () => fired++);
    cancel();
    cancel();
    clock.after(0, () => fired++);
    expect(fired).toBe(0);
    await clock.advance(0);
    expect(fired).toBe(1);
    await clock.advance(100);
    expect(fired).toBe(1);
  });

  it('frees the timer of an aborted sleep', async () => {
    const clock = new FakeClock();
    const controller = new AbortController();
    const slept = sleep(clock, 10, controller.signal);
    controller.abort(new Error('enough'));
    await expect(slept).rejects.toThrow('enough');
    expect(clock.pending).toBe(0);
  });
});
