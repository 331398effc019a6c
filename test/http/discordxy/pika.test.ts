import { describe, expect, it } from 'vitest';
import { systemClock } from '../../../src/core/clock.ts';
import { GatewayError } from '../../../src/core/errors.ts';
import { silentLog } from '../../../src/core/log.ts';
import type { MediaSource } from '../../../src/core/media.ts';
import { createMediaLoader } from '../../../src/media/loader.ts';
import { VIDEO_URL } from '../../support/fake-tasks.ts';
import { authorized, makeScene, OTHER_KEY, read, type Scene, send } from './support.ts';

const PNG = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);

/** What a form holds: texts, and files with their bytes. */
type Parts = readonly (readonly [name: string, value: string | Uint8Array])[];

async function sendForm({ app }: Scene, url: string, parts: Parts) {
  const form = new FormData();
  for (const [name, value] of parts) {
    if (typeof value === 'string') form.append(name, value);
    else form.append(name, new Blob([new Uint8Array(value)]), 'cat.png');
  }
  const request = new Request('http://gateway', { method: 'POST', body: form });
  return app.inject({
    method: 'POST',
    url,
    headers: { ...authorized, 'content-type': request.headers.get('content-type') ?? '' },
    payload: Buffer.from(await request.arrayBuffer()),
  });
}

/** A scene whose service looks at files as the real one does. */
function makeStrictScene(maxBytes = 20_000_000): Scene {
  const scene = makeScene();
  const media = createMediaLoader({ allowPrivate: [], clock: systemClock, maxBytes });
  const { submitTask } = scene.tasks;
  scene.tasks.submitTask = async (order) => {
    const { signal } = new AbortController();
    await Promise.all(order.images.map((image: MediaSource) => media.load(image, signal)));
    return submitTask(order);
  };
  return scene;
}

const create = async (scene: Scene, prompt = 'A cute small cat'): Promise<string> =>
  (await send(scene, '/pika/create', { prompt })).json().result;

const statusOf = async (scene: Scene, nonce: string) =>
  (await read(scene, `/pika/status?nonce=${nonce}`)).json().result;

describe('POST /pika/create', () => {
  it('answers with the nonce that the status takes', async () => {
    const scene = makeScene();
    const response = await send(scene, '/pika/create', { prompt: 'A cute small cat' });
    expect(response.statusCode).toBe(200);
    expect(response.json()).toEqual({ code: 0, result: expect.stringMatching(/^\d+$/), message: 'Success' });
    expect(response.headers).not.toHaveProperty('x-cordgate-warnings');
    expect(scene.tasks.orders[0]).toMatchObject({
      driver: 'pika',
      verb: 'create',
      prompt: 'A cute small cat',
      images: [],
    });
    expect(await statusOf(scene, response.json().result)).toMatchObject({ nonce: response.json().result });
  });

  it.each([
    ['JSON that curl calls a form', '{"prompt":"a cat -ar 9:16"}', 'application/x-www-form-urlencoded'],
    ['a form', 'prompt=a+cat+-ar+9%3A16', 'application/x-www-form-urlencoded'],
    ['JSON without a type', '{"prompt":" a cat -ar 9:16 "}', 'text/plain'],
  ])('takes %s', async (_what, body, type) => {
    const scene = makeScene();
    expect((await send(scene, '/pika/create', body, { 'content-type': type })).json().code).toBe(0);
    expect(scene.tasks.orders[0]?.prompt).toBe('a cat -ar 9:16');
  });

  it('takes a multipart form', async () => {
    const scene = makeScene();
    expect((await sendForm(scene, '/pika/create', [['prompt', 'a cat']])).json().code).toBe(0);
    expect(scene.tasks.orders[0]?.prompt).toBe('a cat');
  });

  it('passes a Chinese prompt on, and names it', async () => {
    const scene = makeScene();
    const response = await send(scene, '/pika/create', { prompt: '一只可爱的小猫', size: 'big' });
    expect(response.json().code).toBe(0);
    expect(scene.tasks.orders[0]?.prompt).toBe('一只可爱的小猫');
    expect(response.headers['x-cordgate-warnings']).toBe(
      'unsupported parameters ignored: size; prompt passed on as it is, but Pika understands English only',
    );
  });

  it('says nothing of accents, digits and signs', async () => {
    const response = await send(makeScene(), '/pika/create', { prompt: 'A café at 7 °C — "naïve"! 🐈' });
    expect(response.headers).not.toHaveProperty('x-cordgate-warnings');
  });

  it('may name a callback, told in the shape of its own status, and a state', async () => {
    const scene = makeScene();
    await send(scene, '/pika/create', {
      prompt: 'a cat',
      notifyHook: 'https://hooks.example.org/x',
      state: 's',
    });
    expect(scene.tasks.orders[0]).toMatchObject({
      state: 's',
      notify: { url: 'https://hooks.example.org/x', dialect: 'discordxy-pika' },
    });
  });

  it.each([
    ['no body', '', /empty/],
    ['a list', '[]', /must be a JSON object/],
    ['broken JSON', '{"prompt":', /not valid JSON/],
    ['no prompt', {}, /"prompt" is missing/],
    ['an empty prompt', { prompt: '  ' }, /"prompt" is missing/],
    ['a prompt that is a number', { prompt: 7 }, /"prompt" must be a text/],
    ['a prompt of 1,501 characters', { prompt: 'x'.repeat(1_501) }, /has 1501 characters.*at most 1500/],
    ['a callback that is a list', { prompt: 'a', notifyHook: [] }, /"notifyHook" must be a text/],
  ])('is refused with %s', async (_what, body, message) => {
    const scene = makeScene();
    const response = await send(scene, '/pika/create', body);
    expect(response.statusCode).toBe(400);
    expect(response.json()).toEqual({ code: 400, result: null, message: expect.stringMatching(message) });
    expect(scene.tasks.orders).toEqual([]);
  });

  it('takes 1,500 characters, however many bytes they have', async () => {
    expect((await send(makeScene(), '/pika/create', { prompt: '🐈'.repeat(1_500) })).json().code).toBe(0);
  });

  it('sends those who bring a picture to the other path', async () => {
    const response = await sendForm(makeScene(), '/pika/create', [
      ['prompt', 'a cat'],
      ['file', PNG],
    ]);
    expect(response.json()).toMatchObject({ code: 400, message: expect.stringContaining('/pika/animate') });
  });

  it.each([
    [new GatewayError('queue_full', 'The line is full.', { retryAfterMs: 2_500 }), 429],
    [new GatewayError('model_not_found', 'This gateway has no bot of that kind.'), 404],
    [new GatewayError('no_account', 'alice is paused.'), 503],
  ])('hands on why it is refused (%s)', async (error, status) => {
    const scene = makeScene();
    scene.tasks.refuseWith(error);
    const response = await send(scene, '/pika/create', { prompt: 'a cat' });
    expect(response.statusCode).toBe(status);
    expect(response.json()).toMatchObject({
      code: status,
      result: null,
      message: expect.stringContaining(error.message),
    });
  });
});

describe('POST /pika/animate', () => {
  it('takes the picture as a file, and words', async () => {
    const scene = makeStrictScene();
    const response = await sendForm(scene, '/pika/animate', [
      ['file', PNG],
      ['prompt', 'smiling and blinking'],
    ]);
    expect(response.json()).toEqual({ code: 0, result: expect.stringMatching(/^\d+$/), message: 'Success' });
    const [order] = scene.tasks.orders;
    expect(order).toMatchObject({ driver: 'pika', verb: 'animate', prompt: 'smiling and blinking' });
    expect(order?.images).toEqual([{ type: 'bytes', bytes: PNG }]);
    expect(await statusOf(scene, response.json().result)).toMatchObject({
      action: 'Animate',
      status: 'Queuing',
    });
  });

  it('needs no words', async () => {
    const scene = makeStrictScene();
    expect((await sendForm(scene, '/pika/animate', [['file', PNG]])).json().code).toBe(0);
    expect(scene.tasks.orders[0]?.prompt).toBe('');
  });

  it.each([
    [
      'a link',
      'https://pictures.example.org/cat.png',
      { type: 'link', url: 'https://pictures.example.org/cat.png' },
    ],
    ['a data URL', `data:image/png;base64,${PNG.toString('base64')}`, { type: 'bytes', bytes: PNG }],
  ])('takes the picture as %s, in JSON and in a form', async (_what, file, image) => {
    const scene = makeScene();
    await send(scene, '/pika/animate', { file, prompt: 'a' });
    await sendForm(scene, '/pika/animate', [['file', file]]);
    expect(scene.tasks.orders.map(({ images }) => images)).toEqual([[image], [image]]);
  });

  it.each<[string, Parts, RegExp]>([
    ['nothing', [], /"file" is missing/],
    ['words alone', [['prompt', 'a']], /"file" is missing.*\/pika\/create/],
    [
      'two pictures',
      [
        ['file', PNG],
        ['file', PNG],
      ],
      /one picture, not 2/,
    ],
    ['an empty file', [['file', new Uint8Array()]], /The file is empty/],
    ['the picture under another name', [['image', PNG]], /another name.*"file"/],
    [
      'words that are a file',
      [
        ['file', PNG],
        ['prompt', Buffer.from('she jumps')],
      ],
      /"prompt" must be a text/,
    ],
    [
      'words that are too many',
      [
        ['file', PNG],
        ['prompt', 'x'.repeat(1_501)],
      ],
      /at most 1500/,
    ],
    ['a word instead of a picture', [['file', 'cat.png']], /"file" holds no picture/],
    ['a document', [['file', Buffer.from('%PDF-1.7 …')]], /no picture.*a PDF document.*png, jpg, webp, gif/],
    ['a video', [['file', Buffer.from('\0\0\0\x20ftypisom', 'latin1')]], /it looks like a video/],
    ['a text', [['file', Buffer.from('hello world')]], /it looks like a plain text/],
    ['an archive', [['file', Buffer.from('PK\x03\x04\x14\0', 'latin1')]], /it looks like a ZIP archive/],
  ])('is refused with %s', async (_what, parts, message) => {
    const scene = makeStrictScene();
    const response = await sendForm(scene, '/pika/animate', parts);
    expect(response.json()).toEqual({ code: 400, result: null, message: expect.stringMatching(message) });
    expect(scene.tasks.orders).toEqual([]);
  });

  it('tells a picture over the limit of pictures from a body over the limit of bodies', async () => {
    const heavy = Buffer.concat([PNG, Buffer.alloc(2_000)]);
    const large = await sendForm(makeStrictScene(1_000), '/pika/animate', [['file', heavy]]);
    expect(large.json()).toMatchObject({
      code: 400,
      message: expect.stringContaining('larger than 1000 bytes'),
    });
    const huge = Buffer.concat([PNG, Buffer.alloc(1_100_000)]);
    const refused = await sendForm(makeScene(), '/pika/animate', [['file', huge]]);
    expect(refused.statusCode).toBe(413);
    expect(refused.json()).toMatchObject({ code: 413, result: null });
  });

  it('is refused as JSON without a picture, and as a form that breaks off', async () => {
    const scene = makeScene();
    expect((await send(scene, '/pika/animate', { prompt: 'a' })).json()).toMatchObject({
      code: 400,
      message: expect.stringContaining('"file" is missing'),
    });
    const broken = await send(
      scene,
      '/pika/animate',
      '--x\r\nContent-Disposition: form-data; name="file"\r\n\r\nab',
      {
        'content-type': 'multipart/form-data; boundary=x',
      },
    );
    expect(broken.json()).toMatchObject({ code: 400, result: null });
    expect(scene.tasks.orders).toEqual([]);
  });
});

describe('GET /pika/status', () => {
  it('shows a finished clip, on the configured host and as Discord sent it', async () => {
    const scene = makeScene();
    const nonce = await create(scene);
    scene.tasks.succeedWithVideo(nonce);
    const task = await statusOf(scene, nonce);
    expect(task).toMatchObject({
      action: 'Create',
      status: 'Success',
      progress: '100%',
      prompt: 'A cute small cat',
      nonce,
      taskId: nonce,
      discordNonce: '1230720700000000001',
      videoRawUrl: VIDEO_URL,
      videoUrl: VIDEO_URL.replace('https://cdn.discordapp.com', 'https://cdn.example.org'),
      imageUrl: '',
      messageId: '1230720793068179496',
      channelId: '1100000000000000002',
    });
    expect(task.buttons.map(({ action }: { action: string }) => action)).toEqual(['Retry', 'Remix']);
  });

  it('speaks the words of a drawing’s status', async () => {
    const scene = makeScene();
    const nonce = await create(scene);
    const seen = [(await statusOf(scene, nonce)).status];
    const events = [
      { type: 'job-submitted', nonce: '7' },
      { type: 'job-accepted' },
      { type: 'progress-changed', percent: 40 },
    ] as const;
    for (const event of events) {
      scene.tasks.event(nonce, event);
      seen.push((await statusOf(scene, nonce)).status);
    }
    scene.tasks.fail(nonce, new GatewayError('prompt_refused', 'The video was moderated.'));
    const end = await statusOf(scene, nonce);
    expect([...seen, end.status]).toEqual(['Queuing', 'Submit', 'Create', 'Running', 'Failed']);
    expect(end.failReason).toBe('The video was moderated.');
  });

  it.each(['', '?nonce=', '?taskId=1', '?nonce=1&nonce=2'])('wants one nonce (%s)', async (query) => {
    const response = await read(makeScene(), `/pika/status${query}`);
    expect(response.json()).toMatchObject({ code: 400, message: expect.stringContaining('"nonce"') });
  });

  it('knows nothing of other callers’ clips, and of unknown ones', async () => {
    const scene = makeScene();
    const nonce = await create(scene);
    const other = await read(scene, `/pika/status?nonce=${nonce}`, { authorization: `Bearer ${OTHER_KEY}` });
    const unknown = await read(scene, '/pika/status?nonce=XXX');
    for (const response of [other, unknown]) {
      expect(response.json()).toMatchObject({ code: 404, result: null });
      expect(response.statusCode).toBe(404);
    }
  });
});

describe('POST /pika/change', () => {
  it('presses retry and remix under a finished clip', async () => {
    const scene = makeScene();
    const nonce = await create(scene);
    scene.tasks.succeedWithVideo(nonce);
    const retried = (await send(scene, '/pika/change', { nonce, action: 'Retry' })).json().result;
    const body = { nonce, action: 'Remix', prompt: 'a dog' };
    const remixed = (await send(scene, '/pika/change', body)).json().result;
    expect(scene.tasks.orders.slice(1)).toMatchObject([
      { driver: 'pika', verb: 'act', parentId: nonce, action: { kind: 'retry' }, cannotBeAsked: true },
      { driver: 'pika', verb: 'act', parentId: nonce, action: { kind: 'remix' }, form: { prompt: 'a dog' } },
    ]);
    expect(await statusOf(scene, retried)).toMatchObject({ action: 'Retry', nonce: retried });
    expect(await statusOf(scene, remixed)).toMatchObject({
      action: 'Remix',
      prompt: 'a dog',
      params: { customId: 'pika-remix-1', messageId: '1230720793068179496' },
    });
  });

  it.each([
    ['no nonce', { action: 'Retry' }, 400],
    ['a number that JSON has rounded', '{"nonce":1211421713496994992,"action":"Retry"}', 400],
    ['an unknown nonce', { nonce: '7', action: 'Retry' }, 404],
  ])('is refused with %s', async (_what, body, code) => {
    expect((await send(makeScene(), '/pika/change', body)).json()).toMatchObject({ code, result: null });
  });
});

describe('the paths of Pika', () => {
  it('need a key, are told apart from unknown ones, and take only their method', async () => {
    const scene = makeScene({ log: silentLog });
    const keyless = await read(scene, '/pika/status?nonce=1', {});
    expect(keyless.json()).toMatchObject({ code: 401, result: null });
    for (const url of ['/pika', '/pika/imagine', '/pika/status/1']) {
      expect((await read(scene, url)).json()).toMatchObject({ code: 404, result: null });
    }
    expect((await read(scene, '/pika/create')).json()).toMatchObject({ code: 405, result: null });
    expect((await send(scene, '/pika/status', {})).json()).toMatchObject({ code: 405, result: null });
  });

  it('leave the forms of drawings as they were', async () => {
    const scene = makeScene();
    expect((await sendForm(scene, '/mj/imagine', [['prompt', 'a cat']])).json().code).toBe(0);
    const refused = await sendForm(scene, '/mj/imagine', [
      ['prompt', 'a cat'],
      ['file', PNG],
    ]);
    expect(refused.statusCode).toBeGreaterThanOrEqual(400);
  });

  it('list their accounts as "pika"', async () => {
    const scene = makeScene();
    scene.tasks.views = [
      {
        botId: 'films',
        driver: 'pika',
        accountId: 'alice',
        channelId: '1',
        condition: 'ready',
        since: 0,
        isSlow: false,
        concurrency: 2,
        queueLimit: 3,
        running: 1,
        queued: 2,
      },
    ];
    expect((await read(scene, '/client/online')).json().result).toMatchObject([
      { name: 'pika', account: 'alice', online: true, running: 1, queued: 2, concurrency: 2, queueSize: 3 },
    ]);
  });
});
