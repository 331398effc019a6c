/** Composition: the store that the configuration names. */
import type { Config } from '../config/schema.ts';
import type { Clock } from '../core/clock.ts';
import type { Log } from '../core/log.ts';
import type { Store } from '../core/store.ts';
import { createMemoryStore } from '../stores/memory.ts';
import { createRedisStore } from '../stores/redis.ts';
import { openSqliteStore } from '../stores/sqlite.ts';

/** Makes the store; it works from its `open()` on. @throws Error when it can never be used */
export function chosenStore(
  { driver, path, url }: Config['store'],
  tools: { readonly clock: Clock; readonly log: Log },
): Store {
  switch (driver) {
    case 'memory':
      return createMemoryStore();
    case 'sqlite':
      return openSqliteStore(path);
    case 'redis':
      return createRedisStore(url, tools);
  }
}
