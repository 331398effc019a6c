import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ConfigError } from '../../src/config/problem.ts';
import type { ConfigInput } from '../../src/config/schema.ts';
import { createGateway, type Gateway, GatewayError, type Task } from '../../src/index.ts';
import { type Sim, startSim } from '../../src/sim/index.ts';
import { promptsOf } from './scene.ts';
import { configFor, KEY } from './world.ts';

let sim: Sim;
let gateway: Gateway;

beforeEach(async () => {
  sim = await startSim({ port: 0, speed: 20, limits: 'none' });
});

afterEach(async () => {
  await gateway.close();
  await sim.close();
});

const open = (bot: object = {}, more: object = {}): Gateway => {
  gateway = createGateway(configFor(sim, bot, more));
  return gateway;
};

async function piecesOf(text: AsyncIterable<string>): Promise<string[]> {
  const pieces: string[] = [];
  for await (const piece of text) pieces.push(piece);
  return pieces;
}

async function ended(id: string): Promise<Task> {
  await expect.poll(() => gateway.task(id)?.status, { timeout: 10_000 }).toMatch(/^(success|failure)$/);
  return gateway.task(id)!;
}

const SLOW = { startAfterMs: 2_000, edits: 8, editEveryMs: 2_000 };

describe('chat', () => {
  it('gives the text as it comes, and then the whole answer', async () => {
    const { text, answer } = open().chat({ model: 'gpt-4o', messages: 'how are you today?' });
    const pieces = await piecesOf(text);
    expect(pieces.length).toBeGreaterThan(1);
    expect(pieces.join('')).toBe('You said: how are you today?');
    const whole = await answer;
    expect(whole).toMatchObject({ text: 'You said: how are you today?', reason: 'stop', media: [] });
    expect(whole.usage.promptTokens).toBeGreaterThan(3);
  });

  it('comes to its end without a reader, and can be read again from its beginning', async () => {
    const { text, answer } = open().chat({ messages: 'hello' });
    expect((await answer).text).toBe('You said: hello');
    expect((await piecesOf(text)).join('')).toBe('You said: hello');
    expect((await piecesOf(text)).join('')).toBe('You said: hello');
  });

  it('carries roles and pictures, and shows the pictures of the bot', async () => {
    const png = `data:image/png;base64,${Buffer.from('\x89PNG\r\n\x1a\nxx', 'latin1').toString('base64')}`;
    const content = [
      { type: 'text' as const, text: 'what is this?' },
      { type: 'image_url' as const, image_url: { url: png } },
    ];
    const seen = await open().chat({ messages: [{ role: 'user', content }] }).answer;
    expect(seen.text).toContain('I see 1 picture: image/png');
    const drawn = await gateway.chat({ messages: 'draw a fox' }).answer;
    expect(drawn.media).toHaveLength(1);
  });

  it('goes on where it stopped: by the messages, and by the name of a conversation', async () => {
    const first = await open().chat({ messages: 'hello' }).answer;
    await gateway.chat({
      messages: [
        { role: 'user', content: 'hello' },
        { role: 'assistant', content: first.text },
        { role: 'user', content: 'and now?' },
      ],
    }).answer;
    const [one, two] = promptsOf(sim);
    expect(two!.channelId).toBe(one!.channelId);
    await gateway.chat({ messages: 'remember me', conversation: 'diary' }).answer;
    const recalled = await gateway.chat({ messages: 'recall', conversation: 'diary' }).answer;
    expect(recalled.text).toContain('1. remember me');
  });

  it('ends when its signal aborts, with the signal’s reason, in the text and in the answer', async () => {
    open();
    sim.script({ defaults: SLOW });
    const leaving = new AbortController();
    const { text, answer } = gateway.chat({ messages: 'hello', signal: leaving.signal });
    const reason = new Error('changed my mind');
    const reading = (async () => {
      for await (const _piece of text) leaving.abort(reason);
    })();
    await expect(reading).rejects.toBe(reason);
    await expect(answer).rejects.toBe(reason);
  });

  it('fails with the one error type', async () => {
    open();
    sim.script({ limit: 'refusal', times: 5 });
    sim.script({ limit: 'busy' });
    const { text, answer } = gateway.chat({ messages: 'hello' });
    await expect(answer).rejects.toMatchObject({ name: 'GatewayError', code: 'bot_busy' });
    await expect(piecesOf(text)).rejects.toBeInstanceOf(GatewayError);
  });

  it.each([
    [{ messages: '  ' }, 'invalid_request', 'messages'],
    [{ messages: [] }, 'invalid_request', 'messages'],
    [{ messages: 'hello', model: 'gpt-9' }, 'model_not_found', 'model'],
    [{ messages: 'hello', conversation: 'x'.repeat(101) }, 'invalid_request', 'conversation'],
    [{ messages: 'hello', conversation: 'a\nb' }, 'invalid_request', 'conversation'],
  ])('refuses %j at once', (question, code, param) => {
    open();
    for (const ask of [gateway.chat, gateway.submit]) {
      expect(() => ask(question)).toThrow(expect.objectContaining({ code, param }));
    }
  });
});

describe('a task', () => {
  it('goes from queued over running to success, with the text so far', async () => {
    open();
    sim.script({ defaults: SLOW });
    const id = gateway.submit({ messages: 'tell me something' });
    expect(gateway.task(id)).toMatchObject({ id, status: 'queued', text: '' });
    await expect.poll(() => gateway.task(id)?.status, { interval: 5, timeout: 5_000 }).toBe('running');
    expect('You said: tell me something').toContain(gateway.task(id)!.text);
    const task = await ended(id);
    expect(task).toMatchObject({
      status: 'success',
      text: 'You said: tell me something',
      answer: { text: 'You said: tell me something', reason: 'stop' },
    });
    expect(Math.abs(Date.now() - task.createdAt)).toBeLessThan(20_000);
  });

  it('that fails says why', async () => {
    open();
    sim.script({ limit: 'busy' });
    expect(await ended(gateway.submit({ messages: 'hello' }))).toMatchObject({
      status: 'failure',
      error: { code: 'bot_busy' },
    });
  });

  it('of an unknown id is undefined', () => {
    expect(open().task('task_0')).toBeUndefined();
  });

  it('runs beside many others, each with its own answer', async () => {
    open();
    const ids = Array.from({ length: 30 }, (_, number) => gateway.submit({ messages: `number ${number}` }));
    const tasks = await Promise.all(ids.map(ended));
    expect(tasks.map(({ text }) => text)).toEqual(ids.map((_id, number) => `You said: number ${number}`));
  });
});

describe('fetch', () => {
  const headers = { authorization: `Bearer ${KEY}`, 'content-type': 'application/json' };
  const request = (path: string, init: RequestInit = {}) =>
    gateway.fetch(new Request(`http://inside${path}`, { headers, ...init }));
  const chat = (content: string, stream: boolean, init: RequestInit = {}) =>
    request('/v1/chat/completions', {
      method: 'POST',
      body: JSON.stringify({ model: 'gpt-4o', stream, messages: [{ role: 'user', content }] }),
      ...init,
    });

  it('serves every path as the ports do: answers, refusals, texts and probes', async () => {
    open();
    const whole = await chat('hello', false);
    expect(whole.status).toBe(200);
    expect(whole.headers.get('content-type')).toMatch(/^application\/json/);
    expect(whole.headers.get('x-request-id')).toMatch(/^req_/);
    expect(await whole.json()).toMatchObject({ choices: [{ message: { content: 'You said: hello' } }] });
    expect((await request('/v1/models', { headers: {} })).status).toBe(401);
    expect((await request('/v1/nothing')).status).toBe(404);
    expect((await request('/readyz')).status).toBe(200);
    expect(await (await request('/metrics')).text()).toContain('cordgate_chats_total');
    const head = await request('/healthz', { method: 'HEAD' });
    expect({ status: head.status, body: await head.text() }).toEqual({ status: 200, body: '' });
    const preflight = await request('/v1/models', {
      method: 'OPTIONS',
      headers: { origin: 'https://a.example' },
    });
    expect({
      status: preflight.status,
      origin: preflight.headers.get('access-control-allow-origin'),
    }).toEqual({
      status: 204,
      origin: '*',
    });
  });

  it('lets a stream arrive piece by piece', async () => {
    open();
    sim.script({ defaults: SLOW });
    const response = await chat('one two three four five', true);
    expect(response.headers.get('content-type')).toMatch(/^text\/event-stream/);
    const arrivals: number[] = [];
    let all = '';
    for await (const piece of response.body!.pipeThrough(new TextDecoderStream())) {
      arrivals.push(Date.now());
      all += piece;
    }
    expect(all.trimEnd().endsWith('data: [DONE]')).toBe(true);
    expect(arrivals.length).toBeGreaterThan(4);
    expect(arrivals.at(-1)! - arrivals[0]!).toBeGreaterThan(300);
  });

  const inUse = async () => {
    const text = await (await request('/metrics')).text();
    return /^cordgate_chats_total\{.*outcome="left".*\} (\d+)$/m.exec(text)?.[1];
  };

  it('ends the work behind a stream whose body is cancelled', async () => {
    open();
    sim.script({ defaults: SLOW });
    const reader = (await chat('hello there', true)).body!.getReader();
    await reader.read();
    await reader.cancel();
    await expect.poll(inUse).toBe('1');
  });

  it.each([true, false])(
    'ends the work behind a request whose signal aborts (stream: %s)',
    async (stream) => {
      open();
      sim.script({ defaults: SLOW });
      const leaving = new AbortController();
      const answering = chat('hello there', stream, { signal: leaving.signal });
      const reading = answering.then((response) => response.text());
      await expect.poll(() => promptsOf(sim).length, { timeout: 5_000 }).toBe(1);
      leaving.abort();
      await expect(reading).rejects.toThrow(expect.objectContaining({ name: 'AbortError' }));
      await expect.poll(inUse).toBe('1');
    },
  );

  it('reads a body that comes as a stream, and refuses one that is too large', async () => {
    open({}, { server: { bodyLimitMb: 0.01 } });
    const stream = (text: string) => new Blob([text]).stream();
    const body = { model: 'gpt-4o', messages: [{ role: 'user', content: 'hello' }] };
    const init = { method: 'POST', duplex: 'half' } as const;
    const good = await request('/v1/chat/completions', {
      ...init,
      body: stream(JSON.stringify(body)),
    });
    expect(good.status).toBe(200);
    const large = stream(JSON.stringify({ ...body, user: 'x'.repeat(20_000) }));
    expect((await request('/v1/chat/completions', { ...init, body: large })).status).toBe(413);
  });

  it('is not held back by server.allowIps, which is about ports', async () => {
    open({}, { server: { allowIps: ['10.0.0.0/8'] } });
    expect((await request('/v1/models')).status).toBe(200);
  });

  it('keeps the management to admin keys, also where no key is needed', async () => {
    open({}, { auth: {} });
    expect((await request('/v1/models', { headers: {} })).status).toBe(200);
    expect((await request('/admin/api/usage', { headers: {} })).status).toBe(403);
  });

  it('knows what the program has used, under a name of its own', async () => {
    const keys = [{ key: KEY, name: 'boss', admin: true }];
    open({}, { auth: { keys } });
    const { usage } = await gateway.chat({ messages: 'hello' }).answer;
    await (await chat('hello', false)).text();
    const report = await (await request('/admin/api/usage')).json();
    const none = { pictures: 0, videos: 0 };
    expect(report).toMatchObject({
      usage: expect.arrayContaining([
        { key: '(library)', bot: 'coze', chats: 1, ...usage, ...none },
        { key: 'boss', bot: 'coze', chats: 1, ...usage, ...none },
      ]),
      total: {
        ...none,
        chats: 2,
        promptTokens: 2 * usage.promptTokens,
        completionTokens: 2 * usage.completionTokens,
      },
    });
  });
});

describe('the life of a gateway in a program', () => {
  it('has methods that can be passed on alone, and a sign of being ready', async () => {
    const { chat, fetch: serve, ready } = open();
    await ready;
    expect((await serve(new Request('http://inside/readyz'))).status).toBe(200);
    expect((await chat({ messages: 'hello' }).answer).text).toBe('You said: hello');
  });

  it('ends at close: running answers fail in the end, new ones are refused, a second close is the same one', async () => {
    open();
    const closed = gateway.close();
    expect(gateway.close()).toBe(closed);
    await closed;
    expect(() => gateway.chat({ messages: 'hello' })).toThrow(
      expect.objectContaining({ code: 'shutting_down' }),
    );
    const response = await gateway.fetch(new Request('http://inside/v1/models'));
    expect(response.status).toBe(503);
    expect(await response.json()).toMatchObject({ error: { code: 'shutting_down' } });
  });

  it('lets a running answer come to its end before it closes', async () => {
    const { answer } = open().chat({ messages: 'hello' });
    await expect.poll(() => promptsOf(sim).length, { timeout: 5_000 }).toBe(1);
    await gateway.close();
    expect((await answer).text).toBe('You said: hello');
  });

  it('closes at once while it is still logging in', async () => {
    const config: ConfigInput = configFor(sim);
    const silent = { ...config, discord: { ...config.discord, gateway: 'ws://127.0.0.1:9' } };
    gateway = createGateway(silent);
    const startedAt = Date.now();
    await gateway.close();
    expect(Date.now() - startedAt).toBeLessThan(2_000);
  });

  it('is not made from a configuration that is wrong, and every problem is told', () => {
    open();
    const wrong = { bots: [{ id: 'coze', driver: 'coze', listen: 'nobody' }], server: { prot: 1 } };
    expect(() => createGateway(wrong as never)).toThrow(ConfigError);
    expect(() => createGateway(wrong as never)).toThrow(/server\.prot: unknown key.*\n(.*\n)*.*listen/);
  });
});

it('the example of the documents runs as it is', async () => {
  open();
  const root = join(import.meta.dirname, '../..');
  const run = promisify(execFile)(
    process.execPath,
    ['--import', join(root, 'test/support/from-source.ts'), join(root, 'examples/library.ts')],
    { cwd: root, env: { PATH: process.env.PATH } },
  );
  const { stdout, stderr } = await run;
  expect(stderr).toBe('');
  expect(stdout).toMatch(/^You said: Hello, who are you\?\n\(\d+ tokens, 3 suggestions\)\n/);
  expect(stdout).toMatch(/\nHere is your picture: a red fox -> http:\S+\n200 text\/event-stream/);
  expect(stdout.trimEnd().endsWith('data: [DONE]')).toBe(true);
});
