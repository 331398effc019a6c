import type { Dispatcher, FormData } from 'undici';
import type { Clock } from '../../core/clock.ts';

/** One HTTP request, as it goes out. */
export interface HttpRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array | FormData | undefined;
  /** Milliseconds until the whole answer must be there. */
  readonly timeoutMs: number;
  /** Bytes of the answer's body that are read at most. */
  readonly maxBytes: number;
}

/** An answer, whole. */
export interface HttpAnswer {
  readonly status: number;
  header(name: string): string | undefined;
  readonly body: Buffer;
}

/** Why there was no answer. Its message names no header and no secret of ours. */
export class NoAnswer extends Error {
  override readonly name = 'NoAnswer';
  readonly kind: 'timeout' | 'network' | 'too-large';
  /** False when the request certainly did not reach the other side. */
  readonly sent: boolean;

  constructor(kind: NoAnswer['kind'], sent: boolean, message: string) {
    super(message);
    this.kind = kind;
    this.sent = sent;
  }
}

/** Failures before any byte of the request left: names, routes, refused and timed-out connections. */
const NEVER_SENT = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
  'UND_ERR_PRX_TLS',
]);

/**
 * Sends one request and reads the whole answer.
 * @throws NoAnswer; the signal's reason when it aborted
 */
export async function performRequest(
  dispatcher: Dispatcher,
  request: HttpRequest,
  clock: Clock,
  signal?: AbortSignal,
): Promise<HttpAnswer> {
  signal?.throwIfAborted();
  const timeout = new AbortController();
  const cancel = clock.after(request.timeoutMs, () => timeout.abort());
  const either = signal ? AbortSignal.any([signal, timeout.signal]) : timeout.signal;
  try {
    return await exchange(dispatcher, request, either);
  } catch (error) {
    signal?.throwIfAborted();
    if (error instanceof NoAnswer) throw error;
    if (timeout.signal.aborted)
      throw new NoAnswer('timeout', true, `no answer within ${request.timeoutMs} ms`);
    throw new NoAnswer('network', !NEVER_SENT.has(codeOf(error)), describe(error));
  } finally {
    cancel();
  }
}

async function exchange(
  dispatcher: Dispatcher,
  request: HttpRequest,
  signal: AbortSignal,
): Promise<HttpAnswer> {
  const { origin, pathname, search } = new URL(request.url);
  const { statusCode, headers, body } = await dispatcher.request({
    origin,
    path: pathname + search,
    method: request.method,
    headers: request.headers,
    body: request.body ?? null,
    signal,
  });
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of body) {
    size += chunk.length;
    if (size > request.maxBytes) {
      throw new NoAnswer('too-large', true, `the answer has more than ${request.maxBytes} bytes`);
    }
    chunks.push(chunk);
  }
  return {
    status: statusCode,
    body: Buffer.concat(chunks, size),
    header(name) {
      const value = headers[name];
      return Array.isArray(value) ? value[0] : value;
    },
  };
}

function codeOf(error: unknown): string {
  if (typeof error !== 'object' || error === null) return '';
  if ('code' in error && typeof error.code === 'string') return error.code;
  return 'cause' in error ? codeOf(error.cause) : '';
}

/** Only names and messages: errors of proxies carry the proxy's password in their fields. */
function describe(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown failure';
  const inner = error instanceof AggregateError ? error.errors[0] : error.cause;
  const text = error.message || (inner instanceof Error ? inner.message : '') || error.name;
  const code = codeOf(error);
  return code !== '' && !text.includes(code) ? `${code}: ${text}` : text;
}
