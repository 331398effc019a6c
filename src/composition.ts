/** Composition: all rooms wired to one service, before anything listens or logs in. */
import { type Account, createAccounts } from './accounts.ts';
import { createChatBot } from './chat-bots.ts';
import { isLoopback } from './config/cross-check.ts';
import type { Config } from './config/schema.ts';
import type { ChatBot } from './core/bot.ts';
import { type Clock, sleep } from './core/clock.ts';
import { createConversationService } from './core/conversation-service.ts';
import { joinServices } from './core/gateway-service.ts';
import type { Ids } from './core/ids.ts';
import { Keepalive } from './core/keepalive.ts';
import type { Log } from './core/log.ts';
import type { ChatReport } from './core/observe.ts';
import { createService, type RunningService } from './core/service.ts';
import type { Store } from './core/store.ts';
import { createTaskService, type RunningTaskService } from './core/task-service.ts';
import { UsageBook } from './core/usage.ts';
import { healthOf, readinessOf } from './health.ts';
import type { HttpOptions } from './http/app.ts';
import { createMetrics } from './http/metrics.ts';
import { createMediaLoader } from './media/loader.ts';
import { createNotices, type Notices } from './notices.ts';
import { createPictureLoader } from './pictures.ts';
import { createMemoryStore } from './stores/memory.ts';
import { openSqliteStore } from './stores/sqlite.ts';
import { createStudio, isStudio, singlingOf } from './studios.ts';
import { createTokenCounter } from './tokens/counter.ts';
import { createVideoSource } from './videos.ts';

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
  readonly tasks: RunningTaskService;
  readonly notices: Notices;
  readonly keepalive: Keepalive;
  readonly usage: UsageBook;
  /** For `createApp`. */
  readonly http: HttpOptions;
  readonly tools: Tools;
}

/** How long running answers get at a stop, in milliseconds. */
const GRACE_MS = 5_000;

/** Sees all bots. */
const EVERYONE = { id: '', admin: true, bots: ['*'] };

/** How long the start waits for the accounts to log in before it goes on all the same, in milliseconds. */
const LOGIN_PATIENCE_MS = 8_000;

/**
 * Wires all rooms; nobody logs in yet.
 * @throws Error when the store cannot be opened
 */
export function createParts(config: Config, tools: Tools): Parts {
  const store = config.store.driver === 'memory' ? createMemoryStore() : openSqliteStore(config.store.path);
  const onStatus = (accountId: string) => tasks.accountChanged(accountId);
  const accounts = createAccounts(config, { store, onStatus, ...tools });
  const bots = config.bots.flatMap((bot) =>
    isStudio(bot) ? [] : [createChatBot(bot, accounts, { store, ...tools })],
  );
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
  const notices = createNotices(config, tools);
  const tasks = createTaskService({
    studios: config.bots.filter(isStudio).map((bot) => createStudio(bot, accounts)),
    store,
    media,
    observer: notices.changed,
    checkHook: notices.checkHook,
    retentionDays: config.store.retentionDays,
    ...tools,
  });
  const service = joinServices({ bots, chat, conversations, keepalive, usage, tasks });
  const health = { readiness: () => readinessOf(accounts, bots, tasks.studios(EVERYONE)) };
  const picturesOf = (model: string) => singlingOf(config, model);
  const { allowPrivate } = config.webhooks;
  const videos = createVideoSource({ accounts, hosts: config.discord, allowPrivate, clock: tools.clock });
  const drawing = { pictures, videos, tokens, picturesOf };
  const http = { ...httpOptions(config), service, metrics, health, ...drawing, ...tools };
  return { store, accounts, bots, chat, tasks, notices, keepalive, usage, http, tools };
}

/** Reads what must be known before the first request. */
export async function openParts({ accounts, tasks }: Parts): Promise<void> {
  for (const account of accounts.values()) await account.quota.open();
  await tasks.open();
}

/**
 * Connects the accounts that read. What is not there after a while is waited for by the requests that need it.
 * @param signal gives the start up
 */
export async function logIn(
  { bots, tasks, accounts, keepalive, tools }: Parts,
  signal?: AbortSignal,
): Promise<void> {
  if (signal?.aborted) return;
  const reading = new Set(bots.map((bot) => bot.setup.listener.port));
  const drawing = new Set(tasks.studios(EVERYONE).map(({ accountId }) => accountId));
  const listening = [...accounts.values()].filter(
    ({ client, config }) => reading.has(client) || drawing.has(config.id),
  );
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
  const { chat, tasks, notices, keepalive, usage, accounts, store } = parts;
  keepalive.stop();
  const answered = chat.close(GRACE_MS);
  await Promise.all([answered, closeDoors(answered)]);
  await tasks.close();
  await notices.close();
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
    cdn: config.discord.cdn,
  };
}

function stateOf(bot: ChatBot) {
  const { channels, waiting } = bot.channelCounts;
  return { id: bot.setup.id, channels, queued: waiting };
}
