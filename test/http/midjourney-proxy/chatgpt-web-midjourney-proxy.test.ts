/**
 * What chatgpt-web-midjourney-proxy (Dooy) does: it reads every answer as JSON whatever its status, confirms windows by
 * itself when the description speaks of it, and fetches a task every 5 seconds until it has ended.
 */
import { describe, expect, it } from 'vitest';
import { GatewayError } from '../../../src/core/errors.ts';
import { JOB } from '../../support/fake-tasks.ts';
import { whiteMask } from '../masks.ts';
import { type Fixture, finishedGrid, makeProxy, PNG, SECRET } from './support.ts';

const DATA_URL = `data:image/png;base64,${PNG}`;

interface Told {
  readonly code: number;
  readonly description: string;
  readonly result: string;
  readonly properties: { readonly finalPrompt?: string };
}

/** The calls of the web page; GET without a body, POST with one. */
class Page {
  readonly #proxy: Fixture;

  constructor(proxy: Fixture) {
    this.#proxy = proxy;
  }

  // biome-ignore lint/suspicious/noExplicitAny: the page reads what it gets
  async call(path: string, body?: object): Promise<any> {
    const headers = { 'content-type': 'application/json', 'mj-api-secret': SECRET };
    const { get, post } = this.#proxy;
    const { text, status } = await (body === undefined ? get(path, headers) : post(path, body, headers));
    const json: unknown = JSON.parse(text);
    if (status !== 200) throw new Error(`status ${status}`);
    return json;
  }

  imagine(prompt: string, more: object = {}): Promise<Told> {
    const body = { base64Array: [], notifyHook: '', prompt, state: '', botType: 'MID_JOURNEY', ...more };
    return this.call('/mj/submit/imagine', body);
  }

  /** A button: what speaks of `confirm` is confirmed with the words that were given along. */
  async press(taskId: string, customId: string): Promise<Told> {
    const told: Told = await this.call('/mj/submit/action', { taskId, customId });
    if (!told.description.includes('confirm')) return told;
    return this.call('/mj/submit/modal', { taskId: told.result, prompt: told.properties.finalPrompt ?? '' });
  }

  /** Custom zoom and regions: the window is filled in whatever the code was. */
  async pressWith(taskId: string, customId: string, window: object): Promise<Told> {
    const told: Told = await this.call('/mj/submit/action', { taskId, customId });
    return told.result ? this.call('/mj/submit/modal', { ...window, taskId: told.result }) : told;
  }

  /** Polls as often as told; true when the page stops by itself. */
  async watch(id: string, polls: number): Promise<boolean> {
    for (let poll = 0; poll < polls; poll += 1) {
      const { status, progress } = await this.call(`/mj/task/${id}/fetch`);
      if (['FAILURE', 'SUCCESS'].includes(status) || progress === '100%') return true;
    }
    return false;
  }
}

const taken = { code: 1, description: '提交成功', result: expect.stringMatching(/^\d+$/) };

describe('chatgpt-web-midjourney-proxy', () => {
  it('imagines and fetches until the picture is there', async () => {
    const proxy = makeProxy();
    const page = new Page(proxy);
    const told = await page.imagine('a cat', { base64Array: [DATA_URL] });
    expect(told).toMatchObject(taken);
    expect(await page.watch(told.result, 3)).toBe(false);
    proxy.tasks.succeed(told.result);
    expect(await page.watch(told.result, 1)).toBe(true);
    const shown = await page.call(`/mj/task/${told.result}/fetch`);
    expect(shown).toMatchObject({
      status: 'SUCCESS',
      progress: '100%',
      imageUrl: expect.stringMatching(/^https:/),
    });
    expect(shown.buttons.length).toBeGreaterThan(0);
  });

  it('stops at a failure, and reads the reason', async () => {
    const proxy = makeProxy();
    const page = new Page(proxy);
    const { result } = await page.imagine('a cat');
    proxy.tasks.fail(result, new GatewayError('bot_failed', '[Image denied] …'));
    expect(await page.watch(result, 1)).toBe(true);
    expect((await page.call(`/mj/task/${result}/fetch`)).failReason).toBe('[Image denied] …');
  });

  it('asks niji when the user chose it', async () => {
    const proxy = makeProxy();
    await new Page(proxy).imagine('a cat', { botType: 'NIJI_JOURNEY' });
    expect(proxy.tasks.orders[0]?.variant).toBe('niji');
  });

  it('confirms a window that it did not ask for', async () => {
    const proxy = makeProxy();
    const page = new Page(proxy);
    const grid = await finishedGrid(proxy);
    proxy.tasks.asksForms = true;
    expect(await page.press(grid, `MJ::JOB::variation::1::${JOB}`)).toMatchObject(taken);
    expect(proxy.tasks.orders).toHaveLength(2);
  });

  it('confirms with no words at all, where the window came unexpected', async () => {
    const proxy = makeProxy();
    const page = new Page(proxy);
    const grid = await finishedGrid(proxy);
    proxy.tasks.asksForms = true;
    const told = await page.call('/mj/submit/change', { taskId: grid, action: 'VARIATION', index: 1 });
    expect(told.code).toBe(21);
    expect(await page.call('/mj/submit/modal', { taskId: told.result })).toMatchObject(taken);
  });

  it('fills in windows for regions', async () => {
    const proxy = makeProxy();
    const page = new Page(proxy);
    const grid = await finishedGrid(proxy);
    proxy.tasks.asksForms = true;
    const window = { prompt: 'a hat', maskBase64: await whiteMask(64) };
    expect(await page.pressWith(grid, `MJ::JOB::variation::1::${JOB}`, window)).toMatchObject(taken);
  });

  it('shows the failure of a press as it is', async () => {
    const proxy = makeProxy();
    const grid = await finishedGrid(proxy);
    const told = await new Page(proxy).pressWith(grid, 'MJ::CustomZoom::x', { prompt: 'a cat --zoom 1.7' });
    expect(told).toMatchObject({ code: 4, description: expect.stringContaining('关联任务不允许执行变化') });
  });

  it.each([
    ['blend', { base64Array: [DATA_URL, DATA_URL], botType: 'MID_JOURNEY', dimensions: 'SQUARE' }, 'blend'],
    ['describe', { base64: DATA_URL, botType: 'MID_JOURNEY' }, 'describe'],
    ['shorten', { prompt: 'a long prompt', botType: 'MID_JOURNEY' }, 'shorten'],
  ])('asks for %s', async (path, body, verb) => {
    const proxy = makeProxy();
    expect(await new Page(proxy).call(`/mj/submit/${path}`, body)).toMatchObject(taken);
    expect(proxy.tasks.orders[0]?.verb).toBe(verb);
  });

  it('reads the seed as a number', async () => {
    const proxy = makeProxy();
    const grid = await finishedGrid(proxy);
    const { result } = await new Page(proxy).call(`/mj/task/${grid}/image-seed`);
    expect(Number(result)).toBeGreaterThan(0);
  });

  it('is told that there are no faces to swap', async () => {
    const body = { sourceBase64: DATA_URL, targetBase64: DATA_URL };
    const told = await new Page(makeProxy()).call('/mj/insight-face/swap', body);
    expect(told).toMatchObject({ code: 4, description: expect.stringContaining('不支持换脸') });
  });

  it('gives up on a task that is not there', async () => {
    // It reads the empty answer as JSON: the error ends its polling.
    await expect(new Page(makeProxy()).watch('77', 100)).rejects.toThrow(SyntaxError);
  });
});
