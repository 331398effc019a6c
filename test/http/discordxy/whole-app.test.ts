import { expect, it } from 'vitest';
import { createFakeTasks } from '../../support/fake-tasks.ts';
import { authorized, makeApp } from '../support.ts';

it('stands beside the other dialects: its own paths, errors and preflights, nobody else’s', async () => {
  const { app, service } = makeApp();
  Object.assign(service, createFakeTasks());
  const headers = { ...authorized, 'content-type': 'application/json' };
  const payload = { prompt: 'a small cat' };
  const posted = await app.inject({ method: 'POST', url: '/MJ/submit/imagine/', headers, payload });
  expect(posted.json()).toMatchObject({ code: 0, message: 'Success' });
  const unknown = await app.inject({ method: 'POST', url: '/mj/nothing', headers, payload });
  expect(unknown.json()).toMatchObject({ code: 404, result: null });
  const origin = { origin: 'https://app.example', 'access-control-request-method': 'POST' };
  const preflight = await app.inject({ method: 'OPTIONS', url: '/mj/submit/imagine', headers: origin });
  expect(preflight.statusCode).toBe(204);
  const bridge = await app.inject({ url: '/Ping' });
  expect(bridge.json()).toEqual({ code: 200, message: 'Pong!' });
});
