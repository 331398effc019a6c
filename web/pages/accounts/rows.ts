/** Rows of the page: what the configuration says beside what goes on. */
import type { AccountEntry, BotEntry, ConfigView } from '../../api/config.ts';
import type { BotStateView, LoginView, Overview } from '../../api/overview.ts';
import type { AccountView } from '../../api/types.ts';

/** An account with its login; one of both may be missing for a moment after a change. */
export interface LoginRow {
  readonly id: string;
  readonly entry: AccountEntry | undefined;
  readonly login: LoginView | undefined;
  /** Messages of today; undefined for accounts that give no commands. */
  readonly sentToday: number | undefined;
}

/** A bot with its state. */
export interface BotRow {
  readonly id: string;
  readonly entry: BotEntry | undefined;
  readonly bot: BotStateView | undefined;
}

/** One row for each account. */
export function loginRows(config: ConfigView, overview: Overview): readonly LoginRow[] {
  return idsOf(config.accounts, overview.accounts).map((id) => ({
    id,
    entry: config.accounts.find((entry) => entry.id === id),
    login: overview.accounts.find((login) => login.id === id),
    sentToday: overview.studios.find(({ account }) => account === id)?.sentToday,
  }));
}

/** One row for each bot. */
export function botRows(config: ConfigView, overview: Overview): readonly BotRow[] {
  return idsOf(config.bots, overview.bots).map((id) => ({
    id,
    entry: config.bots.find((entry) => entry.id === id),
    bot: overview.bots.find((bot) => bot.id === id),
  }));
}

/** The overview with an account as it is now. */
export function withAccount(overview: Overview, account: AccountView): Overview {
  const isSame = (each: AccountView) =>
    each.account === account.account && each.bot === account.bot && each.channelId === account.channelId;
  return { ...overview, studios: overview.studios.map((each) => (isSame(each) ? account : each)) };
}

function idsOf(...lists: readonly (readonly { readonly id: string }[])[]): readonly string[] {
  return [...new Set(lists.flat().map(({ id }) => id))];
}
