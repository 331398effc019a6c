import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { LogBook } from '../../../src/composition/log-book.ts';
import { systemClock } from '../../../src/core/clock.ts';
import { KeyBook } from '../../../src/http/admin/key-book.ts';
import { KeyRing } from '../../../src/http/key-ring.ts';
import { createMemoryStore } from '../../../src/stores/memory.ts';
import { authorized, key, makeApp, serveApp } from '../support.ts';

function parts() {
  const keys = [key({ admin: true })];
  const ring = new KeyRing(keys);
  const keyBook = new KeyBook({ store: createMemoryStore(), ring, clock: systemClock });
  return { keys, ring, keyBook, admin: { keyBook, logs: new LogBook() } };
}

/** A stream that is being read; `isOver` once the gateway has ended it. */
async function listen(url: string, secret: string) {
  const leaving = new AbortController();
  onTestFinished(() => leaving.abort());
  const headers = { authorization: `Bearer ${secret}` };
  const response = await fetch(url, { headers, signal: leaving.signal });
  expect(response.status).toBe(200);
  let isOver = false;
  const reading = response.text().then(() => {
    isOver = true;
  });
  reading.catch(() => {});
  return { isOver: () => isOver };
}

const PATHS = ['/cordgate/v1/events', '/admin/api/events', '/admin/api/logs'];

describe('a live stream', () => {
  it.each(PATHS)('ends with the key that opened it: %s', async (path) => {
    const { keyBook, ...options } = parts();
    const { url } = await serveApp(options);
    const { key: secret } = await keyBook.make('phone', { bots: ['*'], admin: true });
    const own = await listen(url + path, secret);
    const another = await listen(url + path, key().key);
    await keyBook.change('phone', { requestsPerMinute: 600 });
    await keyBook.make('other', { bots: ['*'], admin: false });
    expect(own.isOver()).toBe(false);
    await keyBook.revoke('phone');
    await vi.waitFor(() => expect(own.isOver()).toBe(true));
    expect(another.isOver()).toBe(false);
  });

  it.each(PATHS)('ends when its key may less than before: %s', async (path) => {
    const { keyBook, ...options } = parts();
    const { url } = await serveApp(options);
    const { key: secret } = await keyBook.make('phone', { bots: ['*'], admin: true });
    const own = await listen(url + path, secret);
    await keyBook.change('phone', { admin: false });
    await vi.waitFor(() => expect(own.isOver()).toBe(true));
  });

  it('is over at once for a key that was revoked on the way', () => {
    const { ring } = parts();
    const lost = vi.fn();
    ring.watch({ id: 'gone', admin: false, bots: ['*'] }, lost);
    expect(lost).toHaveBeenCalledOnce();
    ring.watch({ id: '', admin: true, bots: ['*'] }, lost);
    expect(lost).toHaveBeenCalledOnce();
  });
});

describe('the name of a new key', () => {
  const make = async (name: string) => {
    const { keyBook: _, ...options } = parts();
    const { app } = makeApp(options);
    const url = '/admin/api/keys';
    const answer = await app.inject({ method: 'POST', url, headers: authorized, payload: { name } });
    return answer.statusCode;
  };

  it.each([
    ['a path that clients shorten', '..'],
    ['the same', '.'],
    ['half of a surrogate pair', '\ud800'],
    ['a turn of the direction of writing', 'x\u202ey'],
    ['a letter without width', 'tes\u200bter'],
    ['a line separator', 'a\u2028b'],
  ])('is one that can be seen, and named in a path: not %s', async (_, name) => {
    expect(await make(name)).toBe(400);
  });

  it.each(['名字', 'a/b', '...', 'a b?c#d%', '😀'])('may be %s', async (name) => {
    expect(await make(name)).toBe(201);
  });
});
