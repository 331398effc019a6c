import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { createLog } from '../../../src/cli/log.ts';
import { LogBook } from '../../../src/composition/log-book.ts';
import { authorized, key, serveApp } from '../support.ts';

function makeLog(level: 'info' | 'warn' | 'debug' | 'silent' = 'warn') {
  const book = new LogBook();
  const written: string[] = [];
  const io = { stderr: (text: string) => void written.push(text) };
  return { book, written, log: createLog({ level, pretty: false, secrets: ['my-dear-secret'] }, io, book) };
}

async function listen(book: LogBook, query = '') {
  const { url } = await serveApp({ keys: [key({ admin: true })], admin: { logs: book } });
  const leaving = new AbortController();
  onTestFinished(() => leaving.abort());
  const response = await fetch(`${url}/admin/api/logs${query}`, {
    headers: authorized,
    signal: leaving.signal,
  });
  let text = '';
  const reading = (async () => {
    for await (const chunk of response.body!.pipeThrough(new TextDecoderStream())) text += chunk;
  })();
  reading.catch(() => {});
  await vi.waitFor(() => expect(text).toContain('retry:'));
  const lines = () => [...text.matchAll(/^data: (.*)$/gm)].map(([, data]) => JSON.parse(data ?? ''));
  return { lines, text: () => text };
}

describe('GET /admin/api/logs', () => {
  it('tells the kept lines, then each new one, also those that the terminal does not show', async () => {
    const { book, log, written } = makeLog('warn');
    log.info({ bot: 'coze' }, 'before');
    const { lines } = await listen(book);
    await vi.waitFor(() => expect(lines()).toHaveLength(1));
    log.warn({ bot: 'coze', status: 503 }, 'after');
    log.debug({}, 'details');
    await vi.waitFor(() => expect(lines()).toHaveLength(2));
    expect(lines()).toMatchObject([
      { level: 'info', msg: 'before', bot: 'coze' },
      { level: 'warn', msg: 'after', status: 503 },
    ]);
    expect(lines()[1].id).toBeGreaterThan(lines()[0].id);
    expect(Math.abs(lines()[0].at - Date.now())).toBeLessThan(60_000);
    expect(written).toHaveLength(1);
  });

  it('never tells a secret: by its name, by its text, by its form', async () => {
    const { book, log, written } = makeLog();
    const made = `sk-cordgate-${'a'.repeat(43)}`;
    log.error({ token: 'abc123', account: { key: 'def456' }, note: `my-dear-secret ${made}` }, `has ${made}`);
    const { lines, text } = await listen(book);
    await vi.waitFor(() => expect(lines()).toHaveLength(1));
    for (const seen of [text(), written.join()]) expect(seen).not.toMatch(/abc123|def456|dear|aaaa/);
    expect(lines()[0]).toMatchObject({ token: '***', note: '*** ***', msg: 'has ***' });
  });

  it('filters by level and text', async () => {
    const { book, log } = makeLog('debug');
    log.debug({ bot: 'COZE' }, 'one');
    log.info({ bot: 'coze' }, 'two');
    log.warn({ bot: 'pika' }, 'three');
    log.error({}, 'Coze is away');
    const { lines } = await listen(book, '?level=info&text=coze');
    await vi.waitFor(() => expect(lines()).toHaveLength(2));
    expect(lines().map(({ msg }) => msg)).toEqual(['two', 'Coze is away']);
  });

  it('begins with no more than 500 lines, and keeps a bounded number', async () => {
    const { book, log } = makeLog();
    for (let index = 0; index < 3_000; index += 1) log.info({}, `line ${index}`);
    expect(book.recent()).toHaveLength(2_000);
    const { lines } = await listen(book);
    await vi.waitFor(() => expect(lines().at(-1)?.msg).toBe('line 2999'));
    expect(lines()[0].msg).toBe('line 2500');
  });

  it('refuses an unknown level', async () => {
    const { book } = makeLog();
    const { app } = await serveApp({ keys: [key({ admin: true })], admin: { logs: book } });
    const response = await app.inject({ url: '/admin/api/logs?level=loud', headers: authorized });
    expect([response.statusCode, response.json().error.param]).toEqual([400, 'level']);
  });

  it('keeps nothing of a silent log', async () => {
    const { book, log } = makeLog('silent');
    log.error({}, 'nobody hears this');
    await pause(1);
    expect(book.recent()).toEqual([]);
  });
});
