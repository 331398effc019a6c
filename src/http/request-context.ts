import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Caller } from '../core/caller.ts';
import { GatewayError } from '../core/errors.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** Who calls; null until the key was checked, and on paths that need none. */
    caller: Caller | null;
    /** Name of the dialect that answers, for logs and metrics. */
    dialect: string;
    /** Code of the error the request ended with, null when it went well. */
    errorCode: string | null;
  }
}

/** Declares what the gateway notes on each request, so that every request object has the same shape from its start. */
export function decorateRequests(app: FastifyInstance): void {
  app.decorateRequest('caller', null);
  app.decorateRequest('dialect', 'none');
  app.decorateRequest('errorCode', null);
}

/** Marks all requests of a plugin's scope, unknown paths included, as belonging to a dialect. */
export function useDialect(scope: FastifyInstance, name: string): void {
  scope.addHook('onRequest', async (request) => {
    request.dialect = name;
  });
}

/** The caller of a request whose key was checked. */
export function callerOf(request: FastifyRequest): Caller {
  if (request.caller === null) throw new GatewayError('internal', 'The route does not check keys.');
  return request.caller;
}
