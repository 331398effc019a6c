import type { Clock } from '../../core/clock.ts';
import type { OpenJob } from './open-job.ts';

/** How long a job that Discord took may show nothing before the channel is read. */
const SILENT_MS = 30_000;
const READ_EVERY_MS = 15_000;

/**
 * Reads the channel by itself while a job is silent: Discord sends no events of a channel in a very large guild to those
 * who are not mentioned. Runs only while jobs are open.
 */
export class SilenceWatch {
  readonly #clock: Clock;
  readonly #jobs: () => Iterable<OpenJob>;
  readonly #read: () => Promise<void>;
  #cancel: (() => void) | undefined;

  constructor(clock: Clock, jobs: () => Iterable<OpenJob>, read: () => Promise<void>) {
    this.#clock = clock;
    this.#jobs = jobs;
    this.#read = read;
  }

  /** Begins to look after the jobs, unless it does already. */
  start(): void {
    this.#cancel ??= this.#clock.after(READ_EVERY_MS, () => this.#look());
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

  #isSilent({ sentAt, times }: OpenJob): boolean {
    return sentAt !== undefined && times.heardAt === undefined && this.#clock.now() - sentAt >= SILENT_MS;
  }
}
