/** Pictures on their way to the bot: without a token to the storage, and through the proxy. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { drawPicture } from '../../src/sim/bots/picture.ts';
import { startSim } from '../../src/sim/index.ts';
import { PASSWORD, startConnectProxy, startSocksProxy, USER } from '../discord/support/proxies.ts';
import { expectInteractions } from './drawing/studio.ts';
import { expectOwnFilm, type FilmSet, formOf, setConfig, setOf } from './filming/set.ts';
import { type Storage, startStorage } from './filming/storage.ts';
import { range } from './scene.ts';

let world: FilmSet;
let storage: Storage;

afterEach(async () => {
  world.book.checkForSecrets([PASSWORD, encodeURIComponent(PASSWORD)]);
  await world.close();
  await storage.close();
});

const PICTURE = drawPicture('the only cat');
const pictures = range(6).map((number) => drawPicture(`cat ${number}`));

/** Sends all pictures with the same words; each must come back in its own film. */
async function animateAll(): Promise<void> {
  const nonces = await Promise.all(
    pictures.map(async (picture) => {
      const { json } = await world.sendForm('/pika/animate', formOf(picture, 'she jumps'));
      return String(json.result);
    }),
  );
  for (const [number, nonce] of nonces.entries())
    await expectOwnFilm(await world.shown(nonce), pictures[number]);
  expectInteractions(world.sim, pictures.length);
}

/** Each picture came once, whole, and without anything that is only Discord's. */
function expectClean(deposits: Storage['deposits'], tokens: readonly string[]): void {
  const puts = deposits.filter(({ method }) => method === 'PUT');
  expect(puts.map(({ bytes }) => bytes.toString('base64')).sort()).toEqual(
    pictures.map((picture) => Buffer.from(picture).toString('base64')).sort(),
  );
  for (const { url, headers } of deposits) {
    expect(
      Object.keys(headers).filter((name) =>
        /^(?:authorization|cookie|proxy-authorization|x-super-properties|x-discord.*)$/.test(name),
      ),
    ).toEqual([]);
    for (const token of tokens) expect(JSON.stringify([url, headers])).not.toContain(token);
  }
}

const tokensOf = ({ ready }: FilmSet['sim']) => ready.accounts.map(({ token }) => token);

describe('the storage', () => {
  beforeEach(async () => {
    const sim = await startSim({ port: 0, speed: 40, limits: 'none', users: 2 });
    storage = await startStorage(sim.ready.upload);
    sim.world.files.uploadBase = storage.url;
    const config = setConfig(sim);
    world = await setOf(sim, { more: { discord: { ...config.discord, upload: storage.url } } });
  });

  it('gets each picture once and no token', async () => {
    await animateAll();
    expectClean(storage.deposits, tokensOf(world.sim));
  });

  it('may be out of order for a moment', async () => {
    storage.refusals = 1;
    await expectOwnFilm(await world.shown(await world.animate(PICTURE, 'she jumps')), PICTURE);
    expectInteractions(world.sim, 1);
  });

  it('that takes nothing ends the video with that reason, and nothing is asked of the bot', async () => {
    storage.refusals = 1_000;
    const film = await world.over(await world.animate(PICTURE, 'she jumps'));
    expect(film).toMatchObject({
      status: 'Failed',
      failReason: expect.stringMatching(/upload|storage|503|picture/i),
    });
    expectInteractions(world.sim, 0);
    storage.refusals = 0;
    await expectOwnFilm(await world.shown(await world.animate(PICTURE, 'she jumps')), PICTURE);
    expect(await world.accounts()).toEqual([
      expect.objectContaining({ state: 'ready', running: 0 }),
      expect.objectContaining({ state: 'ready', running: 0 }),
    ]);
  });
});

describe.each([
  { scheme: 'http', start: startConnectProxy },
  { scheme: 'socks5', start: startSocksProxy },
] as const)('behind a $scheme proxy', ({ scheme, start }) => {
  it('the commands, the pictures, the videos and what is streamed of them all go through it', async () => {
    const proxy = await start();
    const sim = await startSim({ port: 0, speed: 40, limits: 'none' });
    storage = await startStorage(sim.ready.upload);
    // Names that nobody but the proxy can resolve: what goes past it finds nothing.
    const at = (name: string, port = new URL(sim.ready.api).port) => `${name}.discord.invalid:${port}`;
    const upload = `http://${at('upload', String(storage.port))}`;
    sim.world.files.uploadBase = upload;
    const discord = {
      api: `http://${at('api')}/api/v10`,
      gateway: `ws://${at('gateway')}`,
      cdn: `http://${at('cdn')}`,
      upload,
      proxy: `${scheme}://${encodeURIComponent(USER)}:${encodeURIComponent(PASSWORD)}@${proxy.host}`,
      requestsPerSecond: 0,
    };
    world = await setOf(sim, { more: { discord } });
    await animateAll();
    expectClean(storage.deposits, tokensOf(sim));
    const names = new Set(proxy.targets.map((target) => target.split('.')[0]));
    expect([...names].filter((name) => name !== '127').sort()).toEqual(['api', 'gateway', 'upload']);
    // The video itself, by the gateway: links of the CDN are followed through the proxy as well.
    sim.world.files.cdnBase = `http://${at('cdn')}`;
    const nonce = await world.film('seen through the proxy');
    await world.shown(nonce);
    const content = await fetch(`${world.url}/v1/videos/video_${nonce}/content`, {
      headers: { authorization: 'Bearer sk-test-0123456789' },
    });
    expect(content.status).toBe(200);
    expect(
      Buffer.from(await content.arrayBuffer())
        .subarray(4, 8)
        .toString(),
    ).toBe('ftyp');
    expect(proxy.targets.map((target) => target.split('.')[0])).toContain('cdn');
    expect(proxy.refused).toBe(0);
  });
});
