import type { Copies } from './keeping.ts';
import type { Task } from './task.ts';
import type { TaskService } from './tasks.ts';

/**
 * The task with the names of those copies only that can be read: others had to make room, were cleared away by hand, or
 * are not kept any more. Without `copies` there are none.
 */
export function withTrueCopies(task: Task, copies: Pick<Copies, 'has'> | undefined): Task {
  const isGone = (kept: string | undefined) => kept !== undefined && !copies?.has(kept);
  if (!task.media.some(({ kept }) => isGone(kept))) return task;
  const media = task.media.map(({ kept, ...rest }) => {
    return kept === undefined || isGone(kept) ? rest : { ...rest, kept };
  });
  return { ...task, media };
}

/** The service, whose callers are told only of copies that can be read. */
export function tellTrueCopies(service: TaskService, copies: Pick<Copies, 'has'> | undefined): TaskService {
  const shown = (task: Task) => withTrueCopies(task, copies);
  return {
    ...service,
    async findTask(caller, id, signal) {
      const task = await service.findTask(caller, id, signal);
      return task && shown(task);
    },
    async listTasks(caller, query, signal) {
      return (await service.listTasks(caller, query, signal)).map(shown);
    },
    cancelTask: async (caller, id, signal) => shown(await service.cancelTask(caller, id, signal)),
    watchTask: (caller, id, signal) => mapped(service.watchTask(caller, id, signal), shown),
    watchAll: (caller, signal) =>
      mapped(service.watchAll(caller, signal), (change) =>
        change.type === 'task-changed' ? { ...change, task: shown(change.task) } : change,
      ),
  };
}

/** Reads from the moment of the call on, as what it is made of does. */
function mapped<Item>(items: AsyncIterable<Item>, map: (item: Item) => Item): AsyncIterable<Item> {
  return {
    async *[Symbol.asyncIterator]() {
      for await (const item of items) yield map(item);
    },
  };
}
