/** The operator's list of words that prompts must not hold. */
import { GatewayError } from '../../core/errors.ts';

/** Characters that nobody sees, such as a zero-width blank; with one inside, a word would look the same and be missed. */
const UNSEEN = /\p{Cf}/gu;

const patterns = new WeakMap<readonly string[], RegExp>();

/** The first banned word of a text, as the text has it; links are not searched. Upper and lower case are the same. */
function findBannedWord(text: string, words: readonly string[]): string | undefined {
  if (words.length === 0) return undefined;
  const pattern = patterns.get(words) ?? patternOf(words);
  patterns.set(words, pattern);
  return pattern.exec(text.replace(LINK, ' ').replace(UNSEEN, ''))?.[0];
}

/** @throws GatewayError prompt_refused for the first banned word of some texts, which the message names */
export function refuseBannedWords(texts: readonly string[], words: readonly string[] = []): void {
  for (const text of texts) {
    const word = findBannedWord(text, words);
    if (word === undefined) continue;
    throw new GatewayError('prompt_refused', `The prompt holds the banned word "${word}".`, {
      param: 'prompt',
      hint: 'Word the prompt differently; the operator keeps the list of banned words.',
    });
  }
}

const LINK = /<?https?:\/\/[^\s<>]+>?/gi;
/** Writing without blanks between words, in which "a whole word" has no meaning. */
const UNSPACED =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Khmer}\p{Script=Lao}\p{Script=Myanmar}]/u;
const WORD_CHARACTER = /[\p{L}\p{N}\p{M}_]/u;

function patternOf(words: readonly string[]): RegExp {
  // The longest first, so that of two that begin alike the fuller one is named.
  const seen = words.map((word) => word.replace(UNSEEN, '').trim()).filter((word) => word !== '');
  const alternatives = seen.toSorted((a, b) => b.length - a.length).map(wholeWord);
  return alternatives.length === 0 ? /(?!)/ : new RegExp(alternatives.join('|'), 'iu');
}

/** Bounded where it begins or ends with a letter or digit: `-edge` is also found in `cutting-edge`. */
function wholeWord(word: string): string {
  const parts = word.split(/\s+/).map((part) => part.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&'));
  const characters = [...word];
  return [
    isBounded(characters[0]) ? '(?<![\\p{L}\\p{N}\\p{M}_])' : '',
    parts.join('\\s+'),
    isBounded(characters.at(-1)) ? '(?![\\p{L}\\p{N}\\p{M}_])' : '',
  ].join('');
}

function isBounded(character = ''): boolean {
  return WORD_CHARACTER.test(character) && !UNSPACED.test(character);
}
