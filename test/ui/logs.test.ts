/** The log: live, filtered, without secrets. */
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type FileGateway, startFileGateway } from './file-gateway.ts';
import { expectAccessible, expectNoSidewaysScroll, startUi, type Ui, USER_KEY } from './support.ts';

let ui: Ui;
let gateway: FileGateway;
beforeAll(async () => {
  ui = await startUi();
  gateway = await startFileGateway(ui);
}, 120_000);
afterEach(async () => {
  // Open pages go on listening, which slows the next test.
  await Promise.all(ui.browser.contexts().map((context) => context.close()));
});
afterAll(async () => {
  await gateway.close();
  await ui.close();
});

const list = (page: Page) => page.getByRole('list', { name: 'Lines of the log' });
const lineOf = (page: Page, text: string) => list(page).getByRole('button').filter({ hasText: text });

/** The log with so many lines in it, told at once. */
async function fakeLines(page: Page, count: number): Promise<void> {
  const first = Date.now() + 1_000_000;
  const line = (index: number) => ({ id: first + index, at: first, level: 'info', msg: `line ${index}` });
  const body = Array.from(
    { length: count },
    (_, index) => `event: log\nid: ${index}\ndata: ${JSON.stringify(line(index))}\n\n`,
  ).join('');
  await page.route(
    '**/admin/api/logs*',
    (route) => route.fulfill({ contentType: 'text/event-stream', body }),
    {
      times: 1,
    },
  );
}

describe('the log', () => {
  it('shows the newest kept lines, and new ones as they are written', async () => {
    gateway.log.info({ account: 'alice' }, 'told before');
    const page = await gateway.open({ at: '#/logs' });
    await lineOf(page, 'told before').waitFor();
    gateway.log.warn({ account: '小红', attempt: 3 }, '新的一行');
    const line = lineOf(page, '新的一行');
    await line.waitFor();
    expect(await line.textContent()).toContain('account=小红 attempt=3');
    expect(await line.textContent()).toContain('Warn');
  });

  it('shows no secret', async () => {
    const page = await gateway.open({ at: '#/logs' });
    gateway.log.info(
      { token: 'very-secret-token', deep: { authorization: 'very-secret-key' } },
      'with secrets',
    );
    await lineOf(page, 'with secrets').first().click();
    const dialog = page.getByRole('dialog');
    await dialog.getByText('***').first().waitFor();
    expect(await page.content()).not.toContain('very-secret');
  });

  it('opens a line with all of its fields, by keys alone, and copies it', async () => {
    const page = await gateway.open({ at: '#/logs' });
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    gateway.log.error(
      { error: new Error('it broke', { cause: new Error('below') }), task: '77' },
      'failed at last',
    );
    gateway.log.info({}, 'after it');
    await lineOf(page, 'after it').focus();
    await page.keyboard.press('ArrowUp');
    await page.keyboard.press('Enter');
    const dialog = page.getByRole('dialog', { name: 'Line of the log' });
    await dialog.getByText('failed at last').waitFor();
    await dialog.getByText('77', { exact: true }).waitFor();
    await dialog.getByText('it broke').first().waitFor();
    await expectAccessible(page);
    await dialog.getByRole('button', { name: 'Copy line' }).click();
    await dialog.getByRole('button', { name: 'Copied' }).waitFor();
    const copied = JSON.parse(await page.evaluate<string>('navigator.clipboard.readText()'));
    expect(copied).toMatchObject({ level: 'error', msg: 'failed at last', task: '77' });
    await page.keyboard.press('Escape');
    expect(await page.getByRole('dialog').count()).toBe(0);
  });

  it('filters by level and words; both stand in the address and outlive a reload', async () => {
    const page = await gateway.open({ at: '#/logs' });
    gateway.log.debug({ shard: 1 }, 'heartbeat of filters');
    gateway.log.error({ bot: 'filters' }, 'error of filters');
    await lineOf(page, 'error of filters').waitFor();
    expect(await lineOf(page, 'heartbeat of filters').count()).toBe(0);
    await page.getByLabel('Least level').selectOption('trace');
    await lineOf(page, 'heartbeat of filters').waitFor();
    await page.getByLabel('Filter by words, names or ids').fill('HEARTBEAT of');
    await lineOf(page, 'error of filters').waitFor({ state: 'detached' });
    await lineOf(page, 'heartbeat of filters').waitFor();
    expect(new URL(page.url()).hash).toBe('#/logs?level=trace&text=HEARTBEAT+of');
    await page.reload();
    await lineOf(page, 'heartbeat of filters').waitFor();
    expect(await lineOf(page, 'error of filters').count()).toBe(0);
    await page.getByLabel('Filter by words, names or ids').fill('no line says this');
    await page.getByText('No line matches').waitFor();
    await expectAccessible(page);
  });

  it('pauses, says how many lines wait, goes on with them, and clears', async () => {
    const page = await gateway.open({ at: '#/logs' });
    gateway.log.info({}, 'before the pause');
    await lineOf(page, 'before the pause').waitFor();
    await page.getByRole('button', { name: 'Pause', exact: true }).click();
    gateway.log.info({}, 'during the pause');
    await page.getByText('new line', { exact: false }).waitFor();
    expect(await lineOf(page, 'during the pause').count()).toBe(0);
    await page.getByRole('button', { name: 'Go on', exact: true }).click();
    await lineOf(page, 'during the pause').waitFor();
    await page.getByRole('button', { name: 'Clear', exact: true }).click();
    await page.getByText('Nothing logged yet').waitFor();
    gateway.log.info({}, 'after the clearing');
    await lineOf(page, 'after the clearing').waitFor();
    expect(await lineOf(page, 'during the pause').count()).toBe(0);
  });

  it('comes back after a lost connection, says where, and repeats no line', async () => {
    const page = await gateway.open({ at: '#/logs' });
    gateway.log.info({}, 'before the cut');
    await lineOf(page, 'before the cut').waitFor();
    gateway.wire.cut();
    await page.getByRole('main').getByText('Reconnecting').waitFor();
    gateway.log.info({}, 'during the cut');
    gateway.wire.mend();
    await lineOf(page, 'during the cut').waitFor();
    await page.getByText('The connection was lost here').waitFor();
    expect(await lineOf(page, 'before the cut').count()).toBe(1);
  });

  it('stays quick with 10,000 lines, in sight of the newest one until somebody scrolls up', async () => {
    const page = await gateway.open({ at: '#/nowhere' });
    await fakeLines(page, 10_100);
    await page.goto(`${gateway.url}#/logs`);
    await lineOf(page, 'line 10099').waitFor();
    expect(await page.locator('[data-line]').count()).toBeLessThan(80);
    const frame = page.getByRole('group', { name: 'Lines of the log' });
    await frame.evaluate((element) => element.scrollTo(0, 0));
    // Only so many are kept: the oldest ones are given up.
    await lineOf(page, 'line 101').first().waitFor();
    expect(await page.locator('[data-line]').first().textContent()).toMatch(/line 1\d\d\b/);
    expect(await page.locator('[data-line]').count()).toBeLessThan(80);
    const newest = page.getByRole('button', { name: 'Newest line' });
    await newest.click();
    await lineOf(page, 'line 10099').waitFor();
    await newest.waitFor({ state: 'detached' });
  });

  it('says what failed, and tries again', async () => {
    const page = await gateway.open({ at: '#/nowhere' });
    await page.route('**/admin/api/logs*', (route) =>
      route.fulfill({
        status: 404,
        json: { error: { message: 'No lines are kept.', type: 'x', param: null, code: 'not_found' } },
      }),
    );
    await page.goto(`${gateway.url}#/logs`);
    await page.getByText('No lines are kept.').waitFor();
    await expectAccessible(page);
    await page.unroute('**/admin/api/logs*');
    await page.getByRole('button', { name: 'Try again' }).click();
    await list(page).waitFor();
  });

  it('ends the session when the key is refused, and is closed to keys without admin rights', async () => {
    const page = await gateway.open({ at: '#/nowhere' });
    await page.route('**/admin/api/logs*', (route) => route.fulfill({ status: 401, json: {} }));
    await page.goto(`${gateway.url}#/logs`);
    await page.getByText('Your key is no longer accepted', { exact: false }).waitFor();
    const other = await gateway.open({ at: '#/logs', key: USER_KEY });
    await other.getByText('This page needs an admin key').waitFor();
  });

  it.each([
    ['light', 'en', 1280],
    ['dark', 'zh', 320],
  ] as const)('is accessible in %s and %s at %i pixels, and fits', async (theme, language, width) => {
    gateway.log.warn({ 频道: '绘图' }, '账号已暂停：请完成人工验证');
    gateway.log.error({ code: 'account_disabled' }, 'discord account is disabled');
    const page = await gateway.open({ at: '#/logs', theme, language, width });
    await page.locator('[data-line]').first().waitFor();
    await expectAccessible(page);
    await expectNoSidewaysScroll(page);
  });
});
