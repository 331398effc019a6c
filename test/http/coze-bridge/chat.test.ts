import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ChatEvent } from '../../../src/core/chat.ts';
import { ERROR_KINDS, type ErrorCode, GatewayError } from '../../../src/core/errors.ts';
import { completed, delta, fails, KEY, replaced, says, untilAborted } from '../support.ts';
import { eventsOf, makeBridge, media, serveBridge } from './support.ts';

/** The bytes 0xfb 0xff 0xfe ...: base64 with plus signs, slashes and padding. */
const BYTES = Buffer.from([0xfb, 0xef, 0xbe, 0xff, 0xff, 0xfe, 0x89, 0x50, 0x4e, 0x47]);
const BASE64 = BYTES.toString('base64');

async function streamOf(...events: ChatEvent[]) {
  const { call, gateway } = makeBridge();
  gateway.script = says(...events);
  const response = await call('/api/ChatStream?name=room&prompt=Hi');
  return eventsOf(response.body).map(({ data }) => data);
}

describe('a chat', () => {
  it('goes to the conversation that is named, with one message of the user, its links untouched', async () => {
    const { call, gateway } = makeBridge();
    const prompt = ' what is on https://example.org/cat.png ?\n';
    await call('/api/Chat', { name: 'room', prompt });
    expect(gateway.requests).toEqual([
      expect.objectContaining({
        conversation: 'room',
        model: undefined,
        streamed: false,
        messages: [{ role: 'user', text: prompt, files: [] }],
      }),
    ]);
  });

  it('without a name has a conversation of its own', async () => {
    const { call, gateway } = makeBridge();
    for (const path of ['/api/Chat', '/api/ChatStream']) await call(path, { name: '', prompt: 'Hi' });
    expect(gateway.requests.map(({ conversation, streamed }) => [conversation, streamed])).toEqual([
      [undefined, false],
      [undefined, true],
    ]);
  });

  it.each([
    ['bare', BASE64],
    ['with the head of a data URL', `data:image/png;base64,${BASE64}`],
    ['with a head that names no type', `DATA:;base64,${BASE64}`],
    ['as base64url', BYTES.toString('base64url')],
    ['without padding', BASE64.replace(/=+$/, '')],
    ['with line breaks', `${BASE64.slice(0, 4)}\r\n${BASE64.slice(4, 8)}\n${BASE64.slice(8)}\n`],
  ])('takes a picture in base64, %s, by JSON, form and query', async (_how, image) => {
    const { call, gateway } = makeBridge();
    const form = `name=room&image=${encodeURIComponent(image)}`;
    // As clients do that forget to encode: plus signs become spaces, and padding is cut off by the old parser.
    const careless = `name=room&image=${image.replaceAll(/\s/g, '')}`;
    await call('/api/Chat', { name: 'room', image });
    await call('/api/Chat', form);
    await call(`/api/Chat?${form}`);
    await call('/api/Chat', careless);
    await call(`/api/Chat?${careless}`);
    const files = gateway.requests.map(({ messages }) => messages[0]?.files);
    expect(files).toEqual(Array.from({ length: 5 }, () => [{ type: 'bytes', bytes: BYTES }]));
  });

  it('takes a picture by its link', async () => {
    const { call, gateway } = makeBridge();
    await call('/api/Chat', { name: 'room', image: 'https://example.org/cat.png', prompt: 'what is it?' });
    expect(gateway.requests[0]?.messages[0]).toEqual({
      role: 'user',
      text: 'what is it?',
      files: [{ type: 'link', url: 'https://example.org/cat.png' }],
    });
  });

  it.each([
    '@@@@',
    'A',
    'data:image/png;base64,',
    'data:image/png;base64,!!',
    '图片',
    'ftp://example.org/a.png',
  ])('refuses what is no picture in base64: %s', async (image) => {
    const { call, gateway } = makeBridge();
    for (const path of ['/api/Chat', '/api/ChatStream']) {
      const response = await call(path, { name: 'room', prompt: 'Hi', image });
      expect(response.statusCode).toBe(400);
      expect(response.json()).toEqual({
        code: 400,
        message: '图片不是有效的base64数据，请重新编码后再试',
        data: { status: false },
      });
    }
    expect(gateway.requests).toEqual([]);
  });

  it('ends at the bot when the caller leaves', async () => {
    const { url, gateway } = await serveBridge();
    for (const path of ['/api/Chat', '/api/ChatStream']) {
      const { promise, resolve } = Promise.withResolvers<void>();
      gateway.script = async function* ({ signal }) {
        yield delta('Hello');
        await untilAborted(signal).finally(resolve);
      };
      const leaving = new AbortController();
      const requests = gateway.requests.length;
      const gone = fetch(`${url}${path}?key=${KEY}&prompt=Hi`, { signal: leaving.signal }).then((response) =>
        response.text(),
      );
      await expect.poll(() => gateway.requests.length).toBe(requests + 1);
      leaving.abort();
      await expect(gone).rejects.toThrow();
      await promise;
    }
  });
});

describe('a streamed chat', () => {
  it('tells what was added also when the bot repeats its words', async () => {
    const events = await streamOf(delta('a'), delta('bca'), completed({ text: 'abca' }));
    expect(events.map(({ prompt_new }) => prompt_new)).toEqual(['a', 'bca', '']);
  });

  it('tells what follows the common beginning when the bot rewrites itself', async () => {
    const events = await streamOf(
      delta('The answer is 41'),
      replaced('The answer is 42.'),
      replaced('No.'),
      completed({ text: 'No.' }),
    );
    expect(events).toEqual([
      { prompt_all: 'The answer is 41', prompt_new: 'The answer is 41', files: [], done: false },
      { prompt_all: 'The answer is 42.', prompt_new: '2.', files: [], done: false },
      { prompt_all: 'No.', prompt_new: 'No.', files: [], done: false },
      { prompt_all: 'No.', prompt_new: '', files: [], done: true },
    ]);
  });

  it('cuts no character in two', async () => {
    // The two faces share their first half.
    const events = await streamOf(delta('so 😀'), replaced('so 😁!'), completed({ text: 'so 😁!' }));
    expect(events.map(({ prompt_new }) => prompt_new)).toEqual(['so 😀', '😁!', '']);
  });

  it('holds in prompt_new the end of prompt_all, and what went before it was there already', async () => {
    const texts = fc.array(fc.string({ unit: fc.constantFrom('a', 'b', '😀', '😁', ' ') }), { minLength: 1 });
    await fc.assert(
      fc.asyncProperty(texts, async (all) => {
        const events = await streamOf(...all.map(replaced), completed({ text: all.at(-1) ?? '' }));
        let before = '';
        for (const event of events) {
          const whole = String(event.prompt_all);
          const added = String(event.prompt_new);
          expect(whole.endsWith(added)).toBe(true);
          expect(before.startsWith(whole.slice(0, whole.length - added.length))).toBe(true);
          expect(added.isWellFormed()).toBe(true);
          before = whole;
        }
        expect(before).toBe(all.at(-1));
      }),
      { numRuns: 30 },
    );
  });

  it('tells of pictures as they come, and of all at its end', async () => {
    const events = await streamOf(
      delta('Look'),
      media('https://cdn/a.png'),
      media('https://cdn/b.png'),
      completed({ text: 'Look', media: [{ url: 'https://cdn/a.png' }, { url: 'https://cdn/b.png' }] }),
    );
    expect(events.map(({ prompt_new, files, done }) => [prompt_new, files, done])).toEqual([
      ['Look', [], false],
      ['', ['https://cdn/a.png'], false],
      ['', ['https://cdn/a.png', 'https://cdn/b.png'], false],
      ['', ['https://cdn/a.png', 'https://cdn/b.png'], true],
    ]);
  });

  it('tells text that came only with the end before its end', async () => {
    const events = await streamOf(completed({ text: 'All at once' }));
    expect(events.map(({ prompt_new, done }) => [prompt_new, done])).toEqual([
      ['All at once', false],
      ['', true],
    ]);
  });

  it('tells a failure inside as its last event, with what was said until then', async () => {
    const { call, gateway, lines } = makeBridge();
    gateway.script = fails(new GatewayError('discord_unreachable', 'Discord failed.'), delta('Half'));
    const response = await call('/api/ChatStream?name=room&prompt=Hi');
    expect(response.statusCode).toBe(200);
    expect(eventsOf(response.body)).toEqual([
      {
        code: 200,
        message: '生成中..',
        data: { prompt_all: 'Half', prompt_new: 'Half', files: [], done: false },
      },
      {
        code: 502,
        message: '无法连接Discord：请管理员检查网络和代理设置，稍后重试（详情：Discord failed.）',
        data: { status: false, prompt_all: 'Half', prompt_new: '', files: [], done: true },
      },
    ]);
    await expect.poll(() => lines).toContainEqual(expect.objectContaining({ error: 'discord_unreachable' }));
  });

  it('carries comments while the bot is silent, and then tells a failure inside', async () => {
    const { url, gateway } = await serveBridge({ heartbeatMs: 20 });
    gateway.script = async function* () {
      await new Promise((resolve) => setTimeout(resolve, 70));
      yield* fails(new GatewayError('answer_timeout', 'Nothing came.'))(gateway.requests[0] as never);
    };
    const response = await fetch(`${url}/api/ChatStream?name=room&prompt=Hi&key=${KEY}`);
    const raw = await response.text();
    expect(response.headers.get('content-type')).toMatch(/^text\/event-stream/);
    expect(raw).toMatch(/^: keep-alive\n\n/);
    expect(eventsOf(raw)).toEqual([expect.objectContaining({ code: 504 })]);
  });
});

describe('every error of the gateway', () => {
  const codes = Object.keys(ERROR_KINDS) as ErrorCode[];

  it.each(codes)('has a Chinese sentence and its status, before and inside a stream: %s', async (code) => {
    const { call, gateway } = makeBridge();
    const error = new GatewayError(code, 'english details');
    gateway.script = fails(error);
    const whole = await call('/api/Chat?name=room&prompt=Hi');
    gateway.script = fails(error, delta('a'));
    const streamed = eventsOf((await call('/api/ChatStream?name=room&prompt=Hi')).body).at(-1);
    const status = ERROR_KINDS[code].status === 401 ? 403 : ERROR_KINDS[code].status;
    expect(whole.statusCode).toBe(status);
    expect(whole.json().code).toBe(status);
    expect(streamed?.code).toBe(status);
    expect(streamed?.message).toBe(whole.json().message);
    expect(streamed?.data).toMatchObject({ status: false, done: true });
    expect(whole.json().message.replace('（详情：english details）', '')).toMatch(/\p{Script=Han}{4,}/u);
    expect(whole.json().message.replace('（详情：english details）', '')).not.toMatch(/english|undefined/);
  });

  it('has a sentence of its own', async () => {
    const { SENTENCES } = await import('../../../src/http/coze-bridge/sentences.ts');
    expect(Object.keys(SENTENCES).toSorted()).toEqual(codes.toSorted());
    const withoutAccess = Object.values(SENTENCES).filter(({ text }) => text !== '无权访问本服务');
    expect(new Set(withoutAccess.map(({ text }) => text)).size).toBe(withoutAccess.length);
  });
});
