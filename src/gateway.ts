/** Composition root: from a configuration to a gateway that listens. */
import { createAdministration } from './composition/administration.ts';
import { type ChangeReport, Changing } from './composition/changing.ts';
import { createDoors, type DoorUrls } from './composition/doors.ts';
import { createParts } from './composition/parts.ts';
import { logIn, openParts, openStore, stopParts } from './composition/running.ts';
import type { ConfigFile } from './config/edit/config-file.ts';
import type { Config } from './config/schema.ts';
import { type Clock, systemClock } from './core/clock.ts';
import { randomIds } from './core/ids.ts';
import type { Log } from './core/log.ts';
import type { LogSource } from './http/admin/logs.ts';

/** What a gateway takes beside its configuration. */
export interface GatewayOptions {
  readonly log: Log;
  /** The machine's clock when left out. */
  readonly clock?: Clock;
  /** True when `server.port` 0 stands for any free port also where HTTPS is on, which is what `--port 0` says; default false. */
  readonly anyFreePort?: boolean;
  /** The newest lines of the log, for operators who read them over HTTP. */
  readonly logs?: LogSource;
  /** The file of the configuration: it can then be changed through the management API. */
  readonly file?: ConfigFile | undefined;
  /** Told of a configuration before it is taken up: its secrets must not reach the log. */
  readonly onConfig?: ((config: Config) => void) | undefined;
  /** Where `OTEL_…` variables are looked up; nowhere when left out. */
  readonly env?: Readonly<Record<string, string | undefined>>;
}

/** A gateway that listens. */
export interface RunningGateway extends DoorUrls {
  /**
   * Goes on with other accounts and bots. What is on its way is not lost: tasks go on, answers end or go on; accounts
   * that did not change stay connected. All other sections count after a restart; those that changed are named.
   * @throws GatewayError when the store does not answer; everything is then as it was
   */
  reload(config: Config): Promise<ChangeReport>;
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
  const parts = createParts(config, {
    clock,
    ids: randomIds(clock),
    log: options.log,
    env: options.env ?? {},
    logs: options.logs,
  });
  await parts.observing.tracing?.open();
  const started = Promise.withResolvers<void>();
  const changing = new Changing(parts, started.promise);
  const reload = (next: Config) => {
    options.onConfig?.(next);
    return changing.apply(next);
  };
  let isOpening = true;
  let closeDoors = (_answered: Promise<void>) => Promise.resolve();
  try {
    const administration = createAdministration({ file: options.file, reload, changing, ...parts });
    const http = { ...parts.http, administration, isOpening: () => isOpening };
    const doors = createDoors(config.server, http, options.anyFreePort ?? false);
    closeDoors = (answered) => doors.close(answered);
    let urls: DoorUrls | undefined;
    // Callers are told that the store is away, rather than that nobody is there.
    await openStore(parts, async () => {
      urls = await doors.open();
    });
    await openParts(parts);
    isOpening = false;
    urls ??= await doors.open();
    await logIn(parts);
    started.resolve();
    const close = async () => {
      await changing.stop();
      await stopParts(parts, closeDoors);
      await changing.end();
    };
    return { ...urls, reload, close };
  } catch (error) {
    await stopParts(parts, closeDoors);
    throw error;
  }
}
