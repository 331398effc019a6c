/** What a hostile or clumsy client sends to a drawing bot. */
import { describe, expect, it } from 'vitest';
import { GatewayError } from '../../../src/core/errors.ts';
import { GRID_ACTIONS, PIKA } from '../../support/fake-tasks.ts';
import { authorized } from '../support.ts';
import {
  finished,
  finishedSingle,
  leftMask,
  openStudio,
  plain,
  post,
  postForm,
  type Studio,
} from './support.ts';

const IMAGES = ['/images/generations', '/images/edits', '/images/variations'];
const NAMES = ['constructor', '__proto__', 'hasOwnProperty', 'valueOf', 'toString'];

/** A body with own fields of any name. */
const withField = async (studio: Studio, path: string, name: string) => {
  const id = (await finished(studio)).id;
  const text = `{"model":"midjourney","prompt":"a cat","task_id":"${id}:1","${name}":1}`;
  return studio.app.inject({
    method: 'POST',
    url: `/v1${path}`,
    headers: { ...authorized, 'content-type': 'application/json' },
    payload: text,
  });
};

const chat = (studio: Studio, content: string, answer?: string, model = 'midjourney') => {
  const before =
    answer === undefined
      ? []
      : [
          { role: 'user', content: 'a' },
          { role: 'assistant', content: answer },
        ];
  return post(studio, '/chat/completions', { model, messages: [...before, { role: 'user', content }] });
};

describe.each(IMAGES)('POST /v1%s', (path) => {
  it.each(NAMES)('a field called %s is one that is not obeyed', async (name) => {
    const response = await withField(await openStudio(), path, name);
    expect(response.statusCode).toBe(200);
    expect(response.headers['x-cordgate-warnings']).toContain(name);
  });

  it.each(['[1]', '"a cat"', '7'])('the body %s is said to be no object', async (payload) => {
    const studio = await openStudio();
    const headers = { ...authorized, 'content-type': 'application/json' };
    const response = await studio.app.inject({ method: 'POST', url: `/v1${path}`, headers, payload });
    expect(response.statusCode).toBe(400);
    expect(response.json().error.message).toBe('The body of the request must be a JSON object.');
  });

  it.each(['a\u0000cat', 'half \ud83d of a cat'])('the prompt %j is refused', async (prompt) => {
    const studio = await openStudio();
    const { status, body } = await post(studio, path, { model: 'midjourney', prompt });
    expect({ status, param: body.error.param }).toEqual({ status: 400, param: 'prompt' });
    expect(studio.tasks.orders).toEqual([]);
  });
});

describe('forms of /v1/images/edits', () => {
  const send = (studio: Studio, type: string, payload: string) =>
    studio.app.inject({
      method: 'POST',
      url: '/v1/images/edits',
      headers: { ...authorized, 'content-type': `multipart/form-data${type}` },
      payload,
    });
  const field = (name: string) => `--b\r\ncontent-disposition: form-data; name="${name}"\r\n\r\na cat\r\n`;

  it.each<[string, string, string, RegExp]>([
    ['without a boundary', '', `${field('prompt')}--b--\r\n`, /no boundary/],
    ['that does not end', '; boundary=b', field('prompt'), /closing boundary/],
    ['with a name of every object', '; boundary=b', `${field('__proto__')}--b--\r\n`, /"__proto__"/],
    [
      'with more parts than are taken',
      '; boundary=b',
      `${field('a').repeat(60)}--b--\r\n`,
      /at most .* 50 fields/,
    ],
  ])('%s is refused in words', async (_what, type, payload, message) => {
    const response = await send(await openStudio(), type, payload);
    expect(response.statusCode).toBe(400);
    expect(response.json().error.message).toMatch(message);
  });

  it('a name that only looks harmless is a field that is not obeyed', async () => {
    const studio = await openStudio();
    const { id } = await finishedSingle(studio);
    const fields = ['model', 'task_id', 'prompt', '__proto__[0]'];
    const values = ['midjourney', id, 'a cat', 'x'];
    const body = fields.map((name, at) => field(name).replace('a cat', values[at] ?? '')).join('');
    const response = await send(studio, '; boundary=b', `${body}--b--\r\n`);
    expect(response.statusCode).toBe(200);
    expect(response.headers['x-cordgate-warnings']).toContain('__proto__');
  });

  it.each([
    [16, 200],
    [17, 400],
    [19, 400],
  ])('%i pictures are answered by %i', async (count, status) => {
    const studio = await openStudio();
    const pictures = Array(count).fill(await plain('#ff0000', 2));
    const fields = { model: 'midjourney', prompt: 'a cat', 'image[]': pictures };
    expect((await postForm(studio, '/images/edits', fields)).status).toBe(status);
    const images = pictures.map(() => ({ image_url: 'https://example.org/a.png' }));
    const json = { model: 'midjourney', prompt: 'a cat', images };
    expect((await post(studio, '/images/edits', json)).status).toBe(status);
  });

  it('a body that is too large is told the limit', async () => {
    const studio = await openStudio({ bodyLimitBytes: 2_097_152 });
    const image = Buffer.alloc(2_200_000, 1);
    const { status, body } = await postForm(studio, '/images/edits', { prompt: 'a cat', image });
    expect({ status, message: body.error.message }).toEqual({
      status: 413,
      message: expect.stringContaining('2 MB (server.bodyLimitMb)'),
    });
    const json = await post(studio, '/images/edits', { prompt: 'x'.repeat(2_200_000) });
    expect(json.body.error.message).toContain('2 MB (server.bodyLimitMb)');
  });
});

it('variations have no use for words, and say so', async () => {
  const studio = await openStudio();
  const { id } = await finished(studio);
  const { headers } = await post(studio, '/images/variations', { prompt: 'a hat', task_id: `${id}:1` });
  expect(headers['x-cordgate-warnings']).toBe('prompt ignored: variations take no words');
});

it('what a bot did not obey is told with the picture', async () => {
  const studio = await openStudio();
  const { submitTask } = studio.tasks;
  studio.tasks.submitTask = async (order) => {
    const { task, ahead } = await submitTask(order);
    // As the service does with words that a button had no use for.
    return { task: studio.tasks.succeed(task.id, { warning: 'The prompt was not used.' }), ahead };
  };
  studio.play = () => {};
  const answer = await chat(studio, 'a cat');
  expect(answer.headers['x-cordgate-warnings']).toBe('The prompt was not used.');
});

it('an earlier picture that failed is no reason to wait', async () => {
  const studio = await openStudio();
  const task = await finished(studio);
  studio.tasks.succeed(task.id, { status: 'failed' });
  const fields = { prompt: 'a hat', task_id: task.id, mask: await leftMask(16, 16) };
  const { status, body } = await postForm(studio, '/images/edits', fields);
  expect(status).toBe(409);
  expect(body.error.message).toContain('start again');
  expect(body.error.message).not.toContain('Wait');
});

describe('a chat', () => {
  it.each(['U2', 'V3', 'reroll', '🔄', 'zoom 2x', 'Pan Left'])(
    '"%s" needs a picture above',
    async (words) => {
      const studio = await openStudio();
      const { status, body } = await chat(studio, words);
      expect({ status, param: body.error.param }).toEqual({ status: 400, param: 'messages' });
      expect(body.error.message).toContain('no picture above');
      expect(studio.tasks.orders).toEqual([]);
    },
  );

  it.each(['/settings', '/fast', '/show 4e68485a', '/prefer remix', '/whatever', '/animate a cat'])(
    '%s is no command of it',
    async (words) => {
      const studio = await openStudio();
      const { status, body } = await chat(studio, words);
      expect(status).toBe(400);
      expect(body.error.message).toContain('/imagine, /describe, /blend, /shorten');
      expect(studio.tasks.orders).toEqual([]);
    },
  );

  it.each([
    ['/path/to/a cat', '/path/to/a cat'],
    ['/ a cat', '/ a cat'],
    ['/imagined cats', '/imagined cats'],
    ['/imagine a cat', 'a cat'],
  ])('%s is a prompt', async (words, prompt) => {
    const studio = await openStudio();
    expect((await chat(studio, words)).status).toBe(200);
    expect(studio.tasks.orders).toMatchObject([{ verb: 'imagine', prompt }]);
  });

  it('with a bot that films takes other commands', async () => {
    const studio = await openStudio();
    studio.play = (tasks, task) => void tasks.succeedWithVideo(task.id);
    studio.service.drawingModels = [PIKA];
    expect((await chat(studio, '/create a cat', undefined, 'pika')).status).toBe(200);
    expect(studio.tasks.orders).toMatchObject([{ verb: 'create', prompt: 'a cat' }]);
    const { status, body } = await chat(studio, '/imagine a cat', undefined, 'pika');
    expect({ status, message: body.error.message }).toEqual({
      status: 400,
      message: expect.stringContaining('/create, /animate'),
    });
  });

  it.each(['a\u0000cat', 'half \ud83d of a cat', '\u200b\u0007'])('refuses %j', async (words) => {
    const studio = await openStudio();
    const { status, body } = await chat(studio, words);
    expect({ status, param: body.error.param }).toEqual({ status: 400, param: 'messages' });
    expect(studio.tasks.orders).toEqual([]);
  });

  it('lists what can be said, when something else was', async () => {
    const studio = await openStudio();
    const { id } = await finished(studio);
    const { body } = await chat(studio, 'zoom 2x', `(task ${id})`);
    expect(body.error.message).toContain('"zoom 2x"; it offers: U1, U2, U3, U4, reroll, V1');
  });

  it('takes U2 for the second of several clips', async () => {
    const studio = await openStudio();
    const { id } = await finished(studio);
    const clip = { ...GRID_ACTIONS[0]!, kind: 'video-upscale' as const, index: 2, customId: 'MJ::clip::2' };
    studio.tasks.succeed(id, { actions: [clip] });
    expect((await chat(studio, 'U2', `(task ${id})`)).status).toBe(200);
    expect(studio.tasks.orders.at(-1)?.action).toEqual({ customId: 'MJ::clip::2' });
  });

  it('passes other refusals on as they are', async () => {
    const studio = await openStudio();
    const { id } = await finished(studio);
    studio.tasks.refuseWith(new GatewayError('queue_full', 'The queue is full.'));
    expect((await chat(studio, 'U2', `(task ${id})`)).body.error.code).toBe('rate_limit_exceeded');
  });
});
