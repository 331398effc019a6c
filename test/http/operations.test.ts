import { describe, expect, it } from 'vitest';
import { createMetrics } from '../../src/metrics/metrics.ts';
import { ask, authorized, makeApp, serveApp } from './support.ts';

describe('a browser', () => {
  it.each(['/v1/chat/completions', '/v1/models', '/anything'])(
    'may call %s from every page, with every header',
    async (url) => {
      const { app } = makeApp();
      const response = await app.inject({
        method: 'OPTIONS',
        url,
        headers: {
          origin: 'https://chat.example',
          'access-control-request-method': 'POST',
          'access-control-request-headers': 'authorization,content-type,x-stainless-os',
        },
      });
      expect(response.statusCode).toBe(204);
      expect(response.headers['access-control-allow-origin']).toBe('*');
      expect(response.headers['access-control-allow-headers']).toBe(
        'authorization,content-type,x-stainless-os',
      );
      expect(response.headers['access-control-allow-methods']).toContain('POST');
    },
  );

  it('may read the answers, the errors and the gateway’s own headers', async () => {
    const { app } = makeApp();
    for (const headers of [authorized, {}]) {
      const response = await app.inject({
        url: '/v1/models',
        headers: { ...headers, origin: 'https://chat.example' },
      });
      expect(response.headers['access-control-allow-origin']).toBe('*');
      const exposed = String(response.headers['access-control-expose-headers']);
      for (const name of ['x-request-id', 'x-cordgate-warnings', 'retry-after'])
        expect(exposed).toContain(name);
    }
  });
});

describe('every answer', () => {
  it('carries the caller’s request id when it is sane, else one of its own', async () => {
    const { app } = makeApp();
    const idFor = async (id: string) =>
      (await app.inject({ url: '/v1/models', headers: { ...authorized, 'x-request-id': id } })).headers[
        'x-request-id'
      ];
    expect(await idFor('trace-1.2:3')).toBe('trace-1.2:3');
    for (const bad of ['a b', 'x'.repeat(129), '<script>', ''])
      expect(await idFor(bad)).toMatch(/^req_[0-9a-f]{32}$/);
  });

  it('is safe for browsers and does not name its software', async () => {
    const { url } = await serveApp();
    const { headers } = await fetch(`${url}/v1/models`);
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('cache-control')).toBe('no-store');
    expect(headers.get('server')).toBeNull();
    expect(headers.get('x-powered-by')).toBeNull();
  });

  it('is logged with its route, status, duration and the name of the key', async () => {
    const { app, lines } = makeApp();
    await app.inject({ url: '/v1/models/gpt-4o?x=y', headers: { ...authorized, 'x-request-id': 'r1' } });
    await app.inject({ url: '/v1/models' });
    expect(lines).toEqual([
      {
        requestId: 'r1',
        dialect: 'openai',
        method: 'GET',
        route: '/v1/models/*',
        status: 200,
        durationMs: expect.any(Number),
        caller: 'tester',
        message: 'request finished',
      },
      expect.objectContaining({ route: '/v1/models', status: 401, error: 'missing_key' }),
    ]);
  });

  it('logs what lies behind a fault of its own', async () => {
    const { app, service, lines } = makeApp();
    const fault = new Error('boom');
    service.models = () => {
      throw fault;
    };
    const response = await app.inject({ url: '/v1/models', headers: authorized });
    expect(response.json().error.message).not.toContain('boom');
    expect(lines).toContainEqual(expect.objectContaining({ err: fault }));
  });
});

describe('the probes', () => {
  it('say that the process lives, without a key and from every address', async () => {
    const { app } = makeApp({ allowIps: ['192.0.2.1'] });
    const response = await app.inject({ url: '/healthz' });
    expect([response.statusCode, response.json()]).toEqual([200, { status: 'ok' }]);
    expect((await app.inject({ url: '/readyz' })).statusCode).toBe(403);
  });

  it.each([
    [true, 200, 'ready'],
    [false, 503, 'not ready'],
  ] as const)('say whether the gateway can work: %s', async (ready, status, word) => {
    const account = { id: 'bridge', state: 'paused', reason: 'a human check', token: 'secret' };
    const reasons = ready ? [] : ['account bridge is paused'];
    const { app } = makeApp({ health: { readiness: () => ({ ready, reasons, accounts: [account] }) } });
    const response = await app.inject({ url: '/readyz' });
    expect(response.statusCode).toBe(status);
    expect(response.json()).toEqual({
      status: word,
      reasons,
      accounts: [{ id: 'bridge', state: 'paused', reason: 'a human check' }],
    });
  });
});

describe('GET /metrics', () => {
  it('shows requests, chats, tokens, accounts, channels and the process', async () => {
    const metrics = createMetrics(() => ({
      accounts: [{ id: 'bridge', state: 'online' }],
      bots: [{ id: 'coze', channels: 3, queued: 2 }],
    }));
    metrics.observer.chatEnded({
      botId: 'coze',
      callerId: 'nextchat',
      model: 'gpt-4o',
      requestId: 'r1',
      outcome: 'completed',
      firstTextMs: 1500,
      totalMs: 3000,
      usage: { promptTokens: 7, completionTokens: 2 },
    });
    const { app } = makeApp({ metrics });
    await app.inject({ method: 'POST', url: '/v1/chat/completions', headers: authorized, payload: ask() });
    await app.inject({ url: '/v1/secret-typed-by-someone' });
    const response = await app.inject({ url: '/metrics' });
    expect(response.headers['content-type']).toContain('text/plain');
    for (const line of [
      'cordgate_http_requests_total{dialect="openai",route="/v1/chat/completions",method="POST",status="200"} 1',
      'cordgate_http_requests_total{dialect="openai",route="unknown",method="GET",status="404"} 1',
      'cordgate_chats_total{bot="coze",outcome="completed"} 1',
      'cordgate_chat_first_delta_seconds_sum{bot="coze"} 1.5',
      'cordgate_chat_duration_seconds_sum{bot="coze"} 3',
      'cordgate_tokens_total{bot="coze",key="nextchat",kind="prompt"} 7',
      'cordgate_tokens_total{bot="coze",key="nextchat",kind="completion"} 2',
      'cordgate_account_state{account="bridge",state="online"} 1',
      'cordgate_channels{bot="coze"} 3',
      'cordgate_queued_requests{bot="coze"} 2',
      'process_cpu_seconds_total',
    ]) {
      expect(response.body).toContain(line);
    }
    expect(response.body).not.toContain('secret-typed');
  });
});
