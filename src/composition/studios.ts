/** Composition: the drawing and filming bots of the configuration, their accounts logged in. */

import type { BotConfig, Config } from '../config/schema.ts';
import type { StudioAccount, StudioRoom, StudioSetup } from '../core/studio.ts';
import { taskDriverOf } from '../drivers/index.ts';
import { type Account, disabledError } from './accounts.ts';

/** A bot of the configuration that draws or films. */
export type StudioConfig = Exclude<BotConfig, { driver: 'coze' }>;

const MINUTE_MS = 60_000;

/** True for bots that work by tasks. */
export function isStudio(bot: BotConfig): bot is StudioConfig {
  return bot.driver !== 'coze';
}

/** What the service is told of a bot. Rooms of accounts that the operator switched off are left out. */
export function createStudio(bot: StudioConfig, accounts: ReadonlyMap<string, Account>): StudioSetup {
  return {
    id: bot.id,
    models: bot.models,
    driver: taskDriverOf(bot.driver),
    options: bot,
    rooms: bot.rooms.flatMap((room): StudioRoom[] => {
      const account = accounts.get(room.account);
      return account ? [{ ...room, account: asStudioAccount(account) }] : [];
    }),
    balance: bot.balance,
    queueMs: bot.queueMinutes * MINUTE_MS,
  };
}

function asStudioAccount(account: Account): StudioAccount {
  const { client, config, quota } = account;
  return {
    id: config.id,
    port: client,
    quota,
    since: () => client.status.since,
    isConnected: () => client.status.state === 'ready',
    trouble: () => disabledError(account),
  };
}

/** How a model's single pictures come about: cut from the grid, or upscaled by the bot. */
export function singlingOf({ bots }: Pick<Config, 'bots'>, model: string): 'cut' | 'upscale' {
  const bot = bots.filter(isStudio).find(({ models }) => models.includes(model));
  return bot?.driver === 'midjourney' ? bot.pictures : 'cut';
}
