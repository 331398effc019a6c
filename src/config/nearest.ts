/** Number of single-character insertions, deletions, replacements and swaps of neighbours between two texts. */
export function editDistance(left: string, right: string): number {
  let older: number[] = [];
  let above = Array.from({ length: right.length + 1 }, (_, index) => index);
  for (let row = 1; row <= left.length; row++) {
    const current = [row];
    for (let column = 1; column <= right.length; column++) {
      const same = left[row - 1] === right[column - 1];
      const best = Math.min(
        (above[column] ?? 0) + 1,
        (current[column - 1] ?? 0) + 1,
        (above[column - 1] ?? 0) + (same ? 0 : 1),
      );
      const swapped = left[row - 1] === right[column - 2] && left[row - 2] === right[column - 1];
      current.push(swapped && row > 1 && column > 1 ? Math.min(best, (older[column - 2] ?? 0) + 1) : best);
    }
    older = above;
    above = current;
  }
  return above[right.length] ?? 0;
}

const plain = (text: string) => text.toLowerCase().replaceAll(/[_-]/g, '');

/** The candidate that `text` was most likely meant to be, or undefined when none is near. Case, `_` and `-` do not count. */
export function nearest(text: string, candidates: readonly string[]): string | undefined {
  const ranked = candidates
    .map((candidate) => ({ candidate, distance: editDistance(plain(text), plain(candidate)) }))
    .sort((left, right) => left.distance - right.distance);
  const best = ranked[0];
  if (best === undefined) return undefined;
  return best.distance <= Math.max(1, Math.floor(text.length / 2)) ? best.candidate : undefined;
}

/** `; did you mean "x"?` or, when nothing is near, the list of what is known. */
export function suggestion(text: string, candidates: readonly string[]): string {
  const match = nearest(text, candidates);
  if (match !== undefined) return `; did you mean "${match}"?`;
  return candidates.length === 0 ? '' : `; known here: ${candidates.join(', ')}`;
}
