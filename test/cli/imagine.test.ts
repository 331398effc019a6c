import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { describe, expect, it as sequential } from 'vitest';
import { run } from '../../src/cli/main.ts';
import { fakeParts, Terminal } from './terminal.ts';

// Each waits half a second for the gateway's next word, so they do it side by side.
const it = sequential.concurrent;

interface Told {
  readonly method: string;
  readonly path: string;
  readonly key: string | undefined;
  // biome-ignore lint/suspicious/noExplicitAny: tests read fields of many shapes
  readonly body: any;
}

interface Reply {
  readonly status?: number;
  readonly body?: object | string;
}

type Finish = (stop: () => void) => void;

async function picture(color: string): Promise<Buffer> {
  return sharp({ create: { width: 4, height: 4, channels: 3, background: color } })
    .webp({ lossless: true })
    .toBuffer();
}

const PICTURES = {
  '/preview.webp': await picture('#808080'),
  '/grid.webp': await picture('#ff0000'),
  '/U2.webp': await picture('#00ff00'),
  '/V3.webp': await picture('#0000ff'),
  '/U1.webp': await picture('#00ffff'),
};

/** A task that is done at once. */
const doneAt = (url: string) => ({
  id: 'any',
  status: 'SUCCESS',
  progress: '100%',
  imageUrl: `${url}/U1.webp`,
  failReason: null,
});

async function bodyOf(request: IncomingMessage) {
  let text = '';
  for await (const part of request) text += part;
  return text === '' ? undefined : JSON.parse(text);
}

/** A gateway whose tasks take two looks; `answer` may say something else. */
async function fakeGateway(
  atEnd: Finish,
  answer: (told: Told, count: number) => Reply | undefined = () => undefined,
) {
  const told: Told[] = [];
  const looks = new Map<string, number>();
  let url = '';
  const task = (
    id: string,
    status: string,
    progress: string,
    image: string | null,
    failReason: string | null = null,
  ) => ({
    body: {
      id,
      status,
      progress,
      imageUrl: image === null ? null : `${url}${image}`,
      failReason,
      buttons: [],
    },
  });
  const usual = ({ method, path, body }: Told): Reply => {
    if (path === 'submit/imagine')
      return { body: { code: 1, description: '提交成功', result: 'grid', properties: {} } };
    if (path === 'submit/change') {
      const id = `${body.action.slice(0, 1)}${body.index}`;
      return { body: { code: 22, description: '排队中', result: id, properties: {} } };
    }
    const [, id = '', verb] = path.split('/');
    if (method === 'POST' && verb === 'cancel') return task(id, 'CANCEL', '', null);
    const look = looks.get(id) ?? 0;
    looks.set(id, look + 1);
    return look === 0
      ? task(id, 'IN_PROGRESS', '46%', '/preview.webp')
      : task(id, 'SUCCESS', '100%', `/${id}.webp`);
  };
  const respond = async (request: IncomingMessage, response: ServerResponse) => {
    const bytes = Object.entries(PICTURES).find(([name]) => name === request.url)?.[1];
    if (bytes) return void response.end(bytes);
    const entry: Told = {
      method: request.method ?? '',
      path: (request.url ?? '').replace('/midjourney-proxy/mj/', ''),
      key: request.headers.authorization,
      body: await bodyOf(request),
    };
    told.push(entry);
    const count = told.filter(({ path }) => path === entry.path).length;
    const { status = 200, body = '' } = answer(entry, count) ?? usual(entry);
    response.writeHead(status).end(typeof body === 'string' ? body : JSON.stringify(body));
  };
  const server = createServer((request, response) => void respond(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  atEnd(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url, told, task };
}

function folderFor(atEnd: Finish): string {
  const folder = mkdtempSync(join(tmpdir(), 'cordgate-imagine-'));
  atEnd(() => rmSync(folder, { recursive: true }));
  return folder;
}

/** The one colour of a saved picture, and its format. */
async function look(file: string) {
  const { data } = await sharp(file).removeAlpha().raw().toBuffer({ resolveWithObject: true });
  const { format } = await sharp(file).metadata();
  return { format, color: [...data.subarray(0, 3)].map((value) => Math.round(value / 255)) };
}

const RED = [1, 0, 0];
const GREEN = [0, 1, 0];
const BLUE = [0, 0, 1];

describe('cordgate imagine', () => {
  it('draws, shows how far it is, and saves the picture in the format that the name asks for', async ({
    onTestFinished: atEnd,
  }) => {
    const { url, told } = await fakeGateway(atEnd);
    const out = join(folderFor(atEnd), 'cat.png');
    const terminal = new Terminal({ CORDGATE_KEY: 'sk-environment' });
    const { code, stdout, stderr } = await terminal.run([
      'imagine',
      'a small cat',
      '--url',
      `${url}/`,
      '--out',
      out,
      '--ar',
      '16:9',
    ]);
    expect({ code, stdout }).toEqual({ code: 0, stdout: `${out}\n` });
    expect(await look(out)).toEqual({ format: 'png', color: RED });
    expect(stderr).toMatch(/^imagine {2}46 % {2}0:0\d {2}drawing\nimagine 100 % {2}0:0\d {2}done\n$/);
    expect(told[0]).toMatchObject({
      method: 'POST',
      path: 'submit/imagine',
      key: 'Bearer sk-environment',
      body: { prompt: 'a small cat --ar 16:9', botType: 'MID_JOURNEY', base64Array: [] },
    });
  });

  it('names the file after the prompt in the folder that is given, and keeps the picture as it came', async ({
    onTestFinished: atEnd,
  }) => {
    const { url } = await fakeGateway(atEnd);
    const folder = folderFor(atEnd);
    const args = ['imagine', 'A small', 'Cät, oil! --v 7', '--url', url, '--out', folder];
    const { stdout } = await new Terminal().run(args);
    expect(stdout).toBe(`${join(folder, 'a-small-cät-oil.webp')}\n`);
    expect(readFileSync(stdout.trim()).equals(PICTURES['/grid.webp'])).toBe(true);
  });

  it('never writes over a picture', async ({ onTestFinished: atEnd }) => {
    const { url } = await fakeGateway(atEnd);
    const out = join(folderFor(atEnd), 'cat.webp');
    writeFileSync(out, 'mine');
    const { stdout } = await new Terminal().run(['imagine', 'cat', '--url', url, '--out', out]);
    expect(stdout).toBe(`${out.replace('cat.', 'cat-2.')}\n`);
    expect(readFileSync(out, 'utf8')).toBe('mine');
  });

  it('gives the name to the one picture that a button makes, with the grid beside it', async ({
    onTestFinished: atEnd,
  }) => {
    const { url, told } = await fakeGateway(atEnd);
    const folder = folderFor(atEnd);
    const out = join(folder, 'cat.png');
    const { code, stdout } = await new Terminal().run([
      'imagine',
      'cat',
      '--url',
      url,
      '--out',
      out,
      '--upscale',
      '2',
    ]);
    expect({ code, stdout }).toEqual({ code: 0, stdout: `${join(folder, 'cat-grid.png')}\n${out}\n` });
    expect(await look(out)).toEqual({ format: 'png', color: GREEN });
    expect(await look(join(folder, 'cat-grid.png'))).toEqual({ format: 'png', color: RED });
    expect(told.find(({ path }) => path === 'submit/change')?.body).toEqual({
      taskId: 'grid',
      action: 'UPSCALE',
      index: 2,
    });
  });

  it('presses several buttons and prints one line of JSON', async ({ onTestFinished: atEnd }) => {
    const { url } = await fakeGateway(atEnd);
    const folder = folderFor(atEnd);
    const args = [
      'imagine',
      'cat',
      '--url',
      url,
      '--out',
      join(folder, 'cat.jpg'),
      '--upscale',
      '2',
      '--vary',
      '3',
      '--json',
    ];
    const { code, stdout } = await new Terminal().run(args);
    expect(code).toBe(0);
    expect(stdout.split('\n')).toHaveLength(2);
    const { task, files, followUps } = JSON.parse(stdout);
    expect(task).toMatchObject({ id: 'grid', status: 'SUCCESS' });
    expect(followUps.map(({ id }: { id: string }) => id)).toEqual(['U2', 'V3']);
    expect(files).toEqual(['cat-grid.jpg', 'cat.jpg', 'cat-v3.jpg'].map((name) => join(folder, name)));
    expect(await look(files[1])).toEqual({ format: 'jpeg', color: GREEN });
    expect(await look(files[2])).toEqual({ format: 'jpeg', color: BLUE });
  });

  it.each<[args: string[], files: string[]]>([
    [[], ['cat.png']],
    [
      ['--upscale', '2'],
      ['cat-grid.png', 'cat.png'],
    ],
    [
      ['--vary', '3,1', '--upscale', '1,2'],
      ['cat-grid.png', 'cat.png', 'cat-u2.png', 'cat-v3.png', 'cat-v1.png'],
    ],
  ])('names the files of %j as docs/commands.md says: %j', async (args, files) => {
    const ends: (() => void)[] = [];
    const atEnd: Finish = (stop) => ends.push(stop);
    const { url } = await fakeGateway(atEnd, ({ path }) =>
      path.endsWith('/fetch') && !path.includes('grid') ? { body: doneAt(url) } : undefined,
    );
    const folder = folderFor(atEnd);
    const out = join(folder, 'cat.png');
    const { stdout } = await new Terminal().run(['imagine', 'cat', '--url', url, '--out', out, ...args]);
    expect(stdout).toBe(files.map((name) => `${join(folder, name)}\n`).join(''));
    expect(readdirSync(folder).sort()).toEqual([...files].sort());
    for (const end of ends) end();
  });

  it('saves previews beside the picture, says so, and takes them away in the end', async ({
    onTestFinished: atEnd,
  }) => {
    const { url } = await fakeGateway(atEnd);
    const folder = folderFor(atEnd);
    const preview = join(folder, 'cat.progress.webp');
    writeFileSync(preview, 'an older one');
    const args = [
      'imagine',
      'cat',
      '--url',
      url,
      '--out',
      join(folder, 'cat.png'),
      '--watch',
      '--upscale',
      '1',
    ];
    const { stderr } = await new Terminal().run(args);
    expect(stderr).toContain(`preview at 46%: ${preview}\n`);
    expect(readdirSync(folder).sort()).toEqual(['cat-grid.png', 'cat.png']);
  });

  it('leaves the last preview where the picture failed', async ({ onTestFinished: atEnd }) => {
    const { url, task } = await fakeGateway(atEnd, ({ path }, count) =>
      path === 'task/grid/fetch' && count === 2 ? task('grid', 'FAILURE', '', null, 'no') : undefined,
    );
    const folder = folderFor(atEnd);
    const args = ['imagine', 'cat', '--url', url, '--out', join(folder, 'cat.png'), '--watch'];
    expect((await new Terminal().run(args)).code).toBe(1);
    const preview = join(folder, 'cat.progress.webp');
    expect(readFileSync(preview).equals(PICTURES['/preview.webp'])).toBe(true);
  });

  it('takes away no file that is not its own preview', async ({ onTestFinished: atEnd }) => {
    const { url } = await fakeGateway(atEnd, ({ path }) =>
      path === 'task/grid/fetch' ? { body: doneAt(url) } : undefined,
    );
    const folder = folderFor(atEnd);
    writeFileSync(join(folder, 'cat.progress.webp'), 'an older one');
    const args = ['imagine', 'cat', '--url', url, '--out', join(folder, 'cat.png'), '--watch'];
    await new Terminal().run(args);
    expect(readdirSync(folder).sort()).toEqual(['cat.png', 'cat.progress.webp']);
  });

  it('passes over a preview that is no picture', async ({ onTestFinished: atEnd }) => {
    const { url, task } = await fakeGateway(atEnd, ({ path }, count) =>
      path === 'task/grid/fetch' && count === 1 ? task('grid', 'IN_PROGRESS', '10%', '/nothing') : undefined,
    );
    const folder = folderFor(atEnd);
    const args = ['imagine', 'cat', '--url', url, '--out', join(folder, 'cat.webp'), '--watch'];
    const { code, stderr } = await new Terminal().run(args);
    expect(code).toBe(0);
    expect(stderr).toContain('preview at 10%: could not be saved\n');
  });

  it('sends files as base64 and links as they are', async ({ onTestFinished: atEnd }) => {
    const { url, told } = await fakeGateway(atEnd);
    const folder = folderFor(atEnd);
    const file = join(folder, 'from.bin');
    writeFileSync(file, 'bytes');
    const link = 'https://example.org/cat.png';
    await new Terminal().run([
      'imagine',
      'cat',
      '--url',
      url,
      '--out',
      folder,
      '-i',
      file,
      '-i',
      link,
      '--model',
      'niji',
    ]);
    const { base64Array, botType } = told[0]?.body ?? {};
    expect(botType).toBe('NIJI_JOURNEY');
    expect(base64Array).toEqual([
      `data:application/octet-stream;base64,${Buffer.from('bytes').toString('base64')}`,
      link,
    ]);
  });

  it('redraws one line on a terminal', async ({ onTestFinished: atEnd }) => {
    const { url } = await fakeGateway(atEnd);
    const out = join(folderFor(atEnd), 'cat.png');
    let stderr = '';
    const io = {
      stdout() {},
      stderr: (text: string) => {
        stderr += text;
      },
      stderrIsTerminal: true,
      env: {},
      nextSignal: () => new Promise<void>(() => {}),
    };
    expect(await run(['imagine', 'cat', '--url', url, '--out', out], io, fakeParts())).toBe(0);
    expect(stderr.split('\n')).toHaveLength(2);
    const [, first, last] = stderr.split('\r\u001B[2K');
    expect(first).toMatch(/^imagine █{11}░{13} {2}46 % {2}0:0\d {2}drawing$/);
    expect(last).toMatch(/^imagine █{24} 100 % {2}0:0\d {2}done\n$/);
  });

  it('asks the gateway to cancel at Ctrl+C, and saves nothing', async ({ onTestFinished: atEnd }) => {
    const terminal = new Terminal();
    const { url, told } = await fakeGateway(atEnd, ({ path }) => {
      if (path === 'task/grid/fetch') setTimeout(() => terminal.signal(), 20);
      return undefined;
    });
    const folder = folderFor(atEnd);
    const { code, stdout, stderr } = await terminal.run(['imagine', 'cat', '--url', url, '--out', folder]);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain('error: stopped; the gateway was asked to cancel task grid\n');
    expect(told.at(-1)).toMatchObject({ method: 'POST', path: 'task/grid/cancel' });
    expect(readdirSync(folder)).toEqual([]);
  });

  it('cancels what takes longer than --timeout', async ({ onTestFinished: atEnd }) => {
    const { url, told, task } = await fakeGateway(atEnd, ({ path }) =>
      path === 'task/grid/fetch' ? task('grid', 'NOT_START', '0%', null) : undefined,
    );
    const args = ['imagine', 'cat', '--url', url, '--out', folderFor(atEnd), '--timeout', '0.2'];
    const { code, stderr } = await new Terminal().run(args);
    expect(code).toBe(1);
    expect(stderr).toContain('error: nothing came within 0.2 s; the gateway was asked to cancel task grid\n');
    expect(told.at(-1)?.path).toBe('task/grid/cancel');
  });

  it('goes on when the gateway is away for a moment', async ({ onTestFinished: atEnd }) => {
    const { url } = await fakeGateway(atEnd, ({ path }, count) =>
      path === 'task/grid/fetch' && count === 1
        ? { status: 502, body: '<html>Bad gateway</html>' }
        : undefined,
    );
    const { code } = await new Terminal().run(['imagine', 'cat', '--url', url, '--out', folderFor(atEnd)]);
    expect(code).toBe(0);
  });
});

const refusal = (code: number, detail: string): Reply => ({
  body: { code, description: '中文', result: null, properties: { detail } },
});

describe('cordgate imagine tells people what is wrong', () => {
  const cases: [name: string, reply: Reply, message: RegExp][] = [
    ['a wrong key', { status: 401 }, /asks for a key\n {2}-> .*--key/],
    [
      'a full line',
      refusal(23, 'alice has 500 tasks waiting.'),
      /line is full: alice has 500 .*\n {2}-> Try again/,
    ],
    [
      'a banned word',
      refusal(24, 'The word "gore" is banned.'),
      /not allowed: The word "gore" is banned\.\n {2}-> Change the prompt/,
    ],
    [
      'no account',
      refusal(3, 'No account.'),
      /nobody who could do this: No account\.\n {2}-> .*cordgate check/,
    ],
    ['a bad request', refusal(4, 'The picture is none.'), /refuses the request: The picture is none\./],
    ['a failure', refusal(9, 'Discord is away.'), /the gateway failed: Discord is away\./],
    ['another server', { status: 404, body: '<html></html>' }, /is no cordgate gateway \(HTTP 404\)/],
    ['another server that speaks JSON', { body: '[1]' }, /is no cordgate gateway/],
  ];

  it.each(cases)('%s', async (_name, reply, message) => {
    const ends: (() => void)[] = [];
    const { url } = await fakeGateway(
      (stop) => ends.push(stop),
      () => reply,
    );
    const folder = folderFor((stop) => ends.push(stop));
    const { code, stdout, stderr } = await new Terminal().run([
      'imagine',
      'cat',
      '--url',
      url,
      '--out',
      folder,
      '--json',
    ]);
    for (const end of ends) end();
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(message);
  });

  it('a key that the gateway does not know, without repeating it', async ({ onTestFinished: atEnd }) => {
    const { url } = await fakeGateway(atEnd, () => ({ status: 401 }));
    const { code, stderr } = await new Terminal().run(['imagine', 'cat', '--url', url, '--key', 'sk-secret']);
    expect(code).toBe(1);
    expect(stderr).toContain('does not know this key');
    expect(stderr).not.toContain('sk-secret');
  });

  it('no gateway there', async () => {
    const ends: (() => void)[] = [];
    const { url } = await fakeGateway((stop) => ends.push(stop));
    for (const end of ends) end();
    const { code, stderr } = await new Terminal().run(['imagine', 'cat', '--url', url]);
    expect(code).toBe(1);
    expect(stderr).toContain(
      `no gateway answers at ${url}\n  -> Start it with "cordgate serve" or "cordgate demo"`,
    );
  });

  it.each([
    ['FAILURE', 'Banned prompt detected', 'the task failed: Banned prompt detected'],
    ['CANCEL', 'Cancelled by the operator.', 'the task was cancelled: Cancelled by the operator.'],
  ])('a task that ends as %s', async (status, reason, message) => {
    const ends: (() => void)[] = [];
    const { url, task } = await fakeGateway(
      (stop) => ends.push(stop),
      ({ path }) => (path === 'task/grid/fetch' ? task('grid', status, '', null, reason) : undefined),
    );
    const { code, stderr } = await new Terminal().run(['imagine', 'cat', '--url', url]);
    for (const end of ends) end();
    expect(code).toBe(1);
    expect(stderr).toContain(message);
  });

  it('a picture that cannot be fetched, with its link', async ({ onTestFinished: atEnd }) => {
    const { url, task } = await fakeGateway(atEnd, ({ path }) => {
      if (path === 'task/grid/fetch') return task('grid', 'SUCCESS', '100%', '/gone.webp');
      return path === '/gone.webp' ? { status: 404 } : undefined;
    });
    const { code, stderr } = await new Terminal().run(['imagine', 'cat', '--url', url]);
    expect(code).toBe(1);
    expect(stderr).toContain(`could not be fetched (404)\n  -> Fetch it yourself: ${url}/gone.webp`);
  });
});

describe('cordgate imagine asks nothing of the gateway when the command is wrong', () => {
  it.each([
    [['imagine'], /missing required argument/],
    [['imagine', ' '], /prompt is empty/],
    [['imagine', 'cat', '--out', 'cat.txt'], /cannot be saved as \.txt; use \.png/],
    [['imagine', 'cat', '--out', 'no-such-folder/cat.png'], /folder no-such-folder does not exist/],
    [['imagine', 'cat', '--upscale', '5'], /1 to 4/],
    [['imagine', 'cat', '--vary', '1,x'], /1 to 4/],
    [['imagine', 'cat', '--ar', 'wide'], /16:9/],
    [['imagine', 'cat --ar 1:1', '--ar', '16:9'], /holds --ar already/],
    [['imagine', 'cat', '--image', 'no-such.png'], /no-such\.png: there is no such file/],
    [['imagine', 'cat', '--url', 'localhost:8092'], /Must be an address/],
    [['imagine', 'cat', '--timeout', '0'], /above 0/],
    [['imagine', 'cat', '--model', 'dalle'], /midjourney, niji/],
  ])('%j', async (args, message) => {
    const { code, stdout, stderr } = await new Terminal().run(args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(message);
    expect(existsSync('cat.txt')).toBe(false);
  });
});
