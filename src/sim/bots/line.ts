/** What became of somebody who asked for a place. */
export type Admission = 'runs' | 'waits' | 'refused';

/** The places of one person: so many at once, so many in line behind them. */
export class Line {
  readonly #waiting = new Map<string, (() => void)[]>();
  readonly #running = new Map<string, number>();

  /** Asks for a place; `begin` is called at once, or when it is the person's turn, or never when refused. */
  enter(userId: string, limits: { concurrency: number; queue: number }, begin: () => void): Admission {
    const running = this.#running.get(userId) ?? 0;
    if (running < limits.concurrency) {
      this.#running.set(userId, running + 1);
      begin();
      return 'runs';
    }
    const waiting = this.#waiting.get(userId) ?? [];
    if (waiting.length >= limits.queue) return 'refused';
    this.#waiting.set(userId, [...waiting, begin]);
    return 'waits';
  }

  /** Gives a place back; the next in line takes it. */
  leave(userId: string): void {
    const next = this.#waiting.get(userId)?.shift();
    if (next) next();
    else this.#running.set(userId, Math.max(0, (this.#running.get(userId) ?? 0) - 1));
  }

  /** How many jobs of a person run, and how many wait. */
  count(userId: string): { running: number; waiting: number } {
    return { running: this.#running.get(userId) ?? 0, waiting: this.#waiting.get(userId)?.length ?? 0 };
  }
}
