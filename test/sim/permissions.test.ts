import { afterEach, describe, expect, it } from 'vitest';
import { type Sim, startSim } from '../../src/sim/index.ts';
import { identify } from './support/raw-socket.ts';
import { restOf, tokenOf } from './support/rest.ts';

let sim: Sim;
afterEach(() => sim.close());

const VIEW = String(1n << 10n);
const SEND = String(1n << 11n);
const HISTORY = String(1n << 16n);

async function start() {
  sim = await startSim({ port: 0, limits: 'none', coze: { silent: true } });
  const bridge = restOf(sim, 'bridge');
  const alice = restOf(sim, 'alice');
  const aliceId = sim.ready.accounts.find(({ id }) => id === 'alice')?.userId;
  const create = async (overwrites: object[], more: object = {}) => {
    const body = { name: 'room', permission_overwrites: overwrites, ...more };
    return (await bridge('POST', `/guilds/${sim.ready.guildId}/channels`, body)).body.id as string;
  };
  return { bridge, alice, aliceId, create };
}

describe('permissions', () => {
  it('hide a channel and its events from those who may not view it', async () => {
    const { bridge, alice, create } = await start();
    const bridgeId = sim.ready.accounts.find(({ id }) => id === 'bridge')?.userId;
    const socket = await identify(sim.ready.gateway, tokenOf(sim, 'alice'));
    await socket.event('READY');
    const hidden = await create([
      { id: sim.ready.guildId, type: 0, deny: VIEW },
      { id: bridgeId, type: 1, allow: VIEW },
    ]);
    await bridge('POST', `/channels/${hidden}/messages`, { content: 'in secret' });
    await bridge('POST', `/channels/${sim.ready.channels.general}/messages`, { content: 'in public' });
    expect((await socket.event('MESSAGE_CREATE')).d.content).toBe('in public');
    expect(socket.names()).not.toContain('CHANNEL_CREATE');
    expect((await alice('GET', `/channels/${hidden}/messages`)).body).toEqual({
      message: 'Missing Access',
      code: 50001,
    });
  });

  it('let the member’s own overwrite win over that of everybody', async () => {
    const { alice, aliceId, create } = await start();
    const room = await create([
      { id: sim.ready.guildId, type: 0, deny: SEND },
      { id: aliceId, type: 1, allow: SEND },
    ]);
    const quiet = await create([{ id: aliceId, type: 1, deny: SEND }]);
    expect((await alice('POST', `/channels/${room}/messages`, { content: 'x' })).status).toBe(200);
    expect((await alice('POST', `/channels/${quiet}/messages`, { content: 'x' })).body.code).toBe(50013);
  });

  it('give an empty history, and no reply, without READ_MESSAGE_HISTORY', async () => {
    const { bridge, alice, aliceId, create } = await start();
    const room = await create([{ id: aliceId, type: 1, deny: HISTORY }]);
    const sent = await bridge('POST', `/channels/${room}/messages`, { content: 'x' });
    expect((await alice('GET', `/channels/${room}/messages`)).body).toEqual([]);
    const reply = { content: 'y', message_reference: { message_id: sent.body.id } };
    expect((await alice('POST', `/channels/${room}/messages`, reply)).body.code).toBe(160002);
  });

  it('of a category go over to the channels made in it', async () => {
    const { bridge, alice, aliceId, create } = await start();
    const category = await create([{ id: aliceId, type: 1, deny: VIEW }], { type: 4 });
    const body = { name: 'child', parent_id: category };
    const child = await bridge('POST', `/guilds/${sim.ready.guildId}/channels`, body);
    expect((await alice('GET', `/channels/${child.body.id}`)).body.code).toBe(50001);
  });

  it('silence the Coze bot in channels it cannot see', async () => {
    sim = await startSim({ port: 0, limits: 'none', speed: 100 });
    const bridge = restOf(sim, 'bridge');
    const coze = sim.ready.bots.coze.userId;
    const body = { name: 'no-bots', permission_overwrites: [{ id: coze, type: 1, deny: VIEW }] };
    const room = (await bridge('POST', `/guilds/${sim.ready.guildId}/channels`, body)).body.id;
    await bridge('POST', `/channels/${room}/messages`, { content: `<@${coze}> hello` });
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(sim.world.channels.get(room)?.messages).toHaveLength(1);
  });
});
