import { describe, expect, it } from 'vitest';
import { activityUrl, DISCORD_HOSTS, isCdnUrl } from '../../src/discord/hosts.ts';
import type { Reply } from './support/fake-server.ts';
import { deepText, makeClient, quickClock, startServer, TOKEN } from './support/world.ts';

const CHANNEL = '900000000000000001';
const GUILD = '800000000000000001';
const MIDJOURNEY = '936929561302675456';
const alice = { id: 'alice', kind: 'user', token: TOKEN, userAgent: 'Alice/1.0' } as const;
const file = { name: 'x.png', contentType: 'image/png', bytes: new Uint8Array([1, 2, 3]) };
const user = async () => {
  const server = await startServer();
  const { client, log } = makeClient(server, { account: alice, clock: quickClock });
  return { server, client, log };
};

describe('commands', () => {
  const imagine = {
    id: '938956540159881230',
    application_id: MIDJOURNEY,
    version: '1237876415471554623',
    name: 'imagine',
    type: 1,
    description: 'Create images',
    options: [{ type: 3, name: 'prompt', required: true }],
  };
  const index = (...application_commands: unknown[]): Reply => ({
    json: { applications: [{ id: MIDJOURNEY }], application_commands, version: '1' },
  });

  it.each([
    [{ guildId: GUILD }, `/api/v10/guilds/${GUILD}/application-command-index`],
    [{ channelId: CHANNEL }, `/api/v10/channels/${CHANNEL}/application-command-index`],
  ])('of %o are read from their index, in English', async (place, path) => {
    const { server, client } = await user();
    server.handle = () => index(imagine);
    expect(await client.commands(place)).toEqual([imagine]);
    expect([server.requests[0]?.method, server.requests[0]?.path]).toEqual(['GET', path]);
    expect(server.requests[0]?.headers).toMatchObject({
      'x-discord-locale': 'en-US',
      'accept-language': 'en-US',
      authorization: TOKEN,
      'user-agent': 'Alice/1.0',
    });
  });

  it('that cannot be used are left out, the others are not harmed by them', async () => {
    const { server, client } = await user();
    const { type: _, ...untyped } = imagine;
    const lacking = ['id', 'name', 'application_id', 'version'].map((field) => ({
      ...imagine,
      [field]: null,
    }));
    server.handle = () => index(null, 'text', ...lacking, untyped, { ...imagine, name_default: null });
    expect(await client.commands({ guildId: GUILD })).toEqual([imagine, imagine]);
  });

  it.each([
    ['a limit', { status: 429, json: { retry_after: 0.5, global: false } }],
    ['an index that is being made', { status: 202, json: { code: 110_000, retry_after: 0.5 } }],
    ['an answer without a body', { status: 202 }],
  ] as const)('are waited for behind %s', async (_, reply) => {
    const { server, client } = await user();
    server.handle = () => (server.requests.length === 1 ? reply : index(imagine));
    expect(await client.commands({ guildId: GUILD })).toHaveLength(1);
    expect(server.requests).toHaveLength(2);
  });

  it('that do not come are an error, not an endless wait', async () => {
    const { server, client } = await user();
    server.handle = () => ({ status: 202, json: { code: 110_000, retry_after: 1 } });
    await expect(client.commands({ guildId: GUILD })).rejects.toMatchObject({ code: 'rate_limited' });
    expect(server.requests).toHaveLength(4);
    server.handle = () => ({ json: { something: 'else' } });
    await expect(client.commands({ guildId: GUILD })).rejects.toMatchObject({ code: 'discord_unreachable' });
  });
});

describe('a stored file', () => {
  const storage = 'https://discord-attachments-uploads-prd.storage.googleapis.com';
  const answer = (put: Reply) => (request: { readonly method: string }) =>
    request.method === 'PUT'
      ? put
      : {
          json: {
            attachments: [{ id: 0, upload_url: `${storage}/abc/x.png?id=1`, upload_filename: 'abc/x.png' }],
          },
        };

  it('is put into the configured storage, which never sees the token', async () => {
    const { server, client } = await user();
    server.handle = answer({ status: 200 });
    expect(await client.store(CHANNEL, file)).toEqual({ filename: 'x.png', uploadedFilename: 'abc/x.png' });
    const [slot, put] = server.requests;
    expect(slot?.path).toBe(`/api/v10/channels/${CHANNEL}/attachments`);
    expect(slot?.headers.authorization).toBe(TOKEN);
    expect([put?.method, put?.path]).toEqual(['PUT', '/storage/abc/x.png?id=1']);
    expect(JSON.stringify(put?.headers)).not.toContain(TOKEN);
    expect(put?.headers).not.toHaveProperty('authorization');
    expect(put?.headers['user-agent']).toBe('Alice/1.0');
    expect(put?.body.equals(file.bytes)).toBe(true);
  });

  it.each([
    [401, 'discord_refused', 1],
    [403, 'discord_refused', 1],
    [413, 'media_invalid', 1],
    [503, 'discord_unreachable', 3],
  ])(
    'that the storage answers with %i is %s, and says nothing about the token',
    async (status, code, puts) => {
      const { server, client } = await user();
      server.handle = answer({ status });
      await expect(client.store(CHANNEL, file)).rejects.toMatchObject({ code });
      expect(server.requests.filter(({ method }) => method === 'PUT')).toHaveLength(puts);
      expect(client.status.state).toBe('idle');
    },
  );
});

describe('a direct channel', () => {
  it('is opened with a user or bot', async () => {
    const { server, client } = await user();
    server.handle = () => ({ json: { id: '77', type: 1, recipients: [{ id: MIDJOURNEY }] } });
    expect(await client.openDirectChannel(MIDJOURNEY)).toBe('77');
    expect([server.requests[0]?.method, server.requests[0]?.path]).toEqual([
      'POST',
      '/api/v10/users/@me/channels',
    ]);
    expect(server.requests[0]?.json()).toEqual({ recipients: [MIDJOURNEY] });
    server.handle = () => ({ json: {} });
    await expect(client.openDirectChannel(MIDJOURNEY)).rejects.toMatchObject({ code: 'discord_unreachable' });
  });
});

describe('a reaction', () => {
  it('is given by the character itself', async () => {
    const { server, client } = await user();
    server.handle = () => ({ status: 204 });
    expect(await client.react(CHANNEL, '1001', '✉️')).toBeUndefined();
    const [request] = server.requests;
    expect(request?.method).toBe('PUT');
    expect(request?.path).toBe(
      `/api/v10/channels/${CHANNEL}/messages/1001/reactions/%E2%9C%89%EF%B8%8F/@me?location=Message&type=0`,
    );
    await expect(client.react(CHANNEL, '../1', 'x')).rejects.toMatchObject({ code: 'discord_refused' });
  });
});

describe('links', () => {
  it('are signed anew, fifty at a time, and those that Discord does not know are missing', async () => {
    const { server, client } = await user();
    server.handle = (request) => ({
      json: {
        refreshed_urls: request.json().attachment_urls.map((original: string) => ({
          original,
          refreshed: original.endsWith('/7.png') ? null : `${original}?ex=2`,
        })),
      },
    });
    const urls = Array.from(
      { length: 120 },
      (_, index) => `https://cdn.discordapp.com/attachments/1/2/${index}.png`,
    );
    const links = await client.refreshLinks(urls);
    expect(links.size).toBe(119);
    expect(links.get(urls[119] ?? '')).toBe(`${urls[119]}?ex=2`);
    expect(links.has(urls[7] ?? '')).toBe(false);
    expect(server.requests.map((request) => request.json().attachment_urls.length)).toEqual([50, 50, 20]);
    expect(server.requests[0]?.path).toBe('/api/v10/attachments/refresh-urls');
    expect((await client.refreshLinks([])).size).toBe(0);
    expect(server.requests).toHaveLength(3);
  });
});

describe('the page of an application', () => {
  const post = {
    username: '0',
    userId: '0',
    customId: 'X',
    mask: 'AAAA',
    prompt: 'a hat',
    full_prompt: null,
  };

  it('is posted to as JSON, without the token, and its answer is given as it is', async () => {
    const { server, client } = await user();
    server.handle = () => ({ status: 422, text: 'not <json>' });
    const answer = await client.postToActivity(MIDJOURNEY, '/inpaint/api/submit-job', post);
    expect(answer).toEqual({ status: 422, body: 'not <json>' });
    const [request] = server.requests;
    expect([request?.method, request?.path]).toEqual([
      'POST',
      `/activity/${MIDJOURNEY}/inpaint/api/submit-job`,
    ]);
    expect(request?.json()).toEqual(post);
    expect(request?.headers).toMatchObject({ 'content-type': 'application/json', 'user-agent': 'Alice/1.0' });
    expect(request?.headers).not.toHaveProperty('authorization');
    expect(JSON.stringify(request?.headers)).not.toContain(TOKEN);
  });

  it.each([
    [{ cut: true }, 'discord_unreachable'],
    [{ hang: true }, 'discord_timeout'],
  ] as const)('that does not answer (%o) is %s, and is not asked again', async (reply, code) => {
    const server = await startServer();
    const hundredfold = {
      now: Date.now,
      after: (ms: number, act: () => void) => quickClock.after(ms / 30, act),
    };
    const { client } = makeClient(server, { account: alice, clock: hundredfold });
    server.handle = () => reply;
    const failed = await client.postToActivity(MIDJOURNEY, '/x', {}).catch((error: unknown) => error);
    expect(failed).toMatchObject({ code });
    expect(deepText(failed)).not.toContain(TOKEN);
    expect(server.requests).toHaveLength(1);
  });

  it('stays on the application’s own host, whatever the path looks like', () => {
    const host = `${MIDJOURNEY}.discordsays.com`;
    for (const path of [
      'a/b',
      '/a/b',
      '//evil.example/x',
      'https://evil.example/x',
      '\\\\evil.example',
      '@evil',
    ]) {
      expect(new URL(activityUrl(DISCORD_HOSTS, MIDJOURNEY, path)).host).toBe(host);
    }
    expect(activityUrl(DISCORD_HOSTS, MIDJOURNEY, '/a/b?c=1')).toBe(`https://${host}/a/b?c=1`);
  });

  it('is asked for by an id only', async () => {
    const { server, client } = await user();
    await expect(client.postToActivity('evil.example/', '/x', {})).rejects.toMatchObject({
      code: 'discord_refused',
    });
    expect(server.requests).toEqual([]);
  });
});

describe('a link of the CDN', () => {
  const mirrored = { cdn: 'http://mirror.example:8080/cdn' };
  it.each([
    ['https://cdn.discordapp.com/attachments/1/2/a.mp4', true],
    ['https://media.discordapp.net/attachments/1/2/a.webp?animated=true', true],
    ['https://images-ext-1.discordapp.net/external/a.png', true],
    ['http://mirror.example:8080/cdn/attachments/1/2/a.mp4', true],
    ['http://cdn.discordapp.com/a.png', false],
    ['https://cdn.discordapp.com.example.org/a.png', false],
    ['https://media.discordapp.net@example.org/a.png', false],
    ['ftp://mirror.example:8080/a.png', false],
    ['http://mirror.example/a.png', false],
    ['no link', false],
  ])('is told from others: %s', (url, known) => {
    expect(isCdnUrl(mirrored, url)).toBe(known);
  });
});
