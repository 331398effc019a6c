import { isGroup } from '../tree.ts';
import type { Ledger } from './ledger.ts';
import { isNothing, misfitNotes } from './misfits.ts';
import { type Line, paragraphs } from './page.ts';
import { Keys } from './scalars.ts';
import { numberOf } from './shared.ts';

/** Section `store`: where tasks are kept, and for how long. */
export function storeLines(discord: Keys, ledger: Ledger): Line[] {
  const written = discord.text('task-storage');
  const redis = redisText(discord, ledger);
  const days = numberOf(discord, 'task-storage-timeout', { lowest: 1, fallback: 30 }, ledger);
  return [driverLine(written, redis, ledger), { key: 'retentionDays', ...days }];
}

function driverLine(written: string, redis: string, ledger: Ledger): Line {
  if (/^memory$/i.test(written)) {
    return { key: 'driver', value: 'memory', beside: 'task-storage', ...paragraphs(redis) };
  }
  if (/^redis$/i.test(written)) {
    const later =
      'task-storage: redis comes with a later version of cordgate; until then tasks are kept in a file (sqlite).';
    return { key: 'driver', value: 'sqlite', ...paragraphs(ledger.note(later), redis) };
  }
  const remark =
    written === ''
      ? 'task-storage was not given'
      : ledger.note(`task-storage: ${ledger.show(written)} is not known; a file (sqlite) was taken.`);
  return { key: 'driver', value: 'sqlite', beside: remark, ...paragraphs(redis) };
}

/** What the group `redis` held, for the day on which it can be used; empty when it held nothing. */
function redisText(discord: Keys, ledger: Ledger): string {
  const value = discord.take('redis');
  if (!isGroup(value)) {
    return isNothing(value)
      ? ''
      : ledger.note(`redis: ${ledger.show(value)} is no group of keys; it is not used.`);
  }
  const keys = new Keys(value);
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
