/** Whatever a client sends is answered, in the shape of its dialect, and is never a fault of the gateway. */
import fc from 'fast-check';
import type { FastifyInstance, InjectOptions } from 'fastify';
import { describe, expect, it, vi } from 'vitest';
import { makeBridge } from '../http/coze-bridge/support.ts';
import { KEY, key } from '../http/support.ts';
import { MIDJOURNEY, PIKA } from '../support/fake-tasks.ts';

// Little work, but on a busy machine it has to wait for its turn.
vi.setConfig({ testTimeout: 120_000 });

const MODELS = ['midjourney', 'pika', 'gpt-4o'];
const POSTS = [
  '/v1/chat/completions',
  '/v1/images/generations',
  '/v1/images/edits',
  '/v1/images/variations',
  '/v1/videos',
  '/v1/videos/video_1/remix',
  '/admin/api/accounts/alice/pause',
  '/api/Chat',
  '/api/ChatStream',
  '/api/CreateConversation',
  '/api/RenameConversation',
  '/api/GetLatestMessage',
  '/api/DeleteConversation',
  '/mj/submit/imagine',
  '/mj/submit/change',
  '/mj/imagine',
  '/mj/change',
  '/pika/create',
  '/pika/animate',
  '/pika/change',
  ...['imagine', 'blend', 'describe', 'shorten', 'simple-change', 'change', 'action', 'modal'].map(
    (name) => `/midjourney-proxy/mj/submit/${name}`,
  ),
  '/midjourney-proxy/mj/task/list-by-condition',
  '/midjourney-proxy/mj-fast/mj/submit/imagine',
];
const FORMS = [
  '/v1/images/edits',
  '/v1/images/variations',
  '/v1/videos',
  '/pika/animate',
  '/mj/submit/imagine',
  '/api/Chat',
];
const READS = [
  '/v1/models',
  '/v1/models/x',
  '/v1/videos',
  '/v1/videos/video_x',
  '/v1/videos/video_x/content',
  '/admin/api/tasks',
  '/admin/api/usage',
  '/admin/api/accounts',
  '/api/GetConversations',
  '/api/ConversationExists',
  '/api/Chat',
  '/mj/submit/status',
  '/pika/status',
  '/client/online',
  '/midjourney-proxy/mj/task/x/fetch',
  '/midjourney-proxy/mj/image/x',
  '/files/x/y.png',
  '/',
];

const NAMES = [
  'model',
  'messages',
  'prompt',
  'stream',
  'n',
  'size',
  'image',
  'images',
  'mask',
  'task_id',
  'seconds',
  'taskId',
  'action',
  'index',
  'params',
  'base64',
  'base64Array',
  'notifyHook',
  'state',
  'name',
  'new_name',
  'key',
  'ids',
  'customId',
  'content',
  'response_format',
  'partial_images',
  'input_reference',
  '__proto__',
  'constructor',
];
const value = fc.oneof(
  fc.jsonValue({ maxDepth: 3 }),
  fc.constantFrom(
    ...MODELS,
    '\u0000',
    '\ud800',
    'a\r\nb: c',
    '../../etc/passwd',
    1e308,
    -1,
    [{ role: 'user', content: 'hi' }],
    [{ role: 'user', content: [{ type: 'image_url', image_url: { url: 'http://127.0.0.1/' } }] }],
    'data:image/png;base64,AAAA',
  ),
);
const fields = fc.dictionary(fc.constantFrom(...NAMES), value, { maxKeys: 8 });
const body = fc.oneof(
  { weight: 4, arbitrary: fields.map((given) => JSON.stringify(given)) },
  { weight: 1, arbitrary: fc.jsonValue().map((given) => JSON.stringify(given)) },
  { weight: 1, arbitrary: fc.string() },
);
const type = fc.constantFrom(
  'application/json',
  'application/json; charset=utf-16',
  'text/plain',
  'application/x-www-form-urlencoded',
  '',
  'x',
  'a/b;c',
);

/** An app in which tasks end at once, so that nobody waits. */
function makeGateway() {
  const bridge = makeBridge({ keys: [key({ admin: true })] });
  const service = bridge.gateway as unknown as ReturnType<
    typeof import('../support/fake-tasks.ts').createFakeTasks
  >;
  service.offered = [MIDJOURNEY, PIKA];
  const submit = service.submitTask;
  service.submitTask = async (order) => {
    const receipt = await submit(order);
    queueMicrotask(() => service.succeed(receipt.task.id));
    return receipt;
  };
  return bridge;
}

/** Answers of the size of a stream as well; nobody waits longer than this. */
async function ask(app: FastifyInstance, options: InjectOptions) {
  const response = await app.inject({ signal: AbortSignal.timeout(60_000), ...options });
  expect(response.statusCode, `${options.method} ${JSON.stringify(options.url)} ${response.body}`).not.toBe(
    500,
  );
  expect(response.headers['x-content-type-options']).toBe('nosniff');
  expect(response.headers['x-request-id']).toBeTruthy();
  if (response.statusCode >= 400 && options.method !== 'HEAD') {
    expectShape(pathOf(String(options.url)), response.statusCode, response.body);
  }
  return response;
}

/** As the test client sends it. */
function pathOf(url: string): string {
  const { pathname } = new URL(url.startsWith('//') ? `http://x${url}` : url, 'http://x');
  return pathname.replace(/^\/+/, '/');
}

function expectShape(url: string, status: number, text: string): void {
  if (url.startsWith('/midjourney-proxy') && status === 401) return;
  const failure = JSON.parse(text);
  if (/^\/(v1|admin|files|ui|cordgate)\b/.test(url)) {
    expect(failure.error ?? failure).toMatchObject({ message: expect.stringMatching(/./) });
  } else if (/^\/midjourney-proxy\b/.test(url)) {
    expect(failure).toMatchObject({ code: expect.any(Number), description: expect.stringMatching(/./) });
  } else expect(failure).toMatchObject({ code: status, message: expect.stringMatching(/./) });
}

const faults = (lines: readonly object[]) =>
  lines.filter((line) => 'message' in line && line.message === 'unforeseen failure');

describe('bodies', () => {
  it('of any JSON and any text are answered by every path that takes one', async () => {
    const { app, lines } = makeGateway();
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...POSTS), body, type, async (url, payload, contentType) => {
        await ask(app, { method: 'POST', url, payload, headers: { key: KEY, 'content-type': contentType } });
      }),
      { numRuns: 400 },
    );
    expect(faults(lines)).toEqual([]);
  });

  it('of forms with anything in them, also cut off, are answered', async () => {
    const { app, lines } = makeGateway();
    const name = fc.oneof(fc.constantFrom(...NAMES, 'image[]', 'image[0]'), fc.string({ maxLength: 10 }));
    const part = fc.record({
      name,
      file: fc.option(fc.constantFrom('a.png', '../../x', 'a"\r\nb: c', '')),
      bytes: fc.uint8Array({ maxLength: 40 }),
    });
    const form = fc.array(part, { maxLength: 5 }).map((parts) =>
      Buffer.concat([
        ...parts.map((each) => {
          const file = each.file === null ? '' : `; filename="${each.file}"\r\ncontent-type: image/png`;
          const head = `--b\r\ncontent-disposition: form-data; name="${each.name}"${file}\r\n\r\n`;
          return Buffer.concat([Buffer.from(head), each.bytes, Buffer.from('\r\n')]);
        }),
        Buffer.from('--b--\r\n'),
      ]),
    );
    const payload = fc.oneof(
      form,
      fc.tuple(form, fc.nat(300)).map(([bytes, end]) => bytes.subarray(0, end)),
      fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
    );
    const boundary = fc.constantFrom('; boundary=b', '; boundary="b"', '; boundary=', '', '; boundary=c');
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...FORMS), payload, boundary, async (url, bytes, end) => {
        const headers = { key: KEY, 'content-type': `multipart/form-data${end}` };
        await ask(app, { method: 'POST', url, payload: bytes, headers });
      }),
      { numRuns: 150 },
    );
    expect(faults(lines)).toEqual([]);
  });
});

describe('queries and headers', () => {
  it('of any content are answered by every path that is read', async () => {
    const { app, lines } = makeGateway();
    const pair = fc.tuple(
      fc.constantFrom(...NAMES, 'limit', 'after', 'before', 'status', 'variant', 'words'),
      fc.oneof(fc.string(), fc.constantFrom('-1', '1e9', 'NaN', '%', '%00', '{', '%7B%22key%22:1%7D')),
    );
    const query = fc
      .array(pair, { maxLength: 5 })
      .map((pairs) =>
        pairs
          .map(([name, text]) => `${name}=${text.replace(/[^!-~]|[#?]/g, encodeURIComponentSafely)}`)
          .join('&'),
      );
    const printable = fc.string({ maxLength: 40 });
    const header = fc.dictionary(
      fc.constantFrom(
        'x-forwarded-for',
        'range',
        'if-none-match',
        'if-range',
        'accept-language',
        'accept',
        'origin',
        'referer',
        'x-request-id',
        'x-conversation',
        'cookie',
        'if-modified-since',
        'accept-encoding',
      ),
      fc.oneof(
        printable,
        fc.constantFrom(
          'bytes=0-',
          'bytes=-1',
          'bytes=9-1',
          'bytes=0-1,2-3',
          'bytes=99999999999999999999-',
          '*',
          'W/"',
          'en;q=x',
          '::1, 127.0.0.1',
        ),
      ),
      { maxKeys: 4 },
    );
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...READS), query, header, async (path, text, headers) => {
        await ask(app, {
          method: 'GET',
          url: text === '' ? path : `${path}?${text}`,
          headers: { ...headers, key: KEY },
        });
      }),
      { numRuns: 300 },
    );
    expect(faults(lines)).toEqual([]);
  });

  it('paths of any text are answered', async () => {
    const { app, lines } = makeGateway();
    const piece = fc.oneof(
      fc.constantFrom(
        'v1',
        'mj',
        'api',
        'midjourney-proxy',
        'admin',
        '..',
        '%2e%2e',
        '%00',
        '%',
        '%ff',
        'files',
        'ui',
        'cordgate',
      ),
      fc.string({ maxLength: 12 }).map(encodeURIComponentSafely),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom('GET', 'POST', 'DELETE', 'PUT', 'PATCH'),
        fc.array(piece, { maxLength: 5 }),
        async (method, pieces) => {
          await ask(app, { method: method, url: `/${pieces.join('/')}`, headers: { key: KEY } });
        },
      ),
      { numRuns: 400 },
    );
    expect(faults(lines)).toEqual([]);
  });
});

function encodeURIComponentSafely(text: string): string {
  return encodeURIComponent(text.toWellFormed());
}
