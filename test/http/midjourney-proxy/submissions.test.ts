import { describe, expect, it } from 'vitest';
import type { TaskOrder } from '../../../src/core/tasks.ts';
import { GRID_ACTIONS, JOB } from '../../support/fake-tasks.ts';
import { whiteMask } from '../masks.ts';
import { CALLER, finishedGrid, makeProxy, PNG, studio } from './support.ts';

const DATA_URL = `data:image/png;base64,${PNG}`;
/** Of the size of a finished grid. */
const MASK = await whiteMask(2048);
const LINK = 'https://pictures.example.org/cat.png';
const bytes = { type: 'bytes', bytes: Buffer.from(PNG, 'base64') };

type Expected = Partial<Record<keyof TaskOrder, unknown>>;

/** path, body, what the service is asked for */
const NEW_WORK: [string, object, Expected][] = [
  ['imagine', { prompt: ' a cat --ar 1:1 ' }, { verb: 'imagine', prompt: 'a cat --ar 1:1', images: [] }],
  [
    'imagine',
    { prompt: 'a cat', base64Array: [DATA_URL, LINK] },
    { images: [bytes, { type: 'link', url: LINK }] },
  ],
  ['imagine', { prompt: 'a cat', base64Array: [PNG, '', null] }, { images: [bytes] }],
  ['imagine', { prompt: 'a cat', base64Array: null, base64: DATA_URL }, { images: [bytes] }],
  ['imagine', { prompt: 'a cat', botType: 'NIJI_JOURNEY' }, { variant: 'niji' }],
  ['imagine', { prompt: 'a cat', botType: 'MID_JOURNEY' }, { variant: undefined }],
  [
    'imagine',
    { prompt: 'a cat', botType: null, state: '', notifyHook: null },
    { state: undefined, notify: undefined },
  ],
  ['imagine', { prompt: 'a cat', state: 'order 7' }, { state: 'order 7' }],
  [
    'imagine',
    { prompt: 'a cat', notifyHook: 'https://shop.example.org/hook' },
    { notify: { url: 'https://shop.example.org/hook', dialect: 'midjourney-proxy' } },
  ],
  ['imagine', { prompt: 'a cat', accountFilter: { modes: ['RELAX'] } }, { mode: 'relax' }],
  ['imagine', { prompt: 'a cat', accountFilter: { modes: ['RELAX', 'FAST'] } }, { mode: undefined }],
  ['imagine', { prompt: 'a cat', accountFilter: { instanceId: 'alice' } }, { accountId: 'alice' }],
  [
    'imagine',
    { prompt: 'a cat', accountFilter: { instanceId: '1100000000000000002' } },
    { accountId: 'alice' },
  ],
  ['imagine', { prompt: 'a cat', accountFilter: 'junk', index: {}, unknown: [1] }, { accountId: undefined }],
  ['describe', { base64: DATA_URL }, { verb: 'describe', prompt: '', images: [bytes] }],
  ['describe', { base64: LINK }, { images: [{ type: 'link', url: LINK }] }],
  ['describe', { base64: '', link: LINK }, { images: [{ type: 'link', url: LINK }] }],
  [
    'blend',
    { base64Array: [DATA_URL, LINK] },
    { verb: 'blend', dimensions: 'square', images: [bytes, expect.anything()] },
  ],
  ['blend', { base64Array: [LINK, LINK], dimensions: 'PORTRAIT' }, { dimensions: 'portrait' }],
  ['blend', { base64Array: [LINK, LINK], dimensions: 'landscape' }, { dimensions: 'landscape' }],
  ['shorten', { prompt: 'a very long prompt' }, { verb: 'shorten', prompt: 'a very long prompt' }],
  ['show', { jobId: `https://www.midjourney.com/jobs/${JOB}?index=0` }, { verb: 'show', jobId: JOB }],
  [
    'video',
    { prompt: 'it moves', image: LINK, motion: 'high' },
    { verb: 'animate', prompt: 'it moves', motion: 'high', images: [{ type: 'link', url: LINK }] },
  ],
];

const act = (action: object, more: Expected = {}): Expected => ({
  verb: 'act',
  prompt: '',
  images: [],
  action,
  ...more,
});

/** path, what is done with the finished grid of this id, what the service is asked for */
const FOLLOW_UPS: [string, (id: string) => object, Expected][] = [
  ['change', (taskId) => ({ taskId, action: 'UPSCALE', index: 2 }), act({ kind: 'upscale', index: 2 })],
  ['change', (taskId) => ({ taskId, action: 'variation', index: '4' }), act({ kind: 'vary', index: 4 })],
  ['change', (taskId) => ({ taskId, action: 'REROLL', index: null }), act({ kind: 'reroll' })],
  ['simple-change', (id) => ({ content: `${id} U2` }), act({ kind: 'upscale', index: 2 })],
  ['simple-change', (id) => ({ content: ` ${id}  v1 ` }), act({ kind: 'vary', index: 1 })],
  ['simple-change', (id) => ({ content: `${id} r` }), act({ kind: 'reroll' })],
  [
    'action',
    (taskId) => ({ taskId, customId: `MJ::JOB::upsample::3::${JOB}` }),
    act({ customId: `MJ::JOB::upsample::3::${JOB}` }, { form: undefined }),
  ],
  [
    'action',
    (taskId) => ({ taskId, customId: `MJ::JOB::variation::3::${JOB}`, enableRemix: true }),
    act({ customId: `MJ::JOB::variation::3::${JOB}` }, { form: 'ask' }),
  ],
];

/** The same, where the grid of the test has no such button. */
const OTHER_BUTTONS: [string, (id: string) => object, Expected][] = [
  ['video', (taskId) => ({ taskId, index: 0 }), act({ kind: 'animate-low' })],
  [
    'video',
    (taskId) => ({ taskId, motion: 'high', prompt: 'a storm' }),
    act({ kind: 'animate-high' }, { form: { prompt: 'a storm' } }),
  ],
  [
    'video',
    (taskId) => ({ taskId, action: 'extend', index: 0, motion: 'high' }),
    act({ kind: 'extend-high', index: 1 }),
  ],
  ['video', (taskId) => ({ taskId, action: 'extend' }), act({ kind: 'extend-low' })],
  [
    'edits',
    (taskId) => ({ taskId, prompt: 'a hat', maskBase64: MASK, image: LINK }),
    act({ kind: 'vary-region' }, { form: { prompt: 'a hat', mask: MASK } }),
  ],
];

describe('submissions', () => {
  it.each(NEW_WORK)('%s with %j becomes one order', async (path, body, expected) => {
    const proxy = makeProxy();
    proxy.tasks.views = [studio()];
    const { status, json } = await proxy.post(`/mj/submit/${path}`, body);
    expect({ status, json }).toMatchObject({ status: 200, json: { code: 1, description: '提交成功' } });
    expect(json.result).toMatch(/^\d+$/);
    expect(json.properties).toEqual({ discordInstanceId: 'alice' });
    expect(proxy.tasks.orders).toHaveLength(1);
    expect(proxy.tasks.orders[0]).toMatchObject({
      ...expected,
      driver: 'midjourney',
      caller: { id: 'painter' },
    });
  });

  it.each(FOLLOW_UPS)('%s presses a button of the finished task (%#)', async (path, bodyOf, expected) => {
    const proxy = makeProxy();
    const parentId = await finishedGrid(proxy);
    const { json } = await proxy.post(`/mj/submit/${path}`, bodyOf(parentId));
    expect(json).toMatchObject({ code: 1, result: expect.stringMatching(/^\d+$/) });
    expect(proxy.tasks.orders[1]).toMatchObject({ ...expected, parentId });
  });

  it.each(OTHER_BUTTONS)(
    '%s asks for a button that only some tasks offer (%#)',
    async (path, bodyOf, expected) => {
      const proxy = makeProxy();
      const parentId = await finishedGrid(proxy);
      const { json } = await proxy.post(`/mj/submit/${path}`, bodyOf(parentId));
      expect(json).toMatchObject({ code: 4, description: expect.stringContaining('关联任务不允许执行变化') });
      expect(proxy.tasks.orders[1]).toMatchObject({ ...expected, parentId });
    },
  );

  it('takes the task id as a number without losing a digit', async () => {
    const proxy = makeProxy();
    const id = await finishedGrid(proxy);
    const { json } = await proxy.post('/mj/submit/change', `{"taskId":${id},"action":"UPSCALE","index":1}`);
    expect(json.code).toBe(1);
    expect(proxy.tasks.orders[1]?.parentId).toBe(id);
  });

  it.each([
    ['/mj', undefined],
    ['/mj-fast/mj', 'fast'],
    ['/mj-relax/mj', 'relax'],
    ['/mj-turbo/mj', 'turbo'],
  ])('the prefix %s asks for the speed %s', async (prefix, mode) => {
    const proxy = makeProxy();
    const { json } = await proxy.post(`${prefix}/submit/imagine`, { prompt: 'a cat' });
    expect(proxy.tasks.orders[0]?.mode).toBe(mode);
    const fetched = await proxy.get(`${prefix}/task/${json.result}/fetch`);
    expect(fetched.json).toMatchObject({ id: json.result, mode: mode?.toUpperCase() ?? null });
  });

  it('the speed of the path wins over the one of the body', async () => {
    const proxy = makeProxy();
    await proxy.post('/mj-turbo/mj/submit/imagine', { prompt: 'a cat', accountFilter: { modes: ['RELAX'] } });
    expect(proxy.tasks.orders[0]?.mode).toBe('turbo');
  });

  it('a task that has to wait is told how many stand before it', async () => {
    const proxy = makeProxy();
    proxy.tasks.ahead = 3;
    const { json } = await proxy.post('/mj/submit/imagine', { prompt: 'a cat' });
    expect(json).toEqual({
      code: 22,
      description: '排队中，前面还有3个任务',
      result: expect.stringMatching(/^\d+$/),
      properties: { numberOfQueues: 3, discordInstanceId: 'alice' },
    });
  });

  it('pictures are put onto Discord, and their links are the result', async () => {
    const proxy = makeProxy();
    const { json } = await proxy.post('/mj/submit/upload-discord-images', { base64Array: [DATA_URL, PNG] });
    expect(json).toMatchObject({ code: 1, description: '提交成功' });
    expect(json.result).toEqual([
      expect.stringMatching(/^https:\/\/cdn\.discordapp\.com\/attachments\/111\/1\//),
      expect.stringMatching(/^https:\/\/cdn\.discordapp\.com\/attachments\/111\/2\//),
    ]);
  });

  it('what cannot be obeyed is named in a header, and emptiness is not', async () => {
    const proxy = makeProxy();
    const asks = { tools: ['http://10.0.0.1/'], loop: true, batchSize: 4, accountFilter: { remix: true } };
    const named = await proxy.post('/mj/submit/imagine', { prompt: 'a cat', ...asks });
    expect(named.headers['x-cordgate-warnings']).toBe(
      'unsupported parameters ignored: tools, loop, batchSize, accountFilter.remix',
    );
    const empty = { tools: [], loop: false, batchSize: 1, language: '', endImage: null };
    const silent = await proxy.post('/mj/submit/imagine', { prompt: 'a cat', ...empty });
    expect(silent.headers).not.toHaveProperty('x-cordgate-warnings');
  });
});

describe('windows', () => {
  async function waiting() {
    const proxy = makeProxy();
    const parent = await finishedGrid(proxy);
    proxy.tasks.asksForms = true;
    const body = { taskId: parent, customId: `MJ::JOB::variation::1::${JOB}` };
    const { json } = await proxy.post('/mj/submit/action', body);
    return { proxy, json };
  }

  it('a button that needs words answers 21 with the words of its window', async () => {
    const { proxy, json } = await waiting();
    expect(json).toEqual({
      code: 21,
      description: 'Waiting for window confirm',
      result: expect.stringMatching(/^\d+$/),
      properties: { finalPrompt: 'a small cat --v 6.1', remix: true },
    });
    const { json: task } = await proxy.get(`/mj/task/${json.result}/fetch`);
    expect(task).toMatchObject({ status: 'MODAL', progress: '0%' });
  });

  it.each([
    ['the words of the caller', { prompt: 'a dog' }, { prompt: 'a dog' }],
    ['without words those that it holds', {}, {}],
    ['null as no words', { prompt: null, maskBase64: null }, {}],
    [
      'a mask without its head',
      { prompt: 'a dog', maskBase64: `data:image/png;base64,${MASK}` },
      { prompt: 'a dog', mask: MASK },
    ],
  ])('the window takes %s', async (_name, body, form) => {
    const { proxy, json } = await waiting();
    const filled = await proxy.post('/mj/submit/modal', { taskId: json.result, ...body });
    expect(filled.json).toMatchObject({ code: 1, result: json.result });
    const [task] = await proxy.tasks.listTasks(CALLER, { limit: 1 }, new AbortController().signal);
    expect(task).toMatchObject({ id: json.result, status: 'queued', request: {} });
    expect(task?.request.form).toEqual(form);
  });

  it('a custom zoom without words takes the prompt of the picture and the usual zoom', async () => {
    const proxy = makeProxy();
    const { json } = await proxy.post('/mj/submit/imagine', { prompt: 'a small cat' });
    const zoom = { ...GRID_ACTIONS[0]!, kind: 'zoom-custom' as const, customId: `MJ::CustomZoom::${JOB}` };
    proxy.tasks.succeed(json.result, { actions: [zoom] });
    proxy.tasks.asksForms = true;
    const asked = await proxy.post('/mj/submit/action', { taskId: json.result, customId: zoom.customId });
    expect(asked.json).toMatchObject({
      code: 21,
      properties: { finalPrompt: 'a small cat --v 6.1 --zoom 2' },
    });
    await proxy.post('/mj/submit/modal', { taskId: asked.json.result });
    const task = await proxy.tasks.findTask(CALLER, asked.json.result, new AbortController().signal);
    expect(task?.request.form).toEqual({ prompt: 'a small cat --v 6.1 --zoom 2' });
  });

  it('the window of a numbered text holds that text', async () => {
    const proxy = makeProxy();
    const { json } = await proxy.post('/mj/submit/describe', { base64: LINK });
    const read = {
      ...GRID_ACTIONS[0]!,
      kind: 'imagine-text' as const,
      index: 2,
      customId: 'MJ::Job::PicReader::2',
    };
    proxy.tasks.succeed(json.result, { actions: [read], texts: ['a cat', 'a dog'] });
    proxy.tasks.asksForms = true;
    const asked = await proxy.post('/mj/submit/action', { taskId: json.result, customId: read.customId });
    expect(asked.json.properties.finalPrompt).toBe('a dog');
  });

  it('a window is answered once', async () => {
    const { proxy, json } = await waiting();
    await proxy.post('/mj/submit/modal', { taskId: json.result });
    const again = await proxy.post('/mj/submit/modal', { taskId: json.result });
    expect(again.json).toMatchObject({ code: 4, description: '关联任务状态错误' });
  });

  it.each([
    ['no task', {}, 4, 'taskId不能为空'],
    ['an unknown task', { taskId: '77' }, 3, '关联任务不存在或已失效'],
    ['a mask that is no base64', { taskId: '77', maskBase64: '@@' }, 4, 'base64格式错误'],
  ])('a window with %s is refused', async (_name, body, code, description) => {
    const { json } = await makeProxy().post('/mj/submit/modal', body);
    expect(json).toMatchObject({ code, description, result: null });
  });
});
