import { afterEach, describe, expect, it } from 'vitest';
import { type Sim, type SimOptions, startSim } from '../../src/sim/index.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { Echo } from './support/echo.ts';
import { FULL_INTENTS, identify } from './support/raw-socket.ts';
import { restOf, tokenOf } from './support/rest.ts';

let sim: Sim;
let echo: Echo;
afterEach(() => sim.close());

async function start(options: SimOptions = {}) {
  sim = await startSim({ port: 0, limits: 'none', coze: { silent: true }, users: 2, ...options });
  echo = new Echo(sim.world, sim.ready.guildId);
  return restOf(sim, 'alice');
}

describe('the application command index', () => {
  it('of a guild holds all applications in it, Midjourney and niji among them', async () => {
    const alice = await start();
    const { status, body } = await alice('GET', `/guilds/${sim.ready.guildId}/application-command-index`);
    expect(status).toBe(200);
    const { midjourney, niji, pika } = sim.ready.bots;
    expect(body.applications.map(({ id }: { id: string }) => id)).toEqual([
      niji.userId,
      midjourney.userId,
      pika.userId,
      echo.id,
    ]);
    expect(body.applications.at(-1)).toMatchObject({ name: 'Echo', bot: { id: echo.id, bot: true } });
    expect(body.application_commands.at(-1)).toMatchObject({ application_id: echo.id, name: 'set', type: 1 });
    expect(body.version).toMatch(/^\d+$/);
  });

  it.each([
    ['x-discord-locale', 'zh-CN'],
    ['accept-language', 'zh-CN,zh;q=0.9,en;q=0.8'],
  ])('has translated names for %s, with the original in name_default', async (header, value) => {
    const alice = await start();
    const path = `/applications/${echo.id}/application-command-index`;
    const [command] = (await alice('GET', path, undefined, { [header]: value })).body.application_commands;
    expect(command).toMatchObject({
      name: '回声',
      name_default: 'echo',
      options: [{ name: '文字', name_default: 'words' }, { name: 'picture' }],
    });
    const headers = { 'accept-language': 'zh-CN', 'x-discord-locale': 'en-US' };
    const [plain] = (await alice('GET', path, undefined, headers)).body.application_commands;
    expect(plain).toMatchObject({ name: 'echo', options: [{ name: 'words' }, { name: 'picture' }] });
    expect(plain).not.toHaveProperty('name_default');
  });

  it('is there for direct channels, applications and the account itself', async () => {
    const alice = await start();
    const direct = (await alice('POST', '/users/@me/channels', { recipients: [echo.id] })).body;
    for (const path of [`/channels/${direct.id}`, `/applications/${echo.id}`]) {
      const { body } = await alice('GET', `${path}/application-command-index`);
      expect(body.applications.map(({ id }: { id: string }) => id)).toEqual([echo.id]);
      expect(body.application_commands).toHaveLength(5);
    }
    const own = (await alice('GET', '/users/@me/application-command-index')).body;
    expect(own.applications.map(({ id }: { id: string }) => id)).toContain(echo.id);
  });

  it.each([
    ['/guilds/1234567890123456789', 404, 10004],
    ['/applications/1234567890123456789', 404, 10002],
    ['/channels/1234567890123456789', 404, 10003],
  ])('of %s is refused with %i and code %i', async (path, status, code) => {
    const alice = await start();
    expect(await alice('GET', `${path}/application-command-index`)).toMatchObject({ status, body: { code } });
  });

  it('can be searched as older clients do', async () => {
    const alice = await start();
    const path = `/channels/${sim.ready.channels.general}/application-commands/search`;
    const { body } = await alice('GET', `${path}?type=1&query=whi&limit=1&include_applications=true`);
    expect(body).toMatchObject({
      application_commands: [{ name: 'whisper', application_id: echo.id }],
      applications: [{ id: echo.id }],
    });
    expect((await alice('GET', `${path}?type=1&query=whi&limit=1`)).body).not.toHaveProperty('applications');
  });
});

describe('direct messages', () => {
  it('have one channel for two, which appears when it is opened or written to', async () => {
    const alice = await start();
    const [bobId] = sim.ready.accounts.filter(({ id }) => id === 'bob').map(({ userId }) => userId);
    const socket = await identify(sim.ready.gateway, tokenOf(sim, 'alice'));
    const other = await identify(sim.ready.gateway, tokenOf(sim, 'bob'));
    await Promise.all([socket.event('READY'), other.event('READY')]);
    const opened = (await alice('POST', '/users/@me/channels', { recipients: [bobId] })).body;
    expect(opened).toMatchObject({ type: 1, recipients: [{ id: bobId, username: 'bob' }] });
    expect((await alice('POST', '/users/@me/channels', { recipients: [bobId] })).body.id).toBe(opened.id);
    expect((await socket.event('CHANNEL_CREATE')).d.id).toBe(opened.id);
    expect(other.names()).toEqual(['READY']);
    await alice('POST', `/channels/${opened.id}/messages`, { content: 'psst' });
    const { d } = await other.event('MESSAGE_CREATE');
    expect(d).toMatchObject({ content: 'psst', channel_id: opened.id, channel_type: 1 });
    expect(d).not.toHaveProperty('guild_id');
    expect(d).not.toHaveProperty('member');
    expect(other.names()).toEqual(['READY', 'CHANNEL_CREATE', 'MESSAGE_CREATE']);
    expect((await restOf(sim, 'bob')('GET', '/users/@me/channels')).body).toMatchObject([{ id: opened.id }]);
    const again = await identify(sim.ready.gateway, tokenOf(sim, 'bob'));
    expect((await again.event('READY')).d.private_channels).toMatchObject([{ id: opened.id, type: 1 }]);
  });

  it('reach a bot by the intent of direct messages, with their content', async () => {
    const alice = await start({ accounts: [{ id: 'bridge', kind: 'bot', messageContent: false }] });
    const bridge = sim.ready.accounts.find(({ id }) => id === 'bridge');
    const intents = (FULL_INTENTS & ~(1 << 15)) | (1 << 12);
    const socket = await identify(sim.ready.gateway, tokenOf(sim, 'bridge'), { intents });
    await socket.event('GUILD_CREATE');
    const channel = (await alice('POST', '/users/@me/channels', { recipients: [bridge?.userId] })).body;
    await alice('POST', `/channels/${channel.id}/messages`, { content: 'for you' });
    expect((await socket.event('MESSAGE_CREATE')).d.content).toBe('for you');
  });

  it('are nobody else’s', async () => {
    const alice = await start();
    const { id } = (await alice('POST', '/users/@me/channels', { recipients: [echo.id] })).body;
    const answer = await restOf(sim, 'bob')('GET', `/channels/${id}/messages`);
    expect(answer).toMatchObject({ status: 403, body: { code: 50001 } });
  });

  it.each<[object, number, number]>([
    [{}, 400, 50035],
    [{ recipients: ['x'] }, 400, 50035],
    [{ recipients: ['1234567890123456789'] }, 404, 10013],
  ])('are refused %j', async (body, status, code) => {
    const alice = await start();
    expect(await alice('POST', '/users/@me/channels', body)).toMatchObject({ status, body: { code } });
  });
});

describe('reactions, marks and uploads', () => {
  const send = async () => {
    const alice = await start();
    const path = `/channels/${sim.ready.channels.general}/messages`;
    const { id } = (await alice('POST', path, { content: 'like me' })).body;
    return { alice, path: `${path}/${id}` };
  };

  it.each(['@me', '%40me'])('a reaction by %s is told of once, and can be taken back', async (me) => {
    const { alice, path } = await send();
    const socket = await identify(sim.ready.gateway, tokenOf(sim, 'bob'));
    await socket.event('READY');
    const url = `${path}/reactions/%E2%9C%89%EF%B8%8F/${me}?location=Message&type=0`;
    for (const _ of [1, 2]) expect((await alice('PUT', url)).status).toBe(204);
    expect((await alice('DELETE', url)).status).toBe(204);
    await socket.event('MESSAGE_REACTION_REMOVE');
    expect(socket.names()).toEqual(['READY', 'MESSAGE_REACTION_ADD', 'MESSAGE_REACTION_REMOVE']);
    expect((await socket.event('MESSAGE_REACTION_ADD')).d).toMatchObject({
      emoji: { id: null, name: '✉️' },
      user_id: sim.ready.accounts.find(({ id }) => id === 'alice')?.userId,
      message_id: path.split('/').at(-1),
    });
  });

  it('words are no emoji', async () => {
    const { alice, path } = await send();
    expect(await alice('PUT', `${path}/reactions/wow/@me`)).toMatchObject({
      status: 400,
      body: { code: 10014 },
    });
  });

  it('a message can be marked as read', async () => {
    const { alice, path } = await send();
    const body = { token: null, last_viewed: 3496 };
    expect(await alice('POST', `${path}/ack`, body)).toMatchObject({ status: 200, body: { token: null } });
  });

  it.each([encodeURIComponent, String])('an unused upload can be dropped', async (write) => {
    const alice = await start();
    const files = [{ id: '0', filename: 'a.png', file_size: 3 }];
    const path = `/channels/${sim.ready.channels.general}/attachments`;
    const [slot] = (await alice('POST', path, { files })).body.attachments;
    expect((await alice('DELETE', `/attachments/${write(slot.upload_filename)}`)).status).toBe(204);
    expect((await fetch(slot.upload_url, { method: 'PUT', body: 'abc' })).status).toBe(404);
  });
});

describe('links to files', () => {
  it.each(['attachments', 'ephemeral-attachments'] as const)(
    'under %s end after their time, and are renewed by the old link',
    async (folder) => {
      const clock = new FakeClock();
      const alice = await start({ clock, linkLifetimeMs: 60_000 });
      const file = { filename: 'a.txt', bytes: new Uint8Array([97]), contentType: 'text/plain' };
      const { url } = sim.world.files.attach('1', '2', file, folder);
      expect((await fetch(url)).status).toBe(200);
      await clock.advance(61_000);
      const gone = await fetch(url);
      expect([gone.status, await gone.text()]).toEqual([404, 'This content is no longer available.']);
      expect((await fetch(url.split('?')[0] ?? '')).status).toBe(404);
      const strange = `${sim.ready.cdn}/attachments/3/4/none.txt`;
      const { body } = await alice('POST', '/attachments/refresh-urls', { attachment_urls: [url, strange] });
      expect(body.refreshed_urls).toMatchObject([{ original: url }, { original: strange, refreshed: null }]);
      expect((await fetch(body.refreshed_urls[0].refreshed)).status).toBe(200);
    },
  );

  it.each<[object]>([[{}], [{ attachment_urls: Array.from({ length: 51 }, () => 'https://a.example/b') }]])(
    'are refused outside of 1 to 50',
    async (body) => {
      const alice = await start();
      const answer = await alice('POST', '/attachments/refresh-urls', body);
      expect(answer).toMatchObject({ status: 400, body: { code: 50035 } });
    },
  );
});
