/**
 * Reads single members of a large JSON object without building the rest. READY of a user account has megabytes of which
 * three short strings are needed; parsing it whole leaves ten times its size behind for the garbage collector.
 */

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COLON = 0x3a;
const COMMA = 0x2c;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;
const OPEN_LIST = 0x5b;
const CLOSE_LIST = 0x5d;

/**
 * The texts of the wanted members of a JSON object, not yet parsed; undefined when the text is no JSON object, as far
 * as that was looked at. Keys are compared as they are written: none of Discord's holds an escape.
 */
export function pickMembers(text: Buffer, wanted: ReadonlySet<string>): Map<string, Buffer> | undefined {
  const found = new Map<string, Buffer>();
  let at = skipSpace(text, 0);
  if (text[at] !== OPEN_OBJECT) return undefined;
  at = skipSpace(text, at + 1);
  while (text[at] === QUOTE) {
    const keyEnd = endOfString(text, at);
    const colon = skipSpace(text, keyEnd);
    if (text[colon] !== COLON) return undefined;
    const start = skipSpace(text, colon + 1);
    const end = endOfValue(text, start);
    if (end <= start) return undefined;
    const key = text.toString('latin1', at + 1, keyEnd - 1);
    if (wanted.has(key)) found.set(key, text.subarray(start, end));
    at = skipSpace(text, end);
    if (text[at] === CLOSE_OBJECT) return found;
    if (text[at] !== COMMA) return undefined;
    at = skipSpace(text, at + 1);
  }
  return text[at] === CLOSE_OBJECT ? found : undefined;
}

function skipSpace(text: Buffer, from: number): number {
  let at = from;
  while (isSpace(text[at])) at += 1;
  return at;
}

function isSpace(byte: number | undefined): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
}

/** The place behind a value; not behind `from` when there is none. */
function endOfValue(text: Buffer, from: number): number {
  const first = text[from];
  if (first === QUOTE) return endOfString(text, from);
  if (first === OPEN_OBJECT || first === OPEN_LIST) return endOfGroup(text, from);
  let at = from;
  while (at < text.length && !isEndOfWord(text[at])) at += 1;
  return at;
}

function isEndOfWord(byte: number | undefined): boolean {
  return byte === COMMA || byte === CLOSE_OBJECT || byte === CLOSE_LIST || isSpace(byte);
}

/** The place behind the closing quote; the end of the text when there is none. */
function endOfString(text: Buffer, from: number): number {
  let at = from;
  while (true) {
    at = text.indexOf(QUOTE, at + 1);
    if (at < 0) return text.length;
    let slashes = 0;
    while (text[at - 1 - slashes] === BACKSLASH) slashes += 1;
    if (slashes % 2 === 0) return at + 1;
  }
}

/** The place behind the bracket that closes the one at `from`; the end of the text when there is none. */
function endOfGroup(text: Buffer, from: number): number {
  let depth = 0;
  for (let at = from; at < text.length; ) {
    const byte = text[at];
    if (byte === QUOTE) {
      at = endOfString(text, at);
      continue;
    }
    if (byte === OPEN_OBJECT || byte === OPEN_LIST) depth += 1;
    if (byte === CLOSE_OBJECT || byte === CLOSE_LIST) depth -= 1;
    at += 1;
    if (depth === 0) return at;
  }
  return text.length;
}
