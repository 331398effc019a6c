/** From an entry of the file and one that a caller wishes to the fewest changes that lead there. */
import { isDeepStrictEqual } from 'node:util';
import type { Path } from '../problem.ts';
import { isGroup } from '../tree.ts';
import type { Change } from './change.ts';

/** A value in its three forms. */
export interface Forms {
  /** As it stands in the file, with `${NAME}`. */
  readonly raw: unknown;
  /** As it works: placeholders replaced, defaults filled in. */
  readonly effective: unknown;
  /** As the caller wishes it; what is undefined or null there is not set. */
  readonly desired: unknown;
}

/**
 * The changes that make an entry what is desired. What works as desired already is left as it is written, a default that
 * is not written stays so, and keys that are not desired go away, but for those to keep.
 */
export function changesOf(path: Path, forms: Forms, keep: readonly string[] = []): Change[] {
  const [raw, effective, desired] = [groupOf(forms.raw), groupOf(forms.effective), groupOf(forms.desired)];
  const wishes = Object.entries(desired).filter(([, value]) => isSet(value));
  const wished = new Set([...wishes.map(([key]) => key), ...keep]);
  const gone = Object.keys(raw).filter((key) => !wished.has(key));
  return [
    ...wishes.flatMap(([key, value]) =>
      changesAt([...path, key], { raw: raw[key], effective: effective[key], desired: value }),
    ),
    ...gone.map((key): Change => ({ type: 'remove', path: [...path, key] })),
  ];
}

/** A value as it is written: literal, and without what is not set. */
export function written(value: unknown): unknown {
  if (typeof value === 'string') return value.replaceAll('${', () => '$${');
  if (Array.isArray(value)) return value.map(written);
  if (!isGroup(value)) return value;
  const entries = Object.entries(value).filter(([, entry]) => isSet(entry));
  return Object.fromEntries(entries.map(([key, entry]) => [key, written(entry)]));
}

function changesAt(path: Path, { raw, effective, desired }: Forms): Change[] {
  if (isDeepStrictEqual(written(desired), written(effective))) return [];
  if (isGroup(desired) && isGroup(raw)) return changesOf(path, { raw, effective, desired });
  const isList = Array.isArray(desired) && Array.isArray(raw) && Array.isArray(effective);
  const changes = isList ? listChanges(path, raw, effective, desired) : undefined;
  return changes ?? [{ type: 'set', path, value: written(desired) }];
}

/** Undefined when the order of the entries changes: such a list is written anew. */
function listChanges(
  path: Path,
  raw: readonly unknown[],
  effective: readonly unknown[],
  desired: readonly unknown[],
): Change[] | undefined {
  if (raw.length !== effective.length || desired.length === 0) return undefined;
  const names = effective.map(nameOf);
  const places = desired.map((wish) => names.indexOf(nameOf(wish)));
  const kept = places.filter((place) => place >= 0);
  const isOrdered = places.every((place, index) => place < 0 || place > (places[index - 1] ?? -1));
  const areNewLast = places.slice(0, kept.length).every((place) => place >= 0);
  if (kept.length === 0 || !isOrdered || !areNewLast) return undefined;
  const gone = raw.map((_, place) => place).filter((place) => !kept.includes(place));
  return [
    ...kept.flatMap((place, index) =>
      changesAt([...path, place], { raw: raw[place], effective: effective[place], desired: desired[index] }),
    ),
    ...gone.reverse().map((place): Change => ({ type: 'remove', path: [...path, place] })),
    ...desired.slice(kept.length).map((wish): Change => ({ type: 'append', path, value: written(wish) })),
  ];
}

/** What tells the entries of a list apart: a room by its account and channel, a plain value by itself. */
function nameOf(entry: unknown): string {
  if (!isGroup(entry)) return JSON.stringify(entry) ?? '';
  return JSON.stringify([entry.account, entry.channelId]);
}

function isSet(value: unknown): boolean {
  return value !== undefined && value !== null;
}

function groupOf(value: unknown): Readonly<Record<string, unknown>> {
  return isGroup(value) ? value : {};
}
