/** New parts of a YAML file as text. */
import { Document, isCollection, isSeq, type Scalar, visit, type YAMLMap, type YAMLSeq } from 'yaml';

const STYLE = {
  lineWidth: 0,
  flowCollectionPadding: true,
  doubleQuotedMinMultiLineLength: Number.MAX_SAFE_INTEGER,
} as const;

/** A value on one line, as it stands inside `{ … }` and `[ … ]`. */
export function inFlow(value: unknown): string {
  return rendered([value], () => true)
    .slice(1, -1)
    .trim();
}

/** A plain value on one line. */
export function plainValue(value: unknown): string {
  return rendered(value, () => false);
}

/** A value as lines that begin at the margin: groups over several lines; lists of plain values, and groups in lists, on one. */
function inBlock(value: unknown): string[] {
  const isOnOneLine = (node: YAMLMap | YAMLSeq, key: unknown, depth: number) => {
    const isPlainList = typeof key !== 'number' && isListOfPlain(node);
    return node.items.length > 0 && (isPlainList || (typeof key === 'number' && depth > 1));
  };
  return rendered(value, isOnOneLine).split('\n');
}

/** `key: value`, over as many lines as the value takes. */
export function pairInBlock(key: string, value: unknown): string[] {
  return inBlock({ [key]: value });
}

/** `- value`. */
export function entryInBlock(value: unknown): string[] {
  return inBlock(value).map((line, index) => (index === 0 ? `- ${line}` : `  ${line}`));
}

function rendered(
  value: unknown,
  isOnOneLine: (node: YAMLMap | YAMLSeq, key: unknown, depth: number) => boolean,
): string {
  const document = new Document(value);
  visit(document, {
    Collection(key, node, path) {
      node.flow = isOnOneLine(node, key, path.length);
    },
    Scalar(_, node) {
      if (isLong(node)) node.type = 'QUOTE_DOUBLE';
    },
  });
  return document.toString(STYLE).trim();
}

/** Over several lines, which would be cut wrongly where the text goes into another. */
function isLong({ value }: Scalar): boolean {
  return typeof value === 'string' && /[\r\n]/.test(value);
}

function isListOfPlain(node: YAMLMap | YAMLSeq): boolean {
  return isSeq(node) && node.items.every((item) => !isCollection(item));
}
