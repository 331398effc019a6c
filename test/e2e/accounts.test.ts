import { afterEach, describe, expect, it } from 'vitest';
import { type Sim, type SimOptions, startSim } from '../../src/sim/index.ts';
import { hostsOver, type Relay, relayTo } from './relay.ts';
import { assistant, fingerprint, pause, promptsOf, range, user } from './scene.ts';
import { configFor, type EndToEnd, fasterClock, frontOf, startBoth } from './world.ts';

let world: EndToEnd;

afterEach(() => world.close());

interface Readiness {
  readonly code: number;
  readonly status: string;
  readonly reasons: string[];
  readonly accounts: { readonly id: string; readonly state: string; readonly reason?: string }[];
}

async function readiness(): Promise<Readiness> {
  const { status, raw } = await world.get('/readyz');
  return { code: status, ...JSON.parse(raw) };
}
const stateOf = async (id: string) => (await readiness()).accounts.find((account) => account.id === id);
const revoke = (account: string) => world.sim.fault({ type: 'revoke-token', account });
const authors = () => promptsOf(world.sim).map(({ authorId }) => authorId);
const userIdOf = (id: string) => world.sim.ready.accounts.find((account) => account.id === id)?.userId;

async function elapsed(action: () => Promise<unknown>): Promise<number> {
  const start = Date.now();
  await action();
  return Date.now() - start;
}

/** A configuration in which these accounts carry a token that never was one. */
function withDeadTokens(sim: Sim, ids: readonly string[], bot: object) {
  const accounts = sim.ready.accounts.map(({ id, kind, token }) => ({
    id,
    kind,
    token: ids.includes(id) ? `${token.split('.')[0]}.dead00.${'x'.repeat(38)}` : token,
  }));
  return configFor(sim, bot, { accounts });
}

async function startSimple(options: SimOptions = {}): Promise<Sim> {
  return startSim({ port: 0, speed: 20, limits: 'none', ...options });
}

describe('a sender whose token is revoked while the gateway runs', () => {
  it('is disabled, the others take over, and not one of a hundred requests fails', async () => {
    world = await startBoth({ users: 2 }, { send: ['alice', 'bob'] });
    const asked = range(100).map((number) => world.ask(`question ${number}`));
    await expect.poll(() => new Set(authors()).size, { interval: 5 }).toBe(2);
    revoke('alice');
    expect(await Promise.all(asked)).toEqual(range(100).map((number) => `You said: question ${number}`));
    expect(await world.ask('and now?')).toBe('You said: and now?');
    expect(await stateOf('alice')).toMatchObject({ state: 'disabled', reason: expect.stringMatching(/\S/) });
    expect(await readiness()).toMatchObject({ code: 200, status: 'ready', reasons: [] });
    expect(authors().at(-1)).toBe(userIdOf('bob'));
  });

  it('is never tried again: Discord would take offence at ever the same dead token', async () => {
    world = await startBoth({ users: 2 }, { send: ['alice', 'bob'] });
    revoke('alice');
    for (const number of range(6)) await world.ask(`question ${number}`);
    const { statuses } = (world.sim.state() as { rest: { statuses: Record<string, number> } }).rest;
    expect(statuses[401]).toBe(1);
  });

  it('as the last one leaves nobody: a 503 that says which and why, and Discord is not bothered', async () => {
    world = await startBoth({ users: 2 }, { send: ['alice', 'bob'], spareChannels: 0 });
    revoke('alice');
    revoke('bob');
    const first = await world.chat('hello');
    expect(first).toMatchObject({ status: 503, error: { code: 'account_disabled', type: 'server_error' } });
    const before = fingerprint(world.sim);
    for (const reply of [await world.chat('hello'), await world.stream('hello')]) {
      expect(reply).toMatchObject({ status: 503, error: { code: 'account_disabled' } });
      expect(reply.headers.get('x-should-retry')).toBe('false');
    }
    expect(fingerprint(world.sim)).toBe(before);
    expect((await readiness()).code).toBe(503);
  });

  it('is called by its name, to the caller as well as by readyz: an operator has many accounts', async () => {
    world = await startBoth({}, { send: ['alice'] });
    revoke('alice');
    const messages = [await world.chat('hello'), await world.chat('hello')].map(
      ({ error }) => error?.message,
    );
    const { reasons } = await readiness();
    for (const message of [...messages, ...reasons]) expect(message).toContain('alice');
  });

  it('keeps its conversations: another account goes on in the same channel', async () => {
    world = await startBoth({ users: 2 }, { send: ['alice', 'bob'] });
    const first = await world.ask('alpha');
    await world.ask('alpha', { 'x-conversation': 'kitchen' });
    const [author] = authors();
    revoke(author === userIdOf('alice') ? 'alice' : 'bob');
    const messages = [user('alpha'), assistant(first), user('recall')];
    expect((await world.chat({ messages })).text).toMatch(/1\. alpha$/);
    expect(await world.ask('recall', { 'x-conversation': 'kitchen' })).toMatch(/1\. alpha$/);
  });
});

describe('a reader whose token is revoked while the gateway runs', () => {
  it('ends running answers at once with an error that says so: nobody will see the rest of them', async () => {
    world = await startBoth({}, { send: ['alice'], deadlineMs: 6_000 });
    world.sim.script([
      { match: 'slow', edits: 20, editEveryMs: 10_000, startAfterMs: 0 },
      { match: 'mute', silent: true },
    ]);
    const stream = await world.open('slow story of many words');
    await stream.until('You');
    const [slow, mute] = [world.chat('slow whole'), world.chat('mute')];
    await expect.poll(() => promptsOf(world.sim).length).toBe(3);
    revoke('bridge');
    const took = await elapsed(async () => {
      const { error, done, finish } = await stream.finish();
      expect({ code: error?.code, done, finish }).toEqual({
        code: 'account_disabled',
        done: false,
        finish: undefined,
      });
      for (const reply of [await slow, await mute])
        expect(reply).toMatchObject({ status: 503, error: { code: 'account_disabled' } });
    });
    expect(took).toBeLessThan(2_000);
  });

  it('refuses new requests at once, does not log in again, and stays alive', async () => {
    world = await startBoth({}, { send: ['alice'] });
    await world.ask('hello');
    revoke('bridge');
    await expect.poll(async () => (await stateOf('bridge'))?.state).toBe('disabled');
    const identifies = () => (world.sim.state() as { gateway: { identifies: number } }).gateway.identifies;
    const before = identifies();
    const took = await elapsed(async () => {
      for (const reply of [await world.chat('hello'), await world.stream('hello')])
        expect(reply).toMatchObject({ status: 503, error: { code: 'account_disabled' } });
    });
    expect(took).toBeLessThan(1_000);
    const { code, reasons } = await readiness();
    expect(code).toBe(503);
    expect(reasons.join()).toContain('bridge');
    expect((await world.get('/healthz')).status).toBe(200);
    await pause(1_500);
    expect(identifies()).toBe(before);
  });
});

describe('a dead token at the start', () => {
  it('of a sender is found at its first use, and the others take over', async () => {
    const sim = await startSimple({ users: 2 });
    world = await frontOf(sim, withDeadTokens(sim, ['alice'], { send: ['alice', 'bob'] }));
    const answers = await Promise.all(range(10).map((number) => world.ask(`question ${number}`)));
    expect(answers).toEqual(range(10).map((number) => `You said: question ${number}`));
    expect(await stateOf('alice')).toMatchObject({ state: 'disabled' });
    expect((await readiness()).code).toBe(200);
  });

  it('of the reader does not keep the gateway from starting, and is told at once and everywhere', async () => {
    const sim = await startSimple();
    const started = Date.now();
    world = await frontOf(sim, withDeadTokens(sim, ['bridge'], { send: ['alice'] }));
    expect(Date.now() - started).toBeLessThan(4_000);
    const took = await elapsed(async () => {
      const reply = await world.chat('hello');
      expect(reply).toMatchObject({ status: 503, error: { code: 'account_disabled' } });
      expect(reply.error?.message).toContain('bridge');
    });
    expect(took).toBeLessThan(1_000);
    expect(await stateOf('bridge')).toMatchObject({
      state: 'disabled',
      reason: expect.stringContaining('token'),
    });
    expect((await readiness()).code).toBe(503);
    expect(promptsOf(sim)).toEqual([]);
  });
});

describe('a sender that may not write where it should', () => {
  it('because it is not in the guild is left aside for one that is', async () => {
    world = await startBoth(
      { users: 2, accounts: [{ id: 'alice', kind: 'user', member: false }] },
      { send: ['alice', 'bob'] },
    );
    const answers = await Promise.all(range(8).map((number) => world.ask(`question ${number}`)));
    expect(answers).toEqual(range(8).map((number) => `You said: question ${number}`));
    expect(new Set(authors())).toEqual(new Set([userIdOf('bob')]));
  });

  it('and is the only one is an error that carries Discord’s words, not a disabled account', async () => {
    world = await startBoth(
      { accounts: [{ id: 'alice', kind: 'user', member: false }] },
      { send: ['alice'] },
    );
    const reply = await world.chat('hello');
    expect(reply).toMatchObject({ status: 502, error: { code: 'discord_refused' } });
    expect(reply.error?.message).toMatch(/50001|Missing Access|10003|Unknown/);
    expect((await stateOf('alice'))?.state).not.toBe('disabled');
  });
});

describe('a reader without the intent for message content', () => {
  it('is told apart from a dead token, by its remedy, and works as soon as the switch is on', async () => {
    const sim = await startSimple({ accounts: [{ id: 'bridge', kind: 'bot', messageContent: false }] });
    world = await frontOf(sim, configFor(sim, { deadlineMs: 60_000, idleMs: 30_000 }), fasterClock(30));
    const bridge = await stateOf('bridge');
    expect(bridge?.state).not.toBe('disabled');
    expect(bridge?.reason).toContain('Message Content Intent');
    expect((await readiness()).code).toBe(503);
    const refused = await world.chat('hello');
    expect(refused).toMatchObject({ status: 503, error: { code: 'account_offline' } });
    expect(refused.error?.message).toContain('Message Content Intent');
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(promptsOf(sim)).toEqual([]);
    const account = sim.world.accounts.get('bridge');
    if (account) account.messageContent = true;
    await expect.poll(async () => (await readiness()).code, { timeout: 8_000 }).toBe(200);
    expect(await world.ask('and now?')).toBe('You said: and now?');
  });
});

/** Long enough for a clock that runs thirty times faster. */
const PATIENT = { deadlineMs: 600_000, idleMs: 60_000 };

async function startBehind(relay: Relay, sim: Sim, times = 30): Promise<EndToEnd> {
  const config = { ...configFor(sim, PATIENT), discord: hostsOver(relay) };
  return frontOf(sim, config, fasterClock(times));
}

describe('Discord', () => {
  it('being down at the start delays the start only a little; all is well as soon as it is up', async () => {
    const sim = await startSimple();
    const relay = await relayTo(sim);
    world = await startBehind(relay, sim);
    expect((await world.get('/healthz')).status).toBe(200);
    const { code, reasons, accounts } = await readiness();
    expect(code).toBe(503);
    expect(reasons.join()).toContain('bridge');
    expect(accounts.find(({ id }) => id === 'bridge')?.state).not.toBe('disabled');
    const refused = await world.chat('too early');
    expect([502, 503]).toContain(refused.status);
    expect(['account_offline', 'discord_unreachable']).toContain(refused.error?.code);
    await relay.up();
    await expect.poll(async () => (await readiness()).code, { timeout: 8_000 }).toBe(200);
    const answers = await Promise.all(range(10).map((number) => world.ask(`question ${number}`)));
    expect(answers).toEqual(range(10).map((number) => `You said: question ${number}`));
    expect(promptsOf(sim).some(({ content }) => content.includes('too early'))).toBe(false);
  });

  it('coming up while a request waits answers that request', async () => {
    const sim = await startSimple();
    const relay = await relayTo(sim);
    // A request waits for some seconds of the gateway's clock: a busy machine needs them.
    world = await startBehind(relay, sim, 8);
    const asked = world.ask('patience');
    await pause(50);
    await relay.up();
    expect(await asked).toBe('You said: patience');
  });

  it('going down and coming back is survived: errors meanwhile, answers afterwards, no message twice', async () => {
    const sim = await startSimple();
    const relay = await relayTo(sim);
    await relay.up();
    world = await startBehind(relay, sim);
    const first = await world.ask('alpha');
    await relay.down();
    await expect.poll(async () => (await readiness()).code).toBe(503);
    // Past the half minute in which a connection that broke is taken to be back soon.
    await pause(1_200);
    const replies = await Promise.all(range(5).map((number) => world.chat(`lost ${number}`)));
    for (const reply of replies) {
      expect([502, 503]).toContain(reply.status);
      expect(['account_offline', 'discord_unreachable']).toContain(reply.error?.code);
    }
    await relay.up();
    await expect.poll(async () => (await readiness()).code, { timeout: 8_000 }).toBe(200);
    const messages = [user('alpha'), assistant(first), user('recall')];
    expect((await world.chat({ messages })).text).toMatch(/1\. alpha$/);
    expect(promptsOf(sim).some(({ content }) => content.includes('lost'))).toBe(false);
  });

  it('going down in the middle of answers loses nothing of them', async () => {
    const sim = await startSimple({ coze: { edits: 8, editEveryMs: 2_000 } });
    const relay = await relayTo(sim);
    await relay.up();
    world = await startBehind(relay, sim);
    const text = (number: number) => `tell me a tale ${number}`;
    const streams = await Promise.all(range(8).map((number) => world.open(text(number))));
    await Promise.all(streams.map((stream) => stream.until('You')));
    await relay.down();
    await pause(400);
    await relay.up();
    const ended = await Promise.all(streams.map((stream) => stream.finish()));
    expect(ended.map((end) => [end.text, end.finish, end.done])).toEqual(
      range(8).map((number) => [`You said: ${text(number)}`, 'stop', true]),
    );
  });

  it('being away for longer than idleMs does not pass for the silence that ends an answer', async () => {
    const sim = await startSimple({ coze: { edits: 15, editEveryMs: 2_000, startAfterMs: 0 } });
    const relay = await relayTo(sim);
    await relay.up();
    const config = { ...configFor(sim, { idleMs: 400 }), discord: hostsOver(relay) };
    world = await frontOf(sim, config);
    const text = 'tell me a tale of some length, please';
    const [stream, whole] = [await world.open(text), world.ask(text)];
    await stream.until('You');
    await relay.down();
    await pause(300);
    await relay.up();
    const ended = await stream.finish();
    expect([ended.text, ended.finish, await whole]).toEqual([
      `You said: ${text}`,
      'stop',
      `You said: ${text}`,
    ]);
  });
});
