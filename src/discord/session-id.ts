import type { Clock } from '../core/clock.ts';
import { GatewayError } from '../core/errors.ts';
import type { StatusBoard } from './status-board.ts';
import type { GatewaySession } from './ws/session.ts';

/** What the look-up of the session needs. */
export interface SessionIdOptions {
  readonly status: StatusBoard;
  readonly session: Pick<GatewaySession, 'id'>;
  readonly clock: Clock;
  /** Milliseconds to wait for a connection. */
  readonly patienceMs: number;
  /** For error messages. */
  readonly accountId: string;
}

/**
 * Discord's id of the account's gateway session, as soon as the connection is ready: what Discord has to say of an
 * interaction goes to the session that the interaction names.
 * @throws GatewayError account_offline when it takes too long, account_disabled, shutting_down; the signal's reason
 */
export async function awaitSessionId(options: SessionIdOptions, signal?: AbortSignal): Promise<string> {
  const { status, session, clock, patienceMs } = options;
  const late = new AbortController();
  const cancel = clock.after(patienceMs, () => late.abort(offlineError(options)));
  try {
    await status.whenReady(signal ? AbortSignal.any([signal, late.signal]) : late.signal);
  } finally {
    cancel();
  }
  const id = session.id();
  if (id === undefined) throw offlineError(options);
  return id;
}

function offlineError({ accountId, status }: SessionIdOptions): GatewayError {
  const { reason } = status.current();
  const why = reason === undefined ? '.' : `: ${reason}`;
  return new GatewayError('account_offline', `The account "${accountId}" is not connected to Discord${why}`);
}
