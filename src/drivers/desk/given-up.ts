import type { Snowflake } from '../../core/discord.ts';
import { matchSighting } from './match.ts';
import type { OpenJob } from './open-job.ts';
import { OpenJobs } from './open-jobs.ts';
import type { Sighting } from './sighting.ts';

/** How long the bot may still finish a job that nobody waits for any more, in milliseconds. */
const KEPT_MS = 20 * 60_000;

/** Jobs that were sent and given up: cancelled, too late, or left because the same words could not be told apart. */
export class GivenUp {
  readonly #jobs = new OpenJobs<OpenJob>();
  readonly #ids = new Set<string>();
  readonly #since = new Map<OpenJob, number>();

  /** Notes a job that was given up at some moment; one that is noted stays as it is. */
  add(job: OpenJob, since: number, now: number): void {
    this.#forget(now);
    if (this.#ids.has(job.id) || now - since >= KEPT_MS) return;
    this.#ids.add(job.id);
    this.#jobs.add(job);
    this.#since.set(job, since);
  }

  /** True when a message may be the result of one of them. */
  mayOwn(sighting: Sighting, ownUserId: Snowflake, now: number): boolean {
    this.#forget(now);
    return this.#since.size > 0 && matchSighting(this.#jobs, sighting, ownUserId) !== undefined;
  }

  #forget(now: number): void {
    for (const [job, since] of this.#since) {
      if (now - since < KEPT_MS) continue;
      this.#since.delete(job);
      this.#ids.delete(job.id);
      this.#jobs.remove(job);
    }
  }
}
