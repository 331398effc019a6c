import type { FastifyInstance } from 'fastify';

/** State of one account, as far as strangers may know it: no name of a token, no Discord id. */
export interface AccountHealth {
  readonly id: string;
  /** `online`, `connecting`, `paused`, `disabled` ... */
  readonly state: string;
  /** Why it is not online; without secrets. */
  readonly reason?: string | undefined;
}

/** Whether the gateway can do its work now. */
export interface Readiness {
  readonly ready: boolean;
  /** One sentence for each thing that is missing; empty when ready. */
  readonly reasons: readonly string[];
  readonly accounts: readonly AccountHealth[];
}

/** Where `/readyz` gets its answer. */
export interface HealthSource {
  readiness(): Promise<Readiness> | Readiness;
}

/** Path of the liveness probe: it answers every address, and tells nothing. */
export const LIVENESS_PATH = '/healthz';

/**
 * `GET /healthz` is 200 for as long as the process answers; `GET /readyz` is 200 or 503, with the accounts'
 * states. Both are open, as probes carry no key, and never cached.
 */
export function healthRoutes(app: FastifyInstance, source: HealthSource, isClosing: () => boolean): void {
  app.get(LIVENESS_PATH, async () => ({ status: 'ok' }));
  app.get('/readyz', async (_request, reply) => {
    const readiness = await source.readiness();
    const reasons = isClosing() ? ['the gateway is stopping', ...readiness.reasons] : readiness.reasons;
    const ready = readiness.ready && !isClosing();
    reply.code(ready ? 200 : 503);
    return {
      status: ready ? 'ready' : 'not ready',
      reasons,
      accounts: readiness.accounts.map(({ id, state, reason }) => ({
        id,
        state,
        ...(reason ? { reason } : {}),
      })),
    };
  });
}
