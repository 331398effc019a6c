/** One account or bot of the configuration, as it is asked for and as it is changed. */
import { type Override, overridesIn } from '../environment.ts';
import type { Environment } from '../interpolate.ts';
import { formatPath, type Problem } from '../problem.ts';
import type { BotConfig, Config } from '../schema.ts';
import { isGroup, valueAt } from '../tree.ts';
import type { Change } from './change.ts';
import { changesOf, written } from './difference.ts';

/** The lists that can be changed. */
export type ListName = 'accounts' | 'bots';

/** A wish for one entry: its keys without the id; undefined takes the entry away. */
export interface Wish {
  readonly list: ListName;
  readonly id: string;
  readonly entry: Readonly<Record<string, unknown>> | undefined;
}

/** What a wish means for a file. */
export interface Plan {
  readonly changes: readonly Change[];
  /** What the caller should know. */
  readonly notes: readonly string[];
}

/** A bot's options as a caller sees and sends them; accounts have no more than their schema says. */
export function optionsOf(bot: BotConfig): Readonly<Record<string, unknown>> {
  if (!('words' in bot)) return { ...bot };
  const { words: _, ...options } = bot;
  return options;
}

/** The place of an entry in its list; -1 when there is none. */
export function placeOf(config: Config, { list, id }: Pick<Wish, 'list' | 'id'>): number {
  return config[list].findIndex((entry) => entry.id === id);
}

/** The changes that a wish means. `raw` is the file's plain data, `config` what it means now. */
export function planOf(wish: Wish, raw: unknown, config: Config): Plan {
  const { list, id, entry } = wish;
  const place = placeOf(config, wish);
  if (entry === undefined) {
    return { changes: place < 0 ? [] : [{ type: 'remove', path: [list, place] }], notes: [] };
  }
  if (place < 0)
    return { changes: [{ type: 'append', path: [list], value: written({ id, ...entry }) }], notes: [] };
  const current = groupOf(valueAt(raw, [list, place]));
  const effective =
    list === 'bots' ? optionsOf(config.bots[place] as BotConfig) : groupOf(config.accounts[place]);
  const forms = alike({ raw: current, effective, desired: { ...entry, id } });
  const changes = changesOf([list, place], forms, list === 'accounts' ? ['token'] : []);
  return { changes, notes: tokenNotes(changes, current) };
}

/** One Coze bot may stand as `botUserId`; callers see the list that it means. */
function alike(forms: Record<'raw' | 'effective' | 'desired', Readonly<Record<string, unknown>>>) {
  const { raw, effective, desired } = forms;
  const { botUserIds, ...rest } = desired;
  if (!isSet(raw.botUserId) || !Array.isArray(botUserIds) || botUserIds.length !== 1) return forms;
  const [known] = Array.isArray(effective.botUserIds) ? effective.botUserIds : [];
  return {
    raw,
    effective: { ...effective, botUserId: known },
    desired: { ...rest, botUserId: botUserIds[0] },
  };
}

function tokenNotes(changes: readonly Change[], raw: Readonly<Record<string, unknown>>): string[] {
  const isNew = changes.some(({ type, path }) => type === 'set' && path.at(-1) === 'token');
  const name = typeof raw.token === 'string' ? /(?<!\$)\$\{([A-Za-z_]\w*)/.exec(raw.token)?.[1] : undefined;
  if (!isNew || name === undefined) return [];
  return [
    `The token was set by the environment variable ${name}; the new one stands in the file instead of it.`,
  ];
}

/** Why the environment stands against a wish: a list, or positions in it, that variables set. */
export function overriddenBy(env: Environment, { list, entry }: Wish, place: number): Problem[] {
  const inWay = ({ path }: Override) => {
    if (path[0] !== list) return false;
    const [, index] = path;
    // Positions move up when an entry goes.
    return typeof index !== 'number' || index === place || (entry === undefined && index >= place);
  };
  return overridesIn(env)
    .filter(inWay)
    .map(({ name, path }) => ({
      path: formatPath(path),
      message: `is set by the environment variable ${name}, which wins over the file`,
      remedy: `Change ${name}, or take it away and start again.`,
    }));
}

function isSet(value: unknown): boolean {
  return value !== undefined && value !== null;
}

function groupOf(value: unknown): Readonly<Record<string, unknown>> {
  return isGroup(value) ? value : {};
}
