import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import type { Account } from '../src/composition/accounts.ts';
import { createVideoSource } from '../src/composition/videos.ts';
import { systemClock } from '../src/core/clock.ts';
import { GatewayError } from '../src/core/errors.ts';
import { silentLog } from '../src/core/log.ts';
import type { ByteRange } from '../src/core/media.ts';
import { createDiscordClient } from '../src/discord/client.ts';
import { DISCORD_HOSTS } from '../src/discord/hosts.ts';
import { PASSWORD, startConnectProxy, startSocksProxy, USER } from './discord/support/proxies.ts';
import { listen } from './media/local-server.ts';

const MP4 = Buffer.from('\0\0\0\x20ftypisom and some bytes', 'latin1');
const signal = new AbortController().signal;

/** A file server that knows no ranges. */
async function serve(bytes: Buffer): Promise<number> {
  return listen(createServer((_request, response) => response.end(bytes)));
}

/** The source, with the account's way replaced by one that only says that it was taken. */
function sourceFor(cdn: string, withAccount = true) {
  const ways: (readonly [string, ByteRange | undefined])[] = [];
  const client = {
    async openOnCdn(url: string, range: ByteRange | undefined) {
      ways.push([url, range]);
      throw new GatewayError('media_forbidden', 'this was the way of the account');
    },
  };
  const accounts = new Map(withAccount ? [['alice', { client } as unknown as Account]] : []);
  const hosts = { ...DISCORD_HOSTS, cdn };
  const source = createVideoSource({ accounts, hosts, allowPrivate: ['127.0.0.1'], clock: systemClock });
  return { source, ways };
}

describe('the videos of bots', () => {
  it.each([
    'https://cdn.discordapp.com/attachments/1/2/a.mp4?ex=1',
    'https://media.discordapp.net/attachments/1/2/a.mp4',
    'http://mirror.example:8000/attachments/1/2/a.mp4',
  ])('at %s are read the way of an account', async (url) => {
    const { source, ways } = sourceFor('http://mirror.example:8000');
    await expect(source.open(url, { start: 5 }, signal)).rejects.toThrow('the way of the account');
    expect(ways).toEqual([[url, { start: 5 }]]);
  });

  it('elsewhere pass the guard, must be videos, and are cut here', async () => {
    const { source, ways } = sourceFor(DISCORD_HOSTS.cdn);
    const url = `http://127.0.0.1:${await serve(MP4)}/a.mp4`;
    const whole = await source.open(url, undefined, signal);
    expect(whole).toMatchObject({ status: 200, contentType: 'video/mp4', size: MP4.length });
    expect(await text(whole.body)).toBe(MP4.toString());
    const part = await source.open(url, { last: 5 }, signal);
    expect(part).toMatchObject({ status: 206, range: { start: MP4.length - 5, end: MP4.length - 1 } });
    expect(await text(part.body)).toBe('bytes');
    const page = `http://127.0.0.1:${await serve(Buffer.from('<html>no video</html>'.padEnd(100)))}/a.mp4`;
    await expect(source.open(page, undefined, signal)).rejects.toMatchObject({ code: 'media_invalid' });
    await expect(source.open('http://10.0.0.1/a.mp4', undefined, signal)).rejects.toMatchObject({
      code: 'media_forbidden',
    });
    expect(ways).toEqual([]);
  });
});

describe.each([
  ['http', startConnectProxy],
  ['socks5', startSocksProxy],
] as const)('a %s proxy', (scheme, start) => {
  it('carries videos, and nothing goes past it', async () => {
    const port = await serve(MP4);
    const proxy = await start();
    const hosts = { ...DISCORD_HOSTS, cdn: `http://cdn.hidden.invalid:${port}` };
    const client = createDiscordClient({
      account: { id: 'alice', kind: 'user', token: 'secret-token' },
      hosts,
      proxy: `${scheme}://${encodeURIComponent(USER)}:${encodeURIComponent(PASSWORD)}@${proxy.host}`,
      clock: systemClock,
      log: silentLog,
    });
    const accounts = new Map([['alice', { client } as unknown as Account]]);
    const source = createVideoSource({ accounts, hosts, allowPrivate: [], clock: systemClock });
    const { body } = await source.open('https://cdn.discordapp.com/attachments/1/2/a.mp4', undefined, signal);
    expect(await text(body)).toBe(MP4.toString());
    expect(proxy.targets.map((target) => target.split('.')[0])).toEqual(['cdn']);
    await client.close();
  });
});
