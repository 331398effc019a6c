/** What is learnt of a task after its end: it is written upon the newest form, whoever else changes that at the same moment. */
import { GatewayError } from './errors.ts';
import { withCopies } from './keeping.ts';
import type { Task } from './task.ts';
import type { TaskBook } from './task-book.ts';
import type { TaskFeed } from './task-feed.ts';

const TRIES = 3;

/** Changes an ended task; undefined when there is none, or when it changes all the time. @throws Error when the store fails */
export async function learn(
  book: TaskBook,
  id: string,
  change: (task: Task) => Task,
): Promise<Task | undefined> {
  for (let tries = 1; tries <= TRIES; tries += 1) {
    const task = await book.find(id);
    if (!task) return undefined;
    const learnt = { ...change(task), revision: task.revision + 1 };
    if (await book.keep(learnt)) return learnt;
  }
  return undefined;
}

/**
 * Notes the copies of a finished task by their place in its media, and tells of it; false when there is no such task any more.
 * @throws GatewayError store_unavailable
 */
export async function noteCopies(
  book: TaskBook,
  feed: TaskFeed,
  id: string,
  names: ReadonlyMap<number, string>,
): Promise<boolean> {
  // An end that waits to be written would be written over what is learnt now.
  const isStored = book.peek(id) === undefined;
  const learnt = isStored ? await learn(book, id, (task) => withCopies(task, names)) : undefined;
  if (learnt) feed.tell({ type: 'task-changed', task: learnt });
  else if (await book.find(id)) {
    throw new GatewayError('store_unavailable', 'The copies of a task could not be noted.');
  }
  return learnt !== undefined;
}
