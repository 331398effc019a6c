import { isGroup } from '../tree.ts';
import type { Entry } from './entry.ts';
import type { Ledger } from './ledger.ts';
import { type Line, paragraphs } from './page.ts';

/** A file in which the Bridge kept names of conversations: one flat object, name -> channel id. */
export interface NameFile {
  /** `conversation_<Key>.json`, earlier `cache_names.json`. Never to be shown: it holds an access key. */
  readonly name: string;
  /** Undefined when it could not be read. */
  readonly text: string | undefined;
}

/** The conversations of one entry of `Bots`: names and channel ids. */
export type Names = ReadonlyMap<string, string>;

/** Longest name that `bots[].conversations` takes. */
const LONGEST_NAME = 100;

/** Forms of the files' names; the second form is older and knew no keys. */
const FILE_OF_KEY = /^conversation_(.*)\.json$/;
const FILE_OF_ALL = 'cache_names.json';

const SOURCE = 'conversation_<Key>.json';

/** True for the name of such a file. */
export function isNameFile(name: string): boolean {
  return FILE_OF_KEY.test(name) || name === FILE_OF_ALL;
}

/**
 * The names of each entry, in the order of the entries. What cannot be used is left out with a note: no file of names
 * keeps the rest from being imported.
 */
export function readNames(
  files: readonly NameFile[],
  entries: readonly Entry[],
  ledger: Ledger,
): readonly Names[] {
  const strays = files.filter(({ name }) => name !== FILE_OF_ALL && !entries.some(isOf(name)));
  if (strays.length > 0) {
    ledger.note(`${SOURCE}: ${counted(strays.length, 'file')} of a Key that no imported bot has, left out.`);
  }
  return entries.map((entry, index) => {
    const own = files.filter(({ name }) => name !== FILE_OF_ALL && isOf(name)(entry));
    // The newer file is read last: its names win.
    const older = index === 0 ? files.filter(({ name }) => name === FILE_OF_ALL) : [];
    if (older.length > 0 && entries.length > 1) {
      ledger.note(`${FILE_OF_ALL}: it names no bot, so its conversations were given to ${entry.origin}.`);
    }
    const names = new Map<string, string>();
    for (const file of [...older, ...own]) addNames(file, entry, names, ledger);
    return names;
  });
}

/** The line of a bot; none when it has no conversations. */
export function namesLine(names: Names): Line[] {
  if (names.size === 0) return [];
  const lines = [...names].map(([key, value]) => ({ key, value }));
  const remark = `${counted(names.size, 'name')} from ${SOURCE} or ${FILE_OF_ALL}. Every caller of this bot reaches these channels by name; the gateway never renames or deletes them.`;
  return [{ key: 'conversations', value: { lines }, ...paragraphs(remark) }];
}

/** An entry without a key kept its names under `default`. */
function isOf(fileName: string): (entry: Entry) => boolean {
  const key = FILE_OF_KEY.exec(fileName)?.[1] ?? '';
  return ({ access }) => access === (key === 'default' ? '' : key);
}

function addNames(file: NameFile, { origin }: Entry, names: Map<string, string>, ledger: Ledger): void {
  const source = file.name === FILE_OF_ALL ? FILE_OF_ALL : `${SOURCE} of ${origin}`;
  const content = parse(file.text);
  if (content === undefined) {
    ledger.note(`${source}: it could not be read as JSON of names and channel ids, and was left out.`);
    return;
  }
  for (const [name, id] of Object.entries(content)) {
    const reason = reasonToDrop(name, id);
    if (reason === undefined) names.set(name, String(id));
    else ledger.note(`${source}: ${ledger.showName(name)} was left out, because ${reason}.`);
  }
}

function parse(text: string | undefined): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse((text ?? '').replace(/^\uFEFF/, ''));
    return isGroup(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function reasonToDrop(name: string, id: unknown): string | undefined {
  if (name === '') return 'the name is empty';
  if (name.length > LONGEST_NAME) return `the name is longer than ${LONGEST_NAME} characters`;
  if (name === '__proto__' || !name.isWellFormed()) return 'such a name cannot be written down';
  return typeof id === 'string' && /^\d{17,20}$/.test(id) ? undefined : 'its channel id is no Discord id';
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}
