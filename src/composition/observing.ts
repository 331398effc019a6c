/** Composition: everybody who hears what happens: metrics always, traces where somebody collects them. */

import type { Config } from '../config/schema.ts';
import type { ChatBot } from '../core/bot.ts';
import type { Log } from '../core/log.ts';
import type { ChatReport, DiscordObserver, StoreCallReport } from '../core/observe.ts';
import type { StudioView, TaskChange } from '../core/tasks.ts';
import { createMetrics, type Metrics } from '../metrics/metrics.ts';
import type { GatewayState } from '../metrics/state.ts';
import { createTracing, type Tracing } from '../tracing/tracing.ts';
import type { Account } from './accounts.ts';

/** What observes the gateway. */
export interface Observing {
  readonly metrics: Metrics;
  /** Undefined where nobody collects traces. */
  readonly tracing: Tracing | undefined;
  /** Both, as the clients of Discord see them. */
  readonly discord: DiscordObserver;
  chatEnded(report: ChatReport): void;
  taskChanged(change: TaskChange): void;
  storeCalled(report: StoreCallReport): void;
}

/** What may be looked up when metrics are asked for. */
export interface ObservedParts {
  readonly accounts: ReadonlyMap<string, Account>;
  readonly bots: readonly ChatBot[];
  readonly studios: readonly StudioView[];
}

/** Makes the observers; `parts` is asked at every look at the metrics, never before the first one. */
export function createObserving(
  { telemetry }: Pick<Config, 'telemetry'>,
  tools: { readonly log: Log; readonly env?: Readonly<Record<string, string | undefined>> | undefined },
  parts: () => ObservedParts,
): Observing {
  const metrics = createMetrics(() => stateOf(parts()));
  const tracing = createTracing({ endpoint: telemetry.otlp, env: tools.env ?? {}, log: tools.log });
  const discord: DiscordObserver = {
    ...metrics.discord,
    callEnded(report) {
      metrics.discord.callEnded?.(report);
      tracing?.discord.callEnded?.(report);
    },
  };
  return {
    metrics,
    tracing,
    discord,
    chatEnded(report) {
      metrics.observer.chatEnded(report);
      tracing?.chatEnded(report);
    },
    taskChanged(change) {
      metrics.taskChanged(change);
      tracing?.taskChanged(change);
    },
    storeCalled(report) {
      metrics.storeCalled(report);
      tracing?.storeCalled(report);
    },
  };
}

function stateOf({ accounts, bots, studios }: ObservedParts): GatewayState {
  return {
    accounts: [...accounts].map(([id, { client, quota }]) => ({
      id,
      state: client.status.state,
      sentToday: quota.used,
      dailyLimit: Number.isFinite(quota.limit) ? quota.limit : undefined,
    })),
    bots: bots.map((bot) => {
      const { channels, waiting } = bot.channelCounts;
      return { id: bot.setup.id, channels, queued: waiting, open: bot.busy };
    }),
    rooms: studios,
  };
}
