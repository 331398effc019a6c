import { describe, expect, it } from 'vitest';
import { ask, authorized, key, makeApp, serveApp } from './support.ts';

const json = { ...authorized, 'content-type': 'application/json' };
const user = (content: unknown) => ask({ messages: [{ role: 'user', content }] });
const picture = (url: unknown) =>
  user([
    { type: 'text', text: 'look' },
    { type: 'image_url', image_url: { url } },
  ]);

/** body -> param that the error names */
const BAD_BODIES: [string, unknown, string | null][] = [
  ['an array', [], null],
  ['a number', 7, null],
  ['null', null, null],
  ['no model', { messages: [{ role: 'user', content: 'Hi' }] }, 'model'],
  ['an empty model', ask({ model: '' }), 'model'],
  ['a model of a wrong type', ask({ model: 4 }), 'model'],
  ['no messages', { model: 'gpt-4o' }, 'messages'],
  ['messages of a wrong type', ask({ messages: 'Hi' }), 'messages'],
  ['empty messages', ask({ messages: [] }), 'messages'],
  ['a message of a wrong type', ask({ messages: ['Hi'] }), 'messages[0]'],
  ['no role', ask({ messages: [{ content: 'Hi' }] }), 'messages[0].role'],
  ['an unknown role', ask({ messages: [{ role: 'robot', content: 'Hi' }] }), 'messages[0].role'],
  ['content of a wrong type', user(3), 'messages[0].content'],
  ['content null of a user', user(null), 'messages[0].content'],
  ['no content of a user', ask({ messages: [{ role: 'user' }] }), 'messages[0].content'],
  [
    'an unknown part',
    user([
      { type: 'text', text: 'a' },
      { type: 'input_audio', input_audio: {} },
    ]),
    'messages[0].content[1].type',
  ],
  ['a file part', user([{ type: 'file', file: {} }]), 'messages[0].content[0].type'],
  ['a text part without text', user([{ type: 'text' }]), 'messages[0].content[0].text'],
  [
    'a picture without url',
    user([{ type: 'image_url', image_url: {} }]),
    'messages[0].content[0].image_url.url',
  ],
  ['a picture with ftp', picture('ftp://example.org/a.png'), 'messages[0].content[1].image_url.url'],
  ['a picture with no link', picture('https://'), 'messages[0].content[1].image_url.url'],
  ['bad base64', picture('data:image/png;base64,@@@@'), 'messages[0].content[1].image_url.url'],
  ['cut base64', picture('data:image/png;base64,QUJ'), 'messages[0].content[1].image_url.url'],
  ['empty base64', picture('data:image/png;base64,'), 'messages[0].content[1].image_url.url'],
  ['a data URL without base64', picture('data:image/png,abc'), 'messages[0].content[1].image_url.url'],
  ['only a system message', ask({ messages: [{ role: 'system', content: 'Be kind' }] }), 'messages'],
  ['only blank text', user('  \n'), 'messages'],
  [
    'a name of a wrong type',
    ask({ messages: [{ role: 'user', content: 'Hi', name: 1 }] }),
    'messages[0].name',
  ],
  [
    'a tool call of a wrong type',
    ask({ messages: [{ role: 'assistant', tool_calls: [{}, 7] }] }),
    'messages[0].tool_calls[1]',
  ],
  ['a part of a wrong type', user([7]), 'messages[0].content[0]'],
  ['stream as text', ask({ stream: 'yes' }), 'stream'],
  ['stream_options of a wrong type', ask({ stream_options: true }), 'stream_options'],
  ['n of zero', ask({ n: 0 }), 'n'],
  ['n as text', ask({ n: '1' }), 'n'],
  ['temperature as text', ask({ temperature: 'hot' }), 'temperature'],
  ['max_tokens with a fraction', ask({ max_tokens: 1.5 }), 'max_tokens'],
  ['tools of a wrong type', ask({ tools: 'hammer' }), 'tools'],
  ['stop of a wrong type', ask({ stop: 5 }), 'stop'],
];

describe('a request that makes no sense', () => {
  it.each(BAD_BODIES)('is refused with 400 and its field: %s', async (_name, body, param) => {
    const { app, service } = makeApp();
    const response = await app.inject({
      method: 'POST',
      url: '/v1/chat/completions',
      headers: json,
      payload: JSON.stringify(body),
    });
    expect(response.statusCode).toBe(400);
    expect(response.json()).toEqual({
      error: {
        message: expect.stringMatching(/\S/),
        type: 'invalid_request_error',
        param,
        code: 'invalid_request',
      },
    });
    expect(service.requests).toEqual([]);
  });

  it.each([
    ['two answers', { n: 2 }, 'n'],
    ['a required tool', { tools: [], tool_choice: 'required' }, 'tool_choice'],
    [
      'a named tool',
      { tools: [], tool_choice: { type: 'function', function: { name: 'f' } } },
      'tool_choice',
    ],
    [
      'a required set of tools',
      { tool_choice: { type: 'allowed_tools', allowed_tools: { mode: 'required' } } },
      'tool_choice',
    ],
    ['a named function', { functions: [], function_call: { name: 'f' } }, 'function_call'],
  ])('is refused when it insists on what a bot cannot do: %s', async (_name, patch, param) => {
    const { app } = makeApp();
    const response = await app.inject({
      method: 'POST',
      url: '/v1/chat/completions',
      headers: json,
      payload: ask(patch),
    });
    expect(response.statusCode).toBe(400);
    expect(response.json().error).toMatchObject({
      type: 'invalid_request_error',
      param,
      code: 'unsupported_parameter',
    });
  });

  it.each([
    ['no JSON', 'application/json', '{"model": secret-prompt'],
    ['nothing', 'application/json', ''],
    ['white space', 'application/json', ' \n '],
    ['a form', 'application/x-www-form-urlencoded', 'model=gpt-4o'],
    ['a form of parts', 'multipart/form-data; boundary=x', '--x--'],
    ['XML', 'application/xml', '<a/>'],
    ['plain text that is no JSON', 'text/plain', 'hello'],
    ['a broken content type', 'application json', '{}'],
  ])('is refused in OpenAI’s shape when its body is %s', async (_name, contentType, payload) => {
    const { app } = makeApp();
    const headers = { ...authorized, 'content-type': contentType };
    const response = await app.inject({ method: 'POST', url: '/v1/chat/completions', headers, payload });
    expect(response.statusCode).toBe(400);
    expect(response.json().error).toMatchObject({ type: 'invalid_request_error', code: 'invalid_request' });
    expect(response.body).not.toContain('secret-prompt');
  });

  it('is refused when it has no body and no content type at all', async () => {
    const { app } = makeApp();
    const response = await app.inject({ method: 'POST', url: '/v1/chat/completions', headers: authorized });
    expect(response.statusCode).toBe(400);
    expect(response.json().error.message).toContain('empty');
  });

  it.each(['text/plain', 'application/json; charset=utf-8', undefined])(
    'is understood as JSON with content type %s',
    async (type) => {
      const { app } = makeApp();
      const response = await app.inject({
        method: 'POST',
        url: '/v1/chat/completions',
        headers: { ...authorized, ...(type ? { 'content-type': type } : {}) },
        payload: `\uFEFF${JSON.stringify(ask())}`,
      });
      expect(response.statusCode).toBe(200);
    },
  );

  it('is refused at its first fault, however many it has', async () => {
    const { app } = makeApp();
    const startedAt = Date.now();
    const zeros = Array.from({ length: 2_000_000 }, () => 0);
    for (const payload of [ask({ messages: zeros }), user(zeros), ask({ stop: zeros, messages: zeros })]) {
      const response = await app.inject({
        method: 'POST',
        url: '/v1/chat/completions',
        headers: json,
        payload,
      });
      expect(response.statusCode).toBe(400);
    }
    expect(Date.now() - startedAt).toBeLessThan(5000);
  });

  it('gets 413 in OpenAI’s shape over a real socket when the body is too large, announced or not', async () => {
    const { url } = await serveApp({ bodyLimitBytes: 1_000_000 });
    const text = JSON.stringify(ask({ messages: [{ role: 'user', content: 'x'.repeat(24_000_000) }] }));
    const chunked = () => new Blob([text]).stream();
    for (const body of [text, chunked]) {
      const response = await fetch(`${url}/v1/chat/completions`, {
        method: 'POST',
        headers: json,
        ...(typeof body === 'string' ? { body } : { body: body(), duplex: 'half' as const }),
      });
      expect(response.status).toBe(413);
      expect(await response.json()).toMatchObject({
        error: { type: 'invalid_request_error', code: 'body_too_large' },
      });
    }
  });

  it.each([
    ['GET', '/v1/nothing?key=hidden', 404, 'unknown_url'],
    ['POST', '/v1/', 404, 'unknown_url'],
    ['GET', '/v1/models/%zz', 400, 'invalid_request'],
    ['GET', '/v1/models/unknown', 404, 'model_not_found'],
  ] as const)(
    'to a path that does not exist gets an error in OpenAI’s shape: %s %s',
    async (method, url, status, code) => {
      const { app } = makeApp();
      const response = await app.inject({ method, url, headers: authorized });
      expect(response.statusCode).toBe(status);
      expect(response.json().error).toMatchObject({ type: 'invalid_request_error', code });
      expect(response.headers['x-request-id']).toBeTruthy();
      expect(response.body).not.toContain('hidden');
    },
  );

  it.each([
    ['GET', '/v1/chat/completions', 'POST, OPTIONS'],
    ['DELETE', '/v1/chat/completions', 'POST, OPTIONS'],
    ['HEAD', '/v1/chat/completions', 'POST, OPTIONS'],
    ['POST', '/v1/models', 'GET, HEAD, OPTIONS'],
    ['DELETE', '/v1/models/gpt-4o', 'GET, HEAD, OPTIONS'],
  ] as const)('with a wrong method gets 405 and Allow: %s %s', async (method, url, allow) => {
    const { app } = makeApp();
    const response = await app.inject({ method, url, headers: authorized });
    expect(response.statusCode).toBe(405);
    expect(response.headers.allow).toBe(allow);
    if (method !== 'HEAD') expect(response.json().error.code).toBe('method_not_supported');
  });

  it.each(['', ' ', 'a%00b', 'a%0Ab', '%E4%B8', `${'x'.repeat(101)}`])(
    'has no usable conversation name: %j',
    async (name) => {
      const { app } = makeApp();
      const headers = { ...json, 'x-conversation': name };
      const response = await app.inject({
        method: 'POST',
        url: '/v1/chat/completions',
        headers,
        payload: ask(),
      });
      expect(response.statusCode).toBe(400);
      expect(response.json().error.param).toBe('x-conversation');
    },
  );
});

describe('a caller', () => {
  const keys = [key(), key({ key: 'sk-ключ', name: 'other', bots: ['other'] })];
  const utf8 = Buffer.from('sk-ключ', 'utf8').toString('latin1');

  it.each([
    ['no key', {}, 401, 'invalid_api_key'],
    ['a wrong key', { authorization: 'Bearer nope' }, 401, 'invalid_api_key'],
    ['a wrong key in the header key', { key: 'nope' }, 401, 'invalid_api_key'],
    ['a good bearer', { authorization: `bearer   sk-test-key ` }, 200, undefined],
    ['a good key', { key: ' sk-test-key ' }, 200, undefined],
    ['a good secret', { 'mj-api-secret': 'sk-test-key' }, 200, undefined],
    ['an empty bearer and a good key', { authorization: 'Bearer ', key: 'sk-test-key' }, 200, undefined],
    [
      'a wrong bearer and a good key',
      { authorization: 'Bearer nope', key: 'sk-test-key' },
      401,
      'invalid_api_key',
    ],
    ['a key of another bot', { key: utf8 }, 403, 'bot_not_allowed'],
  ])('with %s', async (_name, headers, status, code) => {
    const { app } = makeApp({ keys });
    const response = await app.inject({
      method: 'POST',
      url: '/v1/chat/completions',
      headers,
      payload: ask(),
    });
    expect(response.statusCode).toBe(status);
    expect(response.json().error?.code).toBe(code);
    expect(response.body).not.toContain('nope');
  });

  it('without a key reaches the anonymous bots only, and a wrong key is wrong all the same', async () => {
    const { app, service } = makeApp({ anonymousBots: ['other'] });
    const list = await app.inject({ url: '/v1/models' });
    expect(list.json().data.map(({ id }: { id: string }) => id)).toEqual(['vendor/model 1']);
    const refused = await app.inject({ method: 'POST', url: '/v1/chat/completions', payload: ask() });
    expect(refused.statusCode).toBe(403);
    const wrong = await app.inject({ url: '/v1/models', headers: { authorization: 'Bearer nope' } });
    expect(wrong.statusCode).toBe(401);
    await app.inject({
      method: 'POST',
      url: '/v1/chat/completions',
      payload: ask({ model: 'vendor/model 1' }),
    });
    expect(service.requests[0]?.caller).toEqual({ id: '', admin: false, bots: ['other'] });
  });

  it('may bring any key, or none, to an open gateway without keys', async () => {
    const { app } = makeApp({ keys: [], open: true });
    for (const headers of [{}, { authorization: 'Bearer whatever' }]) {
      expect((await app.inject({ url: '/v1/models', headers })).json().data).toHaveLength(2);
    }
  });

  it('needs a key when none is configured and the gateway is not open', async () => {
    const { app } = makeApp({ keys: [], open: false });
    expect((await app.inject({ url: '/v1/models' })).statusCode).toBe(401);
    expect((await app.inject({ url: '/v1/models', headers: authorized })).statusCode).toBe(401);
  });

  it.each([
    [['10.0.0.0/8'], '10.1.2.3', 200],
    [['10.0.0.0/8'], '::ffff:10.1.2.3', 200],
    [['::ffff:10.0.0.0/104'], '10.1.2.3', 200],
    [['10.0.0.0/8'], '11.1.2.3', 403],
    [['10.0.0.0/8'], '2001:db8::1', 403],
    [['2001:db8::/32'], '2001:db8::1', 200],
    [['192.0.2.7'], '192.0.2.7', 200],
    [['192.0.2.7'], '192.0.2.8', 403],
  ])('is admitted by address: %j %s -> %i', async (allowIps, remoteAddress, status) => {
    const { app } = makeApp({ allowIps });
    const headers = { ...authorized, 'x-forwarded-for': '10.0.0.1, 192.0.2.7', origin: 'https://a.example' };
    const response = await app.inject({ url: '/v1/models', headers, remoteAddress });
    expect(response.statusCode).toBe(status);
    expect(response.headers['access-control-allow-origin']).toBe('*');
    if (status === 403) expect(response.json().error.code).toBe('address_not_allowed');
  });
});
