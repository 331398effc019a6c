/** Composition: what operators see and change over HTTP. */
import { ActivityBook } from '../http/admin/activity.ts';
import { KeyBook } from '../http/admin/key-book.ts';
import type { LogSource } from '../http/admin/logs.ts';
import type { KeyRing } from '../http/key-ring.ts';
import { type BackupParts, createBackups } from './backups.ts';
import { createOverview, type OverviewParts } from './overview.ts';

/** What the management is made of. */
export interface ManagementParts extends Omit<OverviewParts, 'activity' | 'store'> {
  readonly store: OverviewParts['store'] &
    BackupParts['store'] &
    ConstructorParameters<typeof KeyBook>[0]['store'];
  readonly ring: KeyRing;
  /** The newest lines of the log, where somebody keeps them. */
  readonly logs?: LogSource | undefined;
}

/** Makes the management; `keyBook` is still to be opened. */
export function createManagement({ ring, logs, ...parts }: ManagementParts) {
  const activity = new ActivityBook(parts.clock);
  const keyBook = new KeyBook({ store: parts.store, ring, clock: parts.clock });
  const backup = createBackups({ ...parts, path: parts.config().store.path });
  return { activity, keyBook, logs, backup, overview: createOverview({ ...parts, activity }) };
}
