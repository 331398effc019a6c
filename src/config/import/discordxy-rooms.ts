import { isGroup } from '../tree.ts';
import { cleanToken, numbered, TERMS } from './accounts.ts';
import { listOf } from './entry.ts';
import type { Ledger } from './ledger.ts';
import { item } from './leftover.ts';
import { isNothing, misfitNotes } from './misfits.ts';
import { type Block, type Line, type Placeholder, paragraphs } from './page.ts';
import { Keys, snowflakeOf, switchOf } from './scalars.ts';
import { numberOf } from './shared.ts';

/** One entry of `action`: what an account did in a channel. */
export interface OldRoom {
  readonly name: 'mj' | 'pika';
  /** Id of the account in the new file. */
  readonly account: string;
  readonly enabled: boolean;
  readonly timeoutMinutes: number;
  /** The entry of `rooms`. */
  readonly block: Block;
}

/** What `accounts` of the old file became. */
export interface OldAccounts {
  readonly ids: readonly string[];
  readonly blocks: readonly Block[];
  readonly rooms: readonly OldRoom[];
  /** Lines on what has no counterpart. */
  readonly leftovers: readonly string[];
}

interface Account {
  readonly id: string;
  readonly token: string | Placeholder;
  readonly enabled: boolean;
  readonly timeoutMinutes: number;
}

/** Reads `discord.accounts`: each becomes an account, each of its actions a room. */
export function readAccounts(value: unknown, ledger: Ledger): OldAccounts {
  const accounts: Account[] = [];
  const blocks: Block[] = [];
  const rooms: OldRoom[] = [];
  const leftovers: string[] = [];
  if (!isNothing(value) && typeof value !== 'object') {
    // Somebody may have written a token here.
    leftovers.push(
      `- ${ledger.note(`accounts: ${ledger.show(value, 'token')} is no list; it was left out.`)}`,
    );
  }
  for (const [index, entry] of listOf(value).entries()) {
    const origin = `accounts[${index}]`;
    if (!isGroup(entry)) {
      leftovers.push(`- ${ledger.note(`${origin}: is no group of keys and was left out.`)}`);
      continue;
    }
    const keys = new Keys(entry);
    const account = readAccount(keys, origin, accounts, leftovers, ledger);
    if (!accounts.includes(account)) {
      accounts.push(account);
      blocks.push(accountBlock(account, keys, origin, blocks.length === 0, ledger));
    }
    const own = readActions(keys.take('action'), origin, account, leftovers, ledger);
    if (own.length === 0) leftovers.push(`- ${ledger.note(idleText(keys, origin))}`);
    rooms.push(...own);
    leftovers.push(...rest(keys, origin, ledger));
  }
  if (blocks.length > 0) ledger.note(TERMS);
  else ledger.note('No account was found: the new file offers no model yet.');
  return { ids: accounts.map(({ id }) => id), blocks, rooms, leftovers };
}

/** The time limit is written at the bot of a room, so without a room it has no place. */
function idleText(keys: Keys, origin: string): string {
  const limit = keys.text('timeout-minutes');
  const rest = limit === '' ? '' : `; its timeout-minutes ${limit} was left out`;
  return `${origin}: has no action that is known, so no bot uses it${rest}.`;
}

function readAccount(
  keys: Keys,
  origin: string,
  known: readonly Account[],
  leftovers: string[],
  ledger: Ledger,
): Account {
  const number = known.length + 1;
  const timeout = numberOf(keys, 'timeout-minutes', { lowest: 1, fallback: 10 }, ledger);
  const written = keys.text('user-token');
  const token = cleanToken(written, `${origin}.user-token`, ledger);
  const same = token === undefined ? undefined : known.find((account) => account.token === token);
  if (same) {
    const own = ['enable', 'user-agent', 'timeout-minutes']
      .filter((name) => keys.text(name) !== '')
      .map((name) => `${name} ${ledger.show(keys.text(name), name)}`);
    const rest = own.length === 0 ? '' : ` Its own ${own.join(', ')} were left out.`;
    const remark = `${origin}: its token is that of ${same.id}, so its rooms were given to that account.${rest}`;
    leftovers.push(`- ${ledger.note(remark)}`);
    return same;
  }
  const meaning = `token of the Discord account; ${origin}.user-token was empty or unusable`;
  const variable = numbered('DISCORD_USER_TOKEN', known.length, '_');
  return {
    id: `account${number}`,
    token: token ?? ledger.ask(variable, meaning, 'token'),
    enabled: !keys.has('enable') || switchOf(keys.text('enable')) !== 'off',
    timeoutMinutes: timeout.value,
  };
}

function accountBlock(
  { id, token, enabled }: Account,
  keys: Keys,
  origin: string,
  isFirst: boolean,
  ledger: Ledger,
): Block {
  const lines: Line[] = [
    { key: 'id', value: id },
    { key: 'kind', value: 'user' },
    { key: 'token', value: token, beside: `${origin}.user-token` },
    ...agentLine(keys, origin, ledger),
    ...(enabled ? [] : [{ key: 'enabled', value: false, beside: 'enable' }]),
  ];
  return { ...paragraphs(isFirst ? TERMS : undefined), lines };
}

function agentLine(keys: Keys, origin: string, ledger: Ledger): Line[] {
  const agent = keys.text('user-agent');
  if (agent === '') return [];
  if (/^[\x20-\x7e]+$/.test(agent)) return [{ key: 'userAgent', value: agent, beside: 'user-agent' }];
  ledger.note(`${origin}.user-agent: holds letters that no header may hold; a fitting one is sent instead.`);
  return [];
}

function readActions(
  value: unknown,
  origin: string,
  account: Account,
  leftovers: string[],
  ledger: Ledger,
): OldRoom[] {
  const lose = (text: string) => {
    leftovers.push(`- ${ledger.note(text)}`);
    return [];
  };
  if (!isNothing(value) && typeof value !== 'object') {
    return lose(`${origin}.action: ${ledger.show(value)} is no list of actions; it was left out.`);
  }
  return listOf(value).flatMap((entry, index): OldRoom[] => {
    const place = `${origin}.action[${index}]`;
    if (!isGroup(entry)) return lose(`${place}: ${ledger.show(entry)} is no group of keys; it was left out.`);
    const keys = new Keys(entry);
    const written = keys.text('name');
    const name = nameOf(written);
    if (name === undefined) {
      const room = `its room ${ledger.show(keys.text('channel-id'))} in ${ledger.show(keys.text('guild-id'))}`;
      const others = keys.rest().map(([key, one]) => `, ${ledger.showName(key)} ${ledger.show(one, key)}`);
      return lose(
        `${place}: ${ledger.show(written)} is no action that is known (mj, pika); it was left out with ${room}${others.join('')}.`,
      );
    }
    const block = { lines: roomLines(keys, place, account, ledger) };
    leftovers.push(...rest(keys, place, ledger));
    return [
      { name, account: account.id, enabled: account.enabled, timeoutMinutes: account.timeoutMinutes, block },
    ];
  });
}

function nameOf(written: string): OldRoom['name'] | undefined {
  if (/^(mj|midjourney)$/i.test(written)) return 'mj';
  return /^pika$/i.test(written) ? 'pika' : undefined;
}

function roomLines(keys: Keys, place: string, { id }: Account, ledger: Ledger): Line[] {
  const concurrency = numberOf(keys, 'core-size', { lowest: 1, highest: 100, fallback: 3 }, ledger);
  const queue = numberOf(keys, 'queue-size', { lowest: 0, fallback: 10 }, ledger);
  return [
    { key: 'account', value: id },
    ...guildLine(keys, place, ledger),
    { key: 'channelId', ...idValue(keys, 'channel-id', place, ledger) },
    { key: 'concurrency', ...concurrency },
    { key: 'queue', ...queue },
  ];
}

function guildLine(keys: Keys, place: string, ledger: Ledger): Line[] {
  if (keys.text('guild-id') !== '') return [{ key: 'guildId', ...idValue(keys, 'guild-id', place, ledger) }];
  ledger.note(`${place}.guild-id: was empty, so the channel is taken for direct messages with the bot.`);
  return [];
}

function idValue(keys: Keys, name: string, place: string, ledger: Ledger): Omit<Line, 'key'> {
  const text = keys.text(name);
  const id = snowflakeOf(text);
  if (id !== undefined) return { value: id, beside: name };
  const what = text === '' ? 'was empty' : `${ledger.show(text)} is no Discord id`;
  const digits = place.replaceAll(/\D+/g, '_').replaceAll(/^_|_$/g, '');
  const variable = `DISCORD_${name.replace('-', '_').toUpperCase()}_${digits}`;
  const value = ledger.ask(variable, `Discord id; ${place}.${name} ${what}`, '100000000000000000');
  return { value, beside: `${name}: ${what}` };
}

function rest(keys: Keys, origin: string, ledger: Ledger): string[] {
  const unknown = keys.rest().map(([name, value]) => {
    const path = `${origin}.${ledger.showName(name)}`;
    ledger.note(`${path} is no key of Discordxy; it was left out.`);
    return item(path, value, 'is no key of Discordxy, so nobody knows what it means', ledger);
  });
  return [...unknown, ...misfitNotes(keys, `${origin}.`, ledger).map((note) => `- ${note}`)];
}
