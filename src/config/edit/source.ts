/** Where the parts of a YAML text stand. */
import {
  type Document,
  isAlias,
  isCollection,
  isMap,
  isNode,
  isPair,
  isScalar,
  isSeq,
  type Node,
  type Pair,
  parseDocument,
  type YAMLMap,
  type YAMLSeq,
} from 'yaml';
import type { Path } from '../problem.ts';

/** A text with its nodes. */
export interface Source {
  readonly text: string;
  readonly document: Document;
  /** How its lines end. */
  readonly lineEnd: '\n' | '\r\n';
}

/** Reads a text as the loader does. */
export function readSource(text: string): Source {
  const document = parseDocument(text, { merge: true, logLevel: 'error', prettyErrors: false });
  return { text, document, lineEnd: /\r\n/.test(text) ? '\r\n' : '\n' };
}

/** The plain data of a text; undefined when it is no YAML. */
export function dataOf({ document }: Source): unknown {
  if (document.errors.length > 0) return undefined;
  try {
    return document.toJS() ?? {};
  } catch {
    return undefined;
  }
}

/** What stands at a path: the node, where it was found, and how it is held. */
export interface Found {
  readonly node: Node | undefined;
  readonly parent: YAMLMap | YAMLSeq | undefined;
  /** Place in `parent.items`. */
  readonly index: number;
}

/**
 * What stands at a path. Undefined when it does not stand there itself: it is missing, or came in by a merge.
 * `'alias'` when the way leads through an alias, so that a change there would change other places.
 */
export function find({ document }: Source, path: Path): Found | 'alias' | undefined {
  let found: Found = { node: nodeOf(document.contents), parent: undefined, index: 0 };
  for (const step of path) {
    const { node } = found;
    if (isAlias(node)) return 'alias';
    if (!isMap(node) && !isSeq(node)) return undefined;
    const index = isSeq(node) ? Number(step) : node.items.findIndex((pair) => keyOf(pair) === step);
    const item = node.items[index];
    if (item === undefined) return undefined;
    found = { node: nodeOf(isPair(item) ? item.value : item), parent: node, index };
  }
  return found;
}

/** The key of a pair as plain data. */
function keyOf({ key }: Pair): unknown {
  return isScalar(key) ? String(key.value) : undefined;
}

function nodeOf(value: unknown): Node | undefined {
  return isNode(value) ? value : undefined;
}

/** True for `{ … }` and `[ … ]`. */
export function isFlow(node: Node | undefined): boolean {
  return isCollection(node) && node.flow === true;
}

/** Offset of the first character of a node or a pair. */
export function startOf(item: unknown): number {
  return (isPair(item) ? nodeOf(item.key) : nodeOf(item))?.range?.[0] ?? 0;
}

/** Offset behind the last character of a node or a pair that is neither comment nor blank. */
export function endOf(item: unknown): number {
  if (isPair(item)) return Math.max(endOf(item.key) + (item.value === undefined ? 0 : 1), endOf(item.value));
  const node = nodeOf(item);
  if (node === undefined) return 0;
  const last = isCollection(node) && node.flow !== true ? node.items.at(-1) : undefined;
  return last === undefined ? (node.range?.[1] ?? 0) : endOf(last);
}

/** Offset of the first character of the line. */
export function lineStart(text: string, offset: number): number {
  return text.lastIndexOf('\n', offset - 1) + 1;
}

/** Offset behind the line end, or the end of the text. Blanks and line ends before the offset are gone back over. */
export function lineEnd(text: string, offset: number): number {
  const end = text.slice(0, offset).trimEnd().length;
  const found = text.indexOf('\n', end);
  return found < 0 ? text.length : found + 1;
}

/** How far an offset stands from the beginning of its line. */
export function columnOf(text: string, offset: number): number {
  return offset - lineStart(text, offset);
}
