import type { FastifyReply, FastifyRequest } from 'fastify';
import { type ErrorCode, type ErrorDetails, GatewayError } from '../../core/errors.ts';
import { applyErrorHead } from '../errors.ts';
import { VERDICTS } from './codes.ts';
import type { SubmitAnswer } from './render.ts';

/** An error whose message is in the words of this dialect already. */
export class SpokenError extends GatewayError {
  readonly properties: Readonly<Record<string, unknown>>;

  constructor(
    code: ErrorCode,
    message: string,
    details: ErrorDetails = {},
    properties: Readonly<Record<string, unknown>> = {},
  ) {
    super(code, message, details);
    this.properties = properties;
  }
}

/** The error for a field of the request; the message is what callers read. */
export function invalid(message: string, param: string): SpokenError {
  return new SpokenError('invalid_request', message, { param });
}

/** The error for a path that does not exist; the query is left out, as it may hold a key. */
export function unknownPath(request: FastifyRequest): GatewayError {
  const path = request.url.split('?', 1)[0]?.slice(0, 200);
  return new GatewayError('not_found', `${request.method} ${path}`);
}

/** Renders an error. */
function renderFailure(error: GatewayError): SubmitAnswer {
  const { code, text, hasDetail } = VERDICTS[error.code];
  if (error instanceof SpokenError) {
    return { code, description: error.message, result: null, properties: error.properties };
  }
  const description = hasDetail ? `${text}（${error.message}）` : text;
  return { code, description, result: null, properties: { detail: error.message } };
}

/**
 * Answers with an error: HTTP 200 with a code of its own, but for a wrong key (401 and no body at all), and for what
 * is no endpoint (404, 405).
 */
export function sendFailure(request: FastifyRequest, reply: FastifyReply, error: GatewayError): FastifyReply {
  request.errorCode = error.code;
  applyErrorHead(reply, error);
  if (error.status === 401) return reply.code(401).send();
  const isEndpoint = error.code !== 'not_found' && error.code !== 'method_not_allowed';
  return reply
    .code(isEndpoint ? 200 : error.status)
    .type('application/json; charset=utf-8')
    .send(renderFailure(error));
}
