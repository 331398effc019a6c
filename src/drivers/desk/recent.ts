/** The newest of many strings: bounded, so that it never grows for ever. */
export class Recent {
  readonly #kept = new Set<string>();
  readonly #most: number;

  constructor(most: number) {
    this.#most = most;
  }

  /** True when a string is among the newest. */
  has(value: string): boolean {
    return this.#kept.has(value);
  }

  /** Keeps a string; false when it was kept already. */
  add(value: string): boolean {
    if (this.#kept.has(value)) return false;
    this.#kept.add(value);
    if (this.#kept.size > this.#most) {
      for (const oldest of this.#kept) {
        this.#kept.delete(oldest);
        break;
      }
    }
    return true;
  }
}
