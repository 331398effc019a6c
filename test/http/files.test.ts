/** `/files/NAME`: kept copies as browsers, players and curious people ask for them. */
import { mkdtempSync, rmSync } from 'node:fs';
import { get } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import fc from 'fast-check';
import { describe, expect, it, onTestFinished } from 'vitest';
import { systemClock } from '../../src/core/clock.ts';
import { GatewayError } from '../../src/core/errors.ts';
import type { Copies } from '../../src/core/keeping.ts';
import { createFolderBin } from '../../src/keeping/folder-bin.ts';
import { Shelf } from '../../src/keeping/shelf.ts';
import { serveApp } from './support.ts';

const BYTES = Buffer.from(Array.from({ length: 1_000 }, (_, place) => (place * 7) % 256));
const signal = new AbortController().signal;

/** A machine under load takes its time. */
const soon = <Answer>(ask: () => Answer) => expect.poll(ask, { timeout: 10_000 });

async function makeShelf(...bodies: Buffer[]) {
  const path = mkdtempSync(join(tmpdir(), 'cordgate-files-'));
  onTestFinished(() => rmSync(path, { recursive: true, force: true }));
  const shelf = new Shelf({ bin: createFolderBin(path), maxBytes: 1e9, clock: systemClock });
  await shelf.open(signal);
  const names = await Promise.all(
    bodies.map((bytes, index) =>
      shelf.add(
        `10${index}-0`,
        { ending: 'mp4', size: undefined, body: Readable.from([bytes]), close() {} },
        signal,
      ),
    ),
  );
  return { shelf, path, name: names[0] ?? '' };
}

async function open(bytes = BYTES) {
  const { shelf, path, name } = await makeShelf(bytes);
  const { url } = await serveApp({ copies: shelf });
  const ask = (headers: Record<string, string> = {}, method = 'GET') =>
    fetch(`${url}/files/${name}`, { method, headers });
  return { url, name, shelf, path, ask };
}

/** What a server answers to a request line that no client library would send. */
function raw(url: string, path: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(Number(new URL(url).port), '127.0.0.1');
    let text = '';
    socket.on('data', (chunk) => {
      text += chunk.toString('latin1');
    });
    socket.once('error', reject).once('close', () => resolve(text));
    socket.write(`GET ${path} HTTP/1.1\r\nhost: 127.0.0.1\r\nconnection: close\r\n\r\n`);
  });
}

describe('a copy', () => {
  it('is given whole, without a key, to be kept for ever', async () => {
    const { ask, name } = await open();
    const answer = await ask();
    expect(answer.status).toBe(200);
    expect(Buffer.from(await answer.arrayBuffer())).toEqual(BYTES);
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      'content-type': 'video/mp4',
      'content-length': '1000',
      'cache-control': 'public, max-age=31536000, immutable',
      'content-disposition': `inline; filename="${name}"`,
      'x-content-type-options': 'nosniff',
      'accept-ranges': 'bytes',
      'access-control-allow-origin': '*',
      etag: `"${name}"`,
    });
    expect(Date.parse(answer.headers.get('last-modified') ?? '')).toBeGreaterThan(Date.now() - 60_000);
  });

  it('is not sent to those who have it', async () => {
    const { ask, name } = await open();
    const at = (await ask()).headers.get('last-modified') ?? '';
    for (const tags of [`"${name}"`, `W/"${name}"`, `"other", "${name}"`, '*']) {
      const answer = await ask({ 'if-none-match': tags });
      expect([answer.status, await answer.text(), answer.headers.get('etag')]).toEqual([
        304,
        '',
        `"${name}"`,
      ]);
    }
    expect((await ask({ 'if-modified-since': at })).status).toBe(304);
    expect((await ask({ 'if-none-match': '"other"', 'if-modified-since': at })).status).toBe(200);
    expect((await ask({ 'if-modified-since': 'yesterday' })).status).toBe(200);
  });

  it('shows its head alone to HEAD', async () => {
    const { ask } = await open();
    const answer = await ask({ range: 'bytes=0-9' }, 'HEAD');
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-length')).toBe('1000');
    expect(await answer.text()).toBe('');
  });

  it('takes no other method', async () => {
    const { ask } = await open();
    const answer = await ask({}, 'DELETE');
    expect(answer.status).toBe(405);
    expect(answer.headers.get('allow')).toContain('GET');
    expect(answer.headers.get('cache-control')).toBe('no-store');
  });

  it.each([
    ['bytes=0-', 206, 'bytes 0-999/1000'],
    ['bytes=0-0', 206, 'bytes 0-0/1000'],
    ['bytes=990-5000', 206, 'bytes 990-999/1000'],
    ['bytes=-10', 206, 'bytes 990-999/1000'],
    ['bytes=-5000', 206, 'bytes 0-999/1000'],
    ['bytes=-0', 416, 'bytes */1000'],
    ['bytes=1000-', 416, 'bytes */1000'],
    [`bytes=${'9'.repeat(400)}-`, 416, 'bytes */1000'],
    [`bytes=5-${'9'.repeat(400)}`, 206, 'bytes 5-999/1000'],
    ['bytes=5-4', 200, null],
    ['bytes=0-1,4-5', 200, null],
    ['pages=1-2', 200, null],
    ['bytes=a-b', 200, null],
  ])('answers the range %s with %d', async (range, status, contentRange) => {
    const { ask } = await open();
    const answer = await ask({ range });
    expect([answer.status, answer.headers.get('content-range')]).toEqual([status, contentRange]);
    expect((await answer.arrayBuffer()).byteLength).toBe(Number(answer.headers.get('content-length')));
    if (status === 416) expect(answer.headers.get('cache-control')).toBe('no-store');
  });

  it('gives a part only to those who have the rest of the same file', async () => {
    const { ask, name } = await open();
    const at = (await ask()).headers.get('last-modified') ?? '';
    const range = 'bytes=5-9';
    expect((await ask({ range, 'if-range': `"${name}"` })).status).toBe(206);
    expect((await ask({ range, 'if-range': at })).status).toBe(206);
    expect((await ask({ range, 'if-range': '"other"' })).status).toBe(200);
    expect((await ask({ range, 'if-range': 'yesterday' })).status).toBe(200);
  });

  it('that was cleared away by hand is not found, and not remembered', async () => {
    const { ask, path, shelf, name } = await open();
    rmSync(path, { recursive: true });
    expect((await ask()).status).toBe(404);
    expect(shelf.has(name)).toBe(false);
  });

  it('is given back when its reader leaves in the middle', async () => {
    const { url, name, shelf } = await open(Buffer.alloc(20_000_000));
    let body: Readable | undefined;
    const read = shelf.read.bind(shelf);
    shelf.read = async (...given) => {
      body = await read(...given);
      return body;
    };
    const request = get(`${url}/files/${name}`, (response) => {
      response.once('data', () => request.destroy());
      response.on('error', () => {});
    });
    request.on('error', () => {});
    await soon(() => body?.destroyed).toBe(true);
  });

  it('is read no faster than its reader takes it', async () => {
    const { url, name, shelf } = await open(Buffer.alloc(60_000_000));
    let taken = 0;
    const read = shelf.read.bind(shelf);
    shelf.read = async (...given) => {
      const body = await read(...given);
      body?.on('data', (chunk: Buffer) => {
        taken += chunk.length;
      });
      body?.pause();
      return body;
    };
    const request = get(`${url}/files/${name}`, (response) => response.pause());
    request.on('error', () => {});
    onTestFinished(() => void request.destroy());
    await soon(() => taken).toBeGreaterThan(0);
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(taken).toBeLessThan(30_000_000);
  });
});

describe('ranges', () => {
  it('give what a slice would', async () => {
    const world = await open();
    const number = fc.oneof(fc.nat(1_200), fc.constant(''), fc.nat());
    await fc.assert(
      fc.asyncProperty(number, number, async (first, last) => {
        const answer = await world.ask({ range: `bytes=${first}-${last}` });
        const body = Buffer.from(await answer.arrayBuffer());
        const part = sliceOf(first, last);
        if (part === 'whole') expect([answer.status, body]).toEqual([200, BYTES]);
        else expect([answer.status, body]).toEqual([part.length === 0 ? 416 : 206, part]);
      }),
      { numRuns: 150 },
    );
  });
});

/** RFC 9110, section 14.1.2, by slices. */
function sliceOf(first: number | '', last: number | ''): Buffer | 'whole' {
  if (first === '') return last === '' ? 'whole' : last === 0 ? Buffer.alloc(0) : BYTES.subarray(-last);
  if (last !== '' && last < first) return 'whole';
  return BYTES.subarray(first, last === '' ? undefined : last + 1);
}

describe('nothing but copies', () => {
  it.each([
    '/files/',
    '/files/..%2f..%2fetc%2fpasswd',
    '/files/%2e%2e%2f%2e%2e%2fetc%2fpasswd',
    '/files/../../../../etc/passwd',
    '/files/..%5c..%5cwindows',
    '/files/unfinished%2fNAME',
    '/files/unfinished/NAME',
    '/files/NAME%00',
    '/files/NAME%00.png',
    '/files/%00',
    '/files/NAME.part',
    '/files/x/NAME',
    '/files/NAME%0d%0aset-cookie:a=b',
    '/files/%ff%fe',
    `/files/${'a'.repeat(400)}`,
    '/files/NAME%20',
    '/files/%zz',
    '/files/__proto__',
    '/files/101-0-00000000000000000000000000000000.mp4',
    '/files/101-0-00000000000000000000000000000000.constructor',
  ])('is found at %s', async (path) => {
    const { url, name } = await open();
    const answer = await raw(url, path.replace('NAME', name));
    expect(answer).toMatch(/^HTTP\/1\.1 (?:400|404|414) /);
    expect(answer).not.toMatch(/root:|set-cookie/i);
    expect(answer).toContain('no-store');
  });

  it('is found at any other name', async () => {
    const { url } = await open();
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'binary', maxLength: 60 }), async (text) => {
        const answer = await fetch(`${url}/files/${encodeURIComponent(text.toWellFormed())}`);
        await answer.arrayBuffer();
        expect([400, 404]).toContain(answer.status);
      }),
      { numRuns: 60 },
    );
  });
});

it('a place that cannot be read is a 503, to be asked again', async () => {
  const name = `101-0-${'0'.repeat(32)}.png`;
  const down = async () => {
    throw new GatewayError('store_unavailable', 'The kept copies cannot be read at the moment.');
  };
  const copies: Copies = { has: () => true, find: async () => ({ name, size: 5, at: 0 }), read: down };
  const { url } = await serveApp({ copies });
  const answer = await fetch(`${url}/files/${name}`);
  expect([answer.status, answer.headers.get('cache-control')]).toEqual([503, 'no-store']);
});

it('pages of others may show copies of a gateway without keys, and call nothing else', async () => {
  const { shelf, name } = await makeShelf(BYTES);
  const { url } = await serveApp({ copies: shelf, keys: [], open: true, openAdmin: true });
  const headers = { 'sec-fetch-site': 'cross-site' };
  expect((await fetch(`${url}/files/${name}`, { headers })).status).toBe(200);
  expect((await fetch(`${url}/v1/models`, { headers })).status).toBe(403);
});
