import type { FastifyInstance } from 'fastify';
import type { GatewayService } from '../../core/gateway-service.ts';
import type { KeyRing } from '../key-ring.ts';
import { addPath, readOptionalJson } from '../native/answering.ts';
import { checkQuery } from '../native/check.ts';
import { callerOf, useDialect } from '../request-context.ts';
import type { ActivityBook } from './activity.ts';
import type { Backup } from './backup.ts';
import { onlyAdmins } from './guard.ts';
import type { KeyBook } from './key-book.ts';
import { keyRoutes } from './keys.ts';
import { type LogSource, logRoute } from './logs.ts';
import { type OverviewFacts, renderOverview } from './overview.ts';
import { type TaskAdminOptions, taskAdmin } from './task-routes.ts';
import { firstDay, renderUsage, usageQuerySchema } from './usage.ts';

/** What operators may see and change beside the service; what is left out has no paths. */
export interface AdminParts {
  /** Is told of every request that has ended. */
  readonly activity?: ActivityBook | undefined;
  readonly overview?: (() => Promise<OverviewFacts>) | undefined;
  readonly keyBook?: KeyBook | undefined;
  readonly logs?: LogSource | undefined;
  /** Copies the store. @throws GatewayError invalid_request, store_unavailable */
  readonly backup?: (() => Promise<Backup>) | undefined;
}

/** What the management API needs. */
export interface AdminOptions extends TaskAdminOptions {
  readonly service: GatewayService;
  readonly keys: KeyRing;
  /** Of the gateway. */
  readonly version: string;
  readonly admin?: AdminParts | undefined;
}

/** Sees all bots. */
const EVERYONE = { id: '', admin: true, bots: ['*'] };

/** The management API, to be registered under `/admin/api`: admin keys only. */
export function adminRoutes(options: AdminOptions): (scope: FastifyInstance) => Promise<void> {
  const { service, keys, version, clock, admin = {} } = options;
  return async (scope) => {
    useDialect(scope, 'admin');
    readOptionalJson(scope);
    const guards = [options.authenticate, onlyAdmins];
    taskAdmin(scope, options, guards);
    addPath(scope, '/usage', guards, {
      GET: async ({ request }) => {
        const { since = firstDay(clock.now()) } = checkQuery(usageQuerySchema, request.query);
        return { body: renderUsage(await service.usage(), await service.dailyUsage(since)) };
      },
    });
    const { overview, keyBook, logs, backup } = admin;
    if (overview) {
      addPath(scope, '/overview', guards, {
        GET: async ({ request }) => {
          const caller = callerOf(request);
          const facts = await overview();
          return { body: renderOverview(version, facts, service.botViews(caller), service.studios(caller)) };
        },
      });
    }
    if (backup) {
      addPath(scope, '/backup', guards, { POST: async () => ({ status: 201, body: await backup() }) });
    }
    if (logs) logRoute(scope, { ...options, logs }, guards);
    if (keyBook) {
      const botIds = () => service.botViews(EVERYONE).map(({ id }) => id);
      keyRoutes(scope, { book: keyBook, ring: keys, botIds }, guards);
    }
  };
}
