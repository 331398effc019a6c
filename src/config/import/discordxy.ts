/** Turns the `config.json` of Discordxy into a `cordgate.yaml`. */
import { isLoopback } from '../cross-check.ts';
import { type Group, isGroup } from '../tree.ts';
import { drawingBot, filmingBot } from './discordxy-bots.ts';
import { hostLines } from './discordxy-hosts.ts';
import { type OldRoom, readAccounts } from './discordxy-rooms.ts';
import { storeLines } from './discordxy-store.ts';
import { listOf } from './entry.ts';
import { type Imported, proveLoadable } from './imported.ts';
import { Ledger } from './ledger.ts';
import { item } from './leftover.ts';
import { groupOf, misfitNotes } from './misfits.ts';
import { type Line, type Page, paragraphs } from './page.ts';
import { Keys, textOf } from './scalars.ts';
import { numberOf } from './shared.ts';
import type { SourceTree } from './source.ts';
import { writePage } from './write.ts';

/** What else is known. */
export interface DiscordxySurroundings {
  readonly bannedWords?: string | undefined;
  readonly out: string;
}

/**
 * Converts a parsed config.json (keys and meanings: the README of Discordxy).
 * @throws ImportError when its values cannot be used
 */
export function importDiscordxy(
  { root, repeatedKeys }: SourceTree,
  { bannedWords, out }: DiscordxySurroundings,
): Imported {
  const ledger = new Ledger(secretsIn(root));
  if (repeatedKeys) ledger.note('A key stands twice in the old file; the last one was taken.');
  const top = new Keys(root);
  const lost: string[] = [];
  const http = groupOf(top, 'http', lost, ledger);
  const discord = groupOf(top, 'discord', lost, ledger);
  const accounts = readAccounts(discord.take('accounts'), ledger);
  const drawing = drawingBot(accounts.rooms.filter(isFor('mj')), bannedWords, ledger);
  const filming = filmingBot(accounts.rooms.filter(isFor('pika')), ledger);
  const sections: Line[] = [
    { key: 'server', value: { lines: serverLines(http, ledger) } },
    { key: 'discord', value: { lines: hostLines(discord, ledger) } },
    { key: 'accounts', value: accounts.blocks },
    { key: 'bots', value: [...drawing.blocks, ...filming.blocks] },
    { key: 'store', value: { lines: storeLines(discord, ledger) } },
  ];
  const foot = [
    drawing.remark,
    filming.remark,
    leftoverText([discord, http, top], [...lost, ...accounts.leftovers], ledger),
  ];
  const page: Page = { head: HEAD, sections, foot: foot.filter((part) => part !== '').join('\n\n') };
  const imported = {
    text: writePage(page),
    accounts: accounts.ids,
    bots: [...drawing.blocks.map(() => 'midjourney'), ...filming.blocks.map(() => 'pika')],
    notes: ledger.notes,
    variables: ledger.variables,
  };
  proveLoadable(imported, out);
  return imported;
}

const HEAD = `Made by "cordgate import" from the config.json of Discordxy. docs/configuration.md describes every key.
This file holds tokens: let nobody else read it. Each can be written as \${NAME} to come from the environment. "cordgate check" proves that it works. Behind the values stand the keys of the old file.
Clients keep their paths: /client/online, /mj/submit/... and /mj/... are answered as before.`;

const isFor =
  (name: OldRoom['name']) =>
  (room: OldRoom): boolean =>
    room.name === name;

/** Discordxy had no keys, so it may stay open to this machine only. */
function serverLines(http: Keys, ledger: Ledger): Line[] {
  const written = http.text('server');
  const port = numberOf(http, 'port', { lowest: 1, highest: 65_535, fallback: 9394 }, ledger);
  return [hostLine(http.has('server') ? written || '0.0.0.0' : undefined, ledger), { key: 'port', ...port }];
}

/** An empty address meant every address. */
function hostLine(server: string | undefined, ledger: Ledger): Line {
  const key = 'host';
  if (server === undefined) return { key, value: '127.0.0.1', beside: 'server was not given' };
  if (isLoopback(server)) return { key, value: server, beside: 'server' };
  return { key, value: '127.0.0.1', ...paragraphs(ledger.note(closedText(ledger.show(server)))) };
}

function closedText(host: string): string {
  return `Discordxy listened on ${host} and let in whoever reached it. It has no keys, and cordgate does not open itself to everyone unasked: it listens on this machine only. Add a key under auth.keys, or say open: true there, and set host: ${host}.`;
}

/** Comment that lists every value that was not brought over; empty when there is none. */
function leftoverText(groups: readonly Keys[], others: readonly string[], ledger: Ledger): string {
  const [discord] = groups;
  const pool = discord?.has('notify-pool-size')
    ? [item('notify-pool-size', discord.text('notify-pool-size'), POOL, ledger)]
    : [];
  const unknown = groups.flatMap((keys) =>
    keys.rest().map(([name, value]) => {
      ledger.note(`${ledger.showName(name)} is no key of Discordxy; it was left out.`);
      return item(name, value, 'is no key of Discordxy, so nobody knows what it means', ledger);
    }),
  );
  const misfits = groups.flatMap((keys) => misfitNotes(keys, '', ledger).map((note) => `- ${note}`));
  const items = [...pool, ...others, ...unknown, ...misfits];
  return items.length === 0 ? '' : `Of the old file this has no counterpart here:\n${items.join('\n')}`;
}

const POOL =
  'ten calls are under way at a time, the ends of tasks before their progress; this number is not to be set';

/** Every token and password of the file, so that none is shown. */
function secretsIn({ discord }: Group): string[] {
  if (!isGroup(discord)) return [];
  const redis = isGroup(discord.redis) ? [textOf(discord.redis.password)] : [];
  const tokens = listOf(discord.accounts).map((account) =>
    isGroup(account) ? new Keys(account).text('user-token') : '',
  );
  return [...redis, ...tokens];
}
