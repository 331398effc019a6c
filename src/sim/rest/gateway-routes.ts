import type { Route } from './route.ts';

/** Starts of sessions a bot has per day (Discord docs, "Session Start Limit Object"). */
const SESSIONS_PER_DAY = 1000;

/** GET /gateway and GET /gateway/bot. */
export function gatewayRoutes(url: () => string, gateway: { readonly identifies: number }): readonly Route[] {
  return [
    { method: 'GET', path: '/gateway', access: 'open', run: () => ({ status: 200, body: { url: url() } }) },
    {
      method: 'GET',
      path: '/gateway/bot',
      access: 'bot',
      run: () => ({
        status: 200,
        body: {
          url: url(),
          shards: 1,
          session_start_limit: {
            total: SESSIONS_PER_DAY,
            remaining: Math.max(0, SESSIONS_PER_DAY - gateway.identifies),
            reset_after: 14_400_000,
            max_concurrency: 1,
          },
        },
      }),
    },
  ];
}
