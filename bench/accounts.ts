/** Memory of accounts that are logged in and idle. */
import type { SimReady } from '../src/sim/index.ts';
import type { AccountsOptions, AccountsResult } from './accounts-child.ts';
import { startChild } from './child.ts';
import { readOptions } from './options.ts';
import { fixed, renderTable } from './table.ts';

/** Runs it for bots and users and prints both. */
export async function benchAccounts(): Promise<void> {
  const options = readOptions({ count: '200', 'ready-bytes': '1200000' });
  const readyBytes = Number(options['ready-bytes']);
  const rows = [];
  for (const kind of ['bot', 'user'] as const) {
    rows.push(await measureKind(kind, Number(options.count), readyBytes));
  }
  if (options.json) return console.log(JSON.stringify({ bench: 'accounts', rows }));
  const head = ['kind', 'accounts', 'READY bytes', 'heap KB', 'external KB', 'RSS KB', 'RSS KB, later half'];
  const cells = rows.map(({ kind, count, readyBytes, heapKb, externalKb, rssKb, laterRssKb }) => {
    const figures = [heapKb, externalKb, rssKb, laterRssKb].map((value) => fixed(value, 1));
    return [kind, String(count), String(readyBytes), ...figures];
  });
  console.log(
    `${renderTable(head, cells)}\neach account: growth from 1 to ${options.count} accounts over their number; later half: from half of them to all`,
  );
}

async function measureKind(kind: 'bot' | 'user', count: number, readyBytes: number) {
  const accounts = Array.from({ length: count }, (_, number) => {
    return { id: `account${number}`, kind, ...(kind === 'user' ? { readyBytes } : {}) };
  });
  const sim = await startChild<SimReady>('sim.ts', { accounts, bots: 0, users: 0 });
  const options: AccountsOptions = { ...sim.ready, kind };
  const child = await startChild<AccountsResult>('accounts-child.ts', options, ['--expose-gc']);
  const { one, half, all } = child.ready;
  await child.stop();
  await sim.stop();
  const each = (pick: 'heapUsed' | 'external' | 'rss') => (all[pick] - one[pick]) / 1024 / (count - 1);
  return {
    kind,
    count,
    readyBytes: kind === 'user' ? readyBytes : 0,
    heapKb: each('heapUsed'),
    externalKb: each('external'),
    rssKb: each('rss'),
    laterRssKb: (all.rss - half.rss) / 1024 / Math.floor(count / 2),
  };
}
