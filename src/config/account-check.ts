import type { Draft } from './draft.ts';
import type { Finding } from './explain.ts';
import { suggestion } from './nearest.ts';
import type { Path } from './problem.ts';

/** Finds an account that is not there, or is switched off. */
export function checkAccount(draft: Draft, id: string, path: Path): Finding[] {
  const account = draft.accounts.find((entry) => entry.id === id);
  if (account?.enabled) return [];
  if (account !== undefined) return [{ path, message: `the account "${id}" has enabled: false` }];
  const known = draft.accounts.flatMap((entry) => entry.id ?? []);
  return [{ path, message: `there is no account "${id}"${suggestion(id, known)}` }];
}

/** The same for accounts that share work: one that is switched off is left out, but one at least must be on. */
export function checkTeam(
  draft: Draft,
  ids: readonly (string | undefined)[],
  pathOf: (place: number) => Path,
): Finding[] {
  const findings = ids.map((id, place) => (id === undefined ? [] : checkAccount(draft, id, pathOf(place))));
  const isOn = (id: string | undefined) => draft.accounts.some((entry) => entry.id === id && entry.enabled);
  const isKnown = (id: string | undefined) => draft.accounts.some((entry) => entry.id === id);
  if (!ids.some(isOn)) return findings.flat();
  return findings.flatMap((found, place) => (isKnown(ids[place]) ? [] : found));
}
