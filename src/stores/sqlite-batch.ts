import type { DatabaseSync } from 'node:sqlite';

/** Shortest and longest time after a commit during which writes are gathered for the next one, in milliseconds. */
const GATHER_MS = { shortest: 3, longest: 40 } as const;

/** Gathering takes so many times as long as the commit took: a slow disk stops the process a quarter of the time at most. */
const GATHER_SHARE = 3;

interface Write {
  run(): void;
  succeed(): void;
  fail(error: unknown): void;
}

/**
 * Commits writes together. A commit waits for the disk, and the whole process waits with it; one commit for all writes
 * of a few milliseconds costs as much as one for a single write. A write is durable when its promise resolves.
 */
export class WriteBatch {
  private readonly open: () => DatabaseSync;
  private writes: Write[] = [];
  private holds = 0;
  /** `resting`: nothing was written for a while, so the next write goes at the end of this turn. */
  private state: 'resting' | 'due' | 'gathering' = 'resting';

  /** @param open gives the database that works at present, or throws */
  constructor(open: () => DatabaseSync) {
    this.open = open;
  }

  /**
   * Does a piece of work inside the next transaction; gives what it gave. Rejects, and nothing of it was written, when
   * it or the commit fails. It may be done again after it was undone.
   */
  add<Result>(work: () => Result): Promise<Result> {
    return new Promise((resolve, reject) => {
      this.writes.push(writeOf(work, resolve, reject));
      if (this.state !== 'resting') return;
      this.state = 'due';
      setImmediate(() => this.turn());
    });
  }

  /** Keeps all writes back until the answer is called. */
  hold(): () => void {
    this.holds += 1;
    let isHeld = true;
    return () => {
      if (isHeld) this.holds -= 1;
      isHeld = false;
    };
  }

  /** Commits what waits, now. */
  flush(): void {
    const writes = this.writes;
    this.writes = [];
    if (writes.length === 0) return;
    let database: DatabaseSync;
    try {
      database = this.open();
    } catch (error) {
      for (const write of writes) write.fail(error);
      return;
    }
    this.settle(database, writes);
  }

  /** What cannot be written together is tried alone, so that a write fails by its own fault only. */
  private settle(database: DatabaseSync, writes: readonly Write[]): void {
    try {
      this.commit(database, writes);
    } catch (error) {
      for (const write of writes) {
        if (writes.length === 1) write.fail(error);
        else this.settle(database, [write]);
      }
      return;
    }
    for (const write of writes) write.succeed();
  }

  private turn(): void {
    if (this.holds > 0) {
      setTimeout(() => this.turn(), GATHER_MS.shortest);
      return;
    }
    this.state = this.writes.length === 0 ? 'resting' : 'gathering';
    if (this.state === 'resting') return;
    const startedAt = performance.now();
    this.flush();
    const tookMs = performance.now() - startedAt;
    const gatherMs = Math.min(GATHER_MS.longest, Math.max(GATHER_MS.shortest, GATHER_SHARE * tookMs));
    setTimeout(() => this.turn(), gatherMs);
  }

  private commit(database: DatabaseSync, writes: readonly Write[]): void {
    database.exec('BEGIN IMMEDIATE');
    try {
      for (const write of writes) write.run();
      database.exec('COMMIT');
    } catch (error) {
      // SQLite may have undone everything by itself already, when the disk is full for one.
      if (database.isTransaction) database.exec('ROLLBACK');
      throw error;
    }
  }
}

function writeOf<Result>(
  work: () => Result,
  resolve: (result: Result) => void,
  fail: (error: unknown) => void,
): Write {
  let succeed: () => void = () => {};
  return {
    run() {
      const result = work();
      succeed = () => resolve(result);
    },
    succeed: () => succeed(),
    fail,
  };
}
