import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import type { DiscordObserver } from '../core/observe.ts';
import { CALL_BUCKETS } from './buckets.ts';

/** Counts what the clients of Discord do. */
export function discordObserver(registry: Registry): DiscordObserver {
  return { ...callObserver(registry), ...waitObserver(registry), ...connectionObserver(registry) };
}

function callObserver(registry: Registry): DiscordObserver {
  const registers = [registry];
  const calls = new Counter({
    name: 'cordgate_discord_requests_total',
    help: 'Requests to Discord’s API, each try counted; status 0 stands for no answer.',
    labelNames: ['method', 'route', 'status'],
    registers,
  });
  const duration = new Histogram({
    name: 'cordgate_discord_request_duration_seconds',
    help: 'Time of a request to Discord’s API, waiting for limits not included.',
    labelNames: ['method', 'route'],
    buckets: CALL_BUCKETS,
    registers,
  });
  return {
    callEnded({ method, route, status, durationMs }) {
      calls.inc({ method, route, status });
      duration.observe({ method, route }, durationMs / 1000);
    },
  };
}

function waitObserver(registry: Registry): DiscordObserver {
  const registers = [registry];
  const waits = new Counter({
    name: 'cordgate_discord_rate_limit_waits_total',
    help: 'Requests that had to wait for a limit: of their own bucket, or of the whole account (global).',
    labelNames: ['account', 'limit'],
    registers,
  });
  const seconds = new Counter({
    name: 'cordgate_discord_rate_limit_wait_seconds_total',
    help: 'Time that requests waited for a limit.',
    labelNames: ['account', 'limit'],
    registers,
  });
  return {
    waited({ accountId: account, limit, durationMs }) {
      waits.inc({ account, limit });
      seconds.inc({ account, limit }, durationMs / 1000);
    },
  };
}

function connectionObserver(registry: Registry): DiscordObserver {
  const registers = [registry];
  const latency = new Gauge({
    name: 'cordgate_discord_gateway_latency_seconds',
    help: 'Time from the last acknowledged heartbeat to its acknowledgement.',
    labelNames: ['account'],
    registers,
  });
  const reconnects = new Counter({
    name: 'cordgate_discord_reconnects_total',
    help:
      'Connections that were made again, by how (resume, identify) and the code with which Discord closed the last ' +
      'one; none when the gateway gave it up itself (op 7, op 9, silence).',
    labelNames: ['account', 'kind', 'code'],
    registers,
  });
  return {
    heartbeatAcknowledged: ({ accountId: account, latencyMs }) => latency.set({ account }, latencyMs / 1000),
    reconnected: ({ accountId: account, kind, closeCode }) =>
      reconnects.inc({ account, kind, code: codeOf(closeCode) }),
  };
}

/** A server may close with any code; only those with a meaning become labels. */
function codeOf(closeCode: number | undefined): string {
  if (closeCode === undefined) return 'none';
  const isKnown = (closeCode >= 1000 && closeCode <= 1015) || (closeCode >= 4000 && closeCode <= 4014);
  return isKnown ? String(closeCode) : 'other';
}
