import { describe, expect, it } from 'vitest';
import type { Account } from '../src/composition/accounts.ts';
import { createPictureLoader } from '../src/composition/pictures.ts';
import { GatewayError } from '../src/core/errors.ts';
import type { MediaFile, MediaSource } from '../src/core/media.ts';
import { DISCORD_HOSTS } from '../src/discord/hosts.ts';

const PNG = new Uint8Array(Buffer.from('\x89PNG\r\n\x1a\nxx', 'latin1'));

function loaderFor(cdn: string, bytes: Uint8Array = PNG, withAccount = true) {
  const ways: string[] = [];
  const client = {
    async downloadFromCdn(url: string): Promise<MediaFile> {
      ways.push(`account ${url}`);
      return { name: 'x', contentType: 'text/html', bytes };
    },
  };
  const media = {
    async load(source: MediaSource): Promise<MediaFile> {
      ways.push(`guard ${source.type === 'link' ? source.url : 'bytes'}`);
      return { name: 'y', contentType: 'image/gif', bytes };
    },
  };
  const accounts = new Map(withAccount ? [['bridge', { client } as unknown as Account]] : []);
  const loader = createPictureLoader({ accounts, hosts: { ...DISCORD_HOSTS, cdn }, media });
  const load = (url: string) => loader.load({ type: 'link', url }, new AbortController().signal);
  return { ways, load, loader };
}

describe('the pictures of bots', () => {
  it.each([
    'https://cdn.discordapp.com/attachments/1/2/a.png?ex=1',
    'https://media.discordapp.net/attachments/1/2/a.png',
    'https://images-ext-1.discordapp.net/external/x/https/a.example/a.png',
    'http://mirror.example:8000/attachments/1/2/a.png',
  ])('at %s are fetched the way of an account, through its proxy', async (url) => {
    const { ways, load } = loaderFor('http://mirror.example:8000');
    await load(url);
    expect(ways).toEqual([`account ${url}`]);
  });

  it.each([
    'http://cdn.discordapp.com/a.png',
    'https://cdn.discordapp.com.evil.example/a.png',
    'https://evil.example/cdn.discordapp.com/a.png',
    'http://mirror.example:8001/a.png',
    'http://127.0.0.1/a.png',
    'not a link',
  ])('at %s pass the guard against private addresses', async (url) => {
    const { ways, load } = loaderFor('http://mirror.example:8000');
    await load(url);
    expect(ways).toEqual([`guard ${url}`]);
  });

  it('pass the guard when no account is left, and when they are no links', async () => {
    const { ways, load } = loaderFor(DISCORD_HOSTS.cdn, PNG, false);
    await load('https://cdn.discordapp.com/a.png');
    expect(ways).toEqual(['guard https://cdn.discordapp.com/a.png']);
    const other = loaderFor(DISCORD_HOSTS.cdn);
    await other.loader.load({ type: 'bytes', bytes: PNG }, new AbortController().signal);
    expect(other.ways).toEqual(['guard bytes']);
  });

  it('have the type that their content shows, whatever the CDN says', async () => {
    const file = await loaderFor(DISCORD_HOSTS.cdn).load('https://cdn.discordapp.com/a.html');
    expect(file).toMatchObject({ name: 'image.png', contentType: 'image/png' });
  });

  it.each([
    ['media_unreachable', 2],
    ['media_invalid', 1],
  ] as const)('that fail with %s are tried %i times', async (code, tries) => {
    let asked = 0;
    const client = {
      async downloadFromCdn(): Promise<MediaFile> {
        asked += 1;
        if (asked === 1) throw new GatewayError(code, 'not yet');
        return { name: 'x', contentType: 'x', bytes: PNG };
      },
    };
    const accounts = new Map([['bridge', { client } as unknown as Account]]);
    const media = { load: () => Promise.reject(new Error('not implemented')) };
    const { load } = createPictureLoader({ accounts, hosts: DISCORD_HOSTS, media });
    const url = 'https://cdn.discordapp.com/a.png';
    await load({ type: 'link', url }, new AbortController().signal).catch(() => {});
    expect(asked).toBe(tries);
  });

  it('are refused when they are none', async () => {
    const { load } = loaderFor(DISCORD_HOSTS.cdn, Buffer.from(`<html>${'x'.repeat(80)}</html>`));
    await expect(load('https://cdn.discordapp.com/a.png')).rejects.toMatchObject({ code: 'media_invalid' });
  });
});
