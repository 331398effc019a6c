import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { Administration, CheckFinding, ConfigOutcome } from '../../../src/http/admin/administration.ts';
import { KEY, key, makeApp } from '../support.ts';

const FINDING: CheckFinding = {
  level: 'ok',
  about: 'account alice',
  code: 'logged_in',
  message: 'logged in',
};

function world(patch: Partial<Administration> = {}, admin = true) {
  const calls: unknown[] = [];
  const done: ConfigOutcome = {
    type: 'done',
    isNew: false,
    entry: { id: 'alice' },
    notes: ['careful'],
    restart: ['log'],
  };
  const administration: Administration = {
    config: () => ({ path: 'cordgate.yaml', writable: true, accounts: [], bots: [] }),
    async putEntry(...given) {
      calls.push(given);
      return done;
    },
    async removeEntry(...given) {
      calls.push(given);
      return { ...done, entry: undefined };
    },
    reconnect: async (account) => ({ account, state: 'ready' }),
    async check(onFinding) {
      onFinding(FINDING);
    },
    ...patch,
  };
  const { app } = makeApp({ keys: [key({ admin })], administration });
  const ask = async (method: 'GET' | 'PUT' | 'POST' | 'DELETE', path: string, body?: unknown) => {
    const response = await app.inject({
      method,
      url: `/admin/api${path}`,
      headers: {
        authorization: `Bearer ${KEY}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { payload: JSON.stringify(body) }),
    });
    return { status: response.statusCode, text: response.payload, json: () => JSON.parse(response.payload) };
  };
  return { app, ask, calls };
}

describe('the configuration', () => {
  it('is shown to admins only', async () => {
    expect((await world().ask('GET', '/config')).json()).toMatchObject({
      path: 'cordgate.yaml',
      writable: true,
    });
    expect((await world({}, false).ask('GET', '/config')).status).toBe(403);
    expect((await world().ask('POST', '/config')).status).toBe(405);
  });

  it('takes an entry by its path, without what only answers hold', async () => {
    const { ask, calls } = world();
    const answer = await ask('PUT', '/config/accounts/alice', { id: 'alice', kind: 'user', hasToken: true });
    expect(answer.status).toBe(200);
    expect(answer.json()).toEqual({ account: { id: 'alice' }, notes: ['careful'], restart: ['log'] });
    expect((await ask('DELETE', '/config/bots/my%20bot')).status).toBe(204);
    expect(calls).toEqual([
      ['accounts', 'alice', { kind: 'user' }],
      ['bots', 'my bot'],
    ]);
  });

  it.each([[undefined], ['text'], [[1]], [{ id: 'other' }]])('refuses the body %j', async (body) => {
    const { ask, calls } = world();
    const answer = await ask('PUT', '/config/accounts/alice', body);
    expect(answer.status).toBe(400);
    expect(answer.json().error.code).toBe('invalid_request');
    expect(calls).toEqual([]);
  });

  it('refuses a body that is nested without end', async () => {
    const { app, calls } = world();
    const payload = `{"kind":${'['.repeat(20_000)}${']'.repeat(20_000)}}`;
    const headers = { authorization: `Bearer ${KEY}`, 'content-type': 'application/json' };
    const url = '/admin/api/config/accounts/alice';
    expect((await app.inject({ method: 'PUT', url, headers, payload })).statusCode).toBe(400);
    expect(calls).toEqual([]);
  });

  it.each([
    ['invalid', 400, 'configuration_invalid', 'invalid_request_error'],
    ['not_found', 404, 'entry_not_found', 'invalid_request_error'],
    ['read_only', 409, 'configuration_read_only', 'invalid_request_error'],
    ['unreadable', 409, 'configuration_broken', 'invalid_request_error'],
    ['failed', 500, 'configuration_not_written', 'server_error'],
  ] as const)('tells why a change was not made: %s', async (reason, status, code, type) => {
    const problems = [{ path: 'accounts[0].kind', message: 'must be bot or user' }];
    const refused: ConfigOutcome = { type: 'refused', reason, message: 'No.', problems };
    const { ask } = world({ putEntry: async () => refused });
    const answer = await ask('PUT', '/config/accounts/alice', {});
    expect(answer.status).toBe(status);
    expect(answer.json()).toEqual({ error: { message: 'No.', type, param: null, code, problems } });
  });
});

it('logs an account in anew', async () => {
  const { ask } = world();
  expect((await ask('POST', '/accounts/alice/reconnect')).json()).toEqual({
    account: 'alice',
    state: 'ready',
  });
});

describe('the self-check', () => {
  it('streams its findings, then that it is done', async () => {
    const { text } = await world().ask('POST', '/check');
    expect(text).toBe(
      `: checking\n\nevent: finding\ndata: ${JSON.stringify(FINDING)}\n\nevent: done\ndata: {"ok":1,"warning":0,"error":0}\n\n`,
    );
  });

  it('runs once at a time, and ends when its caller leaves', async () => {
    let ended = 0;
    const { app } = world({
      check: (_onFinding, signal) =>
        new Promise((_, reject) => {
          signal.addEventListener('abort', () => {
            ended += 1;
            reject(signal.reason);
          });
        }),
    });
    const url = `${await app.listen({ port: 0, host: '127.0.0.1' })}/admin/api/check`;
    const headers = { authorization: `Bearer ${KEY}` };
    const leave = new AbortController();
    await fetch(url, { method: 'POST', headers, signal: leave.signal });
    const second = await fetch(url, { method: 'POST', headers });
    expect(second.status).toBe(409);
    expect(await second.json()).toMatchObject({ error: { code: 'check_running' } });
    leave.abort();
    for (let tries = 0; ended === 0 && tries < 200; tries += 1) await pause(5);
    expect(ended).toBe(1);
    const third = new AbortController();
    expect((await fetch(url, { method: 'POST', headers, signal: third.signal })).status).toBe(200);
    third.abort();
  });

  it('tells a fault inside the stream', async () => {
    const { text } = await world({ check: () => Promise.reject(new Error('boom')) }).ask('POST', '/check');
    expect(text).toContain('event: error\ndata: {"error":{');
    expect(text).not.toContain('boom');
  });
});
