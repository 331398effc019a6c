import { type Caller, mayUse } from './caller.ts';
import type { Clock } from './clock.ts';
import { GatewayError } from './errors.ts';
import type { Ids } from './ids.ts';
import { learn, noteCopies } from './learning.ts';
import type { Log } from './log.ts';
import type { MediaLoader } from './media.ts';
import type { Store } from './store.ts';
import type { Place, Studio, StudioSetup } from './studio.ts';
import { endTask, hasEnded, type Task, type TaskVerb } from './task.ts';
import { TaskBook } from './task-book.ts';
import { TaskFeed } from './task-feed.ts';
import { TaskFloor, timeLimit } from './task-floor.ts';
import {
  choosePlace,
  type Draft,
  laneIsFull,
  loadFiles,
  planOrder,
  studiosFor,
  wishOfRequest,
} from './task-orders.ts';
import { TaskReader } from './task-reader.ts';
import type {
  AccountOrder,
  TaskChange,
  TaskOrder,
  TaskQuery,
  TaskReceipt,
  TaskService,
  WatchedChange,
} from './tasks.ts';

/** What the service works with. */
export interface TaskServiceTools {
  readonly studios: readonly StudioSetup[];
  readonly store: Store;
  readonly media: MediaLoader;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly log: Log;
  /** Hears of every change: webhooks, metrics. Must return at once and never throw. */
  readonly observer?: ((change: TaskChange) => void) | undefined;
  /** Refuses the address of a callback. @throws GatewayError invalid_request, media_forbidden */
  readonly checkHook?: ((url: string) => Promise<void>) | undefined;
  /** Hears once of every task that has ended. Must return at once and never throw. */
  readonly onEnded?: ((task: Task) => void) | undefined;
  /** Hears of a task that was deleted, so that what is kept beside it goes as well. Must return at once and never throw. */
  readonly onDeleted?: ((task: Task) => void) | undefined;
  /** Days after which ended tasks are forgotten. */
  readonly retentionDays: number;
}

/** The service that can also be opened and stopped. */
export interface RunningTaskService extends TaskService {
  /**
   * Takes up what an earlier run has left; may be called again after it failed.
   * @throws GatewayError store_unavailable, and nothing was taken up
   */
  open(): Promise<void>;
  /** To be called when the connection of an account has changed. */
  accountChanged(accountId: string): void;
  /** Notes that the caller of an ended task was told of it, or never will be. Never throws. */
  told(id: string): Promise<void>;
  /**
   * Notes the copies of a finished task by their place in its media, and tells of it; false when there is no such task any more.
   * @throws GatewayError store_unavailable
   */
  noteCopies(id: string, names: ReadonlyMap<number, string>): Promise<boolean>;
  /** Tasks on their way at this moment. */
  readonly active: number;
  /** Takes no new work and leaves what runs to the next process. */
  close(): Promise<void>;
}

/** How long a bot is asked to stop a job, in milliseconds; the task ends all the same. */
const CANCEL_MS = 5_000;
const DAY_MS = 86_400_000;
/** Ends of an earlier run that are told after all. */
const MOST_UNTOLD = 1_000;
/** How often old tasks are forgotten, in milliseconds, and how many at a time. */
const SWEEP_MS = 3_600_000;
const SWEEP_BATCH = 500;
const NEXT_BATCH_MS = 1_000;

/** Makes the service. */
export function createTaskService(tools: TaskServiceTools): RunningTaskService {
  return new Tasks(tools);
}

class Tasks implements RunningTaskService {
  readonly #tools: TaskServiceTools;
  readonly #feed: TaskFeed;
  readonly #book: TaskBook;
  readonly #floor: TaskFloor;
  readonly #reader: TaskReader;
  readonly #startedAt: number;
  #cancelSweep = () => {};
  readonly #stopping = new AbortController();

  constructor(tools: TaskServiceTools) {
    const { clock, log, store, ids, observer, studios: setups } = tools;
    const feed = new TaskFeed(log);
    this.#feed = feed;
    if (observer) feed.listen(observer);
    this.#tools = tools;
    this.#startedAt = Math.floor(clock.now() / 1_000);
    this.#book = new TaskBook({ store, feed, clock, log, onEnded: tools.onEnded });
    this.#floor = new TaskFloor({ setups, book: this.#book, feed, store, clock, ids, log });
    this.#reader = new TaskReader({ studios: this.#floor.studios, book: this.#book, feed, store, clock });
  }

  get active(): number {
    return this.#floor.runner.active;
  }

  async open(): Promise<void> {
    // Read first: once tasks are taken up nothing may fail any more, or a second try would take them up again.
    const untold = await this.#tools.store.untoldTasks(MOST_UNTOLD);
    await this.#floor.open();
    for (const task of untold) this.#feed.tell({ type: 'task-changed', task });
    await this.#sweep();
  }

  async close(): Promise<void> {
    this.#stopping.abort(isStopping());
    this.#cancelSweep();
    await this.#floor.close();
    await this.#book.close();
  }

  async told(id: string): Promise<void> {
    await learn(this.#book, id, (task) => ({ ...task, isUntold: undefined })).catch((error: unknown) => {
      this.#tools.log.warn({ task: id, err: error }, 'not noted that the end of a task was told');
    });
  }

  noteCopies(id: string, names: ReadonlyMap<number, string>): Promise<boolean> {
    return noteCopies(this.#book, this.#feed, id, names);
  }

  accountChanged(accountId: string): void {
    if (this.#stopping.signal.aborted) return;
    for (const studio of this.#floor.studios) studio.refresh(accountId);
  }

  taskModels(caller: Caller) {
    const models = new Map<string, StudioSetup[]>();
    for (const { setup } of this.#studiosOf(caller)) {
      for (const model of setup.models) models.set(model, [...(models.get(model) ?? []), setup]);
    }
    return [...models].map(([id, setups]) => {
      const [first] = setups;
      const isCommon = (verb: TaskVerb) => setups.every(({ driver }) => driver.verbs.includes(verb));
      const verbs = (first?.driver.verbs ?? []).filter(isCommon);
      return { id, botIds: setups.map((setup) => setup.id), createdAt: this.#startedAt, verbs };
    });
  }

  async submitTask(order: TaskOrder): Promise<TaskReceipt> {
    this.#refuseWhenClosing();
    const { caller, parentId, notify } = order;
    const parent = parentId === undefined ? undefined : await this.#reader.require(caller, parentId);
    const studios = studiosFor(this.#floor.studios, order, parent);
    const drafts = studios.map((studio) => planOrder(order, studio, parent));
    if (notify) await this.#tools.checkHook?.(notify.url);
    const [draft, place] = choosePlace(drafts, order);
    // Held from here on, so that orders side by side cannot share the last place of a queue.
    const release = draft.asks ? () => {} : place.lane.hold(draft.plan.needsSlot);
    try {
      const task = await this.#store(order, draft, place);
      release();
      if (draft.asks) this.#floor.awaitForm(task);
      return { task, ahead: draft.asks ? 0 : this.#floor.enter(place, task) };
    } finally {
      release();
    }
  }

  async fillForm(caller: Caller, id: string, form: { prompt?: string; mask?: string }): Promise<TaskReceipt> {
    this.#refuseWhenClosing();
    const task = await this.#reader.require(caller, id);
    if (task.status !== 'form') throw noForm(id);
    const place = this.#floor.requirePlace(task);
    const prompt = form.prompt || task.request.prompt;
    const filled = { ...task.request, prompt, form: { ...task.request.form, ...form } };
    const { parentId } = filled;
    const parent = parentId === undefined ? undefined : await this.#book.find(parentId);
    const { driver, options } = place.studio.setup;
    const plan = driver.plan(wishOfRequest(filled), parent, options);
    if (plan.asks) throw missingInForm(id, plan.asks);
    const { account } = place.room;
    const trouble = account.trouble() ?? account.quota?.trouble();
    if (trouble) throw trouble;
    if (plan.needsSlot && place.lane.isFull()) throw laneIsFull(place);
    if (this.#book.peek(id)?.status !== 'form') throw noForm(id);
    const release = place.lane.hold(plan.needsSlot);
    try {
      await this.#queueForm(id, filled, !plan.needsSlot);
    } finally {
      release();
    }
    const queued = this.#book.peek(id);
    // Cancelled meanwhile.
    if (!queued || hasEnded(queued)) return { task: await this.#reader.require(caller, id), ahead: 0 };
    return { task: queued, ahead: this.#floor.enter(place, queued, this.#tools.clock.now()) };
  }

  findTask(caller: Caller, id: string, signal: AbortSignal): Promise<Task | undefined> {
    return this.#reader.find(caller, id, signal);
  }

  listTasks(caller: Caller, query: TaskQuery, signal: AbortSignal): Promise<Task[]> {
    return this.#reader.list(caller, query, signal);
  }

  async cancelTask(caller: Caller, id: string, signal: AbortSignal): Promise<Task> {
    const task = await this.#reader.require(caller, id);
    if (hasEnded(task)) return task;
    const place = this.#floor.findPlace(task);
    if (place && task.trace.nonce !== undefined) await this.#stopOnDiscord(place, task, signal);
    const reason = new GatewayError('task_stopped', 'Cancelled by the caller.');
    const isRunning = this.#floor.runner.stop(id, reason);
    if (!isRunning) this.#floor.findPlace(this.#book.peek(id) ?? task)?.lane.leave(id);
    this.#floor.forgetForm(id);
    const failure = { code: reason.code, message: reason.message };
    await this.#book.end(id, (now) => endTask(now, 'cancelled', failure, this.#tools.clock.now()));
    return (await this.#book.find(id)) ?? task;
  }

  async deleteTask(caller: Caller, id: string): Promise<void> {
    const task = await this.#reader.require(caller, id);
    if (!hasEnded(task)) {
      throw new GatewayError('parent_unfinished', `Task ${id} has not ended.`, {
        hint: 'Cancel it first.',
        param: 'taskId',
      });
    }
    await this.#book.delete(id);
    this.#tools.onDeleted?.(task);
  }

  async taskSeed(caller: Caller, id: string, signal: AbortSignal): Promise<string> {
    const task = await this.#reader.require(caller, id);
    if (task.seed !== undefined) return task.seed;
    if (task.status !== 'succeeded') {
      throw new GatewayError('parent_unfinished', `Task ${id} has not succeeded.`, { param: 'taskId' });
    }
    const seed = await this.#floor.requirePlace(task).desk().seed(task.trace, signal);
    await learn(this.#book, id, (now) => ({ ...now, seed })).catch((error: unknown) => {
      this.#tools.log.error({ task: id, err: error }, 'the seed of a task was not stored');
    });
    return seed;
  }

  async uploadPictures(caller: Caller, driver: string, images: TaskOrder['images'], signal: AbortSignal) {
    const [studio] = studiosFor(this.#floor.studios, { caller, driver }, undefined);
    const place = studio?.choose({ isFast: false, needsSlot: false });
    if (!place) throw new GatewayError('no_account', 'There is no account to upload with.');
    const files = await Promise.all(images.map((source) => this.#tools.media.load(source, signal)));
    return Promise.all(files.map((file) => place.desk().upload(file, signal)));
  }

  watchTask(caller: Caller, id: string, signal: AbortSignal): AsyncIterable<Task> {
    return this.#reader.watch(caller, id, signal);
  }

  watchAll(caller: Caller, signal: AbortSignal): AsyncIterable<WatchedChange> {
    return this.#reader.watchAll(caller, signal);
  }

  studios(caller: Caller) {
    return this.#studiosOf(caller).flatMap((studio) => studio.views());
  }

  async orderAccount(accountId: string, order: AccountOrder, botId?: string) {
    const has = ({ places }: Studio) => places.some(({ room }) => room.account.id === accountId);
    const meant = this.#floor.studios.filter(
      (studio) => has(studio) && (botId ?? studio.setup.id) === studio.setup.id,
    );
    if (meant.length === 0) {
      const which =
        botId === undefined ? 'No drawing or filming bot' : `No drawing or filming bot "${botId}"`;
      const message = `${which} uses an account "${accountId}".`;
      throw new GatewayError('account_not_found', message);
    }
    await Promise.all(meant.map((studio) => studio.order(accountId, order)));
    return meant.flatMap((studio) => studio.views().filter((view) => view.accountId === accountId));
  }

  #studiosOf(caller: Caller): Studio[] {
    return this.#floor.studios.filter(({ setup }) => mayUse(caller, setup.id));
  }

  /** Loads the files and writes the task: from here on it will end. */
  async #store(order: TaskOrder, draft: Draft, { room }: Place): Promise<Task> {
    const { media, clock, ids } = this.#tools;
    const { setup } = draft.studio;
    const files = await loadFiles(order.images, draft.plan, media, order.signal);
    order.signal.throwIfAborted();
    this.#refuseWhenClosing();
    const task: Task = {
      id: ids.nonce(),
      botId: setup.id,
      driver: setup.driver.name,
      model: order.model ?? setup.models[0] ?? setup.id,
      callerId: order.caller.id,
      accountId: room.account.id,
      guildId: room.guildId,
      channelId: room.channelId,
      status: draft.asks ? 'form' : 'queued',
      request: withSpeed(draft.request, draft.studio, room.account.id),
      isInstant: !draft.plan.needsSlot,
      isPinned: order.accountId !== undefined,
      percent: 0,
      media: [],
      actions: [],
      trace: {},
      state: order.state,
      notify: order.notify,
      submittedAt: clock.now(),
      revision: 1,
    };
    await this.#book.add(task, files);
    return task;
  }

  /** The words have come; a form that could not be stored waits for them again. */
  async #queueForm(id: string, request: Task['request'], isInstant: boolean): Promise<void> {
    const book = this.#book;
    const before = book.peek(id);
    this.#floor.forgetForm(id);
    try {
      await book.change(id, (now) => {
        return { ...now, status: 'queued', request, isInstant, revision: now.revision + 1 };
      });
    } catch (error) {
      if (before) book.changeLazily(id, ({ revision }) => ({ ...before, revision: revision + 1 }));
      const now = book.peek(id);
      if (now?.status === 'form') this.#floor.awaitForm(now);
      throw error;
    }
  }

  async #stopOnDiscord(place: Place, task: Task, signal: AbortSignal): Promise<void> {
    const { clock, log } = this.#tools;
    const limit = timeLimit(clock, CANCEL_MS, signal);
    try {
      await place.desk().cancel(task.trace, limit.signal);
    } catch (error) {
      log.warn({ task: task.id, err: error }, 'the bot was not asked to stop a job');
    } finally {
      limit.end();
    }
  }

  #refuseWhenClosing(): void {
    if (this.#stopping.signal.aborted) throw isStopping();
  }

  /** Forgets old tasks bit by bit, so that nobody waits for it. */
  async #sweep(): Promise<void> {
    const { store, clock, retentionDays, log } = this.#tools;
    let pauseMs = SWEEP_MS;
    try {
      const forgotten = await store.forgetTasks(clock.now() - retentionDays * DAY_MS, SWEEP_BATCH);
      if (forgotten >= SWEEP_BATCH) pauseMs = NEXT_BATCH_MS;
    } catch (error) {
      log.error({ err: error }, 'old tasks could not be forgotten');
    }
    if (!this.#stopping.signal.aborted) this.#cancelSweep = clock.after(pauseMs, () => void this.#sweep());
  }
}

function isStopping(): GatewayError {
  return new GatewayError('shutting_down', 'The gateway is stopping.', { retryAfterMs: 5_000 });
}

function noForm(id: string): GatewayError {
  return new GatewayError('invalid_request', `Task ${id} does not wait for words.`, { param: 'taskId' });
}

function missingInForm(id: string, what: 'prompt' | 'mask'): GatewayError {
  return new GatewayError('invalid_request', `Task ${id} waits for a ${what}.`, { param: what });
}

/** An account without fast hours draws slowly, unless the caller has chosen a speed. */
function withSpeed(request: Task['request'], studio: Studio, accountId: string): Task['request'] {
  const isFree = request.mode === undefined && request.verb !== 'act';
  return isFree && studio.isSlow(accountId) ? { ...request, mode: 'relax' } : request;
}
