/** Bodies that a hostile or clumsy client sends. */
import { describe, expect, it } from 'vitest';
import { studio } from '../midjourney-proxy/support.ts';
import { makeScene, read, send } from './support.ts';

const type = (boundary: string) => ({ 'content-type': `multipart/form-data${boundary}` });
const field = (name: string, more = '') =>
  `--b\r\ncontent-disposition: form-data; name="${name}"${more}\r\n\r\na cat\r\n`;

describe.each(['/mj/submit/imagine', '/mj/change', '/pika/create', '/pika/animate', '/pika/change'])(
  'a form for %s',
  (path) => {
    it.each<[string, string, string, RegExp]>([
      ['without a boundary', '', `${field('prompt')}--b--\r\n`, /no boundary/],
      ['that is none', '; boundary=b', '{"prompt":"a cat"}', /closing boundary/],
      ['that does not end', '; boundary=b', field('prompt'), /closing boundary/],
      ['with a name of every object', '; boundary=b', `${field('__proto__')}--b--\r\n`, /"__proto__"/],
      ['with another such name', '; boundary=b', `${field('constructor')}--b--\r\n`, /"constructor"/],
    ])('%s is refused in words', async (_what, boundary, body, message) => {
      const response = await send(makeScene(), path, body, type(boundary));
      expect(response.json()).toEqual({ code: 400, result: null, message: expect.stringMatching(message) });
    });

    it('with a file where none belongs names its field', async () => {
      const body = `${field('picture', '; filename="a.png"')}--b--\r\n`;
      const response = await send(makeScene(), path, body, type('; boundary=b'));
      expect(response.statusCode).toBe(400);
      expect(response.json().message).toContain('"picture"');
    });
  },
);

it.each(['\0', 'a\u0000cat', 'half \ud83d of a cat', '\u0007\u200b', '\u200b\ufeff\u2060'])(
  'the prompt %j is refused everywhere',
  async (prompt) => {
    const scene = makeScene();
    for (const path of ['/mj/imagine', '/pika/create']) {
      const response = await send(scene, path, { prompt });
      expect(response.json()).toMatchObject({ code: 400, message: expect.stringContaining('prompt') });
    }
    expect(scene.tasks.orders).toEqual([]);
  },
);

it.each([
  ['state', 'x'.repeat(256)],
  ['notifyHook', `https://a.example.org/${'x'.repeat(2_000)}`],
])('a %s that is too long is refused', async (name, value) => {
  const { json } = await send(makeScene(), '/mj/imagine', { prompt: 'a cat', [name]: value });
  expect(json()).toMatchObject({ code: 400, message: expect.stringContaining(`"${name}"`) });
});

it('an id with a fraction is no text', async () => {
  const { json } = await send(makeScene(), '/mj/change', '{"taskId":1.5,"action":"U1"}');
  expect(json()).toMatchObject({
    code: 400,
    message: 'The field "taskId" must be a text. Correct the field the message names.',
  });
});

it('names of every object are fields like any other in JSON', async () => {
  const body = '{"prompt":"a cat","constructor":1,"__proto__":{"state":"x"},"valueOf":2}';
  const response = await send(makeScene(), '/mj/imagine', body);
  expect(response.headers['x-cordgate-warnings']).toContain('constructor');
  expect(response.json()).toMatchObject({ code: 0 });
});

it('a body that is too large is told the limit', async () => {
  const { json } = await send(makeScene(), '/mj/imagine', { prompt: 'x'.repeat(1_000_001) });
  expect(json()).toMatchObject({
    code: 413,
    message: expect.stringMatching(/0\.95 MB \(server\.bodyLimitMb\)/),
  });
});

it.each([
  [{ condition: 'ready' }, true],
  [{ condition: 'ready', sentToday: 9, dailyLimit: 10 }, true],
  [{ condition: 'ready', sentToday: 10, dailyLimit: 10 }, false],
  [{ condition: 'paused' }, false],
  [{ condition: 'draining' }, false],
  [{ condition: 'disabled' }, false],
  [{ condition: 'offline' }, false],
] as const)('an account that is %j is online: %s', async (view, online) => {
  const scene = makeScene();
  scene.tasks.views = [studio(view)];
  expect((await read(scene, '/client/online')).json().result).toMatchObject([{ online }]);
});
