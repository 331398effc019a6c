import { describe, expect, it } from 'vitest';
import { type HeardChange, heard } from '../support/heard.ts';
import { loggedIn, makeClient, startServer, TOKEN, take } from './support/world.ts';

const CHANNEL = '900000000000000001';
const message = (id: string, more: object = {}) => ({
  id,
  channel_id: CHANNEL,
  content: `text ${id}`,
  ...more,
});
const told = (change: HeardChange) =>
  change.type === 'message-created' || change.type === 'message-updated'
    ? `${change.type} ${change.message.id} ${change.message.content}`
    : change.type === 'message-deleted'
      ? `${change.type} ${change.messageId}`
      : `${change.type} ${change.userId}`;

describe('the gateway connection', () => {
  it('logs a bot in with exactly the three intents it needs, over zlib-stream', async () => {
    const server = await startServer();
    const { client, peer, identify } = await loggedIn(server);
    expect(peer.url).toContain('v=10');
    expect(peer.url).toContain('encoding=json');
    expect(peer.url).toContain('compress=zlib-stream');
    expect(identify.d.token).toBe(TOKEN);
    expect(identify.d.intents).toBe((1 << 9) | (1 << 11) | (1 << 15));
    expect(client.userId).toBe('700');
    expect(client.status.state).toBe('ready');
  });

  it('logs a user in without intents and without a token renewal', async () => {
    const server = await startServer();
    const { identify } = await loggedIn(server, {
      account: { id: 'alice', kind: 'user', token: TOKEN, userAgent: 'Alice/1.0' },
    });
    expect(identify.d.token).toBe(TOKEN);
    expect(identify.d).not.toHaveProperty('intents');
    expect(identify.d.capabilities & (1 << 8)).toBe(0);
    expect(identify.d.properties.browser_user_agent).toBe('Alice/1.0');
  });

  it.each([
    { compress: true, fragment: 0 },
    { compress: true, fragment: 7 },
    { compress: false, fragment: 0 },
  ])('delivers changes in order ($compress, fragments of $fragment)', async ({ compress, fragment }) => {
    const server = await startServer();
    const { client, peer } = await loggedIn(server, { compress });
    peer.fragment = fragment;
    const watch = heard(client.watch({ channelId: CHANNEL }, new AbortController().signal));
    const long = 'ä'.repeat(200_000);
    peer.dispatch('GUILD_CREATE', { id: '1', members: Array.from({ length: 2000 }, (_, id) => ({ id })) });
    peer.dispatch('TYPING_START', { channel_id: CHANNEL, user_id: '42' });
    peer.dispatch('MESSAGE_CREATE', message('1001'));
    peer.dispatch('MESSAGE_CREATE', { ...message('1002'), channel_id: '900000000000000002' });
    peer.dispatch('MESSAGE_UPDATE', { id: '1001', channel_id: CHANNEL, content: long });
    peer.dispatch('MESSAGE_UPDATE', { id: '1001', channel_id: CHANNEL, embeds: [] });
    peer.dispatch('MESSAGE_DELETE', { id: '1001', channel_id: CHANNEL });
    peer.dispatch('MESSAGE_DELETE_BULK', { ids: ['1003', '1004'], channel_id: CHANNEL });
    expect((await take(watch, 7)).map(told)).toEqual([
      'typing-started 42',
      'message-created 1001 text 1001',
      `message-updated 1001 ${long}`,
      'message-updated 1001 undefined',
      'message-deleted 1001',
      'message-deleted 1003',
      'message-deleted 1004',
    ]);
  });

  it('keeps changes from the call of watch on, and ends when the signal aborts', async () => {
    const server = await startServer();
    const { client, peer } = await loggedIn(server);
    const stop = new AbortController();
    const watch = heard(client.watch({ channelId: CHANNEL }, stop.signal));
    peer.dispatch('MESSAGE_CREATE', message('1001'));
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect(await take(watch, 1)).toHaveLength(1);
    const rest = take(watch, 1);
    stop.abort();
    expect(await rest).toEqual([]);
  });

  it('resumes after a lost connection and delivers what was missed, once', async () => {
    const server = await startServer();
    const { client, peer } = await loggedIn(server);
    const watch = heard(client.watch({ channelId: CHANNEL }, new AbortController().signal));
    peer.dispatch('MESSAGE_CREATE', message('1001'));
    expect(await take(watch, 1)).toHaveLength(1);
    peer.socket.terminate();
    const second = await server.peer(1);
    second.hello();
    const resume = await second.until((payload) => payload.op === 6);
    expect(resume.d).toEqual({ token: TOKEN, session_id: 'session-1', seq: 2 });
    second.sequence = 2;
    second.dispatch('MESSAGE_CREATE', message('1002'));
    second.dispatch('RESUMED', {});
    await client.whenReady();
    expect((await take(watch, 1)).map(told)).toEqual(['message-created 1002 text 1002']);
    expect(server.requests).toEqual([]);
  });

  it('answers a dead connection by closing it and resuming', async () => {
    const server = await startServer();
    const { client } = makeClient(server, { random: () => 0 });
    client.connect();
    const peer = await server.peer(0);
    peer.autoAck = false;
    peer.hello(50);
    await peer.until((payload) => payload.op === 2);
    peer.ready(server.hosts.gateway);
    await client.whenReady();
    expect(await peer.closed()).toBe(4000);
    const second = await server.peer(1);
    second.hello();
    await second.until((payload) => payload.op === 6);
  });

  it('reads history after a session that could not be resumed, ahead of live events', async () => {
    const server = await startServer();
    const { client, peer } = await loggedIn(server);
    const watch = heard(client.watch({ channelId: CHANNEL }, new AbortController().signal));
    peer.dispatch('MESSAGE_CREATE', message('9200000000000000001'));
    peer.dispatch('MESSAGE_CREATE', message('9200000000000000002'));
    expect(await take(watch, 2)).toHaveLength(2);
    let open = () => {};
    const gate = new Promise<void>((resolve) => {
      open = resolve;
    });
    server.handle = async () => {
      await gate;
      return {
        json: [
          message('9200000000000000003', { content: 'missed' }),
          message('9200000000000000001', { content: 'edited' }),
          message('1000', { content: 'long before' }),
        ],
      };
    };
    peer.send({ op: 9, d: false });
    expect(await peer.closed()).toBe(1000);
    const second = await server.peer(1);
    second.hello();
    await second.until((payload) => payload.op === 2);
    second.ready(server.hosts.gateway, 'session-2');
    await client.whenReady();
    second.dispatch('MESSAGE_CREATE', message('9200000000000000004', { content: 'live' }));
    await new Promise((resolve) => setTimeout(resolve, 30));
    open();
    expect((await take(watch, 4)).map(told)).toEqual([
      'message-deleted 9200000000000000002',
      'message-updated 9200000000000000001 edited',
      'message-created 9200000000000000003 missed',
      'message-created 9200000000000000004 live',
    ]);
  });

  it('gives up for good when Discord rejects the token, and says so', async () => {
    const server = await startServer();
    const { client, log } = makeClient(server);
    client.connect();
    const peer = await server.peer(0);
    peer.hello();
    await peer.until((payload) => payload.op === 2);
    const ready = client.whenReady();
    peer.socket.close(4004, 'Authentication failed.');
    await expect(ready).rejects.toMatchObject({ code: 'account_disabled' });
    expect(client.status).toMatchObject({ state: 'disabled', closeCode: 4004 });
    client.connect();
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(server.peers).toHaveLength(1);
    expect(log.lines.join('\n')).not.toContain(TOKEN);
  });

  it('names the missing intent and keeps trying when Discord closes with 4014', async () => {
    const server = await startServer();
    const { client } = makeClient(server);
    client.connect();
    const peer = await server.peer(0);
    peer.hello();
    await peer.until((payload) => payload.op === 2);
    peer.socket.close(4014);
    await peer.closed();
    await expect.poll(() => client.status.state).toBe('reconnecting');
    expect(client.status.closeCode).toBe(4014);
    expect(client.status.reason).toContain('Message Content Intent');
  });

  it('drops a damaged stream and resumes', async () => {
    const server = await startServer();
    const { peer, client } = await loggedIn(server);
    peer.socket.send(Buffer.from([1, 2, 3, 4, 0, 0, 0xff, 0xff]));
    const second = await server.peer(1);
    second.hello();
    await second.until((payload) => payload.op === 6);
    expect(client.status.reason).toContain('damaged');
  });
});
