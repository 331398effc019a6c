import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Caller } from '../../core/caller.ts';
import type { Clock } from '../../core/clock.ts';
import type { GatewayService } from '../../core/gateway-service.ts';
import type { Log } from '../../core/log.ts';
import type { Authenticate } from '../auth.ts';
import type { FailureShape } from './errors.ts';
import type { BridgeParameters } from './parameters.ts';

/** What the Coze-Discord-Bridge dialect needs. */
export interface CozeBridgeOptions {
  readonly service: GatewayService;
  readonly clock: Clock;
  readonly log: Log;
  /** Silence in milliseconds after which a stream carries a comment. */
  readonly heartbeatMs: number;
  /** Finds the caller; the last argument is the parameter `key`. */
  readonly authenticate: Authenticate;
  /** Counts a request of a caller and notes the caller on it; throws GatewayError too_many_requests. */
  readonly admit: (request: FastifyRequest, caller: Caller, reply?: FastifyReply) => void;
}

/** A call of an endpoint whose key was checked. */
export interface BridgeCall {
  readonly caller: Caller;
  readonly parameters: BridgeParameters;
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
  /** Aborted when the caller goes away. */
  readonly signal: AbortSignal;
}

/** An endpoint below `/api`. */
export interface Endpoint extends FailureShape {
  readonly path: string;
  /** Gives the body of the answer; an error stands for any failure. */
  run(options: CozeBridgeOptions, call: BridgeCall): Promise<unknown>;
}
