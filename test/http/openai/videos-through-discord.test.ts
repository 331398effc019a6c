/** Videos through every room of the house: a client, the gateway, a simulated Discord with its bots. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import OpenAI, { toFile } from 'openai';
import sharp from 'sharp';
import { expect, it, onTestFinished } from 'vitest';
import { isFilmOf, startSim } from '../../../src/sim/index.ts';
import { Terminal } from '../../cli/terminal.ts';
import { configFor, frontOf, KEY } from '../../e2e/world.ts';

async function setup() {
  const sim = await startSim({ port: 0, speed: 20, limits: 'none' });
  const { guildId, channels } = sim.ready;
  const room = (channelId = '') => ({ account: 'alice', guildId, channelId });
  const bots = [
    { id: 'pika', driver: 'pika' as const, spacingMs: 0, rooms: [room(channels.pika)] },
    { id: 'midjourney', driver: 'midjourney' as const, spacingMs: 0, rooms: [room(channels.midjourney)] },
  ];
  const world = await frontOf(sim, configFor(sim, {}, { bots }));
  onTestFinished(() => world.close());
  const client = new OpenAI({ apiKey: KEY, baseURL: `${world.url}/v1`, maxRetries: 0 });
  const pixels = { width: 64, height: 64, channels: 3, background: '#cc3333' } as const;
  const png = await sharp({ create: pixels }).png().toBuffer();
  const ended = async (id: string) => {
    for (;;) {
      const video = await client.videos.retrieve(id);
      if (video.status === 'completed' || video.status === 'failed') return video;
      await sleep(20);
    }
  };
  const contentOf = async (id: string) => {
    const response = await client.videos.downloadContent(id);
    return { type: response.headers.get('content-type'), bytes: Buffer.from(await response.arrayBuffer()) };
  };
  return { world, client, png, ended, contentOf };
}

it('Pika films words and pictures, remixes, and each request gets its own video', async () => {
  const { client, png, ended, contentOf } = await setup();
  const words = await client.videos.create({ prompt: 'a small cat', size: '720x1280' });
  const picture = await client.videos.create({
    prompt: 'she jumps',
    input_reference: await toFile(png, 'cat.png', { type: 'image/png' }),
  });
  for (const { id } of [words, picture]) {
    expect(await ended(id)).toMatchObject({ status: 'completed', progress: 100, error: null });
    const { type, bytes } = await contentOf(id);
    expect([type, bytes.subarray(4, 8).toString()]).toEqual(['video/mp4', 'ftyp']);
  }
  const order = { prompt: 'a small cat -ar 9:16', marks: [] };
  expect(isFilmOf((await contentOf(words.id)).bytes, order)).toBe(true);
  expect(isFilmOf((await contentOf(picture.id)).bytes, order)).toBe(false);
  const remix = await client.videos.remix(words.id, { prompt: 'now a dog' });
  expect(await ended(remix.id)).toMatchObject({ status: 'completed', remixed_from_video_id: words.id });
  await client.videos.delete(words.id);
  const { data } = await client.videos.list();
  expect(data.map(({ id }) => id)).toEqual([remix.id, picture.id]);
});

it('Midjourney animates a picture', async () => {
  const { client, png, ended, contentOf } = await setup();
  const { id } = await client.videos.create({
    model: 'midjourney',
    prompt: 'she jumps',
    input_reference: await toFile(png, 'cat.png', { type: 'image/png' }),
  });
  expect(await ended(id)).toMatchObject({ status: 'completed', model: 'midjourney' });
  const { type, bytes } = await contentOf(id);
  expect([type, bytes.subarray(0, 4).toString()]).toEqual(['image/webp', 'RIFF']);
});

it('the same videos are reached through Pika’s own paths, and from a terminal', async () => {
  const { world, png, ended } = await setup();
  const form = new FormData();
  form.append('file', new Blob([new Uint8Array(png)]), 'cat.png');
  form.append('prompt', 'smiling and blinking');
  const headers = { key: KEY };
  const sent = await fetch(`${world.url}/pika/animate`, { method: 'POST', headers, body: form });
  const { result: nonce } = (await sent.json()) as { result: string };
  await ended(`video_${nonce}`);
  const told = await fetch(`${world.url}/pika/status?nonce=${nonce}`, { headers });
  const { result } = (await told.json()) as { result: { videoRawUrl: string } };
  expect(result).toMatchObject({ nonce, action: 'Animate', status: 'Success', progress: '100%' });
  const film = Buffer.from(await (await fetch(result.videoRawUrl)).arrayBuffer());
  expect(film.subarray(4, 8).toString()).toBe('ftyp');
  const folder = mkdtempSync(join(tmpdir(), 'cordgate-film-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const [cat, out] = [join(folder, 'cat.png'), join(folder, 'cat.mp4')];
  writeFileSync(cat, png);
  const args = ['animate', cat, 'she jumps', '--out', out, '--url', world.url];
  const { code, stdout } = await new Terminal({ CORDGATE_KEY: KEY }).run(args);
  expect({ code, stdout }).toEqual({ code: 0, stdout: `${out}\n` });
  expect(readFileSync(out).subarray(4, 8).toString()).toBe('ftyp');
});
