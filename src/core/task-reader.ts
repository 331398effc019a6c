import { type Caller, mayUse } from './caller.ts';
import type { Clock } from './clock.ts';
import { GatewayError } from './errors.ts';
import { endingLinks, withLinks } from './links.ts';
import type { TaskStore } from './store.ts';
import type { Place, Studio } from './studio.ts';
import { hasEnded, type Task } from './task.ts';
import type { TaskBook } from './task-book.ts';
import type { TaskFeed } from './task-feed.ts';
import { timeLimit } from './task-floor.ts';
import type { TaskChange, TaskQuery, WatchedChange } from './tasks.ts';

/** What reading tasks needs. */
export interface TaskReaderTools {
  readonly studios: readonly Studio[];
  readonly book: TaskBook;
  readonly feed: TaskFeed;
  readonly store: TaskStore;
  readonly clock: Clock;
}

/** How long a reader waits for renewed links, in milliseconds. */
const RENEW_MS = 5_000;

/** Tasks as callers may see them: their own, admins all. Links that end soon are renewed on the way. */
export class TaskReader {
  readonly #tools: TaskReaderTools;

  constructor(tools: TaskReaderTools) {
    this.#tools = tools;
  }

  /** @throws GatewayError task_not_found */
  async require(caller: Caller, id: string): Promise<Task> {
    const task = await this.#visible(caller, id);
    if (task) return task;
    throw new GatewayError('task_not_found', `There is no task "${id}".`, { param: 'taskId' });
  }

  /** A task as it stands; undefined when the caller has none of this id. */
  async find(caller: Caller, id: string, signal: AbortSignal): Promise<Task | undefined> {
    const task = await this.#visible(caller, id);
    return task && (await this.#renewed([task], signal))[0];
  }

  /** Tasks of the caller, of all callers for admins. */
  async list(caller: Caller, query: TaskQuery, signal: AbortSignal): Promise<Task[]> {
    const own = caller.admin ? query : { ...query, callerId: caller.id };
    const listed = await this.#tools.store.listTasks(own);
    const newest = listed.map((task) => this.#tools.book.newest(task));
    const isMeant = ({ status }: Task) => query.statuses?.includes(status) ?? true;
    return this.#renewed(newest.filter(isMeant), signal);
  }

  /** The changes of one task, until its end. @throws GatewayError task_not_found */
  watch(caller: Caller, id: string, signal: AbortSignal): AsyncIterable<Task> {
    const stop = new AbortController();
    const isThis = (change: TaskChange) => change.type === 'task-changed' && change.task.id === id;
    const changes = this.#tools.feed.changes(isThis, AbortSignal.any([signal, stop.signal]));
    const first = () => this.require(caller, id);
    return follow(first, changes, () => stop.abort());
  }

  /** The changes of all tasks and accounts that the caller may see. */
  watchAll(caller: Caller, signal: AbortSignal): AsyncIterable<WatchedChange> {
    return this.#tools.feed.changes((change) => {
      if (change.type === 'account-changed') return mayUse(caller, change.account.botId);
      return isVisible(caller, change.task);
    }, signal);
  }

  async #visible(caller: Caller, id: string): Promise<Task | undefined> {
    const task = await this.#tools.book.find(id);
    return task && isVisible(caller, task) ? task : undefined;
  }

  /** Gives the old links when Discord does not answer in time. */
  async #renewed(tasks: readonly Task[], signal: AbortSignal): Promise<Task[]> {
    const now = this.#tools.clock.now();
    const ending = tasks.filter((task) => endingLinks(task, now).length > 0);
    if (ending.length === 0) return [...tasks];
    const links = await this.#renewLinks(ending, signal);
    return tasks.map((task) => {
      const renewed = withLinks(task, links);
      // Not stored is not lost: the next reader renews them again.
      if (renewed !== task) this.#tools.book.keep(renewed).catch(() => {});
      return renewed;
    });
  }

  async #renewLinks(tasks: readonly Task[], signal: AbortSignal): Promise<Map<string, string>> {
    const { clock } = this.#tools;
    const byPlace = new Map<Place, string[]>();
    for (const task of tasks) {
      const place = this.#renewerOf(task);
      if (place) byPlace.set(place, [...(byPlace.get(place) ?? []), ...endingLinks(task, clock.now())]);
    }
    const limit = timeLimit(clock, RENEW_MS, signal);
    const calls = [...byPlace].map(async ([place, urls]) => place.desk().refreshLinks(urls, limit.signal));
    const answers = await Promise.allSettled(calls);
    limit.end();
    return new Map(answers.flatMap((answer) => (answer.status === 'fulfilled' ? [...answer.value] : [])));
  }

  /** Any account of the bot whose token works can renew a link; best the one that made the task. */
  #renewerOf(task: Task): Place | undefined {
    const studio = this.#tools.studios.find(({ setup }) => setup.id === task.botId);
    const works = (place: Place | undefined) => place !== undefined && !place.room.account.trouble();
    const own = studio?.placeOf(task);
    return works(own) ? own : studio?.places.find(works);
  }
}

function isVisible(caller: Caller, task: Task): boolean {
  return caller.admin || task.callerId === caller.id;
}

async function* follow(
  first: () => Promise<Task>,
  changes: AsyncIterable<WatchedChange>,
  stop: () => void,
): AsyncGenerator<Task> {
  try {
    const start = await first();
    yield start;
    if (hasEnded(start)) return;
    for await (const change of changes) {
      if (change.type !== 'task-changed' || change.task.revision <= start.revision) continue;
      yield change.task;
      if (hasEnded(change.task)) return;
    }
  } finally {
    stop();
  }
}
