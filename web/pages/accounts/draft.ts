/** A bot's options while they are typed: texts by path; and back. */
import type { BotField, FieldKind } from './bot-fields.ts';

/** A room as it is typed. */
export interface RoomDraft {
  readonly account: string;
  readonly guildId: string;
  readonly channelId: string;
  readonly concurrency: string;
  readonly queue: string;
}

/** A value as it is typed. */
export type DraftValue = string | boolean | readonly string[] | readonly RoomDraft[];

/** All values by the path of their option. */
export type Draft = Readonly<Record<string, DraftValue>>;

type Tree = Readonly<Record<string, unknown>>;

/** A room that nothing is known of. */
export const NEW_ROOM: RoomDraft = { account: '', guildId: '', channelId: '', concurrency: '', queue: '' };

const CODECS: Readonly<
  Record<FieldKind, { read: (value: unknown) => DraftValue; write: (value: DraftValue) => unknown }>
> = {
  text: { read: asText, write: (value) => String(value).trim() || undefined },
  number: { read: asText, write: numberIn },
  choice: { read: asText, write: (value) => value || undefined },
  account: { read: asText, write: (value) => value || undefined },
  switch: { read: (value) => value === true, write: (value) => value },
  accounts: { read: textsIn, write: (value) => value },
  list: { read: (value) => textsIn(value).join(', '), write: (value) => listIn(String(value)) },
  rooms: { read: (value) => treesIn(value).map(roomOf), write: (value) => roomsIn(value).map(writtenRoom) },
  pairs: { read: pairsAsText, write: (value) => pairsIn(String(value)) },
};

/** The draft of an entry; of a new one all is empty. */
export function draftOf(fields: readonly BotField[], entry: Tree): Draft {
  return Object.fromEntries(fields.map(({ path, kind }) => [path, CODECS[kind].read(valueAt(entry, path))]));
}

/** The entry that a draft means. Options that the form does not know stay; what is empty is left out and gets its default. */
export function entryOf(fields: readonly BotField[], draft: Draft, before: Tree): Tree {
  return fields.reduce<Tree>((entry, { path, kind }) => {
    const value = CODECS[kind].write(draft[path] ?? '');
    return withValue(entry, path.split('.'), value);
  }, before);
}

/** The rooms of a value. */
export function roomsIn(value: DraftValue | undefined): readonly RoomDraft[] {
  return Array.isArray(value) ? value.filter((each): each is RoomDraft => typeof each === 'object') : [];
}

/** The texts of a list. */
export function textsIn(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((each): each is string => typeof each === 'string') : [];
}

function valueAt(tree: unknown, path: string): unknown {
  return path.split('.').reduce<unknown>((at, step) => (Object(at) as Tree)[step], tree);
}

function withValue(tree: Tree, [step = '', ...rest]: readonly string[], value: unknown): Tree {
  if (rest.length === 0) return { ...tree, [step]: value };
  const inner = withValue(Object(tree[step] ?? {}) as Tree, rest, value);
  const isEmpty = Object.values(inner).every((each) => each === undefined);
  return { ...tree, [step]: isEmpty ? undefined : inner };
}

function asText(value: unknown): string {
  return value === undefined || value === null ? '' : String(value);
}

/** What is no number goes as it is: the gateway says what is wrong with it. */
function numberIn(value: DraftValue): number | string | undefined {
  const typed = String(value).trim();
  if (typed === '') return undefined;
  return Number.isNaN(Number(typed)) ? typed : Number(typed);
}

function listIn(typed: string): readonly string[] | undefined {
  const found = typed
    .split(/[,，\n]/)
    .map((each) => each.trim())
    .filter(Boolean);
  return found.length > 0 ? found : undefined;
}

function treesIn(value: unknown): readonly Tree[] {
  return Array.isArray(value) ? value.map((each) => Object(each) as Tree) : [];
}

function roomOf(room: Tree): RoomDraft {
  return {
    account: asText(room.account),
    guildId: asText(room.guildId),
    channelId: asText(room.channelId),
    concurrency: asText(room.concurrency),
    queue: asText(room.queue),
  };
}

function writtenRoom({ account, guildId, channelId, concurrency, queue }: RoomDraft): object {
  return {
    account,
    guildId: guildId.trim() || undefined,
    channelId: channelId.trim(),
    concurrency: numberIn(concurrency),
    queue: numberIn(queue),
  };
}

function pairsAsText(value: unknown): string {
  return Object.entries(Object(value) as Tree)
    .map(([name, id]) => `${name} = ${asText(id)}`)
    .join('\n');
}

function pairsIn(typed: string): Tree | undefined {
  const lines = typed.split('\n').filter((line) => line.trim() !== '');
  if (lines.length === 0) return undefined;
  return Object.fromEntries(
    lines.map((line) => {
      const at = line.lastIndexOf('=');
      return at < 0 ? [line.trim(), ''] : [line.slice(0, at).trim(), line.slice(at + 1).trim()];
    }),
  );
}
