/** Changes of a configuration file, one place each, and what they make of its plain data. */
import type { Path } from '../problem.ts';
import { isGroup, valueAt, withValue } from '../tree.ts';

/** One change. Texts are as they shall stand in the file, `$${` for a literal `${`. */
export type Change =
  /** A key gets a value, whether or not it had one; a place of a list gets another. */
  | { readonly type: 'set'; readonly path: Path; readonly value: unknown }
  /** A key or a place of a list goes away. */
  | { readonly type: 'remove'; readonly path: Path }
  /** A list, made when there is none, gets one more entry at its end. */
  | { readonly type: 'append'; readonly path: Path; readonly value: unknown };

/** What plain data becomes by a change. */
export function changed(root: unknown, change: Change): unknown {
  const { path } = change;
  if (change.type === 'set') return withValue(root, path, change.value);
  if (change.type === 'append') {
    const list = valueAt(root, path);
    return withValue(root, path, [...(Array.isArray(list) ? list : []), change.value]);
  }
  return without(root, path);
}

function without(root: unknown, path: Path): unknown {
  const last = path.at(-1);
  const parent = path.slice(0, -1);
  const holder = valueAt(root, parent);
  if (Array.isArray(holder)) return withValue(root, parent, holder.toSpliced(Number(last), 1));
  if (!isGroup(holder)) return root;
  const rest = Object.entries(holder).filter(([key]) => key !== last);
  return withValue(root, parent, Object.fromEntries(rest));
}
