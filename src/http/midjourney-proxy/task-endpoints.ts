import { GatewayError } from '../../core/errors.ts';
import type { Task, TaskStatus } from '../../core/task.ts';
import type { LinkOf } from '../links.ts';
import type { Handler, ProxyCall } from './call.ts';
import { invalid } from './errors.ts';
import { DRIVER } from './options.ts';
import { pictureOf, type RenderedTask, renderTask } from './render.ts';
import { readBody } from './schema.ts';
import { isShown } from './studios.ts';

/** How many tasks `list` gives, unless `?limit=` asks for another number. */
const LISTED = 100;

/** Most that the service gives at a time, and most ids that one request may hold. */
const MOST_LISTED = 1000;
const MOST_IDS = 10_000;

/** What has been taken, and goes on without the caller. */
const QUEUED: readonly TaskStatus[] = ['queued', 'submitted', 'accepted', 'waiting', 'running'];

/** Endpoints below `/mj/task` that read, by their path. */
export const TASK_READERS: Readonly<Record<string, Handler>> = {
  ':id/fetch': fetchTask,
  ':id/image-seed': imageSeed,
  list: listTasks,
  queue: listQueue,
};

/** Endpoints below `/mj/task` that take a body, or change something. */
export const TASK_WRITERS: Readonly<Record<string, Handler>> = {
  ':id/cancel': cancelTask,
  'list-by-condition': listByIds,
  'list-by-ids': listByIds,
};

/** A task that there is none of is answered with nothing at all, as Midjourney-Proxy does. */
async function fetchTask(call: ProxyCall): Promise<unknown> {
  const task = await findOwn(call);
  return task === undefined ? call.reply.code(200).send() : renderTask(task, call.linkOf);
}

async function findOwn({ options, caller, id, signal }: ProxyCall): Promise<Task | undefined> {
  const task = await options.service.findTask(caller, id, signal);
  return task && isShown(task) ? task : undefined;
}

async function imageSeed({ options, caller, id, signal }: ProxyCall): Promise<unknown> {
  const result = await options.service.taskSeed(caller, id, signal);
  return { code: 1, description: '成功', result, properties: {} };
}

async function cancelTask({ options, caller, id, signal, linkOf }: ProxyCall): Promise<RenderedTask> {
  return renderTask(await options.service.cancelTask(caller, id, signal), linkOf);
}

async function listTasks({ options, caller, query, signal, linkOf }: ProxyCall): Promise<RenderedTask[]> {
  const limit = limitOf(query);
  return shown(linkOf, await options.service.listTasks(caller, { driver: DRIVER, limit }, signal));
}

async function listQueue({ options, caller, signal, linkOf }: ProxyCall): Promise<RenderedTask[]> {
  const query = { driver: DRIVER, statuses: QUEUED, limit: MOST_LISTED };
  const tasks = await options.service.listTasks(caller, query, signal);
  return shown(linkOf, [...tasks].reverse());
}

async function listByIds({ options, caller, body, signal, linkOf }: ProxyCall): Promise<RenderedTask[]> {
  const ids = [...new Set(readBody('list-by-condition', body).ids.map((id) => id.trim()))];
  if (ids.length > MOST_IDS) throw invalid(`ids参数错误，最多${MOST_IDS}个`, 'ids');
  const tasks: Task[] = [];
  for (let start = 0; start < ids.length; start += MOST_LISTED) {
    const query = { ids: ids.slice(start, start + MOST_LISTED), limit: MOST_LISTED };
    tasks.push(...(await options.service.listTasks(caller, query, signal)));
  }
  return shown(linkOf, tasks);
}

function shown(linkOf: LinkOf, tasks: readonly Task[]): RenderedTask[] {
  return tasks.filter(isShown).map((task) => renderTask(task, linkOf));
}

function limitOf(query: unknown): number {
  const { limit } = query as { limit?: unknown };
  if (limit === undefined || limit === '') return LISTED;
  const wanted = Number(limit);
  if (Number.isInteger(wanted) && wanted >= 1 && wanted <= MOST_LISTED) return wanted;
  throw invalid(`limit参数错误，须为1到${MOST_LISTED}`, 'limit');
}

/** Leads to the picture of a task. */
export async function showPicture(call: ProxyCall): Promise<unknown> {
  const task = await findOwn(call);
  const picture = task && pictureOf(task);
  if (picture === undefined) throw new GatewayError('not_found', 'There is no picture of this task.');
  return call.reply.redirect(call.linkOf(picture), 302);
}
