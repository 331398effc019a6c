/** Delay, CPU and memory of streamed chats: the gateway against the floor. */
import { percentile, ratios, spreadOf } from './figures.ts';
import { readOptions } from './options.ts';
import { type Amount, CASES, type Case, type Measured, startSides, warmUp } from './sides.ts';
import { fixed, renderSpread, renderTable } from './table.ts';

/** Runs it and prints its table. */
export async function benchChat(): Promise<void> {
  const options = readOptions({ streams: '1,50,200', rounds: '3' });
  const levels = options.streams.split(',').map(Number);
  const sides = await startSides(Math.max(...levels));
  try {
    await warmUp(sides, Math.max(...levels));
    const rows = [];
    for (const streams of levels) {
      const rounds = await measureLevel(sides.measure, streams, Number(options.rounds));
      rows.push(...CASES.map((which) => summarise(which, streams, rounds)));
    }
    print(rows, options.json);
  } finally {
    await sides.stop();
  }
}

type Rounds = Record<Case, Measured[]>;

async function measureLevel(
  measure: (which: Case, amount: Amount) => Promise<Measured>,
  streams: number,
  count: number,
): Promise<Rounds> {
  const rounds: Rounds = { floor: [], lasting: [], fresh: [] };
  for (let round = 0; round < count; round += 1) {
    for (const which of CASES) {
      rounds[which].push(await measure(which, amountOf(streams)));
      process.stderr.write(`${streams} streams, round ${round + 1} of ${count}: ${which}\n`);
    }
  }
  return rounds;
}

/** About ten seconds each. A single stream edits faster, or there would be too few edits to tell percentiles. */
function amountOf(streams: number): Amount {
  if (streams < 10) return { streams, chatsPerStream: 10, pace: { startAfterMs: 50, editEveryMs: 80 } };
  const chatsPerStream = Math.max(2, Math.round(150 / streams));
  return { streams, chatsPerStream, pace: { startAfterMs: 100, editEveryMs: 400 } };
}

function summarise(which: Case, streams: number, rounds: Rounds) {
  const mine = rounds[which];
  const cpu = mine.map(({ cpuMsPerChat }) => cpuMsPerChat);
  const floorCpu = rounds.floor.map(({ cpuMsPerChat }) => cpuMsPerChat);
  return {
    case: which,
    streams,
    samples: mine.reduce((sum, { delaysMs }) => sum + delaysMs.length, 0),
    p50Ms: spreadOf(mine.map(({ delaysMs }) => percentile(delaysMs, 0.5))),
    p99Ms: spreadOf(mine.map(({ delaysMs }) => percentile(delaysMs, 0.99))),
    cpuMsPerChat: spreadOf(cpu),
    cpuRatio: spreadOf(ratios(cpu, floorCpu)),
    rssMb: Math.max(...mine.map(({ rss }) => rss)) / 1024 / 1024,
  };
}

function print(rows: readonly ReturnType<typeof summarise>[], json: boolean): void {
  if (json) return void console.log(JSON.stringify({ bench: 'chat', node: process.version, rows }));
  const head = ['streams', 'case', 'edits', 'p50 ms', 'p99 ms', 'CPU ms/chat', 'CPU / floor', 'RSS MB'];
  const cells = rows.map((row) => [
    String(row.streams),
    row.case,
    String(row.samples),
    renderSpread(row.p50Ms),
    renderSpread(row.p99Ms),
    renderSpread(row.cpuMsPerChat),
    row.case === 'floor' ? '1' : renderSpread(row.cpuRatio),
    fixed(row.rssMb, 0),
  ]);
  console.log(renderTable(head, cells));
}
