/** Pictures whose content is asked for come from the copy, and from where the link leads when that cannot be read. */
import { Readable } from 'node:stream';
import { expect, it } from 'vitest';
import { createPictureLoader } from '../../src/composition/pictures.ts';
import { GatewayError } from '../../src/core/errors.ts';
import type { Copies } from '../../src/core/keeping.ts';
import type { MediaLoader } from '../../src/core/media.ts';
import { DISCORD_HOSTS } from '../../src/discord/hosts.ts';
import { PNG } from '../media/local-server.ts';

const NAME = `1-0-${'0'.repeat(32)}.png`;
const signal = new AbortController().signal;
const head = { name: NAME, size: PNG.length, at: 0 };
const whole: Copies = { has: () => true, find: async () => head, read: async () => Readable.from([PNG]) };
const down = async () => {
  throw new GatewayError('store_unavailable', 'down');
};

it.each([
  ['the copy', whole, NAME, 'copy'],
  ['the link, as the picture has no copy', whole, undefined, 'link'],
  ['the link, as the copy is gone', { ...whole, find: async () => undefined }, NAME, 'link'],
  ['the link, as the copy went meanwhile', { ...whole, read: async () => undefined }, NAME, 'link'],
  ['the link, as copies cannot be read', { ...whole, find: down }, NAME, 'link'],
  ['the link, as no copies are kept', undefined, NAME, 'link'],
] as const)('a picture is read from %s', async (_from, copies, kept, expected) => {
  const media: MediaLoader = {
    load: async () => ({ name: 'link', contentType: 'image/png', bytes: new Uint8Array([1]) }),
  };
  const loader = createPictureLoader({ accounts: new Map(), hosts: DISCORD_HOSTS, media, copies });
  const { bytes } = await loader.load({ type: 'link', url: 'https://example.org/a.png', kept }, signal);
  expect(Buffer.from(bytes).equals(PNG) ? 'copy' : 'link').toBe(expected);
});
