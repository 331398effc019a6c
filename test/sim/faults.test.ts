import { afterEach, describe, expect, it } from 'vitest';
import { type Sim, type SimOptions, startSim } from '../../src/sim/index.ts';
import { createMessage } from '../../src/sim/messages.ts';
import { identify, RawSocket } from './support/raw-socket.ts';
import { restOf, tokenOf } from './support/rest.ts';

let sim: Sim;
afterEach(() => sim.close());

async function start(options: SimOptions = {}) {
  sim = await startSim({ port: 0, limits: 'none', coze: { silent: true }, ...options });
  const socket = await identify(sim.ready.gateway, tokenOf(sim, 'bridge'));
  const ready = await socket.event('READY');
  await socket.event('GUILD_CREATE');
  return { socket, ready };
}

const say = (content: string) => {
  const channel = sim.world.channels.get(sim.ready.channels.general ?? '');
  if (!channel) throw new Error('no channel');
  return createMessage(sim.world, channel, { authorId: sim.ready.bots.pika.userId, content });
};
const contents = (socket: RawSocket) =>
  socket.received.filter(({ t }) => t === 'MESSAGE_CREATE').map(({ d }) => d.content);
const order = async (kind: string, body: unknown) => {
  const response = await fetch(`${sim.ready.cdn}/__sim/${kind}`, {
    method: 'POST',
    body: JSON.stringify(body),
  });
  return { status: response.status, body: await response.json() };
};

describe('faults of the gateway', () => {
  it('op 7 and op 1 reach the client', async () => {
    const { socket } = await start();
    sim.fault({ type: 'reconnect' });
    sim.fault({ type: 'request-heartbeat', account: 'bridge' });
    await socket.op(7);
    await socket.op(1);
  });

  it('op 9 false ends the session, op 9 true leaves it to be resumed', async () => {
    const { socket, ready } = await start();
    sim.fault({ type: 'invalid-session', resumable: true });
    expect((await socket.op(9)).d).toBe(true);
    expect(sim.state().gateway).toMatchObject({ sessions: [{ id: ready.d.session_id }] });
    sim.fault({ type: 'invalid-session' });
    await socket.wait(({ op, d }) => op === 9 && d === false);
    expect(sim.state().gateway).toMatchObject({ sessions: [] });
  });

  it('a drop that is not resumable forgets the session', async () => {
    const { socket } = await start();
    sim.fault({ type: 'drop-sockets', resumable: false, code: 4000 });
    expect(await socket.closed).toBe(4000);
    expect(sim.state().gateway).toMatchObject({ sessions: [] });
  });

  it('a frozen socket stays open, says nothing and hears nothing, and its session can be resumed', async () => {
    const { socket, ready } = await start();
    sim.fault({ type: 'freeze-sockets' });
    say('unheard');
    socket.send(1, null);
    const other = await identify(sim.ready.gateway, tokenOf(sim, 'alice'));
    await other.event('READY');
    expect(contents(socket)).toEqual([]);
    expect(socket.received.filter(({ op }) => op === 11)).toHaveLength(0);
    expect(sim.state().gateway).toMatchObject({
      sessions: expect.arrayContaining([expect.objectContaining({ id: ready.d.session_id })]),
    });
  });

  it('connections are refused for a time', async () => {
    await start();
    sim.fault({ type: 'refuse-connections', forMs: 300 });
    const refused = new WebSocket(sim.ready.gateway);
    await new Promise((resolve) => refused.addEventListener('error', resolve));
    await new Promise((resolve) => setTimeout(resolve, 320));
    const again = await identify(sim.ready.gateway, tokenOf(sim, 'bridge'));
    await again.event('READY');
  });

  it('heartbeats stay without answer until the fault is cleared', async () => {
    const { socket } = await start();
    sim.fault({ type: 'stop-acks' });
    socket.send(1, null);
    say('later');
    await socket.event('MESSAGE_CREATE');
    expect(socket.received.filter(({ op }) => op === 11)).toHaveLength(0);
    sim.fault({ type: 'clear' });
    socket.send(1, null);
    await socket.op(11);
  });

  it('events are lost on the wire but stand in the history', async () => {
    const { socket } = await start();
    sim.fault({ type: 'lose-events', times: 2, event: 'MESSAGE_CREATE' });
    for (const text of ['a', 'b', 'c']) say(text);
    await socket.event('MESSAGE_CREATE');
    expect(contents(socket)).toEqual(['c']);
    const history = await restOf(sim, 'bridge')('GET', `/channels/${sim.ready.channels.general}/messages`);
    expect(history.body).toHaveLength(3);
  });

  it('events come twice, or after the one that followed', async () => {
    const { socket } = await start();
    sim.fault({ type: 'duplicate-events' });
    say('twice');
    sim.fault({ type: 'reorder-events' });
    for (const text of ['first', 'second']) say(text);
    await socket.wait(({ d }) => d?.content === 'first');
    expect(contents(socket)).toEqual(['twice', 'twice', 'second', 'first']);
  });

  it('connections are refused so many times', async () => {
    await start();
    sim.fault({ type: 'refuse-connections' });
    expect(await new RawSocket(sim.ready.gateway).closed).toBe(1006);
    await new RawSocket(sim.ready.gateway).op(10);
  });

  it('a revoked token closes with 4004 and is refused by REST', async () => {
    const { socket } = await start();
    sim.fault({ type: 'revoke-token', account: 'bridge' });
    expect(await socket.closed).toBe(4004);
    expect((await restOf(sim, 'bridge')('GET', '/users/@me')).status).toBe(401);
    expect((await restOf(sim, 'alice')('GET', '/users/@me')).status).toBe(200);
  });

  it('a deleted channel is told of', async () => {
    const { socket } = await start();
    sim.fault({ type: 'delete-channel', channelId: sim.ready.channels.coze ?? '' });
    expect((await socket.event('CHANNEL_DELETE')).d.id).toBe(sim.ready.channels.coze);
  });
});

describe('faults of REST', () => {
  it('answer the next calls with a status, only those that fit', async () => {
    await start();
    sim.fault({ type: 'rest', status: 502, times: 2, method: 'GET', path: '/users' });
    const bridge = restOf(sim, 'bridge');
    expect((await bridge('GET', '/applications/@me')).status).toBe(200);
    const statuses = [];
    for (let number = 0; number < 3; number += 1) statuses.push((await bridge('GET', '/users/@me')).status);
    expect(statuses).toEqual([502, 502, 200]);
  });

  it('answer 429 with the wait that was asked for', async () => {
    await start();
    sim.fault({ type: 'rest', status: 429, retryAfterMs: 250, global: true });
    const answer = await restOf(sim, 'bridge')('GET', '/users/@me');
    expect(answer.body).toMatchObject({ retry_after: 0.25, global: true });
    expect(answer.headers.get('x-ratelimit-scope')).toBe('global');
  });

  it('break the connection before or after acting', async () => {
    await start();
    const path = `/channels/${sim.ready.channels.general}/messages`;
    const bridge = restOf(sim, 'bridge');
    sim.fault({ type: 'rest', action: 'reset', method: 'POST' });
    await expect(bridge('POST', path, { content: 'never' })).rejects.toThrow();
    sim.fault({ type: 'rest', action: 'lose-answer', method: 'POST' });
    await expect(bridge('POST', path, { content: 'done', nonce: '5' })).rejects.toThrow();
    const state = sim.state(sim.ready.channels.general) as { messages: { content: string }[] };
    expect(state.messages.map(({ content }) => content)).toEqual(['done']);
  });

  it('hang until the client gives up', async () => {
    await start();
    sim.fault({ type: 'rest', action: 'hang' });
    const asked = fetch(`${sim.ready.api}/users/@me`, {
      headers: { authorization: `Bot ${tokenOf(sim, 'bridge')}` },
      signal: AbortSignal.timeout(100),
    });
    await expect(asked).rejects.toThrow(/aborted|timeout/i);
  });
});

describe('orders over HTTP', () => {
  it.each([
    ['fault', { type: 'explode' }, 'type'],
    ['fault', { type: 'lose-events', times: 0 }, 'times'],
    ['fault', { type: 'reconnect', acount: 'bridge' }, 'acount'],
    ['fault', { type: 'revoke-token', account: 'nobody' }, 'account'],
    ['fault', { type: 'delete-channel', channelId: '1' }, 'channelId'],
    ['script', { match: 'x', edits: 'many' }, 'edits'],
    ['script', { rules: [{ match: 'a' }, { match: 'b', colour: 'red' }] }, 'rules.1.colour'],
    ['script', { match: { regex: '(' } }, 'rules.0.match.regex'],
    ['script', { limit: 'none-such' }, 'limit'],
    ['script', { midjourney: { match: 'x', era: '1999' } }, 'midjourney.era'],
    ['script', { midjourney: { rules: [{ match: { regex: '(' } }] } }, 'midjourney.rules.0.match.regex'],
    ['fault', { type: 'captcha', on: 'everything' }, 'on'],
    ['fault', { type: 'delay-events' }, 'delayMs'],
  ])('%s %j is refused with the field at fault', async (kind, body, field) => {
    await start();
    expect(await order(kind, body)).toMatchObject({ status: 400, body: { error: { field } } });
  });

  it('show the state, without any token', async () => {
    await start();
    say('hello');
    expect((await order('fault', { type: 'clear' })).status).toBe(200);
    const text = await (
      await fetch(`${sim.ready.cdn}/__sim/state?channel=${sim.ready.channels.general}`)
    ).text();
    expect(JSON.parse(text)).toMatchObject({
      counts: { messagesCreated: 1, channelsCreated: 0 },
      channels: [{ name: 'general', messages: 1 }],
      messages: [{ content: 'hello' }],
      gateway: { connections: 1 },
    });
    for (const { token } of sim.ready.accounts) expect(text).not.toContain(token);
  });
});
