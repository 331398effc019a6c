/** Composition: how the store, the accounts and the bots are, for probes and metrics. */
import type { ChatBot } from '../core/bot.ts';
import type { Clock } from '../core/clock.ts';
import type { Store } from '../core/store.ts';
import type { StudioView } from '../core/tasks.ts';
import type { Account } from './accounts.ts';

/** Each account's connection. */
function healthOf(accounts: ReadonlyMap<string, Account>) {
  return [...accounts].map(([id, { client }]) => ({
    id,
    state: client.status.state,
    reason: client.status.reason,
  }));
}

/** How long the store may take to answer, in milliseconds. */
const PATIENCE_MS = 2_000;

/** True when the store answers; one that hangs is as good as none. */
export async function storeAnswers(store: Pick<Store, 'ping'>, clock: Clock): Promise<boolean> {
  let cancel = () => {};
  const late = new Promise<boolean>((resolve) => {
    cancel = clock.after(PATIENCE_MS, () => resolve(false));
  });
  const answered = store.ping().then(
    () => true,
    () => false,
  );
  return Promise.race([answered, late]).finally(cancel);
}

/** Ready when the store answers and every bot can work: reasons name what is missing. */
export function readinessOf(
  accounts: ReadonlyMap<string, Account>,
  bots: readonly ChatBot[],
  views: readonly StudioView[],
  hasStore: boolean,
) {
  const store = hasStore ? [] : ['the store does not answer'];
  const reasons = [...store, ...bots.flatMap((bot) => troubleOf(accounts, bot)), ...studioTroubles(views)];
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
