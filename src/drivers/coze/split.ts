/**
 * Cuts a text into pieces of at most `limit` UTF-16 units, at a line end if there is one in the second half of
 * the piece, else at a space, else anywhere but inside a surrogate pair. Only white space at the cuts is lost (Discord
 * trims it from messages anyway); no piece is blank.
 */
export function splitText(text: string, limit: number): string[] {
  const pieces: string[] = [];
  let rest = text.trim();
  while (rest.length > limit) {
    const cut = findCut(rest, limit);
    pieces.push(rest.slice(0, cut).trimEnd());
    rest = rest.slice(cut).trimStart();
  }
  pieces.push(rest);
  return pieces.filter((piece) => piece !== '');
}

function findCut(text: string, limit: number): number {
  const newline = text.lastIndexOf('\n', limit);
  if (newline > limit / 2) return newline;
  const space = text.lastIndexOf(' ', limit);
  if (space > limit / 2) return space;
  return isHighSurrogate(text.charCodeAt(limit - 1)) ? limit - 1 : limit;
}

function isHighSurrogate(unit: number): boolean {
  return unit >= 0xd800 && unit <= 0xdbff;
}
