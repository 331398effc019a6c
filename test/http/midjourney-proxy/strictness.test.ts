/** What is not understood is refused or named, never taken for something else. */
import { describe, expect, it } from 'vitest';
import { GRID_ACTIONS, JOB } from '../../support/fake-tasks.ts';
import { plainMask } from '../masks.ts';
import { finishedGrid, makeProxy } from './support.ts';

describe('wrong values', () => {
  it.each<[string, object, string]>([
    ['submit/imagine', { prompt: 7 }, 'prompt参数错误'],
    ['submit/imagine', { prompt: ['a cat'] }, 'prompt参数错误'],
    ['submit/imagine', { prompt: 'a\u0000cat' }, 'prompt参数错误'],
    ['submit/imagine', { prompt: 'half \ud83d of a cat' }, 'prompt参数错误'],
    ['submit/imagine', { prompt: '\u200b\u0007' }, 'prompt不能为空'],
    ['submit/imagine', { prompt: 'a cat', botType: 'BANANA' }, 'botType参数错误'],
    ['submit/imagine', { prompt: 'a cat', botType: {} }, 'botType参数错误'],
    ['task/list-by-condition', { ids: '7' }, 'ids参数错误'],
    ['task/list-by-condition', { ids: { 0: '7' } }, 'ids参数错误'],
  ])('%s with %j is answered by code 4', async (path, body, description) => {
    const proxy = makeProxy();
    const { json } = await proxy.post(`/mj/${path}`, body);
    expect(json).toMatchObject({ code: 4, description: expect.stringContaining(description) });
    expect(proxy.tasks.orders).toEqual([]);
  });

  it.each<[object, string]>([
    [{ accountFilter: 'fast' }, 'accountFilter'],
    [{ accountFilter: ['FAST'] }, 'accountFilter'],
    [{ accountFilter: { modes: ['WARP'] } }, 'accountFilter.modes'],
    [{ accountFilter: { modes: { 0: 'FAST' } } }, 'accountFilter.modes'],
    [{ accountFilter: { instanceId: { name: 'x' } } }, 'accountFilter.instanceId'],
    [{ accountFilter: { colour: 'red' } }, 'accountFilter.colour'],
    [{ seed: 7, constructor: 1 }, 'seed, constructor'],
    [{ negative_prompt: 'dogs' }, 'negative_prompt'],
  ])('%j is named', async (more, names) => {
    const { headers, json } = await makeProxy().post('/mj/submit/imagine', { prompt: 'a cat', ...more });
    expect(json.code).toBe(1);
    expect(headers['x-cordgate-warnings']).toBe(`unsupported parameters ignored: ${names}`);
  });

  it.each<object>([
    { base64Array: [], notifyHook: '', state: '', botType: 'MID_JOURNEY' },
    { action: 'IMAGINE', customId: '', index: 0, taskId: '', content: '', maskBase64: '' },
    { accountFilter: { modes: ['FAST', 'RELAX'], instanceId: '', remix: false } },
  ])('what clients always send (%j) is not', async (more) => {
    const { headers } = await makeProxy().post('/mj/submit/imagine', { prompt: 'a cat', ...more });
    expect(headers).not.toHaveProperty('x-cordgate-warnings');
  });
});

describe('masks', () => {
  it.each<[string, () => Promise<string>, string]>([
    ['of another shape', () => plainMask(64, '#ffffff', 20), 'is 64x20, the picture is 2048x2048'],
    ['that mark nothing', () => plainMask(2048, '#000000'), 'no white pixels'],
    ['that break off', async () => 'iVBORw0KGgo=', 'cannot be read'],
  ])('%s are refused, in edits and in windows', async (_what, make, reason) => {
    const proxy = makeProxy();
    const taskId = await finishedGrid(proxy);
    const maskBase64 = await make();
    const orders = proxy.tasks.orders.length;
    const edit = await proxy.post('/mj/submit/edits', { taskId, prompt: 'a hat', maskBase64 });
    expect(edit.json).toMatchObject({ code: 4, description: expect.stringContaining(reason) });
    expect(proxy.tasks.orders).toHaveLength(orders);
    proxy.tasks.asksForms = true;
    const customId = `MJ::JOB::variation::1::${JOB}`;
    const { json: asked } = await proxy.post('/mj/submit/action', { taskId, customId });
    const modal = await proxy.post('/mj/submit/modal', { taskId: asked.result, prompt: 'x', maskBase64 });
    expect(modal.json).toMatchObject({ code: 4, description: expect.stringContaining(reason) });
  });
});

it('U2 of clips is the second clip', async () => {
  const proxy = makeProxy();
  const id = await finishedGrid(proxy);
  const clip = { ...GRID_ACTIONS[0]!, kind: 'video-upscale' as const, index: 2, customId: 'MJ::clip::2' };
  proxy.tasks.succeed(id, { actions: [clip] });
  const { json } = await proxy.post('/mj/submit/simple-change', { content: `${id} U2` });
  expect(json.code).toBe(1);
  expect(proxy.tasks.orders.at(-1)?.action).toEqual({ customId: 'MJ::clip::2' });
});

it('a button that is not there is answered with those that are', async () => {
  const proxy = makeProxy();
  const id = await finishedGrid(proxy);
  const { json } = await proxy.post('/mj/submit/action', { taskId: id, customId: 'MJ::gone' });
  expect(json.description).toContain('does not offer "MJ::gone"; it offers: U1, U2, U3, U4, R, V1');
});

it('what was not obeyed is told with the task', async () => {
  const proxy = makeProxy();
  const id = await finishedGrid(proxy);
  const { json: before } = await proxy.get(`/mj/task/${id}/fetch`);
  expect(before.properties.warning).toBeNull();
  proxy.tasks.succeed(id, { warning: 'The prompt was not used.' });
  const { json: after } = await proxy.get(`/mj/task/${id}/fetch`);
  expect(after.properties.warning).toBe('The prompt was not used.');
});
