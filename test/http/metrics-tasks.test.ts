/** Tasks as the metrics count them. */
import { expect, it } from 'vitest';
import type { Task } from '../../src/core/task.ts';
import { createMetrics } from '../../src/metrics/metrics.ts';
import { TASK } from '../notify/support.ts';

const ENDED = 'cordgate_tasks_ended_total{';

it('the end of a task is counted once, by the process in which it ended', async () => {
  const metrics = createMetrics();
  const tell = (task: Task) => metrics.taskChanged({ type: 'task-changed', task });
  const ended: Task = { ...TASK, status: 'succeeded', revision: 9 };
  // What an earlier process could not tell any more is told by this one.
  tell({ ...ended, id: '7' });
  expect(await metrics.render()).not.toContain(ENDED);
  tell({ ...TASK, status: 'running' });
  tell(ended);
  tell({ ...ended, revision: 10 });
  const [line, ...others] = (await metrics.render()).split('\n').filter((each) => each.startsWith(ENDED));
  expect([line?.endsWith(' 1'), others]).toEqual([true, []]);
});
