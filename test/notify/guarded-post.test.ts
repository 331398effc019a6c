import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { systemClock } from '../../src/core/clock.ts';
import type { GatewayError } from '../../src/core/errors.ts';
import { silentLog } from '../../src/core/log.ts';
import { createGuardedPost, type GuardedPostOptions } from '../../src/media/post.ts';
import { createTaskHooks } from '../../src/notify/task-hooks.ts';
import { TASK } from './support.ts';

async function listen(server: Server, host = '127.0.0.1', port = 0): Promise<number> {
  await new Promise<void>((resolve) => server.listen(port, host, resolve));
  onTestFinished(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  return (server.address() as AddressInfo).port;
}

const textOf = async (request: IncomingMessage) => Buffer.concat(await request.toArray()).toString('utf8');

/** A receiver; gives its address and what it was sent. */
async function receive(answer: RequestListener = (_request, response) => void response.writeHead(204).end()) {
  const seen: { method: string | undefined; headers: IncomingMessage['headers']; body: string }[] = [];
  const server = createServer((request, response) => {
    const { method, headers } = request;
    void textOf(request).then((body) => {
      seen.push({ method, headers, body });
      answer(request, response);
    });
  });
  const port = await listen(server);
  return { seen, port, url: `http://127.0.0.1:${port}/hook` };
}

const guarded = (options: Partial<GuardedPostOptions> = {}) =>
  createGuardedPost({ allowPrivate: ['127.0.0.0/8'], timeoutMs: 2_000, ...options });

const post = (
  url: string,
  options: Partial<GuardedPostOptions> = {},
  signal = new AbortController().signal,
) =>
  guarded(options).post(url, { headers: { 'content-type': 'application/json' }, body: '{"a":"ü"}', signal });

const failure = (work: Promise<unknown>) =>
  work.then(
    () => expect.unreachable('It went well.'),
    (error: unknown) => error as GatewayError,
  );

describe('a guarded post', () => {
  it('carries headers and body to the receiver, and gives its status', async () => {
    const { seen, url } = await receive();
    expect(await post(url)).toEqual({ status: 204 });
    expect(seen).toEqual([
      {
        method: 'POST',
        headers: expect.objectContaining({ 'content-type': 'application/json' }),
        body: '{"a":"ü"}',
      },
    ]);
  });

  it('does not follow a redirect', async () => {
    const inner = await receive();
    const { url } = await receive((_request, response) => {
      response.writeHead(307, { location: inner.url }).end();
    });
    expect(await post(url)).toEqual({ status: 307 });
    expect(inner.seen).toEqual([]);
  });

  it('refuses a private address without contacting it', async () => {
    const { seen, port, url } = await receive();
    for (const each of [url, `http://localhost:${port}/`, `http://[::ffff:127.0.0.1]:${port}/`]) {
      expect(await failure(post(each, { allowPrivate: [] }))).toMatchObject({ code: 'media_forbidden' });
    }
    expect(seen).toEqual([]);
  });

  it('connects to the address that was checked, not to what the name leads to later', async () => {
    const good = await receive();
    let evil = 0;
    await listen(
      createServer((_request, response) => {
        evil += 1;
        response.end();
      }),
      '127.0.0.2',
      good.port,
    );
    const answers = [['127.0.0.1'], ['127.0.0.2']];
    const lookup = async () => answers.shift() ?? [];
    const url = `http://rebind.example:${good.port}/`;
    expect(await post(url, { allowPrivate: ['127.0.0.1'], lookup })).toEqual({ status: 204 });
    expect({ evil, left: answers.length, seen: good.seen.length }).toEqual({ evil: 0, left: 1, seen: 1 });
  });

  it('knows the status of an answer whose body never ends', async () => {
    const { url } = await receive((_request, response) => void response.writeHead(200).write('x'));
    expect(await post(url, { timeoutMs: 200 })).toEqual({ status: 200 });
  });

  it('gives up on a receiver that does not answer, and at the signal', async () => {
    const port = await listen(createServer(() => {}));
    const url = `http://127.0.0.1:${port}/`;
    expect(await failure(post(url, { timeoutMs: 100 }))).toMatchObject({ name: 'TimeoutError' });
    const leaving = new AbortController();
    const work = failure(post(url, {}, leaving.signal));
    leaving.abort(new Error('enough'));
    expect(await work).toMatchObject({ message: 'enough' });
  });
});

describe('the check of a callback', () => {
  const lookup = async (host: string) => {
    if (host === 'public.example') return ['8.8.8.8'];
    if (host === 'mixed.example') return ['8.8.8.8', '10.0.0.1'];
    if (host === 'slow.example') return new Promise<string[]>(() => {});
    throw new Error('ENOTFOUND');
  };
  const check = (url: string, allowPrivate: string[] = []) =>
    guarded({ allowPrivate, lookup, timeoutMs: 100 }).checkHook(url);

  it.each(['https://public.example/hook?token=1', 'http://8.8.4.4:8080/'])('lets %s pass', async (url) => {
    await expect(check(url)).resolves.toBeUndefined();
  });

  it('lets a private address pass where the operator allows it', async () => {
    await expect(check('http://10.0.0.1/', ['10.0.0.0/8'])).resolves.toBeUndefined();
  });

  it.each([
    ['http://127.0.0.1/', 'media_forbidden'],
    ['http://169.254.169.254/latest/meta-data/', 'media_forbidden'],
    ['https://mixed.example/', 'media_forbidden'],
    ['https://missing.example/', 'invalid_request'],
    ['https://slow.example/', 'invalid_request'],
    ['ftp://public.example/', 'invalid_request'],
    ['no url', 'invalid_request'],
    ['https://user:pass@public.example/', 'invalid_request'],
    [`https://public.example/?${'x'.repeat(2_100)}`, 'invalid_request'],
  ])('refuses %.40s as %s', async (url, code) => {
    const error = await failure(check(url));
    expect(error).toMatchObject({ code, status: 400, param: 'notifyHook' });
    expect(error.message).not.toMatch(/10\.0\.0\.1|user:/);
    expect(error.hint).not.toContain('base64');
  });
});

it('a task’s end reaches a real receiver, whose first answer was a failure', async () => {
  let count = 0;
  const delivered = Promise.withResolvers<void>();
  const { seen, url } = await receive((_request, response) => {
    count += 1;
    response.writeHead(count === 1 ? 503 : 200).end();
    if (count === 2) delivered.resolve();
  });
  /** Pauses are a hundredth of what they would be. */
  const clock = {
    now: () => systemClock.now(),
    after: (delayMs: number, action: () => void) => systemClock.after(delayMs / 100, action),
  };
  const { post: send } = guarded();
  const render = { plain: ({ status }: typeof TASK) => ({ status }) };
  const hooks = createTaskHooks({ post: send, clock, log: silentLog, render, secret: 's' });
  hooks.taskChanged({ ...TASK, status: 'succeeded', notify: { url, dialect: 'plain' } });
  await delivered.promise;
  await hooks.close();
  expect(seen.map(({ body }) => body)).toEqual(['{"status":"succeeded"}', '{"status":"succeeded"}']);
  expect(seen[1]?.headers['x-cordgate-signature']).toMatch(/^sha256=[0-9a-f]{64}$/);
});
