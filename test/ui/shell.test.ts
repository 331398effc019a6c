/** The frame of the interface: signing in, the menu, the connection, theme and language. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  ADMIN_KEY,
  expectAccessible,
  expectNoSidewaysScroll,
  signIn,
  startUi,
  type Ui,
  USER_KEY,
} from './support.ts';

let ui: Ui;
beforeAll(async () => {
  ui = await startUi();
}, 120_000);
afterAll(() => ui.close());

describe('signing in', () => {
  it('takes a key, keeps it out of the address, and remembers it for this tab only', async () => {
    const page = await ui.open({ key: null, at: '#/draw' });
    await page.getByLabel('API key').fill(ADMIN_KEY);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('heading', { level: 1, name: 'Studio' }).waitFor();
    expect(page.url()).not.toContain(ADMIN_KEY);
    await page.reload();
    await page.getByRole('heading', { level: 1, name: 'Studio' }).waitFor();
    expect(await page.evaluate('JSON.stringify({ ...localStorage })')).not.toContain(ADMIN_KEY);
  });

  it('says what is wrong with a key', async () => {
    const page = await ui.open({ key: null });
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByText('Enter a key.').waitFor();
    await signIn(page, 'sk-nobody');
    await page.getByText('The gateway does not know this key.').waitFor();
    await expectAccessible(page);
  });

  it('asks again when the key has expired, and goes on at the same place', async () => {
    const page = await ui.open({ at: '#/draw' });
    await page.getByRole('heading', { level: 1, name: 'Studio' }).waitFor();
    const refusal = {
      status: 401,
      json: { error: { message: 'no', type: 'x', param: null, code: 'invalid_key' } },
    };
    await page.route('**/cordgate/v1/**', (route) => route.fulfill(refusal));
    await page.reload();
    await page.getByText('Your key is no longer accepted').waitFor();
    await page.unroute('**/cordgate/v1/**');
    await signIn(page);
    await page.getByRole('heading', { level: 1, name: 'Studio' }).waitFor();
  });

  it('ends the session of a key that is revoked meanwhile, without a reload', async () => {
    const admin = { authorization: `Bearer ${ADMIN_KEY}` };
    const made = await ui.world.post('/admin/api/keys', { name: 'guest' }, admin);
    const { key } = (await made.json()) as { key: string };
    const page = await ui.open({ at: '#/draw', key });
    await page.getByText('Key “guest”').waitFor();
    await fetch(`${ui.world.url}/admin/api/keys/guest`, { method: 'DELETE', headers: admin });
    await page.getByLabel('Prompt', { exact: true }).fill('a cat');
    await page.getByRole('button', { name: 'Draw', exact: true }).click();
    await page.getByText('Your key is no longer accepted').waitFor();
    expect(await page.evaluate('JSON.stringify({ ...sessionStorage })')).not.toContain(key);
  });

  it('goes on by itself when the gateway comes back', async () => {
    const page = await ui.open({ at: '#/draw' });
    await page.getByRole('heading', { level: 1, name: 'Studio' }).waitFor();
    await page.route('**/cordgate/v1/me', (route) => route.abort());
    await page.reload();
    await page.getByText('The gateway cannot be reached').waitFor();
    await page.unroute('**/cordgate/v1/me');
    await page.getByRole('heading', { level: 1, name: 'Studio' }).waitFor();
  });

  it('forgets the key on signing out', async () => {
    const page = await ui.open();
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByLabel('API key').waitFor();
    expect(await page.evaluate('JSON.stringify({ ...sessionStorage })')).not.toContain(ADMIN_KEY);
  });

  it('shows keys without admin rights no pages of the operator', async () => {
    const page = await ui.open({ key: USER_KEY });
    await page.getByRole('link', { name: 'Studio', exact: true }).waitFor();
    expect(await page.getByRole('link', { name: 'Logs', exact: true }).count()).toBe(0);
  });
});

describe('the frame', () => {
  it('follows the browser in language and theme, and lets both be chosen for good', async () => {
    const page = await ui.open({ language: 'zh', theme: 'dark' });
    await page.getByRole('link', { name: '概览', exact: true }).waitFor();
    await expect.poll(() => page.evaluate('document.documentElement.lang')).toBe('zh-CN');
    expect(await background(page)).toBe('rgb(14, 16, 18)');
    await page.getByRole('combobox', { name: '语言' }).selectOption('en');
    await page.getByRole('radio', { name: 'Light' }).check();
    await page.reload();
    await page.getByRole('link', { name: 'Overview', exact: true }).waitFor();
    expect(await background(page)).toBe('rgb(246, 246, 244)');
  });

  it.each([
    ['light', 'en'],
    ['dark', 'zh'],
  ] as const)('is accessible in %s and %s', async (theme, language) => {
    const page = await ui.open({ theme, language, at: '#/nowhere' });
    await expectAccessible(page);
  });

  it('fits a window of 320 pixels, with all pages behind "More"', async () => {
    const page = await ui.open({ width: 320, height: 640 });
    await expectNoSidewaysScroll(page);
    await page.getByRole('button', { name: 'More' }).click();
    const menu = page.getByRole('dialog', { name: 'Menu' });
    await expectAccessible(page);
    await menu.getByRole('link', { name: 'Studio', exact: true }).click();
    await page.getByRole('heading', { level: 1, name: 'Studio' }).waitFor();
    await menu.waitFor({ state: 'detached' });
  });

  it('can be walked through by keys, beginning with a way past the menu', async () => {
    const page = await ui.open();
    await page.getByRole('link', { name: 'Overview', exact: true }).waitFor();
    await page.keyboard.press('Tab');
    await expect.poll(() => page.evaluate('document.activeElement.textContent')).toBe('Skip to content');
    await page.keyboard.press('Enter');
    await expect.poll(() => page.evaluate('document.activeElement.id')).toBe('content');
  });

  it('says when the connection is lost, and when it is back', async () => {
    const page = await ui.open();
    await page.getByRole('status').getByText('Live', { exact: true }).first().waitFor();
    ui.wire.cut();
    await page.getByText('Reconnecting').first().waitFor();
    ui.wire.mend();
    await page.getByRole('status').getByText('Live', { exact: true }).first().waitFor();
  });
});

function background(page: { evaluate<T>(code: string): Promise<T> }): Promise<string> {
  return page.evaluate<string>('getComputedStyle(document.documentElement).backgroundColor');
}
