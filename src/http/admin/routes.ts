import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { GatewayService } from '../../core/gateway-service.ts';
import type { UsageTotals } from '../../core/store.ts';
import { allowOnly } from '../method-guard.ts';
import { useDialect } from '../request-context.ts';
import { onlyAdmins } from './guard.ts';

/** What the management API needs. */
export interface AdminOptions {
  readonly service: GatewayService;
  /** Finds the caller and notes it on the request; throws GatewayError. */
  readonly authenticate: (request: FastifyRequest) => Promise<void>;
}

/** The management API, to be registered under `/admin/api`: admin keys only. */
export function adminRoutes({
  service,
  authenticate,
}: AdminOptions): (scope: FastifyInstance) => Promise<void> {
  return async (scope) => {
    useDialect(scope, 'admin');
    const onRequest = [authenticate, onlyAdmins];
    scope.get('/usage', { onRequest }, async () => renderUsage(await service.usage()));
    allowOnly(scope, '/usage', ['GET']);
  };
}

/** One entry for each key at each bot; `key` is the name of the key, empty for callers without one. */
function renderUsage(totals: readonly UsageTotals[]) {
  const usage = totals.map(({ callerId, botId, ...counts }) => ({ key: callerId, bot: botId, ...counts }));
  const total = { chats: 0, promptTokens: 0, completionTokens: 0 };
  for (const { chats, promptTokens, completionTokens } of totals) {
    total.chats += chats;
    total.promptTokens += promptTokens;
    total.completionTokens += completionTokens;
  }
  return { usage, total };
}
