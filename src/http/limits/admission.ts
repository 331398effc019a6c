import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Caller } from '../../core/caller.ts';
import { countedAs } from './caller-address.ts';
import type { Allowance, RequestLimits } from './request-limits.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** The caller's address, as far as it is known; see `createAddressOf`. */
    address: string | undefined;
    /** The narrowest limit that was applied to the request. */
    allowance: Allowance | null;
  }
}

/** Lets requests in by how many came before. */
export interface Admission {
  /** Counts a request by its address. @throws GatewayError too_many_requests */
  byAddress(request: FastifyRequest): void;
  /** Counts a request by its caller and notes the caller on it; with a reply, within a handler. @throws GatewayError too_many_requests */
  asCaller(request: FastifyRequest, caller: Caller, reply?: FastifyReply): void;
}

/** Admits everyone. */
const UNLIMITED: Admission = {
  byAddress: () => undefined,
  asCaller: (request, caller) => {
    request.caller = caller;
  },
};

/**
 * Counts requests against the limits, tells callers how they stand (`RateLimit-*`, IETF draft
 * httpapi-ratelimit-headers-07), and notes keys that fit nothing.
 */
export function admitWithin(app: FastifyInstance, limits: RequestLimits | undefined): Admission {
  app.decorateRequest('address', undefined);
  app.decorateRequest('allowance', null);
  if (limits === undefined) return UNLIMITED;
  app.addHook('preHandler', async (request, reply) => tellAllowance(request, reply));
  app.addHook('onSend', async (request, reply) => tellAllowance(request, reply));
  app.addHook('onResponse', async ({ errorCode, address }) => {
    if (errorCode === 'invalid_key' || errorCode === 'missing_key') limits.noteFailedKey(countedAs(address));
  });
  return {
    byAddress(request) {
      note(request, limits.admitAddress(countedAs(request.address)));
    },
    asCaller(request, caller, reply) {
      request.caller = caller;
      note(request, limits.admitCaller(caller, countedAs(request.address)));
      // Once the handler runs, a stream may leave without the hooks of fastify.
      if (reply !== undefined) tellAllowance(request, reply);
    },
  };
}

function note(request: FastifyRequest, allowance: Allowance | undefined): void {
  if (allowance === undefined) return;
  if (request.allowance !== null && request.allowance.left <= allowance.left) return;
  request.allowance = allowance;
}

function tellAllowance({ allowance }: FastifyRequest, reply: FastifyReply): void {
  if (allowance === null || reply.raw.headersSent) return;
  reply.headers({
    'ratelimit-limit': String(allowance.perMinute),
    'ratelimit-remaining': String(allowance.left),
    'ratelimit-reset': String(Math.ceil(allowance.fullInMs / 1_000)),
  });
}
