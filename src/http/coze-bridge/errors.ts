import type { FastifyReply, FastifyRequest } from 'fastify';
import { type ErrorCode, GatewayError } from '../../core/errors.ts';
import { applyErrorHead } from '../errors.ts';
import { NO_ACCESS, SENTENCES } from './sentences.ts';

/** How an endpoint tells its failures. */
export interface FailureShape {
  /** Stands before the message, such as `创建对话失败:`. */
  readonly prefix: string;
  /** False where `data` has no place for `status`. */
  readonly hasStatus: boolean;
}

/** An error in this dialect's shape; `code` is the HTTP status. */
export interface BridgeFailure {
  readonly code: number;
  readonly message: string;
  readonly data?: { readonly status: false };
}

declare module 'fastify' {
  interface FastifyContextConfig {
    /** How the Coze-Discord-Bridge's endpoint at this route tells its failures. */
    bridgeFailure?: FailureShape;
  }
}

/** An error whose message is in the words of this dialect already. */
export class SpokenError extends GatewayError {}

const PLAIN: FailureShape = { prefix: '', hasStatus: true };

/** Codes with the two bodies of the Bridge that are the same everywhere, without prefix and data. */
const FIXED: readonly ErrorCode[] = ['missing_key', 'invalid_key', 'address_not_allowed', 'not_found'];

/** Renders an error. */
export function renderFailure(error: GatewayError, shape: FailureShape = PLAIN): BridgeFailure {
  const code = statusOf(error);
  const message = messageOf(error);
  if (FIXED.includes(error.code)) return { code, message };
  const failure = { code, message: shape.prefix + message };
  return shape.hasStatus ? { ...failure, data: { status: false } } : failure;
}

/** Answers with an error that happened before the first byte. */
export function sendFailure(request: FastifyRequest, reply: FastifyReply, error: GatewayError): FastifyReply {
  request.errorCode = error.code;
  applyErrorHead(reply, error);
  const failure = renderFailure(error, request.routeOptions.config?.bridgeFailure);
  return reply.code(failure.code).type('application/json; charset=utf-8').send(failure);
}

/** The Bridge knew no 401. */
function statusOf(error: GatewayError): number {
  return error.status === 401 ? 403 : error.status;
}

function messageOf(error: GatewayError): string {
  if (error instanceof SpokenError) return error.message;
  const { text, hasDetail } = SENTENCES[error.code];
  if (text === NO_ACCESS) return text;
  const wait =
    error.retryAfterMs === undefined
      ? ''
      : `，请在${Math.max(1, Math.ceil(error.retryAfterMs / 1000))}秒后重试`;
  return `${text}${wait}${hasDetail ? `（详情：${error.message}）` : ''}`;
}
