/** Longest segment in UTF-16 units: the encoder's work grows with the square of a run without a break. */
export const SEGMENT_LENGTH = 512;

const SPACE = 0x20;

/**
 * Cuts a text into segments of at most `SEGMENT_LENGTH`, whose token counts add up to the count of the whole: cuts
 * are made in front of a space that follows a word, where the o200k_base vocabulary always begins a new token.
 * Only a stretch without any such place is cut hard, which can cost a token or two.
 */
export function* segments(text: string): Generator<string, void, undefined> {
  let start = 0;
  while (start < text.length) {
    const end = endOfSegment(text, start);
    yield text.slice(start, end);
    start = end;
  }
}

function endOfSegment(text: string, start: number): number {
  const limit = start + SEGMENT_LENGTH;
  if (limit >= text.length) return text.length;
  for (let cut = limit; cut > start; cut--) if (isEndOfWord(text, cut)) return cut;
  return isInsideCharacter(text, limit) ? limit - 1 : limit;
}

function isEndOfWord(text: string, cut: number): boolean {
  return text.charCodeAt(cut) === SPACE && /\S/.test(text.charAt(cut - 1));
}

/** True between the two halves of a character outside the basic plane. */
function isInsideCharacter(text: string, cut: number): boolean {
  return (text.codePointAt(cut - 1) ?? 0) > 0xffff;
}
