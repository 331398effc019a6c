import type { FastifyReply, FastifyRequest } from 'fastify';
import { type ErrorCode, GatewayError, toGatewayError } from '../core/errors.ts';
import type { Log } from '../core/log.ts';

/** Codes of the framework that callers cause, with what they are here and what is said. */
const FRAMEWORK_ERRORS: ReadonlyMap<string, readonly [ErrorCode, string]> = new Map<
  string,
  readonly [ErrorCode, string]
>([
  ['FST_ERR_CTP_INVALID_CONTENT_LENGTH', ['invalid_request', 'The body does not have the announced length.']],
  ['FST_ERR_CTP_INVALID_MEDIA_TYPE', ['invalid_request', 'The Content-Type is not supported: send JSON.']],
  ['FST_ERR_BAD_URL', ['invalid_request', 'The path of the request is not a valid URL path.']],
  ['FST_ERR_MAX_PARAM_LENGTH', ['invalid_request', 'The path of the request is too long.']],
]);

const MEBIBYTE = 1_048_576;

/** The refusal of a body of more than the limit, in bytes. */
export function bodyTooLarge(limitBytes: number | undefined, cause?: unknown): GatewayError {
  const limit = limitBytes === undefined ? '' : `: ${Number((limitBytes / MEBIBYTE).toFixed(2))} MB`;
  const message = `The request body is larger than this gateway takes${limit} (server.bodyLimitMb).`;
  return new GatewayError('body_too_large', message, { cause });
}

/**
 * Turns whatever a handler or the framework threw into the one error type; unforeseen things become `internal`.
 * @param request whose limit an error may name
 */
export function asGatewayError(error: unknown, request?: FastifyRequest): GatewayError {
  if (error instanceof GatewayError || !(error instanceof Error)) return toGatewayError(error);
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  if (code === 'FST_ERR_CTP_BODY_TOO_LARGE') {
    return bodyTooLarge(request?.server.initialConfig.bodyLimit, error);
  }
  const known = FRAMEWORK_ERRORS.get(code);
  if (known) return new GatewayError(known[0], known[1], { cause: error });
  const status = 'statusCode' in error && typeof error.statusCode === 'number' ? error.statusCode : 500;
  if (status >= 400 && status < 500) {
    return new GatewayError('invalid_request', 'The request could not be read.', { cause: error });
  }
  return toGatewayError(error);
}

/** Takes keys out of a text. */
export interface KeyHider {
  hide(text: string): string;
}

/** A caller may have put its key where a name belongs: no error repeats it. */
export function withoutKeys<Failure extends GatewayError>(error: Failure, keys: KeyHider): Failure {
  const message = keys.hide(error.message);
  if (message === error.message) return error;
  // A copy of its own kind: some dialects tell their errors by the class.
  const copy: Failure = Object.create(Object.getPrototypeOf(error), Object.getOwnPropertyDescriptors(error));
  Object.defineProperty(copy, 'message', { value: message });
  Object.defineProperty(copy, 'stack', { value: keys.hide(error.stack ?? '') });
  return copy;
}

/** Message and hint as one text for the caller. */
export function messageOf(error: GatewayError): string {
  return error.hint === '' ? error.message : `${error.message} ${error.hint}`;
}

/**
 * Sets status and the headers that belong to an error: `Retry-After` (whole seconds, at least 1) and
 * `retry-after-ms` where the wait is known, and `x-should-retry: false` where OpenAI's clients would repeat a
 * request that cannot succeed (they repeat 409, 429 and 5xx unless told otherwise).
 */
export function applyErrorHead(reply: FastifyReply, error: GatewayError): void {
  reply.code(error.status);
  if (error.code === 'body_too_large') {
    // Closing now would reset the connection under a client that still sends, and it would never see the answer.
    reply.removeHeader('connection');
  }
  if ((error.status === 429 || error.status === 503) && error.retryAfterMs !== undefined) {
    const waitMs = Math.max(1, Math.ceil(error.retryAfterMs));
    reply.header('retry-after', String(Math.ceil(waitMs / 1000)));
    reply.header('retry-after-ms', String(waitMs));
  }
  if (!error.retryable && (error.status === 409 || error.status >= 500))
    reply.header('x-should-retry', 'false');
}

/** Notes an error on its request, and logs what lies behind a fault of the gateway itself. */
export function noteError(log: Log, request: FastifyRequest, error: GatewayError): void {
  request.errorCode = error.code;
  if (error.code === 'internal')
    log.error({ requestId: request.id, err: error.cause ?? error }, 'unforeseen failure');
}
