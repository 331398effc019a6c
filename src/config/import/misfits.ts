/** Values of the old file of the wrong kind: a list or group where a single value belongs, or the reverse. */
import { isGroup } from '../tree.ts';
import type { Ledger } from './ledger.ts';
import { Keys, textOf } from './scalars.ts';

/** True for a key that is missing, null or empty. */
export function isNothing(value: unknown): boolean {
  return value === undefined || value === null || (typeof value === 'string' && textOf(value) === '');
}

/** A note for each key of which a single value was wanted and a list or group stood there. `prefix` ends with a dot. */
export function misfitNotes(keys: Keys, prefix: string, ledger: Ledger): string[] {
  return keys.misfits().map(([name, value]) => {
    const path = `${prefix}${ledger.showName(name)}`;
    return ledger.note(`${path}: ${ledger.show(value, name)} is no single value; it was left out.`);
  });
}

/** The keys of a group; what is no group becomes a line of `lost`. */
export function groupOf(keys: Keys, name: string, lost: string[], ledger: Ledger): Keys {
  const value = keys.take(name);
  if (isGroup(value)) return new Keys(value);
  if (!isNothing(value)) {
    lost.push(`- ${ledger.note(`${name}: ${ledger.show(value)} is no group of keys; it was left out.`)}`);
  }
  return new Keys({});
}
