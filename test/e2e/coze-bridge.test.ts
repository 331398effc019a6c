/** Clients of the Coze-Discord-Bridge against the gateway in front of the simulated Discord. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { startSim } from '../../src/sim/index.ts';
import { fingerprint, gatewayChannels, messagesOf, promptsOf, range } from './scene.ts';
import { configFor, type EndToEnd, frontOf, KEY, OTHER_KEY, startBoth } from './world.ts';

let world: EndToEnd;
let folder: string | undefined;

afterEach(async () => {
  await world.close();
  if (folder) rmSync(folder, { recursive: true, force: true });
});

type Parameters = Record<string, string>;

interface BridgeBody {
  readonly code: number;
  readonly message: string;
  readonly data?: Record<string, unknown>;
}

interface BridgeReply {
  readonly status: number;
  readonly body: BridgeBody;
}

async function read(response: Response): Promise<BridgeReply> {
  const raw = await response.text();
  world.book.note(`${JSON.stringify([...response.headers])} ${raw}`);
  return { status: response.status, body: JSON.parse(raw) };
}

/** GET with a query, with a good key in the query unless another place is named. */
async function get(path: string, parameters: Parameters = {}): Promise<BridgeReply> {
  return read(await fetch(`${world.url}${path}?${new URLSearchParams({ key: KEY, ...parameters })}`));
}

/** POST with a body as it stands and a good key in the header. */
async function post(path: string, body: string, headers: Parameters = { key: KEY }): Promise<BridgeReply> {
  return read(await fetch(world.url + path, { method: 'POST', headers, body }));
}

/** Makes a conversation; gives its channel id. */
async function create(name: string): Promise<string> {
  const { body } = await get('/api/CreateConversation', { name });
  if (body.code !== 200) throw new Error(JSON.stringify(body));
  return String(body.data?.conversation_id);
}

const eventsOf = (raw: string): BridgeBody[] =>
  raw
    .split('\n\n')
    .filter((frame) => frame.startsWith('data: '))
    .map((frame) => JSON.parse(frame.slice(6)));

async function stream(parameters: Parameters): Promise<BridgeBody[]> {
  const query = new URLSearchParams({ key: KEY, ...parameters });
  const response = await fetch(`${world.url}/api/ChatStream?${query}`);
  const raw = await response.text();
  world.book.note(raw);
  return eventsOf(raw);
}

/** Begins a streamed chat and goes away as soon as something was said. */
async function leaveMidway(parameters: Parameters): Promise<string> {
  const leaving = new AbortController();
  const query = new URLSearchParams({ key: KEY, ...parameters });
  const response = await fetch(`${world.url}/api/ChatStream?${query}`, { signal: leaving.signal });
  const reader = response.body?.getReader();
  const chunk = await reader?.read();
  leaving.abort();
  return new TextDecoder().decode(chunk?.value);
}

const ok = (message: string, data?: object) => ({
  status: 200,
  body: { code: 200, message, ...(data ? { data } : {}) },
});

describe('a client of the Bridge', () => {
  it('lives through a conversation from its creation to its end', async () => {
    world = await startBoth();
    const made = await get('/api/createconversation', { name: '厨房' });
    const id = String(made.body.data?.conversation_id);
    expect(made).toEqual(ok('创建子频道成功!', { conversation_id: id, conversation_name: '厨房' }));
    expect(world.sim.world.channels.has(id)).toBe(true);
    const about = { status: true, conversation_id: id, conversation_name: '厨房' };
    expect(await get('/api/ConversationIsFound', { name: '厨房' })).toEqual(ok('当前对话存在', about));
    expect(await get('/api/ConversationIsFound', { name: id })).toEqual(ok('当前对话存在', about));
    expect(await get('/api/Chat', { name: '厨房', prompt: 'alpha' })).toEqual(
      ok('成功!', { prompt: 'You said: alpha', files: [] }),
    );
    expect(await post('/API/CHAT', JSON.stringify({ name: id, prompt: 'beta' }))).toEqual(
      ok('成功!', { prompt: 'You said: beta', files: [] }),
    );
    const renamed = { status: true, conversation_id: id, conversation_name: 'hall' };
    expect(await get('/api/RenameConversation', { name: '厨房', new_name: 'hall' })).toEqual(
      ok('修改名称成功', renamed),
    );
    expect((await post('/api/Chat', 'name=hall&prompt=recall')).body.data?.prompt).toMatch(
      /1\. alpha\n2\. beta$/,
    );
    expect(await get('/api/GetConversations')).toEqual(ok('获取对话列表成功', { hall: id }));
    expect(await get('/api/DeleteConversation', { name: 'hall' })).toEqual(
      ok('删除对话成功', { status: true }),
    );
    expect(await get('/api/ConversationIsFound', { name: id })).toEqual(
      ok('当前对话不存在', { status: false }),
    );
    await expect.poll(() => world.sim.world.channels.has(id)).toBe(false);
  });

  it('reads a stream whose pieces are the answer, with its picture', async () => {
    world = await startBoth({ coze: { imageAs: 'attachment' } });
    await create('studio');
    const events = await stream({ name: 'studio', prompt: 'draw a cat' });
    const progress = events.slice(0, -1);
    const text = 'Here is your picture: a cat';
    expect(progress.map(({ data }) => data?.prompt_new).join('')).toBe(text);
    for (const event of progress) {
      expect(event).toMatchObject({ code: 200, message: '生成中..', data: { done: false } });
    }
    const files = [expect.stringMatching(/^http/)];
    expect(events.at(-1)).toEqual({
      code: 200,
      message: '成功!',
      data: { prompt_all: text, prompt_new: '', files, done: true },
    });
    const [url] = events.flatMap(({ data }) => data?.files as string[]);
    expect((await fetch(url ?? '')).headers.get('content-type')).toBe('image/png');
  });

  it.each(['embed', 'attachment', 'link'] as const)('gets the pictures of an answer: %s', async (imageAs) => {
    world = await startBoth({ coze: { imageAs, images: 2 } });
    await create('studio');
    const { body } = await get('/api/Chat', { name: 'studio', prompt: 'two cats' });
    expect(body.data?.files).toHaveLength(2);
    expect((await get('/api/GetLatestMessage', { name: 'studio' })).body.data).toEqual({
      status: true,
      ...body.data,
    });
  });

  it('shows the bot a picture by every way of sending it, named by its content', async () => {
    world = await startBoth();
    await create('gallery');
    // Bytes that make plus signs and slashes: the careless query turns the former into spaces.
    const gif = Buffer.concat([Buffer.from('GIF89a'), Buffer.from('fbefbefffffe'.repeat(4), 'hex')]);
    const image = gif.toString('base64');
    expect(image).toMatch(/\+.*\//);
    const answers = [
      await read(await fetch(`${world.url}/api/Chat?key=${KEY}&name=gallery&prompt=1&image=${image}`)),
      await post('/api/Chat', `name=gallery&prompt=2&image=${image}`),
      await post('/api/Chat', JSON.stringify({ name: 'gallery', image: `data:image/png;base64,${image}` })),
    ];
    expect(answers.map(({ body }) => body.data?.prompt)).toEqual(
      ['1', '2', 'nothing'].map((text) => `You said: ${text}\nI see 1 picture: image/gif`),
    );
    const sizes = promptsOf(world.sim).map(({ attachments }) => attachments[0]?.size);
    expect(sizes).toEqual([gif.length, gif.length, gif.length]);
  });

  it('may chat without a conversation: each such request gets a channel that nobody meets again', async () => {
    world = await startBoth();
    await get('/api/Chat', { prompt: 'alpha' });
    expect((await get('/api/Chat', { prompt: 'recall' })).body.data?.prompt).toBe(
      'I remember nothing of this channel.',
    );
    expect((await get('/api/GetConversations')).body.data).toEqual({});
  });

  it('side by side with others gets its own answers, in one conversation and in many', async () => {
    world = await startBoth();
    await Promise.all(range(5).map((room) => create(`room ${room}`)));
    const asked = range(30).map((number) => ({ name: `room ${number % 5}`, prompt: `text ${number}` }));
    const answers = await Promise.all(
      asked.map(async (parameters, number) => {
        if (number % 2) return (await get('/api/Chat', parameters)).body.data?.prompt;
        return (await stream(parameters)).at(-1)?.data?.prompt_all;
      }),
    );
    expect(answers).toEqual(asked.map(({ prompt }) => `You said: ${prompt}`));
  });

  it('asks whether the bot is online, keeps it alive and lets it log in anew', async () => {
    world = await startBoth();
    expect(await get('/api/IsBotOnline')).toEqual(ok('获取成功', { status: true }));
    expect(await get('/api/KeepAlive')).toEqual(ok('keepalive执行成功'));
    expect(await get('/api/protocol/ReLogin')).toEqual(ok('重新登录成功', { status: true }));
    expect((await get('/api/Chat', { prompt: 'still there?' })).body.data?.prompt).toBe(
      'You said: still there?',
    );
  });
});

describe('GetLatestMessage', () => {
  const SLOW = { match: 'long', edits: 30, editEveryMs: 300, startAfterMs: 0 };
  const latest = async () => (await get('/api/GetLatestMessage', { name: 'room' })).body;

  it('knows nothing before the bot has spoken', async () => {
    world = await startBoth();
    await create('room');
    expect((await latest()).data).toEqual({ status: false, prompt: '', files: [] });
  });

  it('gives the whole answer to a client that left in its middle, over several messages', async () => {
    world = await startBoth();
    await create('room');
    world.sim.script(SLOW);
    expect(await leaveMidway({ name: 'room', prompt: 'long 3000' })).toContain('Sentence 1 of');
    await create('reference');
    const whole = (await get('/api/Chat', { name: 'reference', prompt: 'long 3000' })).body.data;
    await expect.poll(latest, { timeout: 8_000 }).toEqual({
      code: 200,
      message: '成功!',
      data: { status: true, ...whole },
    });
    expect(String(whole?.prompt).length).toBeGreaterThanOrEqual(3_000);
  });

  it('gives it as well to one that left before anything was said', async () => {
    world = await startBoth();
    await create('room');
    world.sim.script({ match: 'late', startAfterMs: 4_000 });
    const leaving = new AbortController();
    const url = `${world.url}/api/Chat?name=room&prompt=late&key=${KEY}`;
    const gone = fetch(url, { signal: leaving.signal }).catch(() => 'gone');
    await expect.poll(() => promptsOf(world.sim).length).toBe(1);
    leaving.abort();
    expect(await gone).toBe('gone');
    await expect.poll(async () => (await latest()).data?.prompt).toBe('You said: late');
  });

  it('gives it after a restart, where names and channel ids are known as before', async () => {
    const sim = await startSim({ port: 0, speed: 20, limits: 'none' });
    folder = mkdtempSync(join(tmpdir(), 'cordgate-bridge-'));
    const config = configFor(sim, {}, { store: { driver: 'sqlite', path: join(folder, 'store.db') } });
    world = await frontOf(sim, config);
    const id = await create('room');
    sim.script({ ...SLOW, editEveryMs: 1_000 });
    await leaveMidway({ name: 'room', prompt: 'long 1500' });
    await world.gateway.close();
    const said = () => messagesOf(sim).find(({ content }) => content.startsWith('Sentence'))?.content.length;
    expect(said()).toBeLessThan(1_500);
    await expect.poll(said, { timeout: 8_000 }).toBe(1_500);
    world = await frontOf(sim, config);
    expect(String((await latest()).data?.prompt)).toHaveLength(1_500);
    expect((await get('/api/GetLatestMessage', { name: id })).body).toEqual(await latest());
    expect((await get('/api/GetConversations')).body.data).toEqual({ room: id });
    expect((await get('/api/Chat', { name: 'room', prompt: 'recall' })).body.data?.prompt).toMatch(
      /1\. long 1500$/,
    );
  });
});

describe('what must not be', () => {
  it('changes nothing at Discord', async () => {
    world = await startBoth({}, { spareChannels: 0 });
    const foreign = world.sim.ready.channels.general ?? '';
    await create('room');
    // The channel gets its name in the background.
    await expect.poll(() => gatewayChannels(world.sim).map(({ name }) => name)).toContain('room');
    const before = fingerprint(world.sim);
    const refused = [
      await get('/api/Chat', { name: foreign, prompt: 'Hi' }),
      await get('/api/ChatStream', { name: `../${foreign}`, prompt: 'Hi' }),
      await get('/api/GetLatestMessage', { name: foreign }),
      await get('/api/DeleteConversation', { name: foreign }),
      await get('/api/RenameConversation', { name: foreign, new_name: 'mine' }),
      await get('/api/CreateConversation', { name: 'room' }),
      await get('/api/CreateConversation', { name: 'x'.repeat(101) }),
      await get('/api/RenameConversation', { name: 'room' }),
      await get('/api/Chat', { name: 'room', prompt: ' ' }),
      await get('/api/Chat', { name: 'room', prompt: 'Hi', image: '%%%' }),
      await get('/api/Chat', { name: 'room', prompt: 'Hi', key: 'sk-wrong' }),
      await post('/api/CreateConversation', '{"name":'),
      await get('/api/Nothing', { name: 'room', prompt: 'Hi' }),
    ];
    expect(refused.map(({ status }) => status)).toEqual([
      404, 404, 404, 404, 404, 409, 400, 400, 400, 400, 403, 400, 404,
    ]);
    for (const { status, body } of refused) expect(body.code).toBe(status);
    expect(fingerprint(world.sim)).toBe(before);
    expect((await get('/api/GetConversations')).body.data).toEqual({ room: expect.any(String) });
  });

  it('is a picture that is none: 400, and the conversation goes on', async () => {
    world = await startBoth();
    await create('room');
    const image = Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>').toString('base64');
    expect(await get('/api/ChatStream', { name: 'room', prompt: 'Hi', image })).toMatchObject({
      status: 400,
      body: { code: 400, message: expect.stringMatching(/^图片无法使用：只支持png、jpeg、webp、gif/) },
    });
    expect(promptsOf(world.sim)).toEqual([]);
    expect((await get('/api/Chat', { name: 'room', prompt: 'Hi' })).body.data?.prompt).toBe('You said: Hi');
  });

  it('is a link to a private address as a picture', async () => {
    world = await startBoth();
    await create('room');
    const image = `${world.url}/Ping`;
    expect(await get('/api/Chat', { name: 'room', prompt: 'Hi', image })).toMatchObject({
      status: 400,
      body: { code: 400, message: expect.stringMatching(/^图片链接被拒绝：/), data: { status: false } },
    });
    expect(promptsOf(world.sim)).toEqual([]);
  });

  it('is a rename that loses something: onto itself is no change, onto another is refused', async () => {
    world = await startBoth();
    const one = await create('one');
    const two = await create('two');
    const about = { status: true, conversation_id: one, conversation_name: 'one' };
    expect(await get('/api/RenameConversation', { name: 'one', new_name: 'one' })).toEqual(
      ok('修改名称成功', about),
    );
    expect(await get('/api/RenameConversation', { name: 'one', new_name: 'two' })).toMatchObject({
      status: 409,
      body: {
        code: 409,
        message: expect.stringMatching(/^重命名对话失败:对话已存在/),
        data: { status: false },
      },
    });
    expect((await get('/api/GetConversations')).body.data).toEqual({ one, two });
  });

  it('is a conversation of another key', async () => {
    world = await startBoth();
    const id = await create('room');
    for (const name of ['room', id]) {
      expect((await get('/api/Chat', { key: OTHER_KEY, name, prompt: 'Hi' })).status).toBe(404);
      expect((await get('/api/DeleteConversation', { key: OTHER_KEY, name })).status).toBe(404);
    }
    expect((await get('/api/GetConversations', { key: OTHER_KEY })).body.data).toEqual({});
    expect((await get('/api/Chat', { name: id, prompt: 'Hi' })).status).toBe(200);
  });

  it('is an error text of Coze as an answer: it comes as a status', async () => {
    world = await startBoth({ coze: { limit: 'busy' } });
    await create('room');
    expect(await get('/api/ChatStream', { name: 'room', prompt: 'Hi' })).toMatchObject({
      status: 503,
      body: { code: 503, message: expect.stringMatching(/^机器人当前过于繁忙/), data: { status: false } },
    });
  });

  it('is a silent end: what goes wrong in a stream is its last event', async () => {
    world = await startBoth();
    await create('room');
    world.sim.script({ match: 'slow', edits: 40, editEveryMs: 4_000, startAfterMs: 0, suggestions: false });
    const query = new URLSearchParams({
      key: KEY,
      name: 'room',
      prompt: 'slow story of a fox and its friends',
    });
    const response = await fetch(`${world.url}/api/ChatStream?${query}`);
    await get('/api/DeleteConversation', { name: 'room' });
    const events = eventsOf(await response.text());
    const last = events.at(-1);
    expect(events.length).toBeGreaterThan(1);
    expect(last?.code).toBe(404);
    expect(last?.message).toBe('当前对话不存在');
    expect(last?.data).toMatchObject({ status: false, done: true, prompt_new: '' });
    expect(last?.data?.prompt_all).toBe(events.at(-2)?.data?.prompt_all);
  });
});

describe('keys', () => {
  it('lead to their bots, no key to those that are open, a bad one to nothing', async () => {
    const sim = await startSim({ port: 0, speed: 20, limits: 'none', cozeBots: 2 });
    const config = configFor(sim);
    const [bot] = config.bots ?? [];
    const ids = sim.ready.bots.coze.userIds ?? [];
    const bots = ids.map((userId, at) => ({ ...bot, id: `coze${at}`, botUserIds: [userId] }));
    const auth = { keys: [{ key: KEY, name: 'a', bots: ['coze1'] }], anonymous: { bots: ['coze0'] } };
    world = await frontOf(sim, { ...config, auth, bots } as typeof config);
    const mentioned = () => promptsOf(sim).map(({ mentionIds }) => mentionIds[0]);
    await post('/api/CreateConversation', 'name=room');
    for (const headers of [{}, { key: 'default' }] as Parameters[]) {
      await post('/api/CreateConversation', `name=room ${headers.key}`, headers);
      expect((await post('/api/Chat', `name=room ${headers.key}&prompt=open`, headers)).status).toBe(200);
    }
    expect((await get('/api/Chat', { name: 'room', prompt: 'mine' })).status).toBe(200);
    expect(await post('/api/Chat', 'name=room&prompt=bad', { key: 'bad' })).toEqual({
      status: 403,
      body: { code: 403, message: '无权访问本服务' },
    });
    expect(mentioned().toSorted()).toEqual([ids[0], ids[0], ids[1]].toSorted());
    expect((await post('/api/GetConversations', '', {})).body.data).not.toHaveProperty('room');
  });
});
