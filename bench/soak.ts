/** Memory over many chats: it must not grow. */
import type { SimReady } from '../src/sim/index.ts';
import { startChild } from './child.ts';
import { slope } from './figures.ts';
import { runLoad } from './load.ts';
import type { Usage } from './measured.ts';
import { readOptions } from './options.ts';
import { setPace } from './script.ts';
import { fixed, renderTable } from './table.ts';

const STEP = 1_000;
/** Of each of the two kinds: named conversations, and a channel for each chat. */
const STREAMS = 50;
const PACE = { startAfterMs: 5, editEveryMs: 10, pieces: 4 };
/** This share of the steps at the beginning says nothing about growth: caches fill, code is compiled. */
const WARM_UP_SHARE = 0.3;

/** Runs it and prints the series and its slope. */
export async function benchSoak(): Promise<void> {
  const options = readOptions({ chats: '20000' });
  const sim = await startChild<SimReady>('sim.ts', {});
  const gateway = await startChild<{ url: string }>('gateway.ts', sim.ready, ['--expose-gc']);
  const series: (Usage & { chats: number })[] = [];
  try {
    await setPace(sim.ready, PACE);
    for (let chats = STEP; chats <= Number(options.chats); chats += STEP) {
      await Promise.all([runHalf(gateway.ready.url, 'lasting'), runHalf(gateway.ready.url, 'fresh')]);
      series.push({ chats, ...(await gateway.ask('settled')) });
      process.stderr.write(`${chats} chats\n`);
    }
  } finally {
    await gateway.stop();
    await sim.stop();
  }
  print(series, options.json);
}

async function runHalf(url: string, model: 'lasting' | 'fresh'): Promise<void> {
  await runLoad({
    url,
    model,
    streams: STREAMS,
    chatsPerStream: STEP / 2 / STREAMS,
    spreadMs: 20,
    pieces: PACE.pieces,
    named: model === 'lasting',
  });
}

function print(series: readonly (Usage & { chats: number })[], json: boolean): void {
  const late = series.slice(Math.floor(series.length * WARM_UP_SHARE));
  const growth = (pick: (usage: Usage) => number) =>
    slope(late.map((entry) => [entry.chats / STEP, pick(entry) / 1024] as const));
  const kbPerThousand = { rss: growth(({ rss }) => rss), heapUsed: growth(({ heapUsed }) => heapUsed) };
  if (json) return void console.log(JSON.stringify({ bench: 'soak', series, kbPerThousand }));
  const mb = (bytes: number) => fixed(bytes / 1024 / 1024, 1);
  const rows = series.map(({ chats, rss, heapUsed, external, cpuMs }) => [
    String(chats),
    mb(rss),
    mb(heapUsed),
    mb(external),
    fixed(cpuMs / chats),
  ]);
  console.log(renderTable(['chats', 'RSS MB', 'heap MB', 'external MB', 'CPU ms/chat'], rows));
  const { rss, heapUsed } = kbPerThousand;
  console.log(`growth after warm-up per 1,000 chats: RSS ${fixed(rss, 1)} KB, heap ${fixed(heapUsed, 1)} KB`);
}
