/**
 * Puts the messages of one answer together again. Discord trims white space from both ends of a message, so what
 * stood at a cut is told from the lengths: a message as long as a limit was cut by counting, others at a space or at
 * a line end. Every decision rests on what no later edit changes: the messages before the cut, and the first
 * character after it.
 */

/** Lengths at which programs cut, for Discord's limit of 2,000. */
const LIMITS = [1_900, 1_950, 1_980, 1_990, 2_000];

/** A message this long was cut by the sender because Discord takes no more; its neighbour goes on with the text. */
export const NEARLY_FULL = 1_500;

/** Counting splitters lose at most so much white space at one end of a message. */
const MOST_TRIMMED = 3;

/** A message that ends so close to a limit may have been cut at a space: no longer word would have fitted. */
const WORD_ROOM = 16;

const FENCE = '```';

/**
 * The text of all messages.
 * @param isOver false while messages may still grow or follow: then a closing fence at the end of a long message, and
 * what may become a fence behind it, is held back, because both vanish if the sender goes on with the same code
 */
export function joinTexts(texts: readonly string[], isOver: boolean): string {
  const certain = isOver ? texts : withoutUndecided(texts);
  return certain.reduce((text, next, index) => {
    if (index === 0) return next;
    const earlier = certain.slice(0, index);
    const previous = earlier.at(-1) ?? '';
    const code = codeAfterReopening(previous, next);
    if (code !== undefined) return `${text.slice(0, -FENCE.length)}${code}`;
    return text + gap(text, earlier, next) + next;
  }, '');
}

function withoutUndecided(texts: readonly string[]): string[] {
  const last = texts.at(-1) ?? '';
  const before = texts.at(-2);
  if (before !== undefined && !last.includes('\n') && mayBecomeFence(last) && closesCode(before)) {
    return withoutUndecided(texts.slice(0, -1));
  }
  return closesCode(last) ? [...texts.slice(0, -1), last.slice(0, -FENCE.length - 1)] : [...texts];
}

function mayBecomeFence(line: string): boolean {
  return line.startsWith(FENCE) || FENCE.startsWith(line);
}

/** True when a long message ends with the end of a block of code. */
function closesCode(text: string): boolean {
  return (
    text.length >= NEARLY_FULL && text.endsWith(`\n${FENCE}`) && openedCode(text.slice(0, -4)) !== undefined
  );
}

/** The rest of the code when the sender closed a block at the cut and opened it again behind it. */
function codeAfterReopening(previous: string, next: string): string | undefined {
  if (!closesCode(previous)) return undefined;
  const head = /^```([^\n`]*)\n/.exec(next);
  const language = head?.[1]?.trim();
  const isSame = language === '' || language === openedCode(previous.slice(0, -4));
  return head && isSame ? next.slice(head[0].length) : undefined;
}

/**
 * The language of the block of code that is open at the end of a text (may be empty); undefined when none is. A fence
 * that names a language never closes (CommonMark, "Fenced code blocks").
 */
function openedCode(text: string): string | undefined {
  let language: string | undefined;
  for (const [, info = ''] of text.matchAll(/^[ \t]*```([^\n`]*)$/gm)) {
    language = language !== undefined && info === '' ? undefined : info.trim();
  }
  return language;
}

/** What stood between the messages so far, which are joined in `text`, and the next one. */
function gap(text: string, earlier: readonly string[], next: string): string {
  const previous = earlier.at(-1) ?? '';
  if (previous.length < NEARLY_FULL) return '\n';
  if (text.endsWith(`\n${FENCE}`) && openedCode(text) === undefined) return '\n';
  if (wasCounted(earlier, next)) return habitOf(previous, next) ?? '';
  const missing = limitFor(earlier) - previous.length;
  const habit = missing <= MOST_TRIMMED ? habitOf(previous, next) : undefined;
  return habit ?? (wasCutAtSpace(text, previous, next, missing) ? ' ' : '\n');
}

/** Counted in UTF-16 units or in whole characters; the former may stop one short rather than part a pair. */
function wasCounted(earlier: readonly string[], next: string): boolean {
  const units = earlier.map((text) => text.length);
  const last = units.at(-1) ?? 0;
  if (isFull(last, units) || (isHighSurrogate(next) && isFull(last + 1, units))) return true;
  const characters = earlier.map((text) => [...text].length);
  return isFull(characters.at(-1) ?? 0, characters);
}

/** Who counts fills every message, but for white space that was trimmed. */
function isFull(length: number, lengths: readonly number[]): boolean {
  if (!LIMITS.includes(length)) return false;
  if (lengths.some((other) => other > length || other < length - MOST_TRIMMED)) return false;
  return lengths.filter((other) => other >= length - 1).length * 2 >= lengths.length;
}

function isHighSurrogate(text: string): boolean {
  const unit = text.charCodeAt(0);
  return unit >= 0xd800 && unit <= 0xdbff;
}

/** The limit that the messages kept to. */
function limitFor(texts: readonly string[]): number {
  const longest = Math.max(...texts.map((text) => text.length));
  return LIMITS.find((length) => length >= longest) ?? longest;
}

/** Letters of words that are parted by spaces. */
const LETTER = String.raw`[\p{sc=Latin}\p{sc=Cyrillic}\p{sc=Greek}\p{N}_]`;
const LAST_WORD = new RegExp(`(?:${LETTER}{1,40}|[.!?,;:{}])$`, 'u');
const FIRST_LETTER = new RegExp(`^${LETTER}`, 'u');

/**
 * Whether the last word of the message, or its last punctuation mark, is elsewhere in it followed by such a character
 * or by white space, and by which; undefined when by both or by neither.
 */
function habitOf(text: string, next: string): string | undefined {
  const [token] = LAST_WORD.exec(text) ?? [];
  const [first = ''] = next;
  if (token === undefined) return undefined;
  const isWord = FIRST_LETTER.test(token);
  if (isWord && /[,.;:!?)\]]/.test(first)) return '';
  if (!FIRST_LETTER.test(first)) return undefined;
  const before = text.slice(0, -token.length);
  const start = `${isWord ? `(?<!${LETTER})` : ''}${isWord ? token : `[${token}]`}`;
  const follower = isWord ? first : LETTER;
  const isTogether = new RegExp(start + follower, 'u').test(before);
  const [, apart] = new RegExp(`${start}(\\s)`, 'u').exec(before) ?? [];
  if (isTogether === (apart !== undefined)) return undefined;
  return isTogether ? '' : apart;
}

function wasCutAtSpace(text: string, previous: string, next: string, missing: number): boolean {
  if (/^[-*+#>|•`]/.test(next) || openedCode(text) !== undefined || !previous.includes(' ')) return false;
  // Nobody cuts a text of one long line at its line ends.
  if (!previous.includes('\n')) return true;
  if (missing > WORD_ROOM) return false;
  return !(/[.!?:]["')\]*_]*$/.test(previous) && /^[^\p{Ll}]/u.test(next));
}
