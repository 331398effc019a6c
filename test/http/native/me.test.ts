import { describe, expect, it } from 'vitest';
import { VIEW } from '../admin/support.ts';
import { ADMIN, makeNative, OTHER } from './support.ts';

describe('GET /cordgate/v1/me', () => {
  it('says who calls, and what the key can use', async () => {
    const scene = makeNative();
    scene.service.botViews = () => [
      {
        id: 'pika',
        driver: 'pika',
        kind: 'videos',
        models: ['pika'],
        verbs: [],
        state: 'ready',
        queued: 0,
        running: 0,
      },
    ];
    const response = await scene.call('GET', '/me', undefined, OTHER);
    expect(response.json()).toEqual({
      name: 'other',
      admin: false,
      bots: ['pika'],
      version: '1.2.3',
      models: [
        { id: 'pika', bots: ['pika'], kind: 'videos', driver: 'pika', verbs: ['create', 'animate', 'act'] },
      ],
    });
    const admin = (await scene.call('GET', '/me', undefined, ADMIN)).json();
    expect(admin).toMatchObject({ name: 'operator', admin: true, bots: ['*'] });
    expect(admin.models[0]).toMatchObject({ id: 'gpt-4o', kind: 'chat', verbs: ['chat'] });
    expect(admin.models.map(({ kind }: { kind: string }) => kind)).toEqual([
      'chat',
      'chat',
      'pictures',
      'videos',
    ]);
  });

  it.each(['/me', '/tasks', '/tasks/1', '/accounts', '/events', '/conversations'])(
    'is shut without a key, and takes no other method: %s',
    async (path) => {
      const scene = makeNative();
      const none = await scene.call('GET', path, undefined, {});
      expect([none.statusCode, none.json().error.code]).toEqual([401, 'invalid_api_key']);
      const put = await scene.app.inject({ method: 'PUT', url: `/cordgate/v1${path}` });
      expect(put.statusCode).toBe(405);
      expect(put.headers.allow).toContain('GET');
    },
  );

  it('has no other paths, and says so in its own shape', async () => {
    const response = await makeNative().call('GET', '/nothing');
    expect([response.statusCode, response.json().error.code]).toEqual([404, 'unknown_url']);
  });
});

describe('GET /cordgate/v1/accounts', () => {
  it('lists the accounts as the management does', async () => {
    const scene = makeNative();
    scene.tasks.views = [VIEW];
    const { accounts } = (await scene.call('GET', '/accounts')).json();
    expect(accounts).toMatchObject([{ account: 'alice', bot: 'midjourney', state: 'paused', fast: true }]);
  });
});
