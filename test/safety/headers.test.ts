/** What callers write into names never becomes a header, a path or a log line of its own. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { makeBridge } from '../http/coze-bridge/support.ts';
import { ask, authorized, makeApp, serveApp } from '../http/support.ts';
import { say } from './raw-socket.ts';

const PATHS = [
  ['/v1/models', 200],
  ['/v1/nowhere', 404],
  ['/admin/api/usage', 403],
  ['/api/GetConversations', 200],
  ['/api/nowhere', 404],
  ['/nowhere', 404],
  ['/client/online', 200],
  ['/mj/nowhere', 404],
  ['/midjourney-proxy/mj/task/x/fetch', 200],
  ['/midjourney-proxy/nowhere', 404],
  ['/healthz', 200],
  ['/readyz', 200],
  ['/metrics', 200],
  ['/', 200],
  ['/robots.txt', 200],
  ['/v1/%', 400],
  [`/v1/models/${'x'.repeat(600)}`, 404],
] as const;

const SAFE = {
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
};

describe('every answer', () => {
  it.each(PATHS)('of %s carries the headers of safety and its id', async (url) => {
    const { app } = makeBridge();
    for (const headers of [authorized, {}, { key: 'wrong' }]) {
      const response = await app.inject({ url, headers });
      expect(response.headers).toMatchObject(SAFE);
      expect(response.headers['x-request-id']).toMatch(/^req_[0-9a-f]{32}$/);
      expect(response.headers['x-powered-by']).toBeUndefined();
      expect(response.headers.server).toBeUndefined();
    }
  });

  it('of a stream does so as well', async () => {
    const { app } = makeApp();
    const payload = ask({ stream: true });
    const { headers } = await app.inject({
      method: 'POST',
      url: '/v1/chat/completions',
      headers: authorized,
      payload,
    });
    expect(headers).toMatchObject({ ...SAFE, 'cache-control': expect.stringContaining('no-store') });
    expect(headers['x-request-id']).toBeTruthy();
  });
});

describe('what callers write', () => {
  const hostile = [
    'a\r\nset-cookie: b=c',
    'a\nb',
    'a\r\n\r\n<script>',
    '\u0000',
    '\u2028',
    'ä'.repeat(9_000),
    '\u0141\u010d',
  ];

  it.each(hostile)('as a request id is not repeated: %j', async (text) => {
    const { port } = await serveApp();
    const bytes = Buffer.from(
      `GET /healthz HTTP/1.1\r\nHost: x\r\nx-request-id: ${text}\r\nConnection: close\r\n\r\n`,
    );
    const received = await (await say(port, bytes)).all;
    expect(received.split('\r\n\r\n')[0]).not.toMatch(/set-cookie/i);
    expect(received).not.toContain('<script>');
  });

  it('as names of fields is told in one header of bounded length and plain letters', async () => {
    const { app } = makeApp();
    const name = fc.oneof(fc.string({ minLength: 1, maxLength: 100 }), fc.constantFrom(...hostile));
    await fc.assert(
      fc.asyncProperty(fc.array(name, { maxLength: 30 }), async (names) => {
        const payload = { ...Object.fromEntries(names.map((each) => [each, 1])), ...ask() };
        const response = await app.inject({
          method: 'POST',
          url: '/v1/chat/completions',
          headers: authorized,
          payload,
        });
        const warning = String(response.headers['x-cordgate-warnings'] ?? '');
        expect(warning).toMatch(/^[\x20-\x7e]*$/);
        expect(warning.length).toBeLessThan(4_001);
        expect(response.headers['set-cookie']).toBeUndefined();
      }),
      { numRuns: 60 },
    );
  });

  it.each(hostile)(
    'as names of models and conversations is refused or repeated as JSON only: %j',
    async (text) => {
      const { app } = makeApp();
      for (const [url, payload] of [
        ['/v1/chat/completions', ask({ model: text })],
        ['/api/CreateConversation', { name: text }],
      ] as const) {
        const response = await app.inject({ method: 'POST', url, headers: authorized, payload });
        expect(response.headers['set-cookie']).toBeUndefined();
        expect(String(response.headers['content-type'])).toMatch(/^application\/json/);
        expect(() => response.json()).not.toThrow();
      }
    },
  );

  it('as paths never leads to a file', async () => {
    const { app } = makeApp();
    for (const url of [
      '/ui/../package.json',
      '/ui/%2e%2e/package.json',
      '/ui/..%2fpackage.json',
      '/ui/..%5cpackage.json',
      '/ui/%2e%2e%2f%2e%2e%2fetc%2fpasswd',
      '/ui//etc/passwd',
      '/files/../../etc/passwd',
      '/files/%2e%2e%2f%2e%2e%2fetc%2fpasswd',
      '/robots.txt/../../etc/passwd',
    ]) {
      const { body } = await app.inject({ url, headers: authorized });
      expect(body).not.toContain('"scripts"');
      expect(body).not.toContain('root:');
    }
  });
});
