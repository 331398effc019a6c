/** Writing a file so that a reader finds the old text or the new one, never half of it. */
import { accessSync, constants, statSync } from 'node:fs';
import { chmod, chown, open, realpath, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

/** A new text that lies ready beside its file. */
export interface StagedFile {
  /** Puts it in place. @throws Error */
  commit(): Promise<void>;
  /** Takes it away again. */
  discard(): Promise<void>;
}

/** What a folder says in which nothing can be made, or an owner that cannot be kept: the file itself may be writable still. */
const NO_BESIDE: readonly unknown[] = ['EACCES', 'EPERM', 'EROFS'];
/** What a file says that is a mount of its own, as in a container. */
const IN_PLACE: readonly unknown[] = ['EBUSY', 'EXDEV', 'EPERM', 'EACCES'];

/** Why a file cannot be written, for people; undefined when it can. */
export function whyNotWritable(path: string): string | undefined {
  try {
    // An administrator may write everything; a file that nobody may write is meant to stay.
    if ((statSync(path).mode & 0o222) === 0) return `${path} is read-only`;
    accessSync(path, constants.W_OK);
    return undefined;
  } catch (error) {
    return `${path} cannot be written (${String(codeOf(error))})`;
  }
}

/**
 * Lays a text ready for a file that exists. A link is followed; mode and owner stay. Where the folder takes no second file,
 * the text is written into the file itself at the commit.
 * @throws Error of the file system
 */
export async function stage(path: string, text: string): Promise<StagedFile> {
  const target = await realpath(path);
  const beside = join(dirname(target), `.${basename(target)}.${process.pid}.${Date.now().toString(36)}.tmp`);
  const discard = () => rm(beside, { force: true });
  const commitInPlace = () => writeThrough(target, text, 'r+');
  try {
    const { mode, uid, gid } = await stat(target);
    // It holds secrets: nobody else may read it before it has the mode of the file.
    await writeThrough(beside, text, 'wx');
    await chown(beside, uid, gid);
    await chmod(beside, mode & 0o7777);
  } catch (error) {
    await discard();
    if (!NO_BESIDE.includes(codeOf(error))) throw error;
    return { commit: commitInPlace, discard: async () => {} };
  }
  const commit = async () => {
    try {
      await rename(beside, target);
      await syncFolder(dirname(target));
    } catch (error) {
      await discard();
      if (!IN_PLACE.includes(codeOf(error))) throw error;
      await commitInPlace();
    }
  };
  return { commit, discard };
}

async function writeThrough(path: string, text: string, flags: 'wx' | 'r+'): Promise<void> {
  const file = await open(path, flags, 0o600);
  try {
    if (flags === 'r+') await file.truncate(0);
    await file.writeFile(text, 'utf8');
    await file.sync();
  } finally {
    await file.close();
  }
}

/** The new name is lasting only once the folder is written. Some systems cannot do that, and need not. */
async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r').catch(() => undefined);
  await folder?.sync().catch(() => {});
  await folder?.close();
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined;
}
