/** The studio: from words and controls to pictures and videos, and on from there. */
import type { Page } from 'playwright-core';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectAccessible, expectNoSidewaysScroll, startUi, type Ui } from './support.ts';

let ui: Ui;
let picture: Buffer;
let other: Buffer;
beforeAll(async () => {
  ui = await startUi();
  [picture, other] = await Promise.all([plain('#3366cc'), plain('#cc6633')]);
}, 120_000);
afterAll(() => ui.close());

const plain = (background: string) =>
  sharp({ create: { width: 64, height: 48, channels: 3, background } })
    .png()
    .toBuffer();
const fileOf = (name: string, buffer = picture) => ({ name, mimeType: 'image/png', buffer });
const stageOf = (page: Page) => page.locator('#stage');

/** What the page orders, as the gateway is told. */
function ordersOf(page: Page): Record<string, unknown>[] {
  const orders: Record<string, unknown>[] = [];
  page.on('request', (request) => {
    const isOrder = request.method() === 'POST' && request.url().endsWith('/cordgate/v1/tasks');
    if (isOrder) orders.push(request.postDataJSON() as Record<string, unknown>);
  });
  return orders;
}

async function draw(page: Page, words: string): Promise<void> {
  await page.getByLabel('Prompt', { exact: true }).fill(words);
  await page.getByRole('button', { name: 'Draw', exact: true }).click();
  await stageOf(page).getByRole('heading', { name: 'Imagine' }).waitFor();
  await stageOf(page).getByText(words).first().waitFor();
}

describe('drawing', () => {
  it('sends the words with the chosen parameters, and shows the picture with every button of the bot', async () => {
    const page = await ui.open({ at: '#/draw' });
    const orders = ordersOf(page);
    await page.getByText('The stage is empty').waitFor();
    await page.getByLabel('Prompt', { exact: true }).fill('a lighthouse in a storm');
    await page.getByLabel('Aspect ratio').selectOption('3:2');
    await page.getByRole('radio', { name: 'Relax' }).check();
    await page.getByText('More parameters').click();
    await page.getByLabel('Stylize').fill('300');
    await page.getByRole('switch', { name: 'Raw style' }).check({ force: true });
    await page.getByLabel('Prompt', { exact: true }).press('Control+Enter');
    await stageOf(page).getByText('Done').waitFor();
    expect(orders).toEqual([
      {
        model: 'midjourney',
        verb: 'imagine',
        prompt: 'a lighthouse in a storm --ar 3:2 --s 300 --raw',
        images: [],
        mode: 'relax',
      },
    ]);
    await stageOf(page).getByRole('img', { name: 'a lighthouse in a storm' }).waitFor();
    for (const group of ['Upscale', 'Vary']) {
      expect(await page.getByRole('group', { name: group }).getByRole('button').count()).toBe(4);
    }
    await page.getByRole('button', { name: 'More Draw again' }).waitFor();
    await expectAccessible(page);
  });

  it('shows progress with a preview while it runs, and stops on demand', async () => {
    const slow = await ui.open({ at: '#/draw' });
    await slow.route('**/cordgate/v1/tasks', async (route) => {
      if (route.request().method() !== 'POST') return route.continue();
      const response = await route.fetch();
      const { task, ahead } = await response.json();
      const preview = { url: `data:image/png;base64,${picture.toString('base64')}` };
      const running = { ...task, status: 'running', percent: 46, preview, revision: 1e6 };
      await route.fulfill({ status: 202, json: { task: running, ahead } });
    });
    await draw(slow, 'a slow snail');
    const bar = stageOf(slow).getByRole('progressbar');
    await slow.waitForFunction("document.querySelector('#stage [role=progressbar]')?.ariaValueNow === '46'");
    await bar.waitFor();
    await stageOf(slow).getByRole('img', { name: 'Preview at 46%' }).waitFor();
    await expectAccessible(slow);
    await slow.route('**/cancel', (route) =>
      route.fulfill({ json: { ...CANCELLED, id: route.request().url().split('/').at(-2) } }),
    );
    await stageOf(slow).getByRole('button', { name: 'Stop' }).click();
    await stageOf(slow).getByText('Cancelled').waitFor();
  });

  it('goes on with a picture by its buttons, each result a task of its own', async () => {
    const page = await ui.open({ at: '#/draw' });
    await draw(page, 'a red barn');
    await page.getByRole('button', { name: 'Upscale 2' }).click();
    await stageOf(page).getByRole('heading', { name: 'Upscale 2' }).waitFor();
    await page.getByRole('group', { name: 'Zoom out' }).waitFor();
    await page.getByRole('button', { name: 'Custom zoom…' }).click();
    const window = page.getByRole('dialog', { name: 'Custom zoom…' });
    expect(await window.getByLabel('Prompt').inputValue()).toMatch(/a red barn.*--zoom 1\.5$/);
    await expectAccessible(page);
    await window.getByRole('button', { name: 'Draw' }).click();
    await window.waitFor({ state: 'detached' });
    await page.getByRole('group', { name: 'Vary' }).getByRole('button', { name: 'Vary 4' }).waitFor();
    const strip = page.getByRole('list', { name: 'Your newest work' });
    await strip.getByRole('button', { name: 'Imagine: a red barn (Done)' }).first().click();
    await stageOf(page).getByRole('heading', { name: 'Imagine' }).waitFor();
  });

  it('says why a prompt was refused, and keeps the words', async () => {
    const page = await ui.open({ at: '#/draw' });
    await page.route('**/cordgate/v1/tasks', (route) =>
      route.request().method() === 'POST'
        ? route.fulfill({
            status: 400,
            json: {
              error: { message: 'The word is banned.', type: 'x', param: 'prompt', code: 'prompt_refused' },
            },
          })
        : route.continue(),
    );
    await page.getByLabel('Prompt', { exact: true }).fill('a forbidden thing');
    await page.getByRole('button', { name: 'Draw', exact: true }).click();
    await page.getByText('The word is banned.').waitFor();
    await page.getByText('Code: prompt_refused').waitFor();
    expect(await page.getByLabel('Prompt', { exact: true }).inputValue()).toBe('a forbidden thing');
  });

  it('sends nothing while there are no words', async () => {
    const page = await ui.open({ at: '#/draw' });
    const orders = ordersOf(page);
    await page.getByLabel('Prompt', { exact: true }).press('Control+Enter');
    expect(await page.getByRole('button', { name: 'Draw', exact: true }).isDisabled()).toBe(true);
    expect(orders).toEqual([]);
  });

  it('says that a task of the address is gone', async () => {
    const page = await ui.open({ at: '#/draw?task=1' });
    await page.getByText('This work is gone').waitFor();
  });
});

describe('the region editor', () => {
  it('gives the bot a mask of the size of the picture, white where the brush was', async () => {
    const page = await ui.open({ at: '#/draw' });
    const orders = ordersOf(page);
    await draw(page, 'a green hill');
    await page.getByRole('button', { name: 'Upscale 1' }).click();
    await page.getByRole('button', { name: 'Vary Region…' }).click();
    const window = page.getByRole('dialog', { name: 'Vary a region' });
    const send = window.getByRole('button', { name: 'Paint anew' });
    expect(await send.isDisabled()).toBe(true);
    await expectAccessible(page);
    const surface = window.getByRole('application');
    const box = await surface.boundingBox();
    if (!box) throw new Error('the editor is not shown');
    await page.mouse.move(box.x + box.width * 0.25, box.y + box.height * 0.25);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width * 0.5, box.y + box.height * 0.25, { steps: 5 });
    await page.mouse.up();
    await window.getByLabel('New prompt').fill('a blue hill');
    await send.click();
    await window.waitFor({ state: 'detached' });
    const { form, action } = orders.at(-1) as { form: { mask: string; prompt: string }; action: object };
    expect(action).toEqual({ customId: expect.stringContaining('Inpaint') });
    expect(form.prompt).toBe('a blue hill');
    const { at, width, height } = await readMask(form.mask);
    expect([width, height]).toEqual([64, 64]);
    expect(at(0.35, 0.25)).toBe(255);
    expect(at(0.35, 0.75)).toBe(0);
    expect(at(0.9, 0.25)).toBe(0);
    // A refused mask would leave the task without its picture.
    await stageOf(page).getByText('Done').waitFor();
  });

  it('can be painted, erased and undone by keys', async () => {
    const page = await ui.open({ at: '#/draw' });
    const orders = ordersOf(page);
    await draw(page, 'a quiet lake');
    await page.getByRole('button', { name: 'Upscale 3' }).click();
    await page.getByRole('button', { name: 'Vary Region…' }).click();
    const window = page.getByRole('dialog', { name: 'Vary a region' });
    await window.getByRole('button', { name: 'Mark all' }).click();
    await window.getByRole('radio', { name: 'Eraser' }).check();
    await window.getByRole('application').focus();
    for (const key of [
      'Space',
      'ArrowRight',
      'ArrowRight',
      'ArrowRight',
      'Space',
      'ArrowUp',
      'Space',
      'Space',
    ]) {
      await page.keyboard.press(key);
    }
    await window.getByRole('button', { name: 'Undo' }).click();
    await window.getByRole('button', { name: 'Paint anew' }).click();
    await window.waitFor({ state: 'detached' });
    const { form } = orders.at(-1) as { form: { mask: string } };
    const { at } = await readMask(form.mask);
    expect(at(0.55, 0.5)).toBe(0);
    expect(at(0.05, 0.05)).toBe(255);
    expect(at(0.95, 0.5)).toBe(255);
  });
});

describe('pictures as a beginning', () => {
  it('describes a dropped picture, and draws one of the answers', async () => {
    const page = await ui.open({ at: '#/draw?tab=describe' });
    const data = await page.evaluateHandle(`(() => {
      const bytes = Uint8Array.from(atob('${picture.toString('base64')}'), (c) => c.charCodeAt(0));
      const transfer = new DataTransfer();
      transfer.items.add(new File([bytes], 'hill.png', { type: 'image/png' }));
      return transfer;
    })()`);
    await page.getByText('Drop pictures here').dispatchEvent('drop', { dataTransfer: data });
    await page.getByRole('img', { name: 'Picture 1' }).waitFor();
    await page.getByRole('button', { name: 'Describe' }).click();
    await stageOf(page).getByText('Done').waitFor();
    expect(await stageOf(page).getByRole('listitem').count()).toBeGreaterThanOrEqual(4);
    await page.getByRole('button', { name: 'Draw line 2', exact: true }).first().click();
    await stageOf(page).getByRole('heading', { name: 'Draw line 2' }).waitFor();
  });

  it('blends two to five pictures', async () => {
    const page = await ui.open({ at: '#/draw?tab=blend' });
    const orders = ordersOf(page);
    const files = page.getByLabel('Pictures to blend');
    await files.last().setInputFiles([fileOf('one.png')]);
    const blend = page.getByRole('button', { name: 'Blend', exact: true });
    expect(await blend.isDisabled()).toBe(true);
    await files.last().setInputFiles([fileOf('two.png', other), fileOf('three.png')]);
    await page.getByRole('button', { name: 'Remove three.png' }).click();
    await page.getByRole('radio', { name: 'Landscape' }).check();
    await expectAccessible(page);
    await blend.click();
    await stageOf(page).getByRole('heading', { name: 'Blend' }).waitFor();
    await stageOf(page).getByText('Done').waitFor();
    expect(orders).toHaveLength(1);
    expect(orders[0]).toMatchObject({ verb: 'blend', dimensions: 'landscape' });
    expect(orders[0]?.images).toHaveLength(2);
  });

  it('films words with Pika, remixes the clip, and saves it', async () => {
    const page = await ui.open({ at: '#/draw?tab=video' });
    await page.getByLabel('Prompt', { exact: true }).fill('a red fox runs');
    await page.getByLabel('Camera').selectOption('Zoom in');
    await page.getByRole('button', { name: 'Create video' }).click();
    await stageOf(page).getByText('Done').waitFor();
    await stageOf(page).getByText('a red fox runs -camera zoom in').first().waitFor();
    expect(await stageOf(page).locator('video').count()).toBe(1);
    const [file] = await Promise.all([
      page.waitForEvent('download'),
      stageOf(page).getByRole('button', { name: 'Download' }).click(),
    ]);
    expect(file.suggestedFilename()).toMatch(/\.mp4$/);
    expect(await file.failure()).toBeNull();
    await page.getByRole('button', { name: 'Remix…' }).click();
    await page.getByRole('dialog').getByLabel('Prompt').fill('a grey fox sleeps');
    await page.getByRole('dialog').getByRole('button', { name: 'Draw' }).click();
    await stageOf(page).getByText('a grey fox sleeps').first().waitFor();
  });

  it('animates a picture', async () => {
    const page = await ui.open({ at: '#/draw?tab=video' });
    const orders = ordersOf(page);
    await page.getByLabel('First picture').setInputFiles([fileOf('cat.png')]);
    await page.getByRole('button', { name: 'Animate' }).click();
    await stageOf(page).getByRole('heading', { name: 'Animate' }).waitFor();
    await stageOf(page).getByText('Done').waitFor();
    expect(orders[0]).toMatchObject({ model: 'pika', verb: 'animate' });
  });
});

describe('the studio', () => {
  it.each([
    ['dark', 'zh', 320],
    ['light', 'en', 1280],
  ] as const)('is accessible in %s and %s at %i pixels, and fits', async (theme, language, width) => {
    const page = await ui.open({ at: '#/draw', theme, language, width });
    await page.locator('#stage').waitFor();
    await page.locator('summary').click();
    await expectAccessible(page);
    await expectNoSidewaysScroll(page);
  });
});

/** What the gateway says of a task that was ended. */
const CANCELLED = {
  bot: 'midjourney',
  driver: 'midjourney',
  model: 'midjourney',
  key: 'test',
  account: 'alice',
  channelId: '1',
  status: 'cancelled',
  percent: 46,
  request: { verb: 'imagine', prompt: 'a slow snail', links: [], files: 0 },
  media: [],
  actions: [],
  trace: {},
  timeline: [],
  submittedAt: Date.now(),
  revision: 2e6,
};

/** The pixels of a mask; `at` takes places as parts of its width and height. */
async function readMask(dataUrl: string) {
  const png = Buffer.from(dataUrl.replace(/^data:image\/png;base64,/, ''), 'base64');
  const { data, info } = await sharp(png).removeAlpha().raw().toBuffer({ resolveWithObject: true });
  const { width, height, channels } = info;
  const at = (x: number, y: number) =>
    data[(Math.floor(y * height) * width + Math.floor(x * width)) * channels];
  return { at, width, height };
}
