import type { ChatBot } from './bot.ts';
import { type BotView, botViews } from './bot-view.ts';
import { type Caller, mayUse } from './caller.ts';
import type { ChatService } from './chat.ts';
import type { ConversationService } from './conversation-service.ts';
import type { Keepalive, KeepaliveRound } from './keepalive.ts';
import type { Copies } from './keeping.ts';
import { tellTrueCopies } from './kept-tasks.ts';
import type { DailyUsage, UsageTotals } from './store.ts';
import type { TaskService } from './tasks.ts';
import type { UsageBook } from './usage.ts';

/** Everything that dialects may call. */
export interface GatewayService extends ChatService, ConversationService, TaskService {
  /** Pings those of the caller's bots that were left alone for long. */
  keepalive(caller: Caller): Promise<KeepaliveRound>;
  /**
   * Makes the reading accounts of the caller's bots connect to Discord anew.
   * @throws GatewayError account_disabled, account_offline
   */
  reconnect(caller: Caller, signal: AbortSignal): Promise<void>;
  /** What every caller has used of every bot. */
  usage(): Promise<UsageTotals[]>;
  /** The same of each day from one on (`YYYY-MM-DD`, UTC), oldest first. */
  dailyUsage(since: string): Promise<DailyUsage[]>;
  /** The caller's bots and how they are. */
  botViews(caller: Caller): BotView[];
}

/** The halves that the service is made of. */
export interface ServiceParts {
  readonly bots: readonly ChatBot[];
  readonly chat: ChatService;
  readonly conversations: ConversationService;
  readonly keepalive: Keepalive;
  readonly usage: UsageBook;
  readonly tasks: TaskService;
  /** The gateway's own copies of pictures and videos, where it keeps any. */
  readonly copies?: Copies | undefined;
}

/** Puts the halves together. */
export function joinServices(parts: ServiceParts): GatewayService {
  const { bots, chat, conversations, keepalive, usage, tasks } = parts;
  return {
    ...tellTrueCopies(taskCalls(tasks), parts.copies),
    chat: (request) => chat.chat(request),
    models: (caller) => [...chat.models(caller), ...tasks.taskModels(caller)],
    createConversation: (...given) => conversations.createConversation(...given),
    findConversation: (...given) => conversations.findConversation(...given),
    listConversations: (...given) => conversations.listConversations(...given),
    renameConversation: (...given) => conversations.renameConversation(...given),
    deleteConversation: (...given) => conversations.deleteConversation(...given),
    surveyConversations: (caller) => conversations.surveyConversations(caller),
    readConversation: (...given) => conversations.readConversation(...given),
    latestAnswer: (...given) => conversations.latestAnswer(...given),
    isOnline: (caller) => conversations.isOnline(caller),
    keepalive: (caller) => keepalive.run(caller),
    usage: () => usage.totals(),
    dailyUsage: (since) => usage.daily(since),
    botViews: (caller) => botViews(caller, bots, tasks.taskModels(caller), tasks.studios(caller)),
    async reconnect(caller, signal) {
      const own = bots.filter(({ setup }) => mayUse(caller, setup.id)).map(({ setup }) => setup.listener);
      await Promise.all(own.map((listener) => listener.reconnect(signal)));
    },
  };
}

function taskCalls(tasks: TaskService): TaskService {
  return {
    taskModels: (caller) => tasks.taskModels(caller),
    submitTask: (order) => tasks.submitTask(order),
    fillForm: (...given) => tasks.fillForm(...given),
    findTask: (...given) => tasks.findTask(...given),
    listTasks: (...given) => tasks.listTasks(...given),
    cancelTask: (...given) => tasks.cancelTask(...given),
    deleteTask: (...given) => tasks.deleteTask(...given),
    taskSeed: (...given) => tasks.taskSeed(...given),
    uploadPictures: (...given) => tasks.uploadPictures(...given),
    watchTask: (...given) => tasks.watchTask(...given),
    watchAll: (...given) => tasks.watchAll(...given),
    studios: (caller) => tasks.studios(caller),
    orderAccount: (...given) => tasks.orderAccount(...given),
  };
}
