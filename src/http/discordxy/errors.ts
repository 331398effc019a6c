import type { FastifyReply, FastifyRequest } from 'fastify';
import { GatewayError } from '../../core/errors.ts';
import { applyErrorHead, messageOf } from '../errors.ts';

/** Answers with an error in this dialect's shape: the HTTP status again as `code`, and no result. */
export function sendFailure(request: FastifyRequest, reply: FastifyReply, error: GatewayError): FastifyReply {
  request.errorCode = error.code;
  applyErrorHead(reply, error);
  const failure = { code: error.status, result: null, message: messageOf(error) };
  return reply.type('application/json; charset=utf-8').send(failure);
}

/** The error for a path that does not exist; the query is left out, as it may hold a key. */
export function unknownPath(request: FastifyRequest): GatewayError {
  const path = request.url.split('?', 1)[0]?.slice(0, 200);
  return new GatewayError('not_found', `There is no ${request.method} ${path}.`, {
    hint: 'The paths are /client/online, /mj/submit/{imagine,change,status}, /mj/{imagine,change,status} and /pika/{create,animate,change,status}; the Midjourney-Proxy API is under /midjourney-proxy/mj.',
  });
}
