import { describe, expect, it } from 'vitest';
import { ERROR_KINDS, type ErrorCode, GatewayError } from '../../../src/core/errors.ts';
import { authorized, KEY, makeScene, read, send } from './support.ts';

describe('an error of this dialect', () => {
  it.each(Object.keys(ERROR_KINDS) as ErrorCode[])('%s has its real status as the code', async (code) => {
    const scene = makeScene();
    scene.tasks.refuseWith(new GatewayError(code, 'It went wrong.', { retryAfterMs: 1_500 }));
    const response = await send(scene, '/mj/submit/imagine', { prompt: 'a cat' });
    const { status, remedy } = ERROR_KINDS[code];
    expect(response.statusCode).toBe(status);
    expect(response.json()).toEqual({ code: status, result: null, message: `It went wrong. ${remedy}` });
    expect(response.headers['retry-after']).toBe([429, 503].includes(status) ? '2' : undefined);
  });

  it('says nothing of what lies behind an unforeseen failure', async () => {
    const scene = makeScene();
    Object.assign(scene.tasks, { findTask: () => Promise.reject(new Error('secret detail')) });
    const response = await read(scene, '/mj/status?taskId=1');
    expect(response.json()).toMatchObject({ code: 500, result: null });
    expect(response.body).not.toContain('secret');
  });

  it('never repeats a key that stands in the wrong place', async () => {
    const scene = makeScene();
    scene.tasks.refuseWith(new GatewayError('task_not_found', `There is no task ${KEY}.`));
    const response = await send(scene, '/mj/change', { taskId: KEY, action: 'U1' });
    expect(response.json()).toMatchObject({ code: 404, message: expect.stringContaining('***') });
    expect(response.body).not.toContain(KEY);
  });
});

describe('the door', () => {
  it.each([
    ['no key', {}, 401],
    ['a wrong key', { authorization: 'Bearer nope' }, 401],
    ['a bearer', authorized, 200],
    ['the header key', { key: KEY }, 200],
    ['the header mj-api-secret', { 'mj-api-secret': KEY }, 200],
  ])('answers to %s', async (_what, headers, status) => {
    const scene = makeScene();
    const response = await read(scene, '/client/online', headers);
    expect(response.statusCode).toBe(status);
    expect(response.json()).toMatchObject(
      status === 200 ? { code: 0, result: [], message: 'Success' } : { code: 401, result: null },
    );
  });

  it('takes no key from the query', async () => {
    expect((await read(makeScene(), `/client/online?key=${KEY}`, {})).statusCode).toBe(401);
  });

  it.each([
    ['GET', '/mj/submit/imagine', 405],
    ['GET', '/mj/change', 405],
    ['POST', '/mj/submit/status', 405],
    ['POST', '/client/online', 405],
    ['GET', '/mj', 404],
    ['POST', '/mj/submit/blend', 404],
    ['GET', '/mj/task/1/fetch', 404],
  ] as const)('refuses %s %s in its own shape with %i', async (method, url, status) => {
    const { app } = makeScene();
    const response = await app.inject({ method, url: `${url}?key=hidden` });
    expect(response.statusCode).toBe(status);
    expect(response.json()).toMatchObject({ code: status, result: null });
    expect(response.body).not.toContain('hidden');
  });
});
