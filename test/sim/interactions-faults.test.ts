import { afterEach, describe, expect, it } from 'vitest';
import { type FaultOrder, type Sim, startSim } from '../../src/sim/index.ts';
import { createMessage } from '../../src/sim/messages.ts';
import { Echo } from './support/echo.ts';
import { identify } from './support/raw-socket.ts';
import { restOf, tokenOf } from './support/rest.ts';

let sim: Sim;
let echo: Echo;
afterEach(() => sim.close());

async function start() {
  sim = await startSim({ port: 0, limits: 'none', coze: { silent: true }, users: 2 });
  echo = new Echo(sim.world, sim.ready.guildId);
  const socket = await identify(sim.ready.gateway, tokenOf(sim, 'alice'));
  const sessionId: string = (await socket.event('READY')).d.session_id;
  const whisper = (nonce = 'one') => ({
    type: 2,
    application_id: echo.id,
    guild_id: sim.ready.guildId,
    channel_id: sim.ready.channels.general,
    session_id: sessionId,
    nonce,
    data: { id: echo.commands[1]?.id, version: echo.commands[1]?.version, name: 'whisper', type: 1 },
  });
  return { socket, alice: restOf(sim, 'alice'), bob: restOf(sim, 'bob'), whisper };
}

const say = (...texts: string[]) => {
  const channel = sim.world.channels.get(sim.ready.channels.general ?? '');
  if (!channel) throw new Error('no channel');
  for (const content of texts)
    createMessage(sim.world, channel, { authorId: sim.ready.bots.pika.userId, content });
};

describe('faults of interactions', () => {
  it('ask one account for a captcha, so many times, and change nothing', async () => {
    const { alice, bob, whisper } = await start();
    sim.fault({ type: 'captcha', account: 'alice', times: 2 });
    for (const _ of [1, 2]) {
      expect(await alice('POST', '/interactions', whisper())).toMatchObject({
        status: 400,
        body: {
          captcha_key: ['captcha-required'],
          captcha_service: 'hcaptcha',
          captcha_sitekey: expect.any(String),
          captcha_session_id: expect.any(String),
          captcha_rqdata: expect.any(String),
          captcha_rqtoken: expect.any(String),
        },
      });
    }
    expect((await bob('POST', '/interactions', whisper('of bob'))).status).toBe(204);
    expect(echo.heard).toHaveLength(1);
    expect((await alice('POST', '/interactions', whisper())).status).toBe(204);
  });

  it.each([
    ['interactions', 400, 200],
    ['messages', 204, 400],
    ['both', 400, 400],
  ] as const)('captchas on %s stop only those', async (on, interaction, message) => {
    const { alice, whisper } = await start();
    sim.fault({ type: 'captcha', on, times: 2 });
    const path = `/channels/${sim.ready.channels.general}/messages`;
    expect((await alice('POST', '/interactions', whisper())).status).toBe(interaction);
    expect((await alice('POST', path, { content: 'x' })).status).toBe(message);
    expect((await alice('GET', path)).status).toBe(200);
  });

  it.each<[FaultOrder, number]>([
    [{ type: 'rest', path: '/interactions', action: 'status', status: 503 }, 0],
    [{ type: 'rest', path: '/interactions', action: 'hang' }, 0],
    [{ type: 'rest', path: '/interactions', action: 'reset' }, 0],
    [{ type: 'rest', path: '/interactions', action: 'lose-answer' }, 1],
    [{ type: 'rest', path: '/interactions', action: 'act-and-hang' }, 1],
  ])('%j has acted %i times, and a repeat with the same nonce makes one of it', async (fault, acted) => {
    const { alice, whisper } = await start();
    sim.fault(fault);
    const give = new AbortController();
    const asked = fetch(`${sim.ready.api}/interactions`, {
      method: 'POST',
      headers: { authorization: tokenOf(sim, 'alice'), 'content-type': 'application/json' },
      body: JSON.stringify(whisper()),
      signal: give.signal,
    }).then(
      ({ status }) => status,
      () => 'broken',
    );
    setTimeout(() => give.abort(), 100);
    expect(await asked).toBe('status' in fault ? 503 : 'broken');
    expect(echo.heard).toHaveLength(acted);
    expect((await alice('POST', '/interactions', whisper())).status).toBe(204);
    expect(echo.heard).toHaveLength(1);
  });
});

describe('faults of events', () => {
  it('lose or double an interaction’s own events', async () => {
    const { socket, alice, whisper } = await start();
    sim.fault({ type: 'lose-events', event: 'INTERACTION_CREATE' });
    sim.fault({ type: 'duplicate-events', event: 'INTERACTION_SUCCESS' });
    await alice('POST', '/interactions', whisper());
    await socket.event('MESSAGE_CREATE');
    expect(socket.names()).toEqual(['READY', 'INTERACTION_SUCCESS', 'INTERACTION_SUCCESS', 'MESSAGE_CREATE']);
  });

  it('hold several back and send them in reverse order after the next one', async () => {
    const { socket } = await start();
    sim.fault({ type: 'reorder-events', account: 'alice', times: 3, hold: 3 });
    say('1', '2', '3', '4', '5');
    await socket.wait(({ d }) => d?.content === '5');
    expect(contents(socket.received)).toEqual(['4', '3', '2', '1', '5']);
  });

  it('send what was held back after a while when nothing follows', async () => {
    const { socket } = await start();
    sim.fault({ type: 'reorder-events', account: 'alice', forMs: 20 });
    say('late');
    await socket.event('MESSAGE_CREATE');
  });

  it('delay some, so that later ones overtake them', async () => {
    const { socket } = await start();
    sim.fault({ type: 'delay-events', account: 'alice', delayMs: 30 });
    say('1', '2');
    await socket.wait(({ d }) => d?.content === '1');
    expect(contents(socket.received)).toEqual(['2', '1']);
  });

  it('hit only each so-manieth event, and leave the others to the next order', async () => {
    const { socket } = await start();
    sim.fault({ type: 'lose-events', account: 'alice', every: 3, times: 2 });
    sim.fault({ type: 'duplicate-events', account: 'alice', event: 'MESSAGE_CREATE' });
    say('1', '2', '3', '4', '5', '6', '7');
    await socket.wait(({ d }) => d?.content === '7');
    expect(contents(socket.received)).toEqual(['1', '1', '2', '4', '5', '7']);
  });
});

// biome-ignore lint/suspicious/noExplicitAny: tests look into payloads of any shape
function contents(received: readonly { t: string | null; d: any }[]): string[] {
  return received.filter(({ t }) => t === 'MESSAGE_CREATE').map(({ d }) => d.content);
}
