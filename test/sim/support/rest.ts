import type { Sim } from '../../../src/sim/index.ts';

/** An answer of the REST API. */
interface RestAnswer {
  status: number;
  headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into bodies of any shape
  body: any;
}

/** Calls the simulator's REST API as an account. */
export function restOf(sim: Sim, accountId: string) {
  const account = sim.ready.accounts.find(({ id }) => id === accountId);
  const authorization = account ? (account.kind === 'bot' ? `Bot ${account.token}` : account.token) : '';
  return async (
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<RestAnswer> => {
    const isText = typeof body === 'string' || body instanceof FormData;
    const response = await fetch(`${sim.ready.api}${path}`, {
      method,
      headers: {
        ...(authorization ? { authorization } : {}),
        ...(body === undefined || body instanceof FormData ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: isText ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    const json = response.headers.get('content-type')?.startsWith('application/json');
    return { status: response.status, headers: response.headers, body: json ? JSON.parse(text) : text };
  };
}

/** The token of an account. */
export function tokenOf(sim: Sim, accountId: string): string {
  return sim.ready.accounts.find(({ id }) => id === accountId)?.token ?? '';
}
