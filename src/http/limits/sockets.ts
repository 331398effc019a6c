/** Limits of the connections themselves, below every dialect. */
import { randomUUID } from 'node:crypto';
import {
  createServer as createPlainServer,
  type IncomingMessage,
  type RequestListener,
  type Server,
} from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { Socket } from 'node:net';
import { GatewayError } from '../../core/errors.ts';

/** Times and sizes of connections; the defaults are for the open internet. */
export interface SocketLimits {
  /** Time for the head of a request, in milliseconds. */
  readonly headersTimeoutMs: number;
  /** Time for a request with its body, in milliseconds. */
  readonly requestTimeoutMs: number;
  /** How often those two are looked after, in milliseconds. */
  readonly checkingIntervalMs: number;
  /** Time for which an unused connection is kept, in milliseconds: longer than the usual 60 s of proxies in front. */
  readonly keepAliveTimeoutMs: number;
  /** Time in which a caller must take something of what waits for it, in milliseconds. */
  readonly stalledMs: number;
  /** Largest head of a request with its URL, in bytes. */
  readonly maxHeaderBytes: number;
}

/** Most header lines of a request: browsers send about 20, proxies add a few. */
const MOST_HEADERS = 200;

const DEFAULTS: SocketLimits = {
  headersTimeoutMs: 30_000,
  requestTimeoutMs: 300_000,
  checkingIntervalMs: 5_000,
  keepAliveTimeoutMs: 72_000,
  stalledMs: 60_000,
  maxHeaderBytes: 32 * 1024,
};

/**
 * Makes the server, plain or with TLS, that keeps these limits: slow or endless heads and bodies, heads that are too
 * large, callers that do not take their answers.
 */
export function createLimitedServer(
  handler: RequestListener,
  given: Partial<SocketLimits> = {},
  tls?: { readonly cert: string | Buffer; readonly key: string | Buffer },
): Server {
  const limits = { ...DEFAULTS, ...given };
  const options = {
    headersTimeout: Math.min(limits.headersTimeoutMs, limits.requestTimeoutMs),
    requestTimeout: limits.requestTimeoutMs,
    connectionsCheckingInterval: limits.checkingIntervalMs,
    keepAliveTimeout: limits.keepAliveTimeoutMs,
    maxHeaderSize: limits.maxHeaderBytes,
    // Refused by refuseBadHead, whose answers look like all others.
    requireHostHeader: false,
  };
  const server = tls
    ? createSecureServer({ ...options, ...tls }, handler)
    : createPlainServer(options, handler);
  // Node drops what is more, which may be the very header that counts; here too many are refused (refuseBadHead).
  server.maxHeadersCount = 0;
  cutStalled(server, limits.stalledMs);
  return server;
}

/** The times that fastify sets on every server by itself. */
export function timeoutsOf(given: Partial<SocketLimits> = {}) {
  const { requestTimeoutMs, keepAliveTimeoutMs } = { ...DEFAULTS, ...given };
  return { requestTimeout: requestTimeoutMs, keepAliveTimeout: keepAliveTimeoutMs };
}

/**
 * Refuses a head with more lines than any client sends, and one that does not name its host exactly once (RFC 9112,
 * section 3.2): a proxy in front may have read another one.
 * @throws GatewayError invalid_request
 */
export function refuseBadHead({ rawHeaders, httpVersion }: IncomingMessage): void {
  if (rawHeaders.length / 2 > MOST_HEADERS) {
    throw badHead(`The request has more than ${MOST_HEADERS} header lines.`);
  }
  const hosts = rawHeaders.filter((name, index) => index % 2 === 0 && name.toLowerCase() === 'host').length;
  if (hosts > 1 || (hosts === 0 && httpVersion === '1.1')) {
    throw badHead('The request does not have exactly one Host header.');
  }
}

const badHead = (message: string) => new GatewayError('invalid_request', message, { hint: '' });

/**
 * Ends connections whose callers do not read: what they left in the memory would stay there for ever. A silent
 * connection with nothing to take is left alone, since answers may be minutes away.
 */
function cutStalled(server: Server, stalledMs: number): void {
  server.on('request', (_request, response) => {
    response.setTimeout(stalledMs, () => {
      if (response.socket && response.socket.writableLength > 0) response.socket.destroy();
    });
  });
}

const REFUSALS: Readonly<Record<string, readonly [status: string, message: string]>> = {
  ERR_HTTP_REQUEST_TIMEOUT: ['408 Request Timeout', 'The request took too long to arrive.'],
  HPE_HEADER_OVERFLOW: [
    '431 Request Header Fields Too Large',
    'The URL and the headers of the request are larger than this gateway takes: send long texts in the body.',
  ],
};

/**
 * Answers what is no request at all, and ends its connection.
 * @param render the body of the answer: nobody knows which dialect was meant
 */
export function refuseBrokenRequest(
  error: Error & { readonly code?: string },
  socket: Socket,
  render: (error: GatewayError) => object,
): void {
  if (error.code === 'ECONNRESET' || socket.destroyed) return;
  const [status, message] = REFUSALS[error.code ?? ''] ?? [
    '400 Bad Request',
    'This is no valid HTTP request.',
  ];
  if (socket.writable && socket.bytesWritten === 0) socket.write(refusal(status, render(badHead(message))));
  socket.destroySoon();
}

function refusal(status: string, answer: object): string {
  const body = JSON.stringify(answer);
  const head = [
    `HTTP/1.1 ${status}`,
    'Content-Type: application/json; charset=utf-8',
    `Content-Length: ${Buffer.byteLength(body)}`,
    'X-Content-Type-Options: nosniff',
    'X-Frame-Options: DENY',
    'Referrer-Policy: no-referrer',
    "Content-Security-Policy: default-src 'none'; frame-ancestors 'none'",
    'Cache-Control: no-store',
    `X-Request-Id: req_${randomUUID().replaceAll('-', '')}`,
    'Connection: close',
  ];
  return `${head.join('\r\n')}\r\n\r\n${body}`;
}
