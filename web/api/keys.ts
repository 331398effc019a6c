/** `/admin/api/keys` and `/admin/api/usage`: who may call, and what each caller has used. */
import type { z } from 'zod';
import type { keySchema, madeKeySchema, usageSchema } from '../../src/http/admin/answers.ts';
import { call } from './client.ts';

/** A key without its secret. */
export type KeyView = z.infer<typeof keySchema>;

/** A key that was just made: the only time that it is told. */
export type MadeKey = z.infer<typeof madeKeySchema>;

/** What a key may do; a limit of null is the server's own, 0 is none. */
export interface KeyRights {
  readonly bots: readonly string[];
  readonly admin: boolean;
  readonly requestsPerMinute: number | null;
}

/** What was used, in all and for each day. */
export type Usage = z.infer<typeof usageSchema>;

/** What one key has used of one bot on one day (UTC). */
export type DailyUsage = Usage['daily'][number];

const keyPath = (name: string) => `admin/api/keys/${encodeURIComponent(name)}`;

/** All keys. */
export const listKeys = (signal?: AbortSignal) =>
  call<{ keys: KeyView[] }>('GET', 'admin/api/keys', { signal }).then(({ keys }) => keys);

/** Makes a key. */
export const makeKey = (name: string, { requestsPerMinute, ...rights }: KeyRights) =>
  call<MadeKey>('POST', 'admin/api/keys', {
    body: { name, ...rights, ...(requestsPerMinute === null ? {} : { requestsPerMinute }) },
  });

/** Changes what a key may do. */
export const changeKey = (name: string, rights: KeyRights) =>
  call<KeyView>('PATCH', keyPath(name), { body: rights });

/** Revokes a key: it opens nothing from the next request on. */
export const revokeKey = (name: string) => call<void>('DELETE', keyPath(name));

/** What was used. @param since the first day of the daily numbers, `YYYY-MM-DD` */
export const readUsage = (since: string, signal?: AbortSignal) =>
  call<Usage>('GET', 'admin/api/usage', { query: { since }, signal });
