/** How a growing answer is laid out over messages of limited length. */

/**
 * Positions at which a text is cut so that no piece is longer than `limit`, never inside a surrogate pair.
 */
export function cutPositions(text: string, limit: number): number[] {
  const cuts: number[] = [];
  for (let start = 0; text.length - start > limit; ) {
    const cut = bestCut(text, start + limit);
    cuts.push(cut);
    start = cut;
  }
  return cuts;
}

/** The pieces of the first `shown` characters of a text, by the cuts of the whole. */
export function piecesShown(text: string, cuts: readonly number[], shown: number): string[] {
  const edges = [0, ...cuts, text.length];
  return edges
    .slice(0, -1)
    .map((start, position) => text.slice(start, Math.min(shown, edges[position + 1] ?? shown)))
    .filter((piece, position) => position === 0 || piece.length > 0);
}

/** After which characters a text is shown when it grows over so many edits: about equal parts, ended by the whole. */
export function growth(text: string, edits: number): number[] {
  const steps = Math.max(1, Math.min(edits + 1, text.length));
  return Array.from({ length: steps }, (_, step) => {
    const end = Math.ceil((text.length * (step + 1)) / steps);
    return splitsPair(text, end) ? end + 1 : end;
  });
}

/** By counting, as most programs do: what white space lies at a cut, Discord trims away. */
function bestCut(text: string, end: number): number {
  return splitsPair(text, end) ? end - 1 : end;
}

function splitsPair(text: string, cut: number): boolean {
  return /[\uDC00-\uDFFF]/.test(text.charAt(cut)) && /[\uD800-\uDBFF]/.test(text.charAt(cut - 1));
}
