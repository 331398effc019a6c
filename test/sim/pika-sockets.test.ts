/** The simulated Pika bot as a client of Discord meets it: REST, gateway, upload storage and CDN on loopback. */
import { afterEach, describe, expect, it } from 'vitest';
import { drawPicture } from '../../src/sim/bots/picture.ts';
import { isFilmOf, type Sim, type SimOptions, startSim } from '../../src/sim/index.ts';
import { identify, type Payload, type RawSocket } from './support/raw-socket.ts';
import { restOf, tokenOf } from './support/rest.ts';

let sim: Sim;
let socket: RawSocket;
afterEach(() => sim.close());

async function start(options: SimOptions = {}) {
  sim = await startSim({ port: 0, limits: 'none', speed: 50, ...options });
  socket = await identify(sim.ready.gateway, tokenOf(sim, 'alice'));
  const ready = await socket.event('READY');
  const rest = restOf(sim, 'alice');
  const { guildId, channels } = sim.ready;
  const channelId = channels.pika ?? '';
  const find = async (name: string) => {
    const { body } = await rest('GET', `/guilds/${guildId}/application-command-index`);
    return body.application_commands.find((command: { name: string }) => command.name === name);
  };
  const interact = (body: object) =>
    rest('POST', '/interactions', {
      guild_id: guildId,
      channel_id: channelId,
      session_id: ready.d.session_id,
      ...body,
    });
  // biome-ignore lint/suspicious/noExplicitAny: a command as the index shows it
  const call = (command: any, nonce: string, options: object[], attachments: object[] = []) =>
    interact({
      type: 2,
      nonce,
      application_id: command.application_id,
      data: { id: command.id, version: command.version, name: command.name, type: 1, options, attachments },
    });
  return { rest, channelId, find, interact, call };
}

async function script(body: unknown): Promise<{ status: number; error?: { field: string } }> {
  const response = await fetch(`${sim.ready.cdn}/__sim/script`, {
    method: 'POST',
    body: JSON.stringify(body),
  });
  return { status: response.status, ...((await response.json()) as object) };
}

const prompt = (value: string) => ({ type: 3, name: 'prompt', value });
const isFilm = ({ t, d }: Payload) => t === 'MESSAGE_CREATE' && d.attachments.length > 0;

async function download(url: string): Promise<Uint8Array> {
  const response = await fetch(url);
  expect(response.headers.get('content-type')).toBe('video/mp4');
  return new Uint8Array(await response.arrayBuffer());
}

describe('over sockets', () => {
  it('makes a video of words, with events for it and a file to fetch', async () => {
    const { find, call } = await start();
    const create = await find('create');
    expect(create.application_id).toBe(sim.ready.bots.pika.userId);
    expect(await call(create, '111', [prompt('a cat')])).toMatchObject({ status: 204 });
    const waiting = await socket.event('MESSAGE_CREATE');
    expect(waiting.d).toMatchObject({ nonce: '111', content: expect.stringContaining('Be patient!') });
    const film = await socket.wait(isFilm);
    expect(film.d.attachments[0]).toMatchObject({ content_type: 'video/mp4' });
    const bytes = await download(film.d.attachments[0].url);
    expect(bytes).toHaveLength(film.d.attachments[0].size);
    expect(isFilmOf(bytes, { prompt: 'a cat', marks: ['111'] })).toBe(true);
  });

  it('animates an uploaded picture, and remixes it by button and form', async () => {
    const { rest, channelId, find, call, interact } = await start({ pika: { customIds: 'opaque' } });
    const picture = drawPicture('a cat');
    const wanted = { files: [{ id: '0', filename: 'cat.png', file_size: picture.length }] };
    const [slot] = (await rest('POST', `/channels/${channelId}/attachments`, wanted)).body.attachments;
    await fetch(slot.upload_url, { method: 'PUT', body: Buffer.from(picture) });
    const file = { id: '0', filename: 'cat.png', uploaded_filename: slot.upload_filename };
    const image = { type: 11, name: 'image', value: 0 };
    await call(await find('animate'), '222', [image, prompt('she jumps')], [file]);
    const film = (await socket.wait(isFilm)).d;
    const made = { prompt: 'she jumps', marks: ['222'], picture };
    expect(isFilmOf(await download(film.attachments[0].url), made)).toBe(true);

    const remix = film.components[0].components.find(
      ({ emoji }: { emoji: { name: string } }) => emoji.name === '🔀',
    );
    const place = { application_id: film.author.id };
    const data = { component_type: 2, custom_id: remix.custom_id };
    await interact({ ...place, type: 3, nonce: '333', message_id: film.id, message_flags: 0, data });
    const form = (await socket.event('INTERACTION_MODAL_CREATE')).d;
    const field = form.components[0].components[0];
    const row = { type: 1, components: [{ type: 4, custom_id: field.custom_id, value: 'she sleeps' }] };
    const filled = { id: form.id, custom_id: form.custom_id, components: [row] };
    await interact({ ...place, type: 5, nonce: '444', data: filled });
    const remixed = (await socket.wait((payload) => isFilm(payload) && payload.d.id !== film.id)).d;
    const other = { prompt: 'she sleeps', marks: ['333', '444'], picture };
    expect(isFilmOf(await download(remixed.attachments[0].url), other)).toBe(true);
  });

  it('tells a person in a huge guild nothing; REST shows the video', async () => {
    const { rest, channelId, find, call } = await start();
    expect(await script({ pika: { hugeGuild: 'silent' } })).toEqual({ status: 200, ok: true });
    await call(await find('create'), '111', [prompt('a cat')]);
    await socket.event('INTERACTION_SUCCESS');
    const newest = async () => (await rest('GET', `/channels/${channelId}/messages?limit=1`)).body[0];
    await expect.poll(async () => (await newest())?.attachments[0]?.content_type).toBe('video/mp4');
    expect(socket.names().filter((name) => name?.startsWith('MESSAGE_'))).toEqual([]);
  });
});

describe('orders', () => {
  it.each([
    [{ missing: ['create'] }, 404, 10063],
    [{ missing: ['bot'] }, 404, 10002],
    [{ bumpVersions: true }, 400, 50035],
  ])('%j lets a command that was known be refused with %i and code %i', async (order, status, code) => {
    const { find, call } = await start();
    const create = await find('create');
    await script({ pika: order });
    expect(await call(create, '111', [prompt('a cat')])).toMatchObject({ status, body: { code } });
    expect((await find('create'))?.version).not.toBe(create.version);
  });

  it('stand beside those for the other bots, and name the field that is wrong', async () => {
    await start();
    const rules = [{ match: 'hello', text: 'Good morning' }];
    const both = { midjourney: { match: 'x', silent: true }, pika: { match: 'x', ending: 'failed' }, rules };
    expect(await script(both)).toMatchObject({ status: 200 });
    const wrong = { pika: { rules: [{ ending: 'happy' }] } };
    expect(await script(wrong)).toMatchObject({ status: 400, error: { field: 'pika.rules.0.ending' } });
    expect(await script({ pika: { stepz: [] } })).toMatchObject({ error: { field: 'pika.stepz' } });
    expect(() => sim.script({ pika: { match: { regex: '(' } } })).toThrow('pika.rules.0.match.regex');
  });
});
