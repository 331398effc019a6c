/** Bots as callers and operators see them. */
import type { ChatBot } from './bot.ts';
import { type Caller, mayUse } from './caller.ts';
import type { TaskVerb } from './task.ts';
import type { StudioView, TaskModel } from './tasks.ts';

/** A bot of the configuration and how it is. Holds no secret. */
export interface BotView {
  readonly id: string;
  /** Name of the driver; empty when no account of the bot is enabled. */
  readonly driver: string;
  readonly kind: BotKind;
  readonly models: readonly string[];
  readonly verbs: readonly (TaskVerb | 'chat')[];
  /** `trouble`: it cannot work now. */
  readonly state: 'ready' | 'trouble';
  readonly reason?: string | undefined;
  readonly remedy?: string | undefined;
  /** Channels that the gateway holds for it; only of chat bots. */
  readonly channels?: number | undefined;
  /** What waits, and what is on its way. */
  readonly queued: number;
  readonly running: number;
}

/** What a bot answers with. */
export type BotKind = 'chat' | 'pictures' | 'videos';

/** The caller's bots: those that talk, then those that draw and film. */
export function botViews(
  caller: Caller,
  bots: readonly ChatBot[],
  models: readonly TaskModel[],
  studios: readonly StudioView[],
): BotView[] {
  const talking = bots.filter(({ setup }) => mayUse(caller, setup.id)).map(chatBotView);
  const ids = new Set([...models.flatMap(({ botIds }) => botIds), ...studios.map(({ botId }) => botId)]);
  const others = [...ids].filter((id) => mayUse(caller, id));
  return [...talking, ...others.map((id) => studioView(id, models, studios))];
}

/** What a model with these verbs answers with: a bot that films cannot draw single pictures. */
export function kindOf(verbs: readonly TaskVerb[]): BotKind {
  return verbs.includes('create') ? 'videos' : 'pictures';
}

function chatBotView(bot: ChatBot): BotView {
  const { id, driver, models, listener } = bot.setup;
  const { channels, waiting } = bot.channelCounts;
  const trouble = listener.trouble() ?? bot.trouble();
  const isOffline = !listener.isConnected();
  const reason = trouble?.message ?? (isOffline ? OFFLINE : undefined);
  return {
    id,
    driver: driver.name,
    kind: 'chat',
    models,
    verbs: driver.verbs,
    state: reason === undefined ? 'ready' : 'trouble',
    reason,
    remedy: trouble?.hint ?? (isOffline ? RETRIED : undefined),
    channels,
    queued: waiting,
    running: Math.max(0, bot.busy - waiting),
  };
}

/** A bot works as long as one of its accounts does. */
function studioView(id: string, models: readonly TaskModel[], studios: readonly StudioView[]): BotView {
  const own = studios.filter(({ botId }) => botId === id);
  const offered = models.filter(({ botIds }) => botIds.includes(id));
  const verbs = offered[0]?.verbs ?? [];
  const isAble = own.some(({ condition }) => condition === 'ready');
  const worst = own.find(({ reason }) => reason !== undefined) ?? own[0];
  const trouble = isAble ? {} : troubleOf(worst);
  return {
    id,
    driver: own[0]?.driver ?? '',
    kind: kindOf(verbs),
    models: offered.map((model) => model.id),
    verbs,
    state: isAble ? 'ready' : 'trouble',
    ...trouble,
    queued: sum(own.map(({ queued }) => queued)),
    running: sum(own.map(({ running }) => running)),
  };
}

function troubleOf(view: StudioView | undefined): Pick<BotView, 'reason' | 'remedy'> {
  if (view === undefined) {
    return { reason: 'None of its accounts is enabled.', remedy: 'Enable an account of its rooms.' };
  }
  const { accountId, condition, text, remedy } = view;
  const why = text === undefined ? '' : `: ${text}`;
  const reason = `The account "${accountId}" is ${condition}${why}`;
  return { reason, remedy: remedy ?? (condition === 'offline' ? RETRIED : undefined) };
}

const OFFLINE = 'The account that reads the replies is not connected to Discord.';
const RETRIED = 'It is being retried; "cordgate check" finds the cause.';

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, one) => total + one, 0);
}
