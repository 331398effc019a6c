import type { Clock } from '../core/clock.ts';
import type { Ids } from '../core/ids.ts';
import type { Log } from '../core/log.ts';
import type { LogSource } from '../http/admin/logs.ts';

/** What everything is made with. */
export interface Tools {
  readonly clock: Clock;
  readonly ids: Ids;
  readonly log: Log;
  /** The newest lines of the log, where somebody keeps them. */
  readonly logs?: LogSource | undefined;
  /** Variables that say whether traces are sent; none when left out. */
  readonly env?: Readonly<Record<string, string | undefined>>;
}
