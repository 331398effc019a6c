import { describe, expect, it, vi } from 'vitest';
import type { Clock } from '../../src/core/clock.ts';
import type { HttpOptions } from '../../src/http/app.ts';
import { KeyRing } from '../../src/http/key-ring.ts';
import { type LimitSettings, RequestLimits } from '../../src/http/limits/request-limits.ts';
import { KEY, key, makeApp } from '../http/support.ts';
import { FakeClock } from '../support/fake-clock.ts';

// Little work, but on a busy machine it has to wait for its turn.
vi.setConfig({ testTimeout: 120_000 });

const NONE: LimitSettings = { requestsPerMinute: 0, addressPerMinute: 0, failedKeysPerMinute: 0, streams: 9 };

function limited(settings: Partial<LimitSettings>, patch: Partial<HttpOptions> = {}) {
  const clock = new FakeClock();
  const ring = new KeyRing(patch.keys ?? [key()]);
  const limits = limitsOf({ ...NONE, ...settings }, clock, ring);
  return { clock, ring, ...makeApp({ clock, ring, limits, ...patch }) };
}

const limitsOf = (settings: LimitSettings, clock: Clock, ring: KeyRing) =>
  new RequestLimits(settings, clock, (name) => ring.limitOf(name));

const DIALECTS = [
  ['openai', '/v1/models', { error: { code: 'rate_limit_exceeded', type: 'rate_limit_error' } }, 429],
  ['admin', '/admin/api/usage', { error: { code: 'rate_limit_exceeded' } }, 429],
  ['coze-bridge', '/api/GetConversations', { code: 429 }, 429],
  ['discordxy', '/client/online', { code: 429, result: null }, 429],
  ['midjourney-proxy', '/midjourney-proxy/mj/task/x/fetch', { code: 23, result: null }, 200],
] as const;

describe('server.limits.requestsPerMinute', () => {
  it.each(DIALECTS)('refuses one request too many in the shape of %s', async (_name, url, shape, status) => {
    const { app, clock } = limited({ requestsPerMinute: 2 }, { keys: [key({ admin: true })] });
    const ask = () => app.inject({ url, headers: { authorization: `Bearer ${KEY}` } });
    const first = await ask();
    expect(first.headers).toMatchObject({ 'ratelimit-limit': '2', 'ratelimit-remaining': '1' });
    expect(first.body).not.toContain('server.limits');
    await ask();
    const refused = await ask();
    expect(refused.statusCode).toBe(status);
    expect(refused.json()).toMatchObject(shape);
    expect(refused.body).toContain('server.limits.requestsPerMinute');
    expect(refused.headers['retry-after']).toBe('30');
    await clock.advance(30_000);
    expect((await ask()).body).not.toContain('server.limits');
  });

  it('counts a key of the Coze-Discord-Bridge that stands in the body, once', async () => {
    const { app } = limited({ requestsPerMinute: 2 });
    const ask = () => app.inject({ method: 'POST', url: '/api/Ping2', payload: {} });
    await ask();
    const call = () =>
      app.inject({ method: 'POST', url: '/api/CreateConversation', payload: { key: KEY, name: 'a' } });
    const answers = [await call(), await call(), await call()];
    expect(answers.map(({ statusCode }) => statusCode === 429)).toEqual([false, false, true]);
  });

  it('is set aside by what a key says itself, also one that was made a moment ago', async () => {
    const keys = [key({ requestsPerMinute: 1 }), key({ key: 'sk-two', name: 'two', requestsPerMinute: 0 })];
    const { app } = limited({ requestsPerMinute: 2 }, { keys });
    const statuses = async (secret: string) => {
      const all = [];
      for (let times = 0; times < 4; times++) {
        const { statusCode } = await app.inject({ url: '/v1/models', headers: { key: secret } });
        all.push(statusCode);
      }
      return all;
    };
    expect(await statuses(KEY)).toEqual([200, 429, 429, 429]);
    expect(await statuses('sk-two')).toEqual([200, 200, 200, 200]);
  });

  it('leaves the probes and the metrics alone', async () => {
    const { app } = limited({ requestsPerMinute: 1, addressPerMinute: 1 });
    for (const url of ['/healthz', '/readyz', '/metrics', '/healthz', '/readyz', '/metrics']) {
      expect((await app.inject({ url })).statusCode, url).toBe(200);
    }
  });
});

describe('server.limits.addressPerMinute', () => {
  it('counts the callers behind a trusted proxy one by one, and does not believe anybody else', async () => {
    const { app } = limited({ addressPerMinute: 1 }, { trustProxies: ['127.0.0.1'] });
    const from = async (remoteAddress: string, forwarded: string) => {
      const headers = { key: KEY, 'x-forwarded-for': forwarded };
      return (await app.inject({ url: '/v1/models', remoteAddress, headers })).statusCode;
    };
    expect(await from('127.0.0.1', '8.8.8.8')).toBe(200);
    expect(await from('127.0.0.1', '1.1.1.1, 8.8.8.8')).toBe(429);
    expect(await from('127.0.0.1', '9.9.9.9')).toBe(200);
    expect(await from('5.5.5.5', '7.7.7.7')).toBe(200);
    expect(await from('5.5.5.5', '6.6.6.6')).toBe(429);
  });

  it('counts what leads nowhere as well', async () => {
    const { app } = limited({ addressPerMinute: 2 });
    const ask = async (url: string) => (await app.inject({ url })).statusCode;
    expect([await ask('/nowhere'), await ask('/v1/nowhere'), await ask('/nowhere')]).toEqual([404, 404, 429]);
  });
});

describe('server.allowIps', () => {
  it('goes by the address that a trusted proxy names', async () => {
    const { app } = limited({}, { trustProxies: ['127.0.0.1'], allowIps: ['8.8.8.0/24'] });
    const from = async (forwarded?: string) => {
      const headers = { key: KEY, ...(forwarded ? { 'x-forwarded-for': forwarded } : {}) };
      return (await app.inject({ url: '/v1/models', remoteAddress: '127.0.0.1', headers })).statusCode;
    };
    expect(await from('8.8.8.8')).toBe(200);
    expect(await from('9.9.9.9')).toBe(403);
    expect(await from('8.8.8.8, 9.9.9.9')).toBe(403);
    expect(await from('unknown')).toBe(403);
    expect(await from()).toBe(403);
  });
});

describe('server.limits.failedKeysPerMinute', () => {
  it('shuts out who guesses keys, and lets the address in again after the wait', async () => {
    const { app, clock } = limited({ failedKeysPerMinute: 3 });
    const ask = async (secret: string) => app.inject({ url: '/v1/models', headers: { key: secret } });
    const statuses = [];
    for (let times = 0; times < 5; times++) statuses.push((await ask(`guess ${times}`)).statusCode);
    expect(statuses).toEqual([401, 401, 401, 429, 429]);
    const refused = await ask(KEY);
    expect(refused.statusCode).toBe(429);
    expect(refused.headers['retry-after']).toBe('20');
    await clock.advance(20_000);
    expect((await ask(KEY)).statusCode).toBe(200);
  });

  it('counts guesses in every dialect', async () => {
    const { app } = limited({ failedKeysPerMinute: DIALECTS.length });
    for (const [, url] of DIALECTS) await app.inject({ url, headers: { key: 'wrong' } });
    expect((await app.inject({ url: '/v1/models', headers: { key: KEY } })).statusCode).toBe(429);
  });
});
