/** Which link to a picture is given to whom. */
import { describe, expect, it } from 'vitest';
import { createLinks } from '../../src/http/links.ts';

const URL = 'https://cdn.discordapp.com/attachments/1/2/a.png?ex=1';
const KEPT = `1-0-${'0'.repeat(32)}.png`;
const CDN = 'https://cdn.example.org/';
const PUBLIC = 'https://gw.example.org/base';
const request = { protocol: 'http' as const, host: '127.0.0.1:8092' };

describe('the link of a picture', () => {
  it.each([
    [
      'to the copy, under the address that was asked',
      undefined,
      request,
      `http://127.0.0.1:8092/files/${KEPT}`,
    ],
    ['to the copy, under server.publicUrl', PUBLIC, request, `${PUBLIC}/files/${KEPT}`],
    ['to Discord where the host is none', undefined, { ...request, host: 'a"><script>' }, URL],
    ['to Discord where there is no host', undefined, { ...request, host: '' }, URL],
    [
      'to a copy of a host by its IPv6 address',
      undefined,
      { ...request, host: '[::1]:80' },
      `http://[::1]:80/files/${KEPT}`,
    ],
  ])('leads %s', (_where, publicUrl, asked, link) => {
    const links = createLinks({ publicUrl, cdn: CDN });
    expect(links.plain(asked)({ url: URL, kept: KEPT })).toBe(link);
    expect(links.plain(asked)({ url: URL })).toBe(URL);
    expect(links.throughCdn(asked)({ url: URL })).toBe('https://cdn.example.org/attachments/1/2/a.png?ex=1');
  });

  it('that nobody has asked for leads to the copy only where the gateway knows its own address', () => {
    const picture = { url: URL, kept: KEPT };
    expect(createLinks({ publicUrl: PUBLIC, cdn: CDN }).unasked(picture)).toBe(`${PUBLIC}/files/${KEPT}`);
    expect(createLinks({ cdn: CDN }).unasked(picture)).toContain('https://cdn.example.org/attachments/');
  });
});
