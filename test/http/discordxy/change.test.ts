import { describe, expect, it } from 'vitest';
import { GatewayError } from '../../../src/core/errors.ts';
import type { ActionKind, Task, TaskAction } from '../../../src/core/task.ts';
import type { TaskWish } from '../../../src/core/task-driver.ts';
import { planTask } from '../../../src/drivers/midjourney/plan.ts';
import { GRID_ACTIONS, JOB } from '../../support/fake-tasks.ts';
import { plainMask, whiteMask } from '../masks.ts';
import { imagine, makeScene, type Scene, send, statusOf } from './support.ts';

const button = (kind: ActionKind, customId: string, index?: number): TaskAction => ({
  kind,
  customId,
  label: '',
  emoji: '',
  style: 2,
  type: 2,
  ...(index === undefined ? {} : { index }),
});

const CLIP_ACTIONS = [1, 2].flatMap((index) => [
  button('video-upscale', `MJ::JOB::video_virtual_upscale::${index}::${JOB}`, index),
  button('extend-low', `MJ::JOB::animate_low_extend::${index}::${JOB}`, index),
]);
const SINGLE_ACTIONS = [
  button('zoom-custom', `MJ::CustomZoom::${JOB}`),
  button('vary-region', `MJ::Inpaint::1::${JOB}::SOLO`),
  button('other', 'MJ::New::thing'),
  button('animate-high', `MJ::JOB::animate_high::1::${JOB}::SOLO`),
  button('cancel', `MJ::CancelJob::${JOB}`),
];

/** A scene whose buttons are planned by Midjourney's own driver, with an account in remix mode. */
async function planned(actions: readonly TaskAction[]): Promise<{ scene: Scene; id: string }> {
  const scene = makeScene();
  const id = await imagine(scene);
  const parent = scene.tasks.succeed(id, { actions });
  const { submitTask } = scene.tasks;
  scene.tasks.submitTask = async (order) => {
    const form = order.form === 'ask' ? undefined : order.form;
    const wish: TaskWish = { ...order, form, links: [], files: 0 };
    const plan = planTask(wish, parent, { remix: true, words: [] });
    if (plan.asks && order.cannotBeAsked) {
      const message = `The button opens a form that needs a ${plan.asks}.`;
      throw new GatewayError('invalid_request', message, { param: plan.asks });
    }
    return submitTask({ ...order, action: plan.action && { customId: plan.action.customId } });
  };
  return { scene, id };
}

const change = ({ scene, id }: { scene: Scene; id: string }, body: object) =>
  send(scene, '/mj/change', { taskId: id, ...body });

describe('a change never waits for words that nobody can send', () => {
  it.each(['V1', 'R0'])('%s keeps the words that its form shows', async (action) => {
    const world = await planned(GRID_ACTIONS);
    expect((await change(world, { action })).json()).toMatchObject({ code: 0 });
    expect(await statusOf(world.scene, (await change(world, { action })).json().result)).toMatchObject({
      status: 'Queuing',
    });
  });

  it.each([
    [{ action: 'CustomZoom' }, /"prompt"/],
    [{ action: 'CustomZoom', prompt: '\u200b \n' }, /"prompt"/],
    [{ action: 'VaryRegion', prompt: 'a hat' }, /"maskBase64"/],
    [{ action: 'VaryRegion', prompt: 'a hat', maskBase64: '' }, /"maskBase64"/],
    [{ customId: SINGLE_ACTIONS[1]?.customId }, /"maskBase64"/],
  ])('%j is refused with the name of the field', async (body, message) => {
    const response = await change(await planned(SINGLE_ACTIONS), body);
    expect(response.json()).toEqual({ code: 400, result: null, message: expect.stringMatching(message) });
  });

  it('says that a button has no use for words', async () => {
    const world = await planned(GRID_ACTIONS);
    const useless = await change(world, { action: 'U1', prompt: 'with a hat' });
    expect(useless.headers['x-cordgate-warnings']).toBe('prompt ignored: the button takes no words');
    const useful = await change(world, { action: 'V1', prompt: 'with a hat' });
    expect(useful.headers).not.toHaveProperty('x-cordgate-warnings');
    const plain = await change(world, { action: 'U1' });
    expect(plain.headers).not.toHaveProperty('x-cordgate-warnings');
  });
});

describe('the mask of a region', () => {
  it.each<[string, () => Promise<string> | string, RegExp]>([
    ['no PNG', () => Buffer.from('GIF89a').toString('base64'), /is no PNG/],
    ['a PNG that ends early', () => 'iVBORw0KGgo=', /cannot be read/],
    ['of another shape', () => plainMask(64, '#ffffff', 32), /is 64x32, the picture is 2048x2048/],
    ['all black', () => plainMask(2048, '#000000'), /no white pixels/],
  ])('%s is refused before anything is submitted', async (_what, mask, message) => {
    const { scene, id } = await planned(SINGLE_ACTIONS);
    const before = scene.tasks.orders.length;
    const response = await change({ scene, id }, { action: 'VaryRegion', maskBase64: await mask() });
    expect(response.json()).toEqual({ code: 400, result: null, message: expect.stringMatching(message) });
    expect(scene.tasks.orders).toHaveLength(before);
  });

  it('goes on as it came where it has the size of the picture, else at that size', async () => {
    const world = await planned(SINGLE_ACTIONS);
    const mask = await whiteMask(2048);
    await change(world, { action: 'VaryRegion', maskBase64: mask });
    expect(world.scene.tasks.orders.at(-1)?.form).toEqual({ mask });
    await change(world, { action: 'VaryRegion', maskBase64: await whiteMask(64) });
    const form = world.scene.tasks.orders.at(-1)?.form as { mask: string };
    expect(Buffer.from(form.mask, 'base64').readUInt32BE(16)).toBe(2048);
  });
});

describe('clips', () => {
  it.each([
    [{ action: 'VideoUpscale', index: 2 }, 'video-upscale'],
    [{ action: 'VideoUpscale', index: '2' }, 'video-upscale'],
    [{ action: 'videoupscale2' }, 'video-upscale'],
    [{ action: 'U2' }, 'video-upscale'],
    [{ action: 'ExtendLow', index: 2 }, 'extend-low'],
  ])('%j means the second one', async (body, kind) => {
    const world = await planned(CLIP_ACTIONS);
    const { result } = (await change(world, body)).json();
    const task = await world.scene.tasks.findTask(
      { id: 'painter', admin: false, bots: ['*'] },
      result,
      new AbortController().signal,
    );
    expect(task?.request.action).toMatchObject({ kind, index: 2 });
  });

  it.each([0, 10, 1.5, 'two', {}])('index %j is refused', async (index) => {
    const response = await change(await planned(CLIP_ACTIONS), { action: 'VideoUpscale', index });
    expect(response.json()).toMatchObject({ code: 400, message: expect.stringContaining('"index"') });
  });

  it('have buttons whose words can be sent', async () => {
    const { scene, id } = await planned(CLIP_ACTIONS);
    const { buttons } = await statusOf(scene, id);
    const words = buttons.map(({ action }: { action: string }) => action);
    expect(words).toEqual(['VideoUpscale1', 'ExtendLow1', 'VideoUpscale2', 'ExtendLow2']);
    for (const action of words) expect((await change({ scene, id }, { action })).json().code).toBe(0);
  });

  it.each<[string, Task['request'], boolean]>([
    ['an animation', { verb: 'act', prompt: 'a', links: [], files: 0, action: SINGLE_ACTIONS[3] }, true],
    ['an extension', { verb: 'act', prompt: 'a', links: [], files: 0, action: CLIP_ACTIONS[1] }, true],
    ['an upscaled clip', { verb: 'act', prompt: 'a', links: [], files: 0, action: CLIP_ACTIONS[0] }, true],
    ['--video', { verb: 'imagine', prompt: 'https://x.org/a.png a --video 1', links: [], files: 0 }, true],
    ['animate', { verb: 'animate', prompt: 'a', links: [], files: 1 }, true],
    ['a picture', { verb: 'imagine', prompt: 'a --videos', links: [], files: 0 }, false],
    ['an upscale', { verb: 'act', prompt: 'a', links: [], files: 0, action: GRID_ACTIONS[0] }, false],
  ])('of %s are animated pictures', async (_what, request, isClip) => {
    const scene = makeScene();
    const id = await imagine(scene);
    const [media] = scene.tasks.succeed(id, { request, warning: 'The prompt was not used.' }).media;
    expect(await statusOf(scene, id)).toMatchObject({
      videoRawUrl: isClip ? media?.url : '',
      videoUrl: isClip ? media?.url.replace('cdn.discordapp.com', 'cdn.example.org') : '',
      warning: 'The prompt was not used.',
    });
  });
});

describe('an action that is not there', () => {
  it('is answered with what is, in words of this API', async () => {
    const { json } = await change(await planned(SINGLE_ACTIONS), { action: 'PanLeft' });
    expect(json()).toMatchObject({
      code: 400,
      message: expect.stringContaining(
        `does not offer "PanLeft"; it offers: CustomZoom, VaryRegion, customId MJ::New::thing, AnimateHigh, customId MJ::Cancel`,
      ),
    });
  });

  it('is quoted, and every known one is listed', async () => {
    const { json } = await change(await planned(GRID_ACTIONS), { action: `U7${'x'.repeat(500)}` });
    const { message } = json();
    expect(message).toContain('The action "U7xxx');
    for (const word of ['U1-U4', 'Upscale4x', 'ExtendHigh1', 'VideoUpscale1', 'Retry', 'Remix', 'Bookmark']) {
      expect(message).toContain(word);
    }
    expect(message.length).toBeLessThan(700);
  });
});
