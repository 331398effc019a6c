/** A row for every sentence of the API section of the Coze-Discord-Bridge's README; whole bodies are compared. */
import { describe, expect, it } from 'vitest';
import { GatewayError } from '../../../src/core/errors.ts';
import { ENDPOINTS } from '../../../src/http/coze-bridge/routes.ts';
import { completed, delta, fails, KEY, says } from '../support.ts';
import { eventsOf, type FakeGateway, makeBridge, media, ROOM } from './support.ts';

const ID = ROOM.channelId;
const JUST_NOW = expect.toSatisfy((now: number) => Math.abs(now - Date.now() / 1000) < 5);
const answerWithPicture: (gateway: FakeGateway) => void = (gateway) => {
  gateway.script = says(
    delta('Look'),
    media('https://cdn/a.png'),
    completed({ text: 'Look', media: [{ url: 'https://cdn/a.png' }] }),
  );
};

type Row = [
  sentence: string,
  path: string,
  parameters: Record<string, string>,
  status: number,
  body: object,
  arrange?: (gateway: FakeGateway) => void,
];

const ROWS: Row[] = [
  [
    '/ 根目录',
    '/',
    {},
    200,
    { code: 200, message: '这里是Coze-Discord-Bridge的根节点~', data: { now: JUST_NOW } },
  ],
  ['/Ping 检查服务是否活着', '/Ping', {}, 200, { code: 200, message: 'Pong!' }],
  [
    'CreateConversation 创建对话',
    '/api/CreateConversation',
    { name: 'kitchen' },
    200,
    { code: 200, message: '创建子频道成功!', data: { conversation_id: '991', conversation_name: 'kitchen' } },
  ],
  [
    'CreateConversation 如果参数 name 为空则随机生成',
    '/api/CreateConversation',
    {},
    200,
    {
      code: 200,
      message: '创建子频道成功!',
      data: { conversation_id: '991', conversation_name: '0123456789abcdef' },
    },
  ],
  [
    'CreateConversation of one that exists',
    '/api/CreateConversation',
    { name: 'room' },
    409,
    {
      code: 409,
      message: '创建对话失败:对话已存在：请换一个名称，或直接使用已有的对话',
      data: { status: false },
    },
  ],
  [
    'Chat 聊天',
    '/api/Chat',
    { name: 'room', prompt: 'Hi' },
    200,
    { code: 200, message: '成功!', data: { prompt: 'Hello world', files: [] } },
  ],
  [
    'Chat by 频道ID',
    '/api/Chat',
    { name: ID, prompt: 'Hi' },
    200,
    { code: 200, message: '成功!', data: { prompt: 'Hello world', files: [] } },
  ],
  [
    'Chat with String[] files bot生成/找到的图片',
    '/api/Chat',
    { name: 'room', prompt: 'draw' },
    200,
    { code: 200, message: '成功!', data: { prompt: 'Look', files: ['https://cdn/a.png'] } },
    answerWithPicture,
  ],
  [
    'Chat that was cut at the deadline',
    '/api/Chat',
    { name: 'room', prompt: 'Hi' },
    200,
    {
      code: 200,
      message: '成功!(已到最长等待时间，以上为已生成的部分)',
      data: { prompt: 'Hello', files: [] },
    },
    (gateway) => {
      gateway.script = says(delta('Hello'), completed({ text: 'Hello', reason: 'length' }));
    },
  ],
  [
    'Chat in an unknown conversation',
    '/api/Chat',
    { name: 'nowhere', prompt: 'Hi' },
    404,
    { code: 404, message: '当前对话不存在', data: { status: false } },
  ],
  [
    'Chat without a prompt',
    '/api/Chat',
    { name: 'room' },
    400,
    { code: 400, message: '无效的提示词', data: { status: false } },
  ],
  [
    'ChatStream without a prompt',
    '/api/ChatStream',
    { name: 'room', prompt: ' ' },
    400,
    { code: 400, message: '无效的提示词', data: { status: false } },
  ],
  [
    'ChatStream in an unknown conversation',
    '/api/ChatStream',
    { name: 'nowhere', prompt: 'Hi' },
    404,
    { code: 404, message: '当前对话不存在', data: { status: false } },
  ],
  [
    'GetLatestMessage 获取上一次对话消息',
    '/api/GetLatestMessage',
    { name: 'room' },
    200,
    {
      code: 200,
      message: '成功!',
      data: { status: true, prompt: 'Said before', files: ['https://cdn/b.png'] },
    },
    (gateway) => {
      gateway.latest = { text: 'Said before', media: [{ url: 'https://cdn/b.png' }] };
    },
  ],
  [
    'GetLatestMessage Boolean status 是否找到',
    '/api/GetLatestMessage',
    { name: 'room' },
    200,
    {
      code: 200,
      message: '未获取到旧消息:机器人还没有回答',
      data: { status: false, prompt: '', files: [] },
    },
  ],
  [
    'GetLatestMessage of an unknown conversation',
    '/api/GetLatestMessage',
    { name: 'nowhere' },
    404,
    { code: 404, message: '当前对话不存在', data: { status: false } },
  ],
  [
    'GetLatestMessage without a name',
    '/api/GetLatestMessage',
    {},
    400,
    { code: 400, message: '参数缺失:name，请用name给出对话名称或频道ID', data: { status: false } },
  ],
  [
    'ConversationIsFound 对话是否存在',
    '/api/ConversationIsFound',
    { name: 'room' },
    200,
    {
      code: 200,
      message: '当前对话存在',
      data: { status: true, conversation_id: ID, conversation_name: 'room' },
    },
  ],
  [
    'ConversationIsFound by 频道ID',
    '/api/ConversationIsFound',
    { name: ID },
    200,
    {
      code: 200,
      message: '当前对话存在',
      data: { status: true, conversation_id: ID, conversation_name: 'room' },
    },
  ],
  [
    'ConversationIsFound of an unknown one',
    '/api/ConversationIsFound',
    { name: 'nowhere' },
    200,
    { code: 200, message: '当前对话不存在', data: { status: false } },
  ],
  [
    'ConversationIsFound without a name',
    '/api/ConversationIsFound',
    {},
    200,
    { code: 200, message: '当前对话不存在', data: { status: false } },
  ],
  [
    'DeleteConversation 删除对话',
    '/api/DeleteConversation',
    { name: 'room' },
    200,
    { code: 200, message: '删除对话成功', data: { status: true } },
  ],
  [
    'DeleteConversation of an unknown one',
    '/api/DeleteConversation',
    { name: 'nowhere' },
    404,
    { code: 404, message: '删除对话失败:当前对话不存在', data: { status: false } },
  ],
  [
    'DeleteConversation without a name',
    '/api/DeleteConversation',
    {},
    400,
    {
      code: 400,
      message: '删除对话失败:参数缺失:name，请用name给出对话名称或频道ID',
      data: { status: false },
    },
  ],
  [
    'RenameConversation 对话改名',
    '/api/RenameConversation',
    { name: 'room', new_name: 'hall' },
    200,
    {
      code: 200,
      message: '修改名称成功',
      data: { status: true, conversation_id: ID, conversation_name: 'hall' },
    },
  ],
  [
    'RenameConversation of an unknown one',
    '/api/RenameConversation',
    { name: 'nowhere', new_name: 'hall' },
    404,
    { code: 404, message: '重命名对话失败:当前对话不存在', data: { status: false } },
  ],
  [
    'RenameConversation without a new name',
    '/api/RenameConversation',
    { name: 'room' },
    400,
    {
      code: 400,
      message: '重命名对话失败:参数缺失:new_name，请用new_name给出新的对话名称',
      data: { status: false },
    },
  ],
  [
    'GetConversations',
    '/api/GetConversations',
    {},
    200,
    { code: 200, message: '获取对话列表成功', data: { room: ID } },
  ],
  ['IsBotOnline', '/api/IsBotOnline', {}, 200, { code: 200, message: '获取成功', data: { status: true } }],
  [
    'IsBotOnline while it is not',
    '/api/IsBotOnline',
    {},
    200,
    { code: 200, message: '获取成功', data: { status: false } },
    (gateway) => {
      gateway.online = false;
    },
  ],
  ['keepalive 执行keepalive任务', '/api/keepalive', {}, 200, { code: 200, message: 'keepalive执行成功' }],
  [
    'keepalive that a bot did not answer',
    '/api/keepalive',
    {},
    502,
    {
      code: 502,
      message: 'keepalive执行失败:机器人coze没有应答，请管理员查看日志或运行cordgate check',
      data: { status: false },
    },
    (gateway) => {
      gateway.failedPings = ['coze'];
    },
  ],
  [
    'ReLogin',
    '/api/protocol/ReLogin',
    {},
    200,
    { code: 200, message: '重新登录成功', data: { status: true } },
  ],
  ['an unknown endpoint', '/api/Nothing', {}, 404, { code: 404, message: '终结点不存在' }],
  ['an unknown path', '/nowhere', {}, 404, { code: 404, message: '终结点不存在' }],
];

const WAYS: [string, (path: string, parameters: Record<string, string>) => [string, string?, string?]][] = [
  ['GET with a query', (path, parameters) => [`${path}?${new URLSearchParams(parameters)}`]],
  ['POST with JSON', (path, parameters) => [path, JSON.stringify(parameters), 'application/json']],
  [
    'POST with a form, in capitals',
    (path, parameters) => [
      path.toUpperCase(),
      `${new URLSearchParams(parameters)}`,
      'application/x-www-form-urlencoded',
    ],
  ],
];

describe.each(WAYS)('the API of the Bridge’s README, called by %s', (_way, write) => {
  it.each(ROWS)('answers to the letter: %s', async (_sentence, path, parameters, status, body, arrange) => {
    const { app, gateway } = makeBridge();
    arrange?.(gateway);
    const [url, payload, type] = write(path, parameters);
    const response = await app.inject({
      method: payload === undefined ? 'GET' : 'POST',
      url,
      headers: { key: KEY, ...(type ? { 'content-type': type } : {}) },
      ...(payload === undefined ? {} : { payload }),
    });
    expect(response.json()).toEqual(body);
    expect(response.statusCode).toBe(status);
    expect(response.headers['content-type']).toMatch(/^application\/json; charset=utf-8$/i);
    expect(response.headers['cache-control']).toBe('no-store');
    expect(response.headers['access-control-allow-origin']).toBe('*');
    // The Bridge wrote its keys in this order, and left out what it did not have.
    expect(Object.keys(response.json())).toEqual(['code', 'message', 'data'].filter((key) => key in body));
    expect(response.body).not.toContain('null');
  });
});

describe('the API of the Bridge', () => {
  it('tells robots to stay away', async () => {
    const response = await makeBridge().call('/Robots.TXT');
    expect(response.body).toBe('User-agent: *\nDisallow: /\n');
    expect(response.headers['content-type']).toBe('text/plain; charset=utf-8');
  });

  it('streams as in the example of the README', async () => {
    const { call, gateway } = makeBridge();
    const pieces = ['Ah, I see you\'ve signaled me with a "1". How', ' can', ' I assist', ' you', ' today?'];
    gateway.script = says(...pieces.map(delta), completed({ text: pieces.join('') }));
    const response = await call(`/api/ChatStream?name=${ID}&prompt=1`);
    expect(response.headers['content-type']).toMatch(/^text\/event-stream/);
    const all = (count: number) => pieces.slice(0, count).join('');
    expect(eventsOf(response.body)).toEqual([
      ...pieces.map((piece, at) => ({
        code: 200,
        message: '生成中..',
        data: { prompt_all: all(at + 1), prompt_new: piece, files: [], done: false },
      })),
      { code: 200, message: '成功!', data: { prompt_all: all(5), prompt_new: '', files: [], done: true } },
    ]);
    expect(response.body.replaceAll(/data: \{.*\}\n\n/g, '')).toBe('');
  });

  it.each(['PUT', 'PATCH', 'DELETE'] as const)('takes any method, such as %s', async (method) => {
    const { app } = makeBridge();
    const response = await app.inject({
      method,
      url: '/api/conversationisfound',
      headers: { key: KEY },
      payload: { name: 'room' },
    });
    expect(response.json().data.status).toBe(true);
  });

  it('answers HEAD like GET, without a body', async () => {
    const { app } = makeBridge();
    for (const url of ['/', '/ping', '/api/IsBotOnline']) {
      const response = await app.inject({ method: 'HEAD', url, headers: { key: KEY } });
      expect([response.statusCode, response.body]).toEqual([200, '']);
    }
  });

  it('tells every failure of the service by its status, with the Bridge’s words in front', async () => {
    const { call, gateway } = makeBridge();
    gateway.trouble = new GatewayError('discord_refused', 'Discord refused the call (50013).');
    const prefixes: Record<string, string> = {
      '/api/CreateConversation': '创建对话失败:',
      '/api/DeleteConversation': '删除对话失败:',
      '/api/RenameConversation': '重命名对话失败:',
      '/api/ConversationIsFound': '获取失败:',
      '/api/GetConversations': '获取对话列表失败:',
      '/api/IsBotOnline': '获取失败:',
      '/api/keepalive': 'keepalive执行失败:',
      '/api/protocol/ReLogin': '重新登录失败:',
      '/api/Chat': '',
      '/api/ChatStream': '',
      '/api/GetLatestMessage': '',
    };
    expect(ENDPOINTS.map(({ path }) => path).toSorted()).toEqual(Object.keys(prefixes).toSorted());
    for (const [path, prefix] of Object.entries(prefixes)) {
      const response = await call(path, { name: 'room', new_name: 'hall', prompt: 'Hi' });
      expect(response.statusCode).toBe(502);
      const text = 'Discord拒绝了本服务的操作：请管理员运行cordgate check查找原因';
      expect(response.json()).toEqual({
        code: 502,
        message: `${prefix}${text}（详情：Discord refused the call (50013).）`,
        // A "status" among the conversations would be one of that name.
        ...(path === '/api/GetConversations' ? {} : { data: { status: false } }),
      });
    }
  });

  it('shows nothing of a fault of its own but where to look, and logs what lies behind', async () => {
    const { call, gateway, lines } = makeBridge();
    gateway.trouble = new Error('boom');
    const response = await call('/api/Chat?prompt=Hi');
    expect(response.json()).toEqual({
      code: 500,
      message: '服务内部错误：请把响应头x-request-id的内容告诉管理员，以便查找日志',
      data: { status: false },
    });
    expect(lines).toContainEqual(expect.objectContaining({ err: gateway.trouble }));
  });

  it('logs routes, never what was asked or the key', async () => {
    const { call, lines } = makeBridge();
    await call(`/API/chat?name=room&prompt=whisper&key=${KEY}`, undefined, {});
    await call(`/api/nothing-${KEY}?key=${KEY}&prompt=whisper`, undefined, {});
    await call(`/%zz?key=${KEY}&prompt=whisper`, undefined, {});
    await call('/api/chat', `key=${KEY}&prompt=whisper&name=nowhere`, {});
    expect(lines).toContainEqual(
      expect.objectContaining({ route: '/api/Chat', dialect: 'coze-bridge', status: 200, caller: 'tester' }),
    );
    expect(lines).toContainEqual(expect.objectContaining({ error: 'conversation_not_found' }));
    expect(JSON.stringify(lines)).not.toContain(KEY);
    expect(JSON.stringify(lines)).not.toContain('whisper');
  });

  it('leaves the paths of the other dialects to them, whatever their case', async () => {
    const { call } = makeBridge();
    for (const url of ['/v1/nothing', '/V1/Nothing', '/v1', '/admin/api/nothing']) {
      const response = await call(url);
      expect(response.statusCode).toBe(404);
      expect(response.json().error.code).toBe('unknown_url');
    }
    expect((await call('/V1/Models/NoSuch')).json().error.message).toContain("'NoSuch'");
    for (const url of ['/v1x', '/api', '/api/v1/models', '/ping/pong']) {
      expect((await call(url)).json()).toEqual({ code: 404, message: '终结点不存在' });
    }
  });

  it('says when a failure will be over, in words and in a header', async () => {
    const { call, gateway } = makeBridge();
    gateway.script = fails(new GatewayError('bot_busy', 'Coze says: busy.', { retryAfterMs: 90_500 }));
    const response = await call('/api/ChatStream?name=room&prompt=Hi');
    expect(response.statusCode).toBe(503);
    expect(response.headers['retry-after']).toBe('91');
    expect(response.json().message).toContain('请在91秒后重试');
  });

  it('lets pages of other origins call it', async () => {
    const { app } = makeBridge();
    const response = await app.inject({
      method: 'OPTIONS',
      url: '/api/Chat',
      headers: {
        origin: 'https://page.example',
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'authorization,key',
      },
    });
    expect(response.statusCode).toBe(204);
    expect(response.headers['access-control-allow-headers']).toBe('authorization,key');
  });
});
