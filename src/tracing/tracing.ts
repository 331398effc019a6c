import { AsyncLocalStorage } from 'node:async_hooks';
import { readFileSync } from 'node:fs';
import type { Span } from '@opentelemetry/api';
import type { ChatService } from '../core/chat.ts';
import { toGatewayError } from '../core/errors.ts';
import type { Log } from '../core/log.ts';
import type { ChatReport, DiscordObserver, RequestReport, StoreCallReport } from '../core/observe.ts';
import type { TaskDriver } from '../core/task-driver.ts';
import type { TaskChange } from '../core/tasks.ts';
import { followed } from './followed.ts';
import { loadSdk, type SpanFactory } from './sdk.ts';
import { TaskSpans } from './task-spans.ts';
import { readTraceparent } from './traceparent.ts';

/** What tracing is made with. */
export interface TracingOptions {
  /** Base URL of an OTLP collector (HTTP); null leaves it to the environment. */
  readonly endpoint: string | null;
  /** Where `OTEL_…` variables are looked up that say whether to trace at all. */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly log: Log;
}

/** One request as it is traced. */
export interface RequestTrace {
  /** Runs what follows inside of it. */
  run(next: () => void): void;
  end(report: Pick<RequestReport, 'dialect' | 'route' | 'status'> & { readonly error?: string }): void;
}

/** Traces of what the gateway does. No span ever holds a prompt, a key, a token or a link. */
export interface Tracing {
  /** Loads what it takes; until then nothing is traced. */
  open(): Promise<void>;
  /** Sends what waits; takes two seconds at most. */
  close(): Promise<void>;
  /** Begins to trace a request; a W3C `traceparent` of the caller is its parent. */
  request(head: { readonly method: string; readonly traceparent: unknown }): RequestTrace;
  /** The same service, each chat as a span. */
  chats<Service extends ChatService>(service: Service): Service;
  chatEnded(report: ChatReport): void;
  /** The same driver; what it does for a task belongs to the span of the task. */
  driver<Options>(driver: TaskDriver<Options>): TaskDriver<Options>;
  taskChanged(change: TaskChange): void;
  readonly discord: DiscordObserver;
  storeCalled(report: StoreCallReport): void;
}

const ENDPOINTS = ['OTEL_EXPORTER_OTLP_TRACES_ENDPOINT', 'OTEL_EXPORTER_OTLP_ENDPOINT'];

/** Tracing, where the configuration or the environment names a collector; else undefined, and nothing is loaded. */
export function createTracing(options: TracingOptions): Tracing | undefined {
  const { endpoint, env } = options;
  if (env.OTEL_SDK_DISABLED?.toLowerCase() === 'true' || env.OTEL_TRACES_EXPORTER === 'none')
    return undefined;
  if (endpoint === null && !ENDPOINTS.some((name) => env[name])) return undefined;
  return new SpanTracing(options);
}

class SpanTracing implements Tracing {
  readonly #options: TracingOptions;
  readonly #active = new AsyncLocalStorage<Span>();
  readonly #tasks = new TaskSpans(() => this.#factory);
  #factory: SpanFactory | undefined;

  constructor(options: TracingOptions) {
    this.#options = options;
  }

  readonly discord: DiscordObserver = {
    callEnded: ({ accountId, method, route, status, durationMs }) => {
      const parent = this.#active.getStore();
      if (!parent?.isRecording()) return;
      const now = Date.now();
      const attributes = {
        'http.request.method': method,
        'url.template': route,
        'cordgate.account': accountId,
        ...(status === 0 ? {} : { 'http.response.status_code': status }),
      };
      const name = `discord ${method} ${route}`;
      const span = this.#factory?.start({
        name,
        kind: 'client',
        parent,
        startedAt: now - durationMs,
        attributes,
      });
      if (status === 0 || status >= 400) span?.setStatus({ code: 2 });
      span?.end(now);
    },
  };

  async open(): Promise<void> {
    const { endpoint, log } = this.#options;
    const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
    const { version }: { version: string } = JSON.parse(text);
    try {
      this.#factory = await loadSdk({ endpoint: endpoint ?? undefined, serviceVersion: version, log });
    } catch (error) {
      // A gateway that works without traces is better than none.
      log.error({ error: error instanceof Error ? error.name : 'unknown' }, 'traces cannot be sent');
    }
  }

  async close(): Promise<void> {
    this.#tasks.handOver();
    const factory = this.#factory;
    this.#factory = undefined;
    await factory?.close();
  }

  request({ method, traceparent }: { method: string; traceparent: unknown }): RequestTrace {
    const parent = readTraceparent(traceparent);
    const attributes = { 'http.request.method': method };
    const span = this.#factory?.start({ name: method, kind: 'server', parent, attributes });
    return {
      run: (next) => (span ? this.#active.run(span, next) : next()),
      end({ route, status, dialect, error }) {
        if (!span) return;
        span.updateName(`${method} ${route}`);
        const code = error === undefined ? {} : { 'error.type': error };
        span.setAttributes({ 'http.route': route, 'http.response.status_code': status, ...code });
        span.setAttribute('cordgate.dialect', dialect);
        if (status >= 500) span.setStatus({ code: 2 });
        span.end();
      },
    };
  }

  chats<Service extends ChatService>(service: Service): Service {
    const chat: ChatService['chat'] = (request) => {
      const running = service.chat(request);
      const parent = this.#active.getStore();
      const attributes = { 'cordgate.verb': 'chat', 'cordgate.request': request.requestId };
      const span = this.#factory?.start({ name: 'chat', kind: 'internal', parent, attributes });
      if (!span) return running;
      const events = followed(running.events, { storage: this.#active, store: span }, (thrown) => {
        if (thrown !== undefined) span.setStatus({ code: 2, message: toGatewayError(thrown).code });
        span.end();
      });
      return { events, remember: (answer) => running.remember(answer) };
    };
    return new Proxy(service, { get: (target, name) => (name === 'chat' ? chat : bound(target, name)) });
  }

  chatEnded({ botId, outcome }: ChatReport): void {
    this.#active.getStore()?.setAttributes({ 'cordgate.bot': botId, 'cordgate.outcome': outcome });
  }

  driver<Options>(driver: TaskDriver<Options>): TaskDriver<Options> {
    const open: TaskDriver<Options>['open'] = (room) => {
      const desk = driver.open(room);
      const run: typeof desk.run = (job, signal) => {
        const store = this.#tasks.of(job.id);
        const events = desk.run(job, signal);
        return store ? followed(events, { storage: this.#active, store }, () => {}) : events;
      };
      return new Proxy(desk, { get: (target, name) => (name === 'run' ? run : bound(target, name)) });
    };
    return new Proxy(driver, { get: (target, name) => (name === 'open' ? open : bound(target, name)) });
  }

  taskChanged(change: TaskChange): void {
    if (change.type === 'task-changed') this.#tasks.changed(change.task, this.#active.getStore());
  }

  storeCalled({ operation, taskId, durationMs, error }: StoreCallReport): void {
    const span = (taskId === undefined ? undefined : this.#tasks.of(taskId)) ?? this.#active.getStore();
    if (!span?.isRecording()) return;
    const code = error === undefined ? {} : { 'error.type': error };
    span.addEvent(`store ${operation}`, { 'cordgate.duration_ms': durationMs, ...code });
  }
}

/** Methods see the object itself, whose private fields a proxy does not have. */
function bound(target: object, name: PropertyKey): unknown {
  const value: unknown = Reflect.get(target, name);
  return typeof value === 'function' ? value.bind(target) : value;
}
