import type { FastifyInstance, FastifyReply, FastifyRequest, HTTPMethods } from 'fastify';
import type { Caller } from '../../core/caller.ts';
import type { Clock } from '../../core/clock.ts';
import { GatewayError } from '../../core/errors.ts';
import type { Log } from '../../core/log.ts';
import type { Task } from '../../core/task.ts';
import type { TaskOrder, TaskService } from '../../core/tasks.ts';
import { departureOf } from '../departure.ts';
import { asGatewayError, noteError, withoutKeys } from '../errors.ts';
import { allowOnly } from '../method-guard.ts';
import { callerOf, useDialect } from '../request-context.ts';
import { fieldsOf, readBodies } from './body.ts';
import { sendFailure, unknownPath } from './errors.ts';
import { renderStudio } from './online.ts';
import { renderTask, success } from './render.ts';
import { DIALECT, readChange, readImagine, readTaskId } from './request.ts';

/** What the Discordxy dialect needs. */
export interface DiscordxyOptions {
  readonly service: TaskService;
  /** Finds the caller and notes it on the request; throws GatewayError. */
  readonly authenticate: (request: FastifyRequest) => Promise<void>;
  readonly clock: Clock;
  readonly log: Log;
  /** Address that stands in links in place of https://cdn.discordapp.com. */
  readonly cdn: string;
  /** The configured keys, so that no error repeats one that a caller put in the wrong place. */
  readonly keys?: readonly { readonly key: string }[];
}

/** The paths of the seed document, and those of its later release. */
const FAMILIES = ['/mj/submit', '/mj'];

const METHODS: HTTPMethods[] = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'];

/** Response header that names what the gateway did not obey. */
const WARNINGS_HEADER = 'x-cordgate-warnings';

/** The dialect of Discordxy, to be registered without a prefix. */
export function discordxyRoutes(options: DiscordxyOptions): (scope: FastifyInstance) => Promise<void> {
  return async (scope) => {
    useDialect(scope, DIALECT);
    readBodies(scope, scope.initialConfig.bodyLimit ?? 0);
    scope.setErrorHandler((thrown, request, reply) => {
      const error = withoutKeys(asGatewayError(thrown), options.keys ?? []);
      noteError(options.log, request, error);
      return sendFailure(request, reply, error);
    });
    onlineRoute(scope, options);
    for (const family of FAMILIES) drawingRoutes(scope, options, family);
    refuseOtherPaths(scope);
  };
}

function onlineRoute(scope: FastifyInstance, { service, authenticate }: DiscordxyOptions): void {
  scope.get('/client/online', { onRequest: authenticate }, async (request) =>
    success(service.studios(callerOf(request)).map(renderStudio)),
  );
  allowOnly(scope, '/client/online', ['GET']);
}

function drawingRoutes(scope: FastifyInstance, options: DiscordxyOptions, family: string): void {
  const onRequest = options.authenticate;
  scope.post(`${family}/imagine`, { onRequest }, (request, reply) => imagine(options, request, reply));
  scope.post(`${family}/change`, { onRequest }, (request, reply) => change(options, request, reply));
  scope.get(`${family}/status`, { onRequest }, (request, reply) => status(options, request, reply));
  allowOnly(scope, `${family}/imagine`, ['POST']);
  allowOnly(scope, `${family}/change`, ['POST']);
  allowOnly(scope, `${family}/status`, ['GET']);
}

async function imagine(options: DiscordxyOptions, request: FastifyRequest, reply: FastifyReply) {
  const { prompt, state, notify, ignored } = readImagine(fieldsOf(request));
  warn(reply, ignored);
  const order = { driver: 'midjourney', verb: 'imagine', prompt, images: [], state, notify } as const;
  return submit(options, request, reply, order);
}

async function change(options: DiscordxyOptions, request: FastifyRequest, reply: FastifyReply) {
  const { taskId, action, form, state, notify, ignored } = readChange(fieldsOf(request));
  warn(reply, ignored);
  const order = { driver: 'midjourney', verb: 'act', prompt: '', images: [], parentId: taskId } as const;
  return submit(options, request, reply, { ...order, action, form, state, notify });
}

async function submit(
  { service }: DiscordxyOptions,
  request: FastifyRequest,
  reply: FastifyReply,
  order: Omit<TaskOrder, 'caller' | 'signal'>,
): Promise<unknown> {
  return answer(reply, async (signal) => {
    const { task } = await service.submitTask({ ...order, caller: callerOf(request), signal });
    return success(task.id);
  });
}

async function status({ service, cdn }: DiscordxyOptions, request: FastifyRequest, reply: FastifyReply) {
  const caller = callerOf(request);
  const id = readTaskId((request.query as Readonly<Record<string, unknown>>).taskId);
  return answer(reply, async (signal) => {
    const task = await service.findTask(caller, id, signal);
    if (task) return success(renderTask(task, cdn, await pressedMessage(service, caller, task, signal)));
    throw new GatewayError('task_not_found', 'There is no task of this id.', { param: 'taskId' });
  });
}

/** The message whose button a change presses: its parent's; undefined when that is forgotten. */
async function pressedMessage(service: TaskService, caller: Caller, task: Task, signal: AbortSignal) {
  const { parentId, action } = task.request;
  if (parentId === undefined || action === undefined) return undefined;
  const parent = await service.findTask(caller, parentId, signal);
  return parent?.trace.messageId;
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

/** Only names that a header can carry are repeated. */
function warn(reply: FastifyReply, ignored: readonly string[]): void {
  const names = ignored.filter((name) => /^[\w.-]{1,40}$/.test(name)).slice(0, 20);
  if (names.length > 0) reply.header(WARNINGS_HEADER, `unsupported parameters ignored: ${names.join(', ')}`);
}

/** Whoever comes to these paths speaks this dialect, and shall be able to read the refusal. */
function refuseOtherPaths(scope: FastifyInstance): void {
  for (const url of ['/mj', '/mj/*']) {
    scope.route({
      method: METHODS,
      url,
      exposeHeadRoute: false,
      onRequest: async (request) => {
        throw unknownPath(request);
      },
      handler: async () => undefined,
    });
  }
}
