import ipaddr from 'ipaddr.js';
import { checkAccount, checkTeam } from './account-check.ts';
import type { Draft } from './draft.ts';
import type { Finding } from './explain.ts';
import { suggestion } from './nearest.ts';
import type { Path } from './problem.ts';
import { checkRooms } from './rooms-check.ts';

/** What no single key can tell: ids that must be unique, names that must exist, a door that would stand open. */
export function crossCheck(draft: Draft, portIsFlag: boolean): Finding[] {
  return [
    ...unique(
      draft.accounts.map((account) => account.id),
      (index) => ['accounts', index, 'id'],
      'id of an account',
    ),
    ...unique(
      draft.bots.map((bot) => bot.id),
      (index) => ['bots', index, 'id'],
      'id of a bot',
    ),
    ...unique(
      draft.auth.keys.map((key) => key.key),
      (index) => ['auth', 'keys', index, 'key'],
      'key',
    ),
    ...unique(
      draft.auth.keys.map((key) => key.name),
      (index) => ['auth', 'keys', index, 'name'],
      'name of a key',
    ),
    ...draft.bots.flatMap((_, index) => checkBot(draft, index)),
    ...checkBotNames(draft),
    ...checkDoor(draft, portIsFlag),
  ];
}

function unique(
  values: readonly (string | undefined)[],
  pathOf: (index: number) => Path,
  what: string,
): Finding[] {
  return values.flatMap((value, index) => {
    const first = values.indexOf(value);
    if (value === undefined || first === index) return [];
    return [{ path: pathOf(index), message: `the same ${what} stands at position ${first} already` }];
  });
}

function checkBot(draft: Draft, index: number): Finding[] {
  const bot = draft.bots[index];
  if (bot === undefined) return [];
  if (bot.driver === 'midjourney' || bot.driver === 'pika')
    return checkRooms(draft, bot.rooms, ['bots', index, 'rooms']);
  const listen = bot.listen === undefined ? [] : checkAccount(draft, bot.listen, ['bots', index, 'listen']);
  return [
    ...listen,
    ...checkTeam(draft, bot.send, (place) => ['bots', index, 'send', place]),
    ...checkBotUsers(bot, ['bots', index]),
  ];
}

function checkBotUsers(bot: Draft['bots'][number], path: Path): Finding[] {
  const one = bot.botUserId !== undefined;
  const several = bot.botUserIds !== undefined;
  if (one && several)
    return [{ path: [...path, 'botUserId'], message: 'give botUserId or botUserIds, not both' }];
  if (one || several) return [];
  return [
    { path: [...path, 'botUserId'], message: 'is missing: user id of the Coze bot (or botUserIds, a list)' },
  ];
}

function checkBotNames(draft: Draft): Finding[] {
  const known = draft.bots.flatMap((bot) => bot.id ?? []);
  const check = (names: readonly string[], path: Path): Finding[] =>
    names.flatMap((name, index) => {
      if (name === '*' || name === '' || known.includes(name)) return [];
      return [{ path: [...path, index], message: `there is no bot "${name}"${suggestion(name, known)}` }];
    });
  return [
    ...draft.auth.keys.flatMap((key, index) => check(key.bots, ['auth', 'keys', index, 'bots'])),
    ...check(draft.auth.anonymous.bots, ['auth', 'anonymous', 'bots']),
  ];
}

/** True when only this machine reaches the address. */
export function isLoopback(host: string): boolean {
  const bare = host.replace(/^\[|\]$/g, '');
  if (bare === 'localhost') return true;
  return ipaddr.isValid(bare) && ipaddr.process(bare).range() === 'loopback';
}

function checkDoor({ server, auth }: Draft, portIsFlag: boolean): Finding[] {
  const findings: Finding[] = [];
  if (server.port === 0 && server.tls === undefined && !portIsFlag) {
    const message =
      '0 switches HTTP off, and without server.tls there is no other door; use "--port 0" for any free port';
    findings.push({ path: ['server', 'port'], message });
  }
  if (!isLoopback(server.host) && auth.keys.length === 0 && !auth.open) {
    const message = `"${server.host}" is open to others, but auth.keys is empty: add a key, or say auth.open: true`;
    findings.push({ path: ['server', 'host'], message });
  }
  return findings;
}
