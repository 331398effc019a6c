import type { FastifyInstance, FastifyReply, FastifyRequest, HTTPMethods } from 'fastify';
import type { Clock } from '../../core/clock.ts';
import type { Log } from '../../core/log.ts';
import type { TaskService } from '../../core/tasks.ts';
import { asGatewayError, type KeyHider, noteError, withoutKeys } from '../errors.ts';
import type { Links } from '../links.ts';
import { allowOnly } from '../method-guard.ts';
import { callerOf, useDialect } from '../request-context.ts';
import { ignoredWarning, warn } from '../warnings-header.ts';
import { change, status, submit } from './answer.ts';
import { filelessBodyOf, readBodies } from './body.ts';
import { sendFailure, unknownPath } from './errors.ts';
import { renderStudio } from './online.ts';
import { pikaRoutes } from './pika.ts';
import { renderTask, success } from './render.ts';
import { DIALECT, readChange, readImagine } from './request.ts';

/** What the Discordxy dialect needs. */
export interface DiscordxyOptions {
  readonly service: TaskService;
  /** Finds the caller and notes it on the request; throws GatewayError. */
  readonly authenticate: (request: FastifyRequest) => Promise<void>;
  readonly clock: Clock;
  readonly log: Log;
  readonly links: Links;
  /** The configured keys, so that no error repeats one that a caller put in the wrong place. */
  readonly keys: KeyHider;
}

/** The paths of the seed document, and those of its later release. */
const FAMILIES = ['/mj/submit', '/mj'];

const METHODS: HTTPMethods[] = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'];

/** The dialect of Discordxy, to be registered without a prefix. */
export function discordxyRoutes(options: DiscordxyOptions): (scope: FastifyInstance) => Promise<void> {
  return async (scope) => {
    useDialect(scope, DIALECT);
    scope.setErrorHandler((thrown, request, reply) => {
      const error = withoutKeys(asGatewayError(thrown, request), options.keys);
      noteError(options.log, request, error);
      return sendFailure(request, reply, error);
    });
    readBodies(scope);
    onlineRoute(scope, options);
    for (const family of FAMILIES) drawingRoutes(scope, options, family);
    pikaRoutes(scope, options);
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
  const { service, links } = options;
  scope.post(`${family}/change`, { onRequest }, async (request, reply) => {
    const wanted = readChange(await filelessBodyOf(request));
    return change({ service, driver: 'midjourney', warnings: [] }, request, reply, wanted);
  });
  scope.get(`${family}/status`, { onRequest }, (request, reply) =>
    status(service, request, reply, {
      name: 'taskId',
      render: (task, pressedMessageId) => renderTask(task, links.throughCdn(request), pressedMessageId),
    }),
  );
  allowOnly(scope, `${family}/imagine`, ['POST']);
  allowOnly(scope, `${family}/change`, ['POST']);
  allowOnly(scope, `${family}/status`, ['GET']);
}

async function imagine({ service }: DiscordxyOptions, request: FastifyRequest, reply: FastifyReply) {
  const { prompt, state, notify, ignored } = readImagine(await filelessBodyOf(request));
  warn(reply, ignoredWarning(ignored));
  const order = { driver: 'midjourney', verb: 'imagine', prompt, images: [], state, notify } as const;
  return submit(service, request, reply, order);
}

/** Whoever comes to these paths speaks this dialect, and shall be able to read the refusal. */
function refuseOtherPaths(scope: FastifyInstance): void {
  for (const url of ['/mj', '/mj/*', '/pika', '/pika/*']) {
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
