/** Copies in a folder of this machine. */
import { createReadStream } from 'node:fs';
import { type FileHandle, mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import type { Part } from '../core/byte-range.ts';
import { type CopyHead, readCopyName } from '../core/keeping.ts';
import type { Bin } from './bin.ts';

/** Files on their way; a copy is never served from here, and what an earlier run has left is deleted. */
const UNFINISHED = 'unfinished';

/** A bin in a folder, which is made when it is not there; copies lie in 256 folders inside it. */
export function createFolderBin(path: string): Bin {
  return new FolderBin(path);
}

class FolderBin implements Bin {
  readonly #path: string;

  constructor(path: string) {
    this.#path = path;
  }

  async *list(signal: AbortSignal): AsyncGenerator<CopyHead> {
    await rm(join(this.#path, UNFINISHED), { recursive: true, force: true });
    await mkdir(join(this.#path, UNFINISHED), { recursive: true });
    for (const shard of await readdir(this.#path)) {
      if (!/^[0-9a-f]{2}$/.test(shard)) continue;
      for (const name of await readdir(join(this.#path, shard))) {
        signal.throwIfAborted();
        const isCopy = readCopyName(name) !== undefined && shardOf(name) === shard;
        const head = isCopy ? await this.find(name) : undefined;
        if (head) yield head;
      }
    }
  }

  /** Written beside, made durable, and only then called by its name: a crash leaves a whole copy or none. */
  async write(
    name: string,
    _contentType: string,
    body: AsyncIterable<Uint8Array>,
    signal: AbortSignal,
  ): Promise<number> {
    const unfinished = join(this.#path, UNFINISHED, name);
    const folder = join(this.#path, shardOf(name));
    await mkdir(join(this.#path, UNFINISHED), { recursive: true });
    if ((await mkdir(folder, { recursive: true })) !== undefined) await makeDurable(this.#path);
    try {
      const size = await writeDurably(unfinished, body, signal);
      await rename(unfinished, join(folder, name));
      await makeDurable(folder);
      return size;
    } catch (error) {
      await rm(unfinished, { force: true }).catch(() => {});
      throw error;
    }
  }

  async find(name: string): Promise<CopyHead | undefined> {
    const found = await orAbsent(stat(this.#file(name)));
    return found?.isFile() ? { name, size: found.size, at: Math.floor(found.mtimeMs) } : undefined;
  }

  /** The file is open from here on: one that is deleted meanwhile is still read to its end. */
  async read(name: string, part: Part, signal: AbortSignal): Promise<Readable | undefined> {
    const handle = await orAbsent(open(this.#file(name)));
    if (handle === undefined) return undefined;
    return createReadStream('', { fd: handle, ...part, signal, highWaterMark: 256 * 1024 });
  }

  async delete(name: string): Promise<void> {
    await rm(this.#file(name), { force: true });
  }

  close(): void {}

  #file(name: string): string {
    return join(this.#path, shardOf(name), name);
  }
}

/** The first two of the random digits: folders fill evenly. */
function shardOf(name: string): string {
  return name.split('-')[2]?.slice(0, 2) ?? '';
}

async function writeDurably(
  path: string,
  body: AsyncIterable<Uint8Array>,
  signal: AbortSignal,
): Promise<number> {
  const handle = await open(path, 'wx');
  try {
    const size = await writeAll(handle, body, signal);
    await handle.sync();
    return size;
  } finally {
    await handle.close();
  }
}

async function writeAll(
  handle: FileHandle,
  body: AsyncIterable<Uint8Array>,
  signal: AbortSignal,
): Promise<number> {
  let size = 0;
  for await (const chunk of body) {
    signal.throwIfAborted();
    // A disk that fills up may take a part of a piece only.
    for (let done = 0; done < chunk.length; ) {
      const { bytesWritten } = await handle.write(chunk, done, chunk.length - done);
      done += bytesWritten;
    }
    size += chunk.length;
  }
  return size;
}

/** A new name is lost with a crash unless its folder is written as well; some file systems know no such thing. */
async function makeDurable(folder: string): Promise<void> {
  const handle = await open(folder, 'r').catch(() => undefined);
  await handle?.sync().catch(() => {});
  await handle?.close();
}

async function orAbsent<Result>(work: Promise<Result>): Promise<Result | undefined> {
  try {
    return await work;
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw error;
  }
}
