import { Attempts } from './attempt.ts';
import { type ChatBot, homeOf, leastBusy } from './bot.ts';
import { type Caller, mayUse } from './caller.ts';
import type { Chat, ChatEvent, ChatRequest, ChatService, ModelInfo, Usage } from './chat.ts';
import type { Clock } from './clock.ts';
import { AnswerDraft, ReportDraft } from './drafts.ts';
import type { EndReason } from './driver.ts';
import { GatewayError, toGatewayError } from './errors.ts';
import type { Ids } from './ids.ts';
import type { Log } from './log.ts';
import type { MediaLoader } from './media.ts';
import type { ServiceObserver } from './observe.ts';
import type { TokenCounter } from './tokens.ts';

/** How long answers that were ended at a stop may take to say so, in milliseconds. */
const LAST_WORD_MS = 1_000;

/** What the service works with. */
export interface ServiceTools {
  readonly bots: readonly ChatBot[];
  readonly media: MediaLoader;
  readonly tokens: TokenCounter;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly log: Log;
  readonly observer: ServiceObserver;
}

/** The service that can also be stopped. */
export interface RunningService extends ChatService {
  /** How many answers are on their way. */
  readonly active: number;
  /** Takes no new work, gives running answers `graceMs` to end, then ends them with `shutting_down`. */
  close(graceMs: number): Promise<void>;
}

/** Makes the service that every dialect calls. */
export function createService(tools: ServiceTools): RunningService {
  return new Service(tools);
}

class Service implements RunningService {
  readonly #tools: ServiceTools;
  readonly #startedAt: number;
  readonly #running = new Set<AbortController>();
  #onAllEnded: (() => void) | undefined;
  #isClosing = false;

  constructor(tools: ServiceTools) {
    this.#tools = tools;
    this.#startedAt = Math.floor(tools.clock.now() / 1_000);
  }

  get active(): number {
    return this.#running.size;
  }

  models(caller: Caller): ModelInfo[] {
    const models = new Map<string, string[]>();
    for (const { setup } of this.#tools.bots.filter(({ setup }) => mayUse(caller, setup.id))) {
      for (const model of setup.models) models.set(model, [...(models.get(model) ?? []), setup.id]);
    }
    return [...models].map(([id, botIds]) => ({ id, botIds, createdAt: this.#startedAt }));
  }

  chat(request: ChatRequest): Chat {
    if (this.#isClosing) throw isStopping();
    const bots = this.#botsFor(request);
    const ending: Ending = {};
    return {
      events: this.#run(request, bots, ending),
      remember: (answer) => ending.remember?.(answer),
    };
  }

  async close(graceMs: number): Promise<void> {
    this.#isClosing = true;
    for (const bot of this.#tools.bots) bot.close();
    if (this.#running.size === 0) return;
    const allEnded = new Promise<void>((resolve) => {
      this.#onAllEnded = resolve;
    });
    const cancels = [
      this.#tools.clock.after(graceMs, () => {
        for (const controller of this.#running) controller.abort(isStopping());
      }),
      // A caller that has stopped reading never learns of its end; nobody waits for it.
      this.#tools.clock.after(graceMs + LAST_WORD_MS, () => this.#onAllEnded?.()),
    ];
    await allEnded;
    for (const cancel of cancels) cancel();
  }

  #botsFor({ caller, model }: ChatRequest): ChatBot[] {
    const { bots } = this.#tools;
    const offering = model === undefined ? bots : bots.filter(({ setup }) => setup.models.includes(model));
    if (offering.length === 0 && model !== undefined) throw noModel(model);
    const allowed = offering.filter(({ setup }) => mayUse(caller, setup.id));
    if (allowed.length > 0) return allowed;
    const what = model === undefined ? 'any chat bot' : `the model "${model}"`;
    throw new GatewayError('bot_not_allowed', `This key may not use ${what}.`, { param: 'model' });
  }

  /** Keeps count of a running answer around the answer itself. */
  async *#run(request: ChatRequest, bots: readonly ChatBot[], ending: Ending): AsyncGenerator<ChatEvent> {
    const controller = new AbortController();
    const onAbort = () => controller.abort(request.signal.reason);
    request.signal.throwIfAborted();
    request.signal.addEventListener('abort', onAbort, { once: true });
    this.#running.add(controller);
    const report = new ReportDraft(request, this.#tools.clock);
    let bot: ChatBot | undefined;
    try {
      bot = await enterBot(bots, request);
      report.botId = bot.setup.id;
      yield* this.#answer(request, bot, controller, ending, report);
    } catch (error) {
      report.outcome = request.signal.aborted ? 'left' : toGatewayError(error).code;
      throw error;
    } finally {
      if (bot) bot.busy -= 1;
      request.signal.removeEventListener('abort', onAbort);
      this.#running.delete(controller);
      if (this.#running.size === 0) this.#onAllEnded?.();
      this.#tools.observer.chatEnded(report.finish());
    }
  }

  async *#answer(
    request: ChatRequest,
    bot: ChatBot,
    controller: AbortController,
    ending: Ending,
    report: ReportDraft,
  ): AsyncGenerator<ChatEvent> {
    const { signal } = controller;
    const trouble = bot.trouble();
    if (trouble) throw trouble;
    await bot.setup.listener.ready(signal);
    const promptTokens = this.#countPrompt(request);
    promptTokens.catch(() => {});
    const place = await bot.openPlace(request, signal);
    const onDeleted = () => controller.abort(place.ended?.reason);
    place.ended?.addEventListener('abort', onDeleted, { once: true });
    const attempts = new Attempts(bot, request, place, this.#tools, signal);
    const answer = new AnswerDraft();
    let isComplete = false;
    try {
      for await (const event of attempts.run()) {
        const shown = answer.take(event);
        if (!shown) continue;
        report.shown();
        if (request.streamed) yield shown;
      }
      ending.remember = (text) => attempts.place.leave(answered(attempts, answer.reason, text));
      const usage = await this.#usageOf(promptTokens, answer);
      report.complete(answer, usage);
      bot.noteAnswer(attempts.botUserId);
      isComplete = answer.reason !== 'length';
      if (!isComplete) attempts.place.leave({ type: 'broken' });
      yield { type: 'answer-completed', answer: answer.finish(usage) };
    } finally {
      place.ended?.removeEventListener('abort', onDeleted);
      // A no-op after a clean end: only the first call counts.
      leaveUnfinished(attempts, isComplete, answer.reason);
      // Who leaves early has used what was sent and said so far.
      if (!isComplete && attempts.wasSent) report.used(await this.#usageOf(promptTokens, answer));
    }
  }

  async #usageOf(promptTokens: Promise<number>, { text }: AnswerDraft): Promise<Usage> {
    return { promptTokens: await promptTokens, completionTokens: await this.#tools.tokens.count(text) };
  }

  async #countPrompt(request: ChatRequest): Promise<number> {
    const counts = request.messages.map(({ text }) => this.#tools.tokens.count(text));
    return (await Promise.all(counts)).reduce((sum, count) => sum + count, 0);
  }
}

/** Filled while the answer runs: how the caller's copy of the answer is remembered. */
interface Ending {
  remember?: (answer: string) => void;
}

/** The bot that answers, busy from here on, also while the request waits for its turn, so that others go elsewhere. */
async function enterBot(bots: readonly ChatBot[], request: ChatRequest): Promise<ChatBot> {
  const knowing = bots.length > 1 ? await findKnowing(bots, request) : undefined;
  const bot = knowing ?? newHome(bots, request);
  if (!bot) throw noModel(request.model ?? '');
  bot.busy += 1;
  return bot;
}

/** A conversation stays at its bot. */
async function findKnowing(bots: readonly ChatBot[], request: ChatRequest): Promise<ChatBot | undefined> {
  for (const bot of bots) if (await bot.knows(request)) return bot;
  return undefined;
}

function newHome(bots: readonly ChatBot[], { conversation, caller }: ChatRequest): ChatBot | undefined {
  return conversation === undefined ? leastBusy(bots) : homeOf(bots, caller.id, conversation);
}

function answered(attempts: Attempts, reason: EndReason, answer: string | undefined) {
  return { type: 'answered', botUserId: attempts.botUserId, reason, answer } as const;
}

function leaveUnfinished(attempts: Attempts, isComplete: boolean, reason: EndReason): void {
  if (isComplete) attempts.place.leave(answered(attempts, reason, undefined));
  else attempts.place.leave({ type: attempts.wasSent ? 'broken' : 'unused' });
}

function noModel(model: string): GatewayError {
  return new GatewayError('model_not_found', `The model "${model}" does not exist.`, { param: 'model' });
}

function isStopping(): GatewayError {
  return new GatewayError('shutting_down', 'The gateway is stopping.', { retryAfterMs: 5_000 });
}
