/** Which of a caller's tasks are videos, by which name, and in which order they are listed. */
import type { Caller } from '../../../core/caller.ts';
import { GatewayError } from '../../../core/errors.ts';
import type { Task } from '../../../core/task.ts';
import type { TaskService } from '../../../core/tasks.ts';
import { showsClip } from '../../clips.ts';

const PREFIX = 'video_';

/** How many tasks are looked through at a time. */
const BATCH = 100;

/** The name of a task's video. */
export function videoId(taskId: string): string {
  return `${PREFIX}${taskId}`;
}

/** The id of a video's task, bare ids included; undefined for what can be none. */
export function taskIdOf(id: string): string | undefined {
  return /^(?:video_)?(\d{1,20})$/.exec(id)?.[1];
}

/** True when the work of a task is a clip. */
function isFilm(task: Task): boolean {
  if (task.request.action?.kind === 'cancel') return false;
  return showsClip(task) || (task.request.verb === 'act' && task.driver === 'pika');
}

/** The task of a video. @throws GatewayError task_not_found */
export async function requireFilm(
  service: TaskService,
  caller: Caller,
  id: string,
  signal: AbortSignal,
): Promise<Task> {
  const taskId = taskIdOf(id);
  const task = taskId === undefined ? undefined : await service.findTask(caller, taskId, signal);
  if (task && isFilm(task)) return task;
  throw new GatewayError('task_not_found', 'There is no video of this id.', {
    param: 'video_id',
    hint: 'Use the id that POST /v1/videos gave.',
  });
}

/** Which videos to list. */
export interface FilmPage {
  /** Id of the task after which the page begins. */
  readonly after: string | undefined;
  readonly limit: number;
  /** `desc`: newest first. */
  readonly order: 'asc' | 'desc';
}

/** A page of the caller's videos, and whether more follow. */
export async function listFilms(
  service: TaskService,
  caller: Caller,
  page: FilmPage,
  signal: AbortSignal,
): Promise<{ tasks: Task[]; hasMore: boolean }> {
  const { after, limit, order } = page;
  const found: Task[] = [];
  for await (const task of newestFirst(service, caller, order === 'desc' ? after : undefined, signal)) {
    if (order === 'asc' && after !== undefined && BigInt(task.id) <= BigInt(after)) break;
    found.push(task);
    // The service lists from the newest on, so that the oldest are known only at the end.
    if (order === 'asc' && found.length > limit + 1) found.shift();
    if (order === 'desc' && found.length > limit) break;
  }
  const ordered = order === 'asc' ? found.reverse() : found;
  return { tasks: ordered.slice(0, limit), hasMore: ordered.length > limit };
}

async function* newestFirst(
  service: TaskService,
  caller: Caller,
  before: string | undefined,
  signal: AbortSignal,
): AsyncGenerator<Task> {
  let last = before;
  for (;;) {
    const tasks = await service.listTasks(caller, { before: last, limit: BATCH }, signal);
    yield* tasks.filter(isFilm);
    last = tasks.at(-1)?.id;
    if (last === undefined || tasks.length < BATCH) return;
  }
}
