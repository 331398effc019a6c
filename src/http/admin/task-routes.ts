import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { AccountOrder } from '../../core/tasks.ts';
import { addPath, type Guards, readOptionalJson } from '../native/answering.ts';
import { renderAccount } from '../native/render.ts';
import { accountRoute, eventRoute, type TaskRouteOptions, taskViewRoutes } from '../native/task-routes.ts';
import { useDialect } from '../request-context.ts';
import { onlyAdmins } from './guard.ts';
import { singleOf } from './query.ts';

/** What the management of tasks and accounts needs. */
export interface TaskAdminOptions extends TaskRouteOptions {
  /** Finds the caller and notes it on the request; throws GatewayError. */
  readonly authenticate: (request: FastifyRequest) => Promise<void>;
}

/** Orders for an account, by the last part of their path. */
export const ACCOUNT_ORDERS: readonly AccountOrder[] = ['pause', 'resume', 'drain'];

/** Tasks, accounts and live events of the management API alone, to be registered under `/admin/api`: admin keys only. */
export function taskAdminRoutes(options: TaskAdminOptions): (scope: FastifyInstance) => Promise<void> {
  return async (scope) => {
    useDialect(scope, 'admin');
    readOptionalJson(scope);
    taskAdmin(scope, options, [options.authenticate, onlyAdmins]);
  };
}

/** The paths of the same. */
export function taskAdmin(scope: FastifyInstance, options: TaskAdminOptions, guards: Guards): void {
  accountRoute(scope, options, guards);
  orderRoutes(scope, options, guards);
  taskViewRoutes(scope, options, guards);
  eventRoute(scope, options, guards);
}

function orderRoutes(scope: FastifyInstance, { service }: TaskAdminOptions, guards: Guards): void {
  for (const order of ACCOUNT_ORDERS) {
    addPath(scope, `/accounts/:id/${order}`, guards, {
      POST: async ({ request, params }) => {
        const views = await service.orderAccount(params.id ?? '', order, botOf(request));
        return { body: { accounts: views.map(renderAccount) } };
      },
    });
  }
}

/** The bot that an order is for: in the query, or in the body; undefined means all bots of the account. */
function botOf({ query, body }: FastifyRequest): string | undefined {
  return singleOf(query, 'bot') ?? singleOf(body, 'bot');
}
