import type { TaskStore } from '../core/store.ts';
import type { Task } from '../core/task.ts';
import { wantsCopies } from './copying.ts';

const PAGE = 200;
/** Most tasks that are looked through. */
const MOST_SEEN = 10_000;

/** Finished tasks whose files were not copied, newest first, by index. */
export async function* findUnkept(
  store: Pick<TaskStore, 'listTasks'>,
  submittedFrom: number,
): AsyncGenerator<Task> {
  let before: string | undefined;
  for (let seen = 0; seen < MOST_SEEN; seen += PAGE) {
    const tasks = await store.listTasks({ statuses: ['succeeded'], submittedFrom, before, limit: PAGE });
    yield* tasks.filter(wantsCopies);
    before = tasks.at(-1)?.id;
    if (tasks.length < PAGE) return;
  }
}
