/** One contract for every place where copies may lie. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import fc from 'fast-check';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { CopyHead } from '../../src/core/keeping.ts';
import type { Bin } from '../../src/keeping/bin.ts';
import { createFolderBin } from '../../src/keeping/folder-bin.ts';
import { createS3Bin } from '../../src/keeping/s3-bin.ts';
import { startS3 } from './s3-server.ts';

const signal = new AbortController().signal;
const nameOf = (index: number, random = 'ab') => `1211421713496994992-${index}-${random.padEnd(32, '0')}.png`;

async function* pieces(...all: Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* all;
}

async function* broken(start: Uint8Array): AsyncGenerator<Uint8Array> {
  yield start;
  throw new Error('the source broke');
}

async function listed(bin: Bin): Promise<CopyHead[]> {
  const heads: CopyHead[] = [];
  for await (const head of bin.list(signal)) heads.push(head);
  return heads.sort((left, right) => left.name.localeCompare(right.name));
}

async function folderBin(): Promise<Bin> {
  const path = mkdtempSync(join(tmpdir(), 'cordgate-copies-'));
  onTestFinished(() => rmSync(path, { recursive: true, force: true }));
  return createFolderBin(join(path, 'made', 'when missing'));
}

async function s3Bin(): Promise<Bin> {
  const { options } = await startS3();
  const bin = createS3Bin(options);
  onTestFinished(() => bin.close());
  return bin;
}

describe.each([
  ['a folder', folderBin],
  ['a bucket of an S3 server', s3Bin],
])('%s', (_where, make) => {
  it('gives back what was written, whole and in parts, and tells its size and age', async () => {
    const bin = await make();
    expect(await listed(bin)).toEqual([]);
    const before = Date.now();
    const size = await bin.write(
      nameOf(0),
      'image/png',
      pieces(Buffer.from('hello '), Buffer.from('world')),
      signal,
    );
    expect(size).toBe(11);
    const head = await bin.find(nameOf(0), signal);
    expect(head).toMatchObject({ name: nameOf(0), size: 11 });
    expect(Math.abs((head?.at ?? 0) - before)).toBeLessThan(5_000);
    expect(await listed(bin)).toMatchObject([{ name: nameOf(0), size: 11 }]);
    const read = async (start: number, end: number) => {
      const body = await bin.read(nameOf(0), { start, end }, signal);
      return body && (await buffer(body)).toString();
    };
    expect(await read(0, 10)).toBe('hello world');
    expect(await read(6, 10)).toBe('world');
    expect(await read(0, 0)).toBe('h');
  });

  it('has nothing that was not written, or was deleted', async () => {
    const bin = await make();
    await listed(bin);
    await bin.write(nameOf(0), 'image/png', pieces(Buffer.from('x')), signal);
    await bin.delete(nameOf(0));
    await bin.delete(nameOf(0));
    await bin.delete(nameOf(1));
    expect(await bin.find(nameOf(0), signal)).toBeUndefined();
    expect(await bin.read(nameOf(0), { start: 0, end: 0 }, signal)).toBeUndefined();
    expect(await listed(bin)).toEqual([]);
  });

  it.each([
    ['small', 100],
    ['sent in parts', 9 * 1024 * 1024],
  ])('has nothing of a %s body that broke off', async (_size, bytes) => {
    const bin = await make();
    await listed(bin);
    const writing = bin.write(nameOf(0), 'image/png', broken(Buffer.alloc(bytes)), signal);
    await expect(writing).rejects.toThrow('the source broke');
    expect(await bin.find(nameOf(0), signal)).toBeUndefined();
    expect(await listed(bin)).toEqual([]);
  });

  it('keeps large bodies byte by byte, however they are cut into pieces', async () => {
    const bin = await make();
    const whole = Buffer.alloc(20 * 1024 * 1024 + 7);
    for (let place = 0; place < whole.length; place += 1009) whole.writeUInt8(place % 251, place);
    const cut = async function* () {
      for (let from = 0; from < whole.length; from += 3_333_331) yield whole.subarray(from, from + 3_333_331);
    };
    expect(await bin.write(nameOf(0), 'video/mp4', cut(), signal)).toBe(whole.length);
    const body = await bin.read(nameOf(0), { start: 0, end: whole.length - 1 }, signal);
    expect(body && (await buffer(body)).equals(whole)).toBe(true);
  });

  it('stops reading and writing when its signal aborts', async () => {
    const bin = await make();
    const stop = new AbortController();
    const endless = async function* () {
      for (;;) {
        yield Buffer.alloc(1_000);
        await new Promise((resolve) => setImmediate(resolve));
      }
    };
    const writing = bin.write(nameOf(0), 'image/png', endless(), stop.signal);
    setTimeout(() => stop.abort(new Error('enough')), 20);
    await expect(writing).rejects.toThrow();
    expect(await bin.find(nameOf(0), signal)).toBeUndefined();
  });

  it('reads any part as a slice would', async () => {
    const bin = await make();
    const whole = Buffer.from(Array.from({ length: 300 }, (_, place) => place % 256));
    await bin.write(nameOf(0), 'image/png', pieces(whole), signal);
    const place = fc.nat(299);
    await fc.assert(
      fc.asyncProperty(place, place, async (one, other) => {
        const [start, end] = [Math.min(one, other), Math.max(one, other)];
        const body = await bin.read(nameOf(0), { start, end }, signal);
        expect(body && (await buffer(body))).toEqual(whole.subarray(start, end + 1));
      }),
      { numRuns: 40 },
    );
  });
});
