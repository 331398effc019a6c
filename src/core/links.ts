/** Links to Discord's attachments, which are signed for a day: when they end, and how they are renewed. */
import type { Media } from './media.ts';
import type { Task } from './task.ts';

/** A link is renewed when it has less than this left, in milliseconds. */
const MARGIN_MS = 60 * 60_000;

/** True when a link is signed and has ended or ends soon: `ex` is hexadecimal Unix time in seconds. */
function endsSoon(url: string, now: number): boolean {
  const ex = /[?&]ex=([0-9a-f]{1,12})(?:&|$)/i.exec(url)?.[1];
  return ex !== undefined && Number.parseInt(ex, 16) * 1_000 - now < MARGIN_MS;
}

/** The links of a task's result that must be renewed. */
export function endingLinks(task: Task, now: number): string[] {
  return task.media.map(({ url }) => url).filter((url) => endsSoon(url, now));
}

/** The task with renewed links; itself when none of its links was renewed. */
export function withLinks(task: Task, renewed: ReadonlyMap<string, string>): Task {
  if (!task.media.some(({ url }) => renewed.has(url))) return task;
  const media: Media[] = task.media.map((one) => ({ ...one, url: renewed.get(one.url) ?? one.url }));
  return { ...task, media, revision: task.revision + 1 };
}
