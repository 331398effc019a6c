import { fromText } from './coerce.ts';
import type { Environment, Report } from './interpolate.ts';
import { nearest } from './nearest.ts';
import { formatPath, type Path, type Problem } from './problem.ts';
import { childShape, isLeaf, keysOf, resolve, rootShape, type Shape } from './shape.ts';
import { valueAt, withValue } from './tree.ts';

const PREFIX = 'CORDGATE_';

/** Variables that the commands read themselves. */
const RESERVED: readonly string[] = ['CORDGATE_CONFIG', 'CORDGATE_KEY', 'CORDGATE_URL'];

/** A variable of the environment that sets a key. */
export interface Override {
  readonly name: string;
  readonly path: Path;
  readonly value: unknown;
}

/** The variable that sets a key: `CORDGATE_SERVER_PUBLIC_URL`; list positions are written as `N` when not known. */
export function variableName(path: Path): string {
  const words = path.map((step) =>
    String(step)
      .replaceAll(/([a-z0-9])([A-Z])/g, '$1_$2')
      .toUpperCase(),
  );
  return PREFIX + words.join('_');
}

/** The path that a name without its underscores means, longest keys first, or undefined. */
function pathOf(name: string, shape: Shape): Path | undefined {
  if (name === '') return [];
  if (resolve(shape).type === 'array') {
    const index = /^\d+/.exec(name)?.[0];
    const items = childShape(shape, 0);
    const rest =
      index === undefined || items === undefined ? undefined : pathOf(name.slice(index.length), items);
    return rest === undefined ? undefined : [Number(index), ...rest];
  }
  const keys = keysOf(shape).sort((left, right) => right.length - left.length);
  for (const key of keys) {
    const below = childShape(shape, key);
    if (below === undefined || !name.startsWith(key.toUpperCase())) continue;
    const rest = pathOf(name.slice(key.length), below);
    if (rest !== undefined) return [key, ...rest];
  }
  return undefined;
}

function shapeAt(path: Path): Shape {
  return path.reduce<Shape>((shape, step) => childShape(shape, step) ?? {}, rootShape);
}

/** The keys that the environment sets, groups before what stands inside them. Empty variables count as not set. */
export function overridesIn(env: Environment): Override[] {
  const found = Object.entries(env).flatMap(([name, text]): Override[] => {
    if (!name.startsWith(PREFIX) || RESERVED.includes(name) || text === undefined || text.trim() === '')
      return [];
    const path = pathOf(name.slice(PREFIX.length).replaceAll('_', '').toUpperCase(), rootShape);
    return path === undefined || path.length === 0
      ? []
      : [{ name, path, value: fromText(text, shapeAt(path)) }];
  });
  return found.sort(
    (left, right) =>
      left.path.length - right.path.length ||
      formatPath(left.path).localeCompare(formatPath(right.path), 'en', { numeric: true }),
  );
}

/** Lays the environment over the tree of the file. A list position that would leave a gap is reported. */
export function withOverrides(root: unknown, overrides: readonly Override[], report: Report): unknown {
  return overrides.reduce((tree, { name, path, value }) => {
    const gap = path.findIndex(
      (step, depth) => typeof step === 'number' && step > lengthAt(tree, path.slice(0, depth)),
    );
    if (gap === -1) return withValue(tree, path, value);
    const list = path.slice(0, gap);
    report(
      list,
      `${name} sets position ${path[gap]}, but the list has ${lengthAt(tree, list)} entries; count from 0`,
    );
    return tree;
  }, root);
}

function lengthAt(root: unknown, path: Path): number {
  const list = valueAt(root, path);
  return Array.isArray(list) ? list.length : 0;
}

/** Every variable that names a single key outside of lists. */
function plainNames(shape: Shape = rootShape, path: Path = []): string[] {
  if (isLeaf(shape) || resolve(shape).type === 'array') return [variableName(path)];
  return keysOf(shape).flatMap((key) => plainNames(childShape(shape, key), [...path, key]));
}

/** Warns of variables that look like a misspelt setting. `mentioned` are names that the file uses itself. */
export function misspeltVariables(env: Environment, mentioned: ReadonlySet<string>): Problem[] {
  const used = new Set([...RESERVED, ...mentioned, ...overridesIn(env).map((override) => override.name)]);
  const known = plainNames();
  return Object.keys(env)
    .filter((name) => name.startsWith(PREFIX) && env[name] !== '' && !used.has(name))
    .flatMap((name) => {
      const match = nearest(
        name.slice(PREFIX.length),
        known.map((other) => other.slice(PREFIX.length)),
      );
      const hint = match === undefined ? '' : `; did you mean ${PREFIX}${match}?`;
      const message = `the environment variable ${name} is no setting and is not used${hint}`;
      return [{ path: '', message, remedy: 'Correct its name, or take it away.' }];
    });
}
