import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { GatewayService } from '../../core/gateway-service.ts';
import type { Links } from '../links.ts';
import { callerOf, useDialect } from '../request-context.ts';
import { addPath, readOptionalJson } from './answering.ts';
import { conversationRoutes } from './conversations.ts';
import type { EventOptions } from './events.ts';
import { renderMe } from './me.ts';
import { accountRoute, eventRoute, taskRoutes } from './task-routes.ts';

/** What the native dialect needs. */
export interface NativeOptions extends EventOptions {
  readonly service: GatewayService;
  readonly links: Links;
  /** Finds the caller and notes it on the request; throws GatewayError. */
  readonly authenticate: (request: FastifyRequest) => Promise<void>;
  /** Of the gateway. */
  readonly version: string;
}

/** cordgate's own dialect, to be registered under `/cordgate/v1`: any key; admins see what belongs to others as well. */
export function nativeRoutes(options: NativeOptions): (scope: FastifyInstance) => Promise<void> {
  const { service, authenticate, version } = options;
  return async (scope) => {
    useDialect(scope, 'native');
    readOptionalJson(scope);
    const guards = [authenticate];
    addPath(scope, '/me', guards, {
      GET: async ({ request }) => ({ body: renderMe(callerOf(request), service, version) }),
    });
    taskRoutes(scope, options, guards);
    accountRoute(scope, options, guards);
    eventRoute(scope, options, guards);
    conversationRoutes(scope, service, guards);
  };
}
