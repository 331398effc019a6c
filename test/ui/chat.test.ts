/** The chat playground: talking with a bot, and the same call as code. */
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sampleOf } from '../../web/pages/chat/samples.ts';
import { ROOT } from '../e2e/built.ts';
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

const admin = { authorization: `Bearer ${ADMIN_KEY}` };
const CHAT = '#/chat';
const PIXEL = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);
const COMPLETIONS = '**/v1/chat/completions';

const field = (page: Page) => page.getByRole('textbox', { name: 'Message' });
const said = (page: Page) => page.getByRole('list', { name: 'What was said' });

async function say(page: Page, words: string): Promise<void> {
  await field(page).fill(words);
  await page.keyboard.press('Enter');
}

/** Picture files as a person's clipboard or pointer brings them. */
function transfer(page: Page, kind: 'paste' | 'drop') {
  return page.evaluate(`(() => {
    const bytes = Uint8Array.from(atob('${PIXEL.toString('base64')}'), (sign) => sign.charCodeAt(0));
    const data = new DataTransfer();
    data.items.add(new File([bytes], 'a.png', { type: 'image/png' }));
    const field = document.querySelector('textarea');
    const options = { bubbles: true, cancelable: true };
    field.dispatchEvent('${kind}' === 'paste'
      ? new ClipboardEvent('paste', { ...options, clipboardData: data })
      : new DragEvent('drop', { ...options, dataTransfer: data }));
  })()`);
}

/** A conversation in which something was said. */
async function remember(name: string): Promise<void> {
  await ui.world.chat('my name is Ada', { ...admin, 'x-conversation': encodeURIComponent(name) });
}

describe('the playground', () => {
  it('streams an answer as Markdown, its code with a button to copy it', async () => {
    ui.world.sim.script({
      match: 'show me code',
      chunks: ['Here **is**', ' some:\n\n```js\nconst answer = 42;\n```\n', '\n- one\n- two'],
    });
    const page = await ui.open({ at: CHAT });
    await page.getByText('Say something').waitFor();
    await say(page, 'show me code');
    await said(page).getByText('const answer = 42;').waitFor();
    expect(await said(page).locator('strong').textContent()).toBe('is');
    await said(page).getByText('two', { exact: true }).waitFor();
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    await said(page).getByRole('button', { name: 'Copy', exact: true }).click();
    await expect.poll(() => page.evaluate('navigator.clipboard.readText()')).toBe('const answer = 42;');
    await expectAccessible(page);
  });

  it('stops at a press, and keeps what was written', async () => {
    ui.world.sim.script({
      match: 'tell a tale',
      text: 'word '.repeat(300),
      edits: 60,
      editEveryMs: 6_000,
      times: 1,
    });
    const page = await ui.open({ at: CHAT });
    await say(page, 'tell a tale');
    await said(page).getByText('word word').waitFor();
    await page.getByRole('button', { name: 'Stop' }).click();
    await page.getByText('You stopped this answer.').waitFor();
    await said(page).getByText('word word').waitFor();
    await page.getByRole('button', { name: 'Send' }).waitFor();
  });

  it('sends what was said along, and asks again on demand', async () => {
    const page = await ui.open({ at: CHAT });
    await say(page, 'first question');
    await said(page).getByText('You said: first question').waitFor();
    await page.getByRole('button', { name: 'Regenerate' }).waitFor();
    const [next] = await Promise.all([page.waitForRequest(COMPLETIONS), say(page, 'second question')]);
    expect(next.postDataJSON()).toMatchObject({
      model: 'gpt-4o',
      stream: true,
      messages: [
        { role: 'user', content: 'first question' },
        { role: 'assistant', content: 'You said: first question' },
        { role: 'user', content: 'second question' },
      ],
    });
    const again = page.getByRole('button', { name: 'Regenerate' });
    await again.waitFor();
    const [repeated] = await Promise.all([page.waitForRequest(COMPLETIONS), again.click()]);
    expect(repeated.postDataJSON()).toEqual(next.postDataJSON());
    await again.waitFor();
    expect(await said(page).getByRole('listitem').count()).toBe(4);
    await page.getByRole('button', { name: 'Clear' }).click();
    await page.getByText('Say something').waitFor();
  });

  it('goes on with what the bot proposes', async () => {
    ui.world.sim.script({ match: 'propose', text: 'Well.', suggestions: ['And then?'] });
    const page = await ui.open({ at: CHAT });
    await say(page, 'propose');
    await page.getByRole('button', { name: 'And then?' }).click();
    await said(page).getByText('You said: And then?').waitFor();
  });

  it('takes pictures that are chosen, pasted or dropped, and shows those that come back', async () => {
    const page = await ui.open({ at: CHAT });
    await page
      .locator('input[type=file]')
      .setInputFiles({ name: 'a.png', mimeType: 'image/png', buffer: PIXEL });
    const chosen = page.getByRole('list', { name: 'Chosen pictures' }).getByRole('listitem');
    await chosen.first().waitFor();
    await transfer(page, 'paste');
    await chosen.nth(1).waitFor();
    await transfer(page, 'drop');
    await chosen.nth(2).waitFor();
    await page.getByRole('button', { name: 'Remove picture 3' }).click();
    expect(await chosen.count()).toBe(2);
    await say(page, 'what is this');
    await said(page).getByText('I see 2 pictures').waitFor();
    await say(page, 'draw a fox');
    const picture = said(page).locator('.markdown img').last();
    await picture.waitFor();
    await expect
      .poll(() => picture.evaluate((image) => (image as { naturalWidth?: number }).naturalWidth), SOON)
      .toBeGreaterThan(0);
  });

  it('draws with a model that draws', async () => {
    const page = await ui.open({ at: CHAT });
    await page.getByRole('combobox', { name: 'Model' }).selectOption('midjourney');
    await say(page, 'a small cat');
    await said(page).locator('.markdown img').first().waitFor();
  });

  it('writes new lines with Shift, and leaves Enter to those who compose characters', async () => {
    const page = await ui.open({ at: CHAT });
    await field(page).fill('one');
    await page.keyboard.press('Shift+Enter');
    await page.keyboard.type('two');
    expect(await field(page).inputValue()).toBe('one\ntwo');
    await page.evaluate(`document.querySelector('textarea').dispatchEvent(
      new KeyboardEvent('keydown', { key: 'Enter', bubbles: true, isComposing: true }))`);
    expect(await field(page).inputValue()).toBe('one\ntwo');
  });

  it('shows an error inside the stream with its code, and what was written before it', async () => {
    const page = await ui.open({ at: CHAT });
    const error = {
      message: 'The bot is overloaded. Try again a little later.',
      type: 'x',
      param: null,
      code: 'bot_busy',
    };
    await page.route(COMPLETIONS, (route) =>
      route.fulfill({
        contentType: 'text/event-stream',
        headers: { 'x-cordgate-warnings': 'unsupported parameters ignored: top_p' },
        body: `data: {"choices":[{"delta":{"content":"Half an"}}]}\n\ndata: ${JSON.stringify({ error })}\n\n`,
      }),
    );
    await say(page, 'hello');
    const alert = said(page).getByRole('alert');
    await alert.getByText('The bot is overloaded. Try again a little later.').waitFor();
    await alert.getByText('bot_busy').waitFor();
    await said(page).getByText('Half an').waitFor();
    await said(page).getByText('unsupported parameters ignored: top_p').waitFor();
    await expectAccessible(page);
    await page.unroute(COMPLETIONS);
    await page.getByRole('button', { name: 'Regenerate' }).click();
    await said(page).getByText('You said: hello').waitFor();
    expect(await alert.count()).toBe(0);
  });

  it('says when the connection is lost in the middle of an answer', async () => {
    ui.world.sim.script({
      match: 'slowly',
      text: 'drop '.repeat(300),
      edits: 60,
      editEveryMs: 6_000,
      times: 1,
    });
    const page = await ui.open({ at: CHAT });
    await say(page, 'slowly');
    await said(page).getByText('drop drop').waitFor();
    ui.wire.cut();
    await said(page).getByRole('alert').getByText('The connection was lost before').waitFor();
    ui.wire.mend();
    await page.getByRole('status').getByText('Live', { exact: true }).first().waitFor();
    await say(page, 'again');
    await said(page).getByText('Continue the conversation below').waitFor();
  });

  it('asks to sign in again when the key is refused, and goes on where it was', async () => {
    const page = await ui.open({ at: CHAT });
    await say(page, 'before');
    await said(page).getByText('You said: before').waitFor();
    await page.route(COMPLETIONS, (route) =>
      route.fulfill({
        status: 401,
        json: { error: { message: 'no', type: 'x', param: null, code: 'invalid_api_key' } },
      }),
    );
    await say(page, 'after');
    await page.getByText('Your key is no longer accepted.').waitFor();
    await page.locator('input').first().fill(ADMIN_KEY);
    await page.keyboard.press('Enter');
    await said(page).getByText('You said: before').waitFor();
  });
});

describe('a lasting conversation on the playground', () => {
  beforeAll(() => remember('earlier'));

  it('shows what was said before, and sends the newest message only', async () => {
    const page = await ui.open({ at: `${CHAT}?conversation=earlier&bot=coze&key=test` });
    await said(page).getByText('You said: my name is Ada').waitFor();
    const [request] = await Promise.all([page.waitForRequest(COMPLETIONS), say(page, 'recall')]);
    expect(await request.headerValue('x-conversation')).toBe('earlier');
    expect(request.postDataJSON().messages).toEqual([{ role: 'user', content: 'recall' }]);
    await said(page).locator('.markdown li').getByText('my name is Ada').waitFor();
  });

  it('can be made there, under a Chinese name', async () => {
    const page = await ui.open({ at: CHAT });
    await page.getByRole('button', { name: 'New conversation' }).click();
    await page.getByRole('textbox', { name: 'Name' }).fill('旅行计划');
    await page.getByRole('button', { name: 'Create' }).click();
    await page.getByText('Nothing was said in it yet.').waitFor();
    await say(page, '你好');
    await said(page).getByText('You said: 你好').waitFor();
    await page.reload();
    await said(page).getByText('You said: 你好').waitFor();
    expect(await page.getByRole('combobox', { name: 'Conversation' }).inputValue()).not.toBe('');
  });

  it('of another key is shown to admins, but not continued', async () => {
    const other = { authorization: `Bearer ${USER_KEY}` };
    await ui.world.chat('a secret plan', { ...other, 'x-conversation': 'theirs' });
    const page = await ui.open({ at: `${CHAT}?conversation=theirs&bot=coze&key=other` });
    await said(page).getByText('You said: a secret plan').waitFor();
    await page.getByText('This conversation belongs to the key “other”.').waitFor();
    expect(await field(page).count()).toBe(0);
  });

  it('says what failed, and tries again', async () => {
    const page = await ui.open({ at: '#/nowhere' });
    const messages = '**/conversations/earlier/messages*';
    await page.route(messages, (route) =>
      route.fulfill({
        status: 502,
        json: { error: { message: 'Discord sleeps.', type: 'x', param: null, code: 'discord_unreachable' } },
      }),
    );
    await page.goto(`${ui.url}${CHAT}?conversation=earlier`);
    await page.getByText('Discord sleeps.').waitFor();
    await page.unroute(messages);
    await page.getByRole('button', { name: 'Try again' }).click();
    await said(page).getByText('You said: my name is Ada').waitFor();
  });

  it('of any length ends in sight', async () => {
    const page = await ui.open({ at: '#/nowhere', width: 320 });
    const lines = Array.from({ length: 50 }, (_, index) => ({
      role: index % 2 === 0 ? 'user' : 'assistant',
      text: `line ${index} ${'a'.repeat(200)}`,
      images: [],
      files: [{ name: `notes-${index}.txt`, url: 'https://cdn.example.org/notes.txt' }],
      at: index,
    }));
    await page.route('**/conversations/long/messages*', (route) =>
      route.fulfill({ json: { messages: lines } }),
    );
    await page.goto(`${ui.url}${CHAT}?conversation=long`);
    await said(page).getByText('line 49').waitFor();
    await expect.poll(() => page.evaluate('window.scrollY'), SOON).toBeGreaterThan(1_000);
    await expectNoSidewaysScroll(page);
  });
});

describe('the same call as code', () => {
  it('is that of the playground, and never holds the key', async () => {
    const page = await ui.open({ at: `${CHAT}?model=gpt-4o-mini` });
    const code = page.locator('pre');
    await field(page).fill('it’s "me"');
    await code.filter({ hasText: 'gpt-4o-mini' }).filter({ hasText: 'it’s' }).waitFor();
    expect(await code.textContent()).toContain('$CORDGATE_KEY');
    await page.getByRole('tab', { name: 'Python' }).click();
    await code.filter({ hasText: 'os.environ["CORDGATE_KEY"]' }).waitFor();
    await page.keyboard.press('ArrowRight');
    await code.filter({ hasText: 'process.env.CORDGATE_KEY' }).waitFor();
    expect(await page.content()).not.toContain(ADMIN_KEY);
  });

  const call = {
    model: 'gpt-4o',
    conversation: '编 号',
    messages: [{ role: 'user' as const, content: 'it\'s "me" \\ 你好\nnew line' }],
  };
  const env = { ...process.env, CORDGATE_KEY: ADMIN_KEY };

  it('runs as it stands in a shell', async () => {
    const code = sampleOf('curl', `${ui.world.url}/v1`, call);
    const { stdout } = await promisify(execFile)('bash', ['-c', code.replace('curl -N', 'curl -sN')], {
      env,
    });
    expect(answerOf(stdout)).toContain('it\'s "me" \\ 你好\nnew line');
  });

  it('runs as it stands in TypeScript, with the official package', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'cordgate-sample-'));
    symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
    writeFileSync(join(folder, 'sample.mts'), sampleOf('typescript', `${ui.world.url}/v1`, call));
    const { stdout } = await promisify(execFile)(process.execPath, [join(folder, 'sample.mts')], { env });
    rmSync(folder, { recursive: true });
    expect(stdout).toContain('it\'s "me" \\ 你好\nnew line');
  });

  it('cuts pictures short, and encodes the name of the conversation', () => {
    const image = {
      type: 'image_url' as const,
      image_url: { url: `data:image/png;base64,${'A'.repeat(5_000)}` },
    };
    const messages = [{ role: 'user' as const, content: [image] }];
    for (const language of ['curl', 'python', 'typescript'] as const) {
      const code = sampleOf(language, 'http://localhost/v1', { ...call, messages });
      expect(code.length).toBeLessThan(1_000);
      expect(code).toContain('%E7%BC%96%20%E5%8F%B7');
    }
  });
});

describe('the page', () => {
  beforeAll(() => remember('looked at'));

  it('says what to do without any bot', async () => {
    const page = await ui.open({ at: '#/nowhere' });
    await page.route('**/cordgate/v1/me', async (route) => {
      const response = await route.fetch();
      await route.fulfill({ json: { ...(await response.json()), models: [] } });
    });
    await page.goto(`${ui.url}${CHAT}`);
    await page.reload();
    await page.getByText('No bot to talk with').waitFor();
    await expectAccessible(page);
  });

  it.each([
    ['light', 'en', 1280],
    ['dark', 'zh', 320],
  ] as const)('is accessible in %s and %s at %i pixels, and fits', async (theme, language, width) => {
    const page = await ui.open({ at: `${CHAT}?conversation=looked%20at&bot=coze`, theme, language, width });
    await page.getByText('You said: my name is Ada').waitFor();
    await expectAccessible(page);
    await expectNoSidewaysScroll(page);
  });
});

/** The words of a stream. */
function answerOf(stream: string): string {
  const chunks = [...stream.matchAll(/^data: (\{.+)$/gm)].map(([, data = '']) => JSON.parse(data));
  return chunks.map(({ choices }) => choices[0]?.delta?.content ?? '').join('');
}
