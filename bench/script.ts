import type { SimReady } from '../src/sim/index.ts';

/** Pieces of the answers: the first message and ten edits. */
export const PIECES = [
  'The Moon pulls the near side of the Earth more than its middle,',
  'and the middle more than the far side,',
  'so the oceans bulge towards the Moon and away from it.',
  'The Earth turns below both bulges once a day,',
  'which gives two high tides.',
  'Meanwhile the Moon moves on along its own path,',
  'and the Earth needs about fifty minutes more to catch up.',
  'That is why high water comes later every day.',
  'The Sun does the same, a little less than half as strongly.',
  'When both pull in one line the tides are high: spring tides;',
  'at a right angle they are low: neap tides.',
] as const;

/** How fast the bots answer. */
export interface Pace {
  readonly startAfterMs: number;
  readonly editEveryMs: number;
  /** Default all. */
  readonly pieces?: number;
}

/** Makes every bot of a simulator answer with stamped pieces at this pace. */
export async function setPace(sim: SimReady, pace: Pace): Promise<void> {
  const { pieces = PIECES.length, ...times } = pace;
  const defaults = { chunks: PIECES.slice(0, pieces), stamp: true, ...times };
  const url = new URL('/__sim/script', sim.api);
  const response = await fetch(url, { method: 'POST', body: JSON.stringify({ reset: true, defaults }) });
  if (!response.ok) throw new Error(`the simulator answered ${response.status}: ${await response.text()}`);
}

/** Makes text channels; gives their ids. */
export async function createChannels(sim: SimReady, count: number): Promise<string[]> {
  const token = sim.accounts.find(({ kind }) => kind === 'bot')?.token;
  const ids: string[] = [];
  for (let number = 0; number < count; number += 1) {
    const response = await fetch(`${sim.api}/guilds/${sim.guildId}/channels`, {
      method: 'POST',
      headers: { authorization: `Bot ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ name: `floor-${number}`, type: 0 }),
    });
    const { id } = (await response.json()) as { id: string };
    ids.push(id);
  }
  return ids;
}
