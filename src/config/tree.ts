import type { Path } from './problem.ts';

/** A group of keys as YAML gives it. */
export type Group = Record<string, unknown>;

/** True for a group of keys: an object that is no list. */
export function isGroup(value: unknown): value is Group {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The value one step down, undefined when there is none. */
export function childValue(value: unknown, step: string | number): unknown {
  if (typeof step === 'number') return Array.isArray(value) ? value[step] : undefined;
  return isGroup(value) && Object.hasOwn(value, step) ? value[step] : undefined;
}

/** The value at a path, undefined when there is none. */
export function valueAt(root: unknown, path: Path): unknown {
  return path.reduce<unknown>(childValue, root);
}

/** A copy of the tree with one value replaced; groups and lists on the way are made when they are missing. */
export function withValue(root: unknown, path: Path, value: unknown): unknown {
  const [step, ...rest] = path;
  if (step === undefined) return value;
  const child = withValue(childValue(root, step), rest, value);
  if (typeof step === 'string') return { ...(isGroup(root) ? root : {}), [step]: child };
  const list = Array.isArray(root) ? [...root] : [];
  list[step] = child;
  return list;
}

/** Both trees as one: groups are merged key by key, everything else is taken from `over`, unless it is undefined there. */
export function merged(under: unknown, over: unknown): unknown {
  if (!isGroup(under) || !isGroup(over)) return over === undefined ? under : over;
  const keys = new Set([...Object.keys(under), ...Object.keys(over)]);
  const entries = [...keys].map((key): [string, unknown] => [key, merged(under[key], over[key])]);
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined));
}

/** Freezes a tree all the way down and gives it back. */
export function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const child of Object.values(value)) deepFreeze(child);
  }
  return value;
}
