import { numbered } from './accounts.ts';
import { botIdOf } from './bots.ts';
import type { Entry } from './entry.ts';
import type { Ledger } from './ledger.ts';
import { type Block, type Line, paragraphs } from './page.ts';

/** The access keys of the new file. */
export interface Access {
  /** Lines of the section `auth`; none when there is no bot. */
  readonly lines: readonly Line[];
  /** True when at least one bot has a real key, so that the gateway may listen on every address. */
  readonly hasKeys: boolean;
}

const ANONYMOUS =
  'Reached without a key, as the Bridge did for an empty Key and for "default". One thing differs: a client that sends a made-up key was let in by the Bridge and is refused here. Leave the key empty in such a client (the word default as well), or add a key above.';

/** Every Key becomes an API key that reaches exactly its bot; an empty one and `default` become `anonymous`. */
export function readAccess(entries: readonly Entry[], ledger: Ledger): Access {
  const keys = entries.flatMap((entry, index) =>
    entry.access === '' ? [] : [keyBlock(entry, index, ledger)],
  );
  const open = entries.flatMap((entry, index) => (entry.access === '' ? [botIdOf(index)] : []));
  if (open.length > 0) ledger.note(`${open.join(', ')}: ${ANONYMOUS}`);
  return {
    hasKeys: keys.length > 0,
    lines: [
      ...(keys.length === 0 ? [] : [{ key: 'keys', value: keys }]),
      ...(open.length === 0
        ? []
        : [{ key: 'anonymous', value: { lines: [{ key: 'bots', value: open }] }, ...paragraphs(ANONYMOUS) }]),
    ],
  };
}

function keyBlock({ origin, access }: Entry, index: number, ledger: Ledger): Block {
  const id = botIdOf(index);
  const isUsable = /^\S+$/.test(access);
  if (!isUsable) ledger.note(`${origin}.Key holds blanks, which no key may here: choose a new one.`);
  const value = isUsable
    ? access
    : ledger.ask(
        numbered('BRIDGE_KEY', index, '_'),
        `a new key for ${id}, without blanks`,
        `sample-key-of-${id}`,
      );
  return {
    lines: [
      { key: 'key', value, beside: isUsable ? `${origin}.Key` : `${origin}.Key held blanks` },
      { key: 'name', value: id },
      { key: 'bots', value: [id] },
    ],
  };
}
