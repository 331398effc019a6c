import { Document, isScalar, type Node, Pair, Scalar, YAMLMap, YAMLSeq } from 'yaml';
import type { Block, Line, Page, Placeholder, Value } from './page.ts';

/** Widest line of a comment, without its indentation. */
const WIDTH = 104;

/** Writes the page as YAML with its comments. A `${` that stands in a value is escaped as `$${`. */
export function writePage(page: Page): string {
  const document = new Document();
  document.commentBefore = comment(page.head);
  document.comment = comment(page.foot);
  const root = new YAMLMap<Scalar, Node>();
  for (const section of page.sections) {
    const pair = pairOf(section);
    // The comment at the head of the document parts the first section already.
    if (root.items.length > 0) pair.key.spaceBefore = true;
    root.items.push(pair);
  }
  document.contents = root;
  const text = document.toString({
    lineWidth: 0,
    flowCollectionPadding: false,
    doubleQuotedMinMultiLineLength: Number.MAX_SAFE_INTEGER,
  });
  return text.replaceAll(/^( +)(\w+:) (\[.+\])$/gm, (line, indent: string, key: string, list: string) =>
    line.length <= WIDTH ? line : [`${indent}${key}`, ...foldedList(list, `${indent}  `)].join('\n'),
  );
}

function pairOf({ key, value, above, beside }: Line): Pair<Scalar, Node> {
  const name = new Scalar(key);
  // A name of a conversation may be anything, also what YAML reads as something else.
  if (!/^[A-Za-z]\w*$/.test(key)) name.type = Scalar.QUOTE_DOUBLE;
  const node = nodeOf(value);
  if (above !== undefined) name.commentBefore = comment(above);
  if (beside !== undefined) node.comment = ` ${beside}`;
  return new Pair<Scalar, Node>(name, node);
}

function nodeOf(value: Value): Node {
  if (isList(value)) return listOf(value);
  if (value === null || typeof value === 'number' || typeof value === 'boolean') return new Scalar(value);
  if (typeof value === 'string') return textNode(value);
  if ('variable' in value) return placeholderNode(value);
  return mapOf(value);
}

function isList(value: Value): value is Extract<Value, readonly unknown[]> {
  return Array.isArray(value);
}

function listOf(values: readonly (string | Placeholder | Block)[]): YAMLSeq<Node> {
  const list = new YAMLSeq<Node>();
  list.items = values.map(nodeOf);
  list.flow = list.items.every((item) => isScalar(item));
  return list;
}

function mapOf({ lines, above }: Block): YAMLMap<Scalar, Node> {
  const map = new YAMLMap<Scalar, Node>();
  map.items = lines.map(pairOf);
  if (above !== undefined) map.commentBefore = comment(above);
  return map;
}

/** Names stay bare; what came from a person (ids, tokens, texts) is quoted. */
function textNode(text: string): Scalar {
  const node = new Scalar(text.replaceAll('${', () => '$${'));
  if (!/^[A-Za-z./][\w./-]*$/.test(text)) node.type = Scalar.QUOTE_DOUBLE;
  return node;
}

function placeholderNode({ variable }: Placeholder): Scalar {
  const node = new Scalar(`\${${variable}}`);
  node.type = Scalar.QUOTE_DOUBLE;
  return node;
}

function comment(text: string): string {
  return text
    .split('\n')
    .flatMap((line) => (line.startsWith('  ') ? [line] : wrapped(line)))
    .map((line) => ` ${line}`)
    .join('\n');
}

/** The YAML library can only write a long list with one entry in each line; this fills the lines. */
function foldedList(list: string, indent: string): string[] {
  return wrapped(list).map((line, index) => (index === 0 ? indent : `${indent} `) + line);
}

/** A line that begins with a dash goes on below its first word. */
function wrapped(line: string): string[] {
  const hang = line.startsWith('- ') ? '  ' : '';
  const lines = [''];
  for (const word of line.split(' ')) {
    const last = lines.at(-1) ?? '';
    if (last !== '' && last.length + 1 + word.length > WIDTH) lines.push(hang + word);
    else lines[lines.length - 1] = last === '' ? word : `${last} ${word}`;
  }
  return lines;
}
