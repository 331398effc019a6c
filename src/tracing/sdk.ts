import type { Attributes, Context, Span, SpanContext, SpanKind, TracerProvider } from '@opentelemetry/api';
import type { Log } from '../core/log.ts';

/** Where spans go, once everything is loaded. */
export interface SpanFactory {
  start(draft: SpanDraft): Span;
  /** Sends what waits and stops; gives up after two seconds. Never throws. */
  close(): Promise<void>;
}

/** A span that begins. */
export interface SpanDraft {
  readonly name: string;
  readonly kind: 'server' | 'client' | 'internal';
  /** None makes it the root of a trace of its own. */
  readonly parent?: Span | SpanContext | undefined;
  /** Milliseconds since the epoch; now when left out. */
  readonly startedAt?: number | undefined;
  readonly attributes: Attributes;
}

/** How the spans are made and sent. */
export interface SdkOptions {
  /** Base URL of the collector; undefined leaves it to `OTEL_EXPORTER_OTLP_ENDPOINT` and its kin. */
  readonly endpoint: string | undefined;
  readonly serviceVersion: string;
  readonly log: Log;
}

/** A stop must not wait for a collector that does not answer, in milliseconds. */
const FLUSH_MS = 2_000;

/** Loads OpenTelemetry, which nobody pays for who does not trace. */
export async function loadSdk(options: SdkOptions): Promise<SpanFactory> {
  const [api, { OTLPTraceExporter }, resources, sdk] = await Promise.all([
    import('@opentelemetry/api'),
    import('@opentelemetry/exporter-trace-otlp-http'),
    import('@opentelemetry/resources'),
    import('@opentelemetry/sdk-trace-base'),
  ]);
  const { endpoint, serviceVersion, log } = options;
  const url = endpoint === undefined ? {} : { url: `${endpoint.replace(/\/+$/, '')}/v1/traces` };
  const exporter = new OTLPTraceExporter(url);
  tellFailures(exporter, log);
  const named = { 'service.name': 'cordgate', 'service.version': serviceVersion };
  const environment = resources.detectResources({ detectors: [resources.envDetector] });
  const provider = new sdk.BasicTracerProvider({
    resource: resources.defaultResource().merge(resources.resourceFromAttributes(named)).merge(environment),
    spanProcessors: [new sdk.BatchSpanProcessor(exporter)],
  });
  return factoryOf(api, provider);
}

function factoryOf(
  api: typeof import('@opentelemetry/api'),
  provider: TracerProvider & { shutdown(): Promise<void> },
): SpanFactory {
  const tracer = provider.getTracer('cordgate');
  const kinds: Record<SpanDraft['kind'], SpanKind> = {
    server: api.SpanKind.SERVER,
    client: api.SpanKind.CLIENT,
    internal: api.SpanKind.INTERNAL,
  };
  const contextOf = (parent: Span | SpanContext | undefined): Context => {
    if (parent === undefined) return api.ROOT_CONTEXT;
    if ('spanContext' in parent) return api.trace.setSpan(api.ROOT_CONTEXT, parent);
    const { traceState, ...known } = parent;
    const state = traceState === undefined ? {} : { traceState };
    return api.trace.setSpanContext(api.ROOT_CONTEXT, { ...known, ...state });
  };
  return {
    start({ name, kind, parent, startedAt, attributes }) {
      const startTime = startedAt === undefined ? {} : { startTime: startedAt };
      return tracer.startSpan(name, { kind: kinds[kind], attributes, ...startTime }, contextOf(parent));
    },
    async close() {
      let giveUp: NodeJS.Timeout | undefined;
      const patience = new Promise<void>((resolve) => {
        giveUp = setTimeout(resolve, FLUSH_MS);
      });
      await Promise.race([provider.shutdown().catch(() => {}), patience]);
      clearTimeout(giveUp);
    },
  };
}

/** The SDK keeps its failures to itself; an operator wants to know once that traces are lost, and that all is well again. */
function tellFailures(exporter: import('@opentelemetry/sdk-trace-base').SpanExporter, log: Log): void {
  const send = exporter.export.bind(exporter);
  let isFailing = false;
  exporter.export = (spans, done) => {
    send(spans, (result) => {
      const failed = result.code !== 0;
      if (failed && !isFailing) log.warn({ error: result.error?.name }, 'traces could not be sent');
      if (!failed && isFailing) log.info({}, 'traces are sent again');
      isFailing = failed;
      done(result);
    });
  };
}
