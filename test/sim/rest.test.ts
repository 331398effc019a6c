/** What REST answers when it does not refuse; required fields are those of Discord's OpenAPI document. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Sim, startSim } from '../../src/sim/index.ts';
import { restOf } from './support/rest.ts';

let sim: Sim;
let channelId: string;
let bridge: ReturnType<typeof restOf>;
let alice: ReturnType<typeof restOf>;
beforeAll(async () => {
  sim = await startSim({
    port: 0,
    limits: 'none',
    coze: { silent: true },
    accounts: [{ id: 'blind', kind: 'bot', messageContent: false }],
  });
  channelId = sim.ready.channels.general ?? '';
  bridge = restOf(sim, 'bridge');
  alice = restOf(sim, 'alice');
});
afterAll(() => sim.close());

const REQUIRED: Record<string, string[]> = {
  MessageResponse:
    'type content mentions mention_roles attachments embeds timestamp edited_timestamp flags components id channel_id author pinned mention_everyone tts'.split(
      ' ',
    ),
  UserResponse: 'id username avatar discriminator public_flags flags global_name primary_guild'.split(' '),
  GuildChannelResponse: 'id type flags guild_id name position'.split(' '),
  MessageAttachmentResponse: 'id filename size url proxy_url'.split(' '),
  GuildRoleResponse:
    'id name permissions position color colors hoist managed mentionable icon unicode_emoji flags'.split(' '),
  GuildResponse:
    'id name icon description home_header splash discovery_splash features banner owner_id application_id region afk_channel_id afk_timeout system_channel_id system_channel_flags widget_enabled widget_channel_id verification_level roles default_message_notifications mfa_level explicit_content_filter max_presences max_members max_stage_video_channel_users max_video_channel_users vanity_url_code premium_tier premium_subscription_count preferred_locale rules_channel_id safety_alerts_channel_id public_updates_channel_id premium_progress_bar_enabled nsfw nsfw_level emojis stickers incidents_data'.split(
      ' ',
    ),
  PrivateApplicationResponse:
    'id name icon description type verify_key flags flags_new redirect_uris interactions_endpoint_url role_connections_verification_url owner approximate_guild_count approximate_user_install_count approximate_user_authorization_count explicit_content_filter team eligible_oauth2_scopes'.split(
      ' ',
    ),
  GatewayBotResponse: ['url', 'session_start_limit', 'shards'],
  MyGuildResponse: ['id', 'name', 'icon', 'banner', 'owner', 'permissions', 'features'],
};
const expectShape = (schema: string, body: object) =>
  expect(Object.keys(body)).toEqual(expect.arrayContaining(REQUIRED[schema] ?? ['no such schema']));

describe('the REST API answers', () => {
  it('in shapes that have all the fields Discord’s OpenAPI document requires', async () => {
    const sent = await bridge('POST', `/channels/${channelId}/messages`, { content: 'shape' });
    expectShape('MessageResponse', sent.body);
    expectShape('UserResponse', sent.body.author);
    expectShape('UserResponse', (await bridge('GET', '/users/@me')).body);
    expectShape('GuildChannelResponse', (await bridge('GET', `/channels/${channelId}`)).body);
    const guild = (await bridge('GET', `/guilds/${sim.ready.guildId}`)).body;
    expectShape('GuildResponse', guild);
    expectShape('GuildRoleResponse', guild.roles[0]);
    expectShape('PrivateApplicationResponse', (await bridge('GET', '/applications/@me')).body);
    expectShape('PrivateApplicationResponse', (await bridge('GET', '/oauth2/applications/@me')).body);
    expectShape('GatewayBotResponse', (await bridge('GET', '/gateway/bot')).body);
    expectShape('MyGuildResponse', (await alice('GET', '/users/@me/guilds')).body[0]);
    expect((await fetch(`${sim.ready.api}/gateway`)).status).toBe(200);
  });

  it('under /api, /api/v9 and /api/v10, and under no other version', async () => {
    const base = sim.ready.api.replace('/v10', '');
    const statuses = ['', '/v9', '/v10', '/v6'].map(
      async (version) => (await fetch(`${base}${version}/gateway`)).status,
    );
    expect(await Promise.all(statuses)).toEqual([200, 200, 200, 400]);
  });

  it('application flags by the portal’s toggle', async () => {
    expect((await bridge('GET', '/applications/@me')).body.flags & (1 << 19)).not.toBe(0);
    expect(
      (await restOf(sim, 'blind')('GET', '/applications/@me')).body.flags & ((1 << 18) | (1 << 19)),
    ).toBe(0);
  });

  it('a message with trimmed content, its nonce and its mentions', async () => {
    const coze = sim.ready.bots.coze.userId;
    const { body } = await alice('POST', `/channels/${channelId}/messages`, {
      content: `  <@${coze}> hi \n`,
      nonce: '77',
    });
    expect(body).toMatchObject({ content: `<@${coze}> hi`, nonce: '77', mentions: [{ id: coze }], type: 0 });
  });

  it('the same message to the same enforced nonce, and a new one to a nonce that is not enforced', async () => {
    const path = `/channels/${channelId}/messages`;
    const first = await bridge('POST', path, { content: 'a', nonce: '900', enforce_nonce: true });
    const again = await bridge('POST', path, { content: 'a', nonce: '900', enforce_nonce: true });
    const loose = await bridge('POST', path, { content: 'a', nonce: '900' });
    const other = await alice('POST', path, { content: 'a', nonce: '900', enforce_nonce: true });
    expect(again.body.id).toBe(first.body.id);
    expect(new Set([first.body.id, loose.body.id, other.body.id]).size).toBe(3);
  });

  it('the nonce to the sender only: the history does not know it', async () => {
    const path = `/channels/${channelId}/messages`;
    const sent = (await bridge('POST', path, { content: 'n', nonce: 'abc' })).body;
    const stored = (await bridge('GET', `${path}/${sent.id}`)).body;
    const edited = (await bridge('PATCH', `${path}/${sent.id}`, { content: 'm' })).body;
    expect([sent.nonce, stored.nonce, edited.nonce]).toEqual(['abc', undefined, undefined]);
  });

  it('replies with what they reply to, and null once that is gone', async () => {
    const path = `/channels/${channelId}/messages`;
    const question = (await alice('POST', path, { content: 'q' })).body;
    const reply = (
      await bridge('POST', path, { content: 'r', message_reference: { message_id: question.id } })
    ).body;
    expect(reply).toMatchObject({
      type: 19,
      message_reference: { message_id: question.id, channel_id: channelId, guild_id: sim.ready.guildId },
      referenced_message: { id: question.id, content: 'q' },
      mentions: [{ id: question.author.id }],
    });
    await alice('DELETE', `${path}/${question.id}`);
    expect((await bridge('GET', `${path}/${reply.id}`)).body.referenced_message).toBeNull();
  });

  it('no content over REST either when the toggle is off, but what mentions the bot', async () => {
    const path = `/channels/${channelId}/messages`;
    const blind = sim.ready.accounts.find(({ id }) => id === 'blind')?.userId;
    await alice('POST', path, { content: 'secret' });
    await alice('POST', path, { content: `for you <@${blind}>` });
    const seen = (await restOf(sim, 'blind')('GET', `${path}?limit=2`)).body;
    expect(seen.map((message: { content: string }) => message.content)).toEqual([`for you <@${blind}>`, '']);
  });

  it('messages newest first, before, after and around an id', async () => {
    const { id } = (await bridge('POST', `/guilds/${sim.ready.guildId}/channels`, { name: 'history' })).body;
    const ids: string[] = [];
    for (let number = 0; number < 6; number += 1) {
      ids.push((await bridge('POST', `/channels/${id}/messages`, { content: `m${number}` })).body.id);
    }
    const read = async (query: string) =>
      (await bridge('GET', `/channels/${id}/messages?${query}`)).body.map(
        (message: { content: string }) => message.content,
      );
    expect(await read('limit=2')).toEqual(['m5', 'm4']);
    expect(await read(`limit=2&before=${ids[3]}`)).toEqual(['m2', 'm1']);
    expect(await read(`limit=2&after=${ids[1]}`)).toEqual(['m3', 'm2']);
    expect(await read(`limit=3&around=${ids[2]}`)).toEqual(['m3', 'm2', 'm1']);
  });

  it('multipart files and uploaded files alike, and serves them by signed links only', async () => {
    const form = new FormData();
    form.set(
      'payload_json',
      JSON.stringify({ content: 'files', attachments: [{ id: 0, filename: 'renamed.txt' }] }),
    );
    form.set('files[0]', new Blob(['over multipart'], { type: 'text/plain' }), 'x.txt');
    const sent = await bridge('POST', `/channels/${channelId}/messages`, form);
    expect(sent.body.attachments).toMatchObject([{ filename: 'renamed.txt', size: 14 }]);
    expectShape('MessageAttachmentResponse', sent.body.attachments[0]);

    const slots = await alice('POST', `/channels/${channelId}/attachments`, {
      files: [{ filename: 'Prompt.txt', file_size: 8, id: '3' }],
    });
    const [slot] = slots.body.attachments;
    expect(slot).toMatchObject({ id: 3, upload_filename: new URL(slot.upload_url).pathname.slice(1) });
    expect(
      (await fetch(slot.upload_url, { method: 'PUT', body: 'uploaded', headers: { authorization: 'x' } }))
        .status,
    ).toBe(401);
    expect((await fetch(slot.upload_url, { method: 'PUT', body: 'uploaded' })).status).toBe(200);
    const attachments = [{ id: '0', filename: 'Prompt.txt', uploaded_filename: slot.upload_filename }];
    const message = (await alice('POST', `/channels/${channelId}/messages`, { attachments })).body;
    const { url, content_type: type } = message.attachments[0];
    const file = await fetch(url);
    expect([await file.text(), file.headers.get('content-type'), type]).toEqual([
      'uploaded',
      'text/plain; charset=utf-8',
      'text/plain; charset=utf-8',
    ]);
    const bare = url.split('?')[0];
    expect((await fetch(bare)).status).toBe(404);
    expect((await fetch(url.replace(/hm=./, 'hm=z'))).status).toBe(404);
    expect((await fetch(url.replace(/ex=\w+/, 'ex=ffffffff'))).status).toBe(404);
    const refreshed = await bridge('POST', '/attachments/refresh-urls', { attachment_urls: [bare] });
    expect((await fetch(refreshed.body.refreshed_urls[0].refreshed)).status).toBe(200);
  });

  it('a deleted channel’s object, after which the channel is unknown', async () => {
    const made = (await bridge('POST', `/guilds/${sim.ready.guildId}/channels`, { name: 'Go Away!' })).body;
    expect(made).toMatchObject({ name: 'go-away', type: 0 });
    expect((await bridge('DELETE', `/channels/${made.id}`)).body.id).toBe(made.id);
    expect((await bridge('POST', `/channels/${made.id}/messages`, { content: 'x' })).body.code).toBe(10003);
  });
});
