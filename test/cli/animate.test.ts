/** `cordgate animate` against the gateway's own HTTP surface, with a task service in memory behind it. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { GatewayError } from '../../src/core/errors.ts';
import { CLIP, openFilms, PNG } from '../http/openai/videos-support.ts';
import { KEY } from '../http/support.ts';
import { Terminal } from './terminal.ts';

async function setup() {
  const films = await openFilms();
  const folder = mkdtempSync(join(tmpdir(), 'cordgate-animate-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const cat = join(folder, 'cat.png');
  writeFileSync(cat, PNG);
  const terminal = new Terminal({ CORDGATE_KEY: KEY });
  const animate = (...args: string[]) => terminal.run(['animate', ...args, '--url', films.url]);
  /** What happens to every task that is submitted. */
  const whenSubmitted = async (play: (id: string) => void) => {
    const watching = new AbortController();
    onTestFinished(() => watching.abort());
    const changes = films.tasks.watchAll({ id: '', admin: true, bots: ['*'] }, watching.signal);
    for await (const change of changes) {
      if (change.type !== 'task-changed' || change.task.status !== 'queued') continue;
      queueMicrotask(() => play(change.task.id));
    }
  };
  const media = [{ url: `${films.cdn.url}/attachments/1/3/cat.mp4`, contentType: 'video/mp4' }];
  const succeed = () =>
    void whenSubmitted((id) => {
      films.tasks.event(id, { type: 'progress-changed', percent: 60 });
      setTimeout(() => films.tasks.succeedWithVideo(id, { media }), 100);
    });
  return { ...films, folder, cat, terminal, animate, whenSubmitted, succeed };
}

describe('cordgate animate', () => {
  it('films a picture, shows how far it is, and saves the video', async () => {
    const { animate, cat, folder, succeed, tasks } = await setup();
    succeed();
    const out = join(folder, 'cat.mp4');
    const { code, stdout, stderr } = await animate(cat, 'she jumps', '--out', out);
    expect({ code, stdout, stderr }).toMatchObject({ code: 0, stdout: `${out}\n` });
    expect(readFileSync(out).equals(CLIP)).toBe(true);
    expect(stderr).toMatch(/animate {3}0 % {2}0:0\d {2}in line\n/);
    expect(stderr).toMatch(/animate 100 % {2}0:0\d {2}done\n$/);
    expect(tasks.orders[0]).toMatchObject({ model: 'pika', verb: 'animate', prompt: 'she jumps' });
    expect(tasks.orders[0]?.images).toEqual([{ type: 'bytes', bytes: PNG }]);
  });

  it('films words alone, and names the file after them', async () => {
    const { animate, folder, succeed, tasks } = await setup();
    succeed();
    const { stdout } = await animate('A small', 'cat -motion 2', '--out', folder, '--ar', '9:16', '--json');
    const { task, files } = JSON.parse(stdout);
    expect(task).toMatchObject({ object: 'video', status: 'completed', progress: 100 });
    expect(files).toEqual([join(folder, 'a-small-cat.mp4')]);
    expect(tasks.orders[0]).toMatchObject({ verb: 'create', prompt: 'A small cat -motion 2 -ar 9:16' });
  });

  it('hands on a link, the model, and what the gateway does not obey', async () => {
    const { animate, folder, succeed, tasks } = await setup();
    succeed();
    const link = 'https://pictures.example.org/cat';
    const { stderr } = await animate(link, 'she jumps', '-m', 'midjourney', '--ar', '1:1', '--out', folder);
    expect(tasks.orders[0]).toMatchObject({ model: 'midjourney', images: [{ type: 'link', url: link }] });
    expect(stderr).toContain('note: size ignored: the clip has the shape of its picture\n');
  });

  it('saves an animated picture as what it is', async () => {
    const { animate, folder, tasks, cdn, whenSubmitted } = await setup();
    const media = [{ url: `${cdn.url}/a.webp`, contentType: 'image/webp' }];
    void whenSubmitted((id) => tasks.succeedWithVideo(id, { media }));
    const { stdout, stderr } = await animate('a cat', '--out', join(folder, 'cat.mp4'));
    expect(stdout).toBe(`${join(folder, 'cat.webp')}\n`);
    expect(stderr).toContain('note: the bot gave an animated picture (image/webp)\n');
  });

  it('never writes over a video', async () => {
    const { animate, folder, succeed } = await setup();
    succeed();
    const out = join(folder, 'cat.mp4');
    writeFileSync(out, 'mine');
    expect((await animate('a cat', '--out', out)).stdout).toBe(`${join(folder, 'cat-2.mp4')}\n`);
    expect(readFileSync(out, 'utf8')).toBe('mine');
  });

  it('tells why the bot failed', async () => {
    const { animate, folder, whenSubmitted, tasks } = await setup();
    void whenSubmitted((id) =>
      tasks.fail(id, new GatewayError('prompt_refused', 'The video was moderated.')),
    );
    const { code, stdout, stderr } = await animate('a cat', '--out', folder);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain('error: the task failed: The video was moderated.');
    expect(readdirSync(folder)).toEqual(['cat.png']);
  });

  it('tells the gateway’s own refusal', async () => {
    const { animate, folder, tasks } = await setup();
    tasks.refuseWith(new GatewayError('queue_full', 'alice has 3 tasks waiting, its limit.'));
    const { code, stderr } = await animate('a cat', '--out', folder);
    expect(code).toBe(1);
    expect(stderr).toContain('the gateway refuses the request: alice has 3 tasks waiting, its limit.');
  });

  it('says where a finished video is that could not be fetched', async () => {
    const { animate, folder, succeed, cdn } = await setup();
    succeed();
    cdn.failures = 9;
    const { code, stderr } = await animate('a cat', '--out', folder);
    expect(code).toBe(1);
    expect(stderr).toMatch(
      /the video is ready but could not be fetched .*404.*\n {2}-> Fetch it yourself: .*\/content/,
    );
  });

  it('cancels its task when it is stopped, and when the time is up', async () => {
    const { animate, folder, terminal, tasks, whenSubmitted } = await setup();
    const states = async () =>
      (
        await tasks.listTasks(
          { id: '', admin: true, bots: ['*'] },
          { limit: 10 },
          new AbortController().signal,
        )
      ).map(({ status }) => status);
    void whenSubmitted(() => setTimeout(() => terminal.signal(), 50));
    const stopped = await animate('a cat', '--out', folder);
    expect(stopped).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('error: stopped; the gateway was asked'),
    });
    const late = await animate('a cat', '--out', folder, '--timeout', '0.2');
    expect(late.code).toBe(1);
    expect(await states()).toEqual(['cancelled', 'cancelled']);
  });

  it('says which key and which gateway it needs', async () => {
    const { url, folder } = await setup();
    const run = (env: Record<string, string>, at: string) =>
      new Terminal(env).run(['animate', 'a cat', '--out', folder, '--url', at]);
    expect((await run({}, url)).stderr).toContain('the gateway asks for a key');
    expect((await run({ CORDGATE_KEY: 'sk-wrong' }, url)).stderr).toContain('does not know this key');
    expect((await run({}, 'http://127.0.0.1:2')).stderr).toContain(
      'no gateway answers at http://127.0.0.1:2',
    );
  });
});

describe('cordgate animate is used wrongly', () => {
  it.each([
    ['without words', [], 'missing required argument'],
    ['with empty words', [' '], 'say what to film'],
    ['with a picture alone', ['CAT'], 'say what happens in the picture'],
    ['with a picture that is not there', ['no.png', 'a'], 'no.png: there is no such file'],
    ['with a name for another kind of file', ['a', '--out', 'a.gif'], 'cannot be saved as .gif; use .mp4'],
    ['with a folder that is not there', ['a', '--out', '/nowhere/a.mp4'], 'does not exist'],
    ['with two shapes', ['a -ar 1:1', '--ar', '1:1'], 'holds -ar already'],
    ['with a shape in words', ['a', '--ar', 'wide'], 'Must be a ratio'],
    ['with no time', ['a', '--timeout', '0'], 'above 0'],
    ['with an address that is none', ['a', '--url', 'gateway'], 'Must be an address'],
  ])('%s', async (_what, args, message) => {
    const { cat, tasks } = await setup();
    const given = args.map((arg) => (arg === 'CAT' ? cat : arg));
    const { code, stderr } = await new Terminal().run(['animate', ...given]);
    expect({ code, stderr }).toMatchObject({ code: 2, stderr: expect.stringContaining(message) });
    expect(tasks.orders).toEqual([]);
  });
});
