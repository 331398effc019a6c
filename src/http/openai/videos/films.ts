/** Which of a caller's tasks are videos, by which name, and in which order they are listed. */
import type { Caller } from '../../../core/caller.ts';
import { GatewayError } from '../../../core/errors.ts';
import type { Task, TaskVerb } from '../../../core/task.ts';
import type { TaskService } from '../../../core/tasks.ts';
import { showsClip } from '../../clips.ts';

const PREFIX = 'video_';

/** The verbs that a film may come of. */
const FILMING: readonly TaskVerb[] = ['create', 'animate', 'act'];

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
  for await (const task of inOrder(service, caller, order, after, signal)) {
    found.push(task);
    if (found.length > limit) break;
  }
  return { tasks: found.slice(0, limit), hasMore: found.length > limit };
}

async function* inOrder(
  service: TaskService,
  caller: Caller,
  order: FilmPage['order'],
  after: string | undefined,
  signal: AbortSignal,
): AsyncGenerator<Task> {
  let last = after;
  for (;;) {
    const from = order === 'desc' ? { before: last } : { after: last, order: 'oldest' as const };
    const tasks = await service.listTasks(caller, { ...from, verbs: FILMING, limit: BATCH }, signal);
    yield* tasks.filter(isFilm);
    last = tasks.at(-1)?.id;
    if (last === undefined || tasks.length < BATCH) return;
  }
}
