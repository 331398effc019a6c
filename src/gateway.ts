/** Composition root: from a configuration to a gateway that listens. The only file that knows all rooms. */
import { type Account, asListener, asSender, createAccounts } from './accounts.ts';
import { isLoopback } from './config/cross-check.ts';
import type { BotConfig, Config } from './config/schema.ts';
import { ChatBot } from './core/bot.ts';
import { type Clock, systemClock } from './core/clock.ts';
import { createConversationService } from './core/conversation-service.ts';
import { GatewayError } from './core/errors.ts';
import { joinServices } from './core/gateway-service.ts';
import { type Ids, randomIds } from './core/ids.ts';
import { Keepalive } from './core/keepalive.ts';
import type { Log } from './core/log.ts';
import type { ChatReport } from './core/observe.ts';
import { createService, type RunningService } from './core/service.ts';
import type { Store } from './core/store.ts';
import { UsageBook } from './core/usage.ts';
import { driverOf } from './drivers/index.ts';
import { createApp } from './http/app.ts';
import { createMetrics } from './http/metrics.ts';
import { createMediaLoader } from './media/loader.ts';
import { createMemoryStore } from './stores/memory.ts';
import { openSqliteStore } from './stores/sqlite.ts';
import { createTokenCounter } from './tokens/counter.ts';

/** What a gateway takes beside its configuration. */
export interface GatewayOptions {
  readonly log: Log;
  /** The machine's clock when left out. */
  readonly clock?: Clock;
}

/** A gateway that listens. */
export interface RunningGateway {
  /** Where it listens: `http://127.0.0.1:8092`. */
  readonly url: string;
  /** Takes no new work, lets running answers end within 5 s, then ends them and stops. */
  close(): Promise<void>;
}

/** How long running answers get at a stop, in milliseconds. */
const GRACE_MS = 5_000;

/** How long the start waits for the accounts to log in before it says "ready" all the same, in milliseconds. */
const LOGIN_PATIENCE_MS = 8_000;

/**
 * Starts a gateway: opens the store, logs the reading accounts in, and listens.
 * @throws GatewayError or Error when the store cannot be opened or the address is taken
 */
export async function startGateway(config: Config, options: GatewayOptions): Promise<RunningGateway> {
  const clock = options.clock ?? systemClock;
  const parts = await createParts(config, { clock, ids: randomIds(clock), log: options.log });
  try {
    const url = await listen(config, parts);
    await logIn(parts, clock);
    return { url, close: () => stop(parts) };
  } catch (error) {
    await stop(parts);
    throw error;
  }
}

interface Tools {
  readonly clock: Clock;
  readonly ids: Ids;
  readonly log: Log;
}

interface Parts {
  readonly store: Store;
  readonly accounts: ReadonlyMap<string, Account>;
  readonly bots: readonly ChatBot[];
  readonly chat: RunningService;
  readonly keepalive: Keepalive;
  readonly usage: UsageBook;
  readonly app: ReturnType<typeof createApp>;
}

async function createParts(config: Config, tools: Tools): Promise<Parts> {
  const store = config.store.driver === 'memory' ? createMemoryStore() : openSqliteStore(config.store.path);
  const accounts = createAccounts(config, { store, ...tools });
  for (const account of accounts.values()) await account.quota?.open();
  const bots = config.bots.map((bot) => createBot(bot, accounts, store, tools));
  const metrics = createMetrics(() => ({ accounts: healthOf(accounts), bots: bots.map(stateOf) }));
  const media = createMediaLoader({ allowPrivate: config.webhooks.allowPrivate, clock: tools.clock });
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
  const app = createApp({ ...httpOptions(config), service, metrics, health, ...tools });
  return { store, accounts, bots, chat, keepalive, usage, app };
}

function httpOptions(config: Config) {
  const { auth, server } = config;
  return {
    keys: auth.keys,
    anonymousBots: auth.anonymous.bots,
    open: auth.keys.length === 0 && (auth.open || isLoopback(server.host)),
    allowIps: server.allowIps,
    bodyLimitBytes: server.bodyLimitMb * 1024 * 1024,
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
      waitMs: bot.deadlineMs,
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

async function listen(config: Config, { app }: Parts): Promise<string> {
  const { host, port } = config.server;
  return app.listen({ host, port });
}

/** Connects the accounts that read. What is not there after a while is waited for by the requests that need it. */
async function logIn({ bots, accounts, keepalive }: Parts, clock: Clock): Promise<void> {
  const reading = new Set(bots.map((bot) => bot.setup.listener.port));
  const listening = [...accounts.values()].filter(({ client }) => reading.has(client));
  for (const { client } of listening) client.connect();
  const patience = new AbortController();
  const cancel = clock.after(LOGIN_PATIENCE_MS, () => patience.abort());
  await Promise.allSettled(listening.map(({ client }) => client.whenReady(patience.signal)));
  cancel();
  await Promise.allSettled(bots.map((bot) => bot.open()));
  keepalive.start();
}

async function stop({ app, chat, keepalive, usage, accounts, store }: Parts): Promise<void> {
  keepalive.stop();
  await Promise.all([chat.close(GRACE_MS), app.close()]);
  await Promise.all([...accounts.values()].map(({ client }) => client.close()));
  await usage.write();
  await store.close();
}
