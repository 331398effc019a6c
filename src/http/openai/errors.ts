import type { FastifyReply, FastifyRequest } from 'fastify';
import { type ErrorCode, GatewayError } from '../../core/errors.ts';
import { applyErrorHead, messageOf } from '../errors.ts';

/** An error in OpenAI's shape (openai-openapi: ErrorResponse). */
export interface OpenAiError {
  readonly error: {
    readonly message: string;
    readonly type: string;
    readonly param: string | null;
    readonly code: string | null;
  };
}

/** Where OpenAI has a code of its own that clients look at; all other codes are the gateway's. */
const OPENAI_CODES: Partial<Record<ErrorCode, string>> = {
  missing_key: 'invalid_api_key',
  invalid_key: 'invalid_api_key',
  not_found: 'unknown_url',
  method_not_allowed: 'method_not_supported',
  queue_full: 'rate_limit_exceeded',
  channels_full: 'rate_limit_exceeded',
  account_limited: 'rate_limit_exceeded',
  too_many_requests: 'rate_limit_exceeded',
  too_many_streams: 'rate_limit_exceeded',
  rate_limited: 'rate_limit_exceeded',
  bot_exhausted: 'insufficient_quota',
  internal: 'internal_error',
};

/** Renders an error. */
export function renderError(error: GatewayError): OpenAiError {
  return {
    error: {
      message: messageOf(error),
      type: typeOf(error),
      param: error.param ?? null,
      code: OPENAI_CODES[error.code] ?? error.code,
    },
  };
}

/** An error as the last event of a stream: OpenAI's clients throw as soon as they read it, so no `[DONE]` follows. */
export function renderErrorFrame(error: GatewayError): string {
  return `data: ${JSON.stringify(renderError(error))}\n\n`;
}

/** Answers with an error that happened before the first byte. */
export function sendError(request: FastifyRequest, reply: FastifyReply, error: GatewayError): FastifyReply {
  request.errorCode = error.code;
  applyErrorHead(reply, error);
  return reply.type('application/json; charset=utf-8').send(renderError(error));
}

/** The error for a path that does not exist; the query is left out, as it may hold a key. */
export function unknownUrl(request: FastifyRequest): GatewayError {
  const path = request.url.split('?', 1)[0]?.slice(0, 200);
  return new GatewayError('not_found', `Unknown request URL: ${request.method} ${path}.`);
}

function typeOf(error: GatewayError): string {
  if (error.code === 'bot_exhausted') return 'insufficient_quota';
  if (error.status === 429) return 'rate_limit_error';
  return error.status >= 500 ? 'server_error' : 'invalid_request_error';
}
