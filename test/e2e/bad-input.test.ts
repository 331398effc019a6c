import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startSim } from '../../src/sim/index.ts';
import { readReply } from './reply.ts';
import { fingerprint, pause, range, user } from './scene.ts';
import { configFor, ELSEWHERE_KEY, type EndToEnd, frontOf, KEY, OTHER_KEY } from './world.ts';

let world: EndToEnd;
/** What the simulated Discord looks like when nothing was asked of it. */
let untouched: string;

// One world for all of them: in the end it must be as good as new.
beforeAll(async () => {
  const sim = await startSim({ port: 0, speed: 20, limits: 'none' });
  const one = configFor(sim, { spareChannels: 0 });
  const bots = (one.bots ?? []).flatMap((bot) => [bot, { ...bot, id: 'coze2', models: ['gpt-4'] }]);
  const keys = [
    { key: KEY, name: 'test' },
    { key: OTHER_KEY, name: 'other', bots: ['coze'] },
    { key: ELSEWHERE_KEY, name: 'elsewhere', bots: ['coze2'] },
  ];
  world = await frontOf(sim, { ...one, bots, auth: { keys } });
  untouched = fingerprint(sim);
});
afterAll(async () => {
  expect(await world.ask('still there?')).toBe('You said: still there?');
  await world.close();
});

const PATH = '/v1/chat/completions';
const hello = { model: 'gpt-4o', messages: [user('hello')] };

interface Refusal {
  readonly status: number;
  readonly type?: string;
  readonly code: string;
  readonly param?: string | null;
}

/** Sends it whole and streamed; each time it must be refused in OpenAI's shape, before Discord hears of it. */
async function expectRefused(body: unknown, refusal: Refusal, headers: Record<string, string> = {}) {
  const isObject = typeof body === 'object' && body !== null && !Array.isArray(body);
  const bodies = isObject && !('stream' in body) ? [body, { ...body, stream: true }] : [body];
  for (const each of bodies)
    expectError(await readReply(await world.post(PATH, each, headers), world.book), refusal);
}

function expectError(reply: Awaited<ReturnType<typeof readReply>>, refusal: Refusal) {
  const { status, type = 'invalid_request_error', code, param } = refusal;
  expect(reply.raw).not.toBe('');
  expect(reply.headers.get('content-type')).toMatch(/^application\/json/);
  expect(reply.headers.get('x-request-id')).toBeTruthy();
  expect({ status: reply.status, ...reply.error }).toEqual({
    status,
    type,
    code,
    param: param === undefined ? (reply.error?.param ?? null) : param,
    message: expect.stringMatching(/^\S.{10,}/),
  });
  expect(fingerprint(world.sim)).toBe(untouched);
}

describe('a body', () => {
  const bad = { status: 400, code: 'invalid_request' };
  it.each([
    ['no JSON', '{"model": "gpt-4o", "messages": [', bad],
    ['nothing', '', bad],
    ['a list', '[]', bad],
    ['null', 'null', bad],
    ['a text', '"hello"', bad],
    ['binary', '\u0000\u0001\u0002', bad],
    ['a form', 'model=gpt-4o&messages=hello', bad],
    ['deeply nested', `${'['.repeat(50_000)}${']'.repeat(50_000)}`, bad],
    ['without a model', { messages: [user('hello')] }, { ...bad, param: 'model' }],
    ['without messages', { model: 'gpt-4o' }, { ...bad, param: 'messages' }],
    ['with empty messages', { model: 'gpt-4o', messages: [] }, { ...bad, param: 'messages' }],
    ['with messages as text', { ...hello, messages: 'hello' }, { ...bad, param: 'messages' }],
    ['with a message of nothing', { ...hello, messages: [{}] }, { ...bad, param: 'messages[0].role' }],
    ['with blank text', { ...hello, messages: [user(' \n\t ')] }, { ...bad, param: 'messages' }],
    ['with no text', { ...hello, messages: [user('')] }, { ...bad, param: 'messages' }],
    ['with empty parts', { ...hello, messages: [user([])] }, { ...bad, param: 'messages' }],
    [
      'with content of a wrong type',
      { ...hello, messages: [user(7)] },
      { ...bad, param: 'messages[0].content' },
    ],
    ['with a null message', { ...hello, messages: [null] }, { ...bad, param: 'messages[0]' }],
    ['with stream as text', { ...hello, stream: 'yes' }, { ...bad, param: 'stream' }],
    ['with temperature as text', { ...hello, temperature: 'hot' }, { ...bad, param: 'temperature' }],
    ['with two answers', { ...hello, n: 2 }, { status: 400, code: 'unsupported_parameter', param: 'n' }],
    [
      'with an unknown model',
      { ...hello, model: 'gpt-99' },
      { status: 404, code: 'model_not_found', param: 'model' },
    ],
    [
      'with a model as a path',
      { ...hello, model: '../coze' },
      { status: 404, code: 'model_not_found', param: 'model' },
    ],
    [
      'with a model of __proto__',
      { ...hello, model: '__proto__' },
      { status: 404, code: 'model_not_found', param: 'model' },
    ],
    [
      'with a bot’s id as model',
      { ...hello, model: 'coze' },
      { status: 404, code: 'model_not_found', param: 'model' },
    ],
  ])('%s is refused, and Discord hears nothing of it', async (_name, body, refusal) => {
    await expectRefused(body, refusal);
  });

  it.each(['%00', ' ', encodeURIComponent('x'.repeat(101)), 'a%0Ab', '%E0%A4%A'])(
    'for a conversation that cannot be called %j is refused',
    async (name) => {
      await expectRefused(hello, { ...bad, param: 'x-conversation' }, { 'x-conversation': name });
    },
  );

  it('with ten thousand mistakes is refused for the first one, at once', async () => {
    const startedAt = Date.now();
    await expectRefused({ ...hello, messages: range(10_000).map(() => user([{ type: 'x' }])) }, bad);
    expect(Date.now() - startedAt).toBeLessThan(2_000);
  });
});

describe('a body of 20 MB', () => {
  const large = JSON.stringify({ ...hello, messages: [user('x'.repeat(20 * 1024 * 1024))] });
  const refusal = { status: 413, code: 'body_too_large' };

  it('is a 413 that the client gets to read', async () => {
    expectError(await readReply(await world.post(PATH, large), world.book), refusal);
  });

  it('is a 413 as well when it does not say how long it is', async () => {
    const bytes = Buffer.from(large);
    const chunks = async function* () {
      for (let at = 0; at < bytes.length; at += 1024 * 1024) yield bytes.subarray(at, at + 1024 * 1024);
    };
    const init = { method: 'POST', body: ReadableStream.from(chunks()), duplex: 'half' };
    const headers = { authorization: `Bearer ${KEY}`, 'content-type': 'application/json' };
    const response = await fetch(world.url + PATH, { ...init, headers } as RequestInit);
    expectError(await readReply(response, world.book), refusal);
  });

  it('five times at once leaves the gateway well', async () => {
    const replies = await Promise.all(
      range(5).map(async () => readReply(await world.post(PATH, large), world.book)),
    );
    for (const reply of replies) expectError(reply, refusal);
    expect((await world.get('/healthz')).status).toBe(200);
  });
});

describe('a key', () => {
  const unknown = { status: 401, code: 'invalid_api_key', param: null };
  it.each([
    ['none at all', ''],
    ['a wrong one', 'Bearer sk-wrong'],
    ['a part of a good one', `Bearer ${KEY.slice(0, -1)}`],
    ['a good one with more behind it', `Bearer ${KEY}x`],
    ['a good one twice', `Bearer ${KEY} ${KEY}`],
    ['nothing but the word', 'Bearer '],
    ['a good one under another scheme', `Basic ${KEY}`],
    ['the word undefined', 'Bearer undefined'],
    ['another case', `Bearer ${KEY.toUpperCase()}`],
  ])('that is %s opens nothing', async (_name, authorization) => {
    await expectRefused(hello, unknown, { authorization });
    const models = await world.get('/v1/models', { authorization });
    expectError(models, unknown);
  });

  it('in the address is not taken', async () => {
    const response = await fetch(`${world.url}${PATH}?key=${KEY}&api_key=${KEY}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(hello),
    });
    expectError(await readReply(response, world.book), unknown);
  });

  it('that is written in a wrong place is not repeated by the answer', async () => {
    // Not over the book: it would find the same once more when the world closes.
    const headers = { authorization: `Bearer ${KEY}` };
    const get = (path: string) => fetch(world.url + path, { headers });
    const answers = {
      path: await get(`/${KEY}/v1/models`),
      query: await get(`/v1/nothing?key=${KEY}`),
      modelPath: await get(`/v1/models/${KEY}`),
      model: await world.post(PATH, { ...hello, model: KEY }),
      field: await world.post(PATH, { ...hello, [KEY]: 1, messages: [] }),
    };
    const repeated = await Promise.all(
      Object.entries(answers).map(async ([place, answer]) => {
        const seen = (await answer.text()) + JSON.stringify([...answer.headers]);
        return seen.includes(KEY) ? [place] : [];
      }),
    );
    expect(repeated.flat()).toEqual([]);
  });

  it('is checked before the body is looked at', async () => {
    await expectRefused('{no json', unknown, { authorization: 'Bearer sk-wrong' });
  });

  it('for another bot is a 403, and its models are not shown', async () => {
    const elsewhere = { authorization: `Bearer ${ELSEWHERE_KEY}` };
    const refusal = { status: 403, code: 'bot_not_allowed', param: 'model' };
    await expectRefused(hello, refusal, elsewhere);
    await expectRefused({ ...hello, model: 'gpt-4' }, refusal, { authorization: `Bearer ${OTHER_KEY}` });
    const seen = async (key: string) => {
      const { raw } = await world.get('/v1/models', { authorization: `Bearer ${key}` });
      return (JSON.parse(raw) as { data: { id: string }[] }).data.map(({ id }) => id);
    };
    expect([await seen(KEY), await seen(OTHER_KEY), await seen(ELSEWHERE_KEY)]).toEqual([
      ['gpt-4o', 'gpt-4'],
      ['gpt-4o'],
      ['gpt-4'],
    ]);
    expect((await world.get('/v1/models/gpt-4o', elsewhere)).status).toBe(404);
  });
});

describe('an address', () => {
  it.each([
    ['GET', PATH, 405, 'method_not_supported'],
    ['DELETE', PATH, 405, 'method_not_supported'],
    ['POST', '/v1/models', 405, 'method_not_supported'],
    ['POST', '/v1/chat/completion', 404, 'unknown_url'],
    ['GET', '/v1/models/none', 404, 'model_not_found'],
    ['GET', '/v1', 404, 'unknown_url'],
  ])('that is wrong is an error in OpenAI’s shape: %s %s', async (method, path, status, code) => {
    const headers = { authorization: `Bearer ${KEY}` };
    expectError(await readReply(await fetch(world.url + path, { method, headers }), world.book), {
      status,
      code,
    });
  });
});

describe('an address outside of all dialects', () => {
  it.each(['/v2', '/etc/passwd', '/..%2f..%2fetc/passwd', '/%00', '/__sim/state'])(
    'is a 404 in JSON, and no file: %s',
    async (path) => {
      const reply = await world.get(path);
      expect(reply.status === 404 || reply.status === 400).toBe(true);
      expect(() => JSON.parse(reply.raw)).not.toThrow();
      expect(fingerprint(world.sim)).toBe(untouched);
    },
  );
});

describe('all of them together', () => {
  it('changed nothing, not even later', async () => {
    await pause(300);
    expect(fingerprint(world.sim)).toBe(untouched);
  });

  it('are no burden: five hundred bad requests between twenty good ones', async () => {
    const bad = range(500).map((number) =>
      number % 2 === 0
        ? world.post(PATH, hello, { authorization: 'Bearer sk-wrong' })
        : world.post(PATH, `{"model": ${number}`),
    );
    const good = range(20).map((number) => world.ask(`question ${number}`));
    expect(await Promise.all(good)).toEqual(range(20).map((number) => `You said: question ${number}`));
    const statuses = await Promise.all(bad.map(async (response) => (await response).status));
    expect(new Set(statuses)).toEqual(new Set([401, 400]));
  });
});
