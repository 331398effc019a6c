import { describe, expect, it } from 'vitest';
import { discordCode } from '../../src/core/discord.ts';
import type { ApplicationCommand, Interaction } from '../../src/core/interaction.ts';
import type { Reply } from './support/fake-server.ts';
import { deepText, loggedIn, makeClient, quickClock, startServer, TOKEN } from './support/world.ts';

const MIDJOURNEY = '936929561302675456';
const GUILD = '800000000000000001';
const CHANNEL = '900000000000000001';
const alice = { id: 'alice', kind: 'user', token: TOKEN, userAgent: 'Alice/1.0' } as const;

const imagine: ApplicationCommand = {
  id: '938956540159881230',
  application_id: MIDJOURNEY,
  version: '1237876415471554623',
  name: 'imagine',
  type: 1,
};
const place = { applicationId: MIDJOURNEY, guildId: GUILD, channelId: CHANNEL, nonce: '1211421713496994992' };
const command: Interaction = {
  ...place,
  type: 'command',
  command: imagine,
  options: [{ type: 3, name: 'prompt', value: 'a small cat' }],
};
const button: Interaction = {
  ...place,
  type: 'component',
  messageId: '1001',
  messageFlags: 64,
  customId: 'MJ::JOB::upsample::1::hash',
};
const modal: Interaction = {
  ...place,
  type: 'modal',
  modalId: '2002',
  customId: 'MJ::RemixModal::hash::1::1',
  components: [
    { type: 1, components: [{ type: 4, custom_id: 'MJ::RemixModal::new_prompt', value: 'new prompt' }] },
  ],
};
const taken: Reply = { status: 204 };

const where = `"guild_id":"${GUILD}","channel_id":"${CHANNEL}"`;
const session = '"session_id":"session-1","nonce":"1211421713496994992"';
const indexed = JSON.stringify(imagine);
const named = `"id":"${imagine.id}","name":"imagine","type":1`;
const commandText = (place: string, options: string, attachments: string) =>
  `{"type":2,"application_id":"${MIDJOURNEY}",${place},${session},"data":{"version":"${imagine.version}",${named},"options":${options},"application_command":${indexed},"attachments":${attachments}},"analytics_location":"slash_ui"}`;
const bodies: readonly (readonly [string, Interaction, string])[] = [
  ['a command', command, commandText(where, '[{"type":3,"name":"prompt","value":"a small cat"}]', '[]')],
  [
    'a command of a direct message, with files',
    {
      ...command,
      guildId: undefined,
      options: [{ type: 11, name: 'image', value: 0 }],
      files: [{ filename: 'x.png', uploadedFilename: 'abc/x.png' }],
    },
    commandText(
      `"channel_id":"${CHANNEL}"`,
      '[{"type":11,"name":"image","value":0}]',
      '[{"id":"0","filename":"x.png","uploaded_filename":"abc/x.png"}]',
    ),
  ],
  [
    'a button',
    button,
    `{"type":3,${where},"message_id":"1001","message_flags":64,"application_id":"${MIDJOURNEY}",${session},"data":{"component_type":2,"custom_id":"MJ::JOB::upsample::1::hash"}}`,
  ],
  [
    'a select menu',
    { ...button, messageFlags: 0, customId: 'MJ::Settings::VersionSelector', values: ['7'] },
    `{"type":3,${where},"message_id":"1001","message_flags":0,"application_id":"${MIDJOURNEY}",${session},"data":{"component_type":3,"custom_id":"MJ::Settings::VersionSelector","type":3,"values":["7"]}}`,
  ],
  [
    'a form',
    modal,
    `{"type":5,"application_id":"${MIDJOURNEY}","channel_id":"${CHANNEL}","guild_id":"${GUILD}",${session},"data":{"id":"2002","custom_id":"MJ::RemixModal::hash::1::1","components":[{"type":1,"components":[{"type":4,"custom_id":"MJ::RemixModal::new_prompt","value":"new prompt"}]}]}}`,
  ],
];

describe('an interaction', () => {
  it.each(bodies)('is written as Discord’s own client writes it: %s', async (_, interaction, text) => {
    const server = await startServer();
    server.handle = () => taken;
    const { client } = await loggedIn(server, { account: alice });
    expect(await client.interact(interaction)).toBeUndefined();
    const [request] = server.requests;
    expect(request?.body.toString()).toBe(text);
    expect([request?.method, request?.path]).toEqual(['POST', '/api/v10/interactions']);
    expect(request?.headers).toMatchObject({
      authorization: TOKEN,
      'user-agent': 'Alice/1.0',
      'content-type': 'application/json',
    });
    expect(request?.headers).not.toHaveProperty('x-super-properties');
  });

  it('names a translated command by its original name', async () => {
    const server = await startServer();
    server.handle = () => taken;
    const { client } = await loggedIn(server, { account: alice });
    const translated = { ...imagine, name: 'imaginer', name_default: 'imagine' };
    await client.interact({ ...command, command: translated });
    expect(server.requests[0]?.json().data.name).toBe('imagine');
  });

  it('is refused with a code that tells what to do', async () => {
    const outdated = { code: 'INTERACTION_APPLICATION_COMMAND_INVALID_VERSION', message: 'This is outdated' };
    const secrets = { captcha_sitekey: 'site-1', captcha_rqdata: 'rqdata-1', captcha_rqtoken: 'rqtoken-1' };
    const table: readonly (readonly [Reply, string, number])[] = [
      [
        { status: 400, json: { code: 50035, errors: { data: { _errors: [outdated] } } } },
        'command_outdated',
        50035,
      ],
      [
        { status: 400, json: { code: 50035, errors: { data: { options: { 0: { _errors: [outdated] } } } } } },
        'command_outdated',
        50035,
      ],
      [{ status: 400, json: { code: 50035, message: 'Invalid Form Body' } }, 'discord_refused', 50035],
      [
        { status: 400, json: { captcha_key: ['captcha-required'], message: 'rqdata-1', ...secrets } },
        'human_required',
        0,
      ],
      [{ status: 403, json: { code: 50001, message: 'Missing Access' } }, 'discord_refused', 50001],
      [{ status: 404, json: { code: 10008, message: 'Unknown Message' } }, 'discord_refused', 10008],
    ];
    const server = await startServer();
    const { client, log } = await loggedIn(server, { account: alice });
    for (const [reply, code, discord] of table) {
      server.requests.length = 0;
      server.handle = () => reply;
      const failed = await client.interact(command).catch((error: unknown) => error);
      expect(failed).toMatchObject({ code });
      expect(discordCode(failed)).toBe(discord);
      expect(server.requests).toHaveLength(1);
      const seen = [deepText(failed), ...log.lines].join('\n');
      for (const secret of [...Object.values(secrets), TOKEN]) expect(seen).not.toContain(secret);
    }
  });

  it('that needs a captcha says which account a person has to log in with', async () => {
    const server = await startServer();
    server.handle = () => ({ status: 400, json: { captcha_key: ['You need to update your app.'] } });
    const { client } = await loggedIn(server, { account: alice });
    const failed = client.interact(command);
    await expect(failed).rejects.toThrow(
      'Discord asks account "alice" for a captcha before POST /interactions: an operator has to log in to Discord with it.',
    );
  });

  it('proves by 401 that the token is dead, which disables the account', async () => {
    const server = await startServer();
    server.handle = () => ({ status: 401, json: { message: '401: Unauthorized', code: 0 } });
    const { client } = await loggedIn(server, { account: alice });
    const changes = client.interactions(new AbortController().signal)[Symbol.asyncIterator]();
    const waiting = changes.next();
    await expect(client.interact(command)).rejects.toMatchObject({ code: 'account_disabled' });
    await expect(waiting).rejects.toMatchObject({ code: 'account_disabled' });
    expect(client.status.state).toBe('disabled');
    await expect(client.interact(command)).rejects.toMatchObject({ code: 'account_disabled' });
    expect(server.requests).toHaveLength(1);
  });

  it.each([
    ['a failure of Discord', { status: 502, text: '<html>' }, 'discord_unreachable'],
    ['a broken connection', { cut: true }, 'discord_unreachable'],
    ['silence', { hang: true }, 'discord_timeout'],
  ] as const)('is sent once more, byte for byte, after %s, and then given up', async (_, reply, code) => {
    const server = await startServer();
    server.handle = () => reply;
    const { client } = await loggedIn(server, {
      account: alice,
      clock: quickClock,
      requestTimeoutMs: 1_500,
    });
    await expect(client.interact(command)).rejects.toMatchObject({ code });
    expect(server.requests).toHaveLength(2);
    const [first, second] = server.requests.map(({ body }) => body.toString());
    expect(second).toBe(first);
    expect(first).toContain('"nonce":"1211421713496994992"');
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(server.requests).toHaveLength(2);
  });

  it('is done when the second try is taken', async () => {
    const server = await startServer();
    server.handle = () => (server.requests.length === 1 ? { cut: true } : taken);
    const { client } = await loggedIn(server, { account: alice });
    await client.interact(command);
    expect(server.requests).toHaveLength(2);
  });

  it('waits as long as a limit says, and tells of one that is too long', async () => {
    const server = await startServer();
    const limited = (retry_after: number): Reply => ({
      status: 429,
      json: { message: 'You are being rate limited.', retry_after, global: false },
    });
    server.handle = () => (server.requests.length === 1 ? limited(0.05) : taken);
    const { client } = await loggedIn(server, { account: alice });
    await client.interact(command);
    expect(server.requests).toHaveLength(2);
    server.handle = () => limited(600);
    await expect(client.interact(command)).rejects.toMatchObject({
      code: 'rate_limited',
      retryAfterMs: 600_000,
    });
    server.handle = () => ({ json: [] });
    expect(await client.history(CHANNEL, {})).toEqual([]);
  });

  it('holds every call of the account back when the limit is global', async () => {
    const server = await startServer();
    server.handle = () => ({ status: 429, json: { retry_after: 600, global: true } });
    const { client } = await loggedIn(server, { account: alice });
    await expect(client.interact(command)).rejects.toMatchObject({ code: 'rate_limited' });
    await expect(client.history(CHANNEL, {})).rejects.toMatchObject({ code: 'rate_limited' });
    expect(server.requests).toHaveLength(1);
  });
});

describe('the session of an interaction', () => {
  it('is waited for', async () => {
    const server = await startServer();
    server.handle = () => taken;
    const { client } = makeClient(server, { account: alice });
    client.connect();
    const done = client.interact(command);
    const peer = await server.peer(0);
    peer.hello();
    await peer.until((payload) => payload.op === 2);
    expect(server.requests).toEqual([]);
    peer.ready(server.hosts.gateway, 'late-session');
    await done;
    expect(server.requests[0]?.json().session_id).toBe('late-session');
  });

  it('stays the same when the connection is resumed', async () => {
    const server = await startServer();
    server.handle = () => taken;
    const { client, peer } = await loggedIn(server, { account: alice, clock: quickClock });
    peer.socket.close(4000);
    const next = await server.peer(1);
    next.hello();
    await next.until((payload) => payload.op === 6);
    const done = client.interact(command);
    next.dispatch('RESUMED', {});
    await done;
    expect(server.requests[0]?.json().session_id).toBe('session-1');
  });

  it('that does not come in time is account_offline, and nothing is sent', async () => {
    const server = await startServer();
    const { client } = makeClient(server, { account: alice, patienceMs: 50 });
    client.connect();
    await expect(client.interact(command)).rejects.toMatchObject({ code: 'account_offline' });
    expect(server.requests).toEqual([]);
  });

  it('is not waited for when the caller is gone, or the client closed', async () => {
    const server = await startServer();
    const { client } = makeClient(server, { account: alice });
    const stop = new AbortController();
    const left = client.interact(command, stop.signal);
    const closed = client.interact(command);
    stop.abort(new Error('gone'));
    await expect(left).rejects.toThrow('gone');
    const ended = expect(closed).rejects.toMatchObject({ code: 'shutting_down' });
    await client.close();
    await ended;
  });
});

it('a direct message has no guild', async () => {
  const server = await startServer();
  server.handle = () => taken;
  const { client } = await loggedIn(server, { account: alice });
  for (const interaction of [command, button, modal]) {
    const { guildId: _, ...direct } = interaction;
    await client.interact(direct);
  }
  expect(server.requests).toHaveLength(3);
  for (const request of server.requests) expect(request.json()).not.toHaveProperty('guild_id');
});
