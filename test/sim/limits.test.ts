import { afterEach, describe, expect, it } from 'vitest';
import { type Sim, startSim } from '../../src/sim/index.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { restOf } from './support/rest.ts';

let sim: Sim;
afterEach(() => sim.close());

async function start(limits: Parameters<typeof startSim>[0] = {}) {
  const clock = new FakeClock(1_700_000_000_000);
  sim = await startSim({ port: 0, clock, coze: { silent: true }, ...limits });
  const bridge = restOf(sim, 'bridge');
  const path = `/channels/${sim.ready.channels.general}/messages`;
  return { clock, bridge, path, send: () => bridge('POST', path, { content: 'x' }) };
}

describe('rate limits', () => {
  it('allow five messages in five seconds per channel and tell of it in every answer', async () => {
    const { send } = await start();
    const remaining: (string | null)[] = [];
    for (let number = 0; number < 5; number += 1) {
      const answer = await send();
      expect(answer.status).toBe(200);
      remaining.push(answer.headers.get('x-ratelimit-remaining'));
      expect(answer.headers.get('x-ratelimit-limit')).toBe('5');
      expect(answer.headers.get('x-ratelimit-bucket')).toMatch(/^[0-9a-f]{32}$/);
      expect(answer.headers.get('x-ratelimit-reset-after')).toBe('5.000');
      expect(answer.headers.get('x-ratelimit-reset')).toBe('1700000005.000');
    }
    expect(remaining).toEqual(['4', '3', '2', '1', '0']);
  });

  it('answer the sixth with 429, when to come back and whose limit it is', async () => {
    const { send, clock } = await start();
    for (let number = 0; number < 5; number += 1) await send();
    await clock.advance(1500);
    const answer = await send();
    expect(answer.status).toBe(429);
    expect(answer.body).toEqual({ message: 'You are being rate limited.', retry_after: 3.5, global: false });
    expect(answer.headers.get('retry-after')).toBe('4');
    expect(answer.headers.get('x-ratelimit-scope')).toBe('user');
    await clock.advance(3500);
    expect((await send()).status).toBe(200);
  });

  it('are counted per channel and per account', async () => {
    const { send, bridge } = await start();
    for (let number = 0; number < 5; number += 1) await send();
    expect(
      (await bridge('POST', `/channels/${sim.ready.channels.coze}/messages`, { content: 'x' })).status,
    ).toBe(200);
    const alice = restOf(sim, 'alice');
    expect(
      (await alice('POST', `/channels/${sim.ready.channels.general}/messages`, { content: 'x' })).status,
    ).toBe(200);
    expect((await send()).status).toBe(429);
  });

  it('hold 50 requests per second over all routes', async () => {
    const { bridge } = await start({ limits: { global: { limit: 50, windowMs: 1000 } } });
    const answers = await Promise.all(Array.from({ length: 51 }, () => bridge('GET', '/users/@me')));
    const refused = answers.filter(({ status }) => status === 429);
    expect(refused).toHaveLength(1);
    expect(refused[0]?.body.global).toBe(true);
    expect(refused[0]?.headers.get('x-ratelimit-global')).toBe('true');
    expect(refused[0]?.headers.get('x-ratelimit-scope')).toBe('global');
  });

  it('let a channel be renamed twice in ten minutes', async () => {
    const { bridge } = await start();
    const path = `/channels/${sim.ready.channels.general}`;
    const statuses: number[] = [];
    for (const name of ['a', 'b', 'c']) statuses.push((await bridge('PATCH', path, { name })).status);
    expect(statuses).toEqual([200, 200, 429]);
    expect((await bridge('PATCH', path, { nsfw: true })).status).toBe(200);
  });

  it('block everything after too many invalid requests', async () => {
    const { bridge } = await start({ limits: { invalidRequests: { limit: 3, windowMs: 600_000 } } });
    const nobody = restOf(sim, 'nobody');
    for (let number = 0; number < 3; number += 1) await nobody('GET', '/users/@me');
    const answer = await bridge('GET', '/users/@me');
    expect([answer.status, answer.body]).toEqual([429, 'error code: 1015']);
  });

  it('do not exist with limits: none', async () => {
    const { send } = await start({ limits: 'none' });
    const answers = await Promise.all(Array.from({ length: 60 }, send));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    expect(answers[0]?.headers.get('x-ratelimit-limit')).toBeNull();
  });
});
