/** Faults of Discord's REST API. */
import type { FaultOrder } from '../../../src/sim/index.ts';
import type { Scene } from '../support/scene.ts';
import { type Cell, type ColumnName, cellOf, everywhere, type Moment, type Row } from '../support/table.ts';

type RestOrder = Omit<Extract<FaultOrder, { type: 'rest' }>, 'type' | 'method' | 'path'>;

/** Hits the sending when it is ordered before, and the reading of the channel after a lost session in the middle. */
function hit(order: RestOrder): Row['cause'] {
  return (scene, moment) => {
    if (moment === 'before') {
      scene.sim.fault({ type: 'rest', ...order, method: 'POST', path: sendingPath(scene) });
      return;
    }
    scene.sim.fault({ type: 'rest', ...order, method: 'GET', path: '/messages' });
    scene.sim.fault({ type: 'drop-sockets', resumable: false });
  };
}

const sendingPath = ({ family }: Scene) => (family === 'coze' ? '/messages' : '/interactions');

const BOTH: readonly Moment[] = ['before', 'middle'];

function row(name: string, seen: string, must: string, order: RestOrder): Row {
  return { name, seen, cells: everywhere(must, { moments: BOTH }), cause: hit(order) };
}

/** The rows. */
export const REST_ROWS: readonly Row[] = [
  row(
    'REST 429 of a route',
    'a pause as long as Discord asks for',
    '* comes whole and once after the pause that Discord asks for',
    { status: 429, retryAfterMs: 3_000, times: 3 },
  ),
  row(
    'REST 429 of everything',
    'a pause as long as Discord asks for',
    '* comes whole and once after the pause of the whole account',
    { status: 429, retryAfterMs: 3_000, times: 2, global: true },
  ),
  row(
    'REST 500',
    'nothing: the call is repeated with the same nonce',
    '* comes whole and once although Discord failed once',
    { status: 500, times: 1 },
  ),
  row(
    'no answer in time, nothing was done',
    'fifteen seconds more: the call is repeated with the same nonce',
    '* comes whole and once although a call was swallowed',
    { action: 'hang', times: 1 },
  ),
  row(
    'no answer in time, but it was done',
    'nothing twice: Discord makes nothing of a nonce that it knows',
    '* comes whole and once although Discord’s answer never came',
    { action: 'act-and-hang', times: 1 },
  ),
  row(
    'the connection is reset before the call acts',
    'nothing: the call is repeated with the same nonce',
    '* comes whole and once although the connection broke before anything was done',
    { action: 'reset', times: 1 },
  ),
  row(
    'the connection is reset after the call has acted',
    'nothing twice: Discord makes nothing of a nonce that it knows',
    '* comes whole and once although the connection broke behind the call',
    { action: 'lose-answer', times: 1 },
  ),
  {
    name: 'REST 500 that stays',
    seen: 'chats: 502 `discord_refused` at once; tasks end as `Timeout` after `submitMinutes`, as nobody knows whether they were taken',
    cells: Object.fromEntries(
      (['chat', 'stream', 'imagine', 'upscale', 'describe', 'animate'] as const).map((name) => [
        name,
        stays(name),
      ]),
    ) as Row['cells'],
    cause: (scene) =>
      scene.sim.fault({ type: 'rest', status: 500, times: 1_000, method: 'POST', path: sendingPath(scene) }),
  },
];

function stays(name: ColumnName): Cell {
  const isChat = name === 'chat' || name === 'stream';
  const must = isChat
    ? 'a Discord that keeps failing is told as 502, and nothing was sent'
    : 'a Discord that keeps failing ends the task with that reason, and it is not sent twice';
  const before = isChat
    ? { status: 502, reason: /Discord/ }
    : { task: 'Timeout' as const, reason: /submitMinutes/ };
  return cellOf(name, must, { moments: ['before'], expects: { before } });
}
