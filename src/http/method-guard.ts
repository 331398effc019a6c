import type { FastifyInstance, HTTPMethods } from 'fastify';
import { GatewayError } from '../core/errors.ts';

const METHODS: readonly HTTPMethods[] = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'];

/** Answers all other methods of a path with 405 and `Allow`, before a key or a body is looked at. */
export function allowOnly(scope: FastifyInstance, url: string, allowed: readonly HTTPMethods[]): void {
  const named: readonly HTTPMethods[] = allowed.includes('GET') ? [...allowed, 'HEAD'] : allowed;
  scope.route({
    method: METHODS.filter((method) => !named.includes(method)),
    url,
    exposeHeadRoute: false,
    onRequest: async (request, reply) => {
      reply.header('allow', [...named, 'OPTIONS'].join(', '));
      throw new GatewayError('method_not_allowed', `This path does not take ${request.method}.`, {
        hint: `Use ${allowed.join(' or ')}.`,
      });
    },
    handler: async () => undefined,
  });
}
