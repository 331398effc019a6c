import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Caller } from '../../core/caller.ts';
import type { TaskMode } from '../../core/task.ts';
import { departureOf } from '../departure.ts';
import type { LinkOf } from '../links.ts';
import { callerOf } from '../request-context.ts';
import type { MidjourneyProxyOptions } from './options.ts';

/** A call of an endpoint whose key was checked. */
export interface ProxyCall {
  readonly options: MidjourneyProxyOptions;
  readonly caller: Caller;
  readonly body: unknown;
  /** The id in the path; empty where it has none. */
  readonly id: string;
  readonly query: unknown;
  /** Speed that the prefix of the path asks for. */
  readonly mode: TaskMode | undefined;
  readonly reply: FastifyReply;
  /** Gives the links that this caller can use. */
  readonly linkOf: LinkOf;
  /** Aborted when the caller goes away. */
  readonly signal: AbortSignal;
}

/** Gives the body of the answer; throws for any failure. */
export type Handler = (call: ProxyCall) => Promise<unknown>;

/** What a request asks, as a call. */
export function callOf(
  options: MidjourneyProxyOptions,
  mode: TaskMode | undefined,
  request: FastifyRequest,
  reply: FastifyReply,
): ProxyCall {
  const { id = '' } = request.params as { id?: string };
  const { body, query } = request;
  return {
    options,
    caller: callerOf(request),
    body,
    id,
    query,
    mode,
    reply,
    linkOf: options.links.throughCdn(request),
    signal: departureOf(reply),
  };
}
