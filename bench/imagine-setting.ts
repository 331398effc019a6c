/** Where the dialect is that the load speaks. */
export const MIDJOURNEY_PATH = '/midjourney-proxy/mj';

/** Ids of the accounts that draw, all in one channel. */
export const ACCOUNTS = ['alice', 'bob'];

/** Jobs of one account at a time; in flight are never more than this times the accounts. */
export const CONCURRENCY = 50;
