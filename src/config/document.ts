import {
  type Document,
  isAlias,
  isCollection,
  isNode,
  isPair,
  isScalar,
  LineCounter,
  type Node,
  parseDocument,
} from 'yaml';
import { formatPath, type Path, type Place, type Problem } from './problem.ts';

/** The text of a configuration file, parsed, with the place of every key. */
export interface ConfigDocument {
  /** What the file says, as plain data; an empty file is an empty group. */
  readonly value: unknown;
  /** What YAML itself finds wrong. */
  readonly problems: readonly Problem[];
  /** True when the text is no YAML at all, so that `value` says nothing. */
  readonly broken: boolean;
  /** The place of a key, or of its nearest parent that stands in the file. */
  placeOf(path: Path): Place | undefined;
  /** The characters of a scalar as they stand in the file (a number keeps all its digits). */
  sourceOf(path: Path): string | undefined;
}

/** Parses YAML 1.2 with `<<` merges. */
export function readDocument(text: string): ConfigDocument {
  const lines = new LineCounter();
  const document = parseDocument(text, {
    lineCounter: lines,
    prettyErrors: false,
    merge: true,
    logLevel: 'error',
  });
  const placeAt = (offset: number): Place => {
    const { line, col } = lines.linePos(offset);
    return { line, column: col };
  };
  const broken = document.errors.some((error) => error.code !== 'DUPLICATE_KEY');
  const problems = document.errors.map((error) => ({
    path: '',
    message:
      error.code === 'DUPLICATE_KEY' ? 'this key stands here twice' : `not valid YAML: ${error.message}`,
    ...placeAt(error.pos[0]),
  }));
  const read = broken ? { value: {}, problems } : readValue(document, problems);
  return {
    ...read,
    broken,
    placeOf: (path) => {
      const offset = offsetOf(document, path);
      return offset === undefined ? undefined : placeAt(offset);
    },
    sourceOf: (path) => {
      const node = nodeAt(document, path);
      return isScalar(node) ? node.source : undefined;
    },
  };
}

/** Levels of a file; a sane one has six. */
const DEEPEST = 50;

function readValue(document: Document, problems: Problem[]): { value: unknown; problems: Problem[] } {
  try {
    const value: unknown = document.toJS() ?? {};
    refuseCircles(value, []);
    return { value, problems };
  } catch (error) {
    // An alias without its anchor, one that holds itself, or so many aliases that the file would blow up.
    const message = `not valid YAML: ${error instanceof Error ? error.message : String(error)}`;
    return { value: {}, problems: [...problems, { path: formatPath([]), message, line: 1, column: 1 }] };
  }
}

/** All that reads the tree walks it to its ends. @throws Error */
function refuseCircles(value: unknown, above: readonly unknown[]): void {
  if (typeof value !== 'object' || value === null) return;
  if (above.includes(value)) throw new Error('an alias stands inside of what it stands for');
  if (above.length > DEEPEST) throw new Error(`more than ${DEEPEST} levels`);
  for (const entry of Object.values(value)) refuseCircles(entry, [...above, value]);
}

function child(document: Document, node: unknown, step: string | number): { node: unknown; offset?: number } {
  const target = isAlias(node) ? node.resolve(document) : node;
  if (!isCollection(target)) return { node: undefined };
  const item = target.items.find((entry, index) =>
    isPair(entry) ? isScalar(entry.key) && String(entry.key.value) === step : index === step,
  );
  if (!isPair(item)) return { node: item, offset: startOf(item) };
  return { node: item.value, offset: startOf(item.key) };
}

function startOf(node: unknown): number | undefined {
  return isNode(node) ? (node as Node).range?.[0] : undefined;
}

function nodeAt(document: Document, path: Path): unknown {
  return path.reduce<unknown>((node, step) => child(document, node, step).node, document.contents);
}

function offsetOf(document: Document, path: Path): number | undefined {
  let offset = startOf(document.contents);
  let node: unknown = document.contents;
  for (const step of path) {
    const next = child(document, node, step);
    if (next.offset === undefined) return offset;
    node = next.node;
    offset = next.offset;
  }
  return offset;
}
