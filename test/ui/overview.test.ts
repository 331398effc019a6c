/** The overview: what needs a person first, then how much is asked and how well it goes. */
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Overview } from '../../web/api/overview.ts';
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

const admin = { authorization: `Bearer ${ADMIN_KEY}` };

/** The gateway's own overview with changes in it. */
async function change(page: Page, step: (overview: Overview) => object): Promise<void> {
  await page.route('**/admin/api/overview', async (route) => {
    const response = await route.fetch();
    await route.fulfill({ json: { ...(await response.json()), ...step(await response.json()) } });
  });
}

describe('the overview', () => {
  it('shows bots, accounts and logins as the gateway has them', async () => {
    const page = await ui.open();
    const bots = page.getByRole('region', { name: 'Bots' }).first();
    await bots.getByRole('cell', { name: 'coze', exact: true }).waitFor();
    for (const bot of ['midjourney', 'pika']) {
      await bots.getByRole('row').filter({ hasText: bot }).getByText('Ready').waitFor();
    }
    const studios = page.getByRole('region', { name: 'Drawing and filming' }).first();
    expect(await studios.getByRole('row').count()).toBe(3);
    const logins = page.getByRole('region', { name: 'Discord logins' }).first();
    await logins.getByText('bridge').waitFor();
    await page.getByText('Nothing needs a person.').waitFor();
  });

  it('puts an account that needs a person first, with its reason, the bot’s words and the way out', async () => {
    const page = await ui.open();
    await page.getByText('Nothing needs a person.').waitFor();
    await change(page, () => ({
      needsPerson: [
        {
          account: 'alice',
          bot: 'midjourney',
          reason: 'captcha',
          text: 'Action required to continue',
          link: 'https://discord.com/channels/1/2',
          remedy: 'Answer the check, then resume it.',
          since: Date.now() - 60_000,
        },
      ],
    }));
    await page.reload();
    const needed = page.getByRole('region', { name: 'One account needs a person' });
    await needed.getByText('The bot asks for a human check').waitFor();
    await needed.getByText('Action required to continue').waitFor();
    await needed.getByText('Answer the check, then resume it.').waitFor();
    const link = needed.getByRole('link', { name: 'Open in Discord' });
    expect(await link.getAttribute('href')).toBe('https://discord.com/channels/1/2');
    await expectAccessible(page);
    await page.unroute('**/admin/api/overview');
    await needed.getByRole('button', { name: 'Resume' }).click();
    await page.getByText('alice takes work again.').waitFor();
    await page.getByText('Nothing needs a person.').waitFor();
  });

  it('follows an account that is paused and resumed elsewhere, without a reload', async () => {
    const page = await ui.open();
    const studios = page.getByRole('region', { name: 'Drawing and filming' }).first();
    const row = studios.getByRole('row').filter({ hasText: 'pika' });
    await row.getByText('Ready').waitFor();
    await ui.world.post('/admin/api/accounts/alice/pause', { bot: 'pika' }, admin);
    await row.getByText('Paused', { exact: true }).waitFor();
    await ui.world.post('/admin/api/accounts/alice/resume', { bot: 'pika' }, admin);
    await row.getByText('Ready').waitFor();
  });

  it('counts requests, errors and their delay, and says so to those who do not see curves', async () => {
    const page = await ui.open();
    const now = Math.floor(Date.now() / 60_000) * 60_000;
    const activity = Array.from({ length: 60 }, (_, index) => ({
      at: now - (59 - index) * 60_000,
      requests: index < 2 ? 100 : 0,
      errors: index === 0 ? 5 : 0,
      p50Ms: index < 2 ? 800 : null,
      p95Ms: index < 2 ? 2_500 : null,
    }));
    await change(page, () => ({ activity }));
    await page.reload();
    await page
      .getByRole('img', { name: '200 in all, 5 of them failed, at most 100 in one minute' })
      .waitFor();
    await page.getByRole('img', { name: '800ms in the middle, 2.5s in the slowest minute' }).waitFor();
    await page.getByText('2.5% of requests').waitFor();
    await page.locator('canvas').nth(1).waitFor();
  });

  it('shows what was drawn last, as it goes on', async () => {
    const page = await ui.open();
    const recent = page.getByRole('region', { name: 'Recent work' });
    await recent.getByText('Nothing drawn yet').waitFor();
    await ui.world.post(
      '/cordgate/v1/tasks',
      { driver: 'midjourney', verb: 'imagine', prompt: 'a small cat' },
      admin,
    );
    const row = recent.getByRole('listitem').filter({ hasText: 'a small cat' });
    await row.getByText('Done').waitFor();
    await row.locator('img').waitFor();
  });

  it('says what failed, and tries again', async () => {
    const page = await ui.open({ at: '#/nowhere' });
    await page.route('**/admin/api/overview', (route) =>
      route.fulfill({
        status: 503,
        json: { error: { message: 'The store sleeps.', type: 'x', param: null, code: 'store_unavailable' } },
      }),
    );
    await page.goto(`${ui.url}#/overview`);
    await page.getByText('The store sleeps.').waitFor();
    await expectAccessible(page);
    await page.unroute('**/admin/api/overview');
    await page.getByRole('button', { name: 'Try again' }).click();
    await page.getByText('Nothing needs a person.').waitFor();
  });

  it('reads everything again after a lost connection', async () => {
    const page = await ui.open();
    const studios = page.getByRole('region', { name: 'Drawing and filming' }).first();
    const row = studios.getByRole('row').filter({ hasText: 'midjourney' });
    await row.getByText('Ready').waitFor();
    ui.wire.cut();
    await page.getByText('Reconnecting').first().waitFor();
    await ui.world.post('/admin/api/accounts/alice/drain', { bot: 'midjourney' }, admin);
    ui.wire.mend();
    await row.getByText('Draining').waitFor();
    await ui.world.post('/admin/api/accounts/alice/resume', { bot: 'midjourney' }, admin);
  });

  it('shows keys without admin rights their own bots and work', async () => {
    const page = await ui.open({ key: USER_KEY });
    await page.getByRole('cell', { name: 'gpt-4o', exact: true }).waitFor();
    await page.getByText('Nothing drawn yet').waitFor();
    expect(await page.getByText('Discord logins').count()).toBe(0);
    await expectAccessible(page);
  });

  it.each([
    ['light', 'en', 1280],
    ['dark', 'zh', 320],
  ] as const)('is accessible in %s and %s at %i pixels, and fits', async (theme, language, width) => {
    const page = await ui.open({ theme, language, width });
    await page.locator('canvas').first().waitFor();
    await expectAccessible(page);
    await expectNoSidewaysScroll(page);
  });

  it('paints its first words within a second', async () => {
    const page = await ui.open();
    await page.getByRole('heading', { level: 1 }).waitFor();
    const paint = await page.evaluate<number>(
      "performance.getEntriesByName('first-contentful-paint')[0].startTime",
    );
    expect(paint).toBeLessThan(1_000);
  });
});
