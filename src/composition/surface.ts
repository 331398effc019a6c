/** Composition: what the HTTP surface is made of. */
import { isLoopback } from '../config/cross-check.ts';
import type { Config } from '../config/schema.ts';
import type { Caller } from '../core/caller.ts';
import type { Clock } from '../core/clock.ts';
import type { GatewayService } from '../core/gateway-service.ts';
import type { StudioView } from '../core/tasks.ts';
import type { HttpOptions } from '../http/app.ts';
import { KeyRing } from '../http/key-ring.ts';
import { RequestLimits } from '../http/limits/request-limits.ts';
import { StreamGate } from '../http/limits/stream-gate.ts';
import type { ChangeableParts } from './changing.ts';
import { readinessOf, storeAnswers } from './health.ts';
import { createManagement, type ManagementParts } from './management.ts';
import type { Observing } from './observing.ts';
import type { Sources } from './sources.ts';
import { singlingOf } from './studios.ts';
import type { Tools } from './tools.ts';
import { packageVersion } from './version.ts';

/** What callers reach through the surface. */
export interface SurfaceParts extends Pick<ChangeableParts, 'accounts' | 'bots' | 'live'> {
  readonly service: GatewayService;
  readonly studios: () => readonly StudioView[];
  readonly store: ManagementParts['store'];
  readonly sources: Sources;
  readonly observing: Observing;
  readonly tools: Tools;
}

/** Makes the options of `createApp`. */
export function createSurface(config: Config, parts: SurfaceParts): HttpOptions {
  const { accounts, bots, live, service, studios, store, sources, observing, tools } = parts;
  const { pictures, videos, keeping, tokens } = sources;
  const health = {
    readiness: async () => readinessOf(accounts, bots, studios(), await storeAnswers(store, tools.clock)),
  };
  const door = doorOf(config, tools.clock);
  const admin = createManagement({
    config: () => live.config,
    accounts: () => accounts,
    store,
    health,
    ring: door.ring,
    logs: tools.logs,
    clock: tools.clock,
  });
  return {
    ...door,
    // Another keepalive takes over when the bots change.
    service: { ...service, keepalive: (caller: Caller) => live.keepalive.run(caller) },
    admin,
    health,
    version: packageVersion(),
    metrics: observing.metrics,
    traces: observing.tracing,
    pictures,
    videos,
    copies: keeping?.copies,
    settled: keeping?.settled,
    tokens,
    picturesOf: (model: string) => singlingOf(live.config, model),
    ...tools,
  };
}

/** Who may come in, and how much each may ask for. */
function doorOf({ auth, server, discord }: Config, clock: Clock) {
  const isLocal = isLoopback(server.host);
  const ring = new KeyRing(auth.keys);
  return {
    keys: auth.keys,
    ring,
    limits: new RequestLimits(server.limits, clock, (name) => ring.limitOf(name)),
    streams: new StreamGate(server.limits.streams),
    trustProxies: server.trustProxies,
    anonymousBots: auth.anonymous.bots,
    open: auth.keys.length === 0 && (auth.open || isLocal),
    openAdmin: isLocal,
    allowIps: server.allowIps,
    bodyLimitBytes: Math.ceil(server.bodyLimitMb * 1024 * 1024),
    cdn: discord.cdn,
    publicUrl: server.publicUrl,
  };
}
