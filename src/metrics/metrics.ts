import { readFileSync } from 'node:fs';
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import {
  type CallbackOutcome,
  type DiscordObserver,
  Journey,
  type KeepOutcome,
  type RequestReport,
  type ServiceObserver,
  type StoreCallReport,
} from '../core/observe.ts';
import type { Task } from '../core/task.ts';
import type { TaskChange } from '../core/tasks.ts';
import { REQUEST_BUCKETS } from './buckets.ts';
import { chatObserver } from './chats.ts';
import { delayObserver } from './delays.ts';
import { discordObserver } from './discord.ts';
import { type GatewayState, NOTHING_YET, registerState } from './state.ts';
import { storeObserver } from './store.ts';
import { TaskLedger } from './tasks.ts';

/** What is counted, and who reports to it. No label ever holds a key, a prompt, or what a caller typed. */
export interface Metrics {
  readonly contentType: string;
  /** All metrics in Prometheus' text format. */
  render(): Promise<string>;
  requestFinished(request: RequestReport): void;
  /** Follows one request; its end is to be called. */
  journey(): Journey;
  /** For the service of chats. */
  readonly observer: ServiceObserver;
  /** For the clients of Discord. */
  readonly discord: DiscordObserver;
  storeCalled(report: StoreCallReport): void;
  taskChanged(change: TaskChange): void;
  /** Tasks of an earlier run that this one goes on with. */
  tasksTakenUp(tasks: readonly Task[]): void;
  callbackEnded(outcome: CallbackOutcome): void;
  /** A finished picture or video was kept, could not be, or was forgotten for want of room. */
  fileKept(outcome: KeepOutcome, bytes: number): void;
}

/** Makes a registry of its own; `state` is asked at every scrape, so it may be wired to parts that start later. */
export function createMetrics(state: () => GatewayState = () => NOTHING_YET): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  registerState(registry, state);
  registerBuild(registry);
  const delays = delayObserver(registry);
  const tasks = new TaskLedger(registry);
  return {
    contentType: registry.contentType,
    render: () => registry.metrics(),
    requestFinished: requestCounter(registry),
    journey: () => new Journey(delays),
    observer: chatObserver(registry),
    discord: discordObserver(registry),
    storeCalled: storeObserver(registry),
    taskChanged: (change) => change.type === 'task-changed' && tasks.changed(change.task),
    tasksTakenUp: (found) => tasks.takeUp(found),
    callbackEnded: callbackCounter(registry),
    fileKept: keepCounter(registry),
  };
}

function requestCounter(registry: Registry): Metrics['requestFinished'] {
  const registers = [registry];
  const requests = new Counter({
    name: 'cordgate_http_requests_total',
    help: 'HTTP requests that ended; status 499 stands for callers that left.',
    labelNames: ['dialect', 'route', 'method', 'status'],
    registers,
  });
  const duration = new Histogram({
    name: 'cordgate_http_request_duration_seconds',
    help: 'Time from the head of a request to the last byte of its answer, streams included.',
    labelNames: ['dialect', 'route'],
    buckets: REQUEST_BUCKETS,
    registers,
  });
  return ({ dialect, route, method, status, durationMs }) => {
    requests.inc({ dialect, route, method, status });
    duration.observe({ dialect, route }, durationMs / 1000);
  };
}

function callbackCounter(registry: Registry): Metrics['callbackEnded'] {
  const calls = new Counter({
    name: 'cordgate_webhook_calls_total',
    help: 'Calls of webhooks, of callers and of the operator: delivered, retried (failed, tried again later), given-up.',
    labelNames: ['outcome'],
    registers: [registry],
  });
  for (const outcome of ['delivered', 'retried', 'given-up']) calls.inc({ outcome }, 0);
  return (outcome) => calls.inc({ outcome });
}

function keepCounter(registry: Registry): Metrics['fileKept'] {
  const registers = [registry];
  const files = new Counter({
    name: 'cordgate_kept_files_total',
    help: 'Finished pictures and videos: kept, failed (could not be kept), forgotten (gave way to newer ones).',
    labelNames: ['outcome'],
    registers,
  });
  const bytes = new Counter({
    name: 'cordgate_kept_bytes_total',
    help: 'Bytes of the pictures and videos that were kept.',
    registers,
  });
  for (const outcome of ['kept', 'failed', 'forgotten']) files.inc({ outcome }, 0);
  return (outcome, size) => {
    files.inc({ outcome });
    if (outcome === 'kept') bytes.inc(size);
  };
}

/** The version in package.json, which stands two folders above this file in the sources and in the build alike. */
function registerBuild(registry: Registry): void {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  const { version }: { version: string } = JSON.parse(text);
  new Gauge({
    name: 'cordgate_build_info',
    help: 'Always one; tells the versions of cordgate and of Node.',
    labelNames: ['version', 'node'],
    registers: [registry],
  }).set({ version, node: process.version }, 1);
}
