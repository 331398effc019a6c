/** `/admin/api/config` and what is done to accounts: the configuration as it is, its changes, new logins, and the self-check. */
import type { z } from 'zod';
import type { CheckFinding } from '../../src/http/admin/administration.ts';
import type { loginSchema } from '../../src/http/admin/answers.ts';
import { ApiError, call, open } from './client.ts';
import { eventsOf } from './sse.ts';

/** An account of the configuration; its token is never shown. */
export interface AccountEntry {
  readonly id: string;
  readonly kind: 'bot' | 'user';
  readonly enabled: boolean;
  readonly dailyLimit?: number;
  readonly userAgent?: string;
  readonly hasToken: boolean;
}

/** A bot of the configuration, with all the options of its driver. */
export type BotEntry = Readonly<Record<string, unknown>> & { readonly id: string; readonly driver: string };

/** The configuration without its secrets. */
export interface ConfigView {
  /** Name of the file; null when there is none. */
  readonly path: string | null;
  readonly writable: boolean;
  /** Why it is not writable. */
  readonly reason?: string;
  readonly accounts: readonly AccountEntry[];
  readonly bots: readonly BotEntry[];
}

/** The lists that can be changed. */
export type ConfigList = 'accounts' | 'bots';

/** What became of a change: what the operator should know, and the sections that count after a restart. */
export interface Changed {
  readonly notes: readonly string[];
  readonly restart: readonly string[];
}

/** How a new login went. */
export type LoginResult = z.infer<typeof loginSchema>;

/** One thing that the self-check found. */
export type Finding = CheckFinding;

/** How many findings of each kind there were. */
export type FindingCounts = Readonly<Record<Finding['level'], number>>;

const entryPath = (list: ConfigList, id: string) => `admin/api/config/${list}/${encodeURIComponent(id)}`;

/** Reads the configuration. */
export const readConfig = (signal?: AbortSignal) => call<ConfigView>('GET', 'admin/api/config', { signal });

/** Adds an entry, or puts it in place of the one of this id. A token that is left out is kept. */
export const putEntry = (list: ConfigList, id: string, entry: object) =>
  call<Changed>('PUT', entryPath(list, id), { body: entry });

/** Takes an entry away. */
export const removeEntry = (list: ConfigList, id: string) => call<void>('DELETE', entryPath(list, id));

/** Logs an account in anew; answers once it is in, or after 20 s. */
export const reconnect = (account: string) =>
  call<LoginResult>('POST', `admin/api/accounts/${encodeURIComponent(account)}/reconnect`);

/**
 * Runs the self-check and tells every finding as it comes; gives the counts at its end.
 * @throws ApiError when it cannot begin, or breaks off; the signal's reason when it aborts
 */
export async function runCheck(
  onFinding: (finding: Finding) => void,
  signal: AbortSignal,
): Promise<FindingCounts> {
  const response = await open('POST', 'admin/api/check', { signal });
  for await (const { event, data } of eventsOf(response)) {
    if (event === 'finding') onFinding(JSON.parse(data) as Finding);
    else if (event === 'done') return JSON.parse(data) as FindingCounts;
    else if (event === 'error') throw brokenOff(data);
  }
  throw new ApiError(0, 'unreachable', '', {});
}

function brokenOff(data: string): ApiError {
  const { error } = JSON.parse(data) as { error: { message: string; code: string } };
  return new ApiError(500, error.code, error.message, {});
}
