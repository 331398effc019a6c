import { afterEach, describe, expect, it } from 'vitest';
import { type Sim, type SimOptions, startSim } from '../../src/sim/index.ts';
import { deleteMessage, editMessage } from '../../src/sim/messages.ts';
import type { SimMessage } from '../../src/sim/model.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { Echo } from './support/echo.ts';
import { identify, RawSocket } from './support/raw-socket.ts';
import { restOf, tokenOf } from './support/rest.ts';

let sim: Sim;
let echo: Echo;
afterEach(() => sim.close());

async function start(options: SimOptions = {}) {
  sim = await startSim({ port: 0, limits: 'none', coze: { silent: true }, users: 2, ...options });
  echo = new Echo(sim.world, sim.ready.guildId);
  const socket = await identify(sim.ready.gateway, tokenOf(sim, 'alice'));
  const sessionId: string = (await socket.event('READY')).d.session_id;
  return { socket, sessionId, alice: restOf(sim, 'alice') };
}

let counter = 0;
const common = (sessionId: string) => {
  counter += 1;
  return {
    application_id: echo.id,
    guild_id: sim.ready.guildId,
    channel_id: sim.ready.channels.general,
    session_id: sessionId,
    nonce: `nonce-${counter}`,
  };
};
const command = (sessionId: string, name: string, options: object[] = []) => {
  const found = echo.commands.find((entry) => entry.name === name);
  const data = { id: found?.id, version: found?.version, name, type: 1, options, attachments: [] };
  return { ...common(sessionId), type: 2, data };
};
const words = (value: unknown) => [{ type: 3, name: 'words', value }];

describe('POST /interactions', () => {
  it('is answered 204 without a body; the session hears INTERACTION_CREATE and INTERACTION_SUCCESS', async () => {
    const { socket, sessionId, alice } = await start();
    const body = command(sessionId, 'echo', words('hello'));
    expect(await alice('POST', '/interactions', body)).toMatchObject({ status: 204, body: '' });
    await socket.event('MESSAGE_CREATE');
    expect(socket.names()).toEqual(['READY', 'INTERACTION_CREATE', 'INTERACTION_SUCCESS', 'MESSAGE_CREATE']);
    const id = echo.heard[0]?.id;
    expect((await socket.event('INTERACTION_CREATE')).d).toEqual({ id, nonce: body.nonce });
    expect((await socket.event('INTERACTION_SUCCESS')).d).toEqual({ id, nonce: body.nonce });
    expect((await socket.event('MESSAGE_CREATE')).d).toMatchObject({
      type: 20,
      content: 'hello',
      nonce: body.nonce,
      webhook_id: echo.id,
      interaction: { id, type: 2, name: 'echo' },
      interaction_metadata: { id, type: 2, name: 'echo' },
    });
  });

  it('takes a form with payload_json, as Discord’s own client sends it', async () => {
    const { sessionId, alice } = await start();
    const form = new FormData();
    form.append('payload_json', JSON.stringify(command(sessionId, 'echo', words('by form'))));
    expect((await alice('POST', '/interactions', form)).status).toBe(204);
    expect(echo.heard[0]?.command?.options).toMatchObject([{ name: 'words', value: 'by form' }]);
  });

  it('tells only the session that is named, not another one of the same account', async () => {
    const { socket, sessionId, alice } = await start();
    const second = await identify(sim.ready.gateway, tokenOf(sim, 'alice'));
    await second.event('READY');
    await alice('POST', '/interactions', command(sessionId, 'echo', words('x')));
    await Promise.all([socket.event('MESSAGE_CREATE'), second.event('MESSAGE_CREATE')]);
    expect(second.names()).toEqual(['READY', 'MESSAGE_CREATE']);
  });

  it('takes an interaction of a session that does not live; nobody hears of it, but the work is done', async () => {
    const { socket, alice } = await start();
    const body = command('8bb7f5b79c7a49f7d0824ab4b8773a81', 'echo', words('x'));
    expect((await alice('POST', '/interactions', body)).status).toBe(204);
    await socket.event('MESSAGE_CREATE');
    expect(socket.names()).toEqual(['READY', 'MESSAGE_CREATE']);
  });

  it('makes nothing of a nonce that was used, and counts both', async () => {
    const { sessionId, alice } = await start();
    const body = command(sessionId, 'echo', words('once'));
    for (const _ of [1, 2]) expect((await alice('POST', '/interactions', body)).status).toBe(204);
    expect(echo.heard).toHaveLength(1);
    const counts = { interactionsCreated: 1, interactionsPerNonce: { [body.nonce]: 2 } };
    expect(sim.state()).toMatchObject({ counts });
  });

  it('gives subcommands their place, and their name to the answer', async () => {
    const { socket, sessionId, alice } = await start();
    const inner = [{ type: 3, name: 'value', value: 'fine' }];
    const options = [{ type: 1, name: 'mood', options: inner }];
    await alice('POST', '/interactions', command(sessionId, 'set', options));
    expect(echo.heard[0]?.command).toEqual({ name: 'set', options });
    expect((await socket.event('MESSAGE_CREATE')).d.interaction.name).toBe('set mood');
  });

  it('fails after three seconds when the application says nothing', async () => {
    const clock = new FakeClock();
    const { socket, sessionId, alice } = await start({ clock });
    const body = command(sessionId, 'sleep');
    await alice('POST', '/interactions', body);
    await clock.advance(3000);
    const { id } = echo.heard[0] ?? {};
    const { d } = await socket.event('INTERACTION_FAILURE');
    expect(d).toEqual({ id, nonce: body.nonce, reason_code: 2 });
  });

  it('replays its events to a session that resumes', async () => {
    const { socket, sessionId, alice } = await start();
    sim.fault({ type: 'drop-sockets' });
    await socket.closed;
    await alice('POST', '/interactions', command(sessionId, 'echo', words('x')));
    const again = new RawSocket(`${sim.ready.gateway}/?v=10&encoding=json`);
    await again.op(10);
    again.send(6, { token: tokenOf(sim, 'alice'), session_id: sessionId, seq: 1 });
    await again.event('RESUMED');
    expect(again.names()).toEqual(['INTERACTION_CREATE', 'INTERACTION_SUCCESS', 'MESSAGE_CREATE', 'RESUMED']);
  });
});

describe('POST /interactions refuses', () => {
  it.each<[string, object, number, object]>([
    ['an empty body', { type: undefined }, 50035, { type: one('BASE_TYPE_REQUIRED') }],
    ['a type it does not know', { type: 1 }, 50035, { type: one('BASE_TYPE_CHOICES') }],
    ['no session', { session_id: undefined }, 50035, { session_id: one('BASE_TYPE_REQUIRED') }],
    ['no data', { data: undefined }, 50035, { data: one('BASE_TYPE_REQUIRED') }],
    ['a nonce of 26 characters', { nonce: 'n'.repeat(26) }, 50035, { nonce: one('BASE_TYPE_MAX_LENGTH') }],
  ])('%s', async (_, change, code, errors) => {
    const { sessionId, alice } = await start();
    const body = { ...command(sessionId, 'whisper'), ...change };
    expect(await alice('POST', '/interactions', body)).toMatchObject({ status: 400, body: { code, errors } });
  });

  it('an old version in the words of Discord', async () => {
    const { sessionId, alice } = await start();
    const body = command(sessionId, 'whisper');
    const old = { ...body, data: { ...body.data, version: '1' } };
    expect(await alice('POST', '/interactions', old)).toMatchObject({
      status: 400,
      body: {
        code: 50035,
        message: 'Invalid Form Body',
        errors: {
          data: {
            _errors: [
              {
                code: 'INTERACTION_APPLICATION_COMMAND_INVALID_VERSION',
                message: 'This command is outdated, please try again in a few minutes',
              },
            ],
          },
        },
      },
    });
  });

  it.each<[string, object[], string, string]>([
    ['no words', [], 'options', 'BASE_TYPE_REQUIRED'],
    ['a number for words', words(7), 'options.0.value', 'STRING_TYPE_CONVERT'],
    [
      'an unknown option',
      [...words('x'), { type: 3, name: 'no', value: '' }],
      'options.1.name',
      'BASE_TYPE_CHOICES',
    ],
    [
      'a file that is not listed',
      [...words('x'), { type: 11, name: 'picture', value: 0 }],
      'options.1.value',
      'BASE_TYPE_REQUIRED',
    ],
  ])('%s among the options', async (_, options, path, code) => {
    const { sessionId, alice } = await start();
    const answer = await alice('POST', '/interactions', command(sessionId, 'echo', options));
    expect(answer).toMatchObject({ status: 400, body: { code: 50035 } });
    expect(answer.body).toHaveProperty(`errors.data.${path}._errors.0.code`, code);
    expect(echo.heard).toHaveLength(0);
  });

  it('a file that was never uploaded, without using up the nonce', async () => {
    const { sessionId, alice } = await start();
    const body = command(sessionId, 'echo', [...words('x'), { type: 11, name: 'picture', value: 0 }]);
    const attachments = [{ id: '0', filename: 'a.png', uploaded_filename: 'none/a.png' }];
    const wrong = { ...body, data: { ...body.data, attachments } };
    const answer = await alice('POST', '/interactions', wrong);
    expect(answer).toMatchObject({ status: 400, body: { code: 50146 } });
    const right = { ...body, data: { ...body.data, options: words('x') } };
    expect((await alice('POST', '/interactions', right)).status).toBe(204);
    expect(echo.heard).toHaveLength(1);
  });

  it('bots', async () => {
    const { sessionId } = await start();
    const answer = await restOf(sim, 'bridge')('POST', '/interactions', command(sessionId, 'whisper'));
    expect(answer).toMatchObject({ status: 403, body: { code: 20001 } });
  });

  it('applications that are not in the guild, and people who may not use commands', async () => {
    const { sessionId, alice } = await start();
    const guild = sim.world.guilds.get(sim.ready.guildId);
    guild?.members.delete(echo.id);
    const body = command(sessionId, 'whisper');
    expect(await alice('POST', '/interactions', body)).toMatchObject({ status: 404, body: { code: 10063 } });
    const everyone = guild?.roles.get(guild.id);
    if (everyone) everyone.permissions &= ~(1n << 31n);
    expect(await alice('POST', '/interactions', body)).toMatchObject({ status: 403, body: { code: 50013 } });
  });

  it('an unknown message, and a button of somebody else’s message', async () => {
    const { sessionId, alice } = await start();
    const press = (messageId: string) => ({
      ...common(sessionId),
      type: 3,
      message_id: messageId,
      message_flags: 0,
      data: { component_type: 2, custom_id: 'again' },
    });
    const unknown = await alice('POST', '/interactions', press('1234567890123456789'));
    expect(unknown).toMatchObject({ status: 404, body: { code: 10008 } });
    const path = `/channels/${sim.ready.channels.general}/messages`;
    const own = (await alice('POST', path, { content: 'no buttons' })).body;
    const answer = await alice('POST', '/interactions', press(own.id));
    expect(answer).toMatchObject({
      status: 400,
      body: { code: 50035, errors: { data: one('COMPONENT_VALIDATION_FAILED') } },
    });
  });
});

describe('ephemeral messages', () => {
  it('come, change and go for one user only, and no route shows them', async () => {
    const { socket, sessionId, alice } = await start();
    const bob = await identify(sim.ready.gateway, tokenOf(sim, 'bob'));
    await bob.event('READY');
    await alice('POST', '/interactions', command(sessionId, 'whisper'));
    const { d } = await socket.event('MESSAGE_CREATE');
    const message = sim.world.ephemerals.get(d.id) as SimMessage;
    editMessage(sim.world, message, { content: 'softer' });
    deleteMessage(sim.world, message);
    await socket.event('MESSAGE_DELETE');
    const path = `/channels/${sim.ready.channels.general}/messages`;
    expect(await alice('GET', `${path}/${d.id}`)).toMatchObject({ status: 404, body: { code: 10008 } });
    expect((await alice('GET', path)).body).toEqual([]);
    await alice('POST', path, { content: 'loud' });
    await bob.event('MESSAGE_CREATE');
    expect(bob.names()).toEqual(['READY', 'MESSAGE_CREATE']);
  });
});

describe('windows of an application', () => {
  it('open as Discord’s events tell of them, with the id of the interaction', async () => {
    const { socket, sessionId, alice } = await start();
    await alice('POST', '/interactions', command(sessionId, 'echo', words('x')));
    const { d: message } = await socket.event('MESSAGE_CREATE');
    const press = async (customId: string) => {
      const data = { component_type: 2, custom_id: customId };
      const place = { message_id: message.id, message_flags: 0 };
      await alice('POST', '/interactions', { ...common(sessionId), type: 3, ...place, data });
      return { id: echo.heard.at(-1)?.id, nonce: echo.heard.at(-1)?.nonce };
    };
    const application = { id: echo.id, name: 'Echo' };
    const channelId = sim.ready.channels.general;
    expect((await press('form:open')).id).toBe((await socket.event('INTERACTION_MODAL_CREATE')).d.id);
    expect((await socket.event('INTERACTION_MODAL_CREATE')).d).toMatchObject({
      channel_id: channelId,
      custom_id: 'the-form',
      title: 'A form',
      application,
    });
    const made = await press('page:open');
    expect((await socket.event('INTERACTION_IFRAME_MODAL_CREATE')).d).toMatchObject({
      ...made,
      channel_id: channelId,
      custom_id: 'the-page',
      iframe_path: 'draw/index.html?x=1',
      modal_size: expect.any(Number),
      application,
    });
  });

  it('post to the application’s own host, which takes no token', async () => {
    await start();
    const host = sim.ready.activity.replace('{applicationId}', echo.id);
    const post = (headers: Record<string, string>) =>
      fetch(`${host}/draw/submit`, { method: 'POST', headers, body: '{"mask":"AAAA"}' });
    const answer = await post({ 'content-type': 'application/json' });
    expect([answer.status, await answer.json()]).toEqual([200, { result: 'success' }]);
    expect(echo.posted).toEqual([{ method: 'POST', path: '/draw/submit', body: { mask: 'AAAA' } }]);
    expect((await post({ authorization: 'x' })).status).toBe(401);
    expect((await fetch(`${host}/nowhere`)).status).toBe(404);
  });
});

function one(code: string) {
  return { _errors: [{ code }] };
}
