/** The gateway is killed. */
import { expect } from 'vitest';
import { waitFor } from '../../e2e/drawing/studio.ts';
import { roomsOf } from '../support/columns.ts';
import type { Scene } from '../support/scene.ts';
import { type Cell, COLUMNS, type ColumnName, type Expected, type Row } from '../support/table.ts';

/** A new process needs a while. */
const RESTART_MS = 2_000;
const CUT: Expected = { status: 0, reason: /connection/ };

function cell(name: ColumnName): Cell {
  if (name === 'chat' || name === 'stream') {
    return {
      must: 'the connection breaks without an end, and GetLatestMessage gives the whole answer after the restart',
      moments: ['sent', 'middle', 'away'],
      expects: { sent: CUT, middle: CUT, away: CUT },
    };
  }
  return {
    must: 'it goes on after the restart and ends as its own, once, also when it ended meanwhile',
    moments: ['sent', 'middle', 'away'],
  };
}

/** What the bot said in a room, as Coze-Discord-Bridge's dialect gives it. */
async function expectLatest(scene: Scene, room: string): Promise<void> {
  const channel = [...scene.sim.world.channels.values()].find(({ name }) => name === room);
  const said = () =>
    channel?.messages.filter(({ authorId }) => authorId === scene.sim.ready.bots.coze.userId).at(-1)?.content;
  const latest = async () => {
    const { json } = await scene.caller.get(`/api/GetLatestMessage?name=${room}`);
    return (json as { data?: { prompt?: string } }).data?.prompt;
  };
  await waitFor(said, (text) => (text?.match(/t=/g) ?? []).length === 5, 10_000);
  expect(await latest()).toBe(said()?.trim());
}

/** The rows. */
export const STOP_ROWS: readonly Row[] = [
  {
    name: 'the gateway is killed (kill -9) and started anew',
    seen: 'chats: the connection breaks, `GetLatestMessage` gives the answer afterwards; tasks go on and end',
    cells: Object.fromEntries(COLUMNS.map((name) => [name, cell(name)])) as Row['cells'],
    spoils: true,
    scene: () => ({ mortal: true }),
    async cause(scene, moment) {
      scene.kill();
      if (moment === 'away') return;
      await scene.pass(RESTART_MS);
      await scene.start();
    },
    relieve: (scene) => scene.start(),
    async check(scene, _, answers) {
      if (scene.family !== 'coze') return;
      await scene.running();
      for (const room of roomsOf(scene.tag)) await expectLatest(scene, room);
      expect(answers.every(({ served }) => !served)).toBe(true);
    },
  },
];
