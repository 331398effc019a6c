/** What Midjourney posts instead of a picture: its task ends at once with those words, and the account is as they say. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  NOTICE_NAMES,
  type Notice,
  type NoticeName,
  noticeOf,
} from '../../src/sim/bots/midjourney/notices.ts';
import { startSim } from '../../src/sim/index.ts';
import { type Receiver, startReceiver } from './drawing/receiver.ts';
import { expectInteractions, expectOwnGrid, type Studio, studioOf, waitFor } from './drawing/studio.ts';

/** What the account is after a notice; ready for all that are not named. */
const CONDITIONS: Partial<Record<NoticeName, { state: string; reason: string; fast?: boolean }>> = {
  'credits-exhausted': { state: 'ready', reason: 'credits', fast: false },
  'action-needed': { state: 'paused', reason: 'action_needed' },
  'pending-mod-message': { state: 'paused', reason: 'moderation' },
  blocked: { state: 'disabled', reason: 'blocked' },
  'subscription-required': { state: 'disabled', reason: 'subscription' },
  'subscription-paused': { state: 'disabled', reason: 'subscription' },
  'plan-cancelled': { state: 'disabled', reason: 'subscription' },
  'tos-not-accepted': { state: 'paused', reason: 'tos' },
  'captcha-frame': { state: 'paused', reason: 'captcha' },
  'captcha-buttons': { state: 'paused', reason: 'captcha' },
  'complete-the-task': { state: 'paused', reason: 'captcha' },
};
/** These end no task. */
const GOING_ON: readonly NoticeName[] = ['job-queued', 'job-queued-yellow', 'queue-full'];
const ENDING = NOTICE_NAMES.filter((name) => !GOING_ON.includes(name));
const WELL = { state: 'ready', fast: true };

let world: Studio;
let operator: Receiver;
let made = 0;

beforeAll(async () => {
  operator = await startReceiver();
  const sim = await startSim({ port: 0, speed: 50, limits: 'none' });
  const webhooks = { secret: 'whsec-99887766', operator: operator.url, allowPrivate: ['127.0.0.0/8'] };
  world = await studioOf(sim, { more: { webhooks } });
});
afterAll(async () => {
  expectInteractions(world.sim, made);
  await world.close();
  await operator.close();
});

/** The words of a notice that a person reads, without the parts that are filled in. */
function wordsOf(name: NoticeName, prompt: string): string[] {
  const { title, description, content, frame, footer }: Notice = noticeOf(name);
  const texts = [title, ...(description?.split(/<t:TIME:R>|\n\n/) ?? []), content, frame?.title, footer];
  const words = texts.map((text) => (text || '').replace('PROMPT', prompt).trim());
  return words.filter((text) => text !== '').slice(0, 3);
}

/** When the bot posts the notice, by the machine's clock. */
function watchArrival(name: NoticeName): { at: number; stop: () => void } {
  const { title, content, frame }: Notice = noticeOf(name);
  const arrival = { at: 0, stop: () => {} };
  arrival.stop = world.sim.world.listen(({ name: event, message }) => {
    const isFrame = frame !== undefined && event === 'INTERACTION_IFRAME_MODAL_CREATE';
    const hasTitle = title !== undefined && message?.embeds.some((embed) => embed.title === title);
    const hasWords =
      content !== undefined && message?.content.startsWith(content.split('PROMPT')[0] ?? content);
    if (arrival.at === 0 && (isFrame || hasTitle || hasWords)) arrival.at = Date.now();
  });
  return arrival;
}

async function expectCondition(name: NoticeName, words: readonly string[]): Promise<void> {
  const { reason, ...state } = { reason: undefined, ...WELL, ...CONDITIONS[name] };
  const account = await waitFor(
    () => world.account(),
    (seen) => seen.state === state.state && seen.fast === state.fast,
    1_000,
  );
  expect(account.reason).toBe(reason);
  const online = (await world.call('/client/online')).json.result as Record<string, unknown>[];
  expect(online[0]).toMatchObject({
    account: 'alice',
    online: state.state === 'ready',
    state: state.state,
    reason: reason ?? '',
    fast: state.fast,
  });
  if (reason === undefined) return;
  expect(account.remedy).toEqual(expect.any(String));
  if (state.state !== 'ready') {
    const { guildId, channels } = world.sim.ready;
    expect(account.link).toBe(`https://discord.com/channels/${guildId}/${channels.midjourney}`);
    for (const word of words) expect(account.text).toContain(word);
  }
}

async function expectOperatorTold(name: NoticeName, before: number): Promise<void> {
  const condition = CONDITIONS[name];
  if (!condition) {
    expect(operator.deliveries).toHaveLength(before);
    return;
  }
  const told = await waitFor(
    () => operator.deliveries[before],
    (delivery) => delivery !== undefined,
    1_500,
  );
  expect(told?.isSigned).toBe(true);
  expect(told?.json).toMatchObject({
    type: 'account',
    account: 'alice',
    bot: 'midjourney',
    state: condition.state,
    reason: condition.reason,
  });
}

/** The operator has seen to it: the account works again. */
async function resume(name: NoticeName): Promise<void> {
  if (!CONDITIONS[name]) return;
  const isStopped = CONDITIONS[name].state !== 'ready';
  if (isStopped) {
    const refused = await world.call('/mj/imagine', { prompt: 'not now' });
    expect(refused).toMatchObject({ status: 503, json: { code: 503, result: null } });
    const submitted = await world.submit('imagine', { prompt: 'not now' });
    expect(submitted).toMatchObject({ code: 3 });
  }
  const before = operator.deliveries.length;
  await world.order('alice', 'resume');
  expect(await world.account()).toMatchObject(WELL);
  const told = await waitFor(
    () => operator.deliveries[before],
    (delivery) => delivery !== undefined,
  );
  expect(told).toMatchObject({ isSigned: true, json: { state: 'ready', reason: null } });
  const task = await world.done(await world.imagine('a cat afterwards'));
  made += 1;
  await expectOwnGrid(task);
}

describe.each(['start', 'progress'] as const)('at the %s of a job, the notice', (noticeAt) => {
  it.each(ENDING)(
    '%s ends it within a second, with its words, and tells what it means for the account',
    async (name) => {
      const prompt = `a ${name} at the ${noticeAt}`;
      const words = wordsOf(name, prompt);
      const before = operator.deliveries.length;
      const behaviour = name === 'captcha-frame' ? { captcha: 'frame' } : { notice: name };
      world.sim.script({ midjourney: { match: prompt, noticeAt, ...behaviour } });
      const arrival = watchArrival(name);
      const id = await world.imagine(prompt);
      made += 1;
      const task = await world.ended(id, 5_000);
      arrival.stop();
      expect(task).toMatchObject({
        taskId: id,
        action: 'Imagine',
        status: 'Failed',
        imageUrl: '',
        buttons: [],
      });
      for (const word of words) expect(task.failReason).toContain(word);
      const proxied = await world.fetchTask(id);
      expect(proxied).toMatchObject({
        status: 'FAILURE',
        progress: '',
        failReason: task.failReason,
        imageUrl: null,
      });
      expect(arrival.at).toBeGreaterThan(0);
      expect((proxied.finishTime ?? 0) - arrival.at).toBeLessThan(1_000);
      await expectCondition(name, words);
      await expectOperatorTold(name, before);
      await resume(name);
    },
  );
});

describe('a notice that comes later', () => {
  it('than the picture does not change the task any more, but the account', async () => {
    const prompt = 'a picture, then a warning';
    const before = operator.deliveries.length;
    world.sim.script({
      midjourney: { match: prompt, notice: 'pending-mod-message', noticeAt: 'after-final' },
    });
    const task = await world.done(await world.imagine(prompt));
    made += 1;
    await waitFor(
      () => world.account(),
      ({ state }) => state === 'paused',
    );
    await expectOperatorTold('pending-mod-message', before);
    expect(await world.status(task.taskId)).toMatchObject({ status: 'Success', failReason: '' });
    await expectOwnGrid(await world.status(task.taskId));
    await resume('pending-mod-message');
  });

  it.each([
    'image-denied',
    'internal-error',
    'invalid-link',
    'something-went-wrong',
    'banned-prompt',
  ] as const)('than the picture, %s, changes nothing', async (notice) => {
    const prompt = `a picture, then ${notice}`;
    const before = operator.deliveries.length;
    const arrival = watchArrival(notice);
    world.sim.script({ midjourney: { match: prompt, notice, noticeAt: 'after-final' } });
    const { taskId } = await world.done(await world.imagine(prompt));
    made += 1;
    await expect.poll(() => arrival.at).toBeGreaterThan(0);
    arrival.stop();
    const task = await world.done(await world.imagine('another one'));
    made += 1;
    await expectOwnGrid(task);
    expect(await world.status(taskId)).toMatchObject({ status: 'Success', failReason: '' });
    await expectOwnGrid(await world.status(taskId));
    expect(operator.deliveries).toHaveLength(before);
    expect(await world.account()).toMatchObject(WELL);
  });

  it('for a second upscale names the picture, fails that upscale with the time, and no other', async () => {
    const grid = await world.done(await world.imagine('a grid to choose from'));
    world.sim.script({ midjourney: { on: 'upscale', notice: 'slow-down', times: 1 } });
    const hasty = await world.change(grid.taskId, 'U2');
    const failed = await world.ended(hasty);
    made += 2;
    expect(failed).toMatchObject({ status: 'Failed', action: 'Upsample' });
    expect(failed.failReason).toMatch(/^\[Slow Down!\] You can request another upscale for this image/);
    await world.done(await world.change(grid.taskId, 'U2'));
    made += 1;
    expect(await world.status(grid.taskId)).toMatchObject({ status: 'Success' });
  });
});

describe('a notice that ends nothing', () => {
  it.each(['job-queued', 'job-queued-yellow'] as const)(
    '%s shows the task as queued until it goes on',
    async (notice) => {
      const prompt = `patience with ${notice}`;
      world.sim.script({ midjourney: { match: prompt, notice, stepEveryMs: 6_000 } });
      const id = await world.imagine(prompt);
      made += 1;
      expect((await world.until(id, ['Queuing', 'Running', 'Success'])).status).toBe('Queuing');
      await expectOwnGrid(await world.done(id));
    },
  );

  it('queue-full makes the task wait and try again', async () => {
    const prompt = 'too many at once';
    world.sim.script({ midjourney: { match: prompt, notice: 'queue-full', times: 1 } });
    const id = await world.imagine(prompt);
    made += 2;
    const task = await world.done(id, 40_000);
    await expectOwnGrid(task);
  }, 45_000);
});
