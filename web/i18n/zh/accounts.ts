import type { accounts as en } from '../en/accounts.ts';

/** x */
export const accounts: Readonly<Record<keyof typeof en, string>> = {};
