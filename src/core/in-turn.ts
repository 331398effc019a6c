/** Does works of one key one after the other, in the order of their coming. */
export class InTurn {
  readonly #last = new Map<string, Promise<unknown>>();

  /** Does a work once those before it are done; gives what it gives. */
  run<Result>(key: string, work: () => Promise<Result>): Promise<Result> {
    const before = this.#last.get(key) ?? Promise.resolve();
    const done = before.then(work, work);
    this.#last.set(key, done);
    const forget = () => {
      if (this.#last.get(key) === done) this.#last.delete(key);
    };
    done.then(forget, forget);
    return done;
  }
}
