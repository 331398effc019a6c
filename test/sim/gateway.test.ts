/** The gateway's protocol, frame by frame (Discord docs, "Gateway" and "Gateway Close Event Codes"). */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Sim, startSim } from '../../src/sim/index.ts';
import { createMessage } from '../../src/sim/messages.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { FULL_INTENTS, identify, RawSocket } from './support/raw-socket.ts';
import { tokenOf } from './support/rest.ts';

let sim: Sim;
let clock: FakeClock;
beforeEach(async () => {
  clock = new FakeClock(1_700_000_000_000);
  sim = await startSim({
    port: 0,
    clock,
    coze: { silent: true },
    bots: 2,
    accounts: [
      { id: 'limited', kind: 'bot', messageContent: false },
      { id: 'busy', kind: 'user', readyBytes: 1_000_000 },
    ],
  });
});
afterEach(() => sim.close());

const open = (query = '?v=10&encoding=json') => new RawSocket(`${sim.ready.gateway}/${query}`);
const login = (account = 'bridge', options = {}) =>
  identify(sim.ready.gateway, tokenOf(sim, account), options);
const say = (content: string, authorId = sim.ready.bots.pika.userId) => {
  const channel = sim.world.channels.get(sim.ready.channels.general ?? '');
  if (!channel) throw new Error('no channel');
  return createMessage(sim.world, channel, { authorId, content });
};

describe('the gateway closes with', () => {
  const cases: [number, string, (socket: RawSocket) => void][] = [
    [4001, 'an unknown opcode', (socket) => socket.send(99, null)],
    [4002, 'a payload that is no JSON', (socket) => socket.socket.send('{')],
    [4002, 'a payload over 4,096 bytes', (socket) => socket.send(1, 'x'.repeat(4096))],
    [4003, 'a command before IDENTIFY', (socket) => socket.send(8, {})],
    [4004, 'a wrong token', (socket) => socket.send(2, { token: 'a.b.c', intents: 0 })],
    [
      4004,
      'a wrong token on resume',
      (socket) => socket.send(6, { token: 'a.b.c', session_id: 'x', seq: 1 }),
    ],
    [
      4010,
      'a shard beyond the last',
      (socket) => socket.send(2, { token: tokenOf(sim, 'bridge'), intents: 1, shard: [2, 2] }),
    ],
    [
      4013,
      'intents that do not exist',
      (socket) => socket.send(2, { token: tokenOf(sim, 'bridge'), intents: 1 << 30 }),
    ],
    [4013, 'no intents', (socket) => socket.send(2, { token: tokenOf(sim, 'bridge') })],
    [
      4014,
      'a privileged intent the portal does not allow',
      (socket) => socket.send(2, { token: tokenOf(sim, 'limited'), intents: 1 << 15 }),
    ],
    [
      4014,
      'the intent for members',
      (socket) => socket.send(2, { token: tokenOf(sim, 'bridge'), intents: 1 << 1 }),
    ],
  ];
  it.each(cases)('%i for %s', async (code, _what, act) => {
    const socket = open();
    await socket.op(10);
    act(socket);
    expect(await socket.closed).toBe(code);
  });

  it('4002 for another encoding and 4012 for an unknown version', async () => {
    expect(await open('?v=10&encoding=etf').closed).toBe(4002);
    expect(await open('?v=5&encoding=json').closed).toBe(4012);
  });

  it('4005 for a second IDENTIFY', async () => {
    const socket = await login();
    await socket.event('READY');
    socket.send(2, { token: tokenOf(sim, 'bridge'), intents: 1 });
    expect(await socket.closed).toBe(4005);
  });

  it('4008 for more than 120 sends in a minute', async () => {
    const socket = open();
    await socket.op(10);
    for (let number = 0; number < 121; number += 1) socket.send(1, null);
    expect(await socket.closed).toBe(4008);
  });

  it('4009 when heartbeats stay away, and 4007 for a sequence number of the future', async () => {
    const silent = open();
    expect((await silent.op(10)).d.heartbeat_interval).toBe(41_250);
    await clock.advance(60_000);
    expect(await silent.closed).toBe(4009);

    const socket = await login();
    const ready = await socket.event('READY');
    socket.socket.terminate();
    await socket.closed;
    const again = open();
    await again.op(10);
    again.send(6, { token: tokenOf(sim, 'bridge'), session_id: ready.d.session_id, seq: 999 });
    expect(await again.closed).toBe(4007);
  });
});

describe('the gateway', () => {
  it('answers heartbeats and keeps a living connection open', async () => {
    const socket = await login();
    for (let number = 1; number <= 4; number += 1) {
      socket.send(1, null);
      await socket.wait(() => socket.received.filter(({ op }) => op === 11).length === number);
      await clock.advance(41_000);
    }
    expect(socket.socket.readyState).toBe(1);
  });

  it('sends a bot READY with unavailable guilds, then GUILD_CREATE', async () => {
    const socket = await login();
    const { d } = await socket.event('READY');
    expect(d).toMatchObject({
      v: 10,
      guilds: [{ id: sim.ready.guildId, unavailable: true }],
      resume_gateway_url: sim.ready.gateway,
      user: { bot: true, username: 'bridge' },
      application: { flags: 1 << 19 },
    });
    const guild = await socket.event('GUILD_CREATE');
    expect(guild).toMatchObject({ s: 2, d: { id: sim.ready.guildId, member_count: 10 } });
    expect(guild.d.channels).toHaveLength(5);
  });

  it('sends a person the guilds whole, as many bytes as asked for, and no intents are needed', async () => {
    const socket = await login('busy', { intents: undefined, compress: 'zlib-stream' });
    const ready = await socket.event('READY');
    expect(ready.d.guilds[0]).toMatchObject({ id: sim.ready.guildId, name: 'Cordgate Lab' });
    expect(JSON.stringify(ready).length).toBeGreaterThan(1_000_000);
    say('to people as well');
    expect((await socket.event('MESSAGE_CREATE')).d.content).toBe('to people as well');
  });

  it.each([['zlib-stream'], ['']])('delivers many events in order with compress=%s', async (compress) => {
    const socket = await login('bridge', { compress });
    await socket.event('GUILD_CREATE');
    const texts = Array.from({ length: 200 }, (_, number) => `message ${number} ${'ü'.repeat(number + 1)}`);
    for (const text of texts) say(text);
    await socket.wait(({ d }) => d?.content === texts.at(-1));
    const events = socket.received.filter(({ t }) => t === 'MESSAGE_CREATE');
    expect(events.map(({ d }) => d.content)).toEqual(texts);
    expect(events.map(({ s }) => s)).toEqual(texts.map((_, number) => number + 3));
  });

  it('speaks zstd-stream as well', async () => {
    const socket = new RawSocket(
      `${sim.ready.gateway}/?v=10&encoding=json&compress=zstd-stream`,
      'zstd-stream',
    );
    expect((await socket.op(10)).d.heartbeat_interval).toBe(41_250);
  });

  it('compresses large payloads one by one when IDENTIFY asks for it', async () => {
    const socket = await login('bridge', { extra: { compress: true } });
    let binary = 0;
    socket.socket.on('message', (_data, isBinary) => {
      if (isBinary) binary += 1;
    });
    await socket.event('GUILD_CREATE');
    expect(binary).toBeGreaterThan(0);
  });

  it('tells each bot only what its intents cover', async () => {
    const quiet = await login('bridge', { intents: 1 });
    const blind = await login('bridge2', { intents: (1 << 0) | (1 << 9) });
    await Promise.all([quiet.event('GUILD_CREATE'), blind.event('GUILD_CREATE')]);
    say('hidden');
    say(`shown <@${sim.ready.accounts.find(({ id }) => id === 'bridge2')?.userId}>`);
    await blind.wait(({ d }) => d?.content?.startsWith('shown'));
    expect(quiet.names()).toEqual(['READY', 'GUILD_CREATE']);
    const [hidden] = blind.received.filter(({ t }) => t === 'MESSAGE_CREATE');
    expect(hidden?.d).toMatchObject({ content: '', embeds: [], attachments: [], components: [] });
  });

  it('allows a bot one IDENTIFY in five seconds', async () => {
    await (await login()).event('READY');
    const second = await login();
    expect(await second.op(9)).toMatchObject({ d: false });
    await clock.advance(5000);
    second.send(2, { token: tokenOf(sim, 'bridge'), intents: FULL_INTENTS, properties: {} });
    await second.event('READY');
  });

  it('replays on RESUME what was missed, and nothing else', async () => {
    const socket = await login();
    const ready = await socket.event('READY');
    say('seen');
    const last = await socket.event('MESSAGE_CREATE');
    sim.fault({ type: 'drop-sockets', code: 4000 });
    expect(await socket.closed).toBe(4000);
    say('missed one');
    say('missed two');
    const again = open();
    await again.op(10);
    again.send(6, { token: tokenOf(sim, 'bridge'), session_id: ready.d.session_id, seq: last.s });
    await again.event('RESUMED');
    expect(again.received.filter(({ op }) => op === 0).map(({ t, d }) => d.content ?? t)).toEqual([
      'missed one',
      'missed two',
      'RESUMED',
    ]);
  });

  it('answers a RESUME of a session it does not know with op 9 false', async () => {
    const socket = await login();
    const ready = await socket.event('READY');
    socket.socket.close(1000);
    await socket.closed;
    await new Promise((resolve) => setTimeout(resolve, 20));
    const again = open();
    await again.op(10);
    again.send(6, { token: tokenOf(sim, 'bridge'), session_id: ready.d.session_id, seq: 1 });
    expect((await again.op(9)).d).toBe(false);
  });

  it('forgets a session two minutes after its connection broke', async () => {
    const socket = await login();
    const ready = await socket.event('READY');
    sim.fault({ type: 'drop-sockets' });
    await socket.closed;
    await clock.advance(121_000);
    const again = open();
    await again.op(10);
    again.send(6, { token: tokenOf(sim, 'bridge'), session_id: ready.d.session_id, seq: 1 });
    expect((await again.op(9)).d).toBe(false);
  });
});
