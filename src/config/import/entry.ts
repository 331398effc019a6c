import { type Group, isGroup } from '../tree.ts';
import type { Ledger } from './ledger.ts';
import { Keys } from './scalars.ts';

/** One entry of `Bots`, and what the import made of it. */
export interface Entry {
  /** `Bots[0]`, as comments call it. */
  readonly origin: string;
  readonly keys: Keys;
  /** The access key; empty = reachable without one. */
  readonly access: string;
}

/** The entries of `Bots` that become bots, and those that do not with the reason. */
export interface Entries {
  readonly used: readonly Entry[];
  readonly dropped: readonly string[];
}

/** Sorts the entries: of several with one key the first wins, as in the original; Slack has no counterpart. */
export function sortEntries(value: unknown, ledger: Ledger): Entries {
  const used: Entry[] = [];
  const dropped: string[] = [];
  for (const [index, group] of listOf(value).entries()) {
    const origin = `Bots[${index}]`;
    if (!isGroup(group)) {
      dropped.push(`${origin}: is no group of keys`);
      continue;
    }
    const entry = readEntry(group, origin);
    const reason = reasonToDrop(entry, used);
    if (reason === undefined) used.push(entry);
    else dropped.push(describe(entry, reason, ledger));
  }
  for (const text of dropped) ledger.note(`Left out: ${text}`);
  return { used, dropped };
}

/** The groups of the list; a single group counts as a list of one. */
export function listOf(value: unknown): unknown[] {
  if (Array.isArray(value)) return value;
  return isGroup(value) ? [value] : [];
}

function readEntry(group: Group, origin: string): Entry {
  const keys = new Keys(group);
  const access = keys.text('Key');
  return { origin, keys, access: access === 'default' ? '' : access };
}

function reasonToDrop(entry: Entry, used: readonly Entry[]): string | undefined {
  if (/^slack$/i.test(entry.keys.text('Protocol'))) return 'Protocol: slack has no counterpart in cordgate';
  const same = used.find((other) => other.access === entry.access);
  if (same === undefined) return undefined;
  return `its Key is that of ${same.origin}, and of two the original loaded only the first. To share the work of one key among several Coze bots of one server, list them all in botUserIds`;
}

function describe({ origin, keys }: Entry, reason: string, ledger: Ledger): string {
  const ids = ['Server_id', 'CozeBot_id', 'CreateChannel_Category']
    .map((name) => [name, keys.text(name)])
    .filter(([, value]) => value !== '')
    .map(([name, value]) => `${name} ${ledger.show(value)}`);
  return `${origin}${ids.length === 0 ? '' : ` (${ids.join(', ')})`}: ${reason}`;
}
