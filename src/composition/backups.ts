/** Composition: copies of the store's file, made while it is in use. */
import { chmodSync, statSync } from 'node:fs';
import { basename, dirname, extname, join } from 'node:path';
import type { Clock } from '../core/clock.ts';
import { GatewayError } from '../core/errors.ts';
import type { Store } from '../core/store.ts';
import type { Backup } from '../http/admin/backup.ts';

/** What copies are made of. */
export interface BackupParts {
  readonly store: Pick<Store, 'backup'>;
  /** The store's file. */
  readonly path: string;
  readonly clock: Clock;
}

/**
 * Makes a copy into the folder `backups` beside the store's file, named by the time; one at a time.
 * @throws GatewayError invalid_request (the store has a way of its own), store_unavailable
 */
export function createBackups({ store, path, clock }: BackupParts): () => Promise<Backup> {
  let running: Promise<Backup> | undefined;
  const copy = async (): Promise<Backup> => {
    if (!store.backup) {
      throw new GatewayError('invalid_request', 'Only the sqlite store is backed up by the gateway.', {
        hint: 'See docs/operations.md, "Backup and restore": Redis has a way of its own.',
      });
    }
    const stamp = new Date(clock.now()).toISOString().replaceAll(/[:.]/g, '-');
    const ending = extname(path);
    const file = join(dirname(path), 'backups', `${basename(path, ending)}-${stamp}${ending}`);
    await store.backup(file);
    // It holds what the store's file holds, which nobody else may read either.
    chmodSync(file, 0o600);
    return { path: file, bytes: statSync(file).size };
  };
  return () => {
    running ??= copy().finally(() => {
      running = undefined;
    });
    return running;
  };
}
