/** A change of something that has a key; a newer one makes it superfluous. */
export interface KeyedChange<Value> {
  readonly key: string;
  readonly value: Value;
  /** True for the last change of its key, which is given up last of all. */
  readonly isLast: boolean;
}

/** Changes that wait for a slow reader: of each key only the newest, and never more than `most` keys. */
export class LatestChanges<Value> {
  readonly #most: number;
  readonly #waiting = new Map<string, KeyedChange<Value>>();
  #dropped = 0;
  #isClosed = false;
  #wake = () => {};

  constructor(most: number) {
    this.#most = most;
  }

  /** Takes a change; never waits. */
  add(change: KeyedChange<Value>): void {
    // Written anew at the end, so that what is read is in the order of the changes.
    this.#waiting.delete(change.key);
    if (this.#waiting.size >= this.#most) this.#makeRoom();
    this.#waiting.set(change.key, change);
    this.#wake();
  }

  /** Nothing will come any more; what waits is still read. */
  close(): void {
    this.#isClosed = true;
    this.#wake();
  }

  /** The next change, and how many keys were given up before it; undefined after the end. */
  async next(): Promise<{ readonly value: Value; readonly dropped: number } | undefined> {
    while (this.#waiting.size === 0 && !this.#isClosed) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    const [first] = this.#waiting.values();
    if (first === undefined) return undefined;
    this.#waiting.delete(first.key);
    const dropped = this.#dropped;
    this.#dropped = 0;
    return { value: first.value, dropped };
  }

  #makeRoom(): void {
    const victim = this.#leastMissed();
    if (victim === undefined) return;
    this.#waiting.delete(victim);
    this.#dropped += 1;
  }

  /** The oldest that will change again; else the oldest. */
  #leastMissed(): string | undefined {
    for (const [key, { isLast }] of this.#waiting) if (!isLast) return key;
    return this.#waiting.keys().next().value;
  }
}
