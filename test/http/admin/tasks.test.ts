import { describe, expect, it } from 'vitest';
import type { TaskQuery } from '../../../src/core/tasks.ts';
import { ADMIN, makeScene, PAINTER, type Scene, submit, VIEW } from './support.ts';

const get = ({ app }: Scene, path: string, headers: Record<string, string> = ADMIN) =>
  app.inject({ url: `/admin/api${path}`, headers });

const post = ({ app }: Scene, path: string, body?: object) =>
  app.inject({
    method: 'POST',
    url: `/admin/api${path}`,
    headers: ADMIN,
    ...(body ? { payload: body } : {}),
  });

describe('the management of accounts', () => {
  it('lists them with what keeps them from working', async () => {
    const scene = makeScene();
    scene.tasks.views = [VIEW];
    const { accountId, botId, condition, isSlow, ...rest } = VIEW;
    expect((await get(scene, '/accounts')).json()).toEqual({
      accounts: [{ account: 'alice', bot: 'midjourney', state: 'paused', fast: true, ...rest }],
    });
  });

  it.each(['pause', 'resume', 'drain'])('takes the order to %s, for all bots or one', async (order) => {
    const scene = makeScene();
    scene.tasks.views = [VIEW];
    const path = `/accounts/alice/${order}`;
    for (const response of [
      await post(scene, path),
      await post(scene, `${path}?bot=midjourney`),
      await post(scene, path, { bot: 'pika' }),
    ]) {
      expect(response.statusCode).toBe(200);
      expect(response.json().accounts[0]).toMatchObject({ account: 'alice' });
    }
    const given = { accountId: 'alice', order };
    expect(scene.tasks.accountOrders).toEqual([
      { ...given, botId: undefined },
      { ...given, botId: 'midjourney' },
      { ...given, botId: 'pika' },
    ]);
  });

  it('refuses an unknown account, an unknown order, a bot that is no text, and a broken body', async () => {
    const scene = makeScene();
    scene.tasks.views = [VIEW];
    const unknown = await post(scene, '/accounts/bob/pause');
    expect(unknown.statusCode).toBe(404);
    expect(unknown.json().error.code).toBe('account_not_found');
    expect((await post(scene, '/accounts/alice/explode')).statusCode).toBe(404);
    expect((await post(scene, '/accounts/alice/pause', { bot: 1 })).json().error.param).toBe('bot');
    const url = '/admin/api/accounts/alice/pause';
    const headers = { ...ADMIN, 'content-type': 'application/json' };
    const broken = await scene.app.inject({ method: 'POST', url, headers, payload: '{' });
    expect(broken.statusCode).toBe(400);
    const empty = await scene.app.inject({ method: 'POST', url, headers, payload: '' });
    expect(empty.statusCode).toBe(200);
  });
});

describe('the management of tasks', () => {
  it('shows a task of any key, without the mask and the secret of the callback', async () => {
    const scene = makeScene();
    const id = await submit(scene);
    Object.assign(scene.tasks, {
      findTask: async () => ({
        id,
        botId: 'midjourney',
        callerId: 'painter',
        accountId: 'alice',
        request: { verb: 'act', prompt: '', form: { prompt: 'a hat', mask: 'AAAA' } },
        media: [
          { url: 'https://cdn.example.org/a.png', kept: 'aa11.png' },
          { url: 'https://cdn.example.org/b.png' },
        ],
        timeline: [{ at: 5, status: 'queued' }],
        notify: { url: 'https://hooks.example.org/path?secret=1', dialect: 'discordxy' },
      }),
    });
    const response = await get(scene, `/tasks/${id}`);
    expect(response.json()).toEqual({
      id,
      bot: 'midjourney',
      key: 'painter',
      account: 'alice',
      request: { verb: 'act', prompt: '', form: { prompt: 'a hat', hasMask: true } },
      media: [
        { url: 'https://gw.example.org/files/aa11.png', sourceUrl: 'https://cdn.example.org/a.png' },
        { url: 'https://cdn.example.org/b.png' },
      ],
      timeline: [{ at: 5, status: 'queued' }],
      notify: { origin: 'https://hooks.example.org', dialect: 'discordxy' },
    });
  });

  it('lists them newest first, page by page', async () => {
    const scene = makeScene();
    const ids: string[] = [];
    for (const prompt of ['one', 'two', 'three']) ids.unshift(await submit(scene, prompt));
    const queries: TaskQuery[] = [];
    const { listTasks } = scene.tasks;
    scene.tasks.listTasks = async (caller, query, signal) => {
      queries.push(query);
      const all = await listTasks(caller, { ...query, limit: 100 }, signal);
      return all.filter(({ id }) => query.before === undefined || id < query.before).slice(0, query.limit);
    };
    const first = (await get(scene, '/tasks?limit=2')).json();
    expect(first.tasks.map(({ id }: { id: string }) => id)).toEqual(ids.slice(0, 2));
    expect(first.next).toBe(ids[1]);
    const second = (await get(scene, `/tasks?limit=2&before=${first.next}`)).json();
    expect(second.tasks.map(({ id }: { id: string }) => id)).toEqual(ids.slice(2));
    expect(second.next).toBeNull();
    await get(
      scene,
      '/tasks?status=running,queued&status=failed&bot=pika&account=alice&driver=pika&verb=create,act&words=small%20cat&from=5&to=9&after=7&order=oldest&key=painter',
    );
    expect(queries.at(-1)).toEqual({
      statuses: ['running', 'queued', 'failed'],
      botId: 'pika',
      accountId: 'alice',
      driver: 'pika',
      verbs: ['create', 'act'],
      words: 'small cat',
      submittedFrom: 5,
      submittedBefore: 9,
      after: '7',
      order: 'oldest',
      callerId: 'painter',
      limit: 51,
    });
  });

  it.each([
    ['status=done', 'status'],
    ['limit=0', 'limit'],
    ['limit=501', 'limit'],
    ['limit=ten', 'limit'],
    ['before=abc', 'before'],
    ['bot=a&bot=b', 'bot'],
    ['verb=dance', 'verb'],
    ['from=yesterday', 'from'],
    ['order=random', 'order'],
  ])('refuses the filter %s', async (query, param) => {
    const response = await get(makeScene(), `/tasks?${query}`);
    expect(response.statusCode).toBe(400);
    expect(response.json().error).toMatchObject({ code: 'invalid_request', param });
  });

  it('cancels a task', async () => {
    const scene = makeScene();
    const id = await submit(scene);
    const response = await post(scene, `/tasks/${id}/cancel`);
    expect(response.json()).toMatchObject({ id, status: 'cancelled', failure: { code: 'task_stopped' } });
  });

  it('knows no task of an unknown id', async () => {
    const scene = makeScene();
    for (const response of [await get(scene, '/tasks/42'), await post(scene, '/tasks/42/cancel')]) {
      expect(response.statusCode).toBe(404);
      expect(response.json().error.code).toBe('task_not_found');
    }
  });
});

describe('the door', () => {
  const paths = [
    ['GET', '/accounts'],
    ['POST', '/accounts/alice/pause'],
    ['GET', '/tasks'],
    ['GET', '/tasks/1'],
    ['POST', '/tasks/1/cancel'],
    ['GET', '/events'],
  ] as const;

  it.each(paths)('is shut for ordinary keys and for none: %s %s', async (method, path) => {
    const { app } = makeScene();
    const url = `/admin/api${path}`;
    const ordinary = await app.inject({ method, url, headers: PAINTER });
    expect(ordinary.json().error.code).toBe('admin_only');
    expect((await app.inject({ method, url })).statusCode).toBe(401);
  });

  it.each(paths)('takes no other method than %s %s', async (method, path) => {
    const { app } = makeScene();
    const other = method === 'GET' ? 'POST' : 'GET';
    const response = await app.inject({ method: other, url: `/admin/api${path}`, headers: ADMIN });
    expect(response.statusCode).toBe(405);
    expect(response.headers.allow).toContain(method);
  });
});
