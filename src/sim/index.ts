/** The simulated Discord: a world with its bots behind real REST, gateway, CDN and upload on loopback. */
import type { AddressInfo } from 'node:net';
import type { Script } from './bots/behaviour.ts';
import { type BuiltWorld, buildWorld } from './build.ts';
import { disturb } from './disturb.ts';
import { type FaultOrder, FaultTable, OrderError, readFault } from './faults.ts';
import { isObject } from './form.ts';
import { resolveLimits } from './limits.ts';
import type { SimOptions } from './options.ts';
import { RestApi } from './rest/api.ts';
import { gatewayRoutes } from './rest/gateway-routes.ts';
import { makeServer } from './server.ts';
import { renderState } from './state.ts';
import type { World } from './world.ts';
import { Gateway } from './ws/gateway.ts';

export type { SimApplication, SimCommand, SimInteraction, SimReply } from './applications.ts';
export type { Script } from './bots/behaviour.ts';
export { type FilmMark, isFilmOf, readFilm } from './bots/pika/index.ts';
export { type BuiltWorld, buildWorld } from './build.ts';
export { type FaultOrder, OrderError } from './faults.ts';
export type { AccountSettings, SimOptions } from './options.ts';
export { simPort } from './port.ts';

/** What `cordgate sim --json` prints once it is ready. */
export interface SimReady {
  readonly ready: true;
  readonly api: string;
  readonly gateway: string;
  readonly cdn: string;
  readonly upload: string;
  /** Where applications' own pages are, with `{applicationId}` in it. */
  readonly activity: string;
  readonly accounts: { id: string; kind: 'bot' | 'user'; token: string; userId: string }[];
  readonly guildId: string;
  /** Channel ids by name: category, general, coze, midjourney, pika. */
  readonly channels: Record<string, string>;
  readonly bots: {
    coze: { userId: string; userIds?: string[] };
    midjourney: { userId: string };
    niji: { userId: string };
    pika: { userId: string };
  };
}

/** Rules for the Coze bots, with rules for the Midjourney bots and for Pika beside them or alone. */
export type SimScript =
  | Script
  | (Extract<Script, { defaults?: unknown }> & ({ midjourney: unknown } | { pika: unknown }));

/** A running simulator. */
export interface Sim {
  readonly ready: SimReady;
  readonly world: World;
  /** Adds rules for the bots. @throws OrderError naming the wrong field */
  script(script: SimScript): void;
  /** Orders a fault. @throws OrderError naming the wrong field */
  fault(fault: FaultOrder): void;
  /** What `GET /__sim/state` shows. */
  state(channelId?: string): Record<string, unknown>;
  close(): Promise<void>;
}

/** Starts a simulated Discord and resolves once it listens. */
export async function startSim(options: SimOptions = {}): Promise<Sim> {
  const host = options.host ?? '127.0.0.1';
  const built = buildWorld(options);
  const { world } = built;
  const limits = resolveLimits(options.limits);
  const faults = new FaultTable();
  let address = '';
  const gateway = new Gateway({
    world,
    limits,
    faults,
    heartbeatIntervalMs: options.heartbeatIntervalMs ?? 41_250,
    sessionLifetimeMs: options.sessionLifetimeMs ?? 120_000,
    resumeUrl: () => `ws://${address}`,
  });
  const rest = new RestApi({
    world,
    limits,
    faults,
    gatewayRoutes: gatewayRoutes(() => `ws://${address}`, gateway),
  });
  const script = (value: unknown) => addRules(built, value);
  const fault = (value: unknown) => disturb({ world, gateway, faults }, readFault(value));
  const state = (channelId: string | null) => renderState(world, rest, gateway, channelId);
  const server = makeServer({
    world,
    rest,
    gateway,
    order: (kind, body) => (kind === 'script' ? script(body) : fault(body)),
    state,
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) => {
      built.stop();
      gateway.close();
      reject(error);
    });
    server.listen(options.port ?? 9500, host, resolve);
  });
  address = `${host.includes(':') ? `[${host}]` : host}:${portOf(server.address())}`;
  world.files.cdnBase = `http://${address}`;
  world.files.uploadBase = `http://${address}`;
  return {
    ready: describe(built, address),
    world,
    script,
    fault,
    state: (channelId) => state(channelId ?? null),
    close: async () => {
      built.stop();
      gateway.close();
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
    },
  };
}

function addRules({ playbook, midjourney, pika }: BuiltWorld, value: unknown): void {
  if (!isObject(value) || !('midjourney' in value || 'pika' in value)) {
    playbook.add(value);
    return;
  }
  const { midjourney: ofMidjourney, pika: ofPika, ...rest } = value;
  if ('midjourney' in value) inside('midjourney', () => midjourney.add(ofMidjourney));
  if ('pika' in value) inside('pika', () => pika.add(ofPika));
  if (Object.keys(rest).length > 0) playbook.add(rest);
}

/** Puts the name of a part in front of the field at fault. */
function inside(part: string, action: () => void): void {
  try {
    action();
  } catch (error) {
    if (!(error instanceof OrderError)) throw error;
    const field = error.field === '' ? part : `${part}.${error.field}`;
    throw new OrderError(field, error.message.slice(error.field === '' ? 0 : error.field.length + 2));
  }
}

function describe(built: BuiltWorld, address: string): SimReady {
  const { world, guildId, channels, cozeUserIds, midjourneyUserId, nijiUserId, pikaUserId } = built;
  return {
    ready: true,
    api: `http://${address}/api/v10`,
    gateway: `ws://${address}`,
    cdn: `http://${address}`,
    upload: `http://${address}`,
    activity: `http://${address}/__activity/{applicationId}`,
    accounts: [...world.accounts.values()].map(({ id, kind, token, userId }) => ({
      id,
      kind,
      token,
      userId,
    })),
    guildId,
    channels,
    bots: {
      coze: { userId: cozeUserIds[0] ?? '', userIds: [...cozeUserIds] },
      midjourney: { userId: midjourneyUserId },
      niji: { userId: nijiUserId },
      pika: { userId: pikaUserId },
    },
  };
}

function portOf(address: string | AddressInfo | null): number {
  return typeof address === 'object' && address ? address.port : 0;
}
