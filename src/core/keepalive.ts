import type { ChatBot } from './bot.ts';
import { type Caller, mayUse } from './caller.ts';
import type { ChatService } from './chat.ts';
import type { CancelTimer, Clock } from './clock.ts';
import type { Ids } from './ids.ts';
import type { Log } from './log.ts';

/** What became of one round: ids of bots. */
export interface KeepaliveRound {
  readonly pinged: readonly string[];
  readonly failed: readonly string[];
  /** They answered somebody recently. */
  readonly notNeeded: readonly string[];
}

/** What the keepalive works with. */
export interface KeepaliveTools {
  readonly bots: readonly ChatBot[];
  readonly service: ChatService;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly log: Log;
}

type Outcome = 'pinged' | 'failed' | 'notNeeded';

const MINUTE_MS = 60_000;

/** The caller that pings, as usage and metrics name it. */
const PINGER = '(keepalive)';

/** Pings bots that were left alone for long: Coze takes bots offline that nobody talks to. */
export class Keepalive {
  readonly #tools: KeepaliveTools;
  readonly #stopping = new AbortController();
  readonly #timers = new Map<ChatBot, CancelTimer>();
  readonly #pinging = new Map<string, Promise<Outcome>>();

  constructor(tools: KeepaliveTools) {
    this.#tools = tools;
  }

  /** Begins to look at every bot in its own rhythm. */
  start(): void {
    for (const bot of this.#tools.bots) this.#schedule(bot);
  }

  /** Ends the rhythm, and pings that are on their way. */
  stop(): void {
    this.#stopping.abort(new Error('the gateway is stopping'));
    for (const cancel of this.#timers.values()) cancel();
  }

  /** Looks at the caller's bots now; resolves when every ping was answered or failed. */
  async run(caller: Caller): Promise<KeepaliveRound> {
    const bots = this.#tools.bots.filter(({ setup }) => mayUse(caller, setup.id));
    const results = await Promise.all(
      bots.map(async (bot) => ({ id: bot.setup.id, result: await this.#lookAtPool(bot) })),
    );
    const idsOf = (wanted: Outcome) => results.filter(({ result }) => result === wanted).map(({ id }) => id);
    return { pinged: idsOf('pinged'), failed: idsOf('failed'), notNeeded: idsOf('notNeeded') };
  }

  /** The next look comes after the last one has ended, so that pings to a silent bot do not pile up. */
  #schedule(bot: ChatBot): void {
    const { everyMinutes } = bot.setup.keepalive;
    if (everyMinutes <= 0 || this.#stopping.signal.aborted) return;
    const look = () => this.#lookAtPool(bot).then(() => this.#schedule(bot));
    this.#timers.set(
      bot,
      this.#tools.clock.after(everyMinutes * MINUTE_MS, () => void look()),
    );
  }

  /** Coze takes each bot of a pool offline by itself, so each is looked at by itself. */
  async #lookAtPool(bot: ChatBot): Promise<Outcome> {
    const outcomes = await Promise.all(bot.setup.botUserIds.map((_, place) => this.#look({ bot, place })));
    const worst = (['failed', 'pinged'] as const).find((outcome) => outcomes.includes(outcome));
    return worst ?? 'notNeeded';
  }

  /** Whoever asks while a ping is on its way waits for that one: a silent bot is not pinged again and again. */
  async #look(target: Target): Promise<Outcome> {
    const key = `${target.bot.setup.id} ${target.place}`;
    const onItsWay = this.#pinging.get(key);
    if (onItsWay) return onItsWay;
    const idleMs = this.#tools.clock.now() - lastAnswerOf(target);
    if (idleMs <= target.bot.setup.keepalive.maxIdleMinutes * MINUTE_MS) return 'notNeeded';
    const ping = this.#ping(target).finally(() => this.#pinging.delete(key));
    this.#pinging.set(key, ping);
    return ping;
  }

  async #ping(target: Target): Promise<Outcome> {
    const before = lastAnswerOf(target);
    try {
      await this.#ask(target);
      // Another bot of the pool may have stood in for this one, which is still as idle as before.
      return lastAnswerOf(target) > before ? 'pinged' : 'failed';
    } catch (error) {
      if (!this.#stopping.signal.aborted) {
        this.#tools.log.warn({ bot: target.bot.setup.id, error: String(error) }, 'the keepalive ping failed');
      }
      return 'failed';
    }
  }

  async #ask({ bot: { setup }, place }: Target): Promise<void> {
    const { channel, message } = setup.keepalive;
    const chat = this.#tools.service.chat({
      caller: { id: PINGER, admin: false, bots: [setup.id] },
      model: undefined,
      messages: [{ role: 'user', text: message, files: [] }],
      streamed: false,
      conversation: place === 0 ? channel : `${channel} ${place + 1}`,
      botUserId: setup.botUserIds[place],
      signal: this.#stopping.signal,
      requestId: `keepalive-${this.#tools.ids.hex()}`,
    });
    for await (const _event of chat.events);
  }
}

/** One bot of a pool. */
interface Target {
  readonly bot: ChatBot;
  /** Its place in `botUserIds`. */
  readonly place: number;
}

function lastAnswerOf({ bot, place }: Target): number {
  return bot.lastAnswerOf(bot.setup.botUserIds[place] ?? '');
}
