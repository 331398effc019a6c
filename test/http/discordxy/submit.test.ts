import { describe, expect, it } from 'vitest';
import { whiteMask } from '../masks.ts';
import { imagine, makeScene, OTHER_KEY, read, type Scene, send } from './support.ts';

async function finished(scene: Scene): Promise<string> {
  const id = await imagine(scene);
  scene.tasks.succeed(id);
  return id;
}

describe.each(['/mj/submit', '/mj'])('POST %s/imagine', (family) => {
  it('answers with the id of the task, as the seed document shows it', async () => {
    const scene = makeScene();
    const response = await send(scene, `${family}/imagine`, { prompt: 'a small cat' });
    expect(response.statusCode).toBe(200);
    expect(response.json()).toEqual({
      code: 0,
      result: expect.stringMatching(/^\d{19}$/),
      message: 'Success',
    });
    expect(scene.tasks.orders).toEqual([
      expect.objectContaining({
        driver: 'midjourney',
        verb: 'imagine',
        prompt: 'a small cat',
        images: [],
        caller: expect.objectContaining({ id: 'painter' }),
      }),
    ]);
  });

  it('passes a prompt with links in front on as it is', async () => {
    const scene = makeScene();
    const prompt = 'http://www.xxx.com/1.jpg runing on the  sky — --ar 16:9';
    await send(scene, `${family}/imagine`, { prompt });
    expect(scene.tasks.orders[0]).toMatchObject({ prompt, images: [] });
  });
});

describe('the body of a submission', () => {
  const form = 'application/x-www-form-urlencoded';
  const boundary = '--b\r\ncontent-disposition: form-data; name="prompt"\r\n\r\na small cat\r\n--b--\r\n';
  it.each([
    ['JSON', 'application/json; charset=utf-8', '{"prompt":"a small cat"}'],
    ['JSON of no named type', 'text/plain', '{"prompt":"a small cat"}'],
    ['a form', form, 'prompt=a+small%20cat'],
    ['JSON that curl calls a form', form, ' {"prompt":"a small cat"}'],
    ['a multipart form', 'multipart/form-data; boundary=b', boundary],
  ])('may be %s', async (_what, type, body) => {
    const scene = makeScene();
    const response = await send(scene, '/mj/submit/imagine', body, { 'content-type': type });
    expect(response.json()).toMatchObject({ code: 0 });
    expect(scene.tasks.orders[0]?.prompt).toBe('a small cat');
  });

  it.each([
    ['no prompt', {}, /"prompt" is missing/],
    ['an empty prompt', { prompt: ' \n' }, /"prompt" is missing or empty/],
    ['a prompt that is no text', { prompt: ['a cat'] }, /"prompt" must be a text/],
    ['a list', [], /must be a JSON object/],
    ['a text', '"a cat"', /must be a JSON object/],
    ['null', 'null', /is empty/],
    ['nothing', '', /is empty/],
    ['broken JSON', '{"prompt":', /not valid JSON/],
  ])('is refused with %s', async (_what, body, message) => {
    const scene = makeScene();
    const response = await send(scene, '/mj/imagine', body);
    expect(response.statusCode).toBe(400);
    expect(response.json()).toEqual({ code: 400, result: null, message: expect.stringMatching(message) });
    expect(scene.tasks.orders).toEqual([]);
  });

  it('is refused as a multipart form with a file, and in a type that nobody reads', async () => {
    const scene = makeScene();
    const head = 'content-disposition: form-data; name="file"; filename="a.png"';
    const body = `--b\r\n${head}\r\ncontent-type: image/png\r\n\r\nxx\r\n--b--\r\n`;
    const withFile = await send(scene, '/mj/imagine', body, {
      'content-type': 'multipart/form-data; boundary=b',
    });
    const asXml = await send(scene, '/mj/imagine', '<a/>', { 'content-type': 'application/xml' });
    for (const response of [withFile, asXml]) {
      expect(response.json()).toMatchObject({ code: response.statusCode, result: null });
      expect(response.statusCode).toBe(400);
    }
  });

  it('is refused above the limit of the gateway', async () => {
    const response = await send(makeScene(), '/mj/imagine', { prompt: 'x'.repeat(1_000_001) });
    expect(response.json()).toMatchObject({ code: 413, result: null });
  });

  it('may name a callback and a state; what else it holds is named in a warning', async () => {
    const scene = makeScene();
    const extras = { state: 'mine', notifyHook: 'https://hooks.example.org/x' };
    const response = await send(scene, '/mj/imagine', { prompt: 'a cat', ...extras, botType: 1, 'ü\r\n': 2 });
    expect(scene.tasks.orders[0]).toMatchObject({
      state: 'mine',
      notify: { url: 'https://hooks.example.org/x', dialect: 'discordxy' },
    });
    expect(response.headers['x-cordgate-warnings']).toBe('unsupported parameters ignored: botType, ???');
  });
});

describe('POST change', () => {
  it.each([
    ['U1', { kind: 'upscale', index: 1 }],
    ['u4', { kind: 'upscale', index: 4 }],
    ['V2', { kind: 'vary', index: 2 }],
    ['R0', { kind: 'reroll' }],
    ['reroll', { kind: 'reroll' }],
    ['UpscaleSubtle', { kind: 'upscale-subtle' }],
    ['UpscaleCreative', { kind: 'upscale-creative' }],
    ['VarySubtle', { kind: 'vary-subtle' }],
    ['VaryCreative', { kind: 'vary-strong' }],
    ['VARYSTRONG', { kind: 'vary-strong' }],
    ['Zoom2x', { kind: 'zoom-2x' }],
    ['Zoom1d5x', { kind: 'zoom-1.5x' }],
    ['CustomZoom', { kind: 'zoom-custom' }],
    ['PanLeft', { kind: 'pan-left' }],
    ['PanRight', { kind: 'pan-right' }],
    ['PanUp', { kind: 'pan-up' }],
    ['PanDown', { kind: 'pan-down' }],
    ['MakeSquare', { kind: 'make-square' }],
    ['AnimateHigh', { kind: 'animate-high' }],
    ['AnimateLow', { kind: 'animate-low' }],
    ['VaryRegion', { kind: 'vary-region' }],
  ])('takes %s', async (word, action) => {
    const scene = makeScene();
    // Any parent offers any button here: only what was asked for counts.
    const id = await finished(scene);
    await send(scene, '/mj/change', { taskId: id, action: word });
    expect(scene.tasks.orders.at(-1)).toMatchObject({ verb: 'act', prompt: '', parentId: id, action });
    // A form that opens in remix mode keeps the words it shows: nobody is asked for others.
    expect(scene.tasks.orders.at(-1)).toMatchObject({ form: {}, cannotBeAsked: true });
  });

  it.each(['/mj/submit', '/mj'])('answers with the id of a new task (%s)', async (family) => {
    const scene = makeScene();
    const id = await finished(scene);
    const response = await send(scene, `${family}/change`, { taskId: id, action: 'V4' });
    expect(response.json()).toEqual({ code: 0, result: expect.stringMatching(/^\d+$/), message: 'Success' });
    expect(response.json().result).not.toBe(id);
  });

  it('presses any button by its custom id, and fills its form', async () => {
    const scene = makeScene();
    const id = await finished(scene);
    const customId = 'MJ::JOB::reroll::0::4e68485a-900c-4c1b-9222-f9b5ae4b3fcf::SOLO';
    const white = await whiteMask(64);
    const mask = `data:image/png;base64,${white.slice(0, 8)}\n${white.slice(8)}`;
    await send(scene, '/mj/change', { taskId: id, customId, prompt: 'a hat', maskBase64: mask });
    expect(scene.tasks.orders.at(-1)).toMatchObject({
      action: { customId },
      form: { prompt: 'a hat', mask: expect.stringMatching(/^iVBORw0KGgo/) },
    });
  });

  it('takes forms, whose ids are texts, and numbers of JSON that are exact', async () => {
    const scene = makeScene();
    const form = { 'content-type': 'application/x-www-form-urlencoded' };
    expect((await send(scene, '/mj/change', 'taskId=123&action=U1', form)).statusCode).toBe(404);
    expect((await send(scene, '/mj/change', '{"taskId":123,"action":"U1"}')).statusCode).toBe(404);
    expect(scene.tasks.orders.map(({ parentId }) => parentId)).toEqual(['123', '123']);
  });

  it.each([
    ['an id whose digits JSON lost', '{"taskId":1211421713496994992,"action":"U1"}', /string/],
    ['no id', { action: 'U1' }, /"taskId" is missing/],
    ['an id that is an object', { taskId: {}, action: 'U1' }, /"taskId" must be a text/],
    ['no action', { taskId: '1' }, /"action" is missing/],
    ['a fifth picture', { taskId: '1', action: 'U5' }, /not known.*U1-U4/],
    ['the action of another API', { taskId: '1', action: 'UPSCALE', index: 1 }, /not known/],
    ['a mask that is no base64', { taskId: '1', action: 'VaryRegion', maskBase64: '<svg>' }, /not base64/],
  ])('is refused with %s', async (_what, body, message) => {
    const scene = makeScene();
    const response = await send(scene, '/mj/submit/change', body);
    expect(response.json()).toEqual({ code: 400, result: null, message: expect.stringMatching(message) });
    expect(scene.tasks.orders).toEqual([]);
  });

  it('tells apart a parent that is unknown, of someone else, unfinished, and one without the button', async () => {
    const scene = makeScene();
    const running = await imagine(scene);
    const done = await finished(scene);
    const codeOf = async (taskId: string, action: string, headers = {}) =>
      (await send(scene, '/mj/change', { taskId, action }, headers)).json().code;
    expect(await codeOf('999', 'U1')).toBe(404);
    expect(await codeOf(done, 'U1', { authorization: `Bearer ${OTHER_KEY}` })).toBe(404);
    expect(await codeOf(running, 'U1')).toBe(409);
    expect(await codeOf(done, 'PanLeft')).toBe(400);
  });
});

it('has no task behind a link with no or several ids', async () => {
  const scene = makeScene();
  for (const query of ['', '?taskId=', '?taskId=1&taskId=2']) {
    expect((await read(scene, `/mj/submit/status${query}`)).json()).toMatchObject({ code: 400 });
  }
});
