import { type BotView, kindOf } from '../../core/bot-view.ts';
import type { Caller } from '../../core/caller.ts';
import type { GatewayService } from '../../core/gateway-service.ts';

/** What `GET /me` is made of. */
export type MeService = Pick<GatewayService, 'models' | 'taskModels' | 'botViews'>;

/** Who the caller is, and what it can use. */
export function renderMe(caller: Caller, service: MeService, version: string) {
  const views = service.botViews(caller);
  const verbsOf = new Map(service.taskModels(caller).map(({ id, verbs }) => [id, verbs]));
  const driverOf = (botIds: readonly string[]) => botOf(views, botIds)?.driver ?? '';
  return {
    name: caller.id,
    admin: caller.admin,
    bots: caller.bots,
    version,
    models: service.models(caller).map(({ id, botIds }) => {
      const verbs = verbsOf.get(id);
      const kind = verbs === undefined ? ('chat' as const) : kindOf(verbs);
      return { id, bots: botIds, kind, driver: driverOf(botIds), verbs: verbs ?? (['chat'] as const) };
    }),
  };
}

function botOf(views: readonly BotView[], botIds: readonly string[]): BotView | undefined {
  return views.find(({ id }) => botIds.includes(id));
}
