/** One try to copy what a task has made. */
import { GatewayError } from '../core/errors.ts';
import { originOf } from '../core/keeping.ts';
import type { Task } from '../core/task.ts';
import type { Shelf } from './shelf.ts';
import { type OpenSource, SourceFault } from './source.ts';

/** What a try has come to. */
export interface Tried {
  /** Names of the copies by their place in the task's media; those of an earlier run included. */
  readonly names: ReadonlyMap<number, string>;
  /** Files that will never be kept. */
  readonly refused: readonly SourceFault[];
  /** Why not all of the others were copied: of the files. */
  readonly fault?: SourceFault | undefined;
  /** Why not all of the others were copied: of the place. */
  readonly trouble?: unknown;
}

/** True when something of a task may still be copied. */
export function wantsCopies(task: Task): boolean {
  return task.status === 'succeeded' && task.media.some(({ kept }) => kept === undefined);
}

/** Copies the files of a task one after the other. Never throws but for the signal's reason. */
export async function tryToCopy(
  shelf: Shelf,
  open: OpenSource,
  task: Task,
  signal: AbortSignal,
): Promise<Tried> {
  const names = new Map<number, string>();
  const refused: SourceFault[] = [];
  let fault: SourceFault | undefined;
  for (const [index, { kept, url }] of task.media.entries()) {
    if (kept !== undefined) continue;
    try {
      names.set(index, await copyOne(shelf, open, originOf(task.id, index), url, signal));
    } catch (error) {
      if (signal.aborted || !(error instanceof SourceFault)) return { names, refused, fault, trouble: error };
      if (error.isFinal) refused.push(error);
      else fault = error;
    }
  }
  return { names, refused, fault };
}

/** What an earlier run has copied, but had no time to note, is there already: copies are whole or not at all. */
async function copyOne(
  shelf: Shelf,
  open: OpenSource,
  origin: string,
  url: string,
  signal: AbortSignal,
): Promise<string> {
  const known = shelf.copyOf(origin);
  if (known !== undefined) return known;
  const file = await opened(open, url, signal);
  try {
    return await shelf.add(origin, file, signal);
  } finally {
    file.close();
  }
}

async function opened(open: OpenSource, url: string, signal: AbortSignal) {
  try {
    return await open(url, signal);
  } catch (error) {
    signal.throwIfAborted();
    const isKnown = error instanceof GatewayError;
    const isFinal = isKnown && error.code === 'media_forbidden';
    throw new SourceFault(isKnown ? error.message : 'the file could not be fetched', isFinal, error);
  }
}
