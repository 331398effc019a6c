/** Composition: all rooms wired to one service, before anything listens or logs in. */
import { createAccounts } from './accounts.ts';
import type { ChangeableParts, Live, Makers } from './changing.ts';
import { createChangingTasks } from './changing-tasks.ts';
import { createChatBot } from './chat-bots.ts';
import { chosenStore } from './chosen-store.ts';
import { isLoopback } from './config/cross-check.ts';
import type { Config } from './config/schema.ts';
import { createKeeping, type Keeping } from './copies.ts';
import type { ChatBot } from './core/bot.ts';
import type { Caller } from './core/caller.ts';
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
import type { StudioSetup } from './core/studio.ts';
import { createTaskService, type TaskServiceTools } from './core/task-service.ts';
import { UsageBook } from './core/usage.ts';
import { readinessOf } from './health.ts';
import type { LogSource } from './http/admin/logs.ts';
import type { HttpOptions } from './http/app.ts';
import { KeyRing } from './http/key-ring.ts';
import { RequestLimits } from './http/limits/request-limits.ts';
import { StreamGate } from './http/limits/stream-gate.ts';
import { createManagement } from './management.ts';
import { createMediaLoader } from './media/loader.ts';
import { measured } from './metrics/store.ts';
import { createNotices, type Notices } from './notices.ts';
import { createObserving, type Observing } from './observing.ts';
import { createPictureLoader } from './pictures.ts';
import { createStudio, isStudio, singlingOf } from './studios.ts';
import { createTokenCounter } from './tokens/counter.ts';
import { packageVersion } from './version.ts';
import { createVideoSource } from './videos.ts';

/** What everything is made with. */
export interface Tools {
  readonly clock: Clock;
  readonly ids: Ids;
  readonly log: Log;
  /** The newest lines of the log, where somebody keeps them. */
  readonly logs?: LogSource | undefined;
  /** Variables that say whether traces are sent; none when left out. */
  readonly env?: Readonly<Record<string, string | undefined>>;
}

/** A gateway without doors: its service, and what the HTTP surface is made of. */
export interface Parts extends ChangeableParts {
  readonly store: Store;
  readonly chat: RunningService;
  readonly notices: Notices;
  readonly usage: UsageBook;
  /** Undefined where no copies are kept. */
  readonly keeping: Keeping | undefined;
  readonly observing: Observing;
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
  const observing = createObserving(config, tools, () => ({
    accounts,
    bots,
    studios: tasks.studios(EVERYONE),
  }));
  const { metrics, tracing } = observing;
  const store = measured(chosenStore(config.store, tools), observing.storeCalled);
  const onStatus = (accountId: string) => tasks.accountChanged(accountId);
  const makers: Makers = {
    accounts: (given) => createAccounts(given, { store, onStatus, observer: observing.discord, ...tools }),
    bot: (bot, given) => createChatBot(bot, given, { store, ...tools }),
    studios: ({ bots: list }, given) =>
      list.filter(isStudio).map((bot) => tracedStudio(createStudio(bot, given), tracing)),
    keepalive: (given) => new Keepalive({ bots: given, service: chat, ...tools }),
  };
  const accounts = makers.accounts(config);
  const bots = config.bots.flatMap((bot) => (isStudio(bot) ? [] : [makers.bot(bot, accounts)]));
  const media = createMediaLoader({ allowPrivate: config.webhooks.allowPrivate, clock: tools.clock });
  const { allowPrivate } = config.webhooks;
  const videos = createVideoSource({ accounts, hosts: config.discord, allowPrivate, clock: tools.clock });
  const keeping = createKeeping(config, {
    store,
    tasks: () => tasks,
    videos,
    onOutcome: metrics.fileKept,
    ...tools,
  });
  const copies = keeping?.copies;
  const pictures = createPictureLoader({ accounts, hosts: config.discord, media, copies });
  const tokens = createTokenCounter();
  void tokens.warm();
  const usage = new UsageBook(store, tools.clock, tools.log);
  const observer = {
    chatEnded(report: ChatReport) {
      observing.chatEnded(report);
      usage.add(report);
    },
  };
  const chat = createService({ bots, media, tokens, observer, ...tools });
  const live: Live = { config, keepalive: makers.keepalive(bots) };
  const conversations = createConversationService(bots);
  const notices = createNotices(config, {
    ...tools,
    copies,
    onOutcome: metrics.callbackEnded,
    onTold: (taskId) => void tasks.told(taskId),
  });
  const taskTools: Omit<TaskServiceTools, 'studios'> = {
    store,
    media,
    observer(change) {
      observing.taskChanged(change);
      notices.changed(change);
      keeping?.keeper.changed(change);
    },
    checkHook: notices.checkHook,
    onEnded: (task) => usage.addTask(task),
    onDeleted: (task) => keeping?.keeper.forget(task),
    retentionDays: config.store.retentionDays,
    ...tools,
  };
  const tasks = createChangingTasks({
    make: (studios) => createTaskService({ ...taskTools, studios }),
    studios: makers.studios(config, accounts),
    store,
    ...tools,
  });
  const joined = joinServices({
    bots,
    chat: tracing?.chats(chat) ?? chat,
    conversations,
    keepalive: live.keepalive,
    usage,
    tasks,
    copies,
  });
  // Another one takes over when the bots change.
  const service = { ...joined, keepalive: (caller: Caller) => live.keepalive.run(caller) };
  const health = { readiness: () => readinessOf(accounts, bots, tasks.studios(EVERYONE)) };
  const picturesOf = (model: string) => singlingOf(live.config, model);
  const settled = keeping?.settled;
  const drawing = { pictures, videos, copies, settled, tokens, picturesOf };
  const surface = httpOptions(config, tools.clock);
  const admin = createManagement({
    config: () => live.config,
    accounts: () => accounts,
    store,
    health,
    ring: surface.ring,
    logs: tools.logs,
    clock: tools.clock,
  });
  const http = {
    ...surface,
    admin,
    service,
    version: packageVersion(),
    metrics,
    traces: tracing,
    health,
    ...drawing,
    ...tools,
  };
  return {
    store,
    accounts,
    bots,
    chat,
    tasks,
    notices,
    live,
    makers,
    usage,
    keeping,
    observing,
    http,
    tools,
  };
}

/** Pauses between two tries to reach the store, in milliseconds. */
const STORE_PAUSE_MS = { first: 250, longest: 5_000 } as const;

/**
 * Opens the store. One that cannot be reached is waited for: `onWaiting` is called once, when it begins to be.
 * @throws Error when the store can never be used
 */
export async function openStore({ store, tools }: Parts, onWaiting: () => Promise<unknown>): Promise<void> {
  const { first, longest } = STORE_PAUSE_MS;
  for (let pauseMs: number = first; ; pauseMs = Math.min(2 * pauseMs, longest)) {
    try {
      return await store.open();
    } catch (error) {
      if (!(error instanceof GatewayError) || error.code !== 'store_unavailable') throw error;
      tools.log.warn(
        { reason: error.message, retryInMs: pauseMs },
        'the store does not answer; trying again',
      );
      if (pauseMs === first) await onWaiting();
      await sleep(tools.clock, pauseMs, new AbortController().signal);
    }
  }
}

/** Reads what must be known before the first request. */
export async function openParts({ accounts, tasks, store, keeping, observing, http }: Parts): Promise<void> {
  await http.admin?.keyBook?.open();
  for (const account of accounts.values()) await account.quota.open();
  observing.metrics.tasksTakenUp(await store.openTasks());
  await tasks.open();
  keeping?.keeper.start();
}

/**
 * Connects the accounts that read. What is not there after a while is waited for by the requests that need it.
 * @param signal gives the start up
 */
export async function logIn(
  { bots, tasks, accounts, live, tools }: Parts,
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
  live.keepalive.start();
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
  const { chat, tasks, notices, live, usage, keeping, accounts, store, observing } = parts;
  live.keepalive.stop();
  const answered = chat.close(GRACE_MS);
  await Promise.all([answered, closeDoors(answered)]);
  await tasks.close();
  await keeping?.keeper.close();
  await notices.close();
  await Promise.allSettled([...accounts.values()].map(({ client }) => client.close()));
  await usage.write();
  await store.close();
  await observing.tracing?.close();
}

function httpOptions(config: Config, clock: Clock) {
  const { auth, server } = config;
  const isLocal = isLoopback(server.host);
  const ring = new KeyRing(auth.keys);
  return {
    keys: auth.keys,
    ring,
    limits: new RequestLimits(server.limits, clock, (name) => ring.limitOf(name)),
    streams: new StreamGate(server.limits.streams),
    trustProxies: server.trustProxies,
    anonymousBots: auth.anonymous.bots,
    open: auth.keys.length === 0 && (auth.open || isLocal),
    openAdmin: isLocal,
    allowIps: server.allowIps,
    bodyLimitBytes: Math.ceil(server.bodyLimitMb * 1024 * 1024),
    cdn: config.discord.cdn,
    publicUrl: server.publicUrl,
  };
}

function tracedStudio(studio: StudioSetup, tracing: Observing['tracing']): StudioSetup {
  return tracing ? { ...studio, driver: tracing.driver(studio.driver) } : studio;
}
