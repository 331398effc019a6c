/** `/v1/videos` as OpenAI's own client uses it, in front of the simulated Discord. */
import OpenAI, { toFile } from 'openai';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isFilmOf, startSim } from '../../src/sim/index.ts';
import { expectInteractions } from './drawing/studio.ts';
import { type FilmSet, setOf } from './filming/set.ts';
import { pause, range } from './scene.ts';
import { KEY, OTHER_KEY } from './world.ts';

let world: FilmSet;
let client: OpenAI;
let png: Buffer;
let interactions = 0;

beforeAll(async () => {
  const sim = await startSim({ port: 0, speed: 40, limits: 'none', users: 2 });
  const keys = [
    { key: KEY, name: 'test' },
    { key: OTHER_KEY, name: 'other', bots: ['midjourney'] },
    { key: 'sk-admin-1122334455', name: 'boss', admin: true },
  ];
  world = await setOf(sim, { draws: true, more: { auth: { keys } } });
  client = new OpenAI({ apiKey: KEY, baseURL: `${world.url}/v1`, maxRetries: 0 });
  const pixels = { width: 64, height: 64, channels: 3, background: '#cc3333' } as const;
  png = await sharp({ create: pixels }).png().toBuffer();
});
afterAll(async () => {
  expectInteractions(world.sim, interactions);
  await world.close();
});

const picture = () => toFile(png, 'cat.png', { type: 'image/png' });

async function ended(id: string): Promise<OpenAI.Videos.Video> {
  for (;;) {
    const video = await client.videos.retrieve(id);
    if (video.status === 'completed' || video.status === 'failed') return video;
    await pause(20);
  }
}

async function contentOf(id: string, headers: Record<string, string> = {}) {
  const response = await client.videos.downloadContent(id, {}, { headers });
  return { response, bytes: Buffer.from(await response.arrayBuffer()) };
}

/** The nonce on Discord of the task of a video. */
const markOf = async (id: string) => (await world.seen(id.replace('video_', ''))).discordNonce;

describe("OpenAI's client", () => {
  it('films words: every field, and exactly its own bytes', async () => {
    interactions += 1;
    const created = await client.videos.create({
      model: 'pika',
      prompt: 'a small cat',
      size: '720x1280',
      seconds: '4',
    });
    expect(created).toMatchObject({
      id: expect.stringMatching(/^video_\d+$/),
      object: 'video',
      model: 'pika',
      status: 'queued',
      progress: 0,
      prompt: expect.stringContaining('a small cat'),
      size: '720x1280',
      error: null,
      completed_at: null,
      remixed_from_video_id: null,
    });
    await expect(client.videos.downloadContent(created.id)).rejects.toMatchObject({ status: 409 });
    const video = await ended(created.id);
    expect(video).toMatchObject({ id: created.id, status: 'completed', progress: 100, seconds: '3' });
    expect(video.completed_at).toBeGreaterThanOrEqual(created.created_at);
    const { response, bytes } = await contentOf(video.id);
    expect(response.headers.get('content-type')).toBe('video/mp4');
    expect(response.headers.get('content-length')).toBe(String(bytes.length));
    expect(isFilmOf(bytes, { prompt: 'a small cat -ar 9:16', marks: [await markOf(video.id)] })).toBe(true);
    const raw = Buffer.from(
      await (await fetch((await world.seen(video.id.slice(6))).videoRawUrl)).arrayBuffer(),
    );
    expect(bytes.equals(raw)).toBe(true);
  });

  it('films a picture as a file and as a data URL, and remixes', async () => {
    interactions += 2 + 2;
    const url = `data:image/png;base64,${png.toString('base64')}`;
    const asFile = await client.videos.create({ prompt: 'she jumps', input_reference: await picture() });
    const asUrl = await client.videos.create({ prompt: 'she jumps', input_reference: { image_url: url } });
    for (const { id } of [asFile, asUrl]) {
      expect(await ended(id)).toMatchObject({ status: 'completed', model: 'pika' });
      const { bytes } = await contentOf(id);
      expect(isFilmOf(bytes, { prompt: 'she jumps', marks: [await markOf(id)], picture: png })).toBe(true);
    }
    const remix = await client.videos.remix(asFile.id, { prompt: 'now she sleeps' });
    expect(await ended(remix.id)).toMatchObject({
      status: 'completed',
      remixed_from_video_id: asFile.id,
      prompt: 'now she sleeps',
    });
    const { bytes } = await contentOf(remix.id);
    expect(isFilmOf(bytes, { prompt: 'now she sleeps', marks: [await markOf(remix.id)], picture: png })).toBe(
      true,
    );
  });

  it('gets parts of the bytes, as players and broken downloads ask for them', async () => {
    interactions += 1;
    const { id } = await client.videos.create({ prompt: 'a fox in parts' });
    await ended(id);
    const { bytes, response: whole } = await contentOf(id);
    const { length } = bytes;
    const cases: [string, number, number][] = [
      ['bytes=0-99', 0, 99],
      ['bytes=100-', 100, length - 1],
      ['bytes=-7', length - 7, length - 1],
      [`bytes=5-${length + 1_000}`, 5, length - 1],
    ];
    for (const [range, start, end] of cases) {
      const part = await contentOf(id, { range });
      expect([range, part.response.status, part.response.headers.get('content-range')]).toEqual([
        range,
        206,
        `bytes ${start}-${end}/${length}`,
      ]);
      expect(part.bytes.equals(bytes.subarray(start, end + 1))).toBe(true);
    }
    const beyond = await fetch(`${world.url}/v1/videos/${id}/content`, {
      headers: { authorization: `Bearer ${KEY}`, range: `bytes=${length}-` },
    });
    expect([beyond.status, beyond.headers.get('content-range')]).toEqual([416, `bytes */${length}`]);
    const tag = whole.headers.get('etag') ?? '';
    const same = await contentOf(id, { range: 'bytes=0-9', 'if-range': tag });
    const other = await contentOf(id, { range: 'bytes=0-9', 'if-range': '"another"' });
    expect([same.response.status, other.response.status]).toEqual([206, 200]);
    const head = await fetch(`${world.url}/v1/videos/${id}/content`, {
      method: 'HEAD',
      headers: { authorization: `Bearer ${KEY}` },
    });
    expect([head.status, head.headers.get('content-length'), head.headers.get('accept-ranges')]).toEqual([
      200,
      String(length),
      'bytes',
    ]);
  });

  it('lists page by page, and deletes', async () => {
    interactions += 5;
    const made = [];
    for (const number of range(5)) made.push((await client.videos.create({ prompt: `number ${number}` })).id);
    for (const id of made) await ended(id);
    const found: string[] = [];
    for await (const { id } of client.videos.list({ limit: 2 })) found.push(id);
    expect(found.slice(0, 5)).toEqual(made.toReversed());
    expect(new Set(found).size).toBe(found.length);
    const oldest = await client.videos.list({ limit: 100, order: 'asc' });
    expect(oldest.data.map(({ id }) => id)).toEqual(found.toReversed());
    const [first = ''] = made;
    expect(await client.videos.delete(first)).toEqual({ id: first, object: 'video.deleted', deleted: true });
    await expect(client.videos.retrieve(first)).rejects.toMatchObject({ status: 404 });
    await expect(client.videos.downloadContent(first)).rejects.toMatchObject({ status: 404 });
    expect((await client.videos.list({ limit: 100 })).data.map(({ id }) => id)).not.toContain(first);
  });

  it('stops one that is being made by deleting it, on Discord as well', async () => {
    // The second presses the button that cancels.
    interactions += 2;
    world.sim.script({ pika: { match: 'never wanted', takesMs: 400_000 } });
    const { id } = await client.videos.create({ prompt: 'never wanted' });
    await world.once(id.slice(6), ['Create', 'Running']);
    await client.videos.delete(id);
    await expect(client.videos.retrieve(id)).rejects.toMatchObject({ status: 404 });
    expect((await world.accounts()).filter(({ running }) => running > 0)).toEqual([]);
    const messages = world.sim.world.channels.get(world.sim.ready.channels.pika ?? '')?.messages ?? [];
    await expect.poll(() => messages.at(-1)?.content).toMatch(/cancelled/);
  });

  it('has Midjourney animate a picture', async () => {
    interactions += 1;
    const model = 'midjourney' as 'sora-2';
    const { id } = await client.videos.create({
      model,
      prompt: 'she jumps',
      input_reference: await picture(),
    });
    expect(await ended(id)).toMatchObject({ status: 'completed', model: 'midjourney' });
    const { response, bytes } = await contentOf(id);
    expect([response.headers.get('content-type'), bytes.subarray(0, 4).toString()]).toEqual([
      'image/webp',
      'RIFF',
    ]);
    await expect(client.videos.create({ model, prompt: 'no picture' })).rejects.toMatchObject({
      status: 400,
      param: 'input_reference',
    });
    const drawing = await world.imagine('no video');
    interactions += 1;
    await world.done(drawing);
    await expect(client.videos.retrieve(`video_${drawing}`)).rejects.toMatchObject({ status: 404 });
  });

  it('hears why the bot made none', async () => {
    interactions += 1;
    world.sim.script({ pika: { match: 'forbidden', ending: 'moderated' } });
    const { id } = await client.videos.create({ prompt: 'forbidden' });
    expect(await ended(id)).toMatchObject({
      status: 'failed',
      error: { code: 'prompt_refused', message: expect.stringMatching(/moderation/) },
    });
    await expect(client.videos.downloadContent(id)).rejects.toMatchObject({ status: 409 });
    await expect(client.videos.remix(id, { prompt: 'again' })).rejects.toMatchObject({
      status: expect.any(Number),
    });
  });

  it.each([
    ['no prompt', { prompt: '' }, 400],
    ['1,501 characters', { prompt: 'x'.repeat(1_501) }, 400],
    ['a size in words', { prompt: 'a', size: 'wide' }, 400],
    ['a model that nobody has', { prompt: 'a', model: 'sora-2' }, 404],
    [
      'a picture that is a text',
      {
        prompt: 'a',
        input_reference: { image_url: `data:image/png;base64,${Buffer.from('hello').toString('base64')}` },
      },
      400,
    ],
  ])('is refused with %s', async (_, body, status) => {
    await expect(client.videos.create(body as never)).rejects.toMatchObject({ status });
  });

  it('with the key of another bot finds none of them', async () => {
    const stranger = new OpenAI({ apiKey: OTHER_KEY, baseURL: `${world.url}/v1`, maxRetries: 0 });
    const { data } = await client.videos.list({ limit: 1 });
    expect((await stranger.videos.list()).data).toEqual([]);
    await expect(stranger.videos.retrieve(data[0]?.id ?? '')).rejects.toMatchObject({ status: 404 });
    await expect(stranger.videos.create({ model: 'pika', prompt: 'a' })).rejects.toMatchObject({
      status: 403,
    });
  });
});
