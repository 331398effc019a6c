import type { Clock } from '../core/clock.ts';
import { GatewayError } from '../core/errors.ts';
import type { AccountStatus } from './account.ts';

/** Where the account's status is kept, told and waited for. */
export interface StatusBoard {
  current(): AccountStatus;
  post(status: AccountStatus): void;
  /** @throws GatewayError account_disabled, shutting_down; the signal's reason */
  whenReady(signal?: AbortSignal): Promise<void>;
}

/** Starts with `idle`; `onStatus` is called at every change. */
export function createStatusBoard(clock: Clock, onStatus?: (status: AccountStatus) => void): StatusBoard {
  let current: AccountStatus = { state: 'idle', since: clock.now() };
  const waiting = new Set<() => void>();
  return {
    current: () => current,
    post(status) {
      // A further failed try does not begin the state anew.
      current = status.state === current.state ? { ...status, since: current.since } : status;
      for (const look of [...waiting]) look();
      onStatus?.(current);
    },
    whenReady(signal) {
      return new Promise((resolve, reject) => {
        const done = () => {
          waiting.delete(look);
          signal?.removeEventListener('abort', look);
        };
        const look = () => {
          const error = hopeless(current);
          if (signal?.aborted) reject(signal.reason);
          else if (error) reject(error);
          else if (current.state === 'ready') resolve();
          else return;
          done();
        };
        waiting.add(look);
        signal?.addEventListener('abort', look, { once: true });
        look();
      });
    },
  };
}

function hopeless(status: AccountStatus): GatewayError | undefined {
  if (status.state === 'disabled') return new GatewayError('account_disabled', status.reason ?? 'Disabled.');
  if (status.state === 'closed') return new GatewayError('shutting_down', 'The connection was closed.');
  return undefined;
}
