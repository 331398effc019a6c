import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Clock } from '../core/clock.ts';
import type { Log } from '../core/log.ts';
import { onEndOfReply } from './end-of-reply.ts';

/** What is known of a request when it has ended. */
export interface FinishedRequest {
  readonly dialect: string;
  readonly method: string;
  /** The route's pattern, never the path: paths may hold what callers typed. `unknown` when no route matched. */
  readonly route: string;
  /** HTTP status; 499 when the caller left before the end, as nginx logs it. */
  readonly status: number;
  readonly durationMs: number;
}

/** Writes one line per request and tells `onFinished`; neither ever sees a header, a query or a body. */
export function logRequests(
  app: FastifyInstance,
  options: { clock: Clock; log: Log; onFinished: (request: FinishedRequest) => void },
): void {
  app.addHook('onRequest', async (request, reply) => {
    const startedAt = options.clock.now();
    onEndOfReply(reply.raw, (left) => {
      const status = left ? 499 : reply.raw.statusCode;
      const entry = describe(request, status, options.clock.now() - startedAt);
      options.onFinished(entry);
      writeLine(options.log, request, entry);
    });
  });
}

function describe(request: FastifyRequest, status: number, durationMs: number): FinishedRequest {
  return {
    dialect: request.dialect,
    method: request.method,
    route: request.routeOptions.url ?? 'unknown',
    status,
    durationMs,
  };
}

/** Probes, and looks at how work goes: clients ask every second, or watch until they leave, and nothing comes of it. */
function isRoutine({ dialect, method, status }: FinishedRequest): boolean {
  const isLook = method === 'GET' || method === 'HEAD';
  return dialect === 'operations' || (isLook && (status < 400 || status === 499));
}

function writeLine(log: Log, request: FastifyRequest, entry: FinishedRequest): void {
  const fields = {
    requestId: request.id,
    ...entry,
    ...(request.caller ? { caller: request.caller.id || 'anonymous' } : {}),
    ...(request.errorCode ? { error: request.errorCode } : {}),
  };
  const failedInside = entry.status < 400 && request.errorCode !== null;
  if (entry.status >= 500 || failedInside) log.warn(fields, 'request failed');
  else if (isRoutine(entry)) log.debug(fields, 'request finished');
  else log.info(fields, 'request finished');
}
