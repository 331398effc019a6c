/** The gateway's own copies of finished pictures and videos: how they are called, and how they are read. */
import type { Readable } from 'node:stream';
import type { Part } from './byte-range.ts';
import type { Task } from './task.ts';

/** What may be kept, by the ending of its name: nothing that a browser would run. */
const CONTENT_TYPES: Readonly<Record<string, string>> = {
  png: 'image/png',
  jpg: 'image/jpeg',
  webp: 'image/webp',
  gif: 'image/gif',
  mp4: 'video/mp4',
  webm: 'video/webm',
};

// "1211421713496994992-0-9f86d081884c7d659a2feaa0c55ad015.png": id of the task, place in its media, 128 random bits.
const NAME = /^(\d{1,20}-\d{1,4})-[0-9a-f]{32}\.([a-z0-9]{3,4})$/;

/** What the name of a copy tells. */
export interface CopyName {
  /** Of which file of which task it is a copy: `TASKID-INDEX`. */
  readonly origin: string;
  readonly contentType: string;
}

/** Reads the name of a copy; undefined for anything that is none, paths and endings of other kinds included. */
export function readCopyName(name: string): CopyName | undefined {
  const [, origin = '', ending = ''] = NAME.exec(name) ?? [];
  const contentType = Object.hasOwn(CONTENT_TYPES, ending) ? CONTENT_TYPES[ending] : undefined;
  return contentType === undefined ? undefined : { origin, contentType };
}

/** Of which file of which task a copy is; `index` counts from 0. */
export function originOf(taskId: string, index: number): string {
  return `${taskId}-${index}`;
}

/** The task with the names of its copies, by their place in its media. */
export function withCopies(task: Task, names: ReadonlyMap<number, string>): Task {
  const media = task.media.map((one, index) => {
    const kept = names.get(index);
    return kept === undefined ? one : { ...one, kept };
  });
  return { ...task, media };
}

/** A copy that is there. */
export interface CopyHead {
  readonly name: string;
  /** In bytes. */
  readonly size: number;
  /** When it was made, in milliseconds since the epoch. */
  readonly at: number;
}

/** Reads copies. */
export interface Copies {
  /** True when there is a copy of this name, as far as is known at once. */
  has(name: string): boolean;
  /** Size and age of a copy; undefined when there is none of this name. @throws GatewayError store_unavailable */
  find(name: string, signal: AbortSignal): Promise<CopyHead | undefined>;
  /**
   * Begins to read a part of a copy; undefined when there is none of this name (any more).
   * @param signal ends the reading as well
   * @returns a stream that must be read to its end, or destroyed
   * @throws GatewayError store_unavailable
   */
  read(name: string, part: Part, signal: AbortSignal): Promise<Readable | undefined>;
}
