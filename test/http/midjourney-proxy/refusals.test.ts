import { describe, expect, it } from 'vitest';
import { ERROR_KINDS, type ErrorCode, GatewayError } from '../../../src/core/errors.ts';
import { VERDICTS } from '../../../src/http/midjourney-proxy/codes.ts';
import { finishedGrid, makeProxy, OTHER_SECRET, PNG, SECRET, taskIn } from './support.ts';

const LINK = 'https://pictures.example.org/cat.png';

/** path, body, text of the answer */
const BAD_BODIES: [string, unknown, string][] = [
  ['imagine', undefined, 'prompt不能为空'],
  ['imagine', {}, 'prompt不能为空'],
  ['imagine', { prompt: '  ' }, 'prompt不能为空'],
  ['imagine', { prompt: null, base64Array: [LINK] }, 'prompt不能为空'],
  ['imagine', { prompt: { text: 'a cat' } }, 'prompt参数错误'],
  ['imagine', '{"prompt":"a cat"', '请求体不是有效的JSON'],
  ['imagine', '[1]', '请求体须为JSON对象'],
  ['imagine', '7', '请求体须为JSON对象'],
  ['imagine', { prompt: 'a cat', base64Array: ['not a picture!'] }, 'base64格式错误'],
  ['imagine', { prompt: 'a cat', base64Array: ['data:image/png,abc'] }, 'base64格式错误'],
  ['imagine', { prompt: 'a cat', base64Array: ['data:image/png;base64,'] }, 'base64格式错误'],
  ['imagine', { prompt: 'a cat', base64Array: [{ url: LINK }] }, 'base64List参数错误'],
  ['imagine', { prompt: 'a cat', base64Array: ['http://'] }, 'base64Array中的链接格式错误'],
  ['imagine', { prompt: 'a cat', state: 'x'.repeat(256) }, 'state参数错误，不能超过255个字符'],
  [
    'imagine',
    { prompt: 'a cat', notifyHook: 'ftp://a.example.org' },
    'notifyHook参数错误，须为http或https链接',
  ],
  [
    'imagine',
    { prompt: 'a cat', notifyHook: `https://a.example.org/${'x'.repeat(2000)}` },
    'notifyHook参数错误，不能超过2000个字符',
  ],
  ['imagine', { prompt: 'a cat', base64Array: Array(21).fill(LINK) }, 'base64List参数错误，最多20张'],
  ['describe', {}, 'base64不能为空'],
  ['describe', { base64: '%%%' }, 'base64格式错误'],
  ['blend', {}, 'base64List参数错误'],
  ['blend', { base64Array: [PNG] }, 'base64List参数错误'],
  ['blend', { base64Array: Array(6).fill(PNG) }, 'base64List参数错误'],
  ['blend', { base64Array: [PNG, PNG], dimensions: 'ROUND' }, 'dimensions参数错误'],
  ['shorten', { prompt: '' }, 'prompt不能为空'],
  ['show', {}, 'jobId不能为空'],
  ['show', { jobId: '7' }, 'jobId参数错误'],
  ['change', {}, 'taskId不能为空'],
  ['change', { taskId: '7' }, 'action参数错误'],
  ['change', { taskId: '7', action: 'ZOOM', index: 1 }, 'action参数错误'],
  ['change', { taskId: '7', action: 'UPSCALE' }, 'index参数错误'],
  ['change', { taskId: '7', action: 'UPSCALE', index: 5 }, 'index参数错误'],
  ['change', { taskId: '7', action: 'UPSCALE', index: 'two' }, 'index参数错误'],
  ['simple-change', {}, 'content不能为空'],
  ['simple-change', { content: '7 U5' }, 'content参数错误'],
  ['simple-change', { content: 'U1' }, 'content参数错误'],
  ['simple-change', { content: '7 R2' }, 'content参数错误'],
  ['action', {}, 'taskId不能为空'],
  ['action', { taskId: '7' }, 'customId不能为空'],
  ['video', {}, 'image不能为空，或以taskId指定已完成的任务'],
  ['video', { image: PNG, motion: 'medium' }, 'motion参数错误'],
  ['video', { taskId: '7', action: 'rewind' }, 'action参数错误'],
  ['video', { taskId: '7', action: 'extend', index: 4 }, 'index参数错误'],
  ['upload-discord-images', { base64Array: [] }, 'base64List不能为空'],
];

describe('requests at fault', () => {
  it.each(BAD_BODIES)('%s with %j is answered by code 4', async (path, body, description) => {
    const proxy = makeProxy();
    const { status, json } = await proxy.post(`/mj/submit/${path}`, body);
    expect({ status, json }).toMatchObject({ status: 200, json: { code: 4, description, result: null } });
    expect(proxy.tasks.orders).toHaveLength(0);
  });

  it.each([
    ['edits', { prompt: 'a hat', image: PNG }, '局部重绘'],
    ['edit', { prompt: 'a hat', image: PNG, taskId: '7' }, '局部重绘'],
    ['edits', {}, 'submit/imagine'],
  ])('%s without a region says what to do instead', async (path, body, hint) => {
    const { json } = await makeProxy().post(`/mj/submit/${path}`, body);
    expect(json).toMatchObject({ code: 4, description: expect.stringContaining(hint) });
  });

  it.each([
    '/mj/submit/retexture',
    '/mj/insight-face/swap',
    '/mj-fast/mj/insight-face/video-swap',
    '/mj/profile/create',
  ])('%s is said to be no feature of Discord', async (path) => {
    const proxy = makeProxy();
    const { status, json } = await proxy.post(path, { sourceBase64: PNG });
    expect({ status, json }).toMatchObject({ status: 200, json: { code: 4, result: null } });
    expect(json.description).toMatch(/^不支持.+Discord/);
    expect((await proxy.post(path, {}, {})).status).toBe(401);
  });

  it('a form is refused before it is read', async () => {
    const proxy = makeProxy();
    const headers = { 'mj-api-secret': SECRET, 'content-type': 'multipart/form-data; boundary=x' };
    const { status, json } = await proxy.post('/mj/submit/imagine', '--x--', headers);
    expect({ status, json }).toMatchObject({ status: 200, json: { code: 4 } });
    expect(json.description).toContain('JSON');
  });

  it.each(['', 'text/plain', 'text/plain;charset=UTF-8', 'application/json; charset=utf-8', 'json'])(
    'JSON is understood under the type "%s"',
    async (type) => {
      const headers = { 'mj-api-secret': SECRET, 'content-type': type };
      const { json } = await makeProxy().post('/mj/submit/imagine', '\uFEFF{"prompt":"a cat"}', headers);
      expect(json.code).toBe(1);
    },
  );

  it('a body over the limit is told with code 4', async () => {
    const body = { prompt: 'a cat', base64Array: ['A'.repeat(200_000)] };
    const { status, json } = await makeProxy().post('/mj/submit/imagine', body);
    expect({ status, json }).toMatchObject({ status: 200, json: { code: 4 } });
    expect(json.description).toContain('请求体过大');
  });
});

describe('follow-ups that cannot be', () => {
  it.each(['change', 'simple-change', 'action'])('%s of an unknown task is not found', async (path) => {
    const body = { taskId: '77', action: 'UPSCALE', index: 1, content: '77 U1', customId: 'MJ::JOB::x' };
    const { json } = await makeProxy().post(`/mj/submit/${path}`, body);
    expect(json).toMatchObject({ code: 3, description: '关联任务不存在或已失效', result: null });
  });

  it('a task of another caller is not found either', async () => {
    const proxy = makeProxy();
    const id = await finishedGrid(proxy);
    const headers = { 'mj-api-secret': OTHER_SECRET };
    const { json } = await proxy.post('/mj/submit/simple-change', { content: `${id} U1` }, headers);
    expect(json).toMatchObject({ code: 3, description: '关联任务不存在或已失效' });
  });

  it('a task that still runs takes no follow-up', async () => {
    const proxy = makeProxy();
    const id = await taskIn(proxy, 'running');
    const { json } = await proxy.post('/mj/submit/simple-change', { content: `${id} U1` });
    expect(json).toMatchObject({ code: 4, description: '关联任务状态错误' });
  });

  it('a button that the task does not offer is refused with the reason', async () => {
    const proxy = makeProxy();
    const taskId = await finishedGrid(proxy);
    const body = { taskId, customId: 'MJ::Outpaint::50::1::x::SOLO' };
    const { json } = await proxy.post('/mj/submit/action', body);
    expect(json).toMatchObject({ code: 4, description: expect.stringContaining('关联任务不允许执行变化') });
  });
});

describe('failures of the service', () => {
  const codes = Object.keys(ERROR_KINDS) as ErrorCode[];

  it.each(codes)('%s has a code, a text, and no secret', async (code) => {
    const proxy = makeProxy();
    proxy.tasks.refuseWith(new GatewayError(code, 'The reason in a sentence.'));
    const { status, text, json } = await proxy.post('/mj/submit/imagine', { prompt: 'a cat' });
    if (ERROR_KINDS[code].status === 401) {
      expect([status, text]).toEqual([401, '']);
      return;
    }
    const verdict = VERDICTS[code];
    expect(json).toMatchObject({ code: verdict.code, result: null });
    expect(json.description.startsWith(verdict.text)).toBe(true);
    expect(JSON.stringify(json)).toContain('The reason in a sentence.');
    expect(text).not.toContain(SECRET);
    expect(status).toBe({ not_found: 404, method_not_allowed: 405 }[code as string] ?? 200);
  });

  it('what passes by itself is never code 3, which makes new-api switch the channel off', () => {
    const passing = codes.filter((code) => ERROR_KINDS[code].retryable && VERDICTS[code].code === 3);
    expect(passing).toEqual(['human_required', 'no_account']);
  });

  it.each([
    ['queue_full', 23, '队列已满，请稍后尝试'],
    ['no_account', 3, '无可用的账号实例（Every account is paused.）'],
    ['parent_gone', 3, '账号不可用（Every account is paused.）'],
    ['media_invalid', 4, '图片无效（Every account is paused.）'],
    ['internal', 9, '提交失败，系统异常'],
  ] as const)('%s is told as %i %s', async (code, expected, description) => {
    const proxy = makeProxy();
    proxy.tasks.refuseWith(new GatewayError(code, 'Every account is paused.'));
    const { json } = await proxy.post('/mj/submit/imagine', { prompt: 'a cat' });
    expect(json).toMatchObject({ code: expected, description });
  });

  it('a banned word is told with the prompt that holds it', async () => {
    const proxy = makeProxy();
    proxy.tasks.refuseWith(new GatewayError('prompt_refused', 'The prompt holds the banned word "nude".'));
    const { json } = await proxy.post('/mj/submit/imagine', { prompt: 'a nude body' });
    expect(json).toMatchObject({
      code: 24,
      description: '可能包含敏感词',
      result: null,
      properties: { promptEn: 'a nude body', bannedWord: 'nude' },
    });
  });

  it('a key that was put where a name belongs is not repeated', async () => {
    const proxy = makeProxy();
    proxy.tasks.refuseWith(new GatewayError('action_not_offered', `The task does not offer ${SECRET}.`));
    const { text } = await proxy.post('/mj/submit/imagine', { prompt: 'a cat' });
    expect(text).toContain('The task does not offer ***.');
    const lost = await proxy.post(`/mj/submit/${SECRET}`, {});
    expect(lost.text).not.toContain(SECRET);
  });

  it('an unforeseen fault is logged, and says nothing of itself', async () => {
    const proxy = makeProxy();
    proxy.tasks.submitTask = () => Promise.reject(new TypeError('undefined is not a cat'));
    const { status, text, json } = await proxy.post('/mj/submit/imagine', { prompt: 'a cat' });
    expect({ status, code: json.code }).toEqual({ status: 200, code: 9 });
    expect(text).not.toContain('is not a cat');
    expect(proxy.lines).toHaveLength(1);
  });
});

describe('the door', () => {
  it.each<[string, Record<string, string>]>([
    ['no key', {}],
    ['a wrong secret', { 'mj-api-secret': 'wrong' }],
    ['a wrong bearer', { authorization: 'Bearer wrong' }],
  ])('%s gets 401 and an empty body, everywhere', async (_name, headers) => {
    const proxy = makeProxy();
    const answers = await Promise.all([
      proxy.post('/mj/submit/imagine', { prompt: 'a cat' }, headers),
      proxy.get('/mj/task/list', headers),
      proxy.get('/mj/account/list', headers),
      proxy.get('/mj/image/7', headers),
    ]);
    for (const { status, text } of answers) expect([status, text]).toEqual([401, '']);
    expect(proxy.tasks.orders).toHaveLength(0);
  });

  it.each<Record<string, string>>([
    { 'mj-api-secret': SECRET },
    { 'Mj-Api-Secret': SECRET },
    { authorization: `Bearer ${SECRET}` },
  ])('the key is taken from %j', async (headers) => {
    const { json } = await makeProxy().get('/mj/task/list', headers);
    expect(json).toEqual([]);
  });

  it('unknown paths are 404 and wrong methods 405, in this dialect', async () => {
    const proxy = makeProxy();
    const unknown = await proxy.post('/mj/submit/dance', { prompt: 'a cat' });
    expect(unknown).toMatchObject({ status: 404, json: { code: 4 } });
    const wrong = await proxy.get('/mj/submit/imagine');
    expect(wrong).toMatchObject({ status: 405, json: { code: 4 } });
    expect(wrong.headers.allow).toContain('POST');
    expect((await proxy.get('/mj/task/7/cancel')).status).toBe(405);
  });
});
