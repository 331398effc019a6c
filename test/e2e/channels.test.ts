import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { type Sim, startSim } from '../../src/sim/index.ts';
import { assistant, gatewayChannels, metric, pause, promptsOf, range, user } from './scene.ts';
import { configFor, type EndToEnd, frontOf, startBoth, startWith } from './world.ts';

let world: EndToEnd;

afterEach(() => world.close());

/** Notes the largest number of channels that the gateway ever held. */
function watchMost(sim: Sim): () => number {
  let most = 0;
  sim.world.listen(({ name }) => {
    if (name === 'CHANNEL_CREATE') most = Math.max(most, gatewayChannels(sim).length);
  });
  return () => most;
}

const dropAll = (sim: Sim) => {
  for (const { id } of gatewayChannels(sim)) sim.fault({ type: 'delete-channel', channelId: id });
};

describe('maxChannels', () => {
  it('is never exceeded, however many ask at once, and nobody goes without an answer', async () => {
    world = await startBoth({}, { maxChannels: 6 });
    const most = watchMost(world.sim);
    const answers = await Promise.all(range(80).map((number) => world.ask(`question ${number}`)));
    expect(answers).toEqual(range(80).map((number) => `You said: question ${number}`));
    expect(most()).toBeLessThanOrEqual(6);
    expect(most()).toBeGreaterThan(3);
  });

  it('is never exceeded while Discord loses its answers to new channels', async () => {
    world = await startBoth({}, { maxChannels: 6 });
    const most = watchMost(world.sim);
    world.sim.fault({ type: 'rest', action: 'lose-answer', times: 6, method: 'POST', path: '/guilds' });
    const replies = await Promise.all(range(20).map((number) => world.chat(`question ${number}`)));
    expect(replies.filter(({ status }) => status !== 200).map(({ raw }) => raw)).toEqual([]);
    expect(most()).toBeLessThanOrEqual(6);
    await expect
      .poll(async () => (await metric(world, 'cordgate_channels')) - gatewayChannels(world.sim).length)
      .toBe(0);
  });

  it('counts named conversations, and says so when they hold all of them', async () => {
    world = await startBoth({}, { maxChannels: 4 });
    const most = watchMost(world.sim);
    const room = (number: number) => ({ 'x-conversation': `room ${number}` });
    for (const number of range(3)) expect(await world.ask('hello', room(number))).toBe('You said: hello');
    const answers = await Promise.all(range(10).map((number) => world.ask(`question ${number}`)));
    expect(answers).toEqual(range(10).map((number) => `You said: question ${number}`));
    expect(await world.ask('hello', room(3))).toBe('You said: hello');
    const refused = await world.chat('no room');
    expect(refused).toMatchObject({ status: 429, error: { code: 'rate_limit_exceeded' } });
    expect(refused.error?.message).toContain('maxChannels');
    expect(await world.ask('again', room(0))).toBe('You said: again');
    expect(most()).toBeLessThanOrEqual(4);
  });

  it('makes room by giving up the conversation that rested longest', async () => {
    world = await startBoth({}, { maxChannels: 3, spareChannels: 0 });
    const recall = async (said: string) =>
      (await world.chat({ messages: [user(said), assistant(`You said: ${said}`), user('recall')] })).text;
    for (const said of ['one', 'two', 'three', 'four']) await world.ask(said);
    expect(await recall('four')).toMatch(/^I remember 1 prompts/);
    expect(await recall('one')).toMatch(/^I remember nothing/);
  });

  it('when Discord itself has no room for another channel is an error that says so', async () => {
    world = await startBoth();
    const body = { message: 'Maximum number of guild channels reached (500)', code: 30_013 };
    await world.ask('uses one up');
    await world.ask('and another');
    world.sim.fault({ type: 'rest', status: 400, body, times: 1_000, method: 'POST', path: '/guilds' });
    const replies = await Promise.all(range(6).map((number) => world.chat(`question ${number}`)));
    for (const reply of replies) {
      if (reply.status !== 200)
        expect(reply).toMatchObject({ status: 429, error: { code: 'rate_limit_exceeded' } });
    }
    expect(replies.some(({ error }) => error?.message.includes('500 channels'))).toBe(true);
    world.sim.fault({ type: 'clear' });
    await expect.poll(async () => (await world.chat('better now')).status, { timeout: 5_000 }).toBe(200);
  });
});

describe('a guild in which no channel can be made', () => {
  const REFUSALS = [
    { name: 'a missing permission', status: 403, body: { message: 'Missing Permissions', code: 50_013 } },
    {
      name: 'a full guild',
      status: 400,
      body: { message: 'Maximum number of guild channels', code: 30_013 },
    },
    { name: 'a fault of Discord', status: 500, body: { message: '500', code: 0 } },
  ];

  it.each(REFUSALS)(
    'for $name is an error soon, and Discord is not asked again and again',
    async (refusal) => {
      const { status, body } = refusal;
      const sim = await startSim({ port: 0, speed: 20, limits: 'none' });
      sim.fault({ type: 'rest', status, body, times: 100_000, method: 'POST', path: '/guilds' });
      world = await frontOf(sim, configFor(sim, { deadlineMs: 6_000 }));
      const tries = () =>
        (sim.state() as { rest: { statuses: Record<string, number> } }).rest.statuses[status] ?? 0;
      const startedAt = Date.now();
      const replies = await Promise.all(range(3).map((number) => world.chat(`question ${number}`)));
      const tookMs = Date.now() - startedAt;
      await pause(500);
      // Three requests, two spare channels, and what is tried once more on a fault of the server.
      expect(tries()).toBeLessThan(25);
      expect(tookMs).toBeLessThan(5_000);
      for (const reply of replies) expect([429, 502]).toContain(reply.status);
    },
  );
});

describe('a request', () => {
  it('never costs more than one channel, however often it is tried again', async () => {
    world = await startBoth(
      { cozeBots: 2, users: 2 },
      { send: ['bridge', 'alice', 'bob'], spareChannels: 0 },
    );
    world.sim.script([
      { match: 'try', limit: 'busy', times: 1 },
      { match: 'try', limit: 'daily', times: 2 },
    ]);
    world.sim.fault({ type: 'rest', status: 500, times: 1, method: 'POST', path: '/messages' });
    world.sim.fault({ type: 'rest', action: 'lose-answer', times: 1, method: 'POST', path: '/messages' });
    expect(await world.ask('try hard')).toBe('You said: try hard');
    expect(world.sim.world.counts.channelsCreated).toBe(1);
  });

  it('that fails for good leaves no channel behind', async () => {
    world = await startBoth({ coze: { limit: 'daily' } }, { spareChannels: 0, send: ['bridge', 'alice'] });
    expect((await world.chat('hello')).status).toBe(429);
    await expect.poll(() => gatewayChannels(world.sim).length).toBe(0);
    expect(world.sim.world.counts.channelsCreated).toBe(1);
  });
});

describe('a channel that a person deletes', () => {
  it('while its conversation rests costs the conversation nothing but its memory', async () => {
    world = await startBoth();
    await world.ask('alpha');
    const channelId = promptsOf(world.sim)[0]?.channelId ?? '';
    world.sim.fault({ type: 'delete-channel', channelId });
    const next = await world.chat({ messages: [user('alpha'), assistant('You said: alpha'), user('beta')] });
    expect(next.status).toBe(200);
    expect(next.text).toContain('alpha');
    expect(next.text).toContain('beta');
  });

  it('belonging to a named conversation is replaced', async () => {
    world = await startBoth();
    const room = { 'x-conversation': 'kitchen' };
    await world.ask('alpha', room);
    world.sim.fault({ type: 'delete-channel', channelId: promptsOf(world.sim)[0]?.channelId ?? '' });
    expect(await world.ask('beta', room)).toBe('You said: beta');
    expect(await world.ask('recall', room)).toMatch(/^I remember 1 prompts/);
    await expect.poll(() => metric(world, 'cordgate_channels')).toBe(gatewayChannels(world.sim).length);
  });

  it('with all others, spare ones included, fails no request', async () => {
    world = await startBoth({}, { spareChannels: 4 });
    await world.ask('hello');
    await expect.poll(() => gatewayChannels(world.sim).length).toBe(5);
    dropAll(world.sim);
    const replies = await Promise.all(range(4).map((number) => world.chat(`question ${number}`)));
    expect(replies.filter(({ status }) => status !== 200).map(({ raw }) => raw)).toEqual([]);
  });

  it('in the middle of an answer ends that answer, and harms no other', async () => {
    world = await startBoth({}, { idleMs: 1_000, deadlineMs: 4_000 });
    world.sim.script({ match: 'slow', edits: 30, editEveryMs: 4_000 });
    const stream = await world.open('slow tale of many many words');
    await stream.until('You');
    const channelId = promptsOf(world.sim)[0]?.channelId ?? '';
    world.sim.fault({ type: 'delete-channel', channelId });
    const [ended, other] = await Promise.all([stream.finish(), world.ask('quick')]);
    expect(other).toBe('You said: quick');
    expect(ended.error !== undefined || ended.finish !== undefined).toBe(true);
  });
});

describe('channels that an earlier run left behind', () => {
  it('are removed at the start; named ones, and those of others, stay', async () => {
    const sim = await startSim({ port: 0, speed: 20, limits: 'none' });
    const path = join(mkdtempSync(join(tmpdir(), 'cordgate-e2e-')), 'store.db');
    const config = configFor(sim, {}, { store: { driver: 'sqlite', path } });
    const first = await frontOf(sim, config);
    await first.ask('one');
    await first.ask('alpha', { 'x-conversation': 'kitchen' });
    await expect.poll(() => gatewayChannels(sim).some(({ name }) => name === 'kitchen')).toBe(true);
    const [mine] = gatewayChannels(sim).filter(({ name }) => name.startsWith('cg-'));
    const alike = sim.world.channels.get(sim.ready.channels.general ?? '');
    if (alike) alike.name = `${mine?.name.slice(0, 5)}00000000-0000-000000-00000000`;
    await first.gateway.close();
    const left = gatewayChannels(sim).map(({ id }) => id);
    expect(left.length).toBeGreaterThanOrEqual(3);
    world = await frontOf(sim, config);
    await expect
      .poll(() =>
        gatewayChannels(sim)
          .filter(({ id }) => left.includes(id))
          .map(({ name }) => name),
      )
      .toEqual(['kitchen']);
    expect(sim.world.channels.has(alike?.id ?? '')).toBe(true);
    expect(await world.ask('recall', { 'x-conversation': 'kitchen' })).toMatch(/1\. alpha$/);
  });

  it('of another bot of the same gateway stay with that bot', async () => {
    const sim = await startSim({ port: 0, speed: 20, limits: 'none' });
    const one = configFor(sim);
    const [bot] = one.bots ?? [];
    const both = {
      ...one,
      bots: [
        { ...bot, id: 'coze' },
        { ...bot, id: 'coze2', models: ['gpt-4'] },
      ],
    };
    world = await frontOf(sim, both as typeof one);
    expect(await world.ask('hello')).toBe('You said: hello');
    await pause(200);
    expect((await world.chat({ model: 'gpt-4', messages: [user('hi')] })).text).toBe('You said: hi');
    const again = await world.chat({
      messages: [user('hello'), assistant('You said: hello'), user('recall')],
    });
    expect(again.text).toMatch(/1\. hello$/);
  });

  it('stay while another gateway of another installation works in the same guild', async () => {
    world = await startBoth();
    await world.ask('alpha');
    const neighbour = await startWith(configFor(world.sim), world.book);
    const next = await world.chat({
      messages: [user('alpha'), assistant('You said: alpha'), user('recall')],
    });
    await neighbour.close();
    expect(next.text).toMatch(/1\. alpha$/);
  });
});
