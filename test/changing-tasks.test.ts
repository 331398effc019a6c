/** Tasks while the bots of the gateway change. */
import { expect, it } from 'vitest';
import { createChangingTasks } from '../src/composition/changing-tasks.ts';
import type { StudioSetup } from '../src/core/studio.ts';
import { createTaskService } from '../src/core/task-service.ts';
import { createMemoryStore } from '../src/stores/memory.ts';
import { frail } from './faults/support/frail.ts';
import { ADMIN, taskWorld } from './support/task-world.ts';

/** Tasks of bots that the test can change, upon a store that it can take down. */
async function changingWorld() {
  const store = frail(createMemoryStore());
  let change = (): Promise<void> => Promise.resolve();
  const world = await taskWorld({
    store: store.store,
    make(setup, tools) {
      const studios: readonly StudioSetup[] = [setup];
      const make = (next: readonly StudioSetup[]) => createTaskService({ ...tools, studios: next });
      const tasks = createChangingTasks({ ...tools, make, studios });
      change = () => tasks.change(studios);
      return tasks;
    },
  });
  return { ...world, frail: store, change: () => change() };
}

it('a change while the store is down waits for it, and no end that could not be stored is forgotten', async () => {
  const world = await changingWorld();
  const { task } = await world.imagine();
  await world.settle();
  await world.runningOf(task.id).emit({ type: 'job-submitted', nonce: '77' });
  world.frail.isDown = true;
  await world.service.cancelTask(ADMIN, task.id, world.never);
  const changing = world.change();
  await world.clock.advance(30_000);
  expect((await world.task(task.id)).status).toBe('cancelled');
  world.frail.isDown = false;
  await world.clock.advance(5_000);
  await changing;
  expect((await world.store.findTask(task.id))?.status).toBe('cancelled');
  expect(world.running).toEqual([]);
});

it('a change takes up what runs, and each task once', async () => {
  const world = await changingWorld();
  const { task } = await world.imagine();
  await world.settle();
  await world.runningOf(task.id).emit({ type: 'job-submitted', nonce: '77' });
  await world.runningOf(task.id).emit({ type: 'job-traced', trace: { interactionId: '5' } });
  const changing = world.change();
  await world.clock.advance(1_000);
  await changing;
  await world.settle();
  expect(world.running.map(({ job }) => [job.id, job.trace.nonce])).toEqual([[task.id, '77']]);
  await world.runningOf(task.id).succeed();
  expect((await world.task(task.id)).status).toBe('succeeded');
});

it('a stop ends a change that waits for the store', async () => {
  const world = await changingWorld();
  world.frail.isDown = true;
  const changing = world.change();
  await world.settle();
  await world.service.close();
  await world.clock.advance(2_000);
  await changing;
  await expect(world.imagine()).rejects.toMatchObject({ code: 'shutting_down' });
});

it('a stop lets a command that is just being given reach Discord, for two seconds at most', async () => {
  const world = await changingWorld();
  const { task } = await world.imagine();
  const other = await world.imagine();
  await world.settle();
  const running = [task, other.task].map(({ id }) => world.runningOf(id));
  for (const [place, one] of running.entries()) await one.emit({ type: 'job-submitted', nonce: `7${place}` });
  const closing = world.service.close();
  await world.clock.advance(1_000);
  await running[0]?.emit({ type: 'job-traced', trace: { interactionId: '5' } });
  await world.clock.advance(1_500);
  await closing;
  const left = await world.store.openTasks();
  expect(left.map(({ trace }) => [trace.nonce, trace.interactionId])).toEqual([
    ['70', '5'],
    ['71', undefined],
  ]);
});
