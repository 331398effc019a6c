import { describe, expect, it } from 'vitest';
import { GatewayError } from '../../../src/core/errors.ts';
import type { ActionKind, Task, TaskAction, TaskStatus, TaskVerb } from '../../../src/core/task.ts';
import { createLinks } from '../../../src/http/links.ts';
import { renderTask } from '../../../src/http/midjourney-proxy/render.ts';
import { JOB } from '../../support/fake-tasks.ts';
import { CDN, type Fixture, finishedGrid, makeProxy, OTHER_SECRET, studio, taskIn } from './support.ts';

const fetchTask = async (proxy: Fixture, id: string) => (await proxy.get(`/mj/task/${id}/fetch`)).json;

function task(patch: Partial<Task> = {}, request: Partial<Task['request']> = {}): Task {
  return {
    id: '1211421713496994993',
    botId: 'midjourney',
    driver: 'midjourney',
    model: 'midjourney',
    callerId: 'painter',
    accountId: 'alice',
    channelId: '1100000000000000002',
    status: 'succeeded',
    request: { verb: 'imagine', prompt: 'a cat', links: [], files: 0, ...request },
    percent: 100,
    media: [],
    actions: [],
    trace: {},
    submittedAt: 1_713_497_101_000,
    revision: 1,
    ...patch,
  };
}

const button = (kind: ActionKind, customId = 'MJ::x', index?: number): TaskAction => ({
  kind,
  customId,
  label: 'Zoom Out 2x',
  emoji: '🔍',
  style: 2,
  type: 2,
  index,
});

const linkOf = createLinks({ cdn: CDN }).unasked;

describe('a task', () => {
  it('that has succeeded is told whole', async () => {
    const proxy = makeProxy();
    const body = { prompt: 'a small cat', state: 'order 7', notifyHook: 'https://shop.example.org/hook' };
    const { json } = await proxy.post('/mj/submit/imagine', body);
    proxy.tasks.succeed(json.result);
    const imageUrl = expect.stringMatching(
      /^https:\/\/cdn\.example\.org\/attachments\/111\/222\/.+\.webp\?ex=/,
    );
    expect(await fetchTask(proxy, json.result)).toEqual({
      id: json.result,
      action: 'IMAGINE',
      status: 'SUCCESS',
      prompt: 'a small cat',
      promptEn: 'a small cat',
      promptFull: 'a small cat --v 6.1',
      description: '/imagine a small cat',
      state: 'order 7',
      submitTime: 1_713_497_101_000,
      startTime: 1_713_497_101_000,
      finishTime: 1_713_497_101_000,
      imageUrl,
      imageUrls: [{ url: imageUrl }],
      videoUrl: null,
      videoUrls: [],
      imageWidth: 2048,
      imageHeight: 2048,
      width: 2048,
      height: 2048,
      contentType: 'image/webp',
      progress: '100%',
      failReason: null,
      buttons: expect.any(Array),
      properties: {
        notifyHook: 'https://shop.example.org/hook',
        warning: null,
        finalPrompt: 'a small cat --v 6.1',
        messageId: '1230720793068179496',
        messageHash: JOB,
        progressMessageId: null,
        flags: 0,
        nonce: '1230720700000000001',
        discordInstanceId: 'alice',
        referencedMessageId: null,
      },
      parentId: null,
      botType: 'MID_JOURNEY',
      mode: null,
      nonce: '1230720700000000001',
      messageId: '1230720793068179496',
      instanceId: 'alice',
      channelId: '1100000000000000002',
      jobId: JOB,
      seed: null,
      customId: null,
    });
    expect((await fetchTask(proxy, json.result)).buttons[0]).toEqual({
      customId: `MJ::JOB::upsample::1::${JOB}`,
      emoji: '',
      label: 'U1',
      style: 2,
      type: 2,
    });
  });

  it.each<[TaskStatus, string, string]>([
    ['form', 'MODAL', '0%'],
    ['queued', 'NOT_START', '0%'],
    ['submitted', 'SUBMITTED', '0%'],
    ['accepted', 'IN_PROGRESS', '0%'],
    ['waiting', 'IN_PROGRESS', '0%'],
    ['running', 'IN_PROGRESS', '0%'],
    ['succeeded', 'SUCCESS', '100%'],
    ['failed', 'FAILURE', ''],
    ['timed-out', 'FAILURE', ''],
    ['cancelled', 'CANCEL', ''],
  ])('that is %s is told as %s', (status, word, progress) => {
    expect(renderTask(task({ status, percent: 0 }), linkOf)).toMatchObject({ status: word, progress });
  });

  it('that runs shows its percentage and its newest preview', async () => {
    const proxy = makeProxy();
    const { json } = await proxy.post('/mj/submit/imagine', { prompt: 'a cat' });
    const preview = { url: 'https://cdn.discordapp.com/attachments/1/2/x_grid_0.webp?ex=1' };
    proxy.tasks.event(json.result, { type: 'progress-changed', percent: 46, preview });
    expect(await fetchTask(proxy, json.result)).toMatchObject({
      status: 'IN_PROGRESS',
      progress: '46%',
      imageUrl: `${CDN}/attachments/1/2/x_grid_0.webp?ex=1`,
      imageUrls: [],
      finishTime: null,
      buttons: [],
    });
  });

  it('that has failed says why', async () => {
    const proxy = makeProxy();
    const { json } = await proxy.post('/mj/submit/imagine', { prompt: 'a cat' });
    proxy.tasks.fail(
      json.result,
      new GatewayError('bot_failed', '[Invalid parameter] Unrecognized parameter(s): x'),
    );
    expect(await fetchTask(proxy, json.result)).toMatchObject({
      status: 'FAILURE',
      progress: '',
      failReason: '[Invalid parameter] Unrecognized parameter(s): x',
      imageUrl: null,
    });
  });

  it('describe: the four texts stand where the prompt does, with their numbers', () => {
    const texts = ['a cat', 'a dog', 'a cow', 'a hen'];
    const numbered = '1️⃣ a cat\n\n2️⃣ a dog\n\n3️⃣ a cow\n\n4️⃣ a hen';
    const done = task(
      { texts, text: 'raw' },
      { verb: 'describe', prompt: '', links: ['https://a.example.org/c.png'] },
    );
    expect(renderTask(done, linkOf)).toMatchObject({
      action: 'DESCRIBE',
      description: '/describe https://a.example.org/c.png',
      prompt: numbered,
      promptEn: numbered,
      properties: { finalPrompt: numbered },
    });
  });

  it('shorten: the answer is the final prompt, the question stays the prompt', () => {
    const done = task({ text: '1️⃣ cat' }, { verb: 'shorten', prompt: 'a very long cat' });
    expect(renderTask(done, linkOf)).toMatchObject({
      action: 'SHORTEN',
      prompt: 'a very long cat',
      promptEn: '1️⃣ cat',
      properties: { finalPrompt: '1️⃣ cat' },
    });
  });

  it.each<[TaskVerb, TaskAction | undefined, string, string]>([
    ['imagine', undefined, 'IMAGINE', '/imagine a cat'],
    ['blend', undefined, 'BLEND', '/blend 0'],
    ['show', undefined, 'SHOW', `/show ${JOB}`],
    ['animate', undefined, 'VIDEO', '/animate a cat'],
    ['settings', undefined, 'ACTION', '/settings a cat'],
    ['act', button('upscale', 'MJ::x', 2), 'UPSCALE', '/up 77 U2'],
    ['act', button('vary', 'MJ::x', 4), 'VARIATION', '/up 77 V4'],
    ['act', button('reroll'), 'REROLL', '/up 77 R'],
    ['act', button('upscale-subtle'), 'UPSCALE_HD', '/up 77 Zoom Out 2x'],
    ['act', button('vary-strong'), 'VARIATION', '/up 77 Zoom Out 2x'],
    ['act', button('vary-region'), 'INPAINT', '/up 77 Zoom Out 2x'],
    ['act', button('zoom-2x'), 'OUTPAINT', '/up 77 Zoom Out 2x'],
    ['act', button('zoom-custom'), 'ZOOM', '/up 77 Zoom Out 2x'],
    ['act', button('pan-left'), 'PAN', '/up 77 Zoom Out 2x'],
    ['act', button('animate-low'), 'VIDEO', '/up 77 Zoom Out 2x'],
    ['act', button('extend-low'), 'VIDEO_EXTEND', '/up 77 Zoom Out 2x'],
    ['act', button('imagine-text', 'MJ::Job::PicReader::1'), 'PIC_READER', '/up 77 Zoom Out 2x'],
    ['act', button('imagine-text', 'MJ::Job::PromptAnalyzer::1'), 'IMAGINE', '/up 77 Zoom Out 2x'],
    ['act', button('other'), 'ACTION', '/up 77 Zoom Out 2x'],
  ])('%s %j is told as %s', (verb, action, name, description) => {
    const done = task({}, { verb, action, parentId: verb === 'act' ? '77' : undefined, jobId: JOB });
    expect(renderTask(done, linkOf)).toMatchObject({ action: name, description });
  });

  it('a clip has links of its own, even where it is an animated picture', () => {
    const media = [{ url: 'https://cdn.discordapp.com/a/clip.webp', contentType: 'image/webp' }];
    const clip = renderTask(task({ media }, { verb: 'act', action: button('animate-high') }), linkOf);
    expect(clip).toMatchObject({
      videoUrl: `${CDN}/a/clip.webp`,
      videoUrls: [{ url: `${CDN}/a/clip.webp` }],
    });
    const film = [{ url: 'https://cdn.discordapp.com/a/clip.mp4', contentType: 'video/mp4' }];
    expect(renderTask(task({ media: film }), linkOf).videoUrl).toBe(`${CDN}/a/clip.mp4`);
    expect(renderTask(task({ media }), linkOf).videoUrl).toBeNull();
  });

  it.each([
    ['https://cdn.discordapp.com/a/b.png?ex=1', 'https://cdn.example.org/a/b.png?ex=1'],
    ['https://cdn.discordapp.com.evil.example/a.png', 'https://cdn.discordapp.com.evil.example/a.png'],
    ['https://cdn.midjourney.com/a/0_0.png', 'https://cdn.midjourney.com/a/0_0.png'],
  ])('the link %s is shown as %s', (url, shown) => {
    expect(
      renderTask(task({ media: [{ url }] }), createLinks({ cdn: 'https://cdn.example.org/' }).unasked)
        .imageUrl,
    ).toBe(shown);
  });

  it('that nobody knows, or another caller made, is answered with nothing', async () => {
    const proxy = makeProxy();
    const id = await finishedGrid(proxy);
    const unknown = await proxy.get('/mj/task/77/fetch');
    expect([unknown.status, unknown.text]).toEqual([200, '']);
    const foreign = await proxy.get(`/mj/task/${id}/fetch`, { 'mj-api-secret': OTHER_SECRET });
    expect([foreign.status, foreign.text]).toEqual([200, '']);
  });

  it('of another kind of bot is none of this dialect', async () => {
    const proxy = makeProxy();
    const id = await finishedGrid(proxy);
    proxy.tasks.succeed(id, { driver: 'pika' });
    expect((await proxy.get(`/mj/task/${id}/fetch`)).text).toBe('');
    expect((await proxy.get('/mj/task/list')).json).toEqual([]);
  });

  it('is cancelled by POST, and told as it then stands', async () => {
    const proxy = makeProxy();
    const id = await taskIn(proxy, 'running');
    const { json } = await proxy.post(`/mj/task/${id}/cancel`);
    expect(json).toMatchObject({
      id,
      status: 'CANCEL',
      progress: '',
      failReason: 'Cancelled by the caller.',
    });
    const unknown = await proxy.post('/mj/task/77/cancel', null);
    expect(unknown.json).toMatchObject({ code: 3, description: '关联任务不存在或已失效' });
  });

  it('gives its seed as text', async () => {
    const proxy = makeProxy();
    const id = await finishedGrid(proxy);
    const { json } = await proxy.get(`/mj/task/${id}/image-seed`);
    expect(json).toMatchObject({ code: 1, result: '3301190457' });
    expect((await proxy.get('/mj/task/77/image-seed')).json.code).toBe(3);
  });

  it('leads to its picture through the host of the configuration', async () => {
    const proxy = makeProxy();
    const id = await finishedGrid(proxy);
    const { status, headers } = await proxy.get(`/mj/image/${id}`);
    expect(status).toBe(302);
    expect(headers.location).toMatch(/^https:\/\/cdn\.example\.org\/attachments\//);
    const waiting = await proxy.post('/mj/submit/imagine', { prompt: 'a cat' });
    expect((await proxy.get(`/mj/image/${waiting.json.result}`)).status).toBe(404);
  });
});

describe('lists', () => {
  async function three() {
    const proxy = makeProxy();
    const done = await finishedGrid(proxy);
    const queued = await taskIn(proxy, 'queued');
    const running = await taskIn(proxy, 'running');
    return { proxy, done, queued, running };
  }
  const ids = (tasks: { id: string }[]) => tasks.map(({ id }) => id);

  it('list gives all, newest first, as many as asked for', async () => {
    const { proxy, done, queued, running } = await three();
    expect(ids((await proxy.get('/mj/task/list')).json)).toEqual([running, queued, done]);
    expect(ids((await proxy.post('/mj/task/list')).json)).toEqual([running, queued, done]);
    expect(ids((await proxy.get('/mj/task/list?limit=1')).json)).toEqual([running]);
    expect((await proxy.get('/mj/task/list?limit=0')).json).toMatchObject({ code: 4 });
  });

  it('queue gives what has not ended, oldest first', async () => {
    const { proxy, queued, running } = await three();
    expect(ids((await proxy.get('/mj/task/queue')).json)).toEqual([queued, running]);
  });

  it.each(['list-by-condition', 'list-by-ids'])('%s gives those that exist', async (path) => {
    const { proxy, done, running } = await three();
    const { json } = await proxy.post(`/mj/task/${path}`, { ids: [done, '77', running, running] });
    expect(ids(json)).toEqual([running, done]);
  });

  it.each([{}, { ids: [] }, { ids: null }, undefined])('list-by-condition of %j is empty', async (body) => {
    const { proxy } = await three();
    expect((await proxy.post('/mj/task/list-by-condition', body)).json).toEqual([]);
  });

  it('ids as numbers lose no digit', async () => {
    const { proxy, done } = await three();
    const { json } = await proxy.post('/mj/task/list-by-condition', `{"ids":[${done}]}`);
    expect(ids(json)).toEqual([done]);
  });

  it.each([{ ids: 'x'.repeat(10) }, { ids: [{}] }, { ids: { a: 1 } }])('%j does no harm', async (body) => {
    const { status, json } = await (await three()).proxy.post('/mj/task/list-by-condition', body);
    expect(status).toBe(200);
    expect(Array.isArray(json) || json.code === 4).toBe(true);
  });

  it('over ten thousand ids are refused', async () => {
    const { json } = await makeProxy().post('/mj/task/list-by-condition', {
      ids: Array.from({ length: 10_001 }, (_, index) => index),
    });
    expect(json).toMatchObject({ code: 4, description: 'ids参数错误，最多10000个' });
  });
});

describe('accounts', () => {
  it('are shown with what clients read, and with no token', async () => {
    const proxy = makeProxy();
    proxy.tasks.views = [
      studio({ dailyLimit: 200, sentToday: 7 }),
      studio({ driver: 'pika', accountId: 'bob' }),
    ];
    const { json, text } = await proxy.get('/mj/account/list');
    expect(json).toEqual([
      {
        id: 'alice',
        guildId: '1100000000000000001',
        channelId: '1100000000000000002',
        enable: true,
        running: true,
        disabledReason: null,
        coreSize: 3,
        queueSize: 10,
        runningCount: 1,
        queueCount: 2,
        dayDrawLimit: 200,
        dayDrawCount: 7,
        fastExhausted: false,
        properties: {},
      },
    ]);
    expect(text).not.toMatch(/token/i);
  });

  it.each(['alice', '1100000000000000002'])('are fetched as %s', async (id) => {
    const proxy = makeProxy();
    proxy.tasks.views = [studio({ condition: 'paused', text: 'Pending mod message' })];
    const { json } = await proxy.get(`/mj/account/${id}/fetch`);
    expect(json).toMatchObject({ id: 'alice', enable: false, disabledReason: 'Pending mod message' });
  });

  it('that do not exist are answered with nothing', async () => {
    const { status, text } = await makeProxy().get('/mj/account/nobody/fetch');
    expect([status, text]).toEqual([200, '']);
  });
});
