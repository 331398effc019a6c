/** Tasks over HTTP: the one implementation behind the native dialect and the management. */
import type { FastifyInstance } from 'fastify';
import { GatewayError } from '../../core/errors.ts';
import type { Task, TaskAction, TaskVerb } from '../../core/task.ts';
import type { TaskOrder, TaskReceipt, TaskService } from '../../core/tasks.ts';
import type { LinkOf, Links } from '../links.ts';
import { allowOnly } from '../method-guard.ts';
import { languageWarning } from '../pika-prompt.ts';
import { press, wordsWarning } from '../pressing.ts';
import { callerOf } from '../request-context.ts';
import { ignoredWarning, warn } from '../warnings-header.ts';
import { type Answer, addPath, type Guards, type Handler, type Visit, warnOf } from './answering.ts';
import { check } from './check.ts';
import { createEventIds, type EventOptions, streamEvents } from './events.ts';
import { formSchema, ignoredFields, readForm, readOrder } from './order.ts';
import { readTaskQuery, taskQuerySchema, unknownNames } from './query.ts';
import { renderAccount, renderTask } from './render.ts';
import { repeatOrder } from './repeat.ts';

/** What tasks need. */
export interface TaskRouteOptions extends EventOptions {
  readonly service: TaskService;
  readonly links: Links;
}

/** Looking at tasks and ending them: `/tasks`, `/tasks/:id`, `/tasks/:id/cancel`. */
export function taskViewRoutes(scope: FastifyInstance, options: TaskRouteOptions, guards: Guards): void {
  addPath(scope, '/tasks', guards, { GET: list(options) });
  addPath(scope, '/tasks/:id', guards, { GET: show(options) });
  addPath(scope, '/tasks/:id/cancel', guards, { POST: cancel(options) });
}

/** All that a caller does with tasks. */
export function taskRoutes(scope: FastifyInstance, options: TaskRouteOptions, guards: Guards): void {
  addPath(scope, '/tasks', guards, { GET: list(options), POST: submission(options) });
  addPath(scope, '/tasks/:id', guards, { GET: show(options), DELETE: remove(options) });
  addPath(scope, '/tasks/:id/cancel', guards, { POST: cancel(options) });
  addPath(scope, '/tasks/:id/form', guards, { POST: form(options) });
  addPath(scope, '/tasks/:id/retry', guards, { POST: retry(options) });
  addPath(scope, '/tasks/:id/seed', guards, { GET: seed(options) });
}

/** `GET /accounts`: the accounts of the caller's drawing and filming bots. */
export function accountRoute(scope: FastifyInstance, { service }: TaskRouteOptions, guards: Guards): void {
  addPath(scope, '/accounts', guards, {
    GET: async ({ request }) => ({
      body: { accounts: service.studios(callerOf(request)).map(renderAccount) },
    }),
  });
}

/** `GET /events`. */
export function eventRoute(scope: FastifyInstance, options: TaskRouteOptions, guards: Guards): void {
  const stopping = stopOf(scope);
  const nextId = createEventIds(options.clock);
  scope.get('/events', { onRequest: [...guards], exposeHeadRoute: false }, (request, reply) =>
    streamEvents(options, nextId, stopping, { request, reply }),
  );
  allowOnly(scope, '/events', ['GET']);
}

/** Aborts as soon as the gateway stops. */
export function stopOf(scope: FastifyInstance): AbortSignal {
  const stopping = new AbortController();
  scope.addHook('preClose', async () => stopping.abort(new DOMException('The gateway stops.', 'AbortError')));
  return stopping.signal;
}

/** One page; `next` is what `before` (oldest first: `after`) must be for the page after it, null at the end. */
function list({ service, links }: TaskRouteOptions): Handler {
  return async ({ request, reply, signal }) => {
    const query = readTaskQuery(request.query);
    warnOf(reply, unknownNames(request.query, taskQuerySchema));
    // One more than asked for, to know whether there is a next page.
    const found = await service.listTasks(callerOf(request), { ...query, limit: query.limit + 1 }, signal);
    const page = found.slice(0, query.limit);
    const next = found.length > page.length ? (page.at(-1)?.id ?? null) : null;
    const linkOf = links.throughCdn(request);
    return { body: { tasks: page.map((task) => renderTask(task, linkOf)), next } };
  };
}

function show({ service, links }: TaskRouteOptions): Handler {
  return async (visit) => ({
    body: renderTask(await taskOf(service, visit), links.throughCdn(visit.request)),
  });
}

function cancel({ service, links }: TaskRouteOptions): Handler {
  return async ({ request, params, signal }) => {
    const task = await service.cancelTask(callerOf(request), params.id ?? '', signal);
    return { body: renderTask(task, links.throughCdn(request)) };
  };
}

function remove({ service }: TaskRouteOptions): Handler {
  return async ({ request, params }) => {
    await service.deleteTask(callerOf(request), params.id ?? '');
    return {};
  };
}

function submission(options: TaskRouteOptions): Handler {
  const { service } = options;
  return async (visit) => {
    const { request, signal } = visit;
    const caller = callerOf(request);
    const findTask = (id: string) => service.findTask(caller, id, signal);
    return submit(options, visit, await readOrder(request.body, { caller, signal, findTask }));
  };
}

function retry(options: TaskRouteOptions): Handler {
  const { service } = options;
  return async (visit) => {
    const caller = callerOf(visit.request);
    const task = await taskOf(service, visit);
    const knows = (model: string) => service.taskModels(caller).some(({ id }) => id === model);
    return submit(options, visit, repeatOrder(task, caller, knows, visit.signal));
  };
}

function form({ service, links }: TaskRouteOptions): Handler {
  return async (visit) => {
    const { request, reply, signal } = visit;
    const caller = callerOf(request);
    const given = check(formSchema, request.body ?? {});
    const task = await taskOf(service, visit);
    const findTask = (id: string) => service.findTask(caller, id, signal);
    const filled = await readForm(given, task.request.parentId, { findTask });
    const receipt = await service.fillForm(caller, task.id, filled);
    warn(reply, wordsWarning(receipt.task, filled.prompt));
    return accepted(receipt, links.throughCdn(request));
  };
}

function seed({ service }: TaskRouteOptions): Handler {
  return async ({ request, params, signal }) => ({
    body: { seed: await service.taskSeed(callerOf(request), params.id ?? '', signal) },
  });
}

/** Verbs that change how the shared account draws from then on. */
const CHANGING: ReadonlySet<TaskVerb> = new Set(['settings', 'mode', 'remix']);

async function submit(
  { service, links }: TaskRouteOptions,
  { request, reply, signal }: Visit,
  order: TaskOrder,
): Promise<Answer> {
  const { parentId, action, caller } = order;
  if (CHANGING.has(order.verb) && !caller.admin) {
    const text = `The verb "${order.verb}" changes the account for everybody who draws with it: admin keys only.`;
    throw new GatewayError('admin_only', text, { param: 'verb' });
  }
  const receipt = await press({
    action,
    asked: action === undefined ? '' : nameOf(action),
    offered: (actions) => actions.map(nameOf),
    findParent: async () => (parentId === undefined ? undefined : service.findTask(caller, parentId, signal)),
    submit: (meant) => service.submitTask({ ...order, action: meant }),
  });
  warn(reply, ...warningsOf(receipt.task, order));
  return accepted(receipt, links.throughCdn(request));
}

function warningsOf(task: Task, order: TaskOrder): (string | undefined)[] {
  const { prompt, form: asked } = order;
  const words = prompt || (typeof asked === 'object' ? asked.prompt : undefined);
  const isPika = task.driver === 'pika' && words !== undefined;
  const ignored = ignoredWarning(ignoredFields(order));
  return [ignored, wordsWarning(task, words), isPika ? languageWarning(words) : undefined];
}

function accepted({ task, ahead }: TaskReceipt, linkOf: LinkOf): Answer {
  return { status: 202, body: { task: renderTask(task, linkOf), ahead } };
}

/** `upscale 2`, or the custom id of a button of which no more is known. */
function nameOf(action: Partial<Pick<TaskAction, 'customId' | 'kind' | 'index'>>): string {
  if (action.kind === undefined || action.kind === 'other') return action.customId ?? '';
  return action.index === undefined ? action.kind : `${action.kind} ${action.index}`;
}

async function taskOf(service: TaskService, { request, params, signal }: Visit): Promise<Task> {
  const task = await service.findTask(callerOf(request), params.id ?? '', signal);
  if (task) return task;
  throw new GatewayError('task_not_found', 'There is no task of this id.', { param: 'id' });
}
