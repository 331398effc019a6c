import type { FastifyRequest } from 'fastify';
import type { Task } from '../../core/task.ts';
import type { Links } from '../links.ts';

/** What showing a finished task needs. */
export interface ShowOptions {
  /** The task with its copies, once they are made; as it is when that takes too long. */
  readonly settled: (task: Task, signal: AbortSignal) => Promise<Task>;
  readonly links: Links;
}

/**
 * A finished task as the one who asked for it is shown it: its links lead to the gateway's own copies where it keeps any. An
 * answer of this dialect is read once and kept for long, so that it waits for copies a little.
 */
export function shownTo(
  { settled, links }: ShowOptions,
  request: FastifyRequest,
  signal: AbortSignal,
): (task: Task) => Promise<Task> {
  const linkOf = links.plain(request);
  return async (finished) => {
    const task = await settled(finished, signal);
    return { ...task, media: task.media.map((one) => ({ ...one, url: linkOf(one) })) };
  };
}
