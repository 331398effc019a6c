/** The interface in a real browser, in front of a gateway and a simulated Discord. Started once for each test file. */
import { AxeBuilder } from '@axe-core/playwright';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { expect, vi } from 'vitest';
import type { ConfigInput } from '../../src/config/schema.ts';
import type { Sim, SimOptions } from '../../src/sim/index.ts';
import { startSim } from '../../src/sim/index.ts';
import { type EndToEnd, frontOf } from '../e2e/world.ts';
import { ensureUiBuilt } from './build-ui.ts';
import { startChromium } from './chromium.ts';
import { layWire, type Wire } from './wire.ts';

// A browser beside a gateway, a simulator and other test files: on a busy machine each step takes its time.
vi.setConfig({ testTimeout: 60_000 });

/** A key that may do everything, and one that may use the bots only. */
export const ADMIN_KEY = 'sk-test-0123456789';
export const USER_KEY = 'sk-other-9876543210';

/** How a page is opened. */
export interface PageOptions {
  /** Where: `#/draw`. */
  readonly at?: string;
  /** Signed in with this key; `null` shows the sign-in page. Default: the admin key. */
  readonly key?: string | null;
  readonly language?: 'en' | 'zh';
  readonly theme?: 'light' | 'dark';
  /** Pixels; 320 is the narrowest phone. */
  readonly width?: number;
  readonly height?: number;
}

/** What a test file works with. */
export interface Ui {
  readonly world: EndToEnd;
  readonly browser: Browser;
  /** What lies between the browser and the gateway: `cut()` loses every connection. */
  readonly wire: Wire;
  /** Address of the interface. */
  readonly url: string;
  /** Opens a page in a browser profile of its own. Its console errors and foreign requests fail the test at `close`. */
  open(options?: PageOptions): Promise<Page>;
  close(): Promise<void>;
}

/** Starts a gateway with a Coze bot, Midjourney and Pika, and the browser. `more` is laid over the configuration. */
export async function startUi(simOptions: SimOptions = {}, more: Partial<ConfigInput> = {}): Promise<Ui> {
  await ensureUiBuilt();
  const [browser, sim] = await Promise.all([
    startChromium(),
    startSim({ port: 0, speed: 20, limits: 'none', ...simOptions }),
  ]);
  const world = await frontOf(sim, { ...configOf(sim), ...more }).catch(async (error: unknown) => {
    await Promise.all([browser.close(), sim.close()]);
    throw error;
  });
  const wire = await layWire(world.url);
  const url = `${wire.url}/ui/`;
  const complaints: string[] = [];
  return {
    world,
    browser,
    wire,
    url,
    open: async (options = {}) => openPage(browser, url, options, complaints),
    async close() {
      await browser.close();
      wire.close();
      await world.close();
      expect(complaints, 'errors in the console, or requests to strangers').toEqual([]);
    },
  };
}

/** The bots of the demo. */
function configOf(sim: Sim): ConfigInput {
  const { api, gateway, cdn, upload, activity, accounts, guildId, bots, channels } = sim.ready;
  const room = (channelId = '') => ({ account: 'alice', guildId, channelId });
  const tokenOf = (wanted: string) => accounts.find(({ kind }) => kind === wanted)?.token ?? '';
  return {
    auth: {
      keys: [
        { key: ADMIN_KEY, name: 'test', admin: true },
        { key: USER_KEY, name: 'other' },
      ],
    },
    discord: { api, gateway, cdn, upload, activity, requestsPerSecond: 0 },
    accounts: [
      { id: 'bridge', kind: 'bot', token: tokenOf('bot') },
      { id: 'alice', kind: 'user', token: tokenOf('user') },
    ],
    bots: [
      {
        id: 'coze',
        driver: 'coze',
        listen: 'bridge',
        send: ['bridge'],
        guildId,
        botUserId: bots.coze.userId,
        models: ['gpt-4o', 'gpt-4o-mini'],
        maxChannels: 400,
      },
      { id: 'midjourney', driver: 'midjourney', models: ['midjourney'], rooms: [room(channels.midjourney)] },
      { id: 'pika', driver: 'pika', models: ['pika'], rooms: [room(channels.pika)] },
    ],
    store: { driver: 'memory' },
    webhooks: { allowPrivate: ['127.0.0.0/8', '::1/128'] },
  };
}

async function openPage(
  browser: Browser,
  url: string,
  options: PageOptions,
  complaints: string[],
): Promise<Page> {
  const { at = '', key = ADMIN_KEY, language = 'en', theme = 'light', width = 1280, height = 860 } = options;
  const context = await browser.newContext({
    viewport: { width, height },
    colorScheme: theme,
    locale: language === 'zh' ? 'zh-CN' : 'en-GB',
    reducedMotion: 'reduce',
    acceptDownloads: true,
  });
  if (key !== null) await keepKey(context, key);
  // What is not there within this time will not come; the error names it.
  context.setDefaultTimeout(20_000);
  const page = await context.newPage();
  listen(page, new URL(url).hostname, complaints);
  await page.goto(`${url}${at}`);
  if (key !== null) await page.getByRole('main').waitFor();
  return page;
}

/** As after signing in: the key is where the interface keeps it. */
async function keepKey(context: BrowserContext, key: string): Promise<void> {
  await context.addInitScript(`
    if (!sessionStorage.getItem('test.visited')) {
      sessionStorage.setItem('test.visited', 'yes');
      sessionStorage.setItem('cordgate.key', ${JSON.stringify(key)});
    }
  `);
}

function listen(page: Page, host: string, complaints: string[]): void {
  page.on('pageerror', (error) => complaints.push(`thrown: ${error.message}`));
  page.on('console', (message) => {
    // Refused answers are part of tests; the browser notes each as an error of its own.
    const isAnswer = message.text().startsWith('Failed to load resource');
    if (message.type() === 'error' && !isAnswer) complaints.push(`console: ${message.text()}`);
  });
  page.on('request', (request) => {
    const { hostname, protocol } = new URL(request.url());
    if (protocol.startsWith('http') && hostname !== host) complaints.push(`request to ${hostname}`);
  });
}

/** Signs in by hand, as a person does. */
export async function signIn(page: Page, key = ADMIN_KEY): Promise<void> {
  await page.locator('input').first().fill(key);
  await page.keyboard.press('Enter');
}

/** Fails when axe finds a violation (WCAG 2.2 A and AA, and best practices). */
export async function expectAccessible(page: Page): Promise<void> {
  const { violations } = await new AxeBuilder({ page })
    .withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'])
    .analyze();
  const found = violations.flatMap(({ id, nodes }) =>
    nodes.map((node) => `${id}: ${node.html.slice(0, 160)} — ${node.failureSummary?.split('\n')[1]?.trim()}`),
  );
  expect(found).toEqual([]);
}

/** Fails when the page is wider than its window: nothing may have to be scrolled sideways. */
export async function expectNoSidewaysScroll(page: Page): Promise<void> {
  const { scroll, window } = await page.evaluate<{ scroll: number; window: number }>(
    '({ scroll: document.documentElement.scrollWidth, window: document.documentElement.clientWidth })',
  );
  expect(scroll, 'width of the page').toBeLessThanOrEqual(window);
}
