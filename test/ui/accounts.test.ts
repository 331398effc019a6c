/** Accounts and bots: how they are, orders, changes of the configuration, the self-check. */
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Overview } from '../../web/api/overview.ts';
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

const region = (page: Page, name: string) => page.getByRole('region', { name }).first();
const rowOf = (page: Page, name: string, text: string) =>
  region(page, name).getByRole('listitem').filter({ hasText: text });

/** The gateway's own overview with changes in it. */
async function change(page: Page, step: (overview: Overview) => object): Promise<void> {
  await page.route('**/admin/api/overview', async (route) => {
    const overview = (await (await route.fetch()).json()) as Overview;
    await route.fulfill({ json: { ...overview, ...step(overview) } });
  });
}

describe('the accounts', () => {
  it('show their logins, the channels they work in, and their limits', async () => {
    const page = await gateway.open({ at: '#/accounts' });
    await rowOf(page, 'Discord logins', 'bridge').getByText('Ready').waitFor();
    await rowOf(page, 'Discord logins', 'alice').getByText('/ 200').waitFor();
    const studio = rowOf(page, 'Drawing and filming', 'alice · midjourney');
    await studio.getByText('/ 3').waitFor();
    await studio.getByText(ui.world.sim.ready.channels.midjourney ?? '').waitFor();
    await rowOf(page, 'Bots', 'coze').getByText('gpt-4o').waitFor();
  });

  it('are paused, resumed and drained, and follow orders from elsewhere', async () => {
    const page = await gateway.open({ at: '#/accounts' });
    const studio = rowOf(page, 'Drawing and filming', 'alice · pika');
    await studio.getByRole('button', { name: 'Pause' }).click();
    await page.getByText('alice is paused for pika.').waitFor();
    await studio.getByText('Paused', { exact: true }).waitFor();
    await studio.getByText('Paused by an operator').waitFor();
    await studio.getByRole('button', { name: 'Resume' }).click();
    await studio.getByText('Ready').waitFor();
    await studio.getByRole('button', { name: 'Drain' }).click();
    await studio.getByText('Draining').waitFor();
    await gateway.call('POST', '/admin/api/accounts/alice/resume');
    await studio.getByText('Ready').waitFor();
  });

  it('say why a person is needed, in whose words, where to act, and how to go on', async () => {
    const page = await gateway.open({ at: '#/nowhere' });
    const halted = {
      state: 'paused',
      reason: 'captcha',
      text: 'Please complete the task',
      link: 'https://discord.com/channels/1/2',
      remedy: 'Answer the check, then resume it.',
      fast: false,
    };
    await change(page, ({ studios }) => ({ studios: studios.map((studio) => ({ ...studio, ...halted })) }));
    await page.goto(`${gateway.url}#/accounts`);
    const studio = rowOf(page, 'Drawing and filming', 'alice · midjourney');
    await studio.getByText('The bot asks for a human check').waitFor();
    await studio.getByText('Please complete the task').waitFor();
    await studio.getByText('Answer the check, then resume it.').waitFor();
    await studio.getByText('Relax mode').waitFor();
    const link = studio.getByRole('link', { name: 'Open in Discord' });
    expect(await link.getAttribute('href')).toBe('https://discord.com/channels/1/2');
    await expectAccessible(page);
  });

  it('log in again', async () => {
    const page = await gateway.open({ at: '#/accounts' });
    await rowOf(page, 'Discord logins', 'alice').getByRole('button', { name: 'Log in again' }).click();
    await page.getByText('alice is logged in.').waitFor();
  });
});

describe('the configuration', () => {
  it('takes a new account: its token is written, and never shown', async () => {
    const page = await gateway.open({ at: '#/accounts' });
    const token = ui.world.sim.ready.accounts.find(({ kind }) => kind === 'bot')?.token ?? '';
    await page.getByRole('button', { name: 'Add account' }).click();
    const form = page.getByRole('dialog', { name: 'Add account' });
    await form.getByLabel('Name').fill('第二个');
    await form.getByLabel('Discord token').fill(token);
    await form.getByLabel('Daily limit').fill('50');
    await expectAccessible(page);
    await page.keyboard.press('Enter');
    await page.getByText('第二个 was saved.').waitFor();
    await rowOf(page, 'Discord logins', '第二个').waitFor();
    expect(gateway.text()).toContain('# reads the answers');
    expect(gateway.text()).toContain('dailyLimit: 50');

    await page.getByRole('button', { name: 'Change 第二个' }).click();
    const again = page.getByRole('dialog', { name: 'Change 第二个' });
    await again.getByText('A token is set.', { exact: false }).waitFor();
    expect(await again.getByLabel('Discord token').inputValue()).toBe('');
    await again.getByLabel('Daily limit').fill('70');
    await again.getByRole('button', { name: 'Save' }).click();
    await again.waitFor({ state: 'detached' });
    expect(gateway.text()).toContain('dailyLimit: 70');
    expect(gateway.text().split(token)).toHaveLength(3);
    expect(await page.content()).not.toContain(token);
  });

  it('refuses what is wrong: every problem at its field, and nothing is written', async () => {
    const page = await gateway.open({ at: '#/accounts' });
    const before = gateway.text();
    await page.getByRole('button', { name: 'Add bot' }).click();
    const form = page.getByRole('dialog', { name: 'Add bot' });
    await form.getByRole('button', { name: 'Save' }).click();
    await form.getByText('Give it a name.').waitFor();
    await form.getByLabel('Name').fill('coze');
    await page.keyboard.press('Enter');
    await form.getByText('coze exists already', { exact: false }).waitFor();
    await form.getByLabel('Name').fill('second');
    await form.getByLabel('Models').fill('gpt-4');
    await form.getByLabel('Server (guild) id').fill('12');
    await page.keyboard.press('Enter');
    await expect.poll(() => form.getByLabel('Server (guild) id').getAttribute('aria-invalid')).toBe('true');
    for (const name of ['Listening account', 'User ids of the Coze bots']) {
      expect(await form.getByLabel(name).getAttribute('aria-invalid'), name).toBe('true');
    }
    await form.getByText('must have at least one entry').waitFor();
    await expectAccessible(page);
    expect(gateway.text()).toBe(before);
  });

  it('takes a new bot with its rooms, which works at once', async () => {
    const page = await gateway.open({ at: '#/accounts' });
    const { guildId, channels } = ui.world.sim.ready;
    await page.getByRole('button', { name: 'Add bot' }).click();
    const form = page.getByRole('dialog', { name: 'Add bot' });
    await form.getByLabel('Kind of bot').selectOption('pika');
    await form.getByLabel('Name').fill('films');
    await form.getByLabel('Models').fill('films, 短片');
    await form.getByRole('button', { name: 'Add room' }).click();
    await form.getByLabel('Account').selectOption('alice');
    await form.getByLabel('Channel id').fill('7');
    await form.getByLabel('Server (guild) id').fill(guildId);
    await form.getByRole('button', { name: 'Save' }).click();
    await form.getByText('must be a Discord id', { exact: false }).waitFor();
    await form.getByLabel('Channel id').fill(channels.midjourney ?? '');
    await form.getByRole('button', { name: 'Save' }).click();
    await form.waitFor({ state: 'detached' });
    await rowOf(page, 'Bots', 'films').getByText('films, 短片').waitFor();
    await rowOf(page, 'Drawing and filming', 'alice · films').getByText('Ready').waitFor();
    expect(gateway.text()).toContain('短片');
  });

  it('changes a bot, and leaves what was not touched as it is written', async () => {
    const page = await gateway.open({ at: '#/accounts' });
    await page.getByRole('button', { name: 'Change midjourney' }).click();
    const form = page.getByRole('dialog', { name: 'Change midjourney' });
    await form.getByLabel('Tasks at a time').fill('12');
    await form.getByText('More settings').click();
    await form.getByLabel('Single pictures').selectOption('upscale');
    await form.getByRole('button', { name: 'Save' }).click();
    await form.waitFor({ state: 'detached' });
    await rowOf(page, 'Drawing and filming', 'alice · midjourney').getByText('/ 12').waitFor();
    expect(gateway.text()).toContain('concurrency: 12');
    expect(gateway.text()).toContain('pictures: upscale');
    expect(gateway.text()).not.toContain('spacingMs');
  });

  it('removes a bot after a question, and says why an account in use must stay', async () => {
    const page = await gateway.open({ at: '#/accounts' });
    await page.getByRole('button', { name: 'Remove bridge' }).click();
    const dialog = page.getByRole('dialog', { name: 'Remove bridge?' });
    await dialog.getByRole('button', { name: 'Remove' }).click();
    await page.getByText('bots[0].listen', { exact: false }).waitFor();
    await dialog.getByRole('button', { name: 'Cancel' }).click();
    await page.getByRole('button', { name: 'Remove pika', exact: true }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Remove' }).click();
    await page.getByText('pika was removed.').waitFor();
    await page.getByRole('button', { name: 'Remove pika', exact: true }).waitFor({ state: 'detached' });
    expect(gateway.text()).not.toContain('id: pika');
  });

  it('is shown where it cannot be written, with the reason', async () => {
    const page = await ui.open({ at: '#/accounts' });
    await page.getByText('Accounts and bots cannot be changed here').waitFor();
    await page.getByText('the gateway was started without a configuration file', { exact: false }).waitFor();
    expect(await page.getByRole('button', { name: 'Add account' }).count()).toBe(0);
    await page.getByRole('button', { name: 'Settings of alice' }).click();
    const dialog = page.getByRole('dialog', { name: 'Settings of alice' });
    expect(await dialog.getByLabel('Discord token').isDisabled()).toBe(true);
    expect(await dialog.getByRole('button', { name: 'Save' }).count()).toBe(0);
    await expectAccessible(page);
  });
});

describe('the self-check', () => {
  it('tells every finding as it comes, what is wrong first, with its remedy', async () => {
    const page = await gateway.open({ at: '#/accounts' });
    const check = region(page, 'Self-check');
    await check.getByRole('button', { name: 'Check now' }).click();
    await check.getByText('Done.', { exact: false }).waitFor();
    await check.getByText('logged in as', { exact: false }).first().waitFor();
    expect(await check.getByRole('listitem').first().textContent()).toContain('Warning');
    expect(await check.getByRole('listitem').last().textContent()).toContain('Fine');
    await expectAccessible(page);
  });

  it('says when it cannot begin, when it breaks off, and can be stopped', async () => {
    const page = await gateway.open({ at: '#/accounts' });
    const check = region(page, 'Self-check');
    await page.route('**/admin/api/check', (route) =>
      route.fulfill({
        status: 409,
        json: {
          error: { message: 'A check is running already.', type: 'x', param: null, code: 'check_running' },
        },
      }),
    );
    await check.getByRole('button', { name: 'Check now' }).click();
    await page.getByText('A check is running already.').waitFor();
    await check.getByText('The check was not finished.').waitFor();
    await page.unroute('**/admin/api/check');
    await page.route('**/admin/api/check', () => {});
    await check.getByRole('button', { name: 'Check again' }).click();
    await check.getByRole('button', { name: 'Stop' }).click();
    await check.getByText('The check was not finished.').waitFor();
  });
});

describe('the page of accounts', () => {
  it('says what failed and tries again, also after a lost connection', async () => {
    const page = await gateway.open({ at: '#/nowhere' });
    await page.route('**/admin/api/config', (route) =>
      route.fulfill({
        status: 503,
        json: { error: { message: 'The store sleeps.', type: 'x', param: null, code: 'store_unavailable' } },
      }),
    );
    await page.goto(`${gateway.url}#/accounts`);
    await page.getByText('The store sleeps.').waitFor();
    await page.unroute('**/admin/api/config');
    await page.getByRole('button', { name: 'Try again' }).click();
    const studio = rowOf(page, 'Drawing and filming', 'alice · midjourney');
    await studio.getByText('Ready').waitFor();
    gateway.wire.cut();
    await page.getByText('Reconnecting').first().waitFor();
    await gateway.call('POST', '/admin/api/accounts/alice/drain', { bot: 'midjourney' });
    gateway.wire.mend();
    await studio.getByText('Draining').waitFor();
    await gateway.call('POST', '/admin/api/accounts/alice/resume');
  });

  it('ends the session when the key is refused, and is closed to keys without admin rights', async () => {
    const page = await gateway.open({ at: '#/nowhere' });
    await page.route('**/admin/api/config', (route) => route.fulfill({ status: 401, json: {} }));
    await page.goto(`${gateway.url}#/accounts`);
    await page.getByText('Your key is no longer accepted', { exact: false }).waitFor();
    const other = await gateway.open({ at: '#/accounts', key: USER_KEY });
    await other.getByText('This page needs an admin key').waitFor();
  });

  it('says how to begin where there is nothing yet, and shows 300 accounts', async () => {
    const page = await gateway.open({ at: '#/nowhere' });
    let accounts: object[] = [];
    await change(page, () => ({ accounts: [], bots: [], studios: [] }));
    await page.route('**/admin/api/config', (route) =>
      route.fulfill({ json: { path: 'cordgate.yaml', writable: true, accounts, bots: [] } }),
    );
    await page.goto(`${gateway.url}#/accounts`);
    await page.getByText('No Discord accounts yet').waitFor();
    await page.getByText('No bots yet').waitFor();
    await expectAccessible(page);
    accounts = Array.from({ length: 300 }, (_, index) => ({
      id: `账号-${index}`,
      kind: 'user',
      enabled: true,
      hasToken: true,
    }));
    await page.reload();
    await rowOf(page, 'Discord logins', '账号-299').waitFor();
  });

  it.each([
    ['light', 'en', 1280],
    ['dark', 'zh', 320],
  ] as const)('is accessible in %s and %s at %i pixels, and fits', async (theme, language, width) => {
    const page = await gateway.open({ at: '#/accounts', theme, language, width });
    await page.getByText('alice · midjourney').first().waitFor();
    await expectAccessible(page);
    await expectNoSidewaysScroll(page);
    await page
      .getByRole('button', { name: language === 'zh' ? '修改 midjourney' : 'Change midjourney' })
      .click();
    await page.locator('dialog summary').click();
    await expectAccessible(page);
    await expectNoSidewaysScroll(page);
  });
});
