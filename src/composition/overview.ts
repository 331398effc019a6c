/** Composition: what operators see at a glance that no service knows. */

import type { Config } from '../config/schema.ts';
import type { Clock } from '../core/clock.ts';
import type { Store } from '../core/store.ts';
import type { ActivityBook } from '../http/admin/activity.ts';
import type { AccountOverview, OverviewFacts } from '../http/admin/overview.ts';
import type { HealthSource } from '../http/health.ts';
import type { Account } from './accounts.ts';
import { storeAnswers } from './health.ts';

/** What the overview is made of; asked at every look, as accounts come and go. */
export interface OverviewParts {
  readonly config: () => Pick<Config, 'accounts' | 'store'>;
  readonly accounts: () => ReadonlyMap<string, Account>;
  readonly store: Pick<Store, 'ping'>;
  readonly health: HealthSource;
  readonly activity: ActivityBook;
  readonly clock: Clock;
}

/** Close codes after which only the operator can do something (Discord docs, "Gateway Close Event Codes"). */
const REFUSED = { first: 4010, last: 4014 } as const;

/** Makes the overview; the gateway starts now. */
export function createOverview(parts: OverviewParts): () => Promise<OverviewFacts> {
  const startedAt = parts.clock.now();
  return async () => {
    const { accounts, store } = parts.config();
    const { ready, reasons } = await parts.health.readiness();
    const known = parts.accounts();
    return {
      startedAt,
      ready,
      reasons,
      store: { driver: store.driver, ok: await storeAnswers(parts.store, parts.clock) },
      accounts: accounts.map((account) => overviewOf(account, known.get(account.id), startedAt)),
      activity: parts.activity.minutes(),
    };
  };
}

function overviewOf(
  { id, kind, enabled }: Config['accounts'][number],
  account: Account | undefined,
  startedAt: number,
): AccountOverview {
  if (account === undefined) return { id, kind, enabled, state: 'off', since: startedAt };
  const { state, reason, since, closeCode = 0 } = account.client.status;
  const isRefused = state === 'reconnecting' && closeCode >= REFUSED.first && closeCode <= REFUSED.last;
  const remedy = state === 'disabled' ? NEW_TOKEN : isRefused ? CHECK : undefined;
  return { id, kind, enabled, state, since, reason, remedy };
}

const NEW_TOKEN = 'Discord does not accept the token: give the account a new one.';
const CHECK = 'Discord does not let the account in: "cordgate check" says what to change.';
