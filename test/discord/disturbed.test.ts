/** The transport against the simulator, while things go wrong. */

import { describe, expect, it, onTestFinished } from 'vitest';
import { createDiscordClient, type DiscordClient } from '../../src/discord/client.ts';
import { DISCORD_HOSTS } from '../../src/discord/hosts.ts';
import { createProbe } from '../../src/discord/probe.ts';
import { startSim } from '../../src/sim/index.ts';
import { createMessage, deleteMessage, editMessage } from '../../src/sim/messages.ts';
import { type HeardChange, heard } from '../support/heard.ts';
import { keptLog, quickClock, take } from './support/world.ts';

type Options = Parameters<typeof startSim>[0];

/** Both sides live by the quick clock. */
async function startWorld(options: Options = {}) {
  const sim = await startSim({ port: 0, coze: { silent: true }, clock: quickClock, ...options });
  onTestFinished(() => sim.close());
  const { api, gateway, cdn, upload } = sim.ready;
  const hosts = { api, gateway, cdn, upload, activity: DISCORD_HOSTS.activity };
  const channelId = sim.ready.channels.general ?? '';
  const logs: string[][] = [];
  const settings = (id: string) => {
    const account = sim.ready.accounts.find((other) => other.id === id);
    if (!account) throw new Error(`no account ${id}`);
    const log = keptLog();
    return { account, hosts, clock: quickClock, log, random: () => 0 };
  };
  const connect = async (id = 'bridge'): Promise<DiscordClient> => {
    const states: string[] = [];
    const options = settings(id);
    const client = createDiscordClient({ ...options, onStatus: ({ state }) => states.push(state) });
    history.set(client, states);
    logs.push(options.log.lines);
    onTestFinished(() => client.close());
    client.connect();
    await client.whenReady();
    return client;
  };
  const probe = (id = 'bridge') => {
    const made = createProbe(settings(id));
    onTestFinished(() => made.close());
    return made;
  };
  const say = (content: string) => {
    const channel = sim.world.channels.get(channelId);
    if (!channel) throw new Error('no channel');
    return createMessage(sim.world, channel, { authorId: sim.ready.bots.pika.userId, content });
  };
  const watch = (client: DiscordClient) => heard(client.watch({ channelId }, new AbortController().signal));
  return { sim, logs, channelId, connect, probe, say, watch };
}

const contents = (changes: readonly HeardChange[]) =>
  changes.map((change) => {
    if (change.type === 'message-deleted') return 'deleted';
    if (change.type === 'typing-started') return 'typing';
    return `${change.type === 'message-created' ? '+' : '~'} ${change.message.content}`;
  });

/** The states that each client has gone through: some are over before anybody could look. */
const history = new WeakMap<DiscordClient, string[]>();
const lost = (client: DiscordClient) =>
  expect.poll(() => history.get(client), { interval: 5 }).toContain('reconnecting');

describe('a lost connection', () => {
  it.each([
    ['breaks', { account: 'bridge', type: 'drop-sockets' }],
    ['is closed with 4000', { account: 'bridge', type: 'drop-sockets', code: 4000 }],
    ['is to be moved', { account: 'bridge', type: 'reconnect' }],
    ['has a session that may be resumed', { account: 'bridge', type: 'invalid-session', resumable: true }],
  ] as const)('that %s is resumed, and nothing is missed or told twice', async (_, fault) => {
    const { sim, connect, say, watch } = await startWorld();
    const client = await connect();
    const changes = watch(client);
    const message = say('one');
    expect(contents(await take(changes, 1))).toEqual(['+ one']);
    sim.fault(fault);
    editMessage(sim.world, message, { content: 'one, edited' });
    say('two');
    await lost(client);
    await client.whenReady();
    expect(contents(await take(changes, 2))).toEqual(['~ one, edited', '+ two']);
    say('three');
    expect(contents(await take(changes, 1))).toEqual(['+ three']);
  });

  it.each([
    ['was forgotten', { account: 'bridge', type: 'drop-sockets', resumable: false }],
    ['timed out', { account: 'bridge', type: 'drop-sockets', code: 4009, resumable: false }],
    ['is invalid', { account: 'bridge', type: 'invalid-session', resumable: false }],
  ] as const)('whose session %s is made good from history', async (_, fault) => {
    const { sim, connect, say, watch } = await startWorld();
    say('long before');
    const client = await connect();
    say('before');
    const early = watch(client);
    const [first, second] = [say('one'), say('two')];
    await expect.poll(async () => contents(await take(early, 1))).toContain('+ two');
    const changes = watch(client);
    sim.fault(fault);
    await lost(client);
    editMessage(sim.world, first, { content: 'one, edited' });
    deleteMessage(sim.world, second);
    say('three');
    await client.whenReady();
    const seen = contents(await take(changes, 3));
    expect(seen).toContain('deleted');
    expect(seen).toContain('~ one, edited');
    expect(seen.concat(contents(await take(changes, 1)))).toContain('+ three');
    expect(seen).not.toContain('+ long before');
  });

  it('is noticed when heartbeats are no longer acknowledged', async () => {
    const { sim, connect, say, watch } = await startWorld({ heartbeatIntervalMs: 600 });
    const client = await connect();
    const changes = watch(client);
    sim.fault({ account: 'bridge', type: 'stop-acks', forMs: 2_000 });
    await lost(client);
    expect(client.status.reason).toContain('heartbeat');
    say('meanwhile');
    await client.whenReady();
    expect(contents(await take(changes, 1))).toEqual(['+ meanwhile']);
  });

  it('keeps being tried while the gateway refuses, and says since when', async () => {
    const { sim, connect } = await startWorld();
    const client = await connect();
    sim.fault({ type: 'refuse-connections', times: 2 });
    sim.fault({ account: 'bridge', type: 'drop-sockets' });
    await lost(client);
    const { since } = client.status;
    await expect.poll(() => client.status.reason, { timeout: 5_000 }).toContain('lost');
    expect(client.status.since).toBe(since);
    await client.whenReady();
  });

  it('answers the server’s request for a heartbeat', async () => {
    const { sim, connect, say, watch } = await startWorld();
    const client = await connect();
    sim.fault({ account: 'bridge', type: 'request-heartbeat' });
    const changes = watch(client);
    say('still here');
    expect(contents(await take(changes, 1))).toEqual(['+ still here']);
    expect(client.status.state).toBe('ready');
  });
});

describe('a watch that begins while the account is disconnected', () => {
  it('gets what happened since then', async () => {
    const { sim, connect, say, watch } = await startWorld();
    const client = await connect();
    const earlier = watch(client);
    say('seen long ago');
    expect(await take(earlier, 1)).toHaveLength(1);
    sim.fault({ account: 'bridge', type: 'drop-sockets', resumable: false });
    await lost(client);
    const changes = watch(client);
    say('the answer');
    await client.whenReady();
    expect(contents(await take(changes, 1)).concat(contents(await take(changes, 1)))).toContain(
      '+ the answer',
    );
  });
});

describe('a send', () => {
  it('whose answer is lost leaves exactly one message', async () => {
    const { sim, channelId, connect } = await startWorld();
    const client = await connect();
    sim.fault({ type: 'rest', action: 'lose-answer', method: 'POST', path: '/messages' });
    const sent = await client.send(channelId, { content: 'once', nonce: 'n-1', mentionUserIds: [] });
    const there = sim.world.channels.get(channelId)?.messages ?? [];
    expect(there.map(({ id, content }) => [id, content])).toEqual([[sent.id, 'once']]);
  });

  it('is repeated after a 500 and after a 429', async () => {
    const { sim, channelId, connect } = await startWorld();
    const client = await connect();
    sim.fault({ type: 'rest', status: 500, method: 'POST', path: '/messages' });
    sim.fault({ type: 'rest', status: 429, retryAfterMs: 50, method: 'POST', path: '/messages' });
    await client.send(channelId, { content: 'once', nonce: 'n-1', mentionUserIds: [] });
    expect(sim.world.channels.get(channelId)?.messages).toHaveLength(1);
  });

  it('never runs into Discord’s limits, however many are wanted at once', async () => {
    const { sim, logs, channelId, connect } = await startWorld();
    const client = await connect();
    const sends = Array.from({ length: 12 }, (_, index) =>
      client.send(channelId, { content: `m${index}`, nonce: `n-${index}`, mentionUserIds: [] }),
    );
    await Promise.all(sends);
    const there = sim.world.channels.get(channelId)?.messages ?? [];
    expect(new Set(there.map(({ content }) => content)).size).toBe(12);
    expect(logs.flat().join('\n')).not.toContain('slow down');
  });
});

describe('a channel', () => {
  it('whose creation got no answer is adopted', async () => {
    const { sim, connect } = await startWorld();
    const client = await connect();
    sim.fault({ type: 'rest', action: 'lose-answer', method: 'POST', path: '/channels' });
    const made = await client.createChannel(sim.ready.guildId, { name: 'cordgate-7' });
    const named = [...sim.world.channels.values()].filter(({ name }) => name === 'cordgate-7');
    expect(named.map(({ id }) => id)).toEqual([made.id]);
  });
});

describe('an account', () => {
  it('with a READY of twenty megabytes logs in and watches', async () => {
    const accounts = [{ id: 'alice', kind: 'user', readyBytes: 20_000_000 }] as const;
    const { connect, say, watch } = await startWorld({ accounts });
    const client = await connect('alice');
    const changes = watch(client);
    say('hello');
    expect(contents(await take(changes, 1))).toEqual(['+ hello']);
  });

  it('whose token is revoked is disabled', async () => {
    const { sim, connect, channelId } = await startWorld();
    const client = await connect();
    sim.fault({ type: 'revoke-token', account: 'bridge' });
    await client.history(channelId, {}).catch(() => {});
    await expect.poll(() => client.status.state).toBe('disabled');
  });
});

describe('the probe', () => {
  it('finds a bot that can do its job', async () => {
    const { sim, probe } = await startWorld();
    const asked = probe();
    const { guildId, channels } = sim.ready;
    expect(await asked.reach()).toMatchObject({ reachable: true });
    const user = await asked.getCurrentUser();
    expect(user).toMatchObject({ bot: true });
    expect(await asked.getApplicationFlags()).toMatchObject({ messageContent: true });
    expect(await asked.getGuild(guildId)).toMatchObject({ id: guildId });
    expect(await asked.getMember(guildId, user.id)).toMatchObject({ userId: user.id });
    expect(await asked.getMember(guildId, '1234567890')).toBeUndefined();
    const manageChannels = 1n << 4n;
    expect((await asked.getPermissions(guildId, channels.category)) & manageChannels).toBe(manageChannels);
    expect(await asked.logIn()).toEqual({ ok: true, userId: user.id });
  });

  it('finds what is missing: the intent, the rights, the membership', async () => {
    const accounts = [{ id: 'bridge', kind: 'bot', messageContent: false, permissions: [] }] as const;
    const { sim, probe } = await startWorld({ accounts });
    expect(await probe().getApplicationFlags()).toMatchObject({ messageContent: false });
    expect(await probe().logIn()).toMatchObject({ ok: false, closeCode: 4014 });
    expect((await probe().getPermissions(sim.ready.guildId)) & (1n << 4n)).toBe(0n);
    const outside = await startWorld({ accounts: [{ id: 'bridge', kind: 'bot', member: false }] });
    await expect(outside.probe().getGuild(outside.sim.ready.guildId)).rejects.toMatchObject({
      code: 'discord_refused',
    });
  });

  it('finds a dead token and a closed door', async () => {
    const { sim, probe } = await startWorld();
    sim.fault({ type: 'revoke-token', account: 'bridge' });
    expect(await probe().logIn()).toMatchObject({ ok: false, closeCode: 4004 });
    await expect(probe().getCurrentUser()).rejects.toMatchObject({ code: 'account_disabled' });
    const account = { id: 'x', kind: 'bot', token: 'abcdefgh' } as const;
    const nowhere = { api: 'http://127.0.0.1:9/api', gateway: 'ws://127.0.0.1:9', cdn: '', upload: '' };
    const lonely = createProbe({ account, hosts: nowhere, clock: quickClock, log: keptLog() });
    expect(await lonely.reach()).toMatchObject({ reachable: false });
    expect(await lonely.logIn()).toMatchObject({ ok: false });
    await lonely.close();
  });
});
