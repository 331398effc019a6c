/** All that can be asked of Midjourney, by the dialects, over sockets. */
import { createHash } from 'node:crypto';
import sharp from 'sharp';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { colourOf, drawPicture } from '../../src/sim/bots/midjourney/pictures.ts';
import { startReceiver } from './drawing/receiver.ts';
import {
  bytesOf,
  expectInteractions,
  expectOwnGrid,
  expectPicture,
  type ProxyTask,
  type Studio,
  startStudio,
  waitFor,
} from './drawing/studio.ts';
import { pause } from './scene.ts';

let world: Studio;

const PICTURE = Buffer.from(drawPicture({ seedText: 'a picture of my own', format: 'png' }));
const OTHER_PICTURE = Buffer.from(drawPicture({ seedText: 'another picture', format: 'png' }));
const base64 = (bytes: Buffer) => `data:image/png;base64,${bytes.toString('base64')}`;
const numbers = (base: string, kind: string, index = 1) => `${base} > ${kind} ${index}`;

async function submitted(endpoint: string, body: Record<string, unknown>): Promise<ProxyTask> {
  const answer = await world.submit(endpoint, body);
  expect([1, 22]).toContain(answer.code);
  expect(answer.result).toMatch(/^\d+$/);
  return succeeded(answer.result);
}

async function succeeded(id: string): Promise<ProxyTask> {
  const task = await world.finished(id);
  expect({ status: task.status, failReason: task.failReason }).toEqual({
    status: 'SUCCESS',
    failReason: null,
  });
  expect(task.progress).toBe('100%');
  return task;
}

/** Presses a button of a finished task, by its label or the beginning of its id. */
function press(task: ProxyTask, prefix: string, more: Record<string, unknown> = {}) {
  const button = task.buttons.find(({ customId }) => customId.startsWith(prefix));
  if (!button) throw new Error(`no button ${prefix} among ${task.buttons.map(({ customId }) => customId)}`);
  return world.submit('action', { taskId: task.id, customId: button.customId, ...more });
}

/** The window opens, is filled in, and the task succeeds. */
async function fillWindow(
  answer: { code: number; result: string; description: string },
  form: Record<string, unknown>,
) {
  expect(answer).toMatchObject({ code: 21, description: 'Waiting for window confirm' });
  expect(await world.fetchTask(answer.result)).toMatchObject({ status: 'MODAL' });
  const confirmed = await world.submit('modal', { taskId: answer.result, ...form });
  expect(confirmed).toMatchObject({ code: 1, result: answer.result });
  return succeeded(answer.result);
}

const imageOf = (task: ProxyTask) => task.imageUrl as string;
const markOf = (task: ProxyTask) => task.nonce ?? '';

/** A single picture of a fresh grid. */
async function single(prompt: string, more: Record<string, unknown> = {}): Promise<ProxyTask> {
  const grid = await submitted('imagine', { prompt, ...more });
  return submitted('change', { taskId: grid.id, action: 'UPSCALE', index: 1 });
}

describe('in one room', () => {
  beforeAll(async () => {
    world = await startStudio({ speed: 40 });
  });
  afterAll(async () => {
    expect([...world.sim.world.counts.interactionsPerNonce].filter(([, times]) => times !== 1)).toEqual([]);
    await world.close();
  });

  it.concurrent.each([
    ['UpscaleSubtle', 'upscale-subtle', 'png'],
    ['UpscaleCreative', 'upscale-creative', 'png'],
    ['VarySubtle', 'vary-subtle', 'webp'],
    ['VaryCreative', 'vary-strong', 'webp'],
    ['Zoom2x', 'zoom-2x', 'webp'],
    ['Zoom1d5x', 'zoom-1.5x', 'webp'],
    ['PanLeft', 'pan-left', 'webp'],
    ['PanRight', 'pan-right', 'webp'],
    ['PanUp', 'pan-up', 'webp'],
    ['PanDown', 'pan-down', 'webp'],
    ['AnimateHigh', 'animate-high', 'animated-webp'],
    ['AnimateLow', 'animate-low', 'animated-webp'],
  ] as const)('%s of a single picture gives its own picture', async (action, kind, format) => {
    const parent = await single(`a castle for ${kind}`);
    const task = await world.done(await world.change(parent.id, action));
    expect(task).toMatchObject({ action, params: { messageId: parent.messageId } });
    const isGrid = !kind.startsWith('upscale');
    const seedText = numbers(`a castle for ${kind}#1`, kind);
    await expectPicture(task.imageRawUrl, { seedText, mark: task.nonce, isGrid, format });
  });

  it('make square, by the button’s own id, widens a picture that was panned', async () => {
    const parent = await single('a wide castle --ar 3:2');
    const task = await succeeded((await press(parent, 'MJ::Outpaint::100')).result);
    const seedText = numbers('a wide castle --ar 3:2#1', 'make-square');
    await expectPicture(imageOf(task), { seedText, mark: markOf(task), isGrid: true, format: 'webp' });
  });

  it('simple-change knows U, V and R', async () => {
    const grid = await submitted('imagine', { prompt: 'simple things' });
    const upscale = await submitted('simple-change', { content: `${grid.id} U3` });
    await expectPicture(imageOf(upscale), {
      seedText: 'simple things#3',
      mark: markOf(upscale),
      format: 'png',
    });
    const variation = await submitted('simple-change', { content: `${grid.id} v2` });
    const seedText = numbers('simple things', 'variation', 2);
    await expectPicture(imageOf(variation), {
      seedText,
      mark: markOf(variation),
      isGrid: true,
      format: 'webp',
    });
    const again = await submitted('simple-change', { content: `${grid.id} R` });
    expect(again).toMatchObject({ action: 'REROLL' });
    expect(imageOf(again)).not.toBe(imageOf(grid));
  });

  it('vary region takes words and a mask', async () => {
    const parent = await single('a person without a hat');
    const task = await fillWindow(await press(parent, 'MJ::Inpaint'), {
      prompt: 'a red hat',
      maskBase64: base64(PICTURE),
    });
    expect(task).toMatchObject({ action: 'INPAINT', parentId: parent.id });
    const seedText = numbers('a red hat', 'vary-region');
    await expectPicture(imageOf(task), { seedText, mark: markOf(task), isGrid: true, format: 'webp' });
  });

  it('vary region refuses a mask that is none', async () => {
    const parent = await single('a person with a hat');
    const { result } = await press(parent, 'MJ::Inpaint');
    const refused = await world.submit('modal', {
      taskId: result,
      prompt: 'x',
      maskBase64: 'bm8gcGljdHVyZQ==',
    });
    expect(refused.code).toBe(4);
    expect(await world.fetchTask(result)).toMatchObject({ status: 'MODAL' });
  });

  it('custom zoom asks for its words', async () => {
    const parent = await single('a small house');
    const answer = await press(parent, 'MJ::CustomZoom');
    expect(answer.properties).toMatchObject({
      remix: true,
      finalPrompt: expect.stringContaining('--zoom 2'),
    });
    const words = 'a small house in the mountains --ar 16:9 --zoom 1.8';
    const task = await fillWindow(answer, { prompt: words });
    const seedText = numbers(words, 'zoom-custom');
    await expectPicture(imageOf(task), { seedText, mark: markOf(task), isGrid: true, format: 'webp' });
    expect(task.promptFull).toContain('in the mountains');
  });

  it('describe takes a picture and gives four texts, each of which can be drawn', async () => {
    const task = await submitted('describe', { base64: base64(PICTURE) });
    expect(task).toMatchObject({ action: 'DESCRIBE' });
    expect(task.prompt.match(/^[1-4]\uFE0F\u20E3 .+/gm)).toHaveLength(4);
    expect((await bytesOf(imageOf(task))).equals(PICTURE)).toBe(true);
    const line = /^2\uFE0F\u20E3 (.+)$/m.exec(task.prompt)?.[1] ?? '';
    const drawn = await succeeded((await press(task, 'MJ::Job::PicReader::2')).result);
    expect(drawn.promptFull).toContain(line.split(' --')[0]);
    expect(imageOf(drawn)).toMatch(/\.webp/);
  });

  it('blend mixes two pictures', async () => {
    const base64Array = [base64(PICTURE), base64(OTHER_PICTURE)];
    const task = await submitted('blend', { base64Array, dimensions: 'PORTRAIT' });
    expect(task).toMatchObject({ action: 'BLEND' });
    expect(task.promptFull).toMatch(/--ar 2:3/);
    await expectBand(imageOf(task), markOf(task));
  });

  it('blend of twice the same picture fails in the bot’s words', async () => {
    const base64Array = [base64(PICTURE), base64(PICTURE)];
    const { result } = await world.submit('blend', { base64Array });
    const task = await world.finished(result);
    expect(task).toMatchObject({
      status: 'FAILURE',
      failReason: expect.stringContaining('Duplicate images detected'),
    });
  });

  it('shorten gives shorter prompts, each of which can be drawn', async () => {
    const task = await submitted('shorten', {
      prompt: 'a very, very long and winding description of one little cat',
    });
    expect(task).toMatchObject({ action: 'SHORTEN' });
    expect(String(task.promptEn)).toMatch(/^1\uFE0F\u20E3 /);
    const drawn = await succeeded((await press(task, 'MJ::Job::PromptAnalyzer::1')).result);
    await expectBand(imageOf(drawn), markOf(drawn));
  });

  it('a picture in front of a prompt is uploaded first', async () => {
    const task = await submitted('imagine', { prompt: 'in this manner', base64Array: [base64(PICTURE)] });
    expect(task.promptFull).toMatch(/^<https:\/\/s\.mj\.run\/\S+> in this manner/);
    await expectBand(imageOf(task), markOf(task));
  });

  it('animate gives a film, from it a clip, and from that a longer one', async () => {
    const parent = await single('a dancing cat');
    const film = await submitted('video', { taskId: parent.id, motion: 'high' });
    expect(film).toMatchObject({ action: 'VIDEO' });
    const filmSeed = numbers('a dancing cat#1', 'animate-high');
    await expectPicture(String(film.videoUrl), {
      seedText: filmSeed,
      mark: markOf(film),
      isGrid: true,
      format: 'animated-webp',
    });
    const clip = await succeeded((await press(film, 'MJ::JOB::video_virtual_upscale::2')).result);
    await expectPicture(imageOf(clip), {
      seedText: `${filmSeed}#2`,
      mark: markOf(clip),
      format: 'animated-webp',
    });
    const longer = await succeeded((await press(clip, 'MJ::JOB::animate_low_extend')).result);
    expect(longer).toMatchObject({ action: 'VIDEO_EXTEND' });
    await expectBand(imageOf(longer), markOf(longer));
  });

  it('video of a picture that is sent along', async () => {
    const task = await submitted('video', {
      prompt: 'it begins to move',
      image: base64(PICTURE),
      motion: 'low',
    });
    expect(task.promptFull).toMatch(/--motion low/);
    await expectBand(imageOf(task), markOf(task));
  });

  it('the seed of a picture is asked for once', async () => {
    const task = await submitted('imagine', { prompt: 'what is your seed?' });
    const seed = String(createHash('sha256').update(String(task.jobId)).digest().readUInt32BE(0));
    const { interactionsCreated } = world.sim.world.counts;
    for (let turn = 0; turn < 2; turn += 1) {
      const { json } = await world.call(`/midjourney-proxy/mj/task/${task.id}/image-seed`);
      expect(json).toMatchObject({ code: 1, result: seed });
    }
    expect(world.sim.world.counts.interactionsCreated).toBe(interactionsCreated + 1);
    expect(await world.fetchTask(task.id)).toMatchObject({ seed });
  });

  it('niji draws for who asks for it, and so do its buttons', async () => {
    const grid = await submitted('imagine', { prompt: 'a heroine', botType: 'NIJI_JOURNEY' });
    expect(grid).toMatchObject({ botType: 'NIJI_JOURNEY', promptFull: expect.stringContaining('--niji') });
    const variation = await submitted('change', { taskId: grid.id, action: 'VARIATION', index: 3 });
    expect(variation).toMatchObject({ botType: 'NIJI_JOURNEY' });
    const seedText = numbers('a heroine', 'variation', 3);
    await expectPicture(imageOf(variation), {
      seedText,
      mark: markOf(variation),
      isGrid: true,
      format: 'webp',
    });
  });

  it('upload-discord-images gives links to the pictures', async () => {
    const base64Array = [base64(PICTURE), base64(OTHER_PICTURE)];
    const { json } = await world.call('/midjourney-proxy/mj/submit/upload-discord-images', { base64Array });
    expect(json.code).toBe(1);
    const [first = '', second = ''] = json.result as string[];
    expect((await bytesOf(first)).equals(PICTURE)).toBe(true);
    expect((await bytesOf(second)).equals(OTHER_PICTURE)).toBe(true);
  });

  it.each(['fast', 'relax', 'turbo'])('the prefix for %s asks for that speed', async (mode) => {
    const { json } = await world.call(`/midjourney-proxy/mj-${mode}/mj/submit/imagine`, {
      prompt: `in ${mode} mode`,
    });
    const task = await succeeded(String(json.result));
    expect(task.promptFull).toContain(`--${mode}`);
  });

  it('a running task that is cancelled stops on Discord', async () => {
    world.sim.script({ midjourney: { match: 'a slow one', stepEveryMs: 20_000 } });
    const id = await world.imagine('a slow one');
    const { messageHash } = await world.until(id, ['Running']);
    const { json } = await world.call(`/midjourney-proxy/mj/task/${id}/cancel`, {});
    expect(json).toMatchObject({ id, status: 'CANCEL' });
    expect(messageHash).not.toBe('');
    const shown = () => [...world.sim.world.channels.values()].flatMap(({ messages }) => messages);
    await waitFor(
      () => shown().find(({ content }) => content.includes('a slow one') && content.includes('(Stopped)')),
      (message) => message !== undefined,
    );
    expect(await world.status(id)).toMatchObject({
      status: 'Failed',
      failReason: expect.stringMatching(/cancel/i),
    });
    expect((await world.account()).running).toBe(0);
  });

  it('a waiting task that is cancelled is never sent', async () => {
    await world.order('alice', 'drain');
    await world.order('alice', 'resume');
    world.sim.script({ midjourney: { match: 'in the way', stepEveryMs: 20_000, times: 3 } });
    const first = await Promise.all([1, 2, 3].map((number) => world.imagine(`in the way ${number}`)));
    for (const id of first) await world.until(id, ['Running']);
    const before = world.sim.world.counts.interactionsCreated;
    const waiting = await world.imagine('never to be drawn');
    expect((await world.status(waiting)).status).toBe('Queuing');
    const { json } = await world.call(`/admin/api/tasks/${waiting}/cancel`, {});
    expect(json).toMatchObject({ status: 'cancelled' });
    for (const id of first) await world.call(`/midjourney-proxy/mj/task/${id}/cancel`, {});
    await world.done(await world.imagine('afterwards'));
    expect(world.sim.world.counts.interactionsCreated).toBe(before + 4);
    expect((await world.status(waiting)).status).toBe('Failed');
  });
});

/** Fails unless the band below a picture has the colour of an interaction. */
async function expectBand(url: string, mark: string): Promise<void> {
  const { data, info } = await sharp(await bytesOf(url))
    .removeAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  const start = (info.height - 1) * info.width * info.channels;
  expect([...data.subarray(start, start + 3)]).toEqual([...colourOf(mark)]);
}

describe('with settings of its own', () => {
  afterEach(() => world.close());

  it('remix mode asks for new words, and draws them', async () => {
    world = await startStudio({ midjourney: { remix: true } }, { bot: { remix: true } });
    const grid = await submitted('imagine', { prompt: 'a blue bird' });
    const answer = await world.submit('change', { taskId: grid.id, action: 'VARIATION', index: 2 });
    const task = await fillWindow(answer, { prompt: 'a green bird' });
    const seedText = numbers('a green bird', 'variation', 2);
    await expectPicture(imageOf(task), { seedText, mark: markOf(task), isGrid: true, format: 'webp' });
    expect(task.promptFull).toContain('a green bird');
    const direct = await world.done(await world.change(grid.id, 'V3', { prompt: 'a red bird' }));
    expect(direct.finalPrompt).toMatch(/^a red bird.* - Remix/);
    await expectPicture(direct.imageRawUrl, {
      seedText: numbers('a red bird', 'variation', 3),
      mark: direct.nonce,
      isGrid: true,
      format: 'webp',
    });
    expectInteractions(world.sim, 5);
  });

  it('remix mode that nobody told the gateway of is answered with the words that the form holds', async () => {
    world = await startStudio({ midjourney: { remix: true } });
    const grid = await world.done(await world.imagine('a plain bird'));
    for (const [action, kind] of [
      ['V1', 'variation'],
      ['R0', 'reroll'],
    ] as const) {
      const task = await world.done(await world.change(grid.taskId, action));
      expect(task.finalPrompt).toContain('a plain bird');
      expect(kind).not.toBe('');
      expect(task.imageRawUrl).not.toBe(grid.imageRawUrl);
    }
    expectInteractions(world.sim, 5);
  });

  it('links that have ended are renewed whenever the task is read', async () => {
    world = await startStudio({ linkLifetimeMs: 2_000 });
    const id = await world.imagine('a fleeting cat');
    const task = await world.done(id);
    await expectOwnGrid(task);
    await waitFor(
      async () => (await fetch(task.imageRawUrl)).status,
      (status) => status === 404,
    );
    const again = await world.status(id);
    expect(again.imageRawUrl).not.toBe(task.imageRawUrl);
    await expectOwnGrid(again);
    await pause(2_500);
    expect((await fetch(again.imageRawUrl)).status).toBe(404);
    const [listed] = (await world.call('/midjourney-proxy/mj/task/list-by-condition', { ids: [id] }))
      .json as unknown as ProxyTask[];
    const readers = [imageOf(await world.fetchTask(id)), imageOf(listed as ProxyTask)];
    const admin = (await world.call(`/admin/api/tasks/${id}`)).json as { media: { url: string }[] };
    for (const url of [...readers, admin.media[0]?.url ?? '']) {
      await expectPicture(url, {
        seedText: 'a fleeting cat',
        mark: task.nonce,
        isGrid: true,
        format: 'webp',
      });
    }
    await world.done(await world.change(id, 'U1'));
  });

  it('callbacks come in order, signed, and end with the end', async () => {
    const receiver = await startReceiver(() => Math.random() * 60);
    world = await startStudio();
    try {
      const notifyHook = receiver.url;
      world.sim.script({ midjourney: { match: 'tell me why', notice: 'banned-prompt' } });
      const proxied = await world.submit('imagine', { prompt: 'tell me all', notifyHook, state: 'my-state' });
      const own = await world.imagine('tell me in the other words', { notifyHook });
      const failing = await world.submit('imagine', { prompt: 'tell me why', notifyHook });
      await succeeded(proxied.result);
      await world.done(own);
      await world.finished(failing.result);
      await receiver.next(({ id, status }) => id === proxied.result && status === 'SUCCESS');
      await receiver.next(({ taskId, status }) => taskId === own && status === 'Success');
      await pause(200);
      expect(receiver.deliveries.every(({ isSigned }) => isSigned)).toBe(true);
      const told = receiver.deliveries.map(({ json }) => json).filter(({ id }) => id === proxied.result);
      expect(told.at(-1)).toMatchObject({ status: 'SUCCESS', progress: '100%', state: 'my-state' });
      expect(told.filter(({ status }) => status === 'SUCCESS')).toHaveLength(1);
      expect(told.length).toBeGreaterThan(2);
      const percents = told.map(({ progress }) => Number.parseInt(String(progress), 10));
      expect(percents).toEqual([...percents].sort((a, b) => a - b));
      const last = receiver.deliveries
        .map(({ json }) => json)
        .filter(({ taskId }) => taskId === own)
        .at(-1);
      expect(last).toMatchObject({ status: 'Success', progress: '100%' });
      const why = receiver.deliveries
        .map(({ json }) => json)
        .filter(({ id }) => id === failing.result)
        .at(-1);
      expect(why).toMatchObject({ status: 'FAILURE', failReason: expect.stringContaining('Banned prompt') });
    } finally {
      await receiver.close();
    }
  });

  it('a callback to a private address is refused unless the operator allows it', async () => {
    world = await startStudio({}, { more: { webhooks: { secret: 'whsec-99887766' } } });
    const notifyHook = 'http://127.0.0.1:9/told';
    const { code } = await world.submit('imagine', { prompt: 'no', notifyHook });
    expect(code).toBe(4);
    expect((await world.call('/mj/imagine', { prompt: 'no', notifyHook })).status).toBe(400);
    expectInteractions(world.sim, 0);
  });

  it('a full queue refuses at once, and says which', async () => {
    world = await startStudio({ midjourney: { stepEveryMs: 8_000 } }, { room: { concurrency: 1, queue: 2 } });
    const ids = [];
    for (let number = 0; number < 3; number += 1) ids.push(await world.imagine(`number ${number}`));
    const refused = await world.call('/mj/imagine', { prompt: 'one too many' });
    expect(refused).toMatchObject({
      status: 429,
      json: { code: 429, result: null, message: expect.stringContaining('rooms[].queue') },
    });
    expect(await world.submit('imagine', { prompt: 'one too many' })).toMatchObject({ code: 23 });
    for (const id of ids.slice(1)) await world.call(`/midjourney-proxy/mj/task/${id}/cancel`, {});
    await world.done(ids[0] as string);
  });
});
