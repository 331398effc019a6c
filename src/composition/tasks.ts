/** Composition: answers that nobody waits for, to be asked after by an id. */

import type { ChatAnswer } from '../core/chat.ts';
import type { Clock } from '../core/clock.ts';
import { GatewayError, toGatewayError } from '../core/errors.ts';
import type { Ids } from '../core/ids.ts';
import type { WatchedAnswering } from './answering.ts';

/** A task as it stands at one moment. */
export type Task = {
  readonly id: string;
  /** The bot's text so far; the whole text after a success. */
  readonly text: string;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
} & (
  | { /** No text has come yet. */ readonly status: 'queued' }
  | { readonly status: 'running' }
  | { readonly status: 'success'; readonly answer: ChatAnswer }
  | { readonly status: 'failure'; readonly error: GatewayError }
);

/** How many tasks are kept; beyond it the oldest one that has ended is forgotten. */
const MOST_TASKS = 1_000;

interface Entry {
  readonly createdAt: number;
  readonly answering: WatchedAnswering;
  outcome?: { readonly answer: ChatAnswer } | { readonly error: GatewayError };
}

/** Keeps the tasks of this process, in memory: they are gone when it ends. */
export class TaskList {
  readonly #clock: Clock;
  readonly #ids: Ids;
  readonly #entries = new Map<string, Entry>();

  constructor(clock: Clock, ids: Ids) {
    this.#clock = clock;
    this.#ids = ids;
  }

  /**
   * Takes an answer in as a task; gives its id.
   * @param start begins the answer, only when there is room
   * @throws GatewayError queue_full when too many tasks have not ended
   */
  add(start: () => WatchedAnswering): string {
    this.#makeRoom();
    const id = `task_${this.#ids.hex()}`;
    const entry: Entry = { createdAt: this.#clock.now(), answering: start() };
    entry.answering.answer.then(
      (answer) => {
        entry.outcome = { answer };
      },
      (error: unknown) => {
        entry.outcome = { error: toGatewayError(error) };
      },
    );
    this.#entries.set(id, entry);
    return id;
  }

  /** The task as it stands now; undefined when there is none of this id, or none any more. */
  get(id: string): Task | undefined {
    const entry = this.#entries.get(id);
    if (entry === undefined) return undefined;
    const { createdAt, answering, outcome } = entry;
    const text = answering.textNow();
    const head = { id, text, createdAt };
    if (outcome === undefined) return { ...head, status: text === '' ? 'queued' : 'running' };
    return 'answer' in outcome
      ? { ...head, status: 'success', ...outcome }
      : { ...head, status: 'failure', ...outcome };
  }

  #makeRoom(): void {
    if (this.#entries.size < MOST_TASKS) return;
    const [ended] = [...this.#entries].find(([, { outcome }]) => outcome !== undefined) ?? [];
    if (ended === undefined) {
      throw new GatewayError('queue_full', `${MOST_TASKS} tasks have not ended yet, more are not kept.`);
    }
    this.#entries.delete(ended);
  }
}
