import type { Clock } from '../../core/clock.ts';
import type { SilencePatience } from './knowledge.ts';
import type { OpenJob } from './open-job.ts';

/**
 * Reads the channel by itself while a job is silent: Discord sends no events of a channel in a very large guild to those
 * who are not mentioned. Runs only while jobs are open.
 */
export class SilenceWatch {
  readonly #clock: Clock;
  readonly #patience: SilencePatience;
  readonly #jobs: () => Iterable<OpenJob>;
  readonly #read: () => Promise<void>;
  #cancel: (() => void) | undefined;

  constructor(
    clock: Clock,
    patience: SilencePatience,
    jobs: () => Iterable<OpenJob>,
    read: () => Promise<void>,
  ) {
    this.#clock = clock;
    this.#patience = patience;
    this.#jobs = jobs;
    this.#read = read;
  }

  /** Begins to look after the jobs, unless it does already. */
  start(): void {
    this.#cancel ??= this.#clock.after(this.#patience.everyMs, () => this.#look());
  }

  /** Ends at once. */
  stop(): void {
    this.#cancel?.();
    this.#cancel = undefined;
  }

  #look(): void {
    this.#cancel = undefined;
    let isSilent = false;
    let isOpen = false;
    for (const job of this.#jobs()) {
      isOpen = true;
      isSilent ||= this.#isSilent(job);
    }
    // A channel that cannot be read now is read the next time.
    if (isSilent) this.#read().catch(() => {});
    if (isOpen) this.start();
  }

  #isSilent({ sentAt, toldAt = 0, times }: OpenJob): boolean {
    if (sentAt === undefined) return false;
    const { untilResult, silentMs } = this.#patience;
    if (!untilResult && times.heardAt !== undefined) return false;
    return this.#clock.now() - (untilResult ? Math.max(sentAt, toldAt) : sentAt) >= silentMs;
  }
}
