import { isUrl } from '../fields.ts';
import { isGroup } from '../tree.ts';
import type { Ledger } from './ledger.ts';
import { isNothing, misfitNotes } from './misfits.ts';
import { type Line, paragraphs } from './page.ts';
import { Keys, wholeNumber } from './scalars.ts';
import { numberOf } from './shared.ts';

const USUAL_HOST = '127.0.0.1';
const USUAL_PORT = 6379;

/** Section `store`: where tasks are kept, and for how long. */
export function storeLines(discord: Keys, ledger: Ledger): Line[] {
  const written = discord.text('task-storage');
  const isRedis = /^redis$/i.test(written);
  const group = redisGroup(discord, ledger);
  const days = numberOf(discord, 'task-storage-timeout', { lowest: 1, fallback: 30 }, ledger);
  const lines = isRedis
    ? redisLines(group, ledger)
    : [driverLine(written, unusedText(group, ledger), ledger)];
  return [...lines, { key: 'retentionDays', ...days }];
}

function driverLine(written: string, redis: string, ledger: Ledger): Line {
  if (/^memory$/i.test(written)) {
    return { key: 'driver', value: 'memory', beside: 'task-storage', ...paragraphs(redis) };
  }
  const remark =
    written === ''
      ? 'task-storage was not given'
      : ledger.note(`task-storage: ${ledger.show(written)} is not known; a file (sqlite) was taken.`);
  return { key: 'driver', value: 'sqlite', beside: remark, ...paragraphs(redis) };
}

/** The group `redis`, or why it is none. */
function redisGroup(discord: Keys, ledger: Ledger): { readonly keys: Keys; readonly problem: string } {
  const value = discord.take('redis');
  const isOdd = !isGroup(value) && !isNothing(value);
  const problem = isOdd
    ? ledger.note(`redis: ${ledger.show(value)} is no group of keys; it is not used.`)
    : '';
  return { keys: new Keys(isGroup(value) ? value : {}), problem };
}

/** The tasks that Discordxy keeps there are not taken over: they stand in another form. */
function redisLines({ keys, problem }: ReturnType<typeof redisGroup>, ledger: Ledger): Line[] {
  const host = keys.text('host') || USUAL_HOST;
  const port = wholeNumber(keys.text('port'), 1, 65_535) ?? USUAL_PORT;
  const database = wholeNumber(keys.text('database'), 0) ?? 0;
  const password = keys.text('password');
  const login = password === '' ? '' : `:${encodeURIComponent(password)}@`;
  const url = `redis://${login}${host.includes(':') ? `[${host}]` : host}:${port}/${database}`;
  const isUsable = isUrl(url, ['redis:']);
  const odd = isUsable ? '' : ledger.note(`redis: ${ledger.show(host)} is no host; ${USUAL_HOST} was taken.`);
  const rest = keys
    .rest()
    .map(([name]) =>
      ledger.note(`redis.${ledger.showName(name)} is no key that can be used; it was left out.`),
    );
  const usable = isUsable ? url : `redis://${login}${USUAL_HOST}:${port}/${database}`;
  return [
    { key: 'driver', value: 'redis', beside: 'task-storage', ...paragraphs(problem) },
    {
      key: 'url',
      value: usable,
      beside: 'redis',
      ...paragraphs(odd, ...rest, ...misfitNotes(keys, 'redis.', ledger)),
    },
  ];
}

/** What the group `redis` held although it was not in use; empty when it held nothing. */
function unusedText({ keys, problem }: ReturnType<typeof redisGroup>, ledger: Ledger): string {
  if (problem !== '') return problem;
  const [host, port, database] = ['host', 'port', 'database'].map((name) => keys.text(name));
  const password = keys.text('password');
  const rest = keys.rest().map(([name, text]) => `${ledger.showName(name)} ${ledger.show(text, name)}`);
  const misfits = misfitNotes(keys, 'redis.', ledger);
  const isEmpty = !host && !port && !password && (!database || database === '0') && rest.length === 0;
  if (isEmpty) return misfits.join('\n');
  const parts = [
    `host ${ledger.show(host)}`,
    `port ${ledger.show(port)}`,
    `database ${ledger.show(database)}`,
    password === '' ? 'no password' : 'a password, which is not written down here',
    ...rest,
  ];
  return [ledger.note(`redis had: ${parts.join(', ')}. It is not used.`), ...misfits].join('\n');
}
