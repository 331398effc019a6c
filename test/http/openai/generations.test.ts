import OpenAI from 'openai';
import { describe, expect, it } from 'vitest';
import { GatewayError } from '../../../src/core/errors.ts';
import { MIDJOURNEY, PIKA } from '../../support/fake-tasks.ts';
import { authorized, framesOf, KEY, key } from '../support.ts';
import {
  COLOURS,
  draws,
  drawsWith,
  end,
  fails,
  linkOf,
  look,
  openStudio,
  post,
  SIDE,
  type Studio,
} from './support.ts';

const draw = (studio: Studio, patch: object = {}) =>
  post(studio, '/images/generations', { model: 'midjourney', prompt: 'a small cat', ...patch });

/** The colours of the pictures of an answer. */
async function coloursOf(data: readonly { b64_json: string }[]): Promise<string[]> {
  return Promise.all(data.map(async ({ b64_json }) => (await look(b64_json)).colour));
}

describe('a picture of a drawing bot', () => {
  it('is a link of the bot’s own upscale, with what it was drawn from and what to go on from', async () => {
    const studio = await openStudio();
    const { status, body, headers } = await draw(studio);
    expect(status).toBe(200);
    const [, upscale] = studio.tasks.orders;
    expect(upscale).toMatchObject({ verb: 'act', action: { kind: 'upscale', index: 1 } });
    expect(headers['x-cordgate-task-id']).toBe(upscale?.parentId);
    expect(headers['x-cordgate-warnings']).toBeUndefined();
    expect(body).toEqual({
      created: expect.any(Number),
      data: [
        {
          url: linkOf('upscale-1'),
          revised_prompt: 'a small cat --v 6.1',
          task_id: expect.stringMatching(/^\d+$/),
        },
      ],
      usage: expect.objectContaining({ input_tokens: 0, output_tokens: 0 }),
    });
    expect(body.data[0].task_id).not.toBe(upscale?.parentId);
  });

  it('as b64_json is cut from the grid, so that no upscale is spent on it', async () => {
    const studio = await openStudio();
    const { body, headers } = await draw(studio, { n: 4, response_format: 'b64_json' });
    expect(await coloursOf(body.data)).toEqual(COLOURS);
    expect(studio.tasks.orders).toHaveLength(1);
    expect(studio.fetched).toEqual([linkOf('grid')]);
    const id = headers['x-cordgate-task-id'];
    expect(body.data.map(({ task_id }: { task_id: string }) => task_id)).toEqual(
      [1, 2, 3, 4].map((n) => `${id}:${n}`),
    );
  });

  it.each(['png', 'jpeg', 'webp'])('is given as %s when that is asked for', async (format) => {
    const studio = await openStudio();
    const { body, headers } = await draw(studio, {
      response_format: 'b64_json',
      output_format: format,
      output_compression: 90,
    });
    expect(await look(body.data[0].b64_json)).toMatchObject({ format, width: SIDE });
    expect(body.output_format).toBe(format);
    expect(headers['x-cordgate-warnings']).toBeUndefined();
  });

  it('that the bot does not upscale is cut, given as a data URL, and the header says so', async () => {
    const studio = await openStudio();
    const slow = new GatewayError('slow_down', 'Wait.');
    studio.play = fails(
      slow,
      ({ action }) => action !== undefined && 'index' in action && action.index === 2,
    );
    const { body, headers } = await draw(studio, { n: 2 });
    expect(body.data[0].url).toBe(linkOf('upscale-1'));
    const [head, base64 = ''] = body.data[1].url.split(',');
    expect(head).toBe('data:image/png;base64');
    expect((await look(base64)).colour).toBe(COLOURS[1]);
    expect(headers['x-cordgate-warnings']).toBe('picture 2 is cut from the grid, as a data URL: slow_down');
  });

  it('of a bot that shows single pictures is given as it is', async () => {
    const studio = await openStudio();
    studio.play = (tasks, task) =>
      end(
        tasks,
        task.id,
        ['a', 'b', 'c'].map((name) => ({ url: linkOf(name) })),
      );
    const { body, headers } = await draw(studio, { n: 4 });
    expect(body.data.map(({ url }: { url: string }) => url)).toEqual(['a', 'b', 'c'].map(linkOf));
    expect(headers['x-cordgate-warnings']).toBe('3 of 4 pictures came');
  });

  it('by a caller whose first model draws needs no model', async () => {
    const studio = await openStudio({ keys: [key({ bots: ['midjourney'] })] });
    expect((await post(studio, '/images/generations', { prompt: 'a cat' })).status).toBe(200);
  });

  it('whose button opens a form in remix mode is drawn with the same words', async () => {
    const studio = await openStudio();
    studio.tasks.asksForms = true;
    expect((await draw(studio)).status).toBe(200);
  });
});

describe('an operator', () => {
  it('who prefers upscales has b64_json made of them', async () => {
    const asked: string[] = [];
    const picturesOf = (model: string) => {
      asked.push(model);
      return 'upscale' as const;
    };
    const studio = await openStudio({}, { picturesOf });
    const { body } = await draw(studio, { n: 2, response_format: 'b64_json' });
    expect(await coloursOf(body.data)).toEqual(COLOURS.slice(0, 2));
    expect(studio.fetched).toEqual([linkOf('upscale-1'), linkOf('upscale-2')]);
    expect(asked).toEqual(['midjourney']);
  });

  it('is told how many words a prompt took', async () => {
    const studio = await openStudio({}, { tokens: { count: async (text) => text.split(' ').length } });
    const { body } = await draw(studio, { size: '1024x1024' });
    expect(body.usage).toEqual({
      total_tokens: 5,
      input_tokens: 5,
      output_tokens: 0,
      input_tokens_details: { text_tokens: 5, image_tokens: 0 },
      output_tokens_details: { text_tokens: 0, image_tokens: 0 },
    });
    const chat = await post(studio, '/chat/completions', {
      model: 'midjourney',
      messages: [{ role: 'user', content: 'a small cat' }],
    });
    expect(chat.body.usage.prompt_tokens).toBe(3);
    expect(chat.body.usage.completion_tokens).toBeGreaterThan(3);
  });
});

describe('the prompt', () => {
  it.each([
    [{}, 'a small cat', undefined],
    [
      { size: 'auto', quality: 'standard', background: 'opaque', moderation: 'auto' },
      'a small cat',
      undefined,
    ],
    [{ size: '1792x1024' }, 'a small cat --ar 7:4', 'size gives the shape only: --ar 7:4'],
    [{ size: '1024x1024' }, 'a small cat --ar 1:1', 'size gives the shape only: --ar 1:1'],
    [{ size: '1024X1536' }, 'a small cat --ar 2:3', 'size gives the shape only: --ar 2:3'],
    [
      { size: '1024x1024', prompt: 'a cat --ar 3:2 --v 7' },
      'a cat --ar 3:2 --v 7',
      'size ignored: the prompt has an --ar of its own',
    ],
    [{ size: '1024x1024', prompt: 'a cat —aspect 3:2' }, 'a cat —aspect 3:2', /of its own/],
    [{ size: '1024x1024', prompt: 'a cat --art deco' }, 'a cat --art deco --ar 1:1', /--ar 1:1/],
    [
      { quality: 'hd', style: 'vivid', background: 'transparent', output_format: 'webp', seed: 3 },
      'a small cat',
      'unsupported parameters ignored: quality, style, background, output_format, seed',
    ],
    [{ partial_images: 2 }, 'a small cat', 'unsupported parameters ignored: partial_images'],
  ])('with %j is %j', async (patch, prompt, warning) => {
    const studio = await openStudio();
    const { headers, status } = await draw(studio, patch);
    expect(status).toBe(200);
    expect(studio.tasks.orders[0]).toMatchObject({ verb: 'imagine', prompt, model: 'midjourney' });
    if (warning instanceof RegExp) expect(headers['x-cordgate-warnings']).toMatch(warning);
    else expect(headers['x-cordgate-warnings']).toBe(warning);
  });
});

describe('a request that cannot be met', () => {
  it.each([
    [{ prompt: '  ' }, 'prompt', /must not be empty/],
    [{ prompt: undefined }, 'prompt', /Missing required parameter/],
    [{ n: 5 }, 'n', /must be at most 4/],
    [{ n: 0 }, 'n', /at least 1/],
    [{ size: 'huge' }, 'size', /WIDTHxHEIGHT/],
    [{ size: '0x0' }, 'size', /WIDTHxHEIGHT/],
    [{ partial_images: 4 }, 'partial_images', /at most 3/],
    [{ output_format: 'gif' }, 'output_format', /png, jpeg, webp/],
    [{ output_compression: 101 }, 'output_compression', /at most 100/],
  ])('%j orders nothing', async (patch, param, message) => {
    const studio = await openStudio();
    const { status, body } = await draw(studio, patch);
    expect(status).toBe(400);
    expect(body.error).toMatchObject({
      param,
      type: 'invalid_request_error',
      message: expect.stringMatching(message),
    });
    expect(studio.tasks.orders).toEqual([]);
  });

  it.each([
    ['prompt_refused', 400, undefined],
    ['queue_full', 429, undefined],
  ] as const)('%s at the door is told with its status, and may be repeated', async (code, status, retry) => {
    const studio = await openStudio();
    studio.tasks.refuseWith(new GatewayError(code, 'No.'));
    const response = await draw(studio);
    expect(response.status).toBe(status);
    expect(response.headers['x-should-retry']).toBe(retry);
  });

  it('because the bot failed is told in its words, with the task, and is not drawn again by itself', async () => {
    const studio = await openStudio();
    studio.play = fails(new GatewayError('bot_failed', '[Internal error] Something went wrong.'));
    const { status, body, headers } = await draw(studio);
    expect(status).toBe(502);
    expect(body.error).toMatchObject({
      code: 'bot_failed',
      message: expect.stringContaining('[Internal error]'),
    });
    expect(headers['x-should-retry']).toBe('false');
    expect(headers['x-cordgate-task-id']).toMatch(/^\d+$/);
  });

  it('as its grid is gone is a fault of the bot', async () => {
    const studio = await openStudio();
    studio.broken.add('grid');
    const { status, body } = await draw(studio, { response_format: 'b64_json' });
    expect({ status, code: body.error.code }).toEqual({ status: 502, code: 'bot_failed' });
  });
});

describe('a stream', () => {
  it.each([
    [0, [0, 31, 62, 93], []],
    [1, [0, 31, 62, 93], [0]],
    [2, [0, 31, 62, 93], [0, 62]],
    [3, [0, 15, 31, 46, 62, 78, 93], [0, 46, 78]],
    [3, [78, 93], [78]],
  ])(
    'with up to %i pictures of the progress %j shows %j, then the finished one',
    async (most, percents, shown) => {
      const studio = await openStudio();
      studio.play = drawsWith(...percents);
      const { status, headers, text } = await draw(studio, {
        stream: true,
        partial_images: most,
        size: '1024x1024',
      });
      expect(status).toBe(200);
      expect(headers['content-type']).toContain('text/event-stream');
      expect(headers['x-cordgate-task-id']).toMatch(/^\d+$/);
      const events = text.split('\n\n').filter((frame) => frame.startsWith('event: '));
      const datas = events.map((frame) => JSON.parse(frame.slice(frame.indexOf('data: ') + 6)));
      expect(events.map((frame) => frame.split('\n')[0])).toEqual([
        ...shown.map(() => 'event: image_generation.partial_image'),
        'event: image_generation.completed',
      ]);
      expect(studio.fetched.filter((url) => url.includes('preview'))).toEqual(
        shown.map((percent) => linkOf(`preview-${percent}`)),
      );
      shown.forEach((_, index) => {
        expect(datas[index]).toMatchObject({
          type: 'image_generation.partial_image',
          partial_image_index: index,
          size: '1024x1024',
          quality: 'auto',
          background: 'opaque',
          output_format: 'png',
          created_at: expect.any(Number),
        });
      });
      expect(await look(datas.at(-1).b64_json)).toEqual({ colour: COLOURS[0], format: 'png', width: SIDE });
      expect(datas.at(-1)).toMatchObject({ size: `${SIDE}x${SIDE}`, usage: { total_tokens: 0 } });
    },
  );

  it('goes on when a picture of the progress is gone already', async () => {
    const studio = await openStudio();
    studio.play = drawsWith(31, 62);
    studio.broken.add('preview-31');
    const { text } = await draw(studio, { stream: true, partial_images: 3 });
    expect(text.match(/^event: .*$/gm)).toEqual([
      'event: image_generation.partial_image',
      'event: image_generation.completed',
    ]);
  });

  it('that has begun tells a failure as its last event', async () => {
    const studio = await openStudio();
    studio.play = (tasks, task) => {
      tasks.event(task.id, { type: 'progress-changed', percent: 31, preview: { url: linkOf('preview-31') } });
      tasks.fail(task.id, new GatewayError('prompt_refused', 'Banned prompt detected.'));
    };
    const { status, text } = await draw(studio, { stream: true, partial_images: 1 });
    expect(status).toBe(200);
    expect(framesOf(text).at(-1)).toMatchObject({
      error: { code: 'prompt_refused', type: 'invalid_request_error' },
    });
  });

  it('that has not begun answers a failure with its status', async () => {
    const studio = await openStudio();
    studio.play = fails(new GatewayError('prompt_refused', 'Banned prompt detected.'));
    const { status, body } = await draw(studio, { stream: true });
    expect({ status, code: body.error.code }).toEqual({ status: 400, code: 'prompt_refused' });
  });

  it('shows that it lives while the bot works', async () => {
    const studio = await openStudio({ heartbeatMs: 5 });
    studio.play = (...given) => void setTimeout(() => draws(...given), 40);
    const { text } = await draw(studio, { stream: true });
    expect(text).toMatch(/^: keep-alive\n\n/);
    expect(text).toContain('image_generation.completed');
  });
});

it('a drawing goes on when its caller leaves, and can be found by its id', async () => {
  const studio = await openStudio({ heartbeatMs: 5 });
  studio.play = () => {};
  const leaving = new AbortController();
  const response = await fetch(`${studio.url}/v1/images/generations`, {
    method: 'POST',
    headers: { ...authorized, 'content-type': 'application/json' },
    body: JSON.stringify({ model: 'midjourney', prompt: 'a cat', stream: true }),
    signal: leaving.signal,
  });
  const id = response.headers.get('x-cordgate-task-id') ?? '';
  leaving.abort();
  const caller = { id: 'tester', admin: false, bots: ['*'] };
  const find = () => studio.tasks.findTask(caller, id, new AbortController().signal);
  await new Promise((resolve) => setTimeout(resolve, 30));
  expect((await find())?.status).toBe('queued');
  studio.tasks.succeed(id);
  expect((await find())?.status).toBe('succeeded');
});

it('a gateway that stops does not wait for drawings', async () => {
  const studio = await openStudio();
  studio.play = () => {};
  const waiting = draw(studio);
  await expect.poll(() => studio.tasks.orders.length).toBe(1);
  await studio.app.close();
  const { status, body, headers } = await waiting;
  expect({ status, code: body.error.code }).toEqual({ status: 503, code: 'shutting_down' });
  expect(headers['x-cordgate-task-id']).toMatch(/^\d+$/);
});

it('OpenAI’s own client draws, and streams the progress', async () => {
  const studio = await openStudio();
  studio.play = drawsWith(0, 50);
  const client = new OpenAI({ baseURL: `${studio.url}/v1`, apiKey: KEY, maxRetries: 0 });
  const links = await client.images.generate({ model: 'midjourney', prompt: 'a cat', n: 2 });
  expect(links.data?.map(({ url }) => url)).toEqual([linkOf('upscale-1'), linkOf('upscale-2')]);
  const stream = await client.images.generate({
    model: 'midjourney',
    prompt: 'a cat',
    stream: true,
    partial_images: 2,
  });
  const types: string[] = [];
  for await (const event of stream) types.push(event.type);
  expect(types).toEqual([
    'image_generation.partial_image',
    'image_generation.partial_image',
    'image_generation.completed',
  ]);
  studio.play = fails(new GatewayError('prompt_refused', 'Banned prompt detected.'));
  await expect(client.images.generate({ model: 'midjourney', prompt: 'a cat' })).rejects.toThrow(
    'Banned prompt',
  );
});

describe('a request for pictures without a model', () => {
  it('goes to the first bot that draws, not to one that only films', async () => {
    const studio = await openStudio();
    studio.service.drawingModels = [PIKA, MIDJOURNEY];
    studio.service.all = () => [];
    const answer = await post(studio, '/images/generations', { prompt: 'a small cat' });
    expect(answer.status).toBe(200);
    expect(studio.tasks.orders[0]).toMatchObject({ verb: 'imagine', model: 'midjourney' });
  });

  it('by a bot that only films is refused by its model', async () => {
    const studio = await openStudio();
    studio.service.drawingModels = [PIKA, MIDJOURNEY];
    const answer = await post(studio, '/images/generations', { prompt: 'a small cat', model: 'pika' });
    expect(answer.status).toBe(400);
    expect(JSON.parse(answer.text).error).toMatchObject({ param: 'model', code: 'unsupported_parameter' });
    expect(studio.tasks.orders).toEqual([]);
  });
});
