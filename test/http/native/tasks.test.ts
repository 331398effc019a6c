import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { GatewayError } from '../../../src/core/errors.ts';
import { ADMIN, drawn, IMAGINE, makeNative, OTHER, PNG } from './support.ts';

describe('POST /cordgate/v1/tasks', () => {
  it('takes an order and gives the task with its place in the line', async () => {
    const scene = makeNative();
    scene.tasks.ahead = 2;
    const response = await scene.call('POST', '/tasks', {
      ...IMAGINE,
      images: ['https://example.org/a.png', `data:image/png;base64,${PNG}`],
      mode: 'fast',
      variant: 'niji',
      account: 'alice',
      state: 'mine',
      notify: 'https://hooks.example.org/x?secret=1',
    });
    expect(response.statusCode).toBe(202);
    expect(response.json()).toMatchObject({
      ahead: 2,
      task: {
        bot: 'midjourney',
        key: 'painter',
        status: 'queued',
        state: 'mine',
        timeline: [],
        notify: { origin: 'https://hooks.example.org', dialect: 'cordgate' },
        request: { verb: 'imagine', prompt: 'a small cat', files: 1, mode: 'fast', variant: 'niji' },
      },
    });
    expect(response.body).not.toContain('secret');
    expect(scene.tasks.orders[0]).toMatchObject({
      model: 'midjourney',
      accountId: 'alice',
      images: [{ type: 'link' }, { type: 'bytes' }],
    });
  });

  it.each([
    [{ verb: 'info' }],
    [{ verb: 'settings' }],
    [{ verb: 'remix' }],
    [{ verb: 'mode', mode: 'relax' }],
    [{ verb: 'show', jobId: '4e68485a-900c-4c1b-9222-f9b5ae4b3fcf' }],
  ])('asks the bot for what no other dialect asks for: %j', async (wish) => {
    const scene = makeNative();
    const response = await scene.call('POST', '/tasks', { driver: 'midjourney', ...wish }, ADMIN);
    expect(response.statusCode).toBe(202);
    expect(scene.tasks.orders[0]).toMatchObject({ driver: 'midjourney', prompt: '', ...wish });
  });

  it.each(['settings', 'remix', 'mode'])(
    'lets only admins change the account for everybody: %s',
    async (verb) => {
      const scene = makeNative();
      const response = await scene.call('POST', '/tasks', { driver: 'midjourney', verb, mode: 'fast' });
      expect(response.json().error).toMatchObject({ code: 'admin_only', param: 'verb' });
      expect([response.statusCode, scene.tasks.orders.length]).toEqual([403, 0]);
    },
  );

  it.each([
    [{ form: 'ask' }, 'form'],
    [{ dimensions: 'square', motion: 'high', jobId: 'x' }, 'dimensions, motion, jobId'],
    [{ driver: 'pika' }, 'driver'],
  ])('names what an order holds in vain: %j', async (more, names) => {
    const scene = makeNative();
    const response = await scene.call('POST', '/tasks', { ...IMAGINE, ...more });
    expect(response.statusCode).toBe(202);
    expect(response.headers['x-cordgate-warnings']).toBe(`unsupported parameters ignored: ${names}`);
  });

  it('presses a button by its kind or its custom id, with words for its form', async () => {
    const scene = makeNative();
    const parentId = await drawn(scene);
    const up = { verb: 'act', parentId, action: { kind: 'upscale', index: 2 } };
    const first = await scene.call('POST', '/tasks', up);
    expect(first.json().task.request.action).toMatchObject({ kind: 'upscale', index: 2, label: 'U2' });
    const { customId } = first.json().task.request.action;
    const form = { prompt: 'a hat' };
    const second = await scene.call('POST', '/tasks', { verb: 'act', parentId, action: { customId }, form });
    expect(second.statusCode).toBe(202);
    expect(second.headers['x-cordgate-warnings']).toBe('prompt ignored: the button takes no words');
    expect(scene.tasks.orders.at(-1)).toMatchObject({ parentId, action: { customId }, form });
  });

  it('says what a finished task offers when the button is not there', async () => {
    const scene = makeNative();
    const parentId = await drawn(scene);
    const action = { kind: 'pan-left' };
    const response = await scene.call('POST', '/tasks', { verb: 'act', parentId, action });
    expect(response.statusCode).toBe(400);
    expect(response.json().error).toMatchObject({ code: 'action_not_offered', param: 'action' });
    expect(response.json().error.message).toContain('"pan-left"; it offers: upscale 1, upscale 2');
  });

  it('gives the mask the size of its picture', async () => {
    const scene = makeNative();
    const parentId = await drawn(scene);
    const white = { width: 512, height: 512, channels: 3, background: '#ffffff' } as const;
    const mask = (await sharp({ create: white }).png().toBuffer()).toString('base64');
    const wish = { verb: 'act', parentId, action: { kind: 'reroll' } };
    const form = { prompt: 'a hat', mask: `data:image/png;base64,${mask}` };
    await scene.call('POST', '/tasks', { ...wish, form });
    const given = scene.tasks.orders.at(-1)?.form;
    const region = typeof given === 'object' ? given.mask : undefined;
    const { width, height } = await sharp(Buffer.from(region ?? '', 'base64')).metadata();
    expect([width, height]).toEqual([2048, 2048]);
    const wrong = await scene.call('POST', '/tasks', { ...wish, form: { mask: 'AAAA' } });
    expect(wrong.json().error).toMatchObject({ code: 'media_invalid', param: 'form.mask' });
  });

  it.each([
    [{}, 'verb'],
    [{ verb: 'imagine', prompt: 'x' }, 'model'],
    [{ ...IMAGINE, verb: 'dance' }, 'verb'],
    [{ ...IMAGINE, colour: 'red' }, 'colour'],
    [{ ...IMAGINE, prompt: 7 }, 'prompt'],
    [{ ...IMAGINE, prompt: '\ud800' }, 'prompt'],
    [{ ...IMAGINE, images: ['cat.png'] }, 'images[0]'],
    [{ ...IMAGINE, images: ['data:image/png;base64,%%'] }, 'images[0]'],
    [{ ...IMAGINE, images: Array.from({ length: 21 }, () => 'https://example.org/a.png') }, 'images'],
    [{ ...IMAGINE, mode: 'slow' }, 'mode'],
    [{ ...IMAGINE, parentId: 'abc' }, 'parentId'],
    [{ ...IMAGINE, action: { kind: 'dance' } }, 'action'],
    [{ ...IMAGINE, notify: 'ftp://example.org' }, 'notify'],
    [{ ...IMAGINE, form: { mask: '' } }, 'form.mask'],
  ])('refuses %j and names the field', async (body, param) => {
    const scene = makeNative();
    const response = await scene.call('POST', '/tasks', body);
    expect(response.statusCode).toBe(400);
    expect(response.json().error.code).toBe('invalid_request');
    expect(response.json().error.param).toMatch(new RegExp(`^${param.replace(/[[\]]/g, '\\$&')}`));
    expect(scene.tasks.orders).toEqual([]);
  });

  it.each(['[]', '"text"', '{', '7'])('refuses a body that is no object: %s', async (body) => {
    const response = await makeNative().call('POST', '/tasks', body);
    expect(response.statusCode).toBe(400);
    expect(response.json().error.code).toBe('invalid_request');
  });

  it('tells the refusals of the service', async () => {
    const scene = makeNative();
    scene.tasks.refuseWith(
      new GatewayError('queue_full', 'alice has 10 tasks waiting.', { retryAfterMs: 30_000 }),
    );
    const response = await scene.call('POST', '/tasks', IMAGINE);
    expect(response.statusCode).toBe(429);
    expect(response.headers['retry-after']).toBe('30');
  });
});

describe('a task', () => {
  it('is shown to its owner and to admins, to nobody else', async () => {
    const scene = makeNative();
    const id = await drawn(scene);
    expect((await scene.call('GET', `/tasks/${id}`)).json()).toMatchObject({ id, status: 'succeeded' });
    expect((await scene.call('GET', `/tasks/${id}`, undefined, ADMIN)).statusCode).toBe(200);
    const other = await scene.call('GET', `/tasks/${id}`, undefined, OTHER);
    expect(other.statusCode).toBe(404);
    expect(other.json().error.code).toBe('task_not_found');
    const { tasks, next } = (await scene.call('GET', '/tasks', undefined, OTHER)).json();
    expect({ tasks, next }).toEqual({ tasks: [], next: null });
  });

  it('is deleted when it has ended, not before', async () => {
    const scene = makeNative();
    const id = (await scene.call('POST', '/tasks', IMAGINE)).json().task.id;
    const early = await scene.call('DELETE', `/tasks/${id}`);
    expect(early.statusCode).toBe(409);
    scene.tasks.succeed(id);
    const late = await scene.call('DELETE', `/tasks/${id}`);
    expect([late.statusCode, late.body]).toEqual([204, '']);
    expect((await scene.call('GET', `/tasks/${id}`)).statusCode).toBe(404);
  });

  it('is cancelled', async () => {
    const scene = makeNative();
    const id = (await scene.call('POST', '/tasks', IMAGINE)).json().task.id;
    const response = await scene.call('POST', `/tasks/${id}/cancel`);
    expect(response.json()).toMatchObject({ id, status: 'cancelled' });
  });

  it('is given the words that it waits for', async () => {
    const scene = makeNative();
    scene.tasks.asksForms = true;
    const id = (await scene.call('POST', '/tasks', { ...IMAGINE, form: 'ask' })).json().task.id;
    const response = await scene.call('POST', `/tasks/${id}/form`, { prompt: 'a dog' });
    expect(response.statusCode).toBe(202);
    expect(response.json()).toMatchObject({
      ahead: 0,
      task: { id, status: 'queued', request: { form: { prompt: 'a dog', hasMask: false } } },
    });
    const wrong = await scene.call('POST', `/tasks/${id}/form`, { words: 'a dog' });
    expect(wrong.json().error.param).toBe('words');
  });

  it('tells its seed', async () => {
    const scene = makeNative();
    const id = await drawn(scene);
    expect((await scene.call('GET', `/tasks/${id}/seed`)).json()).toEqual({ seed: '3301190457' });
  });

  it('names what of a filter it does not know', async () => {
    const response = await makeNative().call('GET', '/tasks?page=2&limit=5');
    expect(response.statusCode).toBe(200);
    expect(response.headers['x-cordgate-warnings']).toContain('page');
  });
});

describe('POST /cordgate/v1/tasks/{id}/retry', () => {
  it('submits the same again', async () => {
    const scene = makeNative();
    const body = { ...IMAGINE, images: ['https://example.org/a.png'], mode: 'fast', state: 'mine' };
    const id = await drawn(scene, body);
    const response = await scene.call('POST', `/tasks/${id}/retry`);
    expect(response.statusCode).toBe(202);
    expect(response.json().task.id).not.toBe(id);
    const [first, second] = scene.tasks.orders;
    expect(second).toEqual({ ...first, driver: undefined, signal: expect.anything() });
  });

  it('presses the same button again, with the same words', async () => {
    const scene = makeNative();
    const parentId = await drawn(scene);
    const action = { kind: 'vary', index: 1 };
    const id = await drawn(scene, { verb: 'act', parentId, action });
    scene.tasks.succeed(id, { request: { ...(await stored(scene, id)), form: { prompt: 'a hat' } } });
    await scene.call('POST', `/tasks/${id}/retry`);
    expect(scene.tasks.orders.at(-1)).toMatchObject({
      verb: 'act',
      prompt: '',
      parentId,
      form: { prompt: 'a hat' },
      action: { customId: expect.stringContaining('MJ::JOB::variation::1') },
    });
  });

  it('refuses where the pictures were sent along, as they are not kept', async () => {
    const scene = makeNative();
    const id = await drawn(scene, { ...IMAGINE, images: [`data:image/png;base64,${PNG}`] });
    const response = await scene.call('POST', `/tasks/${id}/retry`);
    expect(response.statusCode).toBe(409);
    expect(response.json().error.code).toBe('not_repeatable');
    expect(response.json().error.message).toContain('Submit it anew');
  });

  it('refuses while the task has not ended', async () => {
    const scene = makeNative();
    const id = (await scene.call('POST', '/tasks', IMAGINE)).json().task.id;
    expect((await scene.call('POST', `/tasks/${id}/retry`)).json().error.code).toBe('parent_unfinished');
  });

  it('takes another model of the driver when the old one is gone', async () => {
    const scene = makeNative();
    const id = await drawn(scene);
    scene.service.drawingModels = [];
    await scene.call('POST', `/tasks/${id}/retry`);
    expect(scene.tasks.orders.at(-1)).toMatchObject({ driver: 'midjourney' });
    expect(scene.tasks.orders.at(-1)).not.toHaveProperty('model');
  });
});

async function stored(scene: ReturnType<typeof makeNative>, id: string) {
  const admin = { id: '', admin: true, bots: ['*'] };
  return (await scene.tasks.findTask(admin, id, new AbortController().signal))!.request;
}
