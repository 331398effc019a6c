import { expect, it } from 'vitest';
import type { StudioView } from '../../../src/core/tasks.ts';
import { makeScene, read } from './support.ts';

const READY: StudioView = {
  botId: 'midjourney',
  driver: 'midjourney',
  accountId: 'alice',
  guildId: '1100000000000000001',
  channelId: '1100000000000000002',
  condition: 'ready',
  since: 1_713_497_101_900,
  isSlow: false,
  concurrency: 3,
  queueLimit: 10,
  running: 2,
  queued: 1,
  sentToday: 7,
  dailyLimit: 200,
};

it('GET /client/online shows each account: whether it takes work, why not, and how busy it is', async () => {
  const scene = makeScene();
  const { guildId: _, sentToday: __, dailyLimit: ___, ...direct } = READY;
  scene.tasks.views = [
    READY,
    {
      ...direct,
      driver: 'pika',
      condition: 'paused',
      reason: 'captcha',
      text: 'Please complete the task',
      link: 'https://discord.com/channels/1/2',
      remedy: 'Log in and answer the check.',
      isSlow: true,
    },
  ];
  const response = await read(scene, '/client/online');
  const shared = { account: 'alice', bot: 'midjourney', channelId: '1100000000000000002' };
  const numbers = { since: 1_713_497_101, running: 2, queued: 1, concurrency: 3, queueSize: 10 };
  expect(response.json()).toEqual({
    code: 0,
    message: 'Success',
    result: [
      {
        ...shared,
        ...numbers,
        driver: 'midjourney',
        name: 'mj',
        guildId: '1100000000000000001',
        online: true,
        state: 'ready',
        reason: '',
        text: '',
        link: '',
        remedy: '',
        fast: true,
        sentToday: 7,
        dailyLimit: 200,
      },
      {
        ...shared,
        ...numbers,
        driver: 'pika',
        name: 'pika',
        guildId: '',
        online: false,
        state: 'paused',
        reason: 'captcha',
        text: 'Please complete the task',
        link: 'https://discord.com/channels/1/2',
        remedy: 'Log in and answer the check.',
        fast: false,
        sentToday: 0,
        dailyLimit: 0,
      },
    ],
  });
});
