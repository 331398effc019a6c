import { setTimeout as sleep } from 'node:timers/promises';
import OpenAI, { toFile } from 'openai';
import { describe, expect, it } from 'vitest';
import { GatewayError } from '../../../src/core/errors.ts';
import { CLIP, DRAWER_KEY, OTHER_KEY, openFilms, PNG } from './videos-support.ts';

const formOf = (fields: Record<string, string | Buffer>) => {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) {
    if (typeof value === 'string') form.append(name, value);
    else form.append(name, new Blob([new Uint8Array(value)]), `${name}.png`);
  }
  return form;
};

describe('the official openai client', () => {
  it('creates a video, polls it, and downloads it', async () => {
    const films = await openFilms();
    const created = await films.client.videos.create({ prompt: 'a small cat' });
    expect(created).toMatchObject({ object: 'video', model: 'pika', status: 'queued', progress: 0 });
    const taskId = created.id.replace('video_', '');
    films.tasks.event(taskId, { type: 'progress-changed', percent: 45 });
    const running = await films.client.videos.retrieve(created.id);
    expect(running).toMatchObject({
      id: created.id,
      status: 'in_progress',
      progress: 45,
      completed_at: null,
    });
    const media = [{ url: `${films.cdn.url}/attachments/1/3/cat.mp4`, contentType: 'video/mp4' }];
    films.tasks.succeedWithVideo(taskId, { media });
    let video = await films.client.videos.retrieve(created.id);
    while (video.status !== 'completed') {
      await sleep(5);
      video = await films.client.videos.retrieve(created.id);
    }
    const content = await films.client.videos.downloadContent(created.id);
    expect(content.headers.get('content-type')).toBe('video/mp4');
    expect(Buffer.from(await content.arrayBuffer()).equals(CLIP)).toBe(true);
  });

  it('sends a picture to begin with', async () => {
    const { client, tasks } = await openFilms();
    const video = await client.videos.create({
      prompt: 'she jumps',
      model: 'pika',
      input_reference: await toFile(PNG, 'cat.png', { type: 'image/png' }),
      seconds: '8',
      size: '1280x720',
    });
    expect(video).toMatchObject({ status: 'queued', size: '1280x720', prompt: 'she jumps -ar 16:9' });
    expect(tasks.orders[0]).toMatchObject({ model: 'pika', verb: 'animate', prompt: 'she jumps -ar 16:9' });
    expect(tasks.orders[0]?.images).toEqual([{ type: 'bytes', bytes: PNG }]);
  });

  it('remixes, lists page by page, and deletes', async () => {
    const films = await openFilms();
    const first = await films.finished();
    const remixed = await films.client.videos.remix(first, { prompt: 'now a dog' });
    expect(remixed).toMatchObject({ remixed_from_video_id: first, status: 'queued', prompt: 'now a dog' });
    const ids: string[] = [];
    for await (const { id } of films.client.videos.list({ limit: 1 })) ids.push(id);
    expect(ids).toEqual([remixed.id, first]);
    const deleted = await films.client.videos.delete(first);
    expect(deleted).toEqual({ id: first, object: 'video.deleted', deleted: true });
    await expect(films.client.videos.retrieve(first)).rejects.toBeInstanceOf(OpenAI.NotFoundError);
  });
});

describe('POST /v1/videos', () => {
  it('answers with every field of the specification', async () => {
    const { ask, tasks } = await openFilms();
    const { status, headers, body } = await ask('POST', '/videos', { prompt: 'a small cat' });
    expect(status).toBe(200);
    expect(body).toEqual({
      id: expect.stringMatching(/^video_\d+$/),
      object: 'video',
      model: 'pika',
      status: 'queued',
      progress: 0,
      created_at: 1_713_497_101,
      completed_at: null,
      expires_at: null,
      prompt: 'a small cat',
      size: '1280x720',
      seconds: '3',
      remixed_from_video_id: null,
      error: null,
    });
    expect(headers.get('x-cordgate-task-id')).toBe(body.id.replace('video_', ''));
    expect(headers.get('x-cordgate-warnings')).toBeNull();
    expect(tasks.orders[0]).toMatchObject({ model: 'pika', verb: 'create', images: [] });
  });

  it.each([
    ['720x1280', 'a cat -ar 9:16', 'size gives the shape only: -ar 9:16'],
    ['1792x1024', 'a cat -ar 7:4', 'size gives the shape only: -ar 7:4'],
    ['auto', 'a cat', null],
  ])('carries a size of %s in the prompt', async (size, prompt, warning) => {
    const { ask, tasks } = await openFilms();
    const { headers, body } = await ask('POST', '/videos', { prompt: 'a cat', size });
    expect(tasks.orders[0]?.prompt).toBe(prompt);
    expect(headers.get('x-cordgate-warnings')).toBe(warning);
    if (size !== 'auto') expect(body.size).toBe(size);
  });

  it('leaves a prompt’s own shape, and names all that it does not obey', async () => {
    const { ask, tasks } = await openFilms();
    const body = {
      prompt: '一只猫 -ar 1:1',
      size: '1280x720',
      seconds: 4,
      quality: 'high',
      n: 2,
      user: 'me',
    };
    const { headers } = await ask('POST', '/videos', body);
    expect(tasks.orders[0]?.prompt).toBe('一只猫 -ar 1:1');
    expect(headers.get('x-cordgate-warnings')).toBe(
      'unsupported parameters ignored: seconds, quality, n; size ignored: the prompt has an -ar of its own; prompt passed on as it is, but Pika understands English only',
    );
  });

  it.each([
    [
      'a link',
      { image_url: 'https://pictures.example.org/cat.png' },
      { type: 'link', url: 'https://pictures.example.org/cat.png' },
    ],
    [
      'a data URL',
      { image_url: `data:image/png;base64,${PNG.toString('base64')}` },
      { type: 'bytes', bytes: PNG },
    ],
    [
      'a bare link',
      'https://pictures.example.org/cat.png',
      { type: 'link', url: 'https://pictures.example.org/cat.png' },
    ],
  ])('takes input_reference as %s, in JSON and in forms', async (_what, input_reference, image) => {
    const { ask, tasks } = await openFilms();
    await ask('POST', '/videos', { prompt: 'a', input_reference });
    const isText = typeof input_reference === 'string';
    const text = isText ? input_reference : JSON.stringify(input_reference);
    await ask('POST', '/videos', formOf({ prompt: 'a', input_reference: text }));
    if (!isText) {
      await ask(
        'POST',
        '/videos',
        formOf({ prompt: 'a', 'input_reference[image_url]': input_reference.image_url }),
      );
    }
    expect(tasks.orders.length).toBe(isText ? 2 : 3);
    for (const { images, verb } of tasks.orders)
      expect({ images, verb }).toEqual({ images: [image], verb: 'animate' });
  });

  it('has Midjourney animate a picture, and says that it cannot film words', async () => {
    const { ask, tasks } = await openFilms();
    const refused = await ask('POST', '/videos', { model: 'midjourney', prompt: 'a cat' });
    expect(refused).toMatchObject({ status: 400, body: { error: { param: 'input_reference' } } });
    expect(tasks.orders).toEqual([]);
    const form = formOf({
      model: 'midjourney',
      prompt: 'x'.repeat(2_000),
      input_reference: PNG,
      size: '720x1280',
    });
    const { headers, body } = await ask('POST', '/videos', form);
    expect(body).toMatchObject({ model: 'midjourney', status: 'queued', seconds: '5' });
    expect(headers.get('x-cordgate-warnings')).toBe('size ignored: the clip has the shape of its picture');
    expect(tasks.orders[0]).toMatchObject({
      model: 'midjourney',
      verb: 'animate',
      prompt: 'x'.repeat(2_000),
    });
  });

  it('without a model takes the first that films and that the key may use', async () => {
    const { clientFor, tasks } = await openFilms();
    const reference = await toFile(PNG, 'a.png', { type: 'image/png' });
    await clientFor(DRAWER_KEY).videos.create({ prompt: 'a', input_reference: reference });
    expect(tasks.orders[0]?.model).toBe('midjourney');
    const { ask } = await openFilms([]);
    expect(await ask('POST', '/videos', { prompt: 'a' })).toMatchObject({
      status: 403,
      body: { error: { param: 'model', code: 'bot_not_allowed' } },
    });
  });

  it('tells models apart that do not exist, are not allowed, and only talk', async () => {
    const { ask, clientFor } = await openFilms();
    const codeOf = async (model: string) => {
      const { status, body } = await ask('POST', '/videos', { model, prompt: 'a' });
      return [status, body.error.code];
    };
    expect(await codeOf('sora-2')).toEqual([404, 'model_not_found']);
    expect(await codeOf('gpt-4o')).toEqual([400, 'unsupported_parameter']);
    const refused = clientFor(DRAWER_KEY).videos.create({ prompt: 'a', model: 'pika' });
    await expect(refused).rejects.toMatchObject({ status: 403, code: 'bot_not_allowed' });
  });

  it.each<[string, object | FormData, string | null, RegExp]>([
    ['a list', [], null, /must be a JSON object/],
    ['no prompt', {}, 'prompt', /Missing required parameter: 'prompt'/],
    ['an empty prompt', { prompt: ' \n' }, 'prompt', /must not be empty/],
    ['a prompt that is a number', { prompt: 7 }, 'prompt', /expected a string, but got a number/],
    [
      'a prompt that Pika does not take',
      { prompt: 'x'.repeat(1_501) },
      'prompt',
      /1501 characters.*at most 1500/,
    ],
    [
      'a prompt that its size makes too long',
      { prompt: 'x'.repeat(1_495), size: '720x1280' },
      'prompt',
      /1504/,
    ],
    ['a model that is a list', { prompt: 'a', model: [] }, 'model', /expected a string/],
    ['a size in words', { prompt: 'a', size: 'big' }, 'size', /WIDTHxHEIGHT/],
    ['a size that is a number', { prompt: 'a', size: 720 }, 'size', /expected a string/],
    ['seconds in words', { prompt: 'a', seconds: 'long' }, 'seconds', /number of seconds/],
    [
      'seconds that are true',
      { prompt: 'a', seconds: true },
      'seconds',
      /expected a string, but got a boolean/,
    ],
    [
      'a picture that is a number',
      { prompt: 'a', input_reference: 7 },
      'input_reference',
      /object with image_url/,
    ],
    ['a picture without a link', { prompt: 'a', input_reference: {} }, 'input_reference', /image_url/],
    [
      'a picture that is no link',
      { prompt: 'a', input_reference: 'cat.png' },
      'input_reference',
      /link with http/,
    ],
    [
      'a file of OpenAI',
      { prompt: 'a', input_reference: { file_id: 'file-1' } },
      'input_reference.file_id',
      /keeps no files/,
    ],
    ['a form without words', formOf({ input_reference: PNG }), 'prompt', /Missing required/],
    [
      'an empty file',
      formOf({ prompt: 'a', input_reference: Buffer.alloc(0) }),
      'input_reference',
      /empty file/,
    ],
    ['a file under another name', formOf({ prompt: 'a', image: PNG }), 'image', /not expected/],
    [
      'a form with broken JSON',
      formOf({ prompt: 'a', input_reference: '{"image_url"' }),
      'input_reference',
      /JSON/,
    ],
    [
      'two pictures',
      formOf({ prompt: 'a', input_reference: PNG, 'input_reference[image_url]': 'https://a.example/b.png' }),
      'input_reference',
      /one picture/,
    ],
  ])('is refused with %s', async (_what, payload, param, message) => {
    const { ask, tasks } = await openFilms();
    const { status, body } = await ask('POST', '/videos', payload);
    expect(status).toBe(400);
    expect(body.error).toMatchObject({ type: 'invalid_request_error', param });
    expect(body.error.message).toMatch(message);
    expect(tasks.orders).toEqual([]);
  });

  it('is refused when it is too large, as JSON and as a form', async () => {
    const { ask } = await openFilms();
    const large = Buffer.alloc(250_000);
    const image_url = `data:image/png;base64,${large.toString('base64')}`;
    for (const body of [
      { prompt: 'a', input_reference: { image_url } },
      formOf({ prompt: 'a', input_reference: large }),
    ])
      expect(await ask('POST', '/videos', body)).toMatchObject({
        status: 413,
        body: { error: { code: 'body_too_large' } },
      });
  });

  it('hands on why it is refused, with the time to wait', async () => {
    const { ask, tasks } = await openFilms();
    tasks.refuseWith(new GatewayError('queue_full', 'The line is full.', { retryAfterMs: 2_500 }));
    const { status, headers, body } = await ask('POST', '/videos', { prompt: 'a' });
    expect([status, headers.get('retry-after'), body.error.code]).toEqual([429, '3', 'rate_limit_exceeded']);
  });
});

describe('GET /v1/videos/{id}', () => {
  it('goes through the states of the specification', async () => {
    const { ask, tasks } = await openFilms();
    const { id } = (await ask('POST', '/videos', { prompt: 'a' })).body;
    const taskId = id.replace('video_', '');
    const look = async () => {
      const { body } = await ask('GET', `/videos/${id}`);
      return [body.status, body.progress];
    };
    const seen = [await look()];
    for (const event of [
      { type: 'job-submitted', nonce: '1' },
      { type: 'job-accepted' },
      { type: 'job-waiting' },
      { type: 'progress-changed', percent: 60 },
    ] as const) {
      tasks.event(taskId, event);
      seen.push(await look());
    }
    tasks.now += 30_500;
    tasks.succeedWithVideo(taskId);
    seen.push(await look());
    expect(seen).toEqual([
      ['queued', 0],
      ['in_progress', 0],
      ['in_progress', 0],
      ['in_progress', 0],
      ['in_progress', 60],
      ['completed', 100],
    ]);
    expect((await ask('GET', `/videos/${id}`)).body.completed_at).toBe(1_713_497_131);
  });

  it.each([
    [new GatewayError('prompt_refused', 'The video was moderated.'), 'prompt_refused'],
    [new GatewayError('task_timeout', 'Nothing came.'), 'task_timeout'],
    [new GatewayError('task_stopped', 'Cancelled by the caller.'), 'task_stopped'],
  ])('tells why one failed (%s)', async (error, code) => {
    const { ask, tasks } = await openFilms();
    const { id } = (await ask('POST', '/videos', { prompt: 'a' })).body;
    tasks.fail(id.replace('video_', ''), error);
    expect((await ask('GET', `/videos/${id}`)).body).toMatchObject({
      status: 'failed',
      completed_at: null,
      error: { code, message: error.message },
    });
  });

  it('knows no drawings, no videos of others, and nothing else', async () => {
    const { ask, tasks, finished, clientFor } = await openFilms();
    const caller = { id: 'tester', admin: false, bots: ['*'] };
    const { signal } = new AbortController();
    const order = { caller, driver: 'midjourney', verb: 'imagine', prompt: 'a', images: [], signal } as const;
    const drawing = (await tasks.submitTask(order)).task;
    for (const id of [`video_${drawing.id}`, 'video_7', 'video_', 'x'.repeat(300), '%00'])
      expect(await ask('GET', `/videos/${id}`)).toMatchObject({
        status: 404,
        body: { error: { code: 'task_not_found' } },
      });
    const other = clientFor(OTHER_KEY).videos;
    const id = await finished();
    await expect(other.retrieve(id)).rejects.toBeInstanceOf(OpenAI.NotFoundError);
    await expect(other.downloadContent(id)).rejects.toBeInstanceOf(OpenAI.NotFoundError);
    await expect(other.delete(id)).rejects.toBeInstanceOf(OpenAI.NotFoundError);
    await expect(other.remix(id, { prompt: 'a' })).rejects.toBeInstanceOf(OpenAI.NotFoundError);
  });
});

describe('GET /v1/videos', () => {
  it('lists the caller’s videos alone, either way round, page by page', async () => {
    const { ask, tasks, clientFor } = await openFilms();
    const caller = { id: 'tester', admin: false, bots: ['*'] };
    const ids: string[] = [];
    for (let count = 0; count < 5; count += 1) {
      ids.push((await ask('POST', '/videos', { prompt: 'a' })).body.id);
      const { signal } = new AbortController();
      await tasks.submitTask({
        caller,
        driver: 'midjourney',
        verb: 'imagine',
        prompt: 'a',
        images: [],
        signal,
      });
    }
    await clientFor(OTHER_KEY).videos.create({ prompt: 'a' });
    const page = async (query: string) => {
      const { body } = await ask('GET', `/videos?${query}`);
      expect(body).toMatchObject({
        object: 'list',
        first_id: body.data[0]?.id ?? null,
        last_id: body.data.at(-1)?.id ?? null,
      });
      return { ids: body.data.map(({ id }: { id: string }) => ids.indexOf(id)), more: body.has_more };
    };
    expect(await page('')).toEqual({ ids: [4, 3, 2, 1, 0], more: false });
    expect(await page('limit=2')).toEqual({ ids: [4, 3], more: true });
    expect(await page(`limit=2&after=${ids[3]}`)).toEqual({ ids: [2, 1], more: true });
    expect(await page(`limit=2&after=${ids[1]}`)).toEqual({ ids: [0], more: false });
    expect(await page('limit=2&order=asc')).toEqual({ ids: [0, 1], more: true });
    expect(await page(`limit=2&order=asc&after=${ids[1]}`)).toEqual({ ids: [2, 3], more: true });
    expect(await page(`limit=5&order=asc&after=${ids[2]}`)).toEqual({ ids: [3, 4], more: false });
    expect(await page('limit=0')).toEqual({ ids: [], more: true });
  });

  it.each([
    ['limit=101', 'limit'],
    ['limit=many', 'limit'],
    ['limit=1&limit=2', 'limit'],
    ['order=newest', 'order'],
    ['after=cat', 'after'],
  ])('is refused with %s', async (query, param) => {
    const { ask } = await openFilms();
    expect(await ask('GET', `/videos?${query}`)).toMatchObject({ status: 400, body: { error: { param } } });
  });
});

describe('DELETE /v1/videos/{id}', () => {
  it('stops one that is being made, and forgets it', async () => {
    const { ask, tasks } = await openFilms();
    const { id } = (await ask('POST', '/videos', { prompt: 'a' })).body;
    const { signal } = new AbortController();
    const states: string[] = [];
    const watching = (async () => {
      const caller = { id: 'tester', admin: false, bots: ['*'] };
      for await (const { status } of tasks.watchTask(caller, id.replace('video_', ''), signal))
        states.push(status);
    })();
    expect((await ask('DELETE', `/videos/${id}`)).body).toEqual({
      id,
      object: 'video.deleted',
      deleted: true,
    });
    await watching;
    expect(states).toEqual(['queued', 'cancelled']);
    expect((await ask('GET', `/videos/${id}`)).status).toBe(404);
    expect((await ask('DELETE', `/videos/${id}`)).status).toBe(404);
  });
});

describe('POST /v1/videos/{id}/remix', () => {
  it('presses the button with the new words, as JSON and as a form', async () => {
    const films = await openFilms();
    const id = await films.finished();
    const parentId = id.replace('video_', '');
    for (const body of [{ prompt: 'now a dog' }, formOf({ prompt: 'now a dog' })]) {
      const { body: video } = await films.ask('POST', `/videos/${id}/remix`, body);
      expect(video).toMatchObject({ object: 'video', status: 'queued', remixed_from_video_id: id });
      expect(films.tasks.orders.at(-1)).toMatchObject({
        verb: 'act',
        parentId,
        action: { kind: 'remix' },
        prompt: 'now a dog',
        form: { prompt: 'now a dog' },
      });
    }
  });

  it('names what it does not obey', async () => {
    const films = await openFilms();
    const body = { prompt: '现在是一只狗', seconds: '8' };
    const { headers } = await films.ask('POST', `/videos/${await films.finished()}/remix`, body);
    expect(headers.get('x-cordgate-warnings')).toBe(
      'unsupported parameters ignored: seconds; prompt passed on as it is, but Pika understands English only',
    );
  });

  it.each([
    ['no words', {}, 400, 'prompt'],
    ['empty words', { prompt: '' }, 400, 'prompt'],
    ['too many words', { prompt: 'x'.repeat(1_501) }, 400, 'prompt'],
  ])('is refused with %s', async (_what, body, status, param) => {
    const films = await openFilms();
    const answer = await films.ask('POST', `/videos/${await films.finished()}/remix`, body);
    expect(answer).toMatchObject({ status, body: { error: { param } } });
  });

  it('is refused while the video is made', async () => {
    const { ask } = await openFilms();
    const { id } = (await ask('POST', '/videos', { prompt: 'a' })).body;
    const answer = await ask('POST', `/videos/${id}/remix`, { prompt: 'b' });
    expect(answer).toMatchObject({ status: 409, body: { error: { code: 'parent_unfinished' } } });
    expect(answer.headers.get('x-should-retry')).toBe('false');
  });
});

describe('the paths of videos', () => {
  it.each(['edits', 'extensions', 'characters'])('say that no bot has /videos/%s', async (name) => {
    const { ask } = await openFilms();
    const answer = await ask('POST', `/videos/${name}`, { prompt: 'a' });
    expect(answer).toMatchObject({ status: 400, body: { error: { code: 'unsupported_parameter' } } });
  });

  it('need a key, and take only their methods', async () => {
    const { ask, clientFor } = await openFilms();
    await expect(clientFor('sk-wrong').videos.list()).rejects.toBeInstanceOf(OpenAI.AuthenticationError);
    expect((await ask('PUT', '/videos', {})).headers.get('allow')).toBe('GET, POST, HEAD, OPTIONS');
    expect((await ask('POST', '/videos/video_1/content', {})).status).toBe(405);
    expect((await ask('GET', '/videos/video_1/remix')).status).toBe(405);
  });
});
