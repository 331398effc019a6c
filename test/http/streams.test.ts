import { once } from 'node:events';
import { connect } from 'node:net';
import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it, vi } from 'vitest';
import { GatewayError } from '../../src/core/errors.ts';
import { ask, authorized, completed, delta, framesOf, KEY, serveApp, untilAborted } from './support.ts';

const streamed = { method: 'POST', headers: { ...authorized, 'content-type': 'application/json' } };
const body = JSON.stringify(ask({ stream: true }));

describe('a stream over a real socket', () => {
  it('arrives piece by piece, as the bot writes', async () => {
    const { url, service } = await serveApp();
    const gate = Promise.withResolvers<void>();
    service.script = async function* () {
      yield delta('Hel');
      await gate.promise;
      yield completed({ text: 'Hello' });
    };
    const response = await fetch(`${url}/v1/chat/completions`, { ...streamed, body });
    const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
    let text = '';
    while (!text.includes('"Hel"')) text += (await reader.read()).value;
    expect(text).not.toContain('[DONE]');
    gate.resolve();
    for (let part = await reader.read(); !part.done; part = await reader.read()) text += part.value;
    expect(framesOf(text).at(-1)).toBe('[DONE]');
  });

  it.each([true, false])('aborts the work when the caller leaves (stream: %s)', async (stream) => {
    const { url, service, lines } = await serveApp();
    const started = Promise.withResolvers<void>();
    service.script = async function* ({ signal }) {
      yield delta('Hel');
      started.resolve();
      await untilAborted(signal);
    };
    const controller = new AbortController();
    const request = fetch(`${url}/v1/chat/completions`, {
      ...streamed,
      body: JSON.stringify(ask({ stream })),
      signal: controller.signal,
    }).then((response) => response.text());
    await started.promise;
    controller.abort();
    await expect(request).rejects.toThrow();
    await vi.waitFor(() => expect(service.left).toBe(1));
    expect(service.requests[0]?.signal.aborted).toBe(true);
    expect(service.remembered).toEqual([]);
    await vi.waitFor(() => expect(lines).toContainEqual(expect.objectContaining({ status: 499 })));
  });

  it('does not abort the work of an answer that was read to its end', async () => {
    const { url, service } = await serveApp();
    for (const stream of [true, false]) {
      const response = await fetch(`${url}/v1/chat/completions`, {
        ...streamed,
        body: JSON.stringify(ask({ stream })),
      });
      await response.text();
    }
    await turn();
    expect(service.requests.map(({ signal }) => signal.aborted)).toEqual([false, false]);
  });

  it('waits for a caller that reads slowly instead of filling the memory', async () => {
    const { port, service } = await serveApp();
    const piece = 'x'.repeat(64 * 1024);
    const total = 1000;
    let made = 0;
    service.script = async function* () {
      for (; made < total; made += 1) yield delta(piece);
      yield completed({ text: piece.repeat(total) });
    };
    const socket = connect(port, '127.0.0.1');
    socket.write(
      `POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${KEY}\r\n` +
        `Content-Type: application/json\r\nContent-Length: ${body.length}\r\nConnection: close\r\n\r\n${body}`,
    );
    await once(socket, 'readable');
    let before = -1;
    await vi.waitFor(
      () => {
        const same = made === before;
        before = made;
        expect(same).toBe(true);
      },
      { interval: 100, timeout: 5000 },
    );
    expect(made).toBeLessThan(total / 2);
    let bytes = 0;
    socket.on('data', (chunk) => {
      bytes += chunk.length;
    });
    await once(socket, 'end');
    expect(made).toBe(total);
    expect(bytes).toBeGreaterThan(piece.length * total);
  });

  it('frees the work when a caller that stopped reading goes away', async () => {
    const { port, service } = await serveApp();
    service.script = async function* () {
      for (;;) yield delta('x'.repeat(64 * 1024));
    };
    const socket = connect(port, '127.0.0.1');
    socket.write(
      `POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${KEY}\r\n` +
        `Content-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
    );
    await once(socket, 'readable');
    socket.destroy();
    await vi.waitFor(() => expect(service.left).toBe(1));
  });

  it('carries comments while the bot is silent, from before the first word on', async () => {
    const { url, service } = await serveApp({ heartbeatMs: 20 });
    const gate = Promise.withResolvers<void>();
    service.script = async function* () {
      await gate.promise;
      yield completed({ text: 'Hello' });
    };
    const response = await fetch(`${url}/v1/chat/completions`, { ...streamed, body });
    expect(response.status).toBe(200);
    const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
    let text = '';
    while (text.split(': keep-alive\n\n').length < 4) text += (await reader.read()).value;
    expect(text.replaceAll(': keep-alive\n\n', '')).toBe('');
    gate.resolve();
    for (let part = await reader.read(); !part.done; part = await reader.read()) text += part.value;
    expect(framesOf(text).at(-1)).toBe('[DONE]');
  });

  it('tells an error inside once a heartbeat has begun it', async () => {
    const { url, service } = await serveApp({ heartbeatMs: 20 });
    const gate = Promise.withResolvers<void>();
    // biome-ignore lint/correctness/useYield: the script fails before its first event
    service.script = async function* () {
      await gate.promise;
      throw new GatewayError('answer_timeout', 'Nothing came.');
    };
    const response = await fetch(`${url}/v1/chat/completions`, { ...streamed, body });
    gate.resolve();
    expect(framesOf(await response.text())).toEqual([
      { error: expect.objectContaining({ code: 'answer_timeout' }) },
    ]);
  });
});

describe('closing the app', () => {
  it('takes nothing new, waits for running streams, and then ends at once', async () => {
    const { url, service, app } = await serveApp();
    const gate = Promise.withResolvers<void>();
    service.script = async function* () {
      yield delta('Hel');
      await gate.promise;
      throw new GatewayError('shutting_down', 'Stopping.');
    };
    const response = await fetch(`${url}/v1/chat/completions`, { ...streamed, body });
    let closed = false;
    const closing = app.close().then(() => {
      closed = true;
    });
    const later = await fetch(`${url}/v1/models`, { headers: authorized }).then(
      ({ status }) => status,
      () => 'refused',
    );
    expect([503, 'refused']).toContain(later);
    expect(closed).toBe(false);
    gate.resolve();
    expect(framesOf(await response.text()).at(-1)).toMatchObject({ error: { code: 'shutting_down' } });
    const startedAt = Date.now();
    await closing;
    expect(Date.now() - startedAt).toBeLessThan(3000);
  });
});
