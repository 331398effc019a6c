import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { GatewayError } from '../../core/errors.ts';
import type { AccountOrder, TaskService } from '../../core/tasks.ts';
import { departureOf } from '../departure.ts';
import { allowOnly } from '../method-guard.ts';
import { callerOf, useDialect } from '../request-context.ts';
import { createEventIds, type EventOptions, streamEvents } from './events.ts';
import { onlyAdmins } from './guard.ts';
import { readTaskQuery, singleOf } from './query.ts';
import { renderAccount, renderTask } from './render.ts';

/** What the management of tasks and accounts needs. */
export interface TaskAdminOptions extends EventOptions {
  /** Finds the caller and notes it on the request; throws GatewayError. */
  readonly authenticate: (request: FastifyRequest) => Promise<void>;
}

type ById = { Params: { id: string } };

const ORDERS: readonly AccountOrder[] = ['pause', 'resume', 'drain'];

/** Tasks, accounts and live events of the management API, to be registered under `/admin/api`: admin keys only. */
export function taskAdminRoutes(options: TaskAdminOptions): (scope: FastifyInstance) => Promise<void> {
  return async (scope) => {
    useDialect(scope, 'admin');
    readOptionalJson(scope);
    const onRequest = [options.authenticate, onlyAdmins];
    accountRoutes(scope, options, onRequest);
    taskRoutes(scope, options, onRequest);
    eventRoute(scope, options, onRequest);
  };
}

type Guards = readonly ((request: FastifyRequest) => Promise<void>)[];

function accountRoutes(scope: FastifyInstance, { service }: TaskAdminOptions, guards: Guards): void {
  const onRequest = [...guards];
  scope.get('/accounts', { onRequest }, async (request) => ({
    accounts: service.studios(callerOf(request)).map(renderAccount),
  }));
  allowOnly(scope, '/accounts', ['GET']);
  for (const order of ORDERS) {
    scope.post<ById>(`/accounts/:id/${order}`, { onRequest }, async (request) => {
      const views = await service.orderAccount(request.params.id, order, botOf(request));
      return { accounts: views.map(renderAccount) };
    });
    allowOnly(scope, `/accounts/:id/${order}`, ['POST']);
  }
}

/** The bot that an order is for: in the query, or in the body; undefined means all bots of the account. */
function botOf({ query, body }: FastifyRequest): string | undefined {
  return (
    singleOf(new Map(Object.entries(Object(query))), 'bot') ??
    singleOf(new Map(Object.entries(Object(body))), 'bot')
  );
}

function taskRoutes(scope: FastifyInstance, { service }: TaskAdminOptions, guards: Guards): void {
  const onRequest = [...guards];
  scope.get('/tasks', { onRequest }, (request, reply) => listTasks(service, request, reply));
  scope.get<ById>('/tasks/:id', { onRequest }, (request, reply) =>
    answer(reply, async (signal) => {
      const task = await service.findTask(callerOf(request), request.params.id, signal);
      if (task) return renderTask(task);
      throw new GatewayError('task_not_found', 'There is no task of this id.', { param: 'id' });
    }),
  );
  scope.post<ById>('/tasks/:id/cancel', { onRequest }, (request, reply) =>
    answer(reply, async (signal) =>
      renderTask(await service.cancelTask(callerOf(request), request.params.id, signal)),
    ),
  );
  allowOnly(scope, '/tasks', ['GET']);
  allowOnly(scope, '/tasks/:id', ['GET']);
  allowOnly(scope, '/tasks/:id/cancel', ['POST']);
}

/** One page; `next` is what `before` must be for the page after it, null at the end. */
function listTasks(service: TaskService, request: FastifyRequest, reply: FastifyReply): Promise<unknown> {
  const query = readTaskQuery(request.query);
  return answer(reply, async (signal) => {
    // One more than asked for, to know whether there is a next page.
    const found = await service.listTasks(callerOf(request), { ...query, limit: query.limit + 1 }, signal);
    const page = found.slice(0, query.limit);
    return {
      tasks: page.map(renderTask),
      next: found.length > page.length ? (page.at(-1)?.id ?? null) : null,
    };
  });
}

function eventRoute(scope: FastifyInstance, options: TaskAdminOptions, guards: Guards): void {
  const stopping = new AbortController();
  const nextId = createEventIds(options.clock);
  scope.addHook('preClose', async () => stopping.abort(new DOMException('The gateway stops.', 'AbortError')));
  scope.get('/events', { onRequest: [...guards], exposeHeadRoute: false }, (request, reply) =>
    streamEvents(options, nextId, stopping.signal, { request, reply }),
  );
  allowOnly(scope, '/events', ['GET']);
}

/** To a caller who has left nothing is said. */
async function answer(reply: FastifyReply, work: (signal: AbortSignal) => Promise<unknown>) {
  const signal = departureOf(reply);
  try {
    return await work(signal);
  } catch (error) {
    if (!signal.aborted) throw error;
    return reply.hijack();
  }
}

/** Orders need no body: an empty one is none, whatever its type says. */
function readOptionalJson(scope: FastifyInstance): void {
  scope.removeAllContentTypeParsers();
  scope.addContentTypeParser('*', { parseAs: 'string' }, async (_request: unknown, body: string) => {
    if (body.trim() === '') return undefined;
    try {
      return JSON.parse(body);
    } catch {
      throw new GatewayError('invalid_request', 'The body of the request is not valid JSON.', {
        hint: 'Send one JSON object, or none.',
      });
    }
  });
}
