import type { BotView } from '../../core/bot-view.ts';
import type { StudioView } from '../../core/tasks.ts';
import { renderAccount } from '../native/render.ts';
import type { ActivityMinute } from './activity.ts';

/** An account of the configuration, as operators see it. Holds no secret. */
export interface AccountOverview {
  readonly id: string;
  readonly kind: 'bot' | 'user';
  /** `off`: not enabled; else the state of its connection. */
  readonly state: string;
  /** Why it is not connected, in Discord's words. */
  readonly reason?: string | undefined;
  /** What to do when a person is needed. */
  readonly remedy?: string | undefined;
  /** Since when, in milliseconds since the epoch. */
  readonly since: number;
  readonly enabled: boolean;
}

/** What only the composition knows. */
export interface OverviewFacts {
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  readonly ready: boolean;
  readonly reasons: readonly string[];
  readonly store: { readonly driver: string; readonly ok: boolean };
  readonly accounts: readonly AccountOverview[];
  readonly activity: readonly ActivityMinute[];
}

/** Something that goes on only when a person acts. */
export interface PersonWanted {
  readonly account: string;
  readonly bot?: string;
  readonly reason: string;
  readonly text: string;
  readonly link?: string;
  readonly remedy: string;
  readonly since: number;
}

/** Everything at a glance. */
export function renderOverview(
  version: string,
  { accounts, ...facts }: OverviewFacts,
  bots: readonly BotView[],
  studios: readonly StudioView[],
) {
  return {
    version,
    ...facts,
    accounts,
    bots,
    studios: studios.map(renderAccount),
    needsPerson: personsWanted(accounts, studios),
  };
}

/** What waits for a person, the longest first. What the operator has stopped is known to a person. */
export function personsWanted(
  accounts: readonly AccountOverview[],
  studios: readonly StudioView[],
): PersonWanted[] {
  const dead = accounts.filter(({ enabled, remedy }) => enabled && remedy !== undefined);
  const deadIds = new Set(dead.map(({ id }) => id));
  const byAccount = dead.map(({ id, reason, remedy, since, state }) => ({
    account: id,
    reason: state === 'disabled' ? 'token_invalid' : 'refused',
    text: reason ?? '',
    remedy: remedy ?? '',
    since,
  }));
  const byRoom = studios.filter(needsPerson).filter(({ accountId }) => !deadIds.has(accountId));
  const merged = new Map(byRoom.map((view) => [`${view.botId}\0${view.accountId}`, ofRoom(view)]));
  return [...byAccount, ...merged.values()].sort((left, right) => left.since - right.since);
}

function needsPerson({ condition, reason }: StudioView): boolean {
  if (reason === undefined || reason === 'operator') return false;
  return condition === 'paused' || condition === 'disabled';
}

function ofRoom({ accountId, botId, reason, text, link, remedy, since }: StudioView): PersonWanted {
  return {
    account: accountId,
    bot: botId,
    reason: reason ?? '',
    text: text ?? '',
    ...(link === undefined ? {} : { link }),
    remedy: remedy ?? '',
    since,
  };
}
