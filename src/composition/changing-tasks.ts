/** Composition: the task service of a gateway whose bots may change while it runs. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Caller } from '../core/caller.ts';
import { type Clock, sleep } from '../core/clock.ts';
import { GatewayError } from '../core/errors.ts';
import type { Log } from '../core/log.ts';
import type { Store } from '../core/store.ts';
import type { StudioRoom, StudioSetup } from '../core/studio.ts';
import { hasEnded, type Task } from '../core/task.ts';
import type { RunningTaskService } from '../core/task-service.ts';
import type { AccountOrder, TaskOrder, TaskReceipt, WatchedChange } from '../core/tasks.ts';

/** A task service that can go on with other bots. */
export interface ChangingTasks extends RunningTaskService {
  /** Goes on with these bots. What runs goes on where it was, as after a restart; what waited for a room that is gone moves. */
  change(studios: readonly StudioSetup[]): Promise<void>;
}

/** What it is made with. */
export interface ChangingTasksOptions {
  /** Makes the service for some bots; nothing is opened yet. */
  readonly make: (studios: readonly StudioSetup[]) => RunningTaskService;
  readonly studios: readonly StudioSetup[];
  readonly store: Pick<Store, 'openTasks' | 'saveTask' | 'ping'>;
  readonly clock: Clock;
  readonly log: Log;
}

/** How long a request waits while the bots change, in milliseconds. */
const PATIENCE_MS = 15_000;
/** How long orders that are on their way may take to end before the bots change, in milliseconds. */
const CALLS_MS = 6_000;
/** Pauses between two tries while the store is away, in milliseconds. */
const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 1_000;

/** How long commands that are just being given may take to reach Discord before the bots change, in milliseconds. */
const SENDING_MS = 10_000;
/** The same before a stop, which somebody waits for. */
const LAST_SENDING_MS = 2_000;
const LOOK_MS = 20;
/** What is just being prepared is not seen at once. */
const QUIET_LOOKS = 3;

/** Sees all tasks. */
const EVERYONE: Caller = { id: '', admin: true, bots: ['*'] };

/** The service with one set of bots. */
interface Generation {
  readonly service: RunningTaskService;
  /** Once it is closed, nothing that waits begins. */
  readonly gate: { isClosed: boolean };
  /** Aborts when another one has taken over. */
  readonly ended: AbortController;
}

/** Makes the service. */
export function createChangingTasks(options: ChangingTasksOptions): ChangingTasks {
  return new Relay(options);
}

class Relay implements ChangingTasks {
  readonly #options: ChangingTasksOptions;
  #now: Generation;
  #ready: Promise<void> = Promise.resolve();
  #isChanging = false;
  #isClosed = false;
  readonly #calls = new Set<Promise<unknown>>();

  constructor(options: ChangingTasksOptions) {
    this.#options = options;
    this.#now = this.#generationOf(options.studios);
  }

  get active(): number {
    return this.#now.service.active;
  }

  open(): Promise<void> {
    return this.#now.service.open();
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#ready;
    const { service, gate } = this.#now;
    gate.isClosed = true;
    if (service.active > 0) await this.#untilSent(service, LAST_SENDING_MS);
    await service.close();
  }

  async change(studios: readonly StudioSetup[]): Promise<void> {
    // The ends of tasks that a store could not be told yet are known to nobody else: until it answers all stays as it is.
    await this.#patiently(() => this.#options.store.ping(), 'the bots change once the store answers');
    await this.#ready;
    if (this.#isClosed) return;
    const changing = Promise.withResolvers<void>();
    this.#ready = changing.promise;
    this.#isChanging = true;
    try {
      await this.#handOver(studios);
    } finally {
      this.#isChanging = false;
      changing.resolve();
    }
  }

  accountChanged(accountId: string): void {
    this.#now.service.accountChanged(accountId);
  }

  taskModels(caller: Caller) {
    return this.#now.service.taskModels(caller);
  }

  studios(caller: Caller) {
    return this.#now.service.studios(caller);
  }

  submitTask(order: TaskOrder): Promise<TaskReceipt> {
    return this.#untilTaken((service) => service.submitTask(order));
  }

  fillForm(caller: Caller, id: string, form: { prompt?: string; mask?: string }): Promise<TaskReceipt> {
    return this.#untilTaken((service) => service.fillForm(caller, id, form));
  }

  findTask(caller: Caller, id: string, signal: AbortSignal) {
    return this.#now.service.findTask(caller, id, signal);
  }

  listTasks(...given: Parameters<RunningTaskService['listTasks']>) {
    return this.#now.service.listTasks(...given);
  }

  cancelTask(caller: Caller, id: string, signal: AbortSignal): Promise<Task> {
    return this.#call((service) => service.cancelTask(caller, id, signal));
  }

  deleteTask(caller: Caller, id: string): Promise<void> {
    return this.#call((service) => service.deleteTask(caller, id));
  }

  taskSeed(caller: Caller, id: string, signal: AbortSignal): Promise<string> {
    return this.#call((service) => service.taskSeed(caller, id, signal));
  }

  uploadPictures(...given: Parameters<RunningTaskService['uploadPictures']>): Promise<string[]> {
    return this.#call((service) => service.uploadPictures(...given));
  }

  orderAccount(accountId: string, order: AccountOrder, botId?: string) {
    return this.#call((service) => service.orderAccount(accountId, order, botId));
  }

  told(id: string): Promise<void> {
    return this.#now.service.told(id);
  }

  noteCopies(id: string, names: ReadonlyMap<number, string>): Promise<boolean> {
    return this.#now.service.noteCopies(id, names);
  }

  watchTask(caller: Caller, id: string, signal: AbortSignal): AsyncIterable<Task> {
    return this.#followTask(caller, id, signal, this.#now);
  }

  watchAll(caller: Caller, signal: AbortSignal): AsyncIterable<WatchedChange> {
    // From the call on: the first one is not to begin with the first look.
    const generation = this.#now;
    return this.#followAll(caller, signal, generation, watchAllOf(generation, caller, signal));
  }

  async #handOver(studios: readonly StudioSetup[]): Promise<void> {
    const old = this.#now;
    old.gate.isClosed = true;
    await this.#untilSent(old.service, SENDING_MS);
    await within(this.#options.clock, CALLS_MS, Promise.allSettled(this.#calls));
    await old.service.close();
    await this.#moveWaiting(studios);
    this.#now = this.#generationOf(studios);
    // Who watches reads the last changes of the old one, then listens to the new one before anything happens there.
    await nextTurn();
    old.ended.abort();
    await nextTurn();
    const { service } = this.#now;
    await this.#patiently(() => service.open(), 'the tasks could not be taken up with the new bots');
  }

  #generationOf(studios: readonly StudioSetup[]): Generation {
    const gate = { isClosed: false };
    const gated = studios.map((studio) => ({
      ...studio,
      rooms: studio.rooms.map((room) => behind(gate, room)),
    }));
    return { service: this.#options.make(gated), gate, ended: new AbortController() };
  }

  /** A command that were cut off on its way would be lost: nobody could tell whether it may be sent again. */
  async #untilSent(service: RunningTaskService, limitMs: number): Promise<void> {
    const { clock } = this.#options;
    const { signal } = new AbortController();
    const giveUpAt = clock.now() + limitMs;
    for (let quiet = 0; quiet < QUIET_LOOKS && clock.now() < giveUpAt; ) {
      const query = { statuses: ['submitted'], limit: 1_000 } as const;
      const submitted = await service.listTasks(EVERYONE, query, signal).catch(() => []);
      quiet = submitted.some(({ trace }) => trace.interactionId === undefined) ? 0 : quiet + 1;
      await sleep(clock, LOOK_MS, signal);
    }
  }

  /** A store that is away comes back: what fails without it is tried until it succeeds, or the gateway stops. */
  async #patiently(work: () => Promise<void>, complaint: string): Promise<void> {
    const { clock, log } = this.#options;
    for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS)) {
      try {
        return await work();
      } catch (error) {
        if (this.#isClosed) return;
        log.error({ err: error, retryInMs: pauseMs }, complaint);
        await sleep(clock, pauseMs, new AbortController().signal);
      }
    }
  }

  /** What waits for an account that its bot does not have any more is done by another one of the bot. */
  async #moveWaiting(studios: readonly StudioSetup[]): Promise<void> {
    const { store, log } = this.#options;
    try {
      let turn = 0;
      for (const task of (await store.openTasks()).filter(mayMove)) {
        const rooms = studios.find(({ id }) => id === task.botId)?.rooms ?? [];
        const isHere = rooms.some(
          (room) => room.account.id === task.accountId && room.channelId === task.channelId,
        );
        const room = rooms[turn % rooms.length];
        if (isHere || room === undefined) continue;
        turn += 1;
        const { account, channelId, guildId } = room;
        await store.saveTask({
          ...task,
          accountId: account.id,
          channelId,
          guildId,
          revision: task.revision + 1,
        });
      }
    } catch (error) {
      log.error({ err: error }, 'tasks of accounts that are gone could not be moved');
    }
  }

  /** Waits while the bots change. @throws GatewayError shutting_down */
  async #whenReady(): Promise<RunningTaskService> {
    if (!this.#isChanging) return this.#now.service;
    const ready = this.#ready.then(() => true);
    if (await within(this.#options.clock, PATIENCE_MS, ready)) return this.#now.service;
    const message = 'The configuration is being changed.';
    throw new GatewayError('shutting_down', message, { retryAfterMs: 2_000 });
  }

  async #call<Result>(work: (service: RunningTaskService) => Promise<Result>): Promise<Result> {
    const call = work(await this.#whenReady());
    this.#calls.add(call);
    return call.finally(() => this.#calls.delete(call));
  }

  /** An order that was prepared for long enough to meet the change begins again: nothing was stored of it. */
  async #untilTaken<Result>(work: (service: RunningTaskService) => Promise<Result>): Promise<Result> {
    for (;;) {
      const service = await this.#whenReady();
      try {
        return await work(service);
      } catch (error) {
        const isRefused = error instanceof GatewayError && error.code === 'shutting_down';
        await this.#whenReady();
        if (!isRefused || this.#isClosed || service === this.#now.service) throw error;
      }
    }
  }

  async *#followTask(
    caller: Caller,
    id: string,
    signal: AbortSignal,
    first: Generation,
  ): AsyncGenerator<Task> {
    let revision = -1;
    for (let generation = first; ; generation = this.#now) {
      const either = AbortSignal.any([signal, generation.ended.signal]);
      for await (const task of generation.service.watchTask(caller, id, either)) {
        if (task.revision <= revision) continue;
        revision = task.revision;
        yield task;
        if (hasEnded(task)) return;
      }
      if (signal.aborted || generation === this.#now) return;
      await this.#ready;
    }
  }

  async *#followAll(
    caller: Caller,
    signal: AbortSignal,
    first: Generation,
    firstChanges: AsyncIterable<WatchedChange>,
  ): AsyncGenerator<WatchedChange> {
    let changes = firstChanges;
    for (let generation = first; ; ) {
      yield* changes;
      if (signal.aborted || generation === this.#now) return;
      generation = this.#now;
      changes = watchAllOf(generation, caller, signal);
    }
  }
}

function behind(gate: Generation['gate'], room: StudioRoom): StudioRoom {
  const { account } = room;
  return { ...room, account: { ...account, isConnected: () => !gate.isClosed && account.isConnected() } };
}

function watchAllOf({ service, ended }: Generation, caller: Caller, signal: AbortSignal) {
  return service.watchAll(caller, AbortSignal.any([signal, ended.signal]));
}

/** Nothing of it is on Discord, and nobody asked for this very account. */
function mayMove({ status, trace, request, isPinned }: Task): boolean {
  const isWaiting = status === 'queued' || status === 'form';
  return isWaiting && trace.nonce === undefined && request.parentId === undefined && isPinned !== true;
}

/** What a promise gives, undefined when it takes longer. */
async function within<Result>(
  clock: Clock,
  limitMs: number,
  work: Promise<Result>,
): Promise<Result | undefined> {
  const done = new AbortController();
  const late = sleep(clock, limitMs, done.signal).then(
    () => undefined,
    () => undefined,
  );
  try {
    return await Promise.race([work, late]);
  } finally {
    done.abort();
  }
}
