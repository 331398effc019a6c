import { describe, expect, it } from 'vitest';
import { ActivityBook } from '../../../src/http/admin/activity.ts';
import { FakeClock } from '../../support/fake-clock.ts';

const request = (patch: object = {}) => ({
  dialect: 'openai',
  method: 'POST',
  route: '/v1/chat/completions',
  status: 200,
  durationMs: 100,
  ...patch,
});

describe('the activity of the last hour', () => {
  it('tells requests, errors and delays minute by minute, the running minute last', async () => {
    const clock = new FakeClock();
    const book = new ActivityBook(clock);
    for (let durationMs = 1; durationMs <= 100; durationMs += 1) book.add(request({ durationMs }));
    book.add(request({ status: 503, durationMs: 1 }));
    book.add(request({ status: 499, durationMs: 1 }));
    await clock.advance(60_000);
    book.add(request({ durationMs: 7 }));
    const minutes = book.minutes();
    expect(minutes).toHaveLength(60);
    expect(minutes.at(-2)).toMatchObject({ requests: 102, errors: 1, p50Ms: 50, p95Ms: 95 });
    expect(minutes.at(-1)).toMatchObject({ requests: 1, errors: 0, p50Ms: 7, p95Ms: 7 });
    expect(minutes[0]).toMatchObject({ requests: 0, p50Ms: null, p95Ms: null });
    expect((minutes.at(-1)?.at ?? 0) - (minutes[0]?.at ?? 0)).toBe(59 * 60_000);
  });

  it('forgets what is older, and never keeps more than a part of many durations', async () => {
    const clock = new FakeClock();
    const book = new ActivityBook(clock, () => 0.999_999);
    for (let count = 0; count < 5_000; count += 1) book.add(request());
    expect(book.minutes().at(-1)).toMatchObject({ requests: 5_000, p95Ms: 100 });
    await clock.advance(60 * 60_000);
    book.add(request());
    expect(book.minutes().filter(({ requests }) => requests > 0)).toHaveLength(1);
  });

  it.each([
    ['probes', { dialect: 'operations' }],
    ['the management', { dialect: 'admin' }],
    ['files of the interface', { dialect: 'ui' }],
    ['looks of the interface', { dialect: 'native', method: 'GET' }],
  ])('leaves out %s', (_what, patch) => {
    const book = new ActivityBook(new FakeClock());
    book.add(request(patch));
    expect(book.minutes().at(-1)?.requests).toBe(0);
  });
});
