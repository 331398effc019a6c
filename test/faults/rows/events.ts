/** Events that come twice, in another order, or not at all. */
import { everywhere, type Row } from '../support/table.ts';

const MANY = 10_000;

/** The rows. */
export const EVENT_ROWS: readonly Row[] = [
  {
    name: 'events come twice',
    seen: 'nothing',
    cells: everywhere('* comes whole and once although every event comes twice', {
      moments: ['before', 'middle'],
    }),
    cause: (scene) => scene.sim.fault({ type: 'duplicate-events', times: MANY }),
  },
  {
    name: 'events come in another order',
    seen: 'nothing',
    cells: everywhere('* comes whole and once although events overtake each other', {
      moments: ['before', 'middle'],
    }),
    cause: (scene) => scene.sim.fault({ type: 'reorder-events', times: MANY, every: 2, forMs: 500 }),
  },
  {
    name: 'events are lost',
    seen: 'what was lost is read from the channel: a chat’s after `idleMs`, a task’s at the next look or its time limit at the latest',
    cells: everywhere('* comes whole and once although events are lost, as the channel is read', {
      moments: ['sent', 'middle', 'away'],
    }),
    scene: (column) => (column === 'chat' || column === 'stream' ? { bot: { deadlineMs: 60_000 } } : {}),
    cause(scene, moment) {
      if (moment === 'sent') scene.sim.fault({ type: 'lose-events', times: 2, event: 'MESSAGE_CREATE' });
      if (moment === 'middle') scene.sim.fault({ type: 'lose-events', times: 4, event: 'MESSAGE_UPDATE' });
      if (moment === 'away') scene.sim.fault({ type: 'lose-events', times: MANY });
    },
  },
];
