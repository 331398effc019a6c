import { describe, expect, it } from 'vitest';
import type { StudioView } from '../../src/core/tasks.ts';
import { createOperatorNotices } from '../../src/notify/operator-notices.ts';
import { makeReceiver } from './support.ts';

const READY: StudioView = {
  botId: 'midjourney',
  driver: 'midjourney',
  accountId: 'alice',
  channelId: '2',
  condition: 'ready',
  since: 1_713_497_101_900,
  isSlow: false,
  concurrency: 3,
  queueLimit: 10,
  running: 0,
  queued: 0,
};

const CAPTCHA: Partial<StudioView> = {
  condition: 'paused',
  reason: 'captcha',
  text: 'Please complete the task',
  link: 'https://discord.com/channels/1/2',
  remedy: 'Log in to Discord with this account and answer the check.',
};

function makeNotices(url: string | null = 'http://10.0.0.5/alerts?token=1') {
  const receiver = makeReceiver(() => 200);
  let count = 0;
  const newId = () => {
    count += 1;
    return `notice-${count}`;
  };
  const notices = createOperatorNotices({ ...receiver.options, url, secret: 'quiet', newId });
  const tell = async (patch: Partial<StudioView>) => {
    notices.accountChanged({ ...READY, ...patch });
    await receiver.clock.settle();
  };
  const told = () => receiver.calls.map(({ body }) => JSON.parse(body));
  return { ...receiver, notices, tell, told };
}

describe('notices to the operator', () => {
  it('say which account needs a person, why, and where to act', async () => {
    const { tell, told, calls } = makeNotices();
    await tell(CAPTCHA);
    expect(told()).toEqual([
      {
        type: 'account',
        account: 'alice',
        bot: 'midjourney',
        state: 'paused',
        fast: true,
        reason: 'captcha',
        text: 'Please complete the task',
        link: 'https://discord.com/channels/1/2',
        remedy: 'Log in to Discord with this account and answer the check.',
        since: 1_713_497_101_900,
        message:
          'Account "alice" of bot "midjourney" is paused (captcha) and takes no new work: Log in to Discord with this account and answer the check.',
      },
    ]);
    expect(calls[0]).toMatchObject({
      url: 'http://10.0.0.5/alerts?token=1',
      headers: {
        'X-Cordgate-Delivery': 'notice-1',
        'X-Cordgate-Signature': expect.stringMatching(/^sha256=/),
      },
    });
  });

  it('come once for each new condition, whatever else changes', async () => {
    const { tell, told } = makeNotices();
    await tell({});
    await tell({ condition: 'offline' });
    await tell({ running: 2 });
    expect(told()).toEqual([]);
    await tell(CAPTCHA);
    await tell({ ...CAPTCHA, since: 1, text: 'again' });
    await tell({ condition: 'offline' });
    await tell({ ...CAPTCHA, queued: 3 });
    await tell({});
    await tell(CAPTCHA);
    await tell({ accountId: 'bob', ...CAPTCHA });
    expect(told().map(({ account, state }) => `${account} ${state}`)).toEqual([
      'alice paused',
      'alice ready',
      'alice paused',
      'bob paused',
    ]);
  });

  it.each<[Partial<StudioView>, string]>([
    [{ condition: 'disabled', reason: 'blocked' }, 'is disabled (blocked).'],
    [{ condition: 'draining', reason: 'operator' }, 'ends its work and takes no more (operator).'],
    [{ isSlow: true }, 'has used up its fast hours and works in relax mode.'],
  ])('have a sentence for %o', async (patch, end) => {
    const { tell, told } = makeNotices();
    await tell(patch);
    expect(told()[0].message).toBe(`Account "alice" of bot "midjourney" ${end}`);
  });

  it('are tried again, and give way to a newer condition of the account', async () => {
    const { clock, calls, options } = makeReceiver(() => 503);
    const notices = createOperatorNotices({ ...options, url: 'https://ops.example/' });
    notices.accountChanged({ ...READY, ...CAPTCHA });
    await clock.advance(2_000);
    expect(calls).toHaveLength(2);
    notices.accountChanged(READY);
    await clock.advance(600_000);
    expect(calls.map(({ body }) => JSON.parse(body).state)).toEqual([
      ...['paused', 'paused'],
      ...['ready', 'ready', 'ready', 'ready', 'ready'],
    ]);
  });

  it('are not made where no address is configured', async () => {
    const { tell, calls, notices } = makeNotices(null);
    await tell(CAPTCHA);
    await notices.close();
    expect(calls).toEqual([]);
  });
});
