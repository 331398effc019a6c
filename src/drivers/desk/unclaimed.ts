import { type Key, strongKeysOf } from './keys.ts';
import { isFinal, type Sighting } from './sighting.ts';

/** How long a message waits for its job: the answer to the command, or the first sign of the job, may come after it. */
const KEPT_MS = 60_000;
/** The newest of them; a channel full of other people's work must not fill the memory. */
const MOST_KEPT = 1_000;

/** A final picture that waits for its job. */
export interface Waiting {
  readonly sighting: Sighting;
  readonly since: number;
}

/** Messages about jobs that no open job has claimed yet, for a minute, by their keys. */
export class Unclaimed {
  readonly #kept = new Map<Sighting, number>();
  readonly #finals = new Map<string, Waiting>();
  readonly #byKey = new Map<Key, Set<Sighting>>();

  /** How many are kept. */
  get size(): number {
    return this.#kept.size;
  }

  /** Keeps a message; one that came before counts from its first coming. */
  add(sighting: Sighting, now: number): void {
    const { id } = sighting.message;
    if (isFinal(sighting) && !sighting.isUpdate) {
      if (this.#finals.has(id)) return;
      this.#finals.set(id, { sighting, since: now });
    }
    this.#kept.set(sighting, now);
    for (const key of strongKeysOf(sighting)) {
      const same = this.#byKey.get(key);
      if (same) same.add(sighting);
      else this.#byKey.set(key, new Set([sighting]));
    }
    const [oldest] = this.#kept.keys();
    if (this.#kept.size > MOST_KEPT && oldest) this.remove(oldest);
  }

  /** The messages of a key, in the order of their coming. */
  with(key: Key): Sighting[] {
    return [...(this.#byKey.get(key) ?? [])];
  }

  /** Takes out a message that has found its job. */
  remove(sighting: Sighting): void {
    this.#kept.delete(sighting);
    if (this.#finals.get(sighting.message.id)?.sighting === sighting)
      this.#finals.delete(sighting.message.id);
    for (const key of strongKeysOf(sighting)) {
      const same = this.#byKey.get(key);
      same?.delete(sighting);
      if (same?.size === 0) this.#byKey.delete(key);
    }
  }

  /** The final pictures that still wait, oldest first; what has waited too long is forgotten. */
  finals(now: number): Waiting[] {
    for (const [sighting, since] of this.#kept) {
      if (now - since < KEPT_MS) break;
      this.remove(sighting);
    }
    return [...this.#finals.values()];
  }

  /** Forgets all. */
  clear(): void {
    this.#kept.clear();
    this.#finals.clear();
    this.#byKey.clear();
  }
}
