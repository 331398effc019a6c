/** Composition: all rooms wired to one service, before anything listens or logs in. */
import { type Account, asListener, asSender, createAccounts } from './accounts.ts';
import { isLoopback } from './config/cross-check.ts';
import type { BotConfig, Config } from './config/schema.ts';
import { ChatBot } from './core/bot.ts';
import { type Clock, sleep } from './core/clock.ts';
import { createConversationService } from './core/conversation-service.ts';
import { GatewayError } from './core/errors.ts';
import { joinServices } from './core/gateway-service.ts';
import type { Ids } from './core/ids.ts';
import { Keepalive } from './core/keepalive.ts';
import type { Log } from './core/log.ts';
import type { ChatReport } from './core/observe.ts';
import { createService, type RunningService } from './core/service.ts';
import type { Store } from './core/store.ts';
import { UsageBook } from './core/usage.ts';
import { driverOf } from './drivers/index.ts';
import type { HttpOptions } from './http/app.ts';
import { createMetrics } from './http/metrics.ts';
import { createMediaLoader } from './media/loader.ts';
import { createPictureLoader } from './pictures.ts';
import { createMemoryStore } from './stores/memory.ts';
import { openSqliteStore } from './stores/sqlite.ts';
import { createTokenCounter } from './tokens/counter.ts';

/** What everything is made with. */
export interface Tools {
  readonly clock: Clock;
  readonly ids: Ids;
  readonly log: Log;
}

/** A gateway without doors: its service, and what the HTTP surface is made of. */
export interface Parts {
  readonly store: Store;
  readonly accounts: ReadonlyMap<string, Account>;
  readonly bots: readonly ChatBot[];
  readonly chat: RunningService;
  readonly keepalive: Keepalive;
  readonly usage: UsageBook;
  /** For `createApp`. */
  readonly http: HttpOptions;
  readonly tools: Tools;
}

/** How long running answers get at a stop, in milliseconds. */
const GRACE_MS = 5_000;

/** A short deadline for answers is no reason to send those away that wait for a channel, in milliseconds. */
const SHORTEST_WAIT_MS = 60_000;

/** How long the start waits for the accounts to log in before it goes on all the same, in milliseconds. */
const LOGIN_PATIENCE_MS = 8_000;

/**
 * Wires all rooms; nobody logs in yet.
 * @throws Error when the store cannot be opened
 */
export function createParts(config: Config, tools: Tools): Parts {
  const store = config.store.driver === 'memory' ? createMemoryStore() : openSqliteStore(config.store.path);
  const accounts = createAccounts(config, { store, ...tools });
  const bots = config.bots.map((bot) => createBot(bot, accounts, store, tools));
  const metrics = createMetrics(() => ({ accounts: healthOf(accounts), bots: bots.map(stateOf) }));
  const media = createMediaLoader({ allowPrivate: config.webhooks.allowPrivate, clock: tools.clock });
  const pictures = createPictureLoader({ accounts, hosts: config.discord, media });
  const tokens = createTokenCounter();
  void tokens.warm();
  const usage = new UsageBook(store, tools.clock, tools.log);
  const observer = {
    chatEnded(report: ChatReport) {
      metrics.observer.chatEnded(report);
      usage.add(report);
    },
  };
  const chat = createService({ bots, media, tokens, observer, ...tools });
  const keepalive = new Keepalive({ bots, service: chat, ...tools });
  const conversations = createConversationService(bots);
  const service = joinServices({ bots, chat, conversations, keepalive, usage });
  const health = { readiness: () => readinessOf(accounts, bots) };
  const http = { ...httpOptions(config), service, metrics, health, pictures, ...tools };
  return { store, accounts, bots, chat, keepalive, usage, http, tools };
}

/** Reads what must be known before the first request. */
export async function openParts({ accounts }: Parts): Promise<void> {
  for (const account of accounts.values()) await account.quota?.open();
}

/**
 * Connects the accounts that read. What is not there after a while is waited for by the requests that need it.
 * @param signal gives the start up
 */
export async function logIn(
  { bots, accounts, keepalive, tools }: Parts,
  signal?: AbortSignal,
): Promise<void> {
  if (signal?.aborted) return;
  const reading = new Set(bots.map((bot) => bot.setup.listener.port));
  const listening = [...accounts.values()].filter(({ client }) => reading.has(client));
  for (const { client } of listening) client.connect();
  const patience = new AbortController();
  const giveUp = () => patience.abort();
  const cancel = tools.clock.after(LOGIN_PATIENCE_MS, giveUp);
  signal?.addEventListener('abort', giveUp, { once: true });
  await Promise.allSettled(listening.map(({ client }) => client.whenReady(patience.signal)));
  cancel();
  if (signal?.aborted) return;
  await openBots(bots, tools);
  keepalive.start();
}

/** Requests wait for the channels if Discord does not answer; the start does not. */
async function openBots(bots: readonly ChatBot[], { clock, log }: Tools): Promise<void> {
  const opening = bots.map((bot) =>
    bot.open().catch((error: unknown) => {
      log.error({ bot: bot.setup.id, error: String(error) }, 'the bot could not be opened');
    }),
  );
  const patience = new AbortController();
  await Promise.race([
    Promise.all(opening),
    sleep(clock, LOGIN_PATIENCE_MS, patience.signal).catch(() => {}),
  ]);
  patience.abort();
}

/**
 * Takes no new work, lets running answers end within 5 s while `closeDoors` runs, then stops everything.
 * @param closeDoors is given a promise that resolves once no answer is on its way any more
 */
export async function stopParts(
  parts: Parts,
  closeDoors: (answered: Promise<void>) => Promise<unknown>,
): Promise<void> {
  const { chat, keepalive, usage, accounts, store } = parts;
  keepalive.stop();
  const answered = chat.close(GRACE_MS);
  await Promise.all([answered, closeDoors(answered)]);
  await Promise.allSettled([...accounts.values()].map(({ client }) => client.close()));
  await usage.write();
  await store.close();
}

function httpOptions(config: Config) {
  const { auth, server } = config;
  const isLocal = isLoopback(server.host);
  return {
    keys: auth.keys,
    anonymousBots: auth.anonymous.bots,
    open: auth.keys.length === 0 && (auth.open || isLocal),
    openAdmin: isLocal,
    allowIps: server.allowIps,
    bodyLimitBytes: Math.ceil(server.bodyLimitMb * 1024 * 1024),
  };
}

function createBot(
  bot: BotConfig,
  accounts: ReadonlyMap<string, Account>,
  store: Store,
  tools: Tools,
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
  return new ChatBot(setup, { store, ...tools });
}

function accountOf(accounts: ReadonlyMap<string, Account>, id: string): Account {
  const account = accounts.get(id);
  if (account) return account;
  throw new GatewayError('account_disabled', `There is no enabled account "${id}".`);
}

function stateOf(bot: ChatBot) {
  const { channels, waiting } = bot.channelCounts;
  return { id: bot.setup.id, channels, queued: waiting };
}

function healthOf(accounts: ReadonlyMap<string, Account>) {
  return [...accounts].map(([id, { client }]) => ({
    id,
    state: client.status.state,
    reason: client.status.reason,
  }));
}

function readinessOf(accounts: ReadonlyMap<string, Account>, bots: readonly ChatBot[]) {
  const reasons = bots.flatMap((bot) => {
    const listener = [...accounts.values()].find(({ client }) => client === bot.setup.listener.port);
    if (listener?.client.status.state === 'ready') return bot.trouble()?.message ?? [];
    return `bot "${bot.setup.id}": account "${listener?.config.id}" is ${listener?.client.status.state}`;
  });
  return { ready: reasons.length === 0, reasons, accounts: healthOf(accounts) };
}
