import type { FastifyInstance, FastifyPluginAsync, HTTPMethods } from 'fastify';
import type { TaskMode } from '../../core/task.ts';
import { asGatewayError, noteError, withoutKeys } from '../errors.ts';
import { allowOnly } from '../method-guard.ts';
import { useDialect } from '../request-context.ts';
import { ABSENT_ENDPOINTS, absent } from './absent-endpoints.ts';
import { ACCOUNT_ENDPOINTS } from './account-endpoints.ts';
import { expectJson, readBodies } from './body.ts';
import { callOf, type Handler, type ProxyCall } from './call.ts';
import { sendFailure, unknownPath } from './errors.ts';
import { DIALECT, type MidjourneyProxyOptions } from './options.ts';
import { SUBMIT_ENDPOINTS } from './submit-endpoints.ts';
import { showPicture, TASK_READERS, TASK_WRITERS } from './task-endpoints.ts';

/** The speed that each prefix asks for. */
const PREFIXES: readonly (readonly [prefix: string, mode: TaskMode | undefined])[] = [
  ['/mj', undefined],
  ['/mj-fast/mj', 'fast'],
  ['/mj-relax/mj', 'relax'],
  ['/mj-turbo/mj', 'turbo'],
];

/** Clients read with either. */
const READING: HTTPMethods[] = ['GET', 'POST'];
const WRITING: HTTPMethods[] = ['POST'];

/** The Midjourney-Proxy dialect, to be registered under `/midjourney-proxy`. */
export function midjourneyProxyRoutes(options: MidjourneyProxyOptions): FastifyPluginAsync {
  return async (scope) => {
    useDialect(scope, DIALECT);
    scope.setErrorHandler((thrown, request, reply) => {
      const error = withoutKeys(asGatewayError(thrown, request), options.keys);
      noteError(options.log, request, error);
      return sendFailure(request, reply, error);
    });
    scope.setNotFoundHandler((request) => {
      throw unknownPath(request);
    });
    readBodies(scope);
    for (const [prefix, mode] of PREFIXES) {
      scope.register(async (mounted) => addEndpoints(mounted, options, mode), { prefix });
    }
  };
}

function addEndpoints(
  scope: FastifyInstance,
  options: MidjourneyProxyOptions,
  mode: TaskMode | undefined,
): void {
  const add = (methods: HTTPMethods[], url: string, handler: Handler) => {
    scope.route({
      method: methods,
      url,
      onRequest: [options.authenticate, expectJson],
      handler: (request, reply) => answer(handler, callOf(options, mode, request, reply)),
    });
    allowOnly(scope, url, methods);
  };
  const addAll = (methods: HTTPMethods[], folder: string, endpoints: Readonly<Record<string, Handler>>) => {
    for (const [path, handler] of Object.entries(endpoints)) add(methods, `/${folder}/${path}`, handler);
  };
  addAll(WRITING, 'submit', SUBMIT_ENDPOINTS);
  addAll(READING, 'task', TASK_READERS);
  addAll(WRITING, 'task', TASK_WRITERS);
  addAll(READING, 'account', ACCOUNT_ENDPOINTS);
  add(['GET'], '/image/:id', showPicture);
  for (const [path, text] of Object.entries(ABSENT_ENDPOINTS)) {
    scope.route({
      method: READING,
      url: `/${path}`,
      onRequest: async (request) => {
        await options.authenticate(request);
        throw absent(text);
      },
      handler: async () => undefined,
    });
  }
}

async function answer(handler: Handler, call: ProxyCall): Promise<unknown> {
  try {
    return await handler(call);
  } catch (error) {
    if (!call.signal.aborted) throw error;
    // Nobody is there to read an answer.
    return call.reply.hijack();
  }
}
