import { once } from 'node:events';
import { describe, expect, it, vi } from 'vitest';
import { StreamGate } from '../../src/http/limits/stream-gate.ts';
import { serveBridge } from '../http/coze-bridge/support.ts';
import { ask, authorized, completed, delta, KEY, says, serveApp, untilAborted } from '../http/support.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { say, statusesOf } from './raw-socket.ts';

// Little work, but on a busy machine it has to wait for its turn.
vi.setConfig({ testTimeout: 120_000 });

const QUICK = { headersTimeoutMs: 150, requestTimeoutMs: 300, checkingIntervalMs: 50, stalledMs: 200 };
const HEAD = `POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${KEY}\r\n`;
const BODY = JSON.stringify(ask());

describe('a caller who takes too long', () => {
  it.each([
    ['says nothing', []],
    ['never ends the head', ['GET /v1/models HTTP/1.1\r\nHost: x\r\nA: b\r\n']],
    ['never ends the first line', ['GET /v1/mod']],
  ])('and %s is cut off', async (_what, pieces) => {
    const { port } = await serveApp({ sockets: QUICK });
    const { all } = await say(port, ...pieces);
    expect(['', '408']).toContain(String(statusesOf(await all)));
  });

  it.each([
    ['announces more than it sends', `${HEAD}Content-Length: 100\r\n\r\n{"model"`],
    ['sends half a chunked body', `${HEAD}Transfer-Encoding: chunked\r\n\r\n5\r\n{"mod\r\n`],
    ['breaks off in the size of a chunk', `${HEAD}Transfer-Encoding: chunked\r\n\r\nff`],
  ])('and %s is answered with 408 and cut off', async (_what, text) => {
    const { port, service } = await serveApp({ sockets: QUICK });
    const { all } = await say(port, text);
    expect(statusesOf(await all)).toEqual([408]);
    expect(service.requests).toEqual([]);
  });

  it('is cut off as well when single bytes keep dripping in', async () => {
    const { port } = await serveApp({ sockets: QUICK });
    const { socket, all } = await say(port, 'GET /v1/models HTTP/1.1\r\n');
    const drip = setInterval(() => socket.write('a: b\r\n'), 20);
    const received = await all;
    clearInterval(drip);
    expect(statusesOf(received)).toEqual([408]);
  });

  it('is not one who waits long for an answer', async () => {
    const { port, service } = await serveApp({ sockets: QUICK });
    service.script = async function* ({ signal }) {
      await new Promise((resolve) => setTimeout(resolve, 700));
      signal.throwIfAborted();
      yield completed();
    };
    const { socket, all } = await say(
      port,
      `${HEAD}Content-Type: application/json\r\nContent-Length: ${BODY.length}\r\n\r\n${BODY}`,
    );
    await once(socket, 'data');
    socket.end();
    expect(statusesOf(await all)).toEqual([200]);
  });
});

describe('a head of a request', () => {
  const hugeHeader = `X-Long: ${'a'.repeat(40_000)}\r\n`;
  const manyHeaders = Array.from({ length: 10_000 }, (_, index) => `X-${index}: y\r\n`).join('');
  const threeHundred = Array.from({ length: 300 }, (_, index) => `X-${index}: y\r\n`).join('');
  it.each([
    ['with a header of 40 KB', 431, `GET /v1/models HTTP/1.1\r\nHost: x\r\n${hugeHeader}\r\n`],
    ['with 10,000 headers', 431, `GET /v1/models HTTP/1.1\r\nHost: x\r\n${manyHeaders}\r\n`],
    ['with 300 headers', 400, `GET /v1/models HTTP/1.1\r\nHost: x\r\n${threeHundred}\r\n`],
    ['with a URL of 40 KB', 431, `GET /v1/${'a'.repeat(40_000)} HTTP/1.1\r\nHost: x\r\n\r\n`],
    ['with no host', 400, 'GET /v1/models HTTP/1.1\r\n\r\n'],
    ['with two hosts', 400, 'GET /v1/models HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n'],
    ['with a null byte in a value', 400, 'GET /v1/models HTTP/1.1\r\nHost: x\r\nA: b\0c\r\n\r\n'],
    ['with a null byte in the path', 400, 'GET /v1/mod\0els HTTP/1.1\r\nHost: x\r\n\r\n'],
    ['with a blank before the colon', 400, 'GET /v1/models HTTP/1.1\r\nHost: x\r\nA : b\r\n\r\n'],
    ['with a folded line', 400, 'GET /v1/models HTTP/1.1\r\nHost: x\r\nA: b\r\n c\r\n\r\n'],
    ['with a bare line feed', 400, 'GET /v1/models HTTP/1.1\r\nHost: x\nA: b\r\n\r\n'],
    ['of another protocol', 400, 'SSH-2.0-OpenSSH_9.6\r\n\r\n'],
    ['of HTTP/3.7', 400, 'GET / HTTP/3.7\r\nHost: x\r\n\r\n'],
    ['of TLS', 400, '\x16\x03\x01\x02\x00\x01\x00'],
  ])('%s is refused with %i', async (_what, status, text) => {
    const { port } = await serveApp({ sockets: QUICK });
    const { all, socket } = await say(port, text);
    socket.end();
    const received = await all;
    expect(statusesOf(received)).toEqual([status]);
    expect(received.toLowerCase()).toContain('x-content-type-options: nosniff');
    expect(received.toLowerCase()).toContain('x-request-id: req_');
    expect(received.toLowerCase()).toContain('cache-control: no-store');
  });
});

describe('a request that two readers would read differently', () => {
  const smuggled = 'GET /v1/models HTTP/1.1\r\nHost: smuggled\r\n\r\n';
  const framed = (headers: string, body: string) => `${HEAD}${headers}\r\n${body}`;
  it.each([
    [
      'length and chunks',
      framed(
        `Content-Length: ${smuggled.length + 5}\r\nTransfer-Encoding: chunked\r\n`,
        `0\r\n\r\n${smuggled}`,
      ),
    ],
    [
      'chunks and length',
      framed('Transfer-Encoding: chunked\r\nContent-Length: 4\r\n', `0\r\n\r\n${smuggled}`),
    ],
    ['two lengths', framed(`Content-Length: 0\r\nContent-Length: ${smuggled.length}\r\n`, smuggled)],
    ['a list of lengths', framed('Content-Length: 0, 5\r\n', smuggled)],
    ['a signed length', framed('Content-Length: +0\r\n', smuggled)],
    ['a length in hexadecimal', framed('Content-Length: 0x0\r\n', smuggled)],
    ['a negative length', framed('Content-Length: -1\r\n', smuggled)],
    ['a disguised encoding', framed('Transfer-Encoding: xchunked\r\nContent-Length: 0\r\n', smuggled)],
    ['chunks that are not last', framed('Transfer-Encoding: chunked, identity\r\n', `0\r\n\r\n${smuggled}`)],
    [
      'encodings in two lines',
      framed('Transfer-Encoding: chunked\r\nTransfer-Encoding: x\r\n', `0\r\n\r\n${smuggled}`),
    ],
    [
      'a folded encoding',
      framed('Transfer-Encoding:\r\n chunked\r\nContent-Length: 0\r\n', `0\r\n\r\n${smuggled}`),
    ],
    [
      'a size of a chunk that overflows',
      framed('Transfer-Encoding: chunked\r\n', `fffffffffffffffff\r\n${smuggled}`),
    ],
    [
      'a size of a chunk that is none',
      framed('Transfer-Encoding: chunked\r\n', `0x5\r\nhello\r\n0\r\n\r\n${smuggled}`),
    ],
  ])('by %s is refused, and what follows is never a request', async (_what, text) => {
    const { port, lines } = await serveApp({ sockets: QUICK });
    const { all } = await say(port, text);
    const received = await all;
    expect(statusesOf(received).every((status) => status >= 400)).toBe(true);
    expect(JSON.stringify(lines)).not.toContain('/v1/models');
  });
});

describe('a caller who does not read', () => {
  const flood = 'x'.repeat(64 * 1024);

  it('is cut off once what waits for it was left for a minute, and its work is ended', async () => {
    const clock = new FakeClock();
    const { port, service } = await serveApp({ clock });
    let ended: string | undefined;
    let sent = 0;
    service.script = async function* ({ signal }) {
      signal.addEventListener('abort', () => {
        ended = String(signal.reason);
      });
      for (; sent < 2_000; sent++) yield delta(flood);
      yield completed();
    };
    const body = JSON.stringify(ask({ stream: true }));
    const { socket } = await say(
      port,
      `${HEAD}Content-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
    );
    await once(socket, 'data');
    socket.pause();
    await expect.poll(() => sent, { timeout: 30_000 }).toBeGreaterThan(1);
    let before = -1;
    // The kernel takes a few megabytes before anything has to wait.
    while (before !== sent) {
      before = sent;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    expect(sent).toBeLessThan(2_000);
    expect(ended).toBeUndefined();
    await clock.advance(60_000);
    await expect.poll(() => ended).toContain('went away');
    await expect.poll(() => service.left).toBe(1);
  });

  it('does not keep a whole answer in the memory', async () => {
    const { port, service, app } = await serveApp({ sockets: QUICK });
    const text = flood.repeat(400);
    service.script = says(completed({ text }));
    const { socket } = await say(
      port,
      `${HEAD}Content-Type: application/json\r\nContent-Length: ${BODY.length}\r\n\r\n${BODY}`,
    );
    socket.pause();
    const open = () =>
      new Promise<number>((resolve) => app.server.getConnections((_e, count) => resolve(count)));
    await expect.poll(open, { timeout: 30_000 }).toBe(0);
  });
});

describe('server.limits.streams', () => {
  const openai = { path: '/v1/chat/completions', body: ask({ stream: true }), serve: serveApp };
  const bridge = { path: '/api/ChatStream', body: { prompt: 'hi' }, serve: serveBridge };
  it.each([
    ['openai', openai, { error: { code: 'rate_limit_exceeded' } }],
    ['coze-bridge', bridge, { code: 429 }],
  ])(
    'refuses one stream too many in the shape of %s, and takes it when another has ended',
    async (_dialect, { path, body, serve }, shape) => {
      const { url, service } = await serve({ streams: new StreamGate(1) });
      let left = 0;
      service.script = async function* ({ signal }) {
        yield delta('begun');
        try {
          await untilAborted(signal);
        } finally {
          left += 1;
        }
      };
      const send = (signal?: AbortSignal) =>
        fetch(url + path, {
          method: 'POST',
          headers: { ...authorized, 'content-type': 'application/json' },
          body: JSON.stringify(body),
          ...(signal ? { signal } : {}),
        });
      const leaving = new AbortController();
      const running = await send(leaving.signal);
      expect(running.status).toBe(200);
      const refused = await send();
      expect(refused.status).toBe(429);
      expect(refused.headers.get('retry-after')).toBe('1');
      const failure = await refused.json();
      expect(failure).toMatchObject(shape);
      expect(JSON.stringify(failure)).toContain('server.limits.streams');
      expect(left).toBe(0);
      leaving.abort();
      await expect.poll(() => left).toBe(1);
      const next = await send(AbortSignal.timeout(3_000));
      expect(next.status).toBe(200);
      await next.body?.cancel();
    },
  );
});
