/** Composition: going on with another configuration, without losing what is on its way. */
import { isDeepStrictEqual } from 'node:util';
import { type AccountConfig, accountsOf, type BotConfig, type Config, isCoze } from '../config/schema.ts';
import type { ChatBot } from '../core/bot.ts';
import { type Clock, sleep } from '../core/clock.ts';
import { GatewayError } from '../core/errors.ts';
import type { Keepalive } from '../core/keepalive.ts';
import type { Log } from '../core/log.ts';
import type { StudioSetup } from '../core/studio.ts';
import type { Account } from './accounts.ts';
import type { ChangingTasks } from './changing-tasks.ts';
import type { ChatBotConfig } from './chat-bots.ts';

/** What of a running gateway changes with its configuration. */
export interface Live {
  config: Config;
  keepalive: Keepalive;
}

/** How the parts of a changed configuration are made. */
export interface Makers {
  /** Makes the clients of some accounts; nobody connects yet. */
  accounts(config: Config): Map<string, Account>;
  bot(bot: ChatBotConfig, accounts: ReadonlyMap<string, Account>): ChatBot;
  studios(config: Config, accounts: ReadonlyMap<string, Account>): StudioSetup[];
  keepalive(bots: readonly ChatBot[]): Keepalive;
}

/** The parts that are changed in place: everything else of the gateway looks at them anew with each request. */
export interface ChangeableParts {
  readonly accounts: Map<string, Account>;
  readonly bots: ChatBot[];
  readonly tasks: ChangingTasks;
  readonly live: Live;
  readonly makers: Makers;
  readonly tools: { readonly clock: Clock; readonly log: Log };
}

/** What became of a new configuration. */
export interface ChangeReport {
  /** Names of the sections that changed and count only after a restart. */
  readonly restart: readonly string[];
}

/** The sections that are taken up while the gateway runs. */
const LIVE_SECTIONS: readonly string[] = ['accounts', 'bots'];
/** How long the change waits for new accounts to log in, in milliseconds. */
const LOGIN_PATIENCE_MS = 8_000;
/** How long the running answers of a bot that is changed or taken away may go on, in milliseconds. */
const DRAIN_MS = 30_000;
const LOOK_MS = 100;
/** How long a stop waits for a change that is on its way, in milliseconds. */
const STOP_MS = 2_000;

/** The bots and accounts after a change, and what is left over. */
interface Next {
  readonly config: Config;
  readonly accounts: ReadonlyMap<string, Account>;
  readonly made: ReadonlyMap<string, Account>;
  readonly leaving: readonly Account[];
  readonly bots: readonly ChatBot[];
  readonly newBots: readonly ChatBot[];
  readonly oldBots: readonly ChatBot[];
  /** Undefined when nothing changes for those who draw and film. */
  readonly studios: readonly StudioSetup[] | undefined;
}

/** Takes new configurations up, one after the other. */
export class Changing {
  readonly #parts: ChangeableParts;
  #turn: Promise<unknown>;
  readonly #leaving = new Set<Promise<void>>();
  readonly #stopping = new AbortController();

  /** @param started resolves once the gateway has logged in: before, the start would open what a change has opened already */
  constructor(parts: ChangeableParts, started: Promise<void>) {
    this.#parts = parts;
    this.#turn = started;
  }

  /** The configuration that counts now. */
  get config(): Config {
    return this.#parts.live.config;
  }

  /**
   * Goes on with a configuration. Accounts and bots that are as they were are not touched, and keep their connections.
   * @throws GatewayError when the store does not answer; everything is then as it was
   */
  apply(config: Config): Promise<ChangeReport> {
    return this.#inTurn(() => this.#apply(config));
  }

  /**
   * Logs an account in anew with a client of its own, which takes over only if that works.
   * @throws GatewayError account_disabled, discord_timeout, and what the store says
   */
  renew(accountId: string): Promise<void> {
    return this.#inTurn(() => this.#renew(accountId));
  }

  /** Takes no new configuration; resolves when the last one is taken up, or after 2 s. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    const done = new AbortController();
    // A store that is away holds nobody up: what is not taken up is left to the next start.
    const late = sleep(this.#parts.tools.clock, STOP_MS, done.signal).catch(() => {});
    await Promise.race([this.#turn, late]);
    done.abort();
  }

  /** Ends what is left of earlier configurations; to be called when no answer is on its way. */
  async end(): Promise<void> {
    await Promise.all(this.#leaving);
  }

  /** One after the other. @throws GatewayError shutting_down */
  #inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
    const turn = this.#turn.then(() => {
      if (!this.#stopping.signal.aborted) return work();
      throw new GatewayError('shutting_down', 'The gateway is stopping.');
    });
    this.#turn = turn.catch(() => {});
    return turn;
  }

  async #apply(config: Config): Promise<ChangeReport> {
    const { live, accounts, tools } = this.#parts;
    const restart = changedSections(live.config, config).filter((name) => !LIVE_SECTIONS.includes(name));
    const next = this.#prepare({ ...live.config, accounts: config.accounts, bots: config.bots });
    await this.#logIn(next);
    await this.#takeOver(next);
    tools.log.info(
      { accounts: [...accounts.keys()], bots: config.bots.map(({ id }) => id), restart },
      'configuration taken up',
    );
    return { restart };
  }

  async #takeOver(next: Next): Promise<void> {
    const { live, accounts, bots, tasks, makers } = this.#parts;
    live.config = next.config;
    replace(accounts, next.accounts);
    bots.splice(0, bots.length, ...next.bots);
    if (next.newBots.length + next.oldBots.length > 0) {
      live.keepalive.stop();
      live.keepalive = makers.keepalive(bots);
      live.keepalive.start();
    }
    if (next.studios) await tasks.change(next.studios);
    this.#wind(next);
  }

  async #renew(accountId: string): Promise<void> {
    const next = this.#prepare(this.config, accountId);
    await this.#logIn(next);
    const client = next.made.get(accountId)?.client;
    if (client?.status.state === 'ready') return this.#takeOver(next);
    const { state, reason } = client?.status ?? {};
    await client?.close();
    const why = reason === undefined ? '' : `: ${reason.replace(/\.$/, '')}`;
    const isDead = state === 'disabled';
    throw new GatewayError(
      isDead ? 'account_disabled' : 'discord_timeout',
      `The account "${accountId}" could not log in${why}.`,
    );
  }

  #prepare(config: Config, renewedId?: string): Next {
    const { accounts, bots, live, makers } = this.#parts;
    const wanted = config.accounts.filter(({ enabled }) => enabled);
    const isAsBefore = (account: AccountConfig) =>
      account.id !== renewedId && isDeepStrictEqual(accounts.get(account.id)?.config, account);
    const made = makers.accounts({ ...config, accounts: wanted.filter((account) => !isAsBefore(account)) });
    const all = new Map(wanted.flatMap(({ id }) => entryOf(id, made.get(id) ?? accounts.get(id))));
    const leaving = [...accounts.values()].filter((account) => all.get(account.config.id) !== account);
    const touched = new Set([...made.keys(), ...leaving.map((account) => account.config.id)]);
    const isTouched = (bot: BotConfig) => accountsOf(bot).some((id) => touched.has(id));
    const kept = (bot: BotConfig) =>
      isTouched(bot) ? undefined : bots.find(({ setup }) => isDeepStrictEqual(setup.options, bot));
    const nextBots = config.bots.filter(isCoze).map((bot) => kept(bot) ?? makers.bot(bot, all));
    const studiosOf = ({ bots: list }: Config) => list.filter((bot) => !isCoze(bot));
    const isSame =
      isDeepStrictEqual(studiosOf(live.config), studiosOf(config)) && !studiosOf(config).some(isTouched);
    return {
      config,
      accounts: all,
      made,
      leaving,
      bots: nextBots,
      newBots: nextBots.filter((bot) => !bots.includes(bot)),
      oldBots: bots.filter((bot) => !nextBots.includes(bot)),
      studios: isSame ? undefined : makers.studios(config, all),
    };
  }

  /** New accounts connect before the old ones give way, so that nobody waits for them. */
  async #logIn({ config, made, accounts }: Next): Promise<void> {
    try {
      for (const { quota } of made.values()) await quota.open();
    } catch (error) {
      await Promise.allSettled([...made.values()].map(({ client }) => client.close()));
      throw error;
    }
    const reading = new Set(config.bots.flatMap((bot) => (isCoze(bot) ? [bot.listen] : accountsOf(bot))));
    // One that was there already may have had nothing to read before.
    const connecting = [...accounts]
      .filter(([id, { client }]) => reading.has(id) && client.status.state === 'idle')
      .map(([, { client }]) => client);
    for (const client of connecting) client.connect();
    await this.#within(LOGIN_PATIENCE_MS, (signal) =>
      Promise.allSettled(connecting.map((client) => client.whenReady(signal))),
    );
  }

  /** Bots and accounts that are not needed any more end their work beside the new ones. */
  #wind({ newBots, oldBots, leaving }: Next): void {
    const drains = new Map(oldBots.map((bot) => [bot.setup.id, this.#drain(bot)]));
    for (const bot of newBots) void this.#open(bot, drains.get(bot.setup.id));
    const closing = Promise.all(drains.values())
      .then(() => Promise.allSettled(leaving.map(({ client }) => client.close())))
      .then(() => {});
    this.#leaving.add(closing);
    void closing.finally(() => this.#leaving.delete(closing));
  }

  /** Its answers go on for a while; what lasts longer ends with an error once its channels and accounts go. */
  async #drain(bot: ChatBot): Promise<void> {
    const { clock } = this.#parts.tools;
    const giveUpAt = clock.now() + DRAIN_MS;
    while (bot.busy > 0 && clock.now() < giveUpAt) {
      if (this.#stopping.signal.aborted) break;
      await sleep(clock, LOOK_MS, this.#stopping.signal).catch(() => {});
    }
    bot.close();
  }

  /** Opening removes the channels of earlier runs: those of the old bot are still in use until it has ended. */
  async #open(bot: ChatBot, drained: Promise<void> | undefined): Promise<void> {
    await drained;
    if (this.#stopping.signal.aborted) return;
    await bot.open().catch((error: unknown) => {
      this.#parts.tools.log.error({ bot: bot.setup.id, error: String(error) }, 'the bot could not be opened');
    });
  }

  async #within(limitMs: number, work: (signal: AbortSignal) => Promise<unknown>): Promise<void> {
    const { clock } = this.#parts.tools;
    const patience = new AbortController();
    const giveUp = () => patience.abort();
    const cancel = clock.after(limitMs, giveUp);
    this.#stopping.signal.addEventListener('abort', giveUp, { once: true });
    await work(patience.signal);
    this.#stopping.signal.removeEventListener('abort', giveUp);
    cancel();
  }
}

function changedSections(before: Config, after: Config): string[] {
  const sections = Object.keys(after) as (keyof Config)[];
  return sections.filter((name) => !isDeepStrictEqual(before[name], after[name]));
}

function replace<Key, Value>(map: Map<Key, Value>, next: ReadonlyMap<Key, Value>): void {
  map.clear();
  for (const [key, value] of next) map.set(key, value);
}

function entryOf(id: string, account: Account | undefined): [string, Account][] {
  return account === undefined ? [] : [[id, account]];
}
