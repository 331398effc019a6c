/** What the web interface lives on, against a gateway with everything behind it. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { user } from './scene.ts';
import { type EndToEnd, KEY, OTHER_KEY, startBoth } from './world.ts';

let world: EndToEnd;

beforeAll(async () => {
  const keys = [
    { key: KEY, name: 'test', admin: true },
    { key: OTHER_KEY, name: 'other' },
  ];
  world = await startBoth({}, { conversations: {} }, { auth: { keys } });
});

afterAll(() => world.close());

async function call(method: string, path: string, body?: unknown, key = KEY) {
  const response = await fetch(world.url + path, {
    method,
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, json: text === '' ? undefined : JSON.parse(text) };
}

const native = (method: string, path: string, body?: unknown, key = KEY) =>
  call(method, `/cordgate/v1${path}`, body, key);

const namesOf = (answer: { json: { conversations: { name: string; key: string }[] } }) =>
  answer.json.conversations.map(({ name, key }) => `${key}/${name}`).sort();

describe('conversations', () => {
  it('are made, read, renamed and deleted by their owner and by admins, and hidden from others', async () => {
    const made = await native('POST', '/conversations', { name: '旅行' }, OTHER_KEY);
    expect(made).toMatchObject({
      status: 201,
      json: { name: '旅行', bot: 'coze', key: 'other', given: false },
    });
    const again = await native('POST', '/conversations', { name: '旅行' }, OTHER_KEY);
    expect([again.status, again.json.error.code]).toEqual([409, 'conversation_exists']);
    await native('POST', '/conversations', { name: 'mine', bot: 'coze' });
    const headers = { authorization: `Bearer ${OTHER_KEY}`, 'x-conversation': encodeURIComponent('旅行') };
    await world.chat({ messages: [user('alpha')] }, headers);
    const drawn = await world.chat({ messages: [user('draw a cat')] }, headers);
    expect(drawn.status).toBe(200);

    expect(namesOf(await native('GET', '/conversations'))).toEqual(['other/旅行', 'test/mine']);
    expect(namesOf(await native('GET', '/conversations?key=other&bot=coze'))).toEqual(['other/旅行']);
    expect(namesOf(await native('GET', '/conversations', undefined, OTHER_KEY))).toEqual(['other/旅行']);

    const path = `/conversations/${encodeURIComponent('旅行')}`;
    for (const key of [KEY, OTHER_KEY]) {
      const { json } = await native('GET', `${path}/messages`, undefined, key);
      expect(json.messages.map(({ role, text }: { role: string; text: string }) => [role, text])).toEqual([
        ['user', 'alpha'],
        ['assistant', 'You said: alpha'],
        ['user', 'draw a cat'],
        ['assistant', expect.stringContaining('Here is your picture')],
      ]);
      expect(json.messages[3].images[0]).toMatch(/^http/);
    }

    const renamed = await native('PATCH', path, { name: 'trip', key: 'other' });
    expect(renamed.json).toMatchObject({ name: 'trip', key: 'other', channelId: made.json.channelId });
    const hidden = await native('DELETE', '/conversations/mine', undefined, OTHER_KEY);
    expect([hidden.status, hidden.json.error.code]).toEqual([404, 'conversation_not_found']);
    const named = await native('GET', '/conversations/mine/messages?key=test', undefined, OTHER_KEY);
    expect(named.status).toBe(404);
    expect((await native('DELETE', '/conversations/trip')).status).toBe(204);
    expect((await native('DELETE', `/conversations/mine?bot=coze`)).status).toBe(204);
    expect(namesOf(await native('GET', '/conversations'))).toEqual([]);
  });

  it('of one name are told apart by their key', async () => {
    await native('POST', '/conversations', { name: 'twin' });
    await native('POST', '/conversations', { name: 'twin' }, OTHER_KEY);
    expect((await native('DELETE', '/conversations/twin?key=other')).status).toBe(204);
    expect(namesOf(await native('GET', '/conversations'))).toEqual(['test/twin']);
    expect((await native('DELETE', '/conversations/twin')).status).toBe(204);
  });

  it.each([
    ['POST', '/conversations', {}, 'name'],
    ['POST', '/conversations', { name: '' }, 'name'],
    ['POST', '/conversations', { name: 'a\nb' }, 'name'],
    ['POST', '/conversations', { name: 'x', bot: 'nope' }, 'bot'],
    ['PATCH', '/conversations/x', { title: 'y' }, 'title'],
  ])('refuse %s %s %j', async (method, path, body, param) => {
    const { status, json } = await native(method, path, body);
    expect(status).toBeGreaterThanOrEqual(400);
    expect(json.error.param ?? 'name').toBe(param === 'title' ? 'name' : param);
  });
});

describe('keys that are made at run time', () => {
  it('open what they may from the next request on, until they are revoked', async () => {
    const made = await call('POST', '/admin/api/keys', {
      name: 'phone',
      bots: ['coze'],
      requestsPerMinute: 600,
    });
    expect(made.status).toBe(201);
    const { key } = made.json;
    expect(key).toMatch(/^sk-cordgate-[\w-]{32,}$/);
    expect((await native('GET', '/me', undefined, key)).json).toMatchObject({ name: 'phone', admin: false });
    const asked = await world.chat('Hi', { authorization: `Bearer ${key}` });
    expect(asked.text).toBe('You said: Hi');
    const { keys } = (await call('GET', '/admin/api/keys')).json;
    expect(keys).toMatchObject([
      { name: 'test', source: 'file', admin: true },
      { name: 'other', source: 'file' },
      { name: 'phone', source: 'made', bots: ['coze'], requestsPerMinute: 600 },
    ]);
    expect(JSON.stringify(keys)).not.toMatch(/sk-|digest/);
    await call('PATCH', '/admin/api/keys/phone', { admin: true, requestsPerMinute: null });
    expect((await call('GET', '/admin/api/keys', undefined, key)).status).toBe(200);
    expect((await call('DELETE', '/admin/api/keys/phone')).status).toBe(204);
    const refused = await native('GET', '/me', undefined, key);
    expect([refused.status, refused.json.error.code]).toEqual([401, 'invalid_api_key']);
  });

  it('are counted under their name, day by day', async () => {
    const { json } = await call('GET', '/admin/api/usage');
    const day = new Date().toISOString().slice(0, 10);
    expect(json.daily).toContainEqual(expect.objectContaining({ day, key: 'phone', bot: 'coze', chats: 1 }));
    expect(json.total.chats).toBeGreaterThanOrEqual(3);
    expect((await call('GET', '/admin/api/usage?since=2999-01-01')).json.daily).toEqual([]);
    expect((await call('GET', '/admin/api/usage?since=yesterday')).json.error.param).toBe('since');
  });
});

describe('GET /admin/api/overview', () => {
  it('shows accounts, bots, the store and the requests of the last hour', async () => {
    const { json } = await call('GET', '/admin/api/overview');
    expect(json).toMatchObject({
      version: expect.stringMatching(/^\d+\.\d+\.\d+/),
      ready: true,
      reasons: [],
      store: { driver: 'memory', ok: true },
      needsPerson: [],
      bots: [{ id: 'coze', driver: 'coze', kind: 'chat', state: 'ready', models: ['gpt-4o'] }],
    });
    expect(json.accounts).toContainEqual(
      expect.objectContaining({ id: 'bridge', kind: 'bot', state: 'ready', enabled: true }),
    );
    expect(json.activity).toHaveLength(60);
    const requests = json.activity.reduce((sum: number, one: { requests: number }) => sum + one.requests, 0);
    expect(requests).toBeGreaterThanOrEqual(3);
  });
});
