/** One change of a YAML text, so that every other character stays as it is. */
import { isAlias, isMap, isPair, isScalar, isSeq, type Node, type YAMLMap, type YAMLSeq } from 'yaml';
import type { Path } from '../problem.ts';
import { isGroup } from '../tree.ts';
import { type Change, changed } from './change.ts';
import { entryInBlock, inFlow, pairInBlock, plainValue } from './render.ts';
import { columnOf, dataOf, endOf, find, isFlow, lineEnd, lineStart, type Source, startOf } from './source.ts';

/** Replaces what stands between two offsets. */
interface Splice {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** The text after a change; undefined when it cannot be made by cutting and pasting. */
export function spliced(source: Source, change: Change): string | undefined {
  const splices = splicesOf(source, change);
  if (splices === undefined) return undefined;
  const ordered = [...splices].sort((left, right) => right.start - left.start);
  return ordered.reduce(
    (text, { start, end, text: piece }) => text.slice(0, start) + piece + text.slice(end),
    source.text,
  );
}

function splicesOf(source: Source, change: Change): Splice[] | undefined {
  const found = find(source, change.path);
  if (found === 'alias' || (change.type !== 'set' && found && isAlias(found.node))) {
    return unaliased(source, change);
  }
  if (change.type === 'append') return append(source, change.path, found?.node, change.value);
  if (found?.parent === undefined) return change.type === 'set' ? add(source, change) : hide(source, change);
  const { parent, index, node } = found;
  if (change.type === 'remove')
    return isFlow(parent) ? removeInFlow(parent, index) : remove(source, change.path, parent, index);
  return replace(source, { parent, index, node }, change.value);
}

/** A place that is an alias gets a copy of its own. */
function unaliased(source: Source, change: Change): Splice[] | undefined {
  const depth = change.path.findIndex((_, length) => {
    const found = find(source, change.path.slice(0, length + 1));
    return found !== undefined && found !== 'alias' && isAlias(found.node);
  });
  if (depth < 0) return undefined;
  const path = change.path.slice(0, depth + 1);
  const value = path.reduce<unknown>(
    (data, step) => (data as Record<string | number, unknown>)[step],
    changed(dataOf(source), change),
  );
  return splicesOf(source, { type: 'set', path, value });
}

interface Held {
  readonly parent: YAMLMap | YAMLSeq;
  readonly index: number;
  readonly node: Node | undefined;
}

function replace(source: Source, { parent, index, node }: Held, value: unknown): Splice[] | undefined {
  const item = parent.items[index];
  const isOneLine = node !== undefined && (isAlias(node) || isFlow(node) || isPlain(source, node));
  const isPlainValue = !isGroup(value) && !Array.isArray(value);
  if (isOneLine && (isFlow(parent) || isFlow(node) || isPlainValue)) {
    const text = isFlow(parent) || isFlow(node) ? inFlow(value) : plainValue(value);
    return [{ start: startOf(node), end: endOf(node), text }];
  }
  if (isFlow(parent) || item === undefined) return undefined;
  const column = columnOf(source.text, isPair(item) ? startOf(item) : startOf(parent));
  const lines = isPair(item) ? pairInBlock(String(keyText(item)), value) : entryInBlock(value);
  const start = isPair(item) ? startOf(item) : dashOf(source, item);
  return [{ start, end: endOf(item), text: indented(lines, column, source).trimStart() }];
}

/** A plain or quoted value on one line. */
function isPlain({ text }: Source, node: Node): boolean {
  return isScalar(node) && node.source !== undefined && !/^[|>]/.test(text.slice(startOf(node)));
}

/** A key that is not there yet, behind the others of its group. */
function add(source: Source, { path, value }: Extract<Change, { type: 'set' }>): Splice[] | undefined {
  const key = path.at(-1);
  const group = find(source, path.slice(0, -1));
  if (typeof key !== 'string' || group === undefined || group === 'alias') return undefined;
  const { node } = group;
  if (!isMap(node)) return undefined;
  const last = node.items.at(-1);
  if (isFlow(node)) return [addInFlow(source, node, `${inFlow(key)}: ${inFlow(value)}`)];
  if (last === undefined) return undefined;
  const column = columnOf(source.text, startOf(node.items[0]));
  return [addLines(source, lineEnd(source.text, endOf(last)), pairInBlock(key, value), column)];
}

/** A key that came in by a merge is set to null, which stands for "not set". */
function hide(source: Source, { path }: Extract<Change, { type: 'remove' }>): Splice[] | undefined {
  return typeof path.at(-1) === 'string' ? add(source, { type: 'set', path, value: null }) : undefined;
}

function append(source: Source, path: Path, node: Node | undefined, value: unknown): Splice[] | undefined {
  if (isSeq(node) && node.items.length > 0) {
    if (isFlow(node)) return [addInFlow(source, node, inFlow(value))];
    const last = node.items.at(-1);
    const lines = isFlow(last as Node) ? [`- ${inFlow(value)}`] : entryInBlock(value);
    const at = lineEnd(source.text, endOf(last));
    return [addLines(source, at, lines, columnOf(source.text, startOf(node)))];
  }
  const found = find(source, path);
  if (found === undefined || found === 'alias') return addList(source, path, value);
  return fill(source, found.parent, found.index, node, value);
}

/** The first entry of a list that is empty: below its key, so that a comment beside the key stays there. */
function fill(
  source: Source,
  parent: YAMLMap | YAMLSeq | undefined,
  index: number,
  node: Node | undefined,
  value: unknown,
): Splice[] | undefined {
  const pair = parent?.items[index];
  if (parent === undefined || !isPair(pair)) return undefined;
  const { text } = source;
  if (isFlow(parent)) return [{ start: startOf(node), end: endOf(node), text: `[ ${inFlow(value)} ]` }];
  const colon = text.indexOf(':', endOf(pair.key)) + 1;
  const column = columnOf(text, startOf(pair)) + 2;
  // What is empty without a sign stands nowhere, and a comment may be in between.
  const isWritten = isSeq(node) || (isScalar(node) && node.source !== '');
  const end = isWritten ? endOf(node) : colon;
  const lines = addLines(source, lineEnd(text, end), entryInBlock(value), column);
  return [{ start: colon, end, text: '' }, lines];
}

/** A list that is not there yet, with its first entry. */
function addList(source: Source, path: Path, value: unknown): Splice[] | undefined {
  const key = path.at(-1);
  const root = source.document.contents;
  if (path.length > 1 || typeof key !== 'string' || isFlow(root ?? undefined)) {
    return add(source, { type: 'set', path, value: [value] });
  }
  const lines = [`${key}:`, ...entryInBlock(value).map((line) => `  ${line}`)];
  return [addLines(source, source.text.length, lines, 0)];
}

function addInFlow({ text }: Source, node: YAMLMap | YAMLSeq, piece: string): Splice {
  const last = node.items.at(-1);
  if (last !== undefined) return { start: endOf(last), end: endOf(last), text: `, ${piece}` };
  const start = startOf(node);
  return { start, end: endOf(node), text: `${text[start]} ${piece} ${text[endOf(node) - 1]}` };
}

function addLines(source: Source, at: number, lines: readonly string[], column: number): Splice {
  const { text, lineEnd: newline } = source;
  const isLineOpen = at > 0 && text[at - 1] !== '\n';
  return {
    start: at,
    end: at,
    text: `${isLineOpen ? newline : ''}${indented(lines, column, source)}${newline}`,
  };
}

function indented(lines: readonly string[], column: number, { lineEnd: newline }: Source): string {
  return lines.map((line) => (line === '' ? '' : ' '.repeat(column) + line)).join(newline);
}

function removeInFlow({ items }: YAMLMap | YAMLSeq, index: number): Splice[] {
  const item = items[index];
  const [before, after] = [items[index - 1], items[index + 1]];
  if (after !== undefined) return [{ start: startOf(item), end: startOf(after), text: '' }];
  return [{ start: before === undefined ? startOf(item) : endOf(before), end: endOf(item), text: '' }];
}

function remove(source: Source, path: Path, parent: YAMLMap | YAMLSeq, index: number): Splice[] | undefined {
  const { text } = source;
  const { items } = parent;
  const item = items[index];
  const from = isPair(item) ? startOf(item) : dashOf(source, item);
  if (items.length === 1) return emptied(source, path.slice(0, -1), from);
  const isFirstOfLine = text.slice(lineStart(text, from), from).trim() === '';
  if (!isFirstOfLine) return [{ start: from, end: startOf(items[index + 1]), text: '' }];
  const start = index === 0 ? lineStart(text, from) : withComments(text, lineStart(text, from));
  return [{ start, end: lineEnd(text, endOf(item)), text: '' }];
}

/** The last entry goes: `key: []` or `key: {}` stays. */
function emptied(source: Source, path: Path, from: number): Splice[] | undefined {
  const { text } = source;
  const found = find(source, path);
  const pair = found === 'alias' ? undefined : found?.parent?.items[found.index];
  if (!isPair(pair)) return undefined;
  const colon = text.indexOf(':', endOf(pair.key)) + 1;
  const lines = { start: lineStart(text, from), end: lineEnd(text, endOf(pair.value)), text: '' };
  return [{ start: colon, end: colon, text: isSeq(pair.value) ? ' []' : ' {}' }, lines];
}

/** Comments right above an entry are about it, and go with it. */
function withComments(text: string, start: number): number {
  const before = lineStart(text, start - 1);
  const line = text.slice(before, start).trim();
  return start > 0 && line.startsWith('#') ? withComments(text, before) : start;
}

/** Where the `-` of an entry stands. */
function dashOf({ text }: Source, item: unknown): number {
  const start = startOf(item);
  return text.lastIndexOf('-', start - 1);
}

function keyText(pair: unknown): unknown {
  return isPair(pair) && isScalar(pair.key) ? pair.key.value : '';
}
