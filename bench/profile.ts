/** Where the gateway's CPU goes: self time by function. */
import { writeFileSync } from 'node:fs';
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { CpuProfile } from './measured.ts';
import { readOptions } from './options.ts';
import { type Case, startSides, warmUp } from './sides.ts';
import { fixed, renderTable } from './table.ts';

/** Runs one case under the profiler and prints the functions that cost most. */
export async function benchProfile(): Promise<void> {
  const options = readOptions({
    streams: '50',
    case: 'lasting',
    chats: '6',
    pause: '400',
    top: '40',
    out: '',
  });
  const streams = Number(options.streams);
  const sides = await startSides(streams);
  try {
    await warmUp(sides, streams);
    const which = options.case as Case;
    const measured = sides.processOf(which);
    await measured.ask('profile-start');
    const pace = { startAfterMs: 100, editEveryMs: Number(options.pause) };
    const amount = { streams, chatsPerStream: Number(options.chats), pace };
    const { chats } = await sides.measure(which, amount);
    const profile = await measured.ask('profile-stop');
    if (options.out) writeFileSync(options.out, JSON.stringify(profile));
    printCosts(selfTimes(profile), { count: chats, unit: 'chat' }, Number(options.top), options.json);
  } finally {
    await sides.stop();
  }
}

/** Self time by function in microseconds, the largest first; waiting is left out. */
export function selfTimes(profile: CpuProfile): { where: string; us: number }[] {
  const places = new Map(profile.nodes.map(({ id, callFrame }) => [id, placeOf(callFrame)]));
  const costs = new Map<string, number>();
  for (const [index, node] of profile.samples.entries()) {
    const where = places.get(node) ?? '?';
    costs.set(where, (costs.get(where) ?? 0) + (profile.timeDeltas[index] ?? 0));
  }
  for (const [where] of costs)
    if (where === '(idle)' || where.startsWith('post node:inspector')) costs.delete(where);
  return [...costs].map(([where, us]) => ({ where, us })).sort((left, right) => right.us - left.us);
}

function placeOf({ functionName, url, lineNumber }: CpuProfile['nodes'][number]['callFrame']): string {
  if (url === '') return functionName || '(anonymous)';
  const file = url.startsWith('file:') ? relative(process.cwd(), fileURLToPath(url)) : url;
  return `${functionName || '(anonymous)'} ${file}:${lineNumber + 1}`;
}

/** Prints what cost most, for each of `count` units, as a table or as one line of JSON. */
export function printCosts(
  costs: readonly { where: string; us: number }[],
  { count, unit }: { count: number; unit: string },
  top: number,
  json: boolean,
): void {
  if (json) return void console.log(JSON.stringify({ bench: 'profile', count, costs: costs.slice(0, top) }));
  const total = costs.reduce((sum, { us }) => sum + us, 0);
  const rows = costs
    .slice(0, top)
    .map(({ where, us }) => [where, fixed(us / count, 1), fixed((100 * us) / total, 1)]);
  console.log(
    renderTable(['function', `us/${unit}`, '%'], [...rows, ['all', fixed(total / count, 1), '100.0']]),
  );
}
