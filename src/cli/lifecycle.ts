import type { Log } from '../core/log.ts';
import { CommandFailure, type CommandIo } from './io.ts';

/** Something that runs until it is closed. */
export interface Running {
  close(): Promise<void>;
}

/** Time that a clean stop may take; the process is to be gone within 10 seconds. */
const STOP_LIMIT_MS = 9_000;

/**
 * Starts something, announces it, and keeps it running until SIGINT or SIGTERM; then closes it. A second signal gives
 * up waiting. Answers with the exit code.
 */
export async function runUntilStopped<Part extends Running>(
  io: CommandIo,
  log: Log,
  start: () => Promise<Part>,
  announce: (running: Part) => void,
): Promise<number> {
  const firstSignal = io.nextSignal();
  const starting = start();
  const early = await Promise.race([starting.then(() => false), firstSignal.then(() => true)]);
  if (!early) announce(await starting);
  await firstSignal;
  log.info({}, 'stopping; a second signal stops at once');
  const closed = starting.then((running) => running.close()).then(() => 'closed' as const);
  return stopCode(
    await Promise.race([closed, timedOut(), io.nextSignal().then(() => 'forced' as const)]),
    log,
  );
}

function stopCode(outcome: 'closed' | 'late' | 'forced', log: Log): number {
  if (outcome === 'late')
    log.warn({ limitMs: STOP_LIMIT_MS }, 'some work did not end in time and was cut off');
  if (outcome === 'closed') log.info({}, 'stopped');
  return outcome === 'forced' ? 1 : 0;
}

function timedOut(): Promise<'late'> {
  return new Promise((resolve) => {
    // Unlike the timers of the gateway's clock this one is left to keep the process alive: the stop depends on it.
    setTimeout(() => resolve('late'), STOP_LIMIT_MS);
  });
}

/** Turns what Node says about a busy or forbidden port into a sentence with a remedy; other errors come back as they are. */
export function explainListenError(error: unknown, host: string, port: number): unknown {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  // With HTTPS there are two ports; Node says which one it was.
  const taken =
    error instanceof Error && typeof Reflect.get(error, 'port') === 'number'
      ? Reflect.get(error, 'port')
      : port;
  const remedy = taken === port ? 'with --port' : 'as server.tls.port';
  if (code === 'EADDRINUSE')
    return new CommandFailure(
      `port ${taken} of ${host} is in use; choose another ${remedy}${taken === port ? ' (0 = any free one)' : ''}`,
      1,
      error,
    );
  if (code === 'EACCES')
    return new CommandFailure(
      `port ${taken} needs rights that this user lacks; choose one above 1023 ${remedy}`,
      1,
      error,
    );
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND')
    return new CommandFailure(`"${host}" is no address of this machine (server.host)`, 1, error);
  return error;
}
