import type { FastifyInstance } from 'fastify';
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { ServiceObserver } from '../core/observe.ts';
import type { FinishedRequest } from './access-log.ts';

/** What can only be looked up at the moment of a scrape. */
export interface GatewayState {
  readonly accounts: readonly { readonly id: string; readonly state: string }[];
  /** Channels held and requests waiting, by bot. */
  readonly bots: readonly { readonly id: string; readonly channels: number; readonly queued: number }[];
}

/** What the HTTP surface needs of the metrics. */
export interface MetricsSource {
  readonly contentType: string;
  requestFinished(request: FinishedRequest): void;
  /** All metrics in Prometheus' text format. */
  render(): Promise<string>;
}

/** The metrics, with the side that the service reports to. */
export interface Metrics extends MetricsSource {
  readonly observer: ServiceObserver;
}

/** Upper bounds in seconds, for answers that take from a blink to the default deadline of five minutes. */
const ANSWER_BUCKETS = [0.25, 0.5, 1, 2, 4, 8, 15, 30, 60, 120, 300, 600];

/** Makes a registry of its own; `state` is asked at every scrape, so it may be wired to parts that start later. */
export function createMetrics(state: () => GatewayState = () => ({ accounts: [], bots: [] })): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  registerState(registry, state);
  const requests = new Counter({
    name: 'cordgate_http_requests_total',
    help: 'HTTP requests that ended; status 499 stands for callers that left.',
    labelNames: ['dialect', 'route', 'method', 'status'],
    registers: [registry],
  });
  return {
    contentType: registry.contentType,
    observer: chatObserver(registry),
    requestFinished: ({ dialect, route, method, status }) => requests.inc({ dialect, route, method, status }),
    render: () => registry.metrics(),
  };
}

function chatObserver(registry: Registry): ServiceObserver {
  const registers = [registry];
  const chats = new Counter({
    name: 'cordgate_chats_total',
    help: 'Chats that ended, by bot and outcome (completed, cut, left, or an error code).',
    labelNames: ['bot', 'outcome'],
    registers,
  });
  const firstDelta = new Histogram({
    name: 'cordgate_chat_first_delta_seconds',
    help: 'Time from the request to the first text of the answer.',
    labelNames: ['bot'],
    buckets: ANSWER_BUCKETS,
    registers,
  });
  const total = new Histogram({
    name: 'cordgate_chat_duration_seconds',
    help: 'Time from the request to the end of the answer.',
    labelNames: ['bot'],
    buckets: ANSWER_BUCKETS,
    registers,
  });
  const tokens = new Counter({
    name: 'cordgate_tokens_total',
    help: 'Tokens of prompts and completions, by bot and name of the key, counted with o200k_base.',
    labelNames: ['bot', 'key', 'kind'],
    registers,
  });
  return {
    chatEnded({ botId: bot, callerId: key, outcome, firstTextMs, totalMs, usage }) {
      chats.inc({ bot, outcome });
      total.observe({ bot }, totalMs / 1000);
      if (firstTextMs !== undefined) firstDelta.observe({ bot }, firstTextMs / 1000);
      if (usage === undefined) return;
      tokens.inc({ bot, key, kind: 'prompt' }, usage.promptTokens);
      tokens.inc({ bot, key, kind: 'completion' }, usage.completionTokens);
    },
  };
}

function registerState(registry: Registry, state: () => GatewayState): void {
  const registers = [registry];
  new Gauge({
    name: 'cordgate_account_state',
    help: 'One for the state that each account is in.',
    labelNames: ['account', 'state'],
    registers,
    collect() {
      this.reset();
      for (const account of state().accounts) this.set({ account: account.id, state: account.state }, 1);
    },
  });
  new Gauge({
    name: 'cordgate_channels',
    help: 'Discord channels that the gateway holds, by bot.',
    labelNames: ['bot'],
    registers,
    collect() {
      this.reset();
      for (const bot of state().bots) this.set({ bot: bot.id }, bot.channels);
    },
  });
  new Gauge({
    name: 'cordgate_queued_requests',
    help: 'Requests that wait for their turn, by bot.',
    labelNames: ['bot'],
    registers,
    collect() {
      this.reset();
      for (const bot of state().bots) this.set({ bot: bot.id }, bot.queued);
    },
  });
}

/** `GET /metrics`, open like the probes: labels hold names of the configuration, never keys or prompts. */
export function metricsRoute(app: FastifyInstance, source: MetricsSource): void {
  app.get('/metrics', async (_request, reply) => {
    reply.type(source.contentType);
    return source.render();
  });
}
