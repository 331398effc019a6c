import type { z } from 'zod';
import { nearest, suggestion } from './nearest.ts';
import type { Path } from './problem.ts';
import { DRIVERS } from './sections/bot.ts';
import { childShape, keysOf, rootShape, type Shape } from './shape.ts';
import { childValue, isGroup, valueAt } from './tree.ts';

/** A problem before its place in the file is known. */
export interface Finding {
  readonly path: Path;
  readonly message: string;
  /** What to do about it, where that is not to change the key in the file. */
  readonly remedy?: string | undefined;
}

type Issue = z.core.$ZodIssue;

/** Says in plain words what the schema found. `sourceOf` gives the characters of a scalar in the file. */
export function explain(
  issue: Issue,
  root: unknown,
  sourceOf: (path: Path) => string | undefined,
): Finding[] {
  const path = issue.path.filter((step) => typeof step !== 'symbol');
  const value = valueAt(root, path);
  if (issue.code === 'unrecognized_keys') return unknownKeys(issue.keys, path, root, value);
  return [
    { path, message: messageOf(issue, path, value, { shape: shapeAt(root, path), source: sourceOf(path) }) },
  ];
}

function shapeAt(root: unknown, path: Path): Shape | undefined {
  let shape: Shape | undefined = rootShape;
  let value = root;
  for (const step of path) {
    shape = shape === undefined ? undefined : childShape(shape, step, value);
    value = childValue(value, step);
  }
  return shape;
}

function unknownKeys(keys: readonly string[], path: Path, root: unknown, value: unknown): Finding[] {
  const shape = shapeAt(root, path);
  const known = shape === undefined ? [] : keysOf(shape, value);
  // A key that stands there already is hardly what was meant, so the others are tried first.
  const free = known.filter((key) => !isGroup(value) || !Object.hasOwn(value, key));
  return keys.map((key) => {
    const candidates = nearest(key, free) === undefined ? known : free;
    return { path: [...path, key], message: `unknown key${suggestion(key, candidates)}` };
  });
}

interface Context {
  readonly shape: Shape | undefined;
  readonly source: string | undefined;
}

function messageOf(issue: Issue, path: Path, value: unknown, context: Context): string {
  if (value === undefined) return missing(context.shape, path);
  switch (issue.code) {
    case 'invalid_type':
      return wrongType(issue.expected, value, path, context.source);
    case 'invalid_union':
      return notAnOption(value, DRIVERS);
    case 'invalid_value':
      return notAnOption(value, issue.values.map(String));
    case 'too_small':
      return issue.origin === 'array'
        ? 'must have at least one entry'
        : limit(issue, issue.inclusive ? 'at least' : 'more than', issue.minimum);
    case 'too_big':
      return limit(issue, issue.inclusive ? 'at most' : 'less than', issue.maximum);
    default:
      return issue.message;
  }
}

function missing(shape: Shape | undefined, path: Path): string {
  if (path.at(-1) === 'driver')
    return `is missing: which kind of bot it is; this version knows: ${DRIVERS.join(', ')}`;
  return shape?.description === undefined ? 'is missing' : `is missing: ${shape.description}`;
}

function limit(issue: { origin: string; message: string }, word: string, value: number | bigint): string {
  return issue.origin === 'string' ? issue.message : `must be ${word} ${value}`;
}

function notAnOption(value: unknown, known: readonly string[]): string {
  if (typeof value !== 'string') return `must be one of: ${known.join(', ')}`;
  return `must be one of: ${known.join(', ')}${suggestion(value, known).replace(/^; known.*/, '')}`;
}

const NAMES: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a group of keys',
};

function wrongType(expected: string, value: unknown, path: Path, source: string | undefined): string {
  const wanted = NAMES[expected] ?? expected;
  if (expected === 'string' && typeof value === 'number') return quotes(path, source ?? String(value));
  if (
    typeof value === 'string' &&
    value.trim() !== '' &&
    !Number.isNaN(Number(value)) &&
    wanted.endsWith('number')
  ) {
    return `must be ${wanted}: leave out the quotes`;
  }
  return `must be ${wanted}, not ${kindOf(value)}`;
}

/** YAML reads an id without quotes as a number, and numbers of that size lose their last digits. */
function quotes(path: Path, source: string): string {
  const isId = path.some((step) => typeof step === 'string' && /Ids?$/.test(step));
  if (isId) return `write the id in quotes ("${source}"): without them YAML reads a number and rounds it`;
  return 'must be text: write it in quotes';
}

function kindOf(value: unknown): string {
  if (value === null) return 'empty';
  if (Array.isArray(value)) return 'a list';
  if (isGroup(value)) return 'a group of keys';
  return NAMES[typeof value] ?? typeof value;
}
