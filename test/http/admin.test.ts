import { describe, expect, it } from 'vitest';
import { authorized, key, makeApp } from './support.ts';

const TOTALS = [
  {
    callerId: 'nextchat',
    botId: 'coze',
    chats: 3,
    promptTokens: 70,
    completionTokens: 20,
    pictures: 0,
    videos: 0,
  },
  { callerId: '', botId: 'coze', chats: 1, promptTokens: 5, completionTokens: 6, pictures: 2, videos: 1 },
];

function usageOf(patch: Parameters<typeof makeApp>[0], headers: Record<string, string> = authorized) {
  const fixture = makeApp(patch);
  Object.assign(fixture.service, {
    usage: async () => TOTALS,
    dailyUsage: async (since: string) => [{ ...TOTALS[0], day: since }],
  });
  return fixture.app.inject({ url: '/admin/api/usage?since=2026-11-20', headers });
}

describe('GET /admin/api/usage', () => {
  it('tells an admin key what every key has used of every bot, and the total', async () => {
    const response = await usageOf({ keys: [key({ admin: true })] });
    expect(response.statusCode).toBe(200);
    expect(response.json()).toEqual({
      usage: [
        {
          key: 'nextchat',
          bot: 'coze',
          chats: 3,
          promptTokens: 70,
          completionTokens: 20,
          pictures: 0,
          videos: 0,
        },
        { key: '', bot: 'coze', chats: 1, promptTokens: 5, completionTokens: 6, pictures: 2, videos: 1 },
      ],
      total: { chats: 4, promptTokens: 75, completionTokens: 26, pictures: 2, videos: 1 },
      daily: [
        {
          day: '2026-11-20',
          key: 'nextchat',
          bot: 'coze',
          chats: 3,
          promptTokens: 70,
          completionTokens: 20,
          pictures: 0,
          videos: 0,
        },
      ],
    });
  });

  const open = { keys: [], open: true };
  it.each([
    ['an ordinary key', { keys: [key()] }, authorized, 403, 'admin_only'],
    ['no key', { keys: [key({ admin: true })] }, {}, 401, 'invalid_api_key'],
    ['no key where some bots are free', { keys: [key()], anonymousBots: ['*'] }, {}, 403, 'admin_only'],
    ['a wrong key', { keys: [key()] }, { authorization: 'Bearer wrong' }, 401, 'invalid_api_key'],
    ['a gateway that is open to others', { ...open, openAdmin: false }, {}, 403, 'admin_only'],
  ])('is refused for %s', async (_who, patch, headers, status, code) => {
    const response = await usageOf(patch, headers);
    expect(response.statusCode).toBe(status);
    expect(response.json().error.code).toBe(code);
  });

  it('is open where the gateway is open to this machine only', async () => {
    expect((await usageOf({ ...open, openAdmin: true }, {})).statusCode).toBe(200);
  });

  it('takes no other method, and has no neighbours', async () => {
    const { app } = makeApp({ keys: [key({ admin: true })] });
    const post = await app.inject({ method: 'POST', url: '/admin/api/usage', headers: authorized });
    expect(post.statusCode).toBe(405);
    expect((await app.inject({ url: '/admin/api/nothing', headers: authorized })).statusCode).toBe(404);
  });
});
