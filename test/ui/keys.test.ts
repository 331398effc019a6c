/** Keys: made, shown once, limited, revoked; and what was used with them. */
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
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
afterEach(async () => {
  // Open pages go on listening, which slows the next test.
  await Promise.all(ui.browser.contexts().map((context) => context.close()));
});
afterAll(() => ui.close());

const keysOf = (page: Page) => page.getByRole('region', { name: 'Keys', exact: true });
const usageOf = (page: Page) => page.getByRole('region', { name: 'Usage' }).first();
const rowOf = (page: Page, name: string) => keysOf(page).getByRole('row').filter({ hasText: name });
const today = (back = 0) => new Date(Date.now() - back * 86_400_000).toISOString().slice(0, 10);

function withKey(key: string, path: string): Promise<Response> {
  return fetch(ui.world.url + path, { headers: { authorization: `Bearer ${key}` } });
}

async function makeKey(body: object): Promise<string> {
  const answer = await ui.world.post('/admin/api/keys', body);
  const { key } = (await answer.json()) as { key: string };
  return key;
}

/** A page of usage that the gateway could have answered with. */
async function fakeUsage(page: Page, daily: readonly object[]): Promise<string[]> {
  const asked: string[] = [];
  await page.route('**/admin/api/usage*', (route) => {
    asked.push(new URL(route.request().url()).searchParams.get('since') ?? '');
    return route.fulfill({ json: { usage: [], total: {}, daily } });
  });
  return asked;
}

const used = (day: string, key: string, more: object) => ({
  day,
  key,
  bot: 'coze',
  chats: 0,
  promptTokens: 0,
  completionTokens: 0,
  pictures: 0,
  videos: 0,
  ...more,
});

describe('the keys', () => {
  it('of the file are listed, and cannot be changed here', async () => {
    const page = await ui.open({ at: '#/keys' });
    await rowOf(page, 'test').getByText('Admin').waitFor();
    await rowOf(page, 'test').getByText('yours').waitFor();
    await rowOf(page, 'other').getByText('cordgate.yaml, changed there only').waitFor();
    expect(await rowOf(page, 'other').getByRole('button').count()).toBe(0);
  });

  it('are made, shown once with a button to copy, and open the gateway', async () => {
    const page = await ui.open({ at: '#/keys' });
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    await page.getByRole('button', { name: 'New key' }).click();
    const form = page.getByRole('dialog', { name: 'New key' });
    await form.getByRole('button', { name: 'Create key' }).click();
    await form.getByText('Give it a name.').waitFor();
    await form.getByLabel('Name').fill('小明的应用');
    await form.getByText('All bots').click();
    await form.getByRole('button', { name: 'Create key' }).click();
    await form.getByText('Choose at least one bot.').waitFor();
    await expectAccessible(page);
    await form.getByLabel('coze').check();
    await form.getByLabel('Requests per minute').fill('30');
    await page.keyboard.press('Enter');

    const made = page.getByRole('dialog', { name: 'Key for 小明的应用' });
    await made.getByRole('button', { name: 'Copy key' }).click();
    const key = await page.evaluate<string>('navigator.clipboard.readText()');
    expect(key).toMatch(/^sk-cordgate-/);
    await expectAccessible(page);
    expect(await (await withKey(key, '/cordgate/v1/me')).json()).toMatchObject({
      name: '小明的应用',
      bots: ['coze'],
    });
    await page.keyboard.press('Escape');
    await made.getByText('It cannot be shown again.', { exact: false }).waitFor();
    await made.getByRole('button', { name: 'I have kept it' }).click();
    const row = rowOf(page, '小明的应用');
    await row.getByRole('cell', { name: '30', exact: true }).waitFor();
    expect(await page.content()).not.toContain(key);
    await page.reload();
    await row.waitFor();
    expect(await page.content()).not.toContain(key);
  });

  it('say at the field when their name is taken', async () => {
    const page = await ui.open({ at: '#/keys' });
    await page.getByRole('button', { name: 'New key' }).click();
    await page.getByLabel('Name').fill('other');
    await page.keyboard.press('Enter');
    await page.getByRole('dialog').getByText('There is a key of this name already.').waitFor();
  });

  it('are limited to bots and to a number of requests', async () => {
    const key = await makeKey({ name: 'limited' });
    const page = await ui.open({ at: '#/keys' });
    await page.getByRole('button', { name: 'Change limited' }).click();
    const dialog = page.getByRole('dialog', { name: 'Change limited' });
    await dialog.getByText('All bots').click();
    await dialog.getByLabel('pika').check();
    await dialog.getByLabel('Requests per minute').fill('5');
    await dialog.getByRole('button', { name: 'Save' }).click();
    await rowOf(page, 'limited').getByRole('cell', { name: 'pika' }).waitFor();
    await rowOf(page, 'limited').getByRole('cell', { name: '5', exact: true }).waitFor();
    expect(await (await withKey(key, '/cordgate/v1/me')).json()).toMatchObject({ bots: ['pika'] });
  });

  it('are revoked after a question, and refused from then on', async () => {
    const key = await makeKey({ name: 'leaving' });
    const page = await ui.open({ at: '#/keys' });
    await page.getByRole('button', { name: 'Revoke leaving' }).click();
    const dialog = page.getByRole('dialog', { name: 'Revoke leaving?' });
    await dialog.getByRole('button', { name: 'Cancel' }).click();
    expect((await withKey(key, '/cordgate/v1/me')).status).toBe(200);
    await page.getByRole('button', { name: 'Revoke leaving' }).click();
    await dialog.getByRole('button', { name: 'Revoke key' }).click();
    await page.getByText('leaving was revoked.').waitFor();
    await rowOf(page, 'leaving').waitFor({ state: 'detached' });
    expect((await withKey(key, '/cordgate/v1/me')).status).toBe(401);
  });

  it('that is revoked while it is signed in with ends the session', async () => {
    const own = await makeKey({ name: 'operator-2', admin: true });
    const page = await ui.open({ at: '#/keys', key: own });
    await page.getByRole('button', { name: 'Revoke operator-2' }).click();
    await page.getByText('You are signed in with this key', { exact: false }).waitFor();
    await page.getByRole('button', { name: 'Revoke key' }).click();
    await page.getByText('Your key is no longer accepted', { exact: false }).waitFor();
  });
});

describe('the usage', () => {
  it('counts what was asked, for each key and bot', async () => {
    const answer = await ui.world.chat('Say something short.', { authorization: `Bearer ${USER_KEY}` });
    expect(answer.status).toBe(200);
    const page = await ui.open({ at: '#/keys' });
    const row = usageOf(page).getByRole('row').filter({ hasText: 'other' });
    await row.getByRole('cell', { name: 'coze' }).waitFor();
    expect(await row.getByRole('cell').nth(2).textContent()).toBe('1');
    await usageOf(page)
      .getByRole('img', { name: 'Chats per day: 1 in all, at most 1 on one day.' })
      .waitFor();
  });

  it('is drawn and listed for a period, a key and a kind, which all stand in the address', async () => {
    const page = await ui.open({ at: '#/nowhere' });
    const asked = await fakeUsage(page, [
      used(today(), 'lobe', { chats: 4, promptTokens: 900, completionTokens: 100 }),
      used(today(1), 'lobe', { chats: 6, promptTokens: 1_500, completionTokens: 500 }),
      used(today(1), '', { chats: 1, promptTokens: 7, completionTokens: 3 }),
    ]);
    await page.goto(`${ui.url}#/keys`);
    await page.getByRole('img', { name: 'Chats per day: 11 in all, at most 7 on one day.' }).waitFor();
    expect(asked).toEqual([today(29)]);
    await usageOf(page).getByRole('radio', { name: 'Tokens' }).check();
    await page
      .getByRole('img', { name: 'Tokens per day: 3,010 in all, at most 2,010 on one day.' })
      .waitFor();
    await page.getByLabel('Key', { exact: true }).selectOption({ label: 'lobe' });
    await page.getByRole('img', { name: 'Tokens per day: 3,000 in all' }).waitFor();
    await usageOf(page).getByRole('radio', { name: 'By day' }).check();
    expect(await usageOf(page).getByRole('row').count()).toBe(3);
    await usageOf(page).getByRole('radio', { name: '7 days' }).check();
    await expect.poll(() => asked.at(-1)).toBe(today(6));
    expect(new URL(page.url()).hash).toBe('#/keys?of=tokens&key=%3Dlobe&by=day&period=7');
    await expectAccessible(page);
    await page.reload();
    await page.getByRole('img', { name: 'Tokens per day: 3,000 in all' }).waitFor();
  });

  it('says what failed beside the keys, and tries again', async () => {
    const page = await ui.open({ at: '#/nowhere' });
    await page.route('**/admin/api/usage*', (route) =>
      route.fulfill({
        status: 503,
        json: { error: { message: 'The store sleeps.', type: 'x', param: null, code: 'store_unavailable' } },
      }),
    );
    await page.goto(`${ui.url}#/keys`);
    await page.getByText('The store sleeps.').waitFor();
    await rowOf(page, 'other').waitFor();
    await page.unroute('**/admin/api/usage*');
    await fakeUsage(page, []);
    await page.getByRole('button', { name: 'Try again' }).click();
    await page.getByText('Nothing used in this period').waitFor();
    await expectAccessible(page);
  });
});

describe('the page of keys', () => {
  it('says what a lost connection did to an order, and does it once it is back', async () => {
    await makeKey({ name: 'cut-off' });
    const page = await ui.open({ at: '#/keys' });
    await page.getByRole('button', { name: 'Revoke cut-off' }).click();
    const dialog = page.getByRole('dialog');
    ui.wire.cut();
    await dialog.getByRole('button', { name: 'Revoke key' }).click();
    await page.getByText('The gateway does not answer.').waitFor();
    ui.wire.mend();
    await dialog.getByRole('button', { name: 'Revoke key' }).click();
    await page.getByText('cut-off was revoked.').waitFor();
  });

  it('shows 500 keys, and what no keys mean', async () => {
    const page = await ui.open({ at: '#/nowhere' });
    let keys: object[] = Array.from({ length: 500 }, (_, index) => ({
      name: `client ${index}`,
      bots: ['*'],
      admin: false,
      source: 'made',
      createdAt: Date.now(),
    }));
    await page.route('**/admin/api/keys', (route) => route.fulfill({ json: { keys } }));
    await page.goto(`${ui.url}#/keys`);
    await rowOf(page, 'client 499').waitFor();
    keys = [];
    await page.reload();
    await page.getByText('No keys').waitFor();
  });

  it('is closed to keys without admin rights', async () => {
    const page = await ui.open({ at: '#/keys', key: USER_KEY });
    await page.getByText('This page needs an admin key').waitFor();
    expect(await page.content()).not.toContain(ADMIN_KEY);
  });

  it.each([
    ['light', 'en', 1280],
    ['dark', 'zh', 320],
  ] as const)('is accessible in %s and %s at %i pixels, and fits', async (theme, language, width) => {
    const page = await ui.open({ at: '#/nowhere', theme, language, width });
    await fakeUsage(page, [
      used(today(), '小明的应用', { chats: 1_234, promptTokens: 1_552_200, completionTokens: 400_000 }),
      used(today(3), 'nextchat', { bot: 'midjourney', pictures: 40 }),
    ]);
    await page.goto(`${ui.url}#/keys`);
    await page.locator('canvas').waitFor();
    await expectAccessible(page);
    await expectNoSidewaysScroll(page);
  });
});
