import { ErrorReply } from '@redis/client';
import { GatewayError } from '../core/errors.ts';

/** After so long a repeat makes sense, in milliseconds. */
const RETRY_AFTER_MS = 1_000;

/** Marks a failure after which nobody knows whether the command was carried out: its answer never came. */
export class Unanswered extends Error {
  override readonly name = 'Unanswered';
}

/** True when the command may have been carried out all the same. */
export function isUnanswered(error: unknown): boolean {
  return error instanceof GatewayError && error.cause instanceof Unanswered;
}

/** The error of a server that cannot be used now. */
export function unavailable(name: string, problem: string, cause?: unknown): GatewayError {
  return new GatewayError('store_unavailable', `The store ${name} ${problem}.`, {
    retryAfterMs: RETRY_AFTER_MS,
    ...(cause === undefined ? {} : { cause }),
  });
}

/**
 * Answers by which a server says that it cannot work at present (https://redis.io/docs/latest/develop/reference/protocol-spec,
 * "Simple errors"), and what that means.
 */
const PASSING: Readonly<Record<string, string>> = {
  LOADING: 'is still reading its file',
  OOM: 'has no memory left (maxmemory)',
  MISCONF: 'cannot write to its disk',
  READONLY: 'is a replica that takes no writes',
  MASTERDOWN: 'has lost its master',
  NOREPLICAS: 'has not enough replicas',
  BUSY: 'is busy with a script',
  TRYAGAIN: 'is being moved',
  CLUSTERDOWN: 'is a cluster that is down',
  CORDGATE_LEASE: 'is not held by this gateway',
  CORDGATE_LATE: 'was given a command too late',
};

/** Answers that no waiting changes. */
const LASTING: Readonly<Record<string, string>> = {
  NOAUTH: 'asks for a password',
  WRONGPASS: 'does not take the user or the password of store.url',
  NOPERM: 'does not let this user run the commands that cordgate needs',
};

/** The first word of an answer that is an error; empty for other failures. */
export function replyCode(error: unknown): string {
  return error instanceof ErrorReply ? (/^[A-Z_]+/.exec(error.message)?.[0] ?? 'ERR') : '';
}

/** An answer that no waiting changes, as one clear line; undefined for all others. */
export function lastingProblem(name: string, error: unknown): Error | undefined {
  // With a single password and no users, a wrong one is told as ERR.
  const code = replyCode(error);
  const isAuth = code === 'ERR' && error instanceof Error && /AUTH|invalid DB index/i.test(error.message);
  const problem = LASTING[code] ?? (isAuth ? `refuses store.url (${error.message})` : undefined);
  return problem === undefined ? undefined : new Error(`The store ${name} ${problem}.`);
}

/** Turns any failure of a command into a `GatewayError`: store_unavailable when it may pass, else internal. */
export function commandError(name: string, error: unknown): GatewayError {
  if (error instanceof GatewayError) return error;
  const code = replyCode(error);
  const problem = PASSING[code] ?? LASTING[code];
  if (problem !== undefined) return unavailable(name, problem, error);
  if (code === '')
    return unavailable(name, 'cannot be reached', new Unanswered('No answer', { cause: error }));
  return new GatewayError('internal', `The store ${name} refused a command.`, { cause: error });
}
