import type { FastifyInstance, FastifyReply, FastifyRequest, HTTPMethods } from 'fastify';
import { GatewayError } from '../../core/errors.ts';
import { departureOf } from '../departure.ts';
import { allowOnly } from '../method-guard.ts';
import { ignoredWarning, warn } from '../warnings-header.ts';

/** What a handler gives; `status` 200 when left out. An answer without a body is 204. */
export interface Answer {
  readonly status?: number;
  readonly body?: unknown;
}

/** One request on its way. */
export interface Visit {
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
  /** The path's parameters. */
  readonly params: Readonly<Record<string, string>>;
  /** Aborts when the caller has left. */
  readonly signal: AbortSignal;
}

/** Answers requests to one method of a path. */
export type Handler = (visit: Visit) => Promise<Answer>;

/** Checks that run before a body is read. */
export type Guards = readonly ((request: FastifyRequest) => Promise<void>)[];

/** Registers what a path does by its methods; all other methods are refused. */
export function addPath(
  scope: FastifyInstance,
  url: string,
  guards: Guards,
  handlers: Partial<Readonly<Record<'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE', Handler>>>,
): void {
  const methods = Object.entries(handlers) as [HTTPMethods, Handler][];
  for (const [method, handler] of methods) {
    scope.route({
      method,
      url,
      onRequest: [...guards],
      handler: (request, reply) => answer(request, reply, handler),
    });
  }
  allowOnly(
    scope,
    url,
    methods.map(([method]) => method),
  );
}

/** Says which parameters of the query were not looked at. */
export function warnOf(reply: FastifyReply, unknown: readonly string[]): void {
  warn(reply, ignoredWarning(unknown));
}

/** To a caller who has left nothing is said. */
async function answer(request: FastifyRequest, reply: FastifyReply, handler: Handler): Promise<unknown> {
  const signal = departureOf(reply);
  try {
    const params = Object(request.params) as Record<string, string>;
    const { status, body } = await handler({ request, reply, params, signal });
    reply.code(status ?? (body === undefined ? 204 : 200));
    return reply.send(body);
  } catch (error) {
    if (!signal.aborted) throw error;
    return reply.hijack();
  }
}

/** Reads bodies as JSON whatever their type says; an empty one is none. */
export function readOptionalJson(scope: FastifyInstance): void {
  scope.removeAllContentTypeParsers();
  scope.addContentTypeParser('*', { parseAs: 'string' }, async (_request: unknown, body: string) => {
    if (body.trim() === '') return undefined;
    try {
      return JSON.parse(body);
    } catch {
      // The parser's own message quotes the body, which may be a prompt.
      throw new GatewayError('invalid_request', 'The body of the request is not valid JSON.', {
        hint: 'Send one JSON object.',
      });
    }
  });
}
