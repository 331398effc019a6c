/** The gallery: all tasks, what happened to each, and what can be done with it. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  ADMIN_KEY,
  expectAccessible,
  expectNoSidewaysScroll,
  startUi,
  type Ui,
  USER_KEY,
} from './support.ts';

let ui: Ui;
beforeAll(async () => {
  ui = await startUi();
}, 120_000);
afterAll(() => ui.close());

/** The machine may have other work. */
const SOON = { timeout: 15_000 };
const AT = '#/gallery';
const TASKS = '**/cordgate/v1/tasks?*';
const bearer = (key: string) => ({ authorization: `Bearer ${key}`, 'content-type': 'application/json' });
const refusal = (status: number, message: string, code: string) => ({
  status,
  json: { error: { message, type: 'x', param: null, code } },
});

interface Made {
  readonly id: string;
  readonly status: string;
}

async function order(prompt: string, key = ADMIN_KEY, driver = 'midjourney'): Promise<Made> {
  const verb = driver === 'pika' ? 'create' : 'imagine';
  const response = await ui.world.post('/cordgate/v1/tasks', { driver, verb, prompt }, bearer(key));
  return ((await response.json()) as { task: Made }).task;
}

async function read(id: string): Promise<Made | undefined> {
  const response = await fetch(`${ui.world.url}/cordgate/v1/tasks/${id}`, { headers: bearer(ADMIN_KEY) });
  return response.ok ? ((await response.json()) as Made) : undefined;
}

async function finished(prompt: string, key = ADMIN_KEY, driver = 'midjourney'): Promise<Made> {
  const { id } = await order(prompt, key, driver);
  const giveUpAt = Date.now() + 20_000;
  while (!/succeeded|failed/.test((await read(id))?.status ?? '')) {
    if (Date.now() > giveUpAt) throw new Error(`"${prompt}" does not end`);
    await sleep(50);
  }
  return { id, status: 'succeeded' };
}

const tile = (page: Page, words: string) => page.getByRole('link').filter({ hasText: words });

describe('the gallery', () => {
  it('is empty at first, and leads to the studio', async () => {
    const page = await ui.open({ at: AT });
    await page.getByText('Nothing drawn yet').waitFor();
    await expectAccessible(page);
    await page.getByRole('link', { name: 'Open the studio' }).click();
    await page.getByRole('heading', { level: 1, name: 'Studio' }).waitFor();
  });

  it('shows a new task at once, its progress, and its picture', async () => {
    const page = await ui.open({ at: AT });
    await page.getByText('Nothing drawn yet').waitFor();
    await order('a first castle');
    const first = tile(page, 'a first castle');
    await first.getByText(/Queued|Sent|Begun|Running/).waitFor();
    await first.locator('img').waitFor();
    await expect.poll(() => first.getByText('Running').count(), SOON).toBe(0);
  });

  it('tells of new tasks without moving what is looked at', async () => {
    for (let number = 1; number <= 9; number += 1) await order(`tower ${number}`);
    const page = await ui.open({ at: AT, height: 500 });
    const second = tile(page, 'tower 1');
    await second.scrollIntoViewIfNeeded();
    await page.mouse.wheel(0, 200);
    await expect.poll(() => page.evaluate('window.scrollY'), SOON).toBeGreaterThan(50);
    const before = await second.boundingBox();
    await order('a late cottage');
    const news = page.getByRole('button', { name: 'Show one new task' });
    await news.waitFor();
    expect(await second.boundingBox()).toEqual(before);
    await news.click();
    await tile(page, 'a late cottage').waitFor();
    await expect.poll(() => page.evaluate('window.scrollY')).toBe(0);
  });

  it('filters by words, state, bot, account and day, and keeps the filter in the address', async () => {
    await finished('一只橘猫在看书');
    await finished('a fox runs', USER_KEY, 'pika');
    const page = await ui.open({ at: AT });
    await tile(page, 'a fox runs').waitFor();
    await page.getByRole('searchbox', { name: 'Words' }).fill('橘猫');
    await expect.poll(() => tile(page, 'a fox runs').count(), SOON).toBe(0);
    await tile(page, '一只橘猫在看书').waitFor();
    expect(page.url()).toContain('words=');
    await page.reload();
    await tile(page, '一只橘猫在看书').waitFor();
    expect(await tile(page, 'tower').count()).toBe(0);
    await page.getByRole('button', { name: 'Reset' }).first().click();
    await page.getByRole('combobox', { name: 'Bot' }).selectOption('pika');
    await tile(page, 'a fox runs').waitFor();
    await expect.poll(() => tile(page, 'tower').count(), SOON).toBe(0);
    await page.getByRole('combobox', { name: 'Account' }).selectOption('alice');
    await page.getByRole('combobox', { name: 'State' }).selectOption('failed');
    await page.getByText('No task matches').waitFor();
    await page.getByRole('combobox', { name: 'State' }).selectOption('succeeded');
    await tile(page, 'a fox runs').waitFor();
    await page.getByLabel('From').fill('2031-01-01');
    await page.getByText('No task matches').waitFor();
    await page.getByLabel('From').fill(new Date().toISOString().slice(0, 10));
    await page.getByLabel('Up to').fill('2031-01-01');
    await tile(page, 'a fox runs').waitFor();
    const query = new URLSearchParams(page.url().split('?')[1]);
    expect(Object.fromEntries(query)).toMatchObject({
      bot: 'pika',
      account: 'alice',
      status: 'succeeded',
      to: '2031-01-01',
    });
    await expectAccessible(page);
  });

  it('lists as pictures or as lines', async () => {
    const page = await ui.open({ at: AT });
    await tile(page, 'a fox runs').waitFor();
    await page.getByRole('radio', { name: 'List' }).click();
    await page.getByRole('listitem').filter({ hasText: 'a fox runs' }).getByText('Done').waitFor();
    await expectAccessible(page);
    expect(page.url()).toContain('view=list');
  });

  it('shows admins all tasks, others their own', async () => {
    const page = await ui.open({ at: AT, key: USER_KEY });
    await tile(page, 'a fox runs').waitFor();
    expect(await tile(page, 'castle').count()).toBe(0);
    expect(await page.getByRole('combobox', { name: 'Key' }).count()).toBe(0);
  });

  it('says what failed, and tries again', async () => {
    const page = await ui.open({ at: '#/nowhere' });
    await page.route(TASKS, (route) => route.fulfill(refusal(503, 'The store sleeps.', 'store_unavailable')));
    await page.goto(`${ui.url}${AT}`);
    await page.getByText('The store sleeps.').waitFor();
    await expectAccessible(page);
    await page.unroute(TASKS);
    await page.getByRole('button', { name: 'Try again' }).click();
    await tile(page, 'a fox runs').waitFor();
  });

  it('catches up after a lost connection', async () => {
    const page = await ui.open({ at: AT });
    await tile(page, 'a fox runs').waitFor();
    await page.getByRole('status').getByText('Live', { exact: true }).first().waitFor();
    ui.wire.cut();
    await page.getByText('Reconnecting').first().waitFor();
    await order('made in the dark');
    ui.wire.mend();
    await tile(page, 'made in the dark').waitFor();
  });

  it('ends the session when the key is refused', async () => {
    const page = await ui.open({ at: '#/nowhere' });
    await page.route(TASKS, (route) => route.fulfill(refusal(401, 'no', 'invalid_api_key')));
    await page.goto(`${ui.url}${AT}`);
    await page.getByText('Your key is no longer accepted.').waitFor();
  });
});

describe('a task in the gallery', () => {
  it('is opened with its order, every event, and its ids; the way back leads to the same place', async () => {
    const { id } = await finished('a detailed harbour');
    const page = await ui.open({ at: `${AT}?words=harbour` });
    await tile(page, 'a detailed harbour').click();
    await page.getByRole('heading', { level: 1, name: 'Imagine' }).waitFor();
    expect(page.url()).toContain(id);
    const events = page.getByRole('list', { name: 'What happened' });
    for (const words of ['Sent', 'Running', 'Done']) await events.getByText(words).first().waitFor();
    await page.getByText(id, { exact: true }).first().waitFor();
    await page.getByText('messageId', { exact: true }).waitFor();
    await page.getByRole('region', { name: 'Result' }).locator('img').waitFor();
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    await page.getByRole('button', { name: 'Copy the id' }).click();
    await expect.poll(() => page.evaluate('navigator.clipboard.readText()')).toBe(id);
    await expectAccessible(page);
    await page.getByRole('main').getByRole('link', { name: 'Gallery' }).click();
    await tile(page, 'a detailed harbour').waitFor();
    expect(page.url()).toContain('words=harbour');
  });

  it('is gone on with in the studio', async () => {
    const { id } = await finished('a harbour to go on with');
    const page = await ui.open({ at: `${AT}/${id}` });
    const link = page.getByRole('link', { name: 'Go on in the studio' });
    expect(await link.getAttribute('href')).toBe(`#/draw?task=${id}`);
    await link.click();
    await page.getByRole('heading', { level: 1, name: 'Studio' }).waitFor();
  });

  it('is ordered again, cancelled, and deleted after a question', async () => {
    ui.world.sim.script({ midjourney: { match: 'a slow harbour', noFinal: 30 } });
    const { id } = await order('a slow harbour');
    const page = await ui.open({ at: `${AT}/${id}` });
    await page.getByRole('button', { name: 'Cancel task' }).click();
    await page.getByText('The task was cancelled.').first().waitFor();
    await page.getByRole('button', { name: 'Order again' }).click();
    await page.getByText('The same was ordered again.').waitFor();
    await expect.poll(() => page.url(), SOON).not.toContain(id);
    await page.getByRole('button', { name: 'Cancel task' }).click();
    await page.getByRole('button', { name: 'Delete' }).click();
    await page.getByText('Delete this task?').waitFor();
    await expectAccessible(page);
    const second = /gallery\/(\d+)/.exec(page.url())?.[1] ?? '';
    await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
    await page.getByText('The task was deleted.').waitFor();
    await page.getByRole('heading', { level: 1, name: 'Gallery' }).waitFor();
    await tile(page, 'a slow harbour').first().waitFor();
    expect(await tile(page, 'a slow harbour').count()).toBe(1);
    expect(await read(second)).toBeUndefined();
  });

  it('leaves the listing as soon as it is deleted from there', async () => {
    await finished('a harbour to forget');
    const page = await ui.open({ at: AT });
    await tile(page, 'a harbour to forget').click();
    await page.getByRole('button', { name: 'Delete' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
    await tile(page, 'a detailed harbour').waitFor();
    expect(await tile(page, 'a harbour to forget').count()).toBe(0);
  });

  it('that failed says why', async () => {
    ui.world.sim.script({ midjourney: { match: 'forbidden', notice: 'banned-prompt' } });
    const { id } = await finished('a forbidden harbour');
    const page = await ui.open({ at: `${AT}/${id}` });
    await page.getByRole('alert').getByText('prompt_refused').waitFor();
    await page.getByText('It made nothing.').waitFor({ state: 'detached' });
    await expectAccessible(page);
  });

  it('plays and saves its video', async () => {
    const { id } = await finished('a film of the sea', ADMIN_KEY, 'pika');
    const page = await ui.open({ at: `${AT}/${id}` });
    await page.locator('video[controls]').waitFor();
    const [file] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Download' }).click(),
    ]);
    expect(file.suggestedFilename()).toMatch(/\.mp4$/);
  });

  it('that is gone is said to be gone', async () => {
    const page = await ui.open({ at: `${AT}/1211421713496994992` });
    await page.getByText('There is no such task').waitFor();
    await expectAccessible(page);
  });

  it('changes before one’s eyes', async () => {
    ui.world.sim.script({ midjourney: { match: 'a live harbour', stepEveryMs: 8_000 } });
    const { id } = await order('a live harbour');
    const page = await ui.open({ at: `${AT}/${id}` });
    await page.getByRole('progressbar', { name: 'Progress' }).waitFor();
    await page.getByRole('link', { name: 'Go on in the studio' }).waitFor();
  });
});

describe('the page', () => {
  beforeAll(async () => void (await finished('a 港口 to look at')));

  it.each([
    ['light', 'en', 1280, ''],
    ['dark', 'zh', 320, ''],
    ['dark', 'zh', 320, '?view=list'],
  ] as const)('is accessible in %s and %s at %i pixels, and fits', async (theme, language, width, query) => {
    const page = await ui.open({ at: `${AT}${query}`, theme, language, width });
    await tile(page, 'a 港口 to look at').waitFor();
    await expectAccessible(page);
    if (width === 320) {
      await page.getByRole('button', { name: '筛选' }).click();
      await page.getByRole('searchbox').waitFor();
      await expectAccessible(page);
    }
    await expectNoSidewaysScroll(page);
    await tile(page, 'a 港口 to look at').click();
    await page.getByRole('region').first().waitFor();
    await expectAccessible(page);
    await expectNoSidewaysScroll(page);
  });

  it('can be walked through by keys, and comes back to where it was', async () => {
    const page = await ui.open({ at: AT, height: 500 });
    const link = tile(page, 'a 港口 to look at');
    await link.focus();
    const before = await page.evaluate<number>('window.scrollY');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { level: 1, name: 'Imagine' }).waitFor();
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { level: 1, name: 'Gallery' }).waitFor();
    await expect.poll(() => page.evaluate('window.scrollY'), SOON).toBe(before);
  });
});
