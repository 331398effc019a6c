import { GatewayError } from '../core/errors.ts';

/** After so long a repeat makes sense, in milliseconds. */
const RETRY_AFTER_MS = 2_000;

/** Primary result codes of SQLite that have a remedy of their own (https://sqlite.org/rescode.html). */
const REMEDIES: Readonly<Record<number, readonly [problem: string, remedy: string]>> = {
  5: ['is held by another process', 'Stop the other process, or give each gateway its own store.path.'],
  7: ['needs more memory than there is', 'Give the machine more memory.'],
  8: ['cannot be written', 'Let the user that runs cordgate write to the file and to its folder.'],
  10: ['could not be read or written by the disk', 'Check the disk.'],
  11: ['is damaged', 'Restore a backup, or move the file away to start with an empty store.'],
  13: ['does not fit on the disk', 'Free some space.'],
  14: ['cannot be opened', 'Check that store.path names a file, and that its folder can be written.'],
  26: ['is not an SQLite database', 'Correct store.path, or move the file away.'],
};

/** What may pass by itself: always, and, for a file that was opened before, also these. */
const PASSING = [7, 10, 13];
const PASSING_ONCE_OPEN = [...PASSING, 5, 6, 8, 14, 15];

/**
 * Turns any failure of the database file into a `GatewayError` that names the file and a remedy: store_unavailable when it may
 * pass by itself, else internal.
 * @param phase whether the file is opened for the first time: what is wrong with it then stays so until somebody acts
 */
export function storeError(path: string, error: unknown, phase: 'opening' | 'working'): GatewayError {
  if (error instanceof GatewayError) return error;
  const code = error instanceof Error && 'errcode' in error ? Number(error.errcode) & 0xff : 0;
  const [problem, hint] = REMEDIES[code] ?? ['failed', 'See the log for the cause.'];
  const passing = phase === 'opening' ? PASSING : PASSING_ONCE_OPEN;
  return passing.includes(code)
    ? unavailable(path, problem, hint, error)
    : new GatewayError('internal', `The store ${path} ${problem}.`, { hint, cause: error });
}

/** The error of a file that cannot be used now. */
export function unavailable(path: string, problem: string, hint: string, cause?: unknown): GatewayError {
  const message = `The store ${path} ${problem}.`;
  return new GatewayError('store_unavailable', message, { hint, cause, retryAfterMs: RETRY_AFTER_MS });
}
