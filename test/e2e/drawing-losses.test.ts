/** Pictures while Discord loses, delays, refuses and repeats. */
import { afterEach, describe, expect, it } from 'vitest';
import { startSim } from '../../src/sim/index.ts';
import { startReceiver } from './drawing/receiver.ts';
import {
  expectInteractions,
  expectOwnGrid,
  expectPicture,
  SECRET,
  type Studio,
  startStudio,
  studioOf,
  waitFor,
} from './drawing/studio.ts';
import { range } from './scene.ts';
import { fasterClock } from './world.ts';

let world: Studio;

afterEach(() => world.close());

const rule = (behaviour: object) => world.sim.script({ midjourney: behaviour });
const interactionFault = (fault: object) =>
  world.sim.fault({ type: 'rest', method: 'POST', path: '/interactions', ...fault });
const restCalls = (part: string) => {
  const { rest } = world.sim.state() as { rest: { routes: Record<string, number> } };
  return Object.entries(rest.routes).reduce(
    (sum, [route, calls]) => (route.includes(part) ? sum + calls : sum),
    0,
  );
};
const finals = () =>
  [...world.sim.world.channels.values()].flatMap(({ messages }) =>
    messages.filter(({ attachments }) => attachments.length > 0),
  );

/** Everything, the bot and the pauses of the gateway, five times faster. */
const startFast = (midjourney: object = {}) => {
  const clock = fasterClock(5);
  return startStudio({ clock, speed: 4, midjourney }, { clock });
};

describe('a picture that came while the connection was down', () => {
  it.each([
    ['the session was kept', true],
    ['the session was lost', false],
  ])('is found afterwards: %s', async (_, resumable) => {
    world = await startFast();
    const id = await world.imagine('a cat in the dark');
    await world.until(id, ['Running']);
    world.sim.fault({ type: 'refuse-connections', times: 1 });
    world.sim.fault({ type: 'drop-sockets', resumable });
    await waitFor(
      () => finals().some(({ content }) => content.includes('Open on website')),
      (found) => found,
    );
    expect((await world.status(id)).status).toBe('Running');
    await expectOwnGrid(await world.done(id, 20_000));
    expectInteractions(world.sim, 1);
  });

  it('is found although nothing of its task was seen before', async () => {
    world = await startFast();
    rule({ defaults: { startAfterMs: 6_000 } });
    const id = await world.imagine('a cat that nobody saw coming');
    await waitFor(
      () => world.sim.world.counts.interactionsCreated,
      (count) => count === 1,
    );
    world.sim.fault({ type: 'refuse-connections', times: 1 });
    world.sim.fault({ type: 'drop-sockets', resumable: false });
    await expectOwnGrid(await world.done(id, 25_000));
    expectInteractions(world.sim, 1);
  }, 30_000);

  it('is found although its progress was seen by nobody else', async () => {
    world = await startFast({ ephemeralProgress: true });
    const id = await world.imagine('a secret cat');
    await world.until(id, ['Running']);
    world.sim.fault({ type: 'refuse-connections', times: 1 });
    world.sim.fault({ type: 'drop-sockets', resumable: false });
    await expectOwnGrid(await world.done(id, 20_000));
    expectInteractions(world.sim, 1);
  });

  it('is told from those of equal prompts that came as well', async () => {
    world = await startFast({ foreign: 2 });
    const ids = await Promise.all(range(3).map(() => world.imagine('everybody the same')));
    for (const id of ids) await world.until(id, ['Running']);
    world.sim.fault({ type: 'refuse-connections', times: 1 });
    world.sim.fault({ type: 'drop-sockets', resumable: false });
    for (const id of ids) await expectOwnGrid(await world.done(id, 20_000));
    expectInteractions(world.sim, 3);
  });
});

describe('a long outage', () => {
  it('makes tasks wait, those in the line and those that come meanwhile', async () => {
    const clock = fasterClock(20);
    world = await startStudio({}, { room: { concurrency: 1 }, clock });
    await world.done(await world.imagine('before'));
    world.sim.fault({ type: 'refuse-connections', times: 6 });
    world.sim.fault({ type: 'drop-sockets', resumable: false });
    await waitFor(
      () => world.account(),
      ({ state }) => state === 'offline',
    );
    const ids = await Promise.all(range(4).map((number) => world.imagine(`meanwhile ${number}`)));
    for (const id of ids) await expectOwnGrid(await world.done(id, 30_000));
    expectInteractions(world.sim, 5);
  }, 60_000);
});

describe('events', () => {
  it('that bring the picture before Discord answers the request do not confuse', async () => {
    world = await startStudio();
    interactionFault({ action: 'act-and-hang' });
    const id = await world.imagine('faster than the answer');
    await expectOwnGrid(await world.done(id, 5_000));
    expectInteractions(world.sim, 1);
  });

  it('that come twice, and in another order, change nothing', async () => {
    world = await startStudio({ midjourney: { duplicate: true } });
    world.sim.fault({ type: 'reorder-events', times: 40, every: 2, forMs: 50 });
    const ids = await Promise.all(range(6).map((number) => world.imagine(`disorder ${number % 2}`)));
    for (const id of ids) await expectOwnGrid(await world.done(id));
    expectInteractions(world.sim, 6);
  });

  it('that say that the interaction failed are not believed when the picture comes', async () => {
    world = await startStudio({ midjourney: { interactionFailureFirst: true } });
    await expectOwnGrid(await world.done(await world.imagine('a failure that is none')));
    expectInteractions(world.sim, 1);
  });

  it.each([
    ['the nonce stands on the picture again', { nonceOnFinal: true }],
    ['the first message is empty', { emptyStart: true }],
    ['the progress message turns into the picture', { finalBy: 'update' }],
    ['the progress message stays', { deleteProgress: false }],
    ['the prompt is rewritten', { rewrite: 'something else altogether --v 7', relink: true }],
    ['there is no button to cancel', { cancelButton: false }],
    ['in the words of 2024', { era: '2024' }],
    ['the percentage is written the other way', { percentStyle: 'together', stealth: true, mode: 'relax' }],
  ])('lead to the own picture when %s', async (_, behaviour) => {
    world = await startStudio({ midjourney: { ...behaviour, foreign: 1 } as object });
    const format = 'era' in behaviour ? 'png' : 'webp';
    const ids = await Promise.all(range(3).map(() => world.imagine('one of three')));
    for (const id of ids) {
      const task = await world.done(id);
      await expectPicture(task.imageRawUrl, {
        seedText: task.prompt,
        mark: task.nonce,
        isGrid: true,
        format,
      });
    }
    expectInteractions(world.sim, 3);
  });

  it('of an edited parent message are never taken for a result', async () => {
    world = await startStudio();
    const grid = await world.done(await world.imagine('a parent'));
    const before = await world.status(grid.taskId);
    const ids = await Promise.all(
      ['U1', 'U2', 'U3', 'V4', 'U4'].map((action) => world.change(grid.taskId, action)),
    );
    const tasks = await Promise.all(ids.map((id) => world.done(id)));
    const edited = world.sim.world.findMessage(
      grid.messageId.length > 0 ? (world.sim.ready.channels.midjourney as string) : '',
      grid.messageId,
    );
    expect(edited?.editedTimestamp).toEqual(expect.any(String));
    for (const [position, task] of tasks.entries()) {
      expect(task.messageId).not.toBe(grid.messageId);
      expect(task.params?.messageId).toBe(grid.messageId);
      const index = [1, 2, 3, 4, 4][position] ?? 0;
      const seedText = position === 3 ? 'a parent > variation 4' : `a parent#${index}`;
      const isGrid = position === 3;
      await expectPicture(task.imageRawUrl, {
        seedText,
        mark: task.nonce,
        isGrid,
        format: isGrid ? 'webp' : 'png',
      });
    }
    expect({ ...(await world.status(grid.taskId)), imageUrl: '', imageRawUrl: '' }).toEqual({
      ...before,
      imageUrl: '',
      imageRawUrl: '',
    });
    expectInteractions(world.sim, 6);
  });

  it('of a stopped job end the task with that word', async () => {
    world = await startStudio();
    rule({ match: 'stop me', stopAt: 46 });
    const id = await world.imagine('stop me');
    const task = await world.ended(id, 5_000);
    expect(task.status).toBe('Failed');
    expect(task.failReason).toMatch(/stopped/i);
    expect(await world.fetchTask(id)).toMatchObject({
      status: 'CANCEL',
      progress: '',
      failReason: task.failReason,
    });
    await expectOwnGrid(await world.done(await world.imagine('and the next one')));
  });
});

describe('an outdated command', () => {
  it('is read anew once, and the task succeeds', async () => {
    world = await startStudio();
    await world.done(await world.imagine('before'));
    const reads = restCalls('application-command-index');
    rule({ bumpVersions: true });
    const ids = await Promise.all(range(3).map((number) => world.imagine(`after ${number}`)));
    for (const id of ids) await expectOwnGrid(await world.done(id));
    expect(restCalls('application-command-index')).toBe(reads + 1);
    expect(world.sim.world.counts.interactionsCreated).toBe(4);
  });

  it('that stays outdated fails the task in Discord’s words', async () => {
    world = await startStudio();
    const body = {
      code: 50035,
      message: 'Invalid Form Body',
      errors: {
        data: {
          _errors: [
            {
              code: 'INTERACTION_APPLICATION_COMMAND_INVALID_VERSION',
              message: 'This command is outdated, please try again in a few minutes',
            },
          ],
        },
      },
    };
    interactionFault({ status: 400, times: 2, body });
    const task = await world.ended(await world.imagine('never'));
    expect(task.status).toBe('Failed');
    expect(task.failReason).toMatch(/outdated/i);
    expectInteractions(world.sim, 0);
    await world.done(await world.imagine('later'));
  });
});

describe('Discord’s wish to see a person', () => {
  it('pauses the account, fails the task, and nothing is sent again until the operator says so', async () => {
    const operator = await startReceiver();
    const sim = await startSim({ port: 0, speed: 20, limits: 'none' });
    const webhooks = { secret: SECRET, operator: operator.url, allowPrivate: ['127.0.0.0/8'] };
    world = await studioOf(sim, { room: { concurrency: 1 }, more: { webhooks } });
    try {
      world.sim.fault({ type: 'captcha', times: 1 });
      const id = await world.imagine('are you a person?');
      const waiting = await world.imagine('and I wait');
      const task = await world.ended(id);
      expect(task.status).toBe('Failed');
      expect(task.failReason).toMatch(/captcha/i);
      const account = await waitFor(
        () => world.account(),
        ({ state }) => state === 'paused',
      );
      expect(account).toMatchObject({
        reason: 'discord_captcha',
        link: expect.stringContaining('/channels/'),
      });
      const told = await operator.next(({ state }) => state === 'paused');
      expect(told).toMatchObject({ isSigned: true, json: { reason: 'discord_captcha', account: 'alice' } });
      expect(await world.call('/mj/imagine', { prompt: 'more' })).toMatchObject({ status: 503 });
      expectInteractions(world.sim, 0);
      expect((await world.status(waiting)).status).toBe('Queuing');
      await world.order('alice', 'resume');
      await expectOwnGrid(await world.done(waiting));
      expectInteractions(world.sim, 1);
    } finally {
      await operator.close();
    }
  });
});

describe('Discord’s refusals', () => {
  it.each([
    ['429', { status: 429, retryAfterMs: 200, times: 3 }],
    ['429 for everything', { status: 429, retryAfterMs: 200, times: 1, global: true }],
    ['500 once', { status: 500 }],
    ['502 once', { status: 502 }],
    ['a connection that breaks before anything is done', { action: 'reset' }],
  ])('%s: the task succeeds, with one interaction', async (_, fault) => {
    world = await startStudio();
    interactionFault(fault);
    await expectOwnGrid(await world.done(await world.imagine('patience')));
    expectInteractions(world.sim, 1);
  });

  it.each([
    ['breaks', 'lose-answer'],
    ['never ends', 'act-and-hang'],
  ])(
    'an answer that %s after the work was taken: the task succeeds, with one interaction',
    async (_, action) => {
      world = await startStudio({}, { clock: fasterClock(10) });
      rule({ defaults: { startAfterMs: 40_000 } });
      interactionFault({ action });
      await expectOwnGrid(await world.done(await world.imagine('a lost answer')));
      expect(world.sim.world.counts.interactionsCreated).toBe(1);
    },
  );

  it.each([
    ['hangs before anything is done', { action: 'hang', times: 20 }],
    ['fails with 500 again and again', { status: 500, times: 20 }],
  ])(
    'a Discord that %s: the task ends when its time is over, and was not made twice',
    async (_, fault) => {
      world = await startStudio({}, { bot: { submitMinutes: 1 }, clock: fasterClock(20) });
      interactionFault(fault);
      const task = await world.ended(await world.imagine('into the void'), 15_000);
      expect(task.status).toBe('Timeout');
      expect(task.failReason).toMatch(/submitMinutes/);
      expectInteractions(world.sim, 0);
    },
    20_000,
  );

  it('403 pauses the account and says why', async () => {
    world = await startStudio();
    interactionFault({ status: 403, body: { code: 50_013, message: 'Missing Permissions' } });
    const task = await world.ended(await world.imagine('not here'));
    expect(task).toMatchObject({
      status: 'Failed',
      failReason: expect.stringContaining('Missing Permissions'),
    });
    expect(await world.account()).toMatchObject({ state: 'paused', reason: 'refused' });
    await world.order('alice', 'resume');
    await world.done(await world.imagine('and now'));
  });

  it('a dead token fails what runs, and another account does what waits', async () => {
    world = await startStudio(
      { users: 2, midjourney: { stepEveryMs: 4_000, steps: [46] } },
      { room: { concurrency: 1 } },
    );
    const ids = await Promise.all(range(6).map((number) => world.imagine(`dead or alive ${number}`)));
    await waitFor(
      () => world.sim.world.counts.interactionsCreated,
      (count) => count === 2,
    );
    world.sim.fault({ type: 'revoke-token', account: 'alice' });
    const tasks = await Promise.all(ids.map((id) => world.ended(id, 30_000)));
    const failed = tasks.filter(({ status }) => status === 'Failed');
    expect(failed).toHaveLength(1);
    expect(failed[0]?.failReason).toContain('alice');
    for (const task of tasks.filter(({ status }) => status === 'Success')) await expectOwnGrid(task);
    expect(await world.accounts()).toMatchObject([
      { account: 'alice', state: 'disabled' },
      { account: 'bob', state: 'ready' },
    ]);
    expectInteractions(world.sim, 6);
  }, 40_000);

  it('a button whose message is gone fails with that reason, and the account goes on', async () => {
    world = await startStudio();
    const grid = await world.done(await world.imagine('soon gone'));
    interactionFault({ status: 404, body: { code: 10_008, message: 'Unknown Message' } });
    const task = await world.ended(await world.change(grid.taskId, 'V1'));
    expect(task).toMatchObject({ status: 'Failed', failReason: expect.stringMatching(/gone/) });
    expect(await world.account()).toMatchObject({ state: 'ready' });
    await world.done(await world.change(grid.taskId, 'V2'));
  });
});
