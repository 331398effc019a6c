/** Composition root: from a configuration to a gateway that listens. */
import { createParts, logIn, openParts, stopParts } from './composition.ts';
import type { Config } from './config/schema.ts';
import { type Clock, systemClock } from './core/clock.ts';
import { randomIds } from './core/ids.ts';
import type { Log } from './core/log.ts';
import { createDoors, type DoorUrls } from './doors.ts';

/** What a gateway takes beside its configuration. */
export interface GatewayOptions {
  readonly log: Log;
  /** The machine's clock when left out. */
  readonly clock?: Clock;
  /** True when `server.port` 0 stands for any free port also where HTTPS is on, which is what `--port 0` says; default false. */
  readonly anyFreePort?: boolean;
}

/** A gateway that listens. */
export interface RunningGateway extends DoorUrls {
  /** Takes no new work, lets running answers end within 5 s, then ends them and stops. */
  close(): Promise<void>;
}

/**
 * Starts a gateway: opens the store, logs the reading accounts in, and listens.
 * @throws ConfigError when the certificate cannot be used; GatewayError or Error when the store cannot be opened or an
 * address is taken
 */
export async function startGateway(config: Config, options: GatewayOptions): Promise<RunningGateway> {
  const clock = options.clock ?? systemClock;
  const parts = createParts(config, { clock, ids: randomIds(clock), log: options.log });
  let closeDoors = (_answered: Promise<void>) => Promise.resolve();
  try {
    const doors = createDoors(config.server, parts.http, options.anyFreePort ?? false);
    closeDoors = (answered) => doors.close(answered);
    await openParts(parts);
    const urls = await doors.open();
    await logIn(parts);
    return { ...urls, close: () => stopParts(parts, closeDoors) };
  } catch (error) {
    await stopParts(parts, closeDoors);
    throw error;
  }
}
