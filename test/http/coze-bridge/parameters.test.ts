import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readParameters } from '../../../src/http/coze-bridge/parameters.ts';
import { KEY } from '../support.ts';
import { makeBridge, serveBridge } from './support.ts';

describe('parameters', () => {
  it.each([
    ['a form', 'name=a&prompt=b', { name: 'a', prompt: 'b' }],
    ['JSON', '{"name":"a","prompt":"b"}', { name: 'a', prompt: 'b' }],
    ['JSON behind a byte order mark', '\uFEFF {"name":"a"}', { name: 'a' }],
    ['names in any case', 'NAME=a&New_Name=b', { name: 'a', new_name: 'b' }],
    ['names in any case in JSON', '{"Name":"a","PROMPT":"b"}', { name: 'a', prompt: 'b' }],
    ['the documented spelling before another', 'name=a&Name=b', { name: 'a' }],
    ['values as they are written', 'name=AbC', { name: 'AbC' }],
    ['all behind the first equals sign', 'prompt=a=b=c', { prompt: 'a=b=c' }],
    ['the last of several', 'name=a&name=b', { name: 'b' }],
    ['the last of several in JSON', '{"name":"a","name":"b"}', { name: 'b' }],
    ['a name without a value as empty', 'name&prompt=', { name: '', prompt: '' }],
    ['a plus sign and percent codes', 'prompt=a+b%20c%2Bd', { prompt: 'a b c+d' }],
    ['UTF-8', 'prompt=%E4%BD%A0%E5%A5%BD', { prompt: '你好' }],
    ['a broken percent code as it stands', 'prompt=100%&name=%zz', { prompt: '100%', name: '%zz' }],
    [
      'numbers and flags as text',
      '{"name":7,"prompt":true,"new_name":1.5}',
      {
        name: '7',
        prompt: 'true',
        new_name: '1.5',
      },
    ],
    [
      'a channel id as a number, to its last digit',
      '{"prompt":"1","name": 1201576967368085686}',
      {
        prompt: '1',
        name: '1201576967368085686',
      },
    ],
    ['objects and lists as absent', '{"name":{"a":[1]},"prompt":["x"],"key":"k"}', { key: 'k' }],
    ['null as absent', '{"name":null,"prompt":"a"}', { prompt: 'a' }],
    ['nothing in an empty body', ' \n', {}],
    ['nothing in null', 'null', {}],
    ['nothing in a list', '[{"name":"a"}]', {}],
    ['nothing unknown', 'other=1&__proto__=2&constructor=3', {}],
    ['a form over several lines', 'name=a&\r\nprompt=b\n', { name: 'a', prompt: 'b' }],
    ['base64 in a form whose plus signs became spaces', 'image=ab+/c d==', { image: 'ab+/c+d==' }],
    ['nothing behind the hundredth pair', `${'x=1&'.repeat(100)}name=a`, {}],
  ])('hold %s', (_what, text, parameters) => {
    expect(readParameters('', text)).toEqual(parameters);
    if (!text.includes('{')) expect(readParameters(text, '')).toEqual(parameters);
  });

  it('may be JSON in the query as well, encoded or not', () => {
    const json = '{"name":"a b&c","prompt":"100%"}';
    const parameters = { name: 'a b&c', prompt: '100%' };
    expect(readParameters(encodeURIComponent(json), '')).toEqual(parameters);
    expect(readParameters('{"name":"a"}', '')).toEqual({ name: 'a' });
  });

  it('of the body win over those of the query, null stands for nothing', () => {
    expect(readParameters('name=a&prompt=b', 'name=c')).toEqual({ name: 'c', prompt: 'b' });
    expect(readParameters('name=a', '{"name":null}')).toEqual({ name: 'a' });
  });

  it('survive every way of writing', () => {
    const names = ['key', 'name', 'new_name', 'prompt'] as const;
    const given = fc.dictionary(fc.constantFrom(...names), fc.string({ unit: 'grapheme' }), {
      noNullPrototype: true,
    });
    fc.assert(
      fc.property(given, (parameters) => {
        const form = `${new URLSearchParams(parameters)}`;
        expect(readParameters('', JSON.stringify(parameters))).toEqual(parameters);
        expect(readParameters('', form)).toEqual(parameters);
        expect(readParameters(form, '')).toEqual(parameters);
      }),
    );
  });

  it('are read from any text without a failure, but for broken JSON', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (query, body) => {
        if (body.trim().startsWith('{')) return;
        expect(typeof readParameters(query, body)).toBe('object');
      }),
    );
  });

  it.each([
    'application/json',
    'application/x-www-form-urlencoded',
    'text/plain',
    'image/png',
    'json',
    'nonsense; ;;',
  ])('are read whatever the type of the body claims to be: %s', async (type) => {
    const { url } = await serveBridge();
    for (const body of ['{"name":"room"}', 'name=room']) {
      const headers = { key: KEY, 'content-type': type };
      const response = await fetch(`${url}/api/ConversationIsFound`, { method: 'POST', headers, body });
      expect(await response.json()).toMatchObject({ code: 200, data: { status: true } });
    }
  });

  it('that are broken JSON change nothing', async () => {
    const { call, gateway } = makeBridge();
    const response = await call('/api/CreateConversation', '{"name":"a"');
    expect(response.json()).toEqual({
      code: 400,
      message: '创建对话失败:请求体不是有效的JSON，请检查引号、逗号和括号后重试',
      data: { status: false },
    });
    expect(gateway.conversations).toHaveLength(1);
  });

  it('in a multipart body are refused with what to do', async () => {
    const { app, gateway } = makeBridge();
    const form = new FormData();
    form.set('name', 'a');
    const request = new Request('http://x', { method: 'POST', body: form });
    const response = await app.inject({
      method: 'POST',
      url: '/api/CreateConversation',
      headers: { key: KEY, 'content-type': request.headers.get('content-type') ?? '' },
      payload: await request.text(),
    });
    expect(response.statusCode).toBe(400);
    expect(response.json().message).toMatch(/^创建对话失败:不支持multipart表单/);
    expect(gateway.conversations).toHaveLength(1);
  });

  it.each(['a\u0000b', 'x'.repeat(101), 'line\nbreak'])(
    'hold no name that cannot be used: %j',
    async (name) => {
      const { call, gateway } = makeBridge();
      for (const [path, parameter] of [
        ['/api/CreateConversation', 'name'],
        ['/api/RenameConversation', 'new_name'],
      ] as const) {
        const response = await call(path, { name: 'room', [parameter]: name });
        expect(response.statusCode).toBe(400);
        expect(response.json().message).toContain(`参数无效:${parameter}，`);
      }
      expect(gateway.conversations.map(({ name }) => name)).toEqual(['room']);
    },
  );

  it('may name a conversation with a hundred characters of any kind', async () => {
    const { call } = makeBridge();
    const name = '🦊'.repeat(100);
    expect((await call('/api/CreateConversation', { name })).json().data.conversation_name).toBe(name);
  });

  it('over the limit of the body are refused in this dialect', async () => {
    const { url } = await serveBridge({ bodyLimitBytes: 1_000_000 });
    const body = JSON.stringify({ prompt: 'x'.repeat(24_000_000) });
    const response = await fetch(`${url}/api/Chat`, { method: 'POST', headers: { key: KEY }, body });
    expect(response.status).toBe(413);
    expect(await response.json()).toEqual({
      code: 413,
      message: expect.stringMatching(
        /^请求体过大：请换用更小的图片，或让管理员调大server\.bodyLimitMb（详情：.* 0\.95 MB /,
      ),
      data: { status: false },
    });
  });

  it('of a malicious size cost next to nothing', () => {
    const startedAt = performance.now();
    readParameters('', '&'.repeat(20_000_000));
    readParameters('', `{"prompt":[${'0,'.repeat(5_000_000)}0],"name":1201576967368085686}`);
    readParameters('', `{"name":1201576967368085686,"x":"${'\\"name\\":'.repeat(1_000_000)}"}`);
    expect(performance.now() - startedAt).toBeLessThan(3_000);
  });
});
