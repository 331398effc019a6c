/** Composition: the chat bots of the configuration, their accounts logged in. */

import type { BotConfig } from '../config/schema.ts';
import { ChatBot, type ChatBotTools } from '../core/bot.ts';
import { GatewayError } from '../core/errors.ts';
import { driverOf } from '../drivers/index.ts';
import { type Account, asListener, asSender } from './accounts.ts';

/** A bot of the configuration that talks. */
export type ChatBotConfig = Extract<BotConfig, { driver: 'coze' }>;

/** A short deadline for answers is no reason to send those away that wait for a channel, in milliseconds. */
const SHORTEST_WAIT_MS = 60_000;

/**
 * Makes a chat bot.
 * @throws GatewayError account_disabled when the account that reads is not there
 */
export function createChatBot(
  bot: ChatBotConfig,
  accounts: ReadonlyMap<string, Account>,
  tools: ChatBotTools,
): ChatBot {
  const setup = {
    id: bot.id,
    models: bot.models,
    driver: driverOf(bot.driver),
    options: bot,
    listener: asListener(accountOf(accounts, bot.listen), tools.clock),
    // Accounts that the operator switched off are not in the map.
    senders: bot.send.flatMap((id) => accounts.get(id) ?? []).map(asSender),
    botUserIds: bot.botUserIds,
    conversations: bot.conversations,
    keepalive: bot.keepalive,
    channels: {
      guildId: bot.guildId,
      categoryId: bot.categoryId,
      maxChannels: bot.maxChannels,
      spareChannels: bot.spareChannels,
      channelIdleMs: bot.channelIdleMinutes * 60_000,
      queue: bot.queue,
      waitMs: Math.max(bot.deadlineMs, SHORTEST_WAIT_MS),
      answerMs: bot.deadlineMs,
      settleMs: bot.idleMs,
    },
  };
  return new ChatBot(setup, tools);
}

function accountOf(accounts: ReadonlyMap<string, Account>, id: string): Account {
  const account = accounts.get(id);
  if (account) return account;
  throw new GatewayError('account_disabled', `There is no enabled account "${id}".`);
}
