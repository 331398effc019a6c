/** Faults of the connection to Discord's gateway. */
import type { Scene } from '../support/scene.ts';
import { everywhere, MOMENTS, type Row } from '../support/table.ts';

const MINUTE_MS = 60_000;

/** Nobody gets in until `relieve`. */
const keepAway = (scene: Scene) =>
  scene.sim.fault({ type: 'refuse-connections', times: 1, forMs: 10 * MINUTE_MS });
const letIn = (scene: Scene) => scene.sim.fault({ type: 'clear' });

/** The rows. */
export const CONNECTION_ROWS: readonly Row[] = [
  {
    name: 'the socket drops and can be resumed',
    seen: 'nothing: what was missed comes with the resume',
    cells: everywhere('* comes whole and once, whenever the socket drops', { moments: MOMENTS }),
    cause(scene, moment) {
      if (moment === 'away') keepAway(scene);
      scene.sim.fault({ type: 'drop-sockets' });
    },
    relieve: letIn,
  },
  {
    name: 'the socket drops and the session is gone',
    seen: 'nothing: what was missed is read from the channel',
    cells: everywhere('* comes whole and once, read from the channel where events were missed', {
      moments: MOMENTS,
    }),
    cause(scene, moment) {
      if (moment === 'away') keepAway(scene);
      scene.sim.fault({ type: 'drop-sockets', resumable: false });
    },
    relieve: letIn,
  },
  {
    name: 'the connection is dead and nobody says so (zombie)',
    seen: 'a pause of at most two heartbeats, then what came meanwhile',
    cells: everywhere('* comes whole and once, after the missing heartbeat was noticed', {
      moments: ['before', 'sent', 'middle'],
    }),
    cause: (scene) => scene.sim.fault({ type: 'freeze-sockets' }),
  },
  {
    name: 'Discord asks to reconnect (op 7)',
    seen: 'nothing',
    cells: everywhere('* comes whole and once over the new connection', { moments: MOMENTS }),
    cause(scene, moment) {
      if (moment === 'away') keepAway(scene);
      scene.sim.fault({ type: 'reconnect' });
    },
    relieve: letIn,
  },
  {
    name: 'Discord ends the session (op 9)',
    seen: 'a pause of one to five seconds, then what came meanwhile',
    cells: everywhere('* comes whole and once after a new login', { moments: MOMENTS }),
    cause(scene, moment) {
      if (moment === 'away') keepAway(scene);
      scene.sim.fault({ type: 'invalid-session' });
    },
    relieve: letIn,
  },
  {
    name: 'Discord’s gateway cannot be reached for 60 s',
    seen: 'what was sent comes afterwards',
    // Nothing is spoilt; three minutes pass side by side.
    spoils: true,
    cells: everywhere('* comes whole and once when the gateway is back', {
      moments: ['before', 'sent', 'middle'],
    }),
    cause(scene) {
      scene.sim.fault({ type: 'refuse-connections', times: 1, forMs: MINUTE_MS });
      scene.sim.fault({ type: 'drop-sockets', resumable: false });
    },
  },
];
