import type { AccountEntry } from '../../api/config.ts';
import { t } from '../../i18n/index.ts';
import type { Choice } from '../../parts/field.tsx';

/** Nothing chosen: the gateway's default. */
export function unset(): Choice {
  return { value: '', label: t('accounts.unset') };
}

/** The accounts, and those that are named already though they are gone. */
export function accountChoices(
  accounts: readonly AccountEntry[],
  named: readonly string[],
): readonly Choice[] {
  const ids = new Set([...accounts.map(({ id }) => id), ...named.filter(Boolean)]);
  return [...ids].map((value) => ({ value, label: value }));
}

/** The same for a single one, which is still to be chosen at first. */
export function oneAccount(accounts: readonly AccountEntry[], chosen: string): readonly Choice[] {
  return [{ value: '', label: t('accounts.choose') }, ...accountChoices(accounts, [chosen])];
}
