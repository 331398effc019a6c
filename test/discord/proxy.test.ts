import { describe, expect, it } from 'vitest';
import type { DiscordHosts } from '../../src/discord/client.ts';
import type { FakeServer, Reply, SeenRequest } from './support/fake-server.ts';
import { PASSWORD, startConnectProxy, startSocksProxy, USER } from './support/proxies.ts';
import { deepText, loggedIn, makeClient, quickClock, startServer, TOKEN } from './support/world.ts';

const CHANNEL = '900000000000000001';
const alice = { id: 'alice', kind: 'user', token: TOKEN, userAgent: 'Alice/1.0' } as const;
const file = { name: 'a.png', contentType: 'image/png', bytes: new Uint8Array([1, 2, 3]) };
const kinds = [
  { scheme: 'http', start: startConnectProxy },
  { scheme: 'socks5', start: startSocksProxy },
  { scheme: 'socks5h', start: startSocksProxy },
] as const;

/** Hosts that nobody but the proxy can find, each with a name of its own. */
function hiddenHosts(server: FakeServer): DiscordHosts {
  const at = (name: string) => `${name}.discord.invalid:${server.port}`;
  return {
    api: `http://${at('api')}/api/v10`,
    gateway: `ws://${at('gateway')}`,
    cdn: `http://${at('cdn')}`,
    upload: `http://${at('upload')}`,
    activity: `http://${at('activity.{applicationId}')}`,
  };
}

const answer = (request: SeenRequest): Reply => {
  if (request.method === 'PUT') return {};
  if (request.method === 'GET') return { text: 'bytes' };
  if (request.path === '/submit') return { text: 'taken' };
  if (!request.path.endsWith('/attachments')) return { json: { id: '1', channel_id: CHANNEL } };
  const upload_url = 'https://discord-attachments-uploads-prd.storage.googleapis.com/a.png';
  return { json: { attachments: [{ id: 0, upload_url, upload_filename: 'a.png' }] } };
};

describe.each(kinds)('a $scheme proxy with a password', ({ scheme, start }) => {
  const address = (host: string, password = PASSWORD) =>
    `${scheme}://${encodeURIComponent(USER)}:${encodeURIComponent(password)}@${host}`;

  it('carries REST, gateway, upload, CDN and pages of applications alike, names included, and nothing goes past it', async () => {
    const server = await startServer();
    server.handle = answer;
    const proxy = await start();
    const hosts = hiddenHosts(server);
    const { client } = await loggedIn(server, { account: alice, hosts, proxy: address(proxy.host) });
    await client.send(CHANNEL, { content: 'x', nonce: '1', mentionUserIds: [], files: [file] });
    await client.downloadFromCdn('https://cdn.discordapp.com/attachments/1/2/a.png', { maxBytes: 100 });
    await client.store(CHANNEL, file);
    await client.postToActivity('42', '/submit', {});
    const names = proxy.targets.map((target) => target.split('.')[0]);
    expect(new Set(names)).toEqual(new Set(['gateway', 'api', 'upload', 'cdn', 'activity']));
    const methods = server.requests.map(({ method }) => method);
    expect(methods).toEqual(['POST', 'PUT', 'POST', 'GET', 'POST', 'PUT', 'POST']);
  });

  it('that does not accept the password is named as the cause, without the password', async () => {
    const server = await startServer();
    const proxy = await start();
    const wrong = 'wr0ng-password';
    const options = { hosts: hiddenHosts(server), proxy: address(proxy.host, wrong), clock: quickClock };
    const { client, log } = makeClient(server, options);
    client.connect();
    const failed = await client.history(CHANNEL, {}).catch((error: unknown) => error);
    expect(failed).toMatchObject({ code: 'discord_unreachable' });
    await expect.poll(() => client.status.state).toBe('reconnecting');
    expect(proxy.refused).toBeGreaterThan(1);
    const seen = [deepText(failed), deepText(client.status), ...log.lines].join('\n');
    expect(seen).not.toContain(wrong);
    expect(seen).not.toContain(TOKEN);
    expect(server.requests).toEqual([]);
  });

  it('that is away is no reason to go direct', async () => {
    const server = await startServer();
    const { client } = makeClient(server, { proxy: address('127.0.0.1:9'), clock: quickClock });
    client.connect();
    await expect(client.history(CHANNEL, {})).rejects.toMatchObject({ code: 'discord_unreachable' });
    await expect.poll(() => client.status.state).toBe('reconnecting');
    expect([server.requests, server.peers]).toEqual([[], []]);
  });
});

describe('a proxy address', () => {
  it.each(['ftp://u:secret-1@host', 'secret-1', 'socks4://u:secret-1@host'])(
    'that cannot be used is refused without repeating it: %s',
    async (proxy) => {
      const server = await startServer();
      const make = () => makeClient(server, { proxy });
      expect(make).toThrow(TypeError);
      expect(make).not.toThrow('secret-1');
    },
  );
});
