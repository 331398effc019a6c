import { describe, expect, it } from 'vitest';
import { discordCode, type MessageDraft } from '../../src/core/discord.ts';
import type { MediaFile } from '../../src/core/media.ts';
import { FakeClock } from '../support/fake-clock.ts';
import type { Reply, SeenRequest } from './support/fake-server.ts';
import { deepText, makeClient, quickClock, startServer, TOKEN } from './support/world.ts';

const CHANNEL = '900000000000000001';
const GUILD = '800000000000000001';
const draft: MessageDraft = { content: 'hello', nonce: '123456789', mentionUserIds: ['42'] };
const messageOf = (request: SeenRequest) => ({
  id: '1001',
  channel_id: CHANNEL,
  content: request.json().content,
  nonce: request.json().nonce,
});
const file: MediaFile = {
  name: 'Bild ä.png',
  contentType: 'image/png',
  bytes: new Uint8Array([137, 80, 78, 71]),
};
const alice = { id: 'alice', kind: 'user', token: TOKEN, userAgent: 'Alice/1.0' } as const;

/** Answers with each of the replies in turn, then with the last. */
const inTurn = (...replies: readonly ((request: SeenRequest) => Reply)[]) => {
  let index = 0;
  return (request: SeenRequest) => {
    const reply = replies[Math.min(index, replies.length - 1)];
    index += 1;
    return reply?.(request) ?? {};
  };
};

describe('sending', () => {
  it('sends plain text that can ping nobody but the named users, once', async () => {
    const server = await startServer();
    server.handle = (request) => ({ json: messageOf(request) });
    const { client } = makeClient(server);
    const sent = await client.send(CHANNEL, draft);
    expect(sent).toMatchObject({ id: '1001', content: 'hello', nonce: '123456789' });
    const [request] = server.requests;
    expect(request?.path).toBe(`/api/v10/channels/${CHANNEL}/messages`);
    expect(request?.headers.authorization).toBe(`Bot ${TOKEN}`);
    expect(request?.headers['user-agent']).toMatch(/^DiscordBot \(https:\/\/\S+, [\d.]+\)$/);
    expect(request?.json()).toEqual({
      content: 'hello',
      nonce: '123456789',
      enforce_nonce: true,
      allowed_mentions: { parse: [], users: ['42'] },
    });
  });

  it('lets a user account speak with its raw token and its own user agent', async () => {
    const server = await startServer();
    server.handle = (request) => ({ json: messageOf(request) });
    await makeClient(server, { account: alice }).client.send(CHANNEL, draft);
    expect(server.requests[0]?.headers).toMatchObject({ authorization: TOKEN, 'user-agent': 'Alice/1.0' });
  });

  it('repeats a message whose answer was lost with the same nonce, so that Discord keeps one', async () => {
    const server = await startServer();
    const kept = new Map<string, object>();
    server.handle = (request) => {
      const { nonce } = request.json();
      const first = !kept.has(nonce);
      if (first) kept.set(nonce, messageOf(request));
      return first ? { cut: true } : { json: kept.get(nonce) };
    };
    const { client } = makeClient(server);
    expect(await client.send(CHANNEL, draft)).toMatchObject({ id: '1001' });
    expect(server.requests.map((request) => request.json().nonce)).toEqual(['123456789', '123456789']);
    expect(kept.size).toBe(1);
  });

  it('repeats after 5xx and after silence, and gives up with a code that says so', async () => {
    const server = await startServer();
    server.handle = () => ({ status: 502, text: '<html>bad gateway</html>' });
    const { client } = makeClient(server, { requestTimeoutMs: 500, clock: quickClock });
    await expect(client.send(CHANNEL, draft)).rejects.toMatchObject({ code: 'discord_unreachable' });
    expect(server.requests).toHaveLength(3);
    server.handle = () => ({ hang: true });
    await expect(client.send(CHANNEL, draft)).rejects.toMatchObject({ code: 'discord_timeout' });
  });

  it('attaches the files of a bot to the message itself', async () => {
    const server = await startServer();
    server.handle = () => ({ json: { id: '1001', channel_id: CHANNEL } });
    await makeClient(server).client.send(CHANNEL, { ...draft, files: [file, { ...file, name: 'b.txt' }] });
    const [request] = server.requests;
    const form = await new Response(new Uint8Array(request?.body ?? []), {
      headers: { 'content-type': String(request?.headers['content-type']) },
    }).formData();
    expect(JSON.parse(String(form.get('payload_json')))).toMatchObject({
      content: 'hello',
      nonce: '123456789',
      enforce_nonce: true,
      attachments: [
        { id: '0', filename: 'Bild ä.png' },
        { id: '1', filename: 'b.txt' },
      ],
    });
    const sent = form.get('files[0]') as File;
    expect([sent.name, sent.type]).toEqual(['Bild ä.png', 'image/png']);
    expect(new Uint8Array(await sent.arrayBuffer())).toEqual(file.bytes);
    expect(form.get('files[1]')).toBeInstanceOf(File);
  });

  it('uploads the files of a user account first, without showing the storage its token', async () => {
    const server = await startServer();
    server.handle = (request) => {
      if (request.method === 'PUT') return { status: 200 };
      if (!request.path.endsWith('/attachments')) return { json: { id: '1001', channel_id: CHANNEL } };
      const upload_url =
        'https://discord-attachments-uploads-prd.storage.googleapis.com/abc/x.png?upload_id=1';
      return { json: { attachments: [{ id: 0, upload_url, upload_filename: 'abc/x.png' }] } };
    };
    await makeClient(server, { account: alice }).client.send(CHANNEL, { ...draft, files: [file] });
    const [slots, put, send] = server.requests;
    expect(slots?.json()).toEqual({ files: [{ id: '0', filename: 'Bild ä.png', file_size: 4 }] });
    expect([put?.method, put?.path]).toEqual(['PUT', '/storage/abc/x.png?upload_id=1']);
    expect(put?.headers).not.toHaveProperty('authorization');
    expect(put?.body.equals(file.bytes)).toBe(true);
    expect(send?.json().attachments).toEqual([
      { id: '0', filename: 'Bild ä.png', uploaded_filename: 'abc/x.png' },
    ]);
  });

  it('lets no id into a path that is none', async () => {
    const server = await startServer();
    const { client } = makeClient(server);
    for (const id of ['', '../users/@me', '12a', '1'.repeat(21)]) {
      const failed = await client.send(id, draft).catch((error: unknown) => error);
      expect(failed).toMatchObject({ code: 'discord_refused' });
      expect(discordCode(failed)).toBe(50035);
    }
    expect(server.requests).toEqual([]);
  });

  it('stops waiting when the caller is gone', async () => {
    const server = await startServer();
    server.handle = () => ({ hang: true });
    const stop = new AbortController();
    const sending = makeClient(server).client.send(CHANNEL, draft, stop.signal);
    await expect.poll(() => server.requests.length).toBe(1);
    stop.abort(new Error('gone'));
    await expect(sending).rejects.toThrow('gone');
  });
});

describe('closing', () => {
  it('ends calls under way and calls in line at once', async () => {
    const server = await startServer();
    server.handle = () => ({ hang: true });
    const { client } = makeClient(server);
    const calls = [client.send(CHANNEL, draft), client.send(CHANNEL, draft)];
    const ended = calls.map((call) => expect(call).rejects.toMatchObject({ code: 'shutting_down' }));
    await expect.poll(() => server.requests.length).toBe(1);
    await client.close();
    await Promise.all(ended);
    await expect(client.history(CHANNEL, {})).rejects.toMatchObject({ code: 'shutting_down' });
    await expect(client.whenReady()).rejects.toMatchObject({ code: 'shutting_down' });
  });
});

describe('refusals', () => {
  it.each([
    [{ status: 403, json: { code: 50013, message: 'Missing Permissions' } }, 'discord_refused', 50013],
    [{ status: 404, json: { code: 10003, message: 'Unknown Channel' } }, 'discord_refused', 10003],
    [{ status: 400, json: { code: 50035, message: 'Invalid Form Body' } }, 'discord_refused', 50035],
    [{ status: 400, json: { captcha_key: ['captcha-required'] } }, 'human_required', 0],
    [
      { status: 403, json: { code: 40002, message: 'You need to verify your account' } },
      'human_required',
      40002,
    ],
    [{ status: 404, text: '<html>not here</html>' }, 'discord_refused', 0],
  ] as const)('%o becomes %s', async (reply, code, discord) => {
    const server = await startServer();
    server.handle = () => reply;
    const failed = await makeClient(server)
      .client.send(CHANNEL, draft)
      .catch((error: unknown) => error);
    expect(failed).toMatchObject({ code, cause: { status: reply.status, discordCode: discord } });
    expect(server.requests).toHaveLength(1);
  });

  it('name the field at fault', async () => {
    const server = await startServer();
    const errors = {
      name: { _errors: [{ code: 'BASE_TYPE_BAD_LENGTH', message: 'Must be 1-100 in length.' }] },
    };
    server.handle = () => ({ status: 400, json: { code: 50035, message: 'Invalid Form Body', errors } });
    await expect(makeClient(server).client.renameChannel(CHANNEL, '')).rejects.toThrow(
      '50035 Invalid Form Body - name: Must be 1-100 in length.',
    );
  });

  it('disable the account when they prove that the token is dead, and ask no second time', async () => {
    const server = await startServer();
    server.handle = () => ({ status: 401, json: { code: 0, message: '401: Unauthorized' } });
    const { client } = makeClient(server);
    await expect(client.history(CHANNEL, {})).rejects.toMatchObject({ code: 'account_disabled' });
    expect(client.status.state).toBe('disabled');
    await expect(client.send(CHANNEL, draft)).rejects.toMatchObject({ code: 'account_disabled' });
    expect(server.requests).toHaveLength(1);
  });

  it('and failures never show the token, in no error, cause or log line', async () => {
    const server = await startServer();
    const replies: Reply[] = [
      { status: 400, json: { code: 1, message: `your token ${TOKEN} is odd` } },
      { status: 500, text: TOKEN },
      { status: 200, text: `no json ${TOKEN}` },
      { cut: true },
      { status: 401, json: { message: TOKEN } },
    ];
    const seen: string[] = [];
    for (const reply of replies) {
      server.handle = () => reply;
      for (const account of [alice, { ...alice, kind: 'bot' as const }]) {
        const { client, log } = makeClient(server, { account, clock: quickClock });
        const error = await client.history(CHANNEL, {}).catch((failure: unknown) => failure);
        seen.push(deepText(error), ...log.lines, deepText(client.status));
      }
    }
    expect(seen.length).toBeGreaterThan(15);
    expect(seen.join('\n')).not.toContain(TOKEN);
  });
});

describe('limits', () => {
  const limited = (seconds: number, more: object = {}) => ({
    status: 429,
    headers: { 'x-ratelimit-bucket': 'b', 'x-ratelimit-scope': 'user' },
    json: { message: 'You are being rate limited.', retry_after: seconds, global: false, ...more },
  });

  it('a short one is waited for', async () => {
    const server = await startServer();
    server.handle = inTurn(
      () => limited(0.05),
      (request) => ({ json: messageOf(request) }),
    );
    const startedAt = Date.now();
    await makeClient(server).client.send(CHANNEL, draft);
    expect(Date.now() - startedAt).toBeGreaterThanOrEqual(50);
    expect(server.requests).toHaveLength(2);
  });

  it('a long one is told at once, and obeyed by the next call', async () => {
    const server = await startServer();
    server.handle = () => limited(600);
    const { client } = makeClient(server);
    const first = client.renameChannel(CHANNEL, 'new');
    await expect(first).rejects.toMatchObject({ code: 'rate_limited', retryAfterMs: 600_000 });
    await expect(client.renameChannel(CHANNEL, 'new')).rejects.toMatchObject({ code: 'rate_limited' });
    expect(server.requests).toHaveLength(1);
  });

  it('a full bucket is not tried, and another channel is not held up by it', async () => {
    const server = await startServer();
    const headers = {
      'x-ratelimit-bucket': 'b',
      'x-ratelimit-limit': '1',
      'x-ratelimit-remaining': '0',
      'x-ratelimit-reset-after': '0.2',
    };
    server.handle = (request) => ({ headers, json: messageOf(request) });
    const { client } = makeClient(server);
    const times = new Map<string, number>();
    const send = async (channel: string, name: string) => {
      await client.send(channel, draft);
      times.set(name, Date.now());
    };
    await Promise.all([send(CHANNEL, 'first'), send(CHANNEL, 'second'), send('900000000000000002', 'other')]);
    const since = (name: string) => (times.get(name) ?? 0) - (times.get('first') ?? 0);
    expect(since('second')).toBeGreaterThanOrEqual(150);
    expect(since('other')).toBeLessThan(100);
  });

  it('a line that would take too long is not joined', async () => {
    const server = await startServer();
    const headers = {
      'x-ratelimit-limit': '1',
      'x-ratelimit-remaining': '0',
      'x-ratelimit-reset-after': '100',
    };
    server.handle = (request) => ({ headers, json: messageOf(request) });
    const { client } = makeClient(server);
    await client.send(CHANNEL, draft);
    const second = client.send(CHANNEL, draft);
    await expect(second).rejects.toMatchObject({ code: 'rate_limited' });
    expect(server.requests).toHaveLength(1);
  });
});

describe('channels', () => {
  const channel = (id: string, name: string, more: object = {}) => ({
    id,
    name,
    type: 0,
    parent_id: null,
    ...more,
  });

  it('are listed, only those for text', async () => {
    const server = await startServer();
    const other = [channel('3', 'Voice', { type: 2 }), channel('4', 'Category', { type: 4 })];
    server.handle = () => ({ json: [channel('1', 'a', { parent_id: '4' }), channel('2', 'b'), ...other] });
    expect(await makeClient(server).client.listChannels(GUILD)).toEqual([
      { id: '1', name: 'a', parentId: '4' },
      { id: '2', name: 'b', parentId: undefined },
    ]);
  });

  it('are made in their category', async () => {
    const server = await startServer();
    server.handle = () => ({ status: 201, json: channel('5', 'talk', { parent_id: '4' }) });
    const { client } = makeClient(server);
    const made = await client.createChannel(GUILD, { name: 'talk', parentId: '4', topic: 'a topic' });
    expect(made).toEqual({ id: '5', name: 'talk', parentId: '4' });
    expect(server.requests[0]?.json()).toEqual({ name: 'talk', type: 0, parent_id: '4', topic: 'a topic' });
  });

  it('are adopted when the answer to their creation was lost', async () => {
    const server = await startServer();
    const made: object[] = [channel('1', 'other')];
    server.handle = (request) => {
      if (request.method === 'GET') return { json: made };
      made.push(channel('5', request.json().name));
      return { cut: true };
    };
    expect(
      await makeClient(server, { clock: quickClock }).client.createChannel(GUILD, { name: 'talk' }),
    ).toMatchObject({ id: '5' });
    expect(server.requests.map(({ method }) => method)).toEqual(['POST', 'GET']);
  });

  it('are tried once more when the lost creation made none, and never a third time', async () => {
    const server = await startServer();
    server.handle = (request) => (request.method === 'GET' ? { json: [] } : { status: 500 });
    const failing = makeClient(server, { clock: quickClock }).client.createChannel(GUILD, { name: 'talk' });
    await expect(failing).rejects.toMatchObject({ code: 'discord_unreachable' });
    expect(server.requests.map(({ method }) => method)).toEqual(['POST', 'GET', 'POST', 'GET']);
  });

  it('are not tried again after a clear refusal', async () => {
    const server = await startServer();
    server.handle = () => ({
      status: 400,
      json: { code: 30013, message: 'Maximum number of guild channels' },
    });
    const failed = await makeClient(server)
      .client.createChannel(GUILD, { name: 'talk' })
      .catch((error: unknown) => error);
    expect(discordCode(failed)).toBe(30013);
    expect(server.requests).toHaveLength(1);
  });

  it('that are gone already may be deleted', async () => {
    const server = await startServer();
    server.handle = () => ({ status: 404, json: { code: 10003, message: 'Unknown Channel' } });
    await expect(makeClient(server).client.deleteChannel(CHANNEL)).resolves.toBeUndefined();
  });
});

describe('history', () => {
  it('comes oldest first, from after a message on', async () => {
    const server = await startServer();
    const ids = ['10', '9', '100', '2'];
    server.handle = () => ({ json: ids.map((id) => ({ id, channel_id: CHANNEL })) });
    const found = await makeClient(server).client.history(CHANNEL, { after: '1', limit: 1_000 });
    expect(found.map(({ id }) => id)).toEqual(['2', '9', '10', '100']);
    expect(server.requests[0]?.path).toBe(`/api/v10/channels/${CHANNEL}/messages?limit=100&after=1`);
  });

  it('is not believed when something else answers in place of Discord', async () => {
    const server = await startServer();
    server.handle = () => ({ text: '<html>login to the hotel wifi</html>' });
    await expect(makeClient(server, { clock: quickClock }).client.history(CHANNEL, {})).rejects.toMatchObject(
      {
        code: 'discord_unreachable',
      },
    );
  });

  it('that takes too long fails by the injected clock', async () => {
    const server = await startServer();
    server.handle = () => ({ hang: true });
    const clock = new FakeClock();
    const { client } = makeClient(server, { clock });
    const reading = expect(client.history(CHANNEL, {})).rejects.toMatchObject({ code: 'discord_timeout' });
    for (let tries = 1; tries <= 3; tries += 1) {
      await expect.poll(() => server.requests.length).toBe(tries);
      await clock.advance(15_000);
      await clock.advance(1_000);
    }
    await reading;
  });
});

describe('the CDN', () => {
  it('is read without the token, from the configured host, and within the limit', async () => {
    const server = await startServer();
    server.handle = () => ({ text: 'picture', headers: { 'content-type': 'image/png' } });
    const { client } = makeClient(server);
    const url = 'https://cdn.discordapp.com/attachments/1/2/cat%20one.png?ex=1';
    const found = await client.downloadFromCdn(url, { maxBytes: 100 });
    expect([found.name, found.contentType, Buffer.from(found.bytes).toString()]).toEqual([
      'cat one.png',
      'image/png',
      'picture',
    ]);
    expect(server.requests[0]?.path).toBe('/attachments/1/2/cat%20one.png?ex=1');
    expect(server.requests[0]?.headers).not.toHaveProperty('authorization');
    await expect(client.downloadFromCdn(url, { maxBytes: 3 })).rejects.toMatchObject({
      code: 'media_invalid',
    });
  });

  it.each([
    [
      'video/mp4',
      'https://cdn.discordapp.com/attachments/1/2/clip.mp4?ex=1',
      '/attachments/1/2/clip.mp4?ex=1',
    ],
    [
      'image/webp',
      'https://media.discordapp.net/attachments/1/2/a.webp?animated=true',
      '/attachments/1/2/a.webp?animated=true',
    ],
  ])('gives %s of either host whole, however large, up to the limit', async (contentType, url, path) => {
    const server = await startServer();
    const body = 'x'.repeat(3 * 1024 * 1024);
    server.handle = () => ({ text: body, headers: { 'content-type': `${contentType}; v=1` } });
    const { client } = makeClient(server);
    const found = await client.downloadFromCdn(url, { maxBytes: body.length });
    expect([found.contentType, found.bytes.length]).toEqual([contentType, body.length]);
    expect(server.requests[0]?.path).toBe(path);
    const tooLarge = client.downloadFromCdn(url, { maxBytes: body.length - 1 });
    await expect(tooLarge).rejects.toMatchObject({ code: 'media_invalid' });
  });

  it('is the only place that is read from', async () => {
    const server = await startServer();
    const { client } = makeClient(server);
    for (const url of ['http://169.254.169.254/', 'https://cdn.discordapp.com.example.org/x', 'no link']) {
      const failed = client.downloadFromCdn(url, { maxBytes: 100 });
      await expect(failed).rejects.toMatchObject({ code: 'media_forbidden' });
    }
  });
});
