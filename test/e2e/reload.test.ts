/** A configuration that changes while the gateway works: nothing that is on its way is lost. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { run } from '../../src/cli/main.ts';
import { ConfigFile } from '../../src/config/edit/config-file.ts';
import { type RunningGateway, startGateway } from '../../src/gateway.ts';
import { type Sim, startSim } from '../../src/sim/index.ts';
import {
  ADMIN_KEY,
  type Drawer,
  drawerOf,
  expectInteractions,
  expectOwnGrid,
  SECRET,
  studioConfig,
  waitFor,
} from './drawing/studio.ts';
import { LogBook } from './log-book.ts';
import { expectNothingSentTwice, pause, range } from './scene.ts';
import { clientOf, configFor, KEY } from './world.ts';

let sim: Sim;
let folder: string;
let path: string;
let book: LogBook;
let gateway: RunningGateway;
let file: ConfigFile;
let drawer: Drawer & ReturnType<typeof clientOf>;

// biome-ignore lint/suspicious/noExplicitAny: a tree of YAML
type Tree = any;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'cordgate-reload-'));
  path = join(folder, 'cordgate.yaml');
  book = new LogBook();
  sim = await startSim({ port: 0, speed: 20, limits: 'none', users: 2 });
});
afterEach(async () => {
  await gateway?.close();
  await sim.close();
  rmSync(folder, { recursive: true, force: true });
  book.checkForSecrets([KEY, ADMIN_KEY, SECRET, ...sim.ready.accounts.map(({ token }) => token)]);
});

/** A gateway that talks and draws; `change` is laid over its file. */
async function start(change: (config: Tree) => void = () => {}, more: object = {}): Promise<void> {
  const studio = studioConfig(sim, { room: { concurrency: 2 }, more: { ...more } }) as Tree;
  const chat = configFor(sim) as Tree;
  const config = {
    ...studio,
    accounts: chat.accounts,
    bots: [...chat.bots, ...studio.bots],
  };
  change(config);
  writeFileSync(path, `# ours\n${stringify(JSON.parse(JSON.stringify(config)))}`);
  file = new ConfigFile({ path, env: {}, flags: { server: { port: 0 } } });
  const loaded = await file.reload(async (now) => now);
  gateway = await startGateway(loaded.config, { log: book, file });
  drawer = { ...drawerOf(gateway.url, book), ...clientOf(gateway.url, book) };
}

/** Changes the file by hand, and has it read again. */
async function reload(change: (config: Tree) => void): Promise<readonly string[]> {
  const config = parse(readFileSync(path, 'utf8'));
  change(config);
  writeFileSync(path, stringify(config));
  return (await file.reload(({ config: next }) => gateway.reload(next))).restart;
}

async function ask(method: string, url: string, body?: object): Promise<{ status: number; json: Tree }> {
  const response = await fetch(gateway.url + url, {
    method,
    headers: { authorization: `Bearer ${ADMIN_KEY}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const raw = await response.text();
  book.note(raw);
  return { status: response.status, json: raw === '' ? undefined : JSON.parse(raw) };
}

const studioIn = (config: Tree) => config.bots.find((bot: Tree) => bot.driver === 'midjourney');
const chatIn = (config: Tree) => config.bots.find((bot: Tree) => bot.driver === 'coze');
const people = () => sim.ready.accounts.filter(({ kind }) => kind === 'user');
const identified = () => sim.world.counts.interactionsCreated;

describe('tasks', () => {
  it.each(['memory', 'sqlite'])(
    'end with their own pictures, each drawn once, over several changes (%s)',
    async (driver) => {
      await start(() => {}, { store: { driver, path: join(folder, 'store.db') } });
      sim.script({ midjourney: { defaults: { stepEveryMs: 3_000, steps: [31, 62, 93] } } });
      const ids: string[] = [];
      for (const prompt of ['one', 'the same', 'the same', 'the same', 'the same', 'six', 'seven']) {
        ids.push(await drawer.imagine(prompt));
      }
      await drawer.until(ids[0]!, ['Running']);
      const watched = fetch(`${gateway.url}/v1/images/generations`, {
        method: 'POST',
        headers: { authorization: `Bearer ${KEY}`, 'content-type': 'application/json' },
        body: JSON.stringify({ model: 'midjourney', prompt: 'waited for', n: 1 }),
      });
      for (const minutes of [11, 12, 13]) {
        await reload((config) => {
          studioIn(config).timeoutMinutes = minutes;
        });
        ids.push(await drawer.imagine(`after ${minutes}`));
      }
      for (const id of ids) await expectOwnGrid(await drawer.done(id, 30_000));
      const waitedFor = await watched;
      expect({ status: waitedFor.status, body: await waitedFor.json() }).toMatchObject({
        status: 200,
        body: { data: [{}] },
      });
      // The picture that was waited for is upscaled as well.
      expectInteractions(sim, ids.length + 2);
    },
    60_000,
  );

  it('are watched over a change without a gap', async () => {
    await start();
    sim.script({ midjourney: { defaults: { stepEveryMs: 4_000, steps: [31, 62, 93] } } });
    const leave = new AbortController();
    const response = await fetch(`${gateway.url}/admin/api/events`, {
      headers: { authorization: `Bearer ${ADMIN_KEY}` },
      signal: leave.signal,
    });
    let heard = '';
    const reading = (async () => {
      for await (const chunk of response.body!.pipeThrough(new TextDecoderStream())) heard += chunk;
    })().catch(() => {});
    const id = await drawer.imagine('watched');
    await drawer.until(id, ['Running']);
    await reload((config) => {
      studioIn(config).timeoutMinutes = 12;
    });
    await drawer.done(id);
    await waitFor(
      () => heard,
      (text) => text.includes('"status":"succeeded"'),
    );
    leave.abort();
    await reading;
  }, 30_000);
});

describe('answers', () => {
  const slow = {
    match: 'slow',
    text: 'a slow answer of many words that takes its time',
    edits: 8,
    editEveryMs: 2_000,
  };

  it('go on while a bot beside theirs changes, without a new login', async () => {
    await start();
    sim.script(slow);
    const stream = await drawer.open('slow');
    await stream.until('slow');
    const { connections, identifies } = sim.state().gateway as Tree;
    await reload((config) => {
      studioIn(config).timeoutMinutes = 12;
    });
    expect((await stream.finish()).text).toBe(slow.text);
    expect(sim.state().gateway).toMatchObject({ connections, identifies });
  }, 30_000);

  it('go on while their own bot changes; the next ones are the new bot’s', async () => {
    await start();
    sim.script(slow);
    const stream = await drawer.open('slow');
    await stream.until('slow');
    await reload((config) => {
      chatIn(config).models = ['gpt-5'];
    });
    const next = drawer.chat({ model: 'gpt-5', messages: [{ role: 'user', content: 'hello' }] });
    expect((await drawer.chat('hello')).status).toBe(404);
    expect((await stream.finish()).text).toBe(slow.text);
    expect((await next).status).toBe(200);
    expectNothingSentTwice(sim);
  }, 30_000);
});

describe('accounts', () => {
  const only = (count: number) => (config: Tree) => {
    const names = people()
      .slice(0, count)
      .map(({ id }) => id);
    config.accounts = config.accounts.filter(({ id, kind }: Tree) => kind === 'bot' || names.includes(id));
    studioIn(config).rooms = studioIn(config).rooms.filter(({ account }: Tree) => names.includes(account));
  };

  it('take work right away once they are added, and hand it on when they are removed', async () => {
    await start(only(1));
    const [first, second] = people();
    const { json: before } = await ask('GET', '/admin/api/config');
    expect(before).toMatchObject({ path, writable: true });
    expect(JSON.stringify(before)).not.toContain(first!.token);
    const added = await ask('PUT', `/admin/api/config/accounts/${second!.id}`, {
      kind: 'user',
      token: second!.token,
    });
    expect(added).toMatchObject({
      status: 201,
      json: { account: { id: second!.id, hasToken: true }, restart: [] },
    });
    const bot = before.bots.find(({ id }: Tree) => id === 'midjourney');
    const rooms = [...bot.rooms, { ...bot.rooms[0], account: second!.id, concurrency: 1 }];
    expect(await ask('PUT', '/admin/api/config/bots/midjourney', { ...bot, rooms })).toMatchObject({
      status: 200,
    });
    expect(readFileSync(path, 'utf8')).toContain('# ours');
    const at = (await drawer.accounts()).find(({ account }) => account === second!.id);
    expect(at).toMatchObject({ state: 'ready' });
    await drawer.order(first!.id, 'pause');
    await expectOwnGrid(await drawer.done(await drawer.imagine('by the new one')));

    // One runs there, three wait there; then the room goes.
    sim.script({ midjourney: { defaults: { stepEveryMs: 4_000, steps: [31, 62] } } });
    const ids = [];
    for (const _ of range(4)) ids.push(await drawer.imagine('handed on'));
    await drawer.until(ids[0]!, ['Running']);
    await drawer.order(first!.id, 'resume');
    expect((await ask('PUT', '/admin/api/config/bots/midjourney', bot)).status).toBe(200);
    expect((await ask('DELETE', `/admin/api/config/accounts/${second!.id}`)).status).toBe(204);
    expect(parse(readFileSync(path, 'utf8')).accounts.map(({ id }: Tree) => id)).not.toContain(second!.id);
    const ended = await drawer.ended(ids[0]!);
    expect(ended.failReason === '' || /not configured/.test(ended.failReason)).toBe(true);
    for (const id of ids.slice(1)) await expectOwnGrid(await drawer.done(id));
  }, 60_000);

  it('log in anew when they are told to, and a dead token lives only if that works', async () => {
    await start();
    const [first] = people();
    expect(await ask('POST', `/admin/api/accounts/${first!.id}/reconnect`)).toMatchObject({
      status: 200,
      json: { account: first!.id, state: 'ready' },
    });
    expect((await ask('POST', '/admin/api/accounts/nobody/reconnect')).status).toBe(404);
    await expectOwnGrid(await drawer.done(await drawer.imagine('after the login')));
    expect(identified()).toBe(1);
  }, 30_000);

  it('whose token was dead work again only when a new login works', async () => {
    await start();
    const bob = people()[1]!;
    sim.fault({ type: 'revoke-token', account: bob.id } as never);
    const state = async () => (await drawer.accounts()).find(({ account }) => account === bob.id)?.state;
    await waitFor(state, (now) => now === 'disabled', 10_000);
    expect(await ask('POST', `/admin/api/accounts/${bob.id}/reconnect`)).toMatchObject({
      status: 503,
      json: { error: { code: 'account_disabled' } },
    });
    expect(await state()).toBe('disabled');
  }, 30_000);
});

describe('a change that cannot be made', () => {
  it('leaves everything as it was, and names every problem', async () => {
    await start();
    const before = readFileSync(path, 'utf8');
    const refused = await ask('PUT', '/admin/api/config/bots/coze', {
      driver: 'coze',
      listen: 'nobody',
      colour: 'red',
    });
    expect(refused.status).toBe(400);
    expect(refused.json.error).toMatchObject({
      code: 'configuration_invalid',
      type: 'invalid_request_error',
    });
    const paths = refused.json.error.problems.map((problem: Tree) => problem.path);
    expect(paths).toEqual(expect.arrayContaining(['bots[0].listen', 'bots[0].colour', 'bots[0].guildId']));
    expect((await ask('DELETE', '/admin/api/config/accounts/bridge')).status).toBe(400);
    expect((await ask('DELETE', '/admin/api/config/bots/nobody')).status).toBe(404);
    expect((await ask('PUT', '/admin/api/config/accounts/x', { id: 'y' })).status).toBe(400);
    expect(readFileSync(path, 'utf8')).toBe(before);
    expect((await drawer.chat('hello')).status).toBe(200);
  }, 30_000);

  it('is named when it counts after a restart only, and the rest is taken up', async () => {
    await start();
    const restart = await reload((config) => {
      config.log = { level: 'debug' };
      config.server = { bodyLimitMb: 3 };
      chatIn(config).models = ['gpt-6'];
    });
    expect([...restart].sort()).toEqual(['log', 'server']);
    expect(
      (await drawer.chat({ model: 'gpt-6', messages: [{ role: 'user', content: 'hello' }] })).status,
    ).toBe(200);
  }, 30_000);

  it('is refused without a file, with the reason', async () => {
    await start();
    await gateway.close();
    const loaded = await file.reload(async (now) => now);
    gateway = await startGateway(loaded.config, { log: book });
    const { json } = await ask('GET', '/admin/api/config');
    expect(json).toMatchObject({ path: null, writable: false, reason: expect.stringContaining('without a') });
    expect((await ask('DELETE', '/admin/api/config/bots/coze')).status).toBe(409);
  }, 30_000);
});

it('checks the accounts as cordgate check does, one check at a time, without secrets', async () => {
  await start();
  const check = () =>
    fetch(`${gateway.url}/admin/api/check`, {
      method: 'POST',
      headers: { authorization: `Bearer ${ADMIN_KEY}` },
    });
  const [first, second] = await Promise.all([check(), pause(10).then(check)]);
  expect(second.status).toBe(409);
  const text = await first.text();
  book.note(text);
  expect(text).toContain('event: finding\ndata: {"level":"ok","about":"account bridge"');
  expect(text).toMatch(/event: done\ndata: \{"ok":\d+,"warning":\d+,"error":0\}\n\n$/);
  expect((await (await check()).text()).length).toBeGreaterThan(100);
}, 30_000);

it('is read again at SIGHUP; one with mistakes changes nothing, and is told', async () => {
  await start();
  await gateway.close();
  let told = '';
  let ready = '';
  const hangUps: (() => void)[] = [];
  const ends: (() => void)[] = [];
  const io = {
    stdout: (text: string) => {
      ready += text;
    },
    stderr: (text: string) => {
      told += text;
    },
    stderrIsTerminal: false,
    env: {},
    onHangUp: (listener: () => void) => void hangUps.push(listener),
    nextSignal: () => new Promise<void>((resolve) => void ends.push(resolve)),
  };
  const running = run(['serve', '--config', path, '--port', '0', '--json'], io);
  const { url } = JSON.parse(
    await waitFor(
      () => ready,
      (line) => line.endsWith('\n'),
      10_000,
    ),
  );
  const models = async () => (await clientOf(url, book).get('/v1/models')).raw;
  const hangUp = (change: (config: Tree) => void) => {
    const config = parse(readFileSync(path, 'utf8'));
    change(config);
    writeFileSync(path, stringify(config));
    hangUps[0]?.();
  };
  await waitFor(
    () => hangUps.length,
    (count) => count === 1,
  );
  hangUp((config) => {
    chatIn(config).models = ['gpt-7'];
    config.colour = 'red';
  });
  await waitFor(
    () => told,
    (text) => text.includes('was not taken up'),
  );
  expect(told).toContain('colour');
  expect(await models()).not.toContain('gpt-7');
  hangUp((config) => {
    delete config.colour;
    config.log = { level: 'info' };
    config.store.retentionDays = 3;
    config.accounts.push({ id: 'late', kind: 'user', token: 'brand-new-secret-token' });
    studioIn(config).rooms.push({ ...studioIn(config).rooms[0], account: 'late' });
  });
  await waitFor(models, (list) => list.includes('gpt-7'), 15_000);
  await waitFor(
    () => told,
    (text) => text.includes('they count after a restart'),
  );
  for (const end of ends.splice(0)) end();
  expect(await running).toBe(0);
  book.note(told);
  expect(told).not.toContain('brand-new-secret-token');
}, 40_000);
