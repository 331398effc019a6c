/** `npm run soak -- --minutes 10`: everything at once over a Discord that fails all the time. Exit 1 when a promise broke. */
import { type ChildProcess, fork } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import type { SimReady } from '../src/sim/index.ts';
import { startChild } from './child.ts';
import { chatOnce } from './soak-chats.ts';
import { disturb, sentTwice } from './soak-faults.ts';
import type { Vitals } from './soak-gateway.ts';
import { Tally } from './soak-tally.ts';
import { animateOnce, describeOnce, drawOnce } from './soak-tasks.ts';
import { type Sample, verdictOf } from './soak-verdict.ts';

/** How many callers do each kind of work, and how long each rests in between, in milliseconds. */
const CALLERS = { chat: 6, stream: 6, leaver: 3, draw: 5, describe: 2, animate: 3 } as const;
const REST_MS = 300;
/** Longest time between two looks at the gateway, and how many there are at least. */
const LOOK_MS = 60_000;
const FEWEST_LOOKS = 10;

const { values } = parseArgs({
  options: { minutes: { type: 'string', default: '10' }, json: { type: 'boolean', default: false } },
});
const minutes = Number(values.minutes);
if (!(minutes > 0)) {
  console.error('usage: npm run soak -- [--minutes 10] [--json]');
  process.exit(2);
}
await main(minutes * 60_000);

async function main(durationMs: number): Promise<void> {
  const sim = await startChild<SimReady>('sim.ts', { speed: 20, users: 3, limits: 'none' });
  const gateway = await startGateway(sim.ready);
  const tally = new Tally();
  const samples: Sample[] = [];
  const stopped = new AbortController();
  const callers = startCallers(gateway.url, tally, stopped.signal);
  const stopFaults = disturb(sim.ready);
  const startedAt = performance.now();
  const look = async () => {
    const seconds = Math.round((performance.now() - startedAt) / 1_000);
    const sample = { seconds, open: tally.open, ...(await gateway.vitals()) };
    samples.push(sample);
    printSample(sample, tally);
  };
  const everyMs = Math.min(LOOK_MS, durationMs / FEWEST_LOOKS);
  while (performance.now() - startedAt < durationMs - everyMs / 2) {
    await sleep(everyMs);
    await look();
  }
  stopped.abort();
  const faults = await stopFaults();
  await Promise.all(callers);
  // What the gateway itself does once an answer was given, and after a caller has left.
  await sleep(3_000);
  const [vitals, metrics, twice] = [
    await gateway.vitals(),
    await scrape(gateway.url),
    await sentTwice(sim.ready),
  ];
  await gateway.stop();
  await sim.stop();
  const verdict = verdictOf({ samples, vitals, metrics, twice, tally });
  if (values.json)
    console.log(JSON.stringify({ minutes, faults, samples, ends: tally.entries(), ...verdict }));
  else print(faults, tally, verdict);
  process.exitCode = verdict.broken.length === 0 ? 0 : 1;
}

/** Each caller does its work again and again, until it is stopped; what it has begun it finishes. */
function startCallers(url: string, tally: Tally, signal: AbortSignal): Promise<void>[] {
  const work: Readonly<Record<keyof typeof CALLERS, () => Promise<void>>> = {
    chat: () => chatOnce(url, tally, 'chat'),
    stream: () => chatOnce(url, tally, 'stream'),
    leaver: () => chatOnce(url, tally, 'leaver'),
    draw: () => drawOnce(url, tally),
    describe: () => describeOnce(url, tally),
    animate: () => animateOnce(url, tally),
  };
  const repeat = async (once: () => Promise<void>, startAfterMs: number) => {
    await sleep(startAfterMs);
    while (!signal.aborted) {
      await once();
      await sleep(REST_MS);
    }
  };
  return Object.entries(CALLERS).flatMap(([kind, count]) =>
    Array.from({ length: count }, (_, number) => repeat(work[kind as keyof typeof CALLERS], number * 70)),
  );
}

async function startGateway(sim: SimReady) {
  const logFile = join(tmpdir(), `cordgate-soak.${process.pid}.log`);
  const log = openSync(logFile, 'w');
  const child = fork(join(import.meta.dirname, 'soak-gateway.ts'), [JSON.stringify(sim)], {
    execArgv: ['--expose-gc'],
    stdio: ['ignore', 'inherit', log, 'ipc'],
  });
  closeSync(log);
  console.error(`the log of the gateway: ${logFile}`);
  const { url } = (await nextMessage(child)) as { url: string };
  return {
    url,
    async vitals() {
      const answer = nextMessage(child);
      child.send('vitals');
      return (await answer) as Vitals;
    },
    async stop() {
      const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
      child.disconnect();
      await gone;
    },
  };
}

function nextMessage(child: ChildProcess): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const onExit = (code: number | null) => reject(new Error(`the gateway ended with ${code}`));
    child.once('exit', onExit);
    child.once('message', (message) => {
      child.off('exit', onExit);
      resolve(message);
    });
  });
}

async function scrape(url: string): Promise<string> {
  return (await fetch(`${url}/metrics`)).text();
}

function printSample({ seconds, rss, heapUsed, handles, open, ...rest }: Sample, tally: Tally): void {
  const mb = (bytes: number) => (bytes / 1024 / 1024).toFixed(1);
  const done = tally.total((key) => /answered|succeeded/.test(key));
  const failed = tally.total((key) => key.includes('failed'));
  console.error(
    `${String(seconds).padStart(5)} s  RSS ${mb(rss)} MB  heap ${mb(heapUsed)} MB  handles ${handles}  ` +
      `unhandled ${rest.unhandledRejections + rest.uncaughtExceptions}  open tasks ${open}  ` +
      `answered ${done}  failed with a reason ${failed}  crossed ${tally.crossed.length}`,
  );
}

function print(faults: number, tally: Tally, { broken, figures }: ReturnType<typeof verdictOf>): void {
  console.log(`${faults} faults; how everything ended:`);
  for (const [key, count] of tally.entries()) console.log(`  ${String(count).padStart(6)}  ${key}`);
  for (const line of figures) console.log(line);
  console.log(broken.length === 0 ? 'verdict: held' : `verdict: BROKEN\n  ${broken.join('\n  ')}`);
}
