import type { Snowflake } from '../../core/discord.ts';
import type { Expectation } from './expectation.ts';
import type { KeyKind } from './key-kind.ts';
import { type Key, keyOf } from './keys.ts';

/** What of an open job the match looks at. */
export interface Matchable {
  /** Every key it is known by now. */
  readonly keys: Set<Key>;
  readonly applicationId: Snowflake;
  readonly expects: Expectation;
  /** Its prompt, made alike; empty where there is nothing to compare. */
  readonly words: string;
  readonly startedAt: number;
  /** When it was first handed to Discord, in milliseconds since the epoch; undefined while it waits for that. */
  readonly sentSince: number | undefined;
  /** The message whose button was pressed. */
  readonly parentMessageId?: Snowflake | undefined;
  /** The bot's id of the finished job that the button belongs to. */
  readonly parentJobId?: string | undefined;
  /** True once the bot has shown anything of it. */
  readonly isHeard: boolean;
  /** True once the message that showed its progress was deleted: its picture comes next. */
  readonly isCleared: boolean;
}

/** The open jobs of a desk by each of their keys, oldest first. */
export class OpenJobs<Job extends Matchable> {
  readonly #all = new Set<Job>();
  readonly #byKey = new Map<Key, Set<Job>>();

  /** How many are open. */
  get size(): number {
    return this.#all.size;
  }

  /** How many keys are held; 0 once all jobs have left. */
  get keyCount(): number {
    return this.#byKey.size;
  }

  /** All of them. */
  all(): Iterable<Job> {
    return this.#all;
  }

  /** True while a job is open. */
  has(job: Job): boolean {
    return this.#all.has(job);
  }

  /** Takes a job in, under the keys that it has. */
  add(job: Job): void {
    this.#all.add(job);
    for (const key of job.keys) this.#link(job, key);
  }

  /** Lets a job go. */
  remove(job: Job): void {
    if (!this.#all.delete(job)) return;
    for (const key of job.keys) this.#unlink(job, key);
  }

  /** Notes a key of a job; false when it was known, or the job has left. */
  learn(job: Job, key: Key): boolean {
    if (job.keys.has(key) || !this.#all.has(job)) return false;
    job.keys.add(key);
    this.#link(job, key);
    return true;
  }

  /** Forgets the keys of some kinds: of an attempt that was refused for certain. */
  forget(job: Job, kinds: readonly KeyKind[]): void {
    for (const key of job.keys) {
      if (!kinds.some((kind) => key.startsWith(`${kind}:`))) continue;
      job.keys.delete(key);
      this.#unlink(job, key);
    }
  }

  /** The jobs of a key, oldest first. */
  of(kind: KeyKind, value: string): readonly Job[] {
    return this.withKey(keyOf(kind, value));
  }

  /** The jobs of a written key, oldest first. */
  withKey(key: Key): readonly Job[] {
    const jobs = [...(this.#byKey.get(key) ?? [])];
    return jobs.length < 2 ? jobs : jobs.sort((left, right) => left.startedAt - right.startedAt);
  }

  #link(job: Job, key: Key): void {
    const jobs = this.#byKey.get(key);
    if (jobs) jobs.add(job);
    else this.#byKey.set(key, new Set([job]));
  }

  #unlink(job: Job, key: Key): void {
    const jobs = this.#byKey.get(key);
    jobs?.delete(job);
    if (jobs?.size === 0) this.#byKey.delete(key);
  }
}
