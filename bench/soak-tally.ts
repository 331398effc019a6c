/** How what callers asked for has ended. */
export class Tally {
  readonly #counts = new Map<string, number>();
  /** What must never be: an answer that is somebody else's, or none of its own. */
  readonly crossed: string[] = [];
  /** Work under way. */
  open = 0;

  /** Counts an end: `imagine succeeded`, `chat 504`. */
  count(kind: string, end: string): void {
    const key = `${kind} ${end}`;
    this.#counts.set(key, (this.#counts.get(key) ?? 0) + 1);
  }

  /** Notes an answer that belongs to somebody else. */
  cross(kind: string, what: string): void {
    this.count(kind, 'CROSSED');
    if (this.crossed.length < 10) this.crossed.push(`${kind}: ${what}`.slice(0, 300));
  }

  /** How many ended in some way. */
  total(end: (key: string) => boolean): number {
    return [...this.#counts].reduce((sum, [key, count]) => sum + (end(key) ? count : 0), 0);
  }

  /** All counts, by name. */
  entries(): (readonly [string, number])[] {
    return [...this.#counts].sort(([left], [right]) => left.localeCompare(right));
  }
}
