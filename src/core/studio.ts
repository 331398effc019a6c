import type { CancelTimer, Clock } from './clock.ts';
import type { Snowflake } from './discord.ts';
import { GatewayError } from './errors.ts';
import type { Ids } from './ids.ts';
import { InTurn } from './in-turn.ts';
import type { TaskPort } from './interaction.ts';
import { Lane, type LaneEntry } from './lane.ts';
import type { Log } from './log.ts';
import type { DailyQuota } from './quota.ts';
import { REMEDIES } from './remedies.ts';
import type { Store, StoredAccountState } from './store.ts';
import type { Task } from './task.ts';
import type { AccountNotice, TaskDesk, TaskDriver } from './task-driver.ts';
import type { AccountOrder, StudioView } from './tasks.ts';

/** An account as a drawing bot sees it. */
export interface StudioAccount {
  readonly id: string;
  readonly port: TaskPort;
  readonly quota?: DailyQuota | undefined;
  isConnected(): boolean;
  /** When its connection last changed, in milliseconds since the epoch. */
  since(): number;
  /** Why it cannot work any more: its token is dead. */
  trouble(): GatewayError | undefined;
}

/** An account in a channel. */
export interface StudioRoom {
  readonly account: StudioAccount;
  readonly guildId?: Snowflake | undefined;
  readonly channelId: Snowflake;
  readonly concurrency: number;
  readonly queue: number;
}

/** A drawing or filming bot of the configuration. */
export interface StudioSetup {
  readonly id: string;
  readonly models: readonly string[];
  readonly driver: TaskDriver<unknown>;
  readonly options: unknown;
  readonly rooms: readonly StudioRoom[];
  readonly balance: 'least-busy' | 'round-robin';
  /** How long a task may wait for its account, in milliseconds. */
  readonly queueMs: number;
}

/** What a studio works with, and whom it tells. */
export interface StudioTools {
  readonly store: Store;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly log: Log;
  readonly start: (place: Place, entry: LaneEntry) => void;
  readonly expire: (place: Place, entry: LaneEntry) => void;
  /** A task waits at this place from now on. */
  readonly moved: (place: Place, entry: LaneEntry) => void;
  readonly changed: (view: StudioView) => void;
}

/** A room at work: its line, its reader, and what keeps its account from working. */
export interface Place {
  readonly studio: Studio;
  readonly room: StudioRoom;
  readonly lane: Lane;
  /** Opened at the first use. */
  desk(): TaskDesk;
}

/** A state that could not be stored is tried again after so long, in milliseconds. */
const SAVE_AGAIN_MS = 2_000;

/** A drawing or filming bot at work: its rooms, and which of them takes a task. */
export class Studio {
  readonly setup: StudioSetup;
  readonly places: readonly Place[];
  readonly #tools: StudioTools;
  readonly #states = new Map<string, StoredAccountState>();
  /** States that the store could not be told yet, and their next tries. */
  readonly #unsaved = new Map<StoredAccountState, CancelTimer>();
  /** Accounts whose fast hours are used up. */
  readonly #slow = new Set<string>();
  readonly #orders = new InTurn();
  readonly #desks = new Map<StudioRoom, TaskDesk>();
  #turn = 0;

  constructor(setup: StudioSetup, tools: StudioTools) {
    this.setup = setup;
    this.#tools = tools;
    this.places = setup.rooms.map((room) => this.#createPlace(room));
  }

  /** Takes up the states of accounts that an earlier run has left. */
  open(states: readonly StoredAccountState[]): void {
    for (const state of states) if (state.botId === this.setup.id) this.#states.set(state.accountId, state);
  }

  /** Stops reading; nothing that waits begins any more. What could not be stored is tried for the last time. */
  async close(): Promise<void> {
    for (const { lane } of this.places) lane.clear();
    for (const desk of this.#desks.values()) desk.close();
    this.#desks.clear();
    const unsaved = [...this.#unsaved];
    for (const [, cancel] of unsaved) cancel();
    await Promise.all(unsaved.map(([state]) => this.#save(state)));
    for (const cancel of this.#unsaved.values()) cancel();
  }

  /** The place in which a task was made; undefined when the configuration does not have it any more. */
  placeOf({ accountId, channelId }: Pick<Task, 'accountId' | 'channelId'>): Place | undefined {
    return this.places.find(({ room }) => room.account.id === accountId && room.channelId === channelId);
  }

  /**
   * The place for a new task. Accounts that are not connected are asked only when no other is there.
   * @throws GatewayError no_account, queue_full, account_limited
   */
  choose(wish: { accountId?: string | undefined; isFast: boolean; needsSlot: boolean }): Place {
    if (this.places.length === 0) throw this.#noAccount('none of its accounts is enabled');
    const named = this.places.filter(({ room }) => (wish.accountId ?? room.account.id) === room.account.id);
    if (named.length === 0) {
      const message = `Bot "${this.setup.id}" has no account "${wish.accountId}".`;
      throw new GatewayError('account_not_found', message, { hint: 'Use a name of rooms[].account.' });
    }
    const able = named.filter((place) => this.refusal(place) === undefined);
    if (able.length === 0) throw this.#refusalOf(named);
    const isQuick = ({ room }: Place) => !this.#slow.has(room.account.id);
    const suited = wish.isFast ? able.filter(isQuick) : able;
    if (suited.length === 0) throw this.#noAccount('the fast hours of every account are used up');
    const free = suited.filter(({ lane }) => !wish.needsSlot || !lane.isFull());
    if (free.length === 0) throw fullQueue(this.setup.id, suited);
    const connected = preferred(free, ({ room }) => room.account.isConnected());
    return this.#balance(preferred(connected, isQuick));
  }

  /** Why a place takes no new task; undefined when it does. */
  refusal({ room }: Place): GatewayError | undefined {
    const state = this.#states.get(room.account.id);
    const trouble = room.account.trouble();
    if (trouble) return trouble;
    if (state) {
      const text = state.text.replace(/\.$/, '');
      const message = `The account "${room.account.id}" is ${state.condition}: ${text}.`;
      return new GatewayError('no_account', message, { hint: REMEDIES[state.reason] });
    }
    return room.account.quota?.trouble();
  }

  /** True when the fast hours of an account are used up. */
  isSlow(accountId: string): boolean {
    return this.#slow.has(accountId);
  }

  /** True while waiting tasks of an account may begin. */
  mayStart(accountId: string): boolean {
    const state = this.#states.get(accountId);
    return state === undefined || state.condition === 'draining';
  }

  /** Why what waits at a place does not begin, as a sentence; undefined when it only waits for its turn. */
  standstill({ room: { account } }: Place): string | undefined {
    const trouble = account.trouble();
    if (trouble) return trouble.message;
    const state = this.#states.get(account.id);
    if (state) return `The account is ${state.condition}: ${state.text.replace(/\.$/, '')}.`;
    return account.isConnected() ? undefined : 'The account is not connected to Discord.';
  }

  /** What waits for an account that has stopped is done by another one, as soon as there is one. */
  rescue(place: Place): void {
    const { account } = place.room;
    if (account.trouble() || !this.mayStart(account.id)) this.#moveWaiting(place);
  }

  /** A notice of the bot about an account. */
  note(accountId: string, notice: AccountNotice): void {
    const { consequence, reason, text, link } = notice;
    this.#tools.log.warn(
      { bot: this.setup.id, account: accountId, reason, consequence },
      'notice of the bot',
    );
    if (consequence === 'note') return;
    if (consequence === 'slow') this.#slow.add(accountId);
    else if (consequence === 'disable' || this.#states.get(accountId)?.condition !== 'disabled') {
      const condition = consequence === 'pause' ? 'paused' : 'disabled';
      const state = this.#stateOf(accountId, { condition, reason, text, link });
      this.#setState(state);
      void this.#save(state);
    }
    this.#tell(accountId);
  }

  /** An order of the operator; it counts once it is stored. @throws GatewayError store_unavailable */
  order(accountId: string, order: AccountOrder): Promise<void> {
    return this.#orders.run(accountId, () => this.#carryOut(accountId, order));
  }

  async #carryOut(accountId: string, order: AccountOrder): Promise<void> {
    const { store } = this.#tools;
    if (order === 'resume') {
      await store.deleteAccountState(this.setup.id, accountId);
      this.#slow.delete(accountId);
      this.#states.delete(accountId);
    } else {
      const condition = order === 'pause' ? 'paused' : 'draining';
      const state = this.#stateOf(accountId, { condition, reason: 'operator', text: 'by the operator' });
      await store.saveAccountState(state);
      this.#setState(state);
    }
    this.refresh(accountId);
  }

  /** The connection or the condition of an account has changed. */
  refresh(accountId: string): void {
    for (const { room, lane } of this.places) if (room.account.id === accountId) lane.serve();
    // It may also do now what waits for others.
    for (const place of this.places) this.rescue(place);
    this.#tell(accountId);
  }

  /** The places as operators see them. */
  views(): StudioView[] {
    return this.places.map((place) => this.#view(place));
  }

  #view({ room, lane }: Place): StudioView {
    const { account, guildId, channelId, concurrency, queue } = room;
    const dead = account.trouble();
    const state = this.#states.get(account.id);
    const isSlow = this.#slow.has(account.id);
    const offline = account.isConnected() ? 'ready' : 'offline';
    const reason = dead ? 'token_invalid' : (state?.reason ?? (isSlow ? 'credits' : undefined));
    return {
      botId: this.setup.id,
      driver: this.setup.driver.name,
      accountId: account.id,
      guildId,
      channelId,
      condition: dead ? 'disabled' : (state?.condition ?? offline),
      reason,
      text: dead?.message ?? state?.text,
      link: dead ? undefined : state?.link,
      remedy: dead?.hint ?? (reason && REMEDIES[reason]),
      since: (dead ? undefined : state?.since) ?? account.since(),
      isSlow,
      concurrency,
      queueLimit: queue,
      running: lane.running,
      queued: lane.queued,
      ...(account.quota ? countsOf(account.quota) : {}),
    };
  }

  #createPlace(room: StudioRoom): Place {
    const { clock, start, expire } = this.#tools;
    const lane: Lane = new Lane({
      concurrency: room.concurrency,
      queue: room.queue,
      waitMs: this.setup.queueMs,
      clock,
      isOpen: () => this.#isAtWork(room.account),
      reserve: () => {
        const reservation = room.account.quota?.reserve();
        return () => reservation?.end();
      },
      start: (entry) => start(place, entry),
      expire: (entry) => expire(place, entry),
    });
    const place: Place = { studio: this, room, lane, desk: () => this.#deskOf(room) };
    return place;
  }

  /** What is sent while nobody reads would be lost. */
  #isAtWork(account: StudioAccount): boolean {
    return this.mayStart(account.id) && account.trouble() === undefined && account.isConnected();
  }

  #deskOf(room: StudioRoom): TaskDesk {
    const known = this.#desks.get(room);
    if (known) return known;
    const { clock, ids, log } = this.#tools;
    const { account, guildId, channelId } = room;
    const desk = this.setup.driver.open({
      options: this.setup.options,
      accountId: account.id,
      guildId,
      channelId,
      port: account.port,
      clock,
      ids,
      log,
      report: (notice) => this.note(account.id, notice),
    });
    this.#desks.set(room, desk);
    return desk;
  }

  /** The least busy place, or each in turn. */
  #balance(places: readonly Place[]): Place {
    this.#turn += 1;
    const rotated = places.map((_, index) => places[(index + this.#turn) % places.length] as Place);
    if (this.setup.balance === 'round-robin') return rotated[0] as Place;
    return rotated.reduce((best, place) => (place.lane.load < best.lane.load ? place : best));
  }

  #stateOf(
    accountId: string,
    state: Pick<StoredAccountState, 'condition' | 'reason' | 'text' | 'link'>,
  ): StoredAccountState {
    return { botId: this.setup.id, accountId, since: this.#tools.clock.now(), ...state };
  }

  #setState(state: StoredAccountState): void {
    this.#states.set(state.accountId, state);
    for (const place of this.places) this.rescue(place);
  }

  /** Stores what a notice has brought, as long as it counts; a store that does not answer is told later. Never throws. */
  async #save(state: StoredAccountState): Promise<void> {
    this.#unsaved.delete(state);
    if (this.#states.get(state.accountId) !== state) return;
    const { store, clock, log } = this.#tools;
    try {
      await store.saveAccountState(state);
    } catch (error) {
      log.error({ bot: this.setup.id, err: error }, 'the state of an account was not stored');
      this.#unsaved.set(
        state,
        clock.after(SAVE_AGAIN_MS, () => void this.#save(state)),
      );
    }
  }

  #moveWaiting(from: Place): void {
    if (this.#helpers(from).length === 0) return;
    for (const { entry, waitedMs } of from.lane.takeMovable()) {
      const helpers = this.#helpers(from);
      const target = helpers.length > 0 ? this.#balance(helpers) : from;
      if (target !== from) this.#tools.moved(target, entry);
      target.lane.enter(entry, waitedMs);
    }
  }

  /** Where a task of another place can be done. A task that was taken may make a line longer than its limit. */
  #helpers(from: Place): Place[] {
    const able = this.places.filter((place) => place !== from && this.refusal(place) === undefined);
    const connected = preferred(able, ({ room }) => room.account.isConnected());
    return preferred(connected, ({ lane }) => !lane.isFull());
  }

  #tell(accountId: string): void {
    for (const view of this.views()) if (view.accountId === accountId) this.#tools.changed(view);
  }

  /** One reason when all have the same; else all of them. */
  #refusalOf(places: readonly Place[]): GatewayError {
    const refusals = places.flatMap((place) => this.refusal(place) ?? []);
    const [first] = refusals;
    if (first && refusals.every(({ code }) => code === first.code) && first.code !== 'no_account')
      return first;
    return this.#noAccount(refusals.map(({ message }) => message.replace(/\.$/, '')).join('; '));
  }

  #noAccount(why: string): GatewayError {
    return new GatewayError('no_account', `No account of bot "${this.setup.id}" can take the task: ${why}.`);
  }
}

/** Those that are so; all of them when none is. */
function preferred(places: Place[], isSo: (place: Place) => boolean): Place[] {
  const found = places.filter(isSo);
  return found.length > 0 ? found : places;
}

function fullQueue(botId: string, places: readonly Place[]): GatewayError {
  const limit = places.reduce((sum, { room }) => sum + room.queue, 0);
  return new GatewayError(
    'queue_full',
    `The queues of bot "${botId}" are full: ${limit} tasks wait already (rooms[].queue).`,
    {
      retryAfterMs: 30_000,
    },
  );
}

function countsOf({ used, limit }: DailyQuota) {
  return { sentToday: used, dailyLimit: Number.isFinite(limit) ? limit : undefined };
}
