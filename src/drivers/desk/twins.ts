import type { OpenJob } from './open-job.ts';
import { untilAborted } from './until-aborted.ts';

/**
 * Lets jobs whose results would look alike begin one after the other: the next one once the bot's own id of the one
 * before is known. So, whatever is lost, no more than one of them can be told by its words alone.
 */
export class Twins {
  /** For each likeness, when the last job that came is known, and all before it. */
  readonly #lines = new Map<string, Promise<unknown>>();

  /** Waits for a job's turn. Rejects with the signal's reason. */
  async turn(job: OpenJob, signal: AbortSignal): Promise<void> {
    const before = this.join(job);
    if (before) await untilAborted(before, signal);
  }

  /** Puts a job into its line; gives when those before it are known, undefined when there are none. */
  join(job: OpenJob): Promise<unknown> | undefined {
    const likeness = likenessOf(job);
    if (likeness === undefined) return undefined;
    const before = this.#lines.get(likeness);
    const line = Promise.all([before, job.known]).then(() => {
      if (this.#lines.get(likeness) === line) this.#lines.delete(likeness);
    });
    this.#lines.set(likeness, line);
    return before;
  }
}

/** What the results of two jobs have in common when only ids tell them apart; undefined for one that needs no such care. */
function likenessOf({ applicationId, expects, keys, parentMessageId }: OpenJob): string | undefined {
  const words = [...keys].find((key) => key.startsWith('text:'));
  // Whoever asks for the same picture of the same grid may get either.
  if (words === undefined || expects.index !== undefined) return undefined;
  return JSON.stringify([applicationId, words, expects.answer, expects.works, parentMessageId]);
}
