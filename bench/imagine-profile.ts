/** Where the CPU of drawing goes, or that of status reads: self time by function. */
import { writeFileSync } from 'node:fs';
import { type Drawer, drawWith, startScene } from './imagine.ts';
import { readTasks } from './imagine-load.ts';
import { readOptions } from './options.ts';
import { printCosts, selfTimes } from './profile.ts';

const READ_MS = 5_000;

/** Runs one of them under the profiler and prints the functions that cost most. */
export async function benchImagineProfile(): Promise<void> {
  const options = readOptions({ of: 'draw', case: 'sqlite', tasks: '1000', top: '40', out: '' });
  const tasks = Number(options.tasks);
  const scene = await startScene(options.case as Drawer);
  const { drawer } = scene;
  try {
    const { ids } = await drawWith(scene, tasks);
    if (options.of === 'read') await readTasks(drawer.ready.url, ids, READ_MS / 5);
    await drawer.ask('profile-start');
    const reads = options.of === 'read' ? await readTasks(drawer.ready.url, ids, READ_MS) : 0;
    const drawn = options.of === 'read' ? [] : (await drawWith(scene, tasks)).ids;
    const profile = await drawer.ask('profile-stop');
    if (options.out) writeFileSync(options.out, JSON.stringify(profile));
    const unit = options.of === 'read' ? 'read' : 'task';
    printCosts(selfTimes(profile), { count: reads || drawn.length, unit }, Number(options.top), options.json);
  } finally {
    await scene.stop();
  }
}
