/** Composition: how the accounts and bots are, for probes and metrics. */
import type { Account } from './accounts.ts';
import type { ChatBot } from './core/bot.ts';
import type { StudioView } from './core/tasks.ts';

/** Each account's connection. */
export function healthOf(accounts: ReadonlyMap<string, Account>) {
  return [...accounts].map(([id, { client }]) => ({
    id,
    state: client.status.state,
    reason: client.status.reason,
  }));
}

/** Ready when every bot can work: reasons name those that cannot. */
export function readinessOf(
  accounts: ReadonlyMap<string, Account>,
  bots: readonly ChatBot[],
  views: readonly StudioView[],
) {
  const reasons = [...bots.flatMap((bot) => troubleOf(accounts, bot)), ...studioTroubles(views)];
  return { ready: reasons.length === 0, reasons, accounts: healthOf(accounts) };
}

function troubleOf(accounts: ReadonlyMap<string, Account>, bot: ChatBot): string | [] {
  const listener = [...accounts.values()].find(({ client }) => client === bot.setup.listener.port);
  if (listener?.client.status.state === 'ready') return bot.trouble()?.message ?? [];
  return `bot "${bot.setup.id}": account "${listener?.config.id}" is ${listener?.client.status.state}`;
}

/** A drawing bot works as long as one of its accounts does. */
function studioTroubles(views: readonly StudioView[]): string[] {
  const botIds = [...new Set(views.map(({ botId }) => botId))];
  return botIds.flatMap((botId) => {
    const own = views.filter((view) => view.botId === botId);
    if (own.some(({ condition }) => condition === 'ready' || condition === 'draining')) return [];
    return own.map(({ accountId, condition }) => `bot "${botId}": account "${accountId}" is ${condition}`);
  });
}
