import type { FastifyInstance, FastifyRequest } from 'fastify';
import { type Journey, journeys, type RequestReport } from '../core/observe.ts';
import { onEndOfReply } from './end-of-reply.ts';

/** What the HTTP surface needs of the metrics. */
export interface MetricsSource {
  readonly contentType: string;
  requestFinished(request: RequestReport): void;
  /** Follows one request; its end is called. */
  journey(): Journey;
  /** All metrics in Prometheus' text format. */
  render(): Promise<string>;
}

/** What the HTTP surface needs of tracing. */
export interface RequestTraces {
  /** Begins to trace a request; its end is called. */
  request(head: { readonly method: string; readonly traceparent: unknown }): RequestTrace;
}

/** One request as it is traced. */
export interface RequestTrace {
  /** Runs what follows inside of it. */
  run(next: () => void): void;
  end(report: {
    readonly dialect: string;
    readonly route: string;
    readonly status: number;
    readonly error?: string;
  }): void;
}

interface Following {
  readonly journey: Journey;
  readonly trace: RequestTrace | undefined;
}

/** `GET /metrics`, open like the probes: labels hold names of the configuration, never keys or prompts. */
export function metricsRoute(app: FastifyInstance, source: MetricsSource): void {
  app.get('/metrics', async (_request, reply) => {
    reply.type(source.contentType);
    return source.render();
  });
}

/** Gives each request a journey, and where it is traced a span, that all of its calls belong to. */
export function followRequests(
  app: FastifyInstance,
  source: Pick<MetricsSource, 'journey'>,
  traces?: RequestTraces,
): void {
  const running = new WeakMap<FastifyRequest, Following>();
  app.addHook('onRequest', (request, reply, done) => {
    const { method, headers } = request;
    const following = {
      journey: source.journey(),
      trace: traces?.request({ method, traceparent: headers.traceparent }),
    };
    running.set(request, following);
    onEndOfReply(reply.raw, (left) => {
      following.journey.end();
      following.trace?.end(describe(request, left ? 499 : reply.raw.statusCode));
    });
    goOn(following, done);
  });
  // What reads the body belongs to the socket: the journey is taken up again behind it.
  app.addHook('preValidation', (request, _reply, done) => {
    const following = running.get(request);
    if (following) goOn(following, done);
    else done();
  });
}

function goOn({ journey, trace }: Following, next: () => void): void {
  journeys.run(journey, () => (trace ? trace.run(next) : next()));
}

function describe(request: FastifyRequest, status: number) {
  const { dialect, errorCode } = request;
  const route = request.routeOptions.url ?? 'unknown';
  return { dialect, route, status, ...(errorCode === null ? {} : { error: errorCode }) };
}
