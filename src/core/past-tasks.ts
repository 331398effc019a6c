import type { Clock } from './clock.ts';
import type { TaskStore } from './store.ts';
import type { Task } from './task.ts';
import type { TaskBook } from './task-book.ts';
import type { LostJob, TaskJob } from './task-driver.ts';

/** What looking at earlier tasks needs. */
export interface PastTasksTools {
  readonly store: Pick<TaskStore, 'listTasks'>;
  readonly book: Pick<TaskBook, 'find'>;
  readonly clock: Clock;
}

/** What an account's tasks of earlier runs mean for those of this one. */
export type Past = Required<Pick<TaskJob, 'taken' | 'lost'>>;

/** Earlier results that are looked through. */
const MOST_TAKEN = 1_000;
const MOST_LOST = 100;
/** How long the bot may still finish a job that was given up, in milliseconds. */
const LOST_FOR_MS = 20 * 60_000;

/** The tasks that ended before the gateway was started, as far as they matter: read once for each account. */
export class PastTasks {
  readonly #tools: PastTasksTools;
  readonly #known = new Map<string, Promise<Past>>();

  constructor(tools: PastTasksTools) {
    this.#tools = tools;
  }

  /** Those of a task's account. @throws GatewayError store_unavailable */
  of(task: Pick<Task, 'botId' | 'accountId'>): Promise<Past> {
    const key = `${task.botId}\0${task.accountId}`;
    const known = this.#known.get(key);
    if (known) return known;
    const reading = this.#read(task);
    this.#known.set(key, reading);
    // A store that fails is asked again for the next task.
    reading.catch(() => this.#known.delete(key));
    return reading;
  }

  async #read({ botId, accountId }: Pick<Task, 'botId' | 'accountId'>): Promise<Past> {
    const { store, clock } = this.#tools;
    const own = { botId, accountId };
    const succeeded = await store.listTasks({ ...own, statuses: ['succeeded'], limit: MOST_TAKEN });
    const unfinished = await store.listTasks({
      ...own,
      statuses: ['timed-out', 'cancelled', 'failed'],
      limit: MOST_LOST,
    });
    const since = clock.now() - LOST_FOR_MS;
    const lost = unfinished.filter(
      ({ trace, finishedAt = 0 }) => trace.nonce !== undefined && finishedAt > since,
    );
    return {
      taken: succeeded.flatMap(({ trace }) => trace.messageId ?? []),
      lost: await Promise.all(lost.map((task) => this.#lostJob(task))),
    };
  }

  async #lostJob({ id, request, trace, startedAt, finishedAt, submittedAt }: Task): Promise<LostJob> {
    const { parentId } = request;
    const parent = parentId === undefined ? undefined : await this.#tools.book.find(parentId);
    const endedAt = finishedAt ?? submittedAt;
    return { id, request, parent, trace, startedAt: startedAt ?? submittedAt, endedAt };
  }
}
