/** `GET /admin/api/overview`, and the orders that an operator gives to accounts. */
import type { z } from 'zod';
import type { overviewSchema } from '../../src/http/admin/answers.ts';
import { call } from './client.ts';
import type { AccountView } from './types.ts';

/** The gateway at a glance. Times are milliseconds since the epoch. */
export type Overview = z.infer<typeof overviewSchema>;

/** A login at Discord. */
export type LoginView = Overview['accounts'][number];

/** A bot and how it is. */
export type BotStateView = Overview['bots'][number];

/** Something that only a person can mend. */
export type PersonNeeded = Overview['needsPerson'][number];

/** What was asked of the gateway in one minute. */
export type ActivityMinute = Overview['activity'][number];

/** Reads it all at once. */
export const readOverview = (signal: AbortSignal) => call<Overview>('GET', 'admin/api/overview', { signal });

/** Tells an account to stop taking work, to take it again, or to end what it has; for one bot, or all of its bots. */
export const orderAccount = (account: string, order: 'pause' | 'resume' | 'drain', bot?: string) =>
  call<{ accounts: AccountView[] }>('POST', `admin/api/accounts/${encodeURIComponent(account)}/${order}`, {
    query: { bot },
  });
