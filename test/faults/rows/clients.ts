/** Callers that do not read, and callers that go away. */
import { expect } from 'vitest';
import { expectNothingSentTwice } from '../../e2e/scene.ts';
import { type Cell, COLUMNS, type ColumnName, type Row } from '../support/table.ts';

const cells = (make: (name: ColumnName) => Cell) =>
  Object.fromEntries(COLUMNS.map((name) => [name, make(name)])) as Row['cells'];
const isChat = (name: ColumnName) => name === 'chat' || name === 'stream';

/** The rows. */
export const CLIENT_ROWS: readonly Row[] = [
  {
    name: 'a caller reads nothing for a minute',
    seen: 'all that was said meanwhile, at once; others are not held up',
    manner: 'slow',
    cells: cells((name) => ({
      must: isChat(name)
        ? 'who reads late gets it whole, and nobody waits for them'
        : 'who reads the receipt late finds the task at its end, and nobody waits for them',
      moments: ['before'],
    })),
    cause: () => {},
  },
  {
    name: 'a caller goes away',
    seen: 'chats: the slot is free at once; tasks: what was taken goes on, and is found by its list',
    manner: 'gone',
    cells: cells((name) => ({
      must: isChat(name)
        ? 'the one who stays gets the own one, the one who left leaves nothing behind, and the room can be used again'
        : 'what was taken goes on to its end although nobody waits, once, and as its own',
      moments: isChat(name) ? ['sent', 'middle'] : ['before', 'sent'],
    })),
    cause(scene, moment) {
      if (moment !== 'before') scene.leave();
    },
    afterwards: async (scene) => {
      // The request is on the wire; its answer is not.
      await new Promise((resolve) => setImmediate(resolve));
      scene.leave();
    },
    async check(scene) {
      expectNothingSentTwice(scene.sim);
      if (scene.family === 'coze') return;
      const tasks = await scene.store.listTasks({ limit: 100 });
      const ended = tasks.filter(({ status }) => status === 'succeeded');
      expect(ended).toHaveLength(tasks.length);
      expect(tasks.length).toBe(scene.sim.world.counts.interactionsCreated);
    },
  },
];
