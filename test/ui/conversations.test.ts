/** Lasting conversations: listed, made, opened, renamed, deleted. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  ADMIN_KEY,
  expectAccessible,
  expectNoSidewaysScroll,
  startUi,
  type Ui,
  USER_KEY,
} from './support.ts';

/** The machine may have other work. */
const SOON = { timeout: 15_000 };

let ui: Ui;
beforeAll(async () => {
  ui = await startUi();
}, 120_000);
afterAll(() => ui.close());

const AT = '#/conversations';
const LIST = '**/cordgate/v1/conversations';
const bearer = (key: string) => ({ authorization: `Bearer ${key}` });
const make = (name: string, key = ADMIN_KEY) =>
  ui.world.post('/cordgate/v1/conversations', { name }, bearer(key));

describe('conversations', () => {
  it('are none at first: the page says how to get one, and makes one', async () => {
    const page = await ui.open({ at: AT });
    await page.getByText('No conversations yet').waitFor();
    await expectAccessible(page);
    await page.getByRole('button', { name: 'New conversation' }).click();
    await page.keyboard.press('Enter');
    await page.getByText('Enter a name.').waitFor();
    await page.keyboard.type('采购 清单/1');
    await expectAccessible(page);
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { level: 1, name: 'Chat' }).waitFor();
    await page.getByText('Nothing was said in it yet.').waitFor();
    await page.getByRole('link', { name: 'Conversations' }).click();
    await page.getByRole('link', { name: 'Open 采购 清单/1' }).waitFor();
  });

  it('are opened on the playground with what was said in them', async () => {
    await make('opened');
    await ui.world.chat('remember the milk', { ...bearer(ADMIN_KEY), 'x-conversation': 'opened' });
    const page = await ui.open({ at: AT });
    await page.getByRole('link', { name: 'Open opened' }).click();
    await page.getByText('You said: remember the milk').waitFor();
  });

  it('are renamed; a name that is taken is told at the field', async () => {
    await make('before');
    await make('taken');
    const page = await ui.open({ at: AT });
    await page.getByRole('button', { name: 'Rename before' }).click();
    const name = page.getByRole('textbox', { name: 'Name' });
    expect(await name.inputValue()).toBe('before');
    await name.fill('taken');
    await page.keyboard.press('Enter');
    await page.getByText('There is a conversation of this name already.').waitFor();
    await name.fill('after');
    await page.keyboard.press('Enter');
    await page.getByRole('link', { name: 'Open after' }).waitFor();
    expect(await page.getByRole('link', { name: 'Open before' }).count()).toBe(0);
  });

  it('are deleted only after a question', async () => {
    await make('doomed');
    const page = await ui.open({ at: AT });
    await page.getByRole('button', { name: 'Delete doomed' }).click();
    await page.getByText('Delete “doomed”?').waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Delete doomed' }).click();
    await page.getByRole('button', { name: 'Delete', exact: true }).click();
    await page.getByText('“doomed” was deleted.').waitFor();
    await expect.poll(() => page.getByRole('link', { name: 'Open doomed' }).count(), SOON).toBe(0);
    const { raw } = await ui.world.get('/cordgate/v1/conversations', bearer(ADMIN_KEY));
    expect(raw).not.toContain('doomed');
  });

  it('that could not be deleted stay, and the reason is told', async () => {
    await make('stubborn');
    const page = await ui.open({ at: AT });
    await page.route('**/conversations/stubborn*', (route) =>
      route.fulfill({
        status: 502,
        json: { error: { message: 'Discord said no.', type: 'x', param: null, code: 'discord_refused' } },
      }),
    );
    await page.getByRole('button', { name: 'Delete stubborn' }).click();
    await page.getByRole('button', { name: 'Delete', exact: true }).click();
    await page.getByText('Discord said no.').waitFor();
    await page.getByRole('button', { name: 'Cancel' }).click();
    await page.getByRole('link', { name: 'Open stubborn' }).waitFor();
  });

  it('of all keys are seen by admins, with their key; others see their own', async () => {
    await make('private', USER_KEY);
    await make('public');
    const all = await ui.open({ at: AT });
    const row = all.getByRole('listitem').filter({ hasText: 'private' });
    await row.getByText('key “other”').waitFor();
    const own = await ui.open({ at: AT, key: USER_KEY });
    await own.getByRole('link', { name: 'Open private' }).waitFor();
    expect(await own.getByRole('link', { name: 'Open public' }).count()).toBe(0);
  });

  it('given by the operator can be opened, and nothing else', async () => {
    const page = await ui.open({ at: '#/nowhere' });
    await page.route(LIST, (route) =>
      route.fulfill({
        json: {
          conversations: [{ bot: 'coze', name: 'given', key: '', given: true, channelId: '1', createdAt: 0 }],
        },
      }),
    );
    await page.goto(`${ui.url}${AT}`);
    await page.getByText('Set by the operator').waitFor();
    expect(await page.getByRole('button', { name: 'Rename given' }).count()).toBe(0);
  });

  it('that are lost from sight by a failure are asked for again', async () => {
    const page = await ui.open({ at: '#/nowhere' });
    await page.route(LIST, (route) =>
      route.fulfill({
        status: 503,
        json: { error: { message: 'The store sleeps.', type: 'x', param: null, code: 'store_unavailable' } },
      }),
    );
    await page.goto(`${ui.url}${AT}`);
    await page.getByText('The store sleeps.').waitFor();
    await expectAccessible(page);
    await page.unroute(LIST);
    await page.getByRole('button', { name: 'Try again' }).click();
    await page.getByRole('list', { name: 'Conversations' }).waitFor();
  });

  it('that were made while the connection was lost appear by themselves', async () => {
    const page = await ui.open({ at: AT });
    await page.getByRole('status').getByText('Live', { exact: true }).first().waitFor();
    ui.wire.cut();
    await page.getByText('Reconnecting').first().waitFor();
    await make('meanwhile');
    ui.wire.mend();
    await page.getByRole('link', { name: 'Open meanwhile' }).waitFor();
  });

  it('end the session when the key is refused', async () => {
    const page = await ui.open({ at: '#/nowhere' });
    await page.route(LIST, (route) =>
      route.fulfill({
        status: 401,
        json: { error: { message: 'no', type: 'x', param: null, code: 'invalid_api_key' } },
      }),
    );
    await page.goto(`${ui.url}${AT}`);
    await page.getByText('Your key is no longer accepted.').waitFor();
  });
});

describe('a long list of conversations', () => {
  const COUNT = 2_000;
  const conversations = Array.from({ length: COUNT }, (_, index) => ({
    bot: 'coze',
    name: `会话 ${index} ${'很长的名称'.repeat(10)}`,
    key: 'test',
    given: false,
    channelId: String(index + 1),
    createdAt: 1_700_000_000_000 + index,
  }));

  it('is searched at once, and only what is in sight is in the page', async () => {
    const page = await ui.open({ at: '#/nowhere', width: 320 });
    await page.route(LIST, (route) => route.fulfill({ json: { conversations } }));
    await page.goto(`${ui.url}${AT}`);
    await page.getByText('2,000 conversations').waitFor();
    expect(await page.getByRole('listitem').count()).toBeLessThan(60);
    await page.evaluate('window.scrollTo(0, document.body.scrollHeight)');
    await page.getByRole('link', { name: 'Open 会话 0 ' }).waitFor();
    await expectNoSidewaysScroll(page);
    await page.getByRole('searchbox').fill('会话 1999');
    await page.getByText('One conversation').waitFor();
    await page.getByRole('searchbox').fill('nothing like it');
    await page.getByText('No conversation matches').waitFor();
    await expectAccessible(page);
  });
});

describe('the page', () => {
  beforeAll(async () => void (await make('旅行计划')));

  it.each([
    ['light', 'en', 1280],
    ['dark', 'zh', 320],
  ] as const)('is accessible in %s and %s at %i pixels, and fits', async (theme, language, width) => {
    const page = await ui.open({ at: AT, theme, language, width });
    await page.getByRole('link', { name: '旅行计划' }).waitFor();
    await expectAccessible(page);
    await expectNoSidewaysScroll(page);
  });

  it('can be worked by keys alone', async () => {
    await make('by keys');
    const page = await ui.open({ at: AT });
    await page.getByRole('link', { name: 'Open by keys' }).focus();
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await page.getByRole('textbox', { name: 'Name' }).waitFor();
    await page.keyboard.press('Escape');
    await expect
      .poll(() => page.evaluate('document.activeElement.getAttribute("aria-label")'))
      .toBe('Rename by keys');
  });
});
