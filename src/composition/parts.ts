/** Composition: all rooms wired to one service, before anything listens or logs in. */
import type { Config } from '../config/schema.ts';
import { createConversationService } from '../core/conversation-service.ts';
import { joinServices } from '../core/gateway-service.ts';
import { Keepalive } from '../core/keepalive.ts';
import type { ChatReport } from '../core/observe.ts';
import { createService, type RunningService } from '../core/service.ts';
import type { Store } from '../core/store.ts';
import type { StudioSetup } from '../core/studio.ts';
import type { Task } from '../core/task.ts';
import { createTaskService } from '../core/task-service.ts';
import type { TaskChange } from '../core/tasks.ts';
import { UsageBook } from '../core/usage.ts';
import type { HttpOptions } from '../http/app.ts';
import { measured } from '../metrics/store.ts';
import { createAccounts } from './accounts.ts';
import type { ChangeableParts, Live, Makers } from './changing.ts';
import { type ChangingTasks, createChangingTasks } from './changing-tasks.ts';
import { createChatBot } from './chat-bots.ts';
import type { Keeping } from './copies.ts';
import { createNotices, type Notices } from './notices.ts';
import { createObserving, type Observing } from './observing.ts';
import { createSources, type Sources } from './sources.ts';
import { chosenStore } from './store.ts';
import { createStudio, isStudio } from './studios.ts';
import { createSurface } from './surface.ts';
import type { Tools } from './tools.ts';

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

/** Sees all bots. */
const EVERYONE = { id: '', admin: true, bots: ['*'] };

/** Wires all rooms; nothing is opened, and nobody logs in yet. */
export function createParts(config: Config, tools: Tools): Parts {
  const studios = () => tasks.studios(EVERYONE);
  const observing = createObserving(config, tools, () => ({ accounts, bots, studios: studios() }));
  const { metrics, tracing } = observing;
  const store = measured(chosenStore(config.store, tools), observing.storeCalled);
  const usage = new UsageBook(store, tools.clock, tools.log);
  const makers = createMakers({ store, observing, tasks: () => tasks, chat: () => chat, tools });
  const accounts = makers.accounts(config);
  const bots = config.bots.flatMap((bot) => (isStudio(bot) ? [] : [makers.bot(bot, accounts)]));
  const sources = createSources(config, {
    accounts,
    store,
    tasks: () => tasks,
    onOutcome: metrics.fileKept,
    tools,
  });
  const { keeping, media, tokens } = sources;
  const observer = chatObserver(observing, usage);
  const chat = createService({ bots, media, tokens, observer, ...tools });
  const live: Live = { config, keepalive: makers.keepalive(bots) };
  const notices = createNotices(config, {
    ...tools,
    copies: keeping?.copies,
    onOutcome: metrics.callbackEnded,
    onTold: (taskId) => void tasks.told(taskId),
  });
  const tasks = createTasks(config, { store, makers, accounts, sources, observing, notices, usage, tools });
  const service = joinServices({
    bots,
    chat: tracing?.chats(chat) ?? chat,
    conversations: createConversationService(bots),
    keepalive: live.keepalive,
    usage,
    tasks,
    copies: keeping?.copies,
  });
  const seen = { accounts, bots, live, service, studios, store, sources, observing, tools };
  const http = createSurface(config, seen);
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

interface MakerParts {
  readonly store: Store;
  readonly observing: Observing;
  readonly tasks: () => ChangingTasks;
  readonly chat: () => RunningService;
  readonly tools: Tools;
}

/** Makes what makes accounts and bots, now and when the configuration changes. */
function createMakers({ store, observing, tasks, chat, tools }: MakerParts): Makers {
  const onStatus = (accountId: string) => tasks().accountChanged(accountId);
  const shared = { store, onStatus, observer: observing.discord, ...tools };
  return {
    accounts: (config) => createAccounts(config, shared),
    bot: (bot, accounts) => createChatBot(bot, accounts, { store, ...tools }),
    studios: ({ bots }, accounts) =>
      bots.filter(isStudio).map((bot) => tracedStudio(createStudio(bot, accounts), observing.tracing)),
    keepalive: (bots) => new Keepalive({ bots, service: chat(), ...tools }),
  };
}

interface TaskParts extends Pick<Parts, 'store' | 'makers' | 'accounts' | 'observing' | 'notices' | 'usage'> {
  readonly sources: Sources;
  readonly tools: Tools;
}

/** Makes the tasks of all drawing and filming bots, and tells everybody who wants to hear of them. */
function createTasks(config: Config, parts: TaskParts): ChangingTasks {
  const { store, makers, accounts, sources, observing, notices, usage, tools } = parts;
  const { keeping, media } = sources;
  const hears = {
    observer(change: TaskChange) {
      observing.taskChanged(change);
      notices.changed(change);
      keeping?.keeper.changed(change);
    },
    checkHook: notices.checkHook,
    onEnded: (task: Task) => usage.addTask(task),
    onDeleted: (task: Task) => keeping?.keeper.forget(task),
  };
  const { retentionDays } = config.store;
  return createChangingTasks({
    make: (studios) => createTaskService({ ...hears, store, media, retentionDays, ...tools, studios }),
    studios: makers.studios(config, accounts),
    store,
    ...tools,
  });
}

function chatObserver(observing: Observing, usage: UsageBook) {
  return {
    chatEnded(report: ChatReport) {
      observing.chatEnded(report);
      usage.add(report);
    },
  };
}

function tracedStudio(studio: StudioSetup, tracing: Observing['tracing']): StudioSetup {
  return tracing ? { ...studio, driver: tracing.driver(studio.driver) } : studio;
}
