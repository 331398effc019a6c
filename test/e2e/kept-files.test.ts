/** Finished pictures and videos are copied, and shown under links that never end, in every dialect. */
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import OpenAI from 'openai';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { type Sim, startSim } from '../../src/sim/index.ts';
import { startS3 } from '../keeping/s3-server.ts';
import { startReceiver } from './drawing/receiver.ts';
import { ADMIN_KEY, bytesOf, type SeenTask, type Studio, studioOf, waitFor } from './drawing/studio.ts';
import { type FilmSet, type SeenFilm, setOf } from './filming/set.ts';
import { KEY } from './world.ts';

let folder: string;
let sim: Sim;

/** Node warns of a response with more listeners than it deems sound. */
const warnings: string[] = [];
const hear = ({ message }: Error) => void warnings.push(message);
beforeAll(() => void process.on('warning', hear));
afterAll(() => {
  process.off('warning', hear);
  expect(warnings.filter((message) => message.includes('listeners'))).toEqual([]);
});

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'cordgate-kept-'));
  sim = await startSim({ port: 0, speed: 40, limits: 'none', linkLifetimeMs: 2 * 3_600_000 });
});

afterEach(async () => {
  await sim.close().catch(() => {});
  rmSync(folder, { recursive: true, force: true });
});

/** A machine under load takes its time. */
const soon = <Answer>(ask: () => Answer) => expect.poll(ask, { timeout: 10_000 });
const keeping = (more: Record<string, unknown> = {}) => ({ media: { keep: true, path: folder, ...more } });
const filesIn = () =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => /\.\w+$/.test(name));
const draw = async (more: Record<string, unknown> = keeping()) => {
  const studio = await studioOf(sim, { more });
  onTestFinished(() => studio.close().catch(() => {}));
  return studio;
};
const film = async (more: Record<string, unknown> = keeping()) => {
  const set = await setOf(sim, { more });
  onTestFinished(() => set.close().catch(() => {}));
  return set;
};
const NAME = String.raw`\d{1,20}-0-[0-9a-f]{32}`;
const linkTo = (url: string, ending = 'webp|png') => new RegExp(`^${url}/files/${NAME}\\.(?:${ending})$`);

/** A task once its links lead to the copy. */
const kept = async (studio: Pick<Studio, 'done' | 'status'>, id: string): Promise<SeenTask> => {
  await studio.done(id);
  return waitFor(
    () => studio.status(id),
    ({ imageUrl }) => imageUrl.includes('/files/'),
  );
};
const keptFilm = async (set: FilmSet, nonce: string): Promise<SeenFilm> => {
  await set.shown(nonce);
  return waitFor(
    () => set.seen(nonce),
    ({ videoUrl }) => videoUrl.includes('/files/'),
  );
};

describe('a finished picture', () => {
  it('is copied, and its copy is what answers link to, beside the link of Discord', async () => {
    const studio = await draw();
    const task = await kept(studio, await studio.imagine('a fox that stays'));
    expect(task.imageUrl).toMatch(linkTo(studio.url));
    expect(task.imageRawUrl).toContain(`${sim.ready.cdn}/`);
    const original = await bytesOf(task.imageRawUrl);
    const response = await fetch(task.imageUrl);
    expect(response.status).toBe(200);
    expect(Buffer.from(await response.arrayBuffer()).equals(original)).toBe(true);
    expect(response.headers.get('content-type')).toMatch(/^image\/(?:webp|png)$/);
    expect(response.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
    expect(await studio.fetchTask(task.taskId)).toMatchObject({
      imageUrl: task.imageUrl,
      imageUrls: [{ url: task.imageUrl }],
    });
    const { json } = await studio.call(`/admin/api/tasks/${task.taskId}`, undefined, {
      authorization: `Bearer ${ADMIN_KEY}`,
    });
    const name = task.imageUrl.split('/').at(-1);
    expect(JSON.stringify(json.media)).toContain(`/files/${name}`);
    const image = await fetch(`${studio.url}/midjourney-proxy/mj/image/${task.taskId}`, {
      headers: { authorization: `Bearer ${KEY}` },
      redirect: 'manual',
    });
    expect(image.headers.get('location')).toBe(task.imageUrl);
  });

  it('is shown under server.publicUrl where that is set', async () => {
    const studio = await draw({ ...keeping(), server: { publicUrl: 'https://gw.example.org' } });
    const task = await kept(studio, await studio.imagine('a fox behind a proxy'));
    expect(task.imageUrl).toMatch(linkTo('https://gw.example.org'));
    expect((await fetch(task.imageUrl.replace('https://gw.example.org', studio.url))).status).toBe(200);
  });

  it('is shown to the end of its days by OpenAI’s paths as well, also when Discord is gone', async () => {
    const studio = await draw();
    const client = new OpenAI({ apiKey: KEY, baseURL: `${studio.url}/v1`, maxRetries: 0 });
    const image = await client.images.generate({
      model: 'midjourney',
      prompt: 'a cat',
      response_format: 'url',
    });
    const url = image.data?.[0]?.url ?? '';
    expect(url).toMatch(linkTo(studio.url));
    const chat = await client.chat.completions.create({
      model: 'midjourney',
      messages: [{ role: 'user', content: 'a dog' }],
    });
    const shown = /\((http[^)]+)\)/.exec(chat.choices[0]?.message.content ?? '')?.[1] ?? '';
    expect(shown).toMatch(linkTo(studio.url));
    const stream = await client.chat.completions.create({
      model: 'midjourney',
      messages: [{ role: 'user', content: 'a bird' }],
      stream: true,
    });
    let text = '';
    for await (const chunk of stream) text += chunk.choices[0]?.delta.content ?? '';
    expect(/\((http[^)]+)\)/.exec(text)?.[1]).toMatch(linkTo(studio.url));
    await sim.close();
    for (const link of [url, shown]) expect((await fetch(link)).status).toBe(200);
  });

  it('is told to callbacks by Discord’s link, as no copy is there yet when they are sent', async () => {
    const hook = await startReceiver();
    onTestFinished(() => hook.close());
    const studio = await draw();
    const id = await studio.imagine('a fox for a hook', { notifyHook: hook.url });
    await kept(studio, id);
    const end = await hook.next(({ status }) => status === 'Success');
    expect(end.json.imageUrl).toContain(sim.ready.cdn);
    expect(hook.deliveries.filter(({ json }) => json.status === 'Success')).toHaveLength(1);
  });

  it('is deleted with its task', async () => {
    const studio = await draw();
    const task = await kept(studio, await studio.imagine('a fox that goes'));
    expect(filesIn()).toHaveLength(1);
    const deleted = await fetch(`${studio.url}/cordgate/v1/tasks/${task.taskId}`, {
      method: 'DELETE',
      headers: { authorization: `Bearer ${KEY}` },
    });
    expect(deleted.ok).toBe(true);
    await soon(filesIn).toEqual([]);
    expect((await fetch(task.imageUrl)).status).toBe(404);
  });

  it('makes room for newer ones, and is then shown by Discord’s link again', async () => {
    const size =
      1.5 *
      (await (async () => {
        const probe = await draw();
        const { imageRawUrl } = await kept(probe, await probe.imagine('a probe'));
        const { length } = await bytesOf(imageRawUrl);
        await probe.close();
        rmSync(folder, { recursive: true, force: true });
        return length;
      })());
    sim = await startSim({ port: 0, speed: 40, limits: 'none' });
    const studio = await draw(keeping({ maxGb: size / 1e9 }));
    const first = await kept(studio, await studio.imagine('a first fox'));
    const second = await kept(studio, await studio.imagine('a second fox'));
    expect(filesIn()).toHaveLength(1);
    expect((await fetch(first.imageUrl)).status).toBe(404);
    expect((await fetch(second.imageUrl)).status).toBe(200);
    expect((await studio.status(first.taskId)).imageUrl).toContain(sim.ready.cdn);
  });

  it('that an earlier run had no time for is copied by the next one, by a renewed link', async () => {
    await sim.close();
    sim = await startSim({ port: 0, speed: 40, limits: 'none', linkLifetimeMs: 1_500 });
    const store = { driver: 'sqlite', path: join(folder, 'tasks.db') };
    const before = await studioOf(sim, { more: { store } });
    const id = await before.imagine('a fox of yesterday');
    const { imageRawUrl } = await before.done(id);
    const original = await bytesOf(imageRawUrl);
    await before.gateway.close();
    await waitFor(
      async () => (await fetch(imageRawUrl)).status,
      (status) => status === 404,
    );
    const studio = await draw({ ...keeping({ path: join(folder, 'copies') }), store });
    const task = await kept(studio, id);
    expect((await bytesOf(task.imageUrl)).equals(original)).toBe(true);
    await studio.gateway.close();
    // And what is kept is known again after the next start.
    const later = await draw({ ...keeping({ path: join(folder, 'copies') }), store });
    const again = await waitFor(
      () => later.status(id),
      ({ imageUrl }) => imageUrl.includes('/files/'),
    );
    expect((await fetch(again.imageUrl)).status).toBe(200);
  });

  it('lies in a bucket where one is set, and is read from there', async () => {
    const { options } = await startS3();
    const studio = await draw({ media: { keep: true, s3: options } });
    const task = await kept(studio, await studio.imagine('a fox in a bucket'));
    expect((await bytesOf(task.imageUrl)).equals(await bytesOf(task.imageRawUrl))).toBe(true);
    const part = await fetch(task.imageUrl, { headers: { range: 'bytes=-10' } });
    expect(part.status).toBe(206);
    expect(Buffer.from(await part.arrayBuffer())).toEqual((await bytesOf(task.imageRawUrl)).subarray(-10));
    studio.book.checkForSecrets([options.secretAccessKey]);
  });
});

describe('a finished video', () => {
  it('is copied, and can be seen and sought in when Discord has lost it', async () => {
    const set = await film();
    const clip = await keptFilm(set, await set.film('a fox runs'));
    expect(clip.videoUrl).toMatch(linkTo(set.url, 'mp4'));
    const original = await bytesOf(clip.videoRawUrl);
    await sim.close();
    const whole = await fetch(clip.videoUrl);
    expect(whole.headers.get('content-type')).toBe('video/mp4');
    expect(Buffer.from(await whole.arrayBuffer()).equals(original)).toBe(true);
    const headers = { authorization: `Bearer ${KEY}`, range: 'bytes=10-19' };
    const part = await fetch(`${set.url}/v1/videos/${clip.taskId}/content`, { headers });
    expect(part.status).toBe(206);
    expect(part.headers.get('content-range')).toBe(`bytes 10-19/${original.length}`);
    expect(Buffer.from(await part.arrayBuffer())).toEqual(original.subarray(10, 20));
    const beyond = await fetch(`${set.url}/v1/videos/${clip.taskId}/content`, {
      headers: { ...headers, range: `bytes=${original.length}-` },
    });
    expect(beyond.status).toBe(416);
  });
});

describe('without media.keep', () => {
  it('nothing is copied, and no file is served', async () => {
    const studio = await draw({});
    const task = await studio.done(await studio.imagine('a fox that ends'));
    expect(task.imageUrl).toContain(sim.ready.cdn);
    expect(filesIn()).toEqual([]);
    const answer = await fetch(`${studio.url}/files/1-0-${'0'.repeat(32)}.png`);
    expect(answer.status).toBe(404);
  });
});
