/** The foreign server and its Midjourney, through every door. */
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type ForeignMidjourney, type Knobs, type Refusal, sleep } from './foreign-midjourney.ts';
import { DELIVERIES, pictureOf } from './foreign-midjourney-bot.ts';
import { expectOwn, type Front, startFront } from './foreign-midjourney-front.ts';
import { LIBERTIES } from './foreign-midjourney-liberties.ts';
import { RED, REFUSALS, STOPS } from './foreign-midjourney-notices.ts';
import { fasterClock, KEY } from './world.ts';

/** A second from the notice's arrival; three, as a busy machine tells the arrival late. */
const SOON_MS = 3_000;

describe.concurrent('in front of a server that takes the liberty and', () => {
  test.each(LIBERTIES)(
    '%s, a grid, a picture of it and a variation come to their askers',
    async (_, knobs, version) => {
      await using front = await startFront(knobs, { version, clock: fasterClock(20) });
      const { server } = front;
      const grid = await front.done(await front.imagine('a small  cat — sleeping'), 5_000);
      await expectOwn(server, grid, 'a small  cat — sleeping');
      const [pick, variation, reroll] = await Promise.all(
        ['U2', 'V3', 'R0'].map(async (action) => front.done(await front.change(grid.taskId, action), 5_000)),
      );
      await expectOwn(server, pick!);
      await expectOwn(server, variation!);
      await expectOwn(server, reroll!);
      expect(server.bot.works.get(pick!.messageHash)).toMatchObject({ kind: 'pick', index: 2 });
      expect(server.bot.works.get(variation!.messageHash)).toMatchObject({ kind: 'variation', index: 3 });
      expect(server.bot.works.get(reroll!.messageHash)).toMatchObject({ kind: 'reroll' });
      const subtle = await front.done(await front.change(pick!.taskId, 'UpscaleSubtle'), 5_000);
      await expectOwn(server, subtle);
      expect(server.interactions).toHaveLength(5);
    },
  );
});

/** Follows a task of the other door until its end. */
async function expectDone(front: Front, answer: { code: number; description: string; result: string }) {
  expect([1, 22], answer.description).toContain(answer.code);
  const task = await front.finished(answer.result, 6_000);
  expect({ status: task.status, failReason: task.failReason }).toEqual({
    status: 'SUCCESS',
    failReason: null,
  });
  return task;
}
const dataUrl = async (words: string) =>
  `data:image/png;base64,${(await pictureOf(words)).toString('base64')}`;

describe.concurrent.each<[string, Knobs]>([
  ['rows around its fields', {}],
  ['labels around its fields', { labels: true, interactionField: 'metadata', discordLinks: true }],
  [
    'rows, late answers, numbers for nonces and hardly any events',
    { answerAfterMs: 40, nonceAsNumber: true, mute: ['INTERACTION_CREATE'], interactionField: 'interaction' },
  ],
])('the door of Midjourney-Proxy, in front of a server with %s', (_, knobs) => {
  test('draws, changes, fills in windows, describes, blends, shortens and tells seeds', async () => {
    await using front = await startFront(knobs, { clock: fasterClock(5) });
    const { server, submit, call } = front;
    const press = async (
      task: { id: string; buttons: { customId: string; label: string }[] },
      label: RegExp,
    ) => {
      const customId = task.buttons.find(
        (button) => label.test(button.label) || label.test(button.customId),
      )?.customId;
      expect(customId, String(label)).toBeDefined();
      return submit('action', { taskId: task.id, customId });
    };
    const grid = await expectDone(
      front,
      await submit('imagine', { prompt: 'a fox', base64Array: [await dataUrl('one'), await dataUrl('two')] }),
    );
    const drawn = server.bot.works.get(String(grid.jobId));
    expect(drawn?.asked.match(/https?:\/\/\S+\/(?:attachments)\/\S+/g)).toHaveLength(2);
    const simple = await expectDone(front, await submit('simple-change', { content: `${grid.id} U1` }));
    const changed = await expectDone(
      front,
      await submit('change', { taskId: grid.id, action: 'VARIATION', index: 4 }),
    );
    expect(server.bot.works.get(String(changed.jobId))).toMatchObject({ kind: 'variation', index: 4 });
    const zoomed = await expectDone(front, await press(simple, /Zoom Out 1.5x/));
    const panned = await expectDone(front, await press(simple, /pan_left/));
    const moved = await expectDone(front, await press(simple, /Animate/));
    for (const task of [simple, zoomed, panned, moved])
      expect(server.bot.works.has(String(task.jobId))).toBe(true);
    const custom = await press(simple, /Custom Zoom/);
    expect(custom.code).toBe(21);
    expect((await submit('modal', { taskId: custom.result, prompt: 'a fox --ar 2:3 --zoom 1.8' })).code).toBe(
      1,
    );
    const zoomedFreely = await front.finished(custom.result, 5_000);
    expect(zoomedFreely).toMatchObject({ status: 'SUCCESS' });
    expect(server.bot.works.get(String(zoomedFreely.jobId))?.asked).toBe('a fox --ar 2:3 --zoom 1.8');
    const region = await press(simple, /Vary \(Region\)/);
    expect(region.code).toBe(21);
    expect(
      (await submit('modal', { taskId: region.result, prompt: 'a hat', maskBase64: await dataUrl('mask') }))
        .code,
    ).toBe(1);
    expect(await front.finished(region.result, 5_000)).toMatchObject({ status: 'SUCCESS', failReason: null });
    expect(server.activityPosts[0]).toMatchObject({ prompt: 'a hat', userId: '0' });
    const blended = await expectDone(
      front,
      await submit('blend', {
        base64Array: [await dataUrl('x'), await dataUrl('y')],
        dimensions: 'PORTRAIT',
      }),
    );
    expect(server.interactions.at(-1)?.data.options.at(-1)).toMatchObject({
      name: 'dimensions',
      value: '--ar 2:3',
    });
    expect(server.bot.works.get(String(blended.jobId))).toMatchObject({ kind: 'blend' });
    const described = await expectDone(front, await submit('describe', { base64: await dataUrl('z') }));
    expect(described.prompt.split('\n\n')).toHaveLength(4);
    expect(described.imageUrl).toContain('seen.png');
    const imagined = await press(described, /PicReader::2/);
    const fromText =
      imagined.code === 21
        ? await submit('modal', { taskId: imagined.result, prompt: 'from words' })
        : imagined;
    expect((await expectDone(front, fromText)).status).toBe('SUCCESS');
    const shortened = await expectDone(front, await submit('shorten', { prompt: 'the cat that sits there' }));
    expect(shortened.promptEn).toContain('text 3 of');
    const seed = await call(`/midjourney-proxy/mj/task/${grid.id}/image-seed`);
    expect(seed.json).toMatchObject({ code: 1, result: server.bot.seedOf(String(grid.jobId)) });
    const uploaded = await submit('upload-discord-images', { base64Array: [await dataUrl('u')] });
    expect(uploaded.code).toBe(1);
    const [link] = uploaded.result as unknown as string[];
    expect(link).toMatch(/\/attachments\//);
    const listed = (
      await call('/midjourney-proxy/mj/task/list-by-condition', { ids: [grid.id, simple.id, 'none'] })
    ).json as unknown as { id: string }[];
    expect(listed.map(({ id }) => id).sort()).toEqual([grid.id, simple.id].sort());
    const slow = await submit('imagine', { prompt: 'to be cancelled' });
    await call(`/midjourney-proxy/mj/task/${slow.result}/cancel`, {});
    expect((await front.finished(slow.result)).status).toBe('CANCEL');
  });

  test('answers the windows that remix mode opens, asked and unasked', async () => {
    await using front = await startFront({ ...knobs, remix: true });
    const { server, submit } = front;
    const grid = await expectDone(front, await submit('imagine', { prompt: 'a bear' }));
    const unasked = await expectDone(
      front,
      await submit('change', { taskId: grid.id, action: 'VARIATION', index: 2 }),
    );
    expect(server.bot.works.get(String(unasked.jobId))).toMatchObject({
      kind: 'variation',
      type: 5,
      prompt: 'a bear --v 6.1',
    });
    const reroll = await expectDone(front, await submit('change', { taskId: grid.id, action: 'REROLL' }));
    expect(server.bot.works.get(String(reroll.jobId))).toMatchObject({ kind: 'reroll', type: 5 });
    const customId = grid.buttons.find(({ label }) => label === 'V3')?.customId;
    const asked = await submit('action', { taskId: grid.id, customId, enableRemix: true });
    expect(asked.code).toBe(21);
    const filled = await expectDone(
      front,
      await submit('modal', { taskId: asked.result, prompt: 'a polar bear' }),
    );
    expect(server.bot.works.get(String(filled.jobId))).toMatchObject({ asked: 'a polar bear', index: 3 });
  });
});

test.concurrent('equal prompts of several people and of strangers, each gets their own', async () => {
  await using front = await startFront(
    {
      people: 2,
      finalNonce: false,
      interactionField: 'none',
      noise: true,
    },
    { isExact: true },
  );
  const { server } = front;
  const strangers = Promise.all([1, 2, 3].map(() => server.bot.foreignJob('same cat')));
  const ids = await Promise.all([1, 2, 3, 4, 5, 6].map(() => front.imagine('same cat')));
  const tasks = await Promise.all(ids.map((id) => front.done(id, 5_000)));
  for (const task of tasks) await expectOwn(server, task);
  expect(new Set(tasks.map(({ messageHash }) => messageHash)).size).toBe(6);
  await strangers;
  const picks = await Promise.all(
    tasks.map(async ({ taskId }) => front.done(await front.change(taskId, 'U1'), 5_000)),
  );
  picks.forEach((pick, at) => {
    const parent = server.bot.works.get(pick.messageHash)?.parent;
    expect(JSON.stringify(parent?.components)).toContain(tasks[at]?.messageHash);
  });
});

describe.concurrent.each(DELIVERIES.map((delivery) => [delivery]))(
  'a refusal delivered as %s',
  (delivery) => {
    test('ends its task at once with the bot’s words', async () => {
      const arrivals = new Map<string, number>();
      await using front = await startFront({
        play: async (work, bot) => {
          const [, body] = REFUSALS.find(([text]) => work.asked === `about ${text}`) ?? [];
          if (!body) return false;
          await bot.notice(work, delivery, body);
          arrivals.set(work.asked, Date.now());
          return true;
        },
      });
      const failures = await Promise.all(
        REFUSALS.slice(0, 13).map(async ([text]) => {
          const task = await front.ended(await front.imagine(`about ${text}`), 4_000).catch(() => undefined);
          const late = Date.now() - (arrivals.get(`about ${text}`) ?? 0);
          if (task?.status === 'Failed' && task.failReason.includes(text) && late < SOON_MS) return [];
          return [{ text, status: task?.status, said: task?.failReason, late }];
        }),
      );
      expect(failures.flat()).toEqual([]);
      expect((await front.account()).state).toBe('ready');
      await front.done(await front.imagine('a cat after all'), 4_000);
    });
    test('about the account stops it, and its task', async () => {
      const failures = [];
      await using front = await startFront({
        play: async (work, bot) => {
          const [, , body] = STOPS.find(([text]) => work.asked === `about ${text}`) ?? [];
          if (body) await bot.notice(work, delivery, body);
          return body !== undefined;
        },
      });
      for (const [text, state] of STOPS) {
        const task = await front.ended(await front.imagine(`about ${text}`), 2_000).catch(() => undefined);
        const account = await front.account();
        const isRight =
          task?.status === 'Failed' && task.failReason.includes(text) && account.state === state;
        if (!isRight)
          failures.push({ text, status: task?.status, said: task?.failReason, state: account.state });
        await front.order('person0', 'resume');
      }
      expect(failures).toEqual([]);
    });
  },
);

describe.concurrent('what the bot says besides', () => {
  test('“Job queued” keeps the task waiting until its picture, by each delivery', async () => {
    const embeds = [
      {
        type: 'rich',
        color: 16239475,
        title: 'Job queued',
        description: 'Your job is in line.',
        footer: { text: '/imagine prompt a cat' },
      },
    ];
    await using front = await startFront({
      play: async (work, bot) => {
        const delivery = work.asked as (typeof DELIVERIES)[number];
        if (!DELIVERIES.includes(delivery)) return false;
        const { server } = bot;
        const first = server.post(work.channelId, { ...bot.origin(work), embeds, nonce: work.nonce });
        await sleep(100);
        if (delivery === 'create-with-nonce') await bot.draw({ ...work, nonce: undefined });
        else {
          await bot.progress(work, first, 50);
          server.edit(first, { embeds: [] });
          await bot.finish(work, first);
        }
        return true;
      },
    });
    const tasks = await Promise.all(DELIVERIES.slice(0, 2).map(async (name) => front.imagine(name)));
    await front.until(tasks[0]!, ['Queuing']);
    for (const id of tasks) await expectOwn(front.server, await front.done(id, 5_000));
  });
  test('a stopped job, a late refusal after success, an edited parent and a failed interaction mislead nobody', async () => {
    await using front = await startFront({
      play: async (work, bot) => {
        const { server } = bot;
        if (work.asked === 'stop') {
          const message = bot.begin(work)!;
          server.edit(message, {
            content: `**stop** - <@${work.person.id}> (31%) (Stopped)`,
            components: [],
          });
          return true;
        }
        if (work.asked === 'failing') {
          server.emit(
            'INTERACTION_FAILURE',
            { id: work.interactionId, nonce: work.nonce, reason_code: 2 },
            { session: work.session },
          );
          await sleep(150);
          await bot.draw({ ...work, nonce: undefined });
          return true;
        }
        if (work.kind === 'pick') {
          server.edit(work.parent!, { content: work.parent!.content });
          await sleep(30);
          server.edit(work.parent!, { components: work.parent!.components });
          await bot.perform(work);
          server.edit(work.parent!, {});
          return true;
        }
        return false;
      },
    });
    const [stopped, failing, plain] = await Promise.all(
      ['stop', 'failing', 'plain'].map((words) => front.imagine(words)),
    );
    expect(await front.ended(stopped!, 3_000)).toMatchObject({
      status: 'Failed',
      failReason: expect.stringContaining('Stopped'),
    });
    await expectOwn(front.server, await front.done(failing!, 5_000));
    const grid = await front.done(plain!, 5_000);
    const pick = await front.done(await front.change(plain!, 'U3'), 3_000);
    expect(pick.messageId).not.toBe(grid.messageId);
    expect(front.server.bot.works.get(pick.messageHash)).toMatchObject({ index: 3 });
  });
  test('a page that asks for a person pauses the account and is never filled in', async () => {
    await using front = await startFront({
      play: (work, bot) => {
        bot.server.emit(
          'INTERACTION_IFRAME_MODAL_CREATE',
          {
            id: work.interactionId,
            nonce: work.nonce,
            channel_id: work.channelId,
            custom_id: 'MJ::iframe::abc',
            application: { id: bot.server.applicationId },
            title: 'Action required to continue',
            iframe_path: 'captcha/embedded/abc',
          },
          { session: work.session },
        );
        return true;
      },
    });
    expect(await front.ended(await front.imagine('x'), 3_000)).toMatchObject({ status: 'Failed' });
    expect(await front.account()).toMatchObject({ state: 'paused', reason: 'captcha' });
    expect(front.server.activityPosts).toEqual([]);
  });
});

describe.concurrent('what Discord itself answers', () => {
  const onInteraction = (answer: (count: number) => ReturnType<NonNullable<Knobs['refuse']>>): Knobs => {
    let count = 0;
    return { refuse: ({ path }) => (path === '/interactions' ? answer(++count) : undefined) };
  };
  test.each<[string, Knobs, object, object]>([
    [
      'a captcha',
      onInteraction(() => ({
        status: 400,
        body: {
          captcha_key: ['captcha-required'],
          captcha_service: 'hcaptcha',
          captcha_sitekey: 'k',
          captcha_session_id: 's',
          captcha_rqdata: 'd',
          captcha_rqtoken: 't',
        },
      })),
      { status: 'Failed' },
      { state: 'paused' },
    ],
    [
      'a dead token',
      onInteraction(() => ({ status: 401, body: { message: '401: Unauthorized', code: 0 } })),
      { status: 'Failed' },
      { state: 'disabled' },
    ],
    [
      'missing access',
      onInteraction(() => ({ status: 403, body: { message: 'Missing Access', code: 50001 } })),
      { status: 'Failed' },
      { state: 'paused' },
    ],
    [
      'a bad body',
      onInteraction(() => ({
        status: 400,
        body: {
          message: 'Invalid Form Body',
          code: 50035,
          errors: { data: { _errors: [{ code: 'X', message: 'this is the detail' }] } },
        },
      })),
      { status: 'Failed' },
      { state: 'ready' },
    ],
  ])('%s ends the task, and the account is as it has to be', async (_, knobs, task, account) => {
    await using front = await startFront(knobs);
    expect(await front.ended(await front.imagine('x'), 3_000)).toMatchObject(task);
    expect(await front.account()).toMatchObject(account);
  });
  test('limits with and without headers, broken answers and outdated commands are overcome, and nothing is sent twice', async () => {
    let lost = 0;
    await using front = await startFront({
      refuse: ({ path }): Refusal | undefined => {
        if (path !== '/interactions') return undefined;
        lost += 1;
        if (lost === 1)
          return {
            status: 429,
            body: { message: 'slow', retry_after: 0.15, global: true },
            headers: { 'x-ratelimit-global': 'true', 'x-ratelimit-scope': 'global', 'retry-after': '1' },
          };
        if (lost === 3)
          return {
            status: 429,
            body: 'error code: 1015',
            headers: { 'retry-after': '0', 'content-type': 'text/html' },
          };
        if (lost === 5) return { status: 502, body: '<html>502</html>' };
        return undefined;
      },
    });
    const ids = await Promise.all(['a', 'b', 'c'].map((words) => front.imagine(words)));
    for (const id of ids) await expectOwn(front.server, await front.done(id, 6_000));
    front.server.bot.renew();
    const again = await Promise.all(['d', 'e'].map((words) => front.imagine(words)));
    for (const id of again) await expectOwn(front.server, await front.done(id, 6_000));
    expect(front.server.interactions.map(({ data }) => data.options[0].value).sort()).toEqual([
      'a',
      'b',
      'c',
      'd',
      'e',
    ]);
  });
  test('an index that is limited first, and one that is still made', async () => {
    let reads = 0;
    await using front = await startFront({
      refuse: ({ path }) => {
        if (!path.endsWith('application-command-index')) return undefined;
        reads += 1;
        if (reads === 1) return { status: 429, body: { message: 'slow', retry_after: 0.1, global: false } };
        return reads === 2
          ? { status: 202, body: { message: 'Index not yet available', code: 110000, retry_after: 0 } }
          : undefined;
      },
    });
    await front.done(await front.imagine('x'), 6_000);
    await front.done(await front.imagine('y'), 6_000);
    expect(front.server.indexReads).toBe(1);
  });
  test('no index of commands at all: the public ones are tried as they were last seen', async () => {
    await using front = await startFront({
      applicationId: '936929561302675456',
      refuse: ({ path }) =>
        path.endsWith('command-index')
          ? { status: 404, body: { message: '404: Not Found', code: 0 } }
          : undefined,
    });
    const imagine = front.server.commands.find(
      (each) => each.application_id === '936929561302675456' && each.name === 'imagine',
    );
    Object.assign(imagine!, { id: '938956540159881230', version: '1237876415471554623' });
    await front.done(await front.imagine('x'), 3_000);
    Object.assign(imagine!, { version: '1237876415471554999' });
    expect(await front.ended(await front.imagine('y'), 3_000)).toMatchObject({
      status: 'Failed',
      failReason: expect.stringContaining('newer version'),
    });
  });
  test('a parent that is gone is said so', async () => {
    await using front = await startFront();
    const grid = await front.done(await front.imagine('x'), 3_000);
    const { server } = front;
    server.remove(server.find(server.channelId, grid.messageId)!);
    const task = await front.ended(await front.change(grid.taskId, 'U1'), 3_000);
    expect(task.status).toBe('Failed');
    expect(task.failReason).toMatch(/message|gone|deleted/i);
  });
  test('links that ran out are signed anew when a task is read', async () => {
    await using front = await startFront({
      shape: (m) => JSON.parse(JSON.stringify(m).replace(/ex=[0-9a-f]+/g, 'ex=5f000000')),
    });
    const task = await front.done(await front.imagine('x'), 3_000);
    expect(front.server.refreshes).toBeGreaterThan(0);
    await expectOwn(front.server, task);
  });
});

describe.concurrent('when the connection', () => {
  const BREAKS: [string, Knobs, (server: ForeignMidjourney) => void][] = [
    ['is asked for anew', {}, (server) => server.askToReconnect()],
    ['breaks', { compress: true }, (server) => server.drop()],
    ['breaks and the session is forgotten', { resumeRefused: true }, (server) => server.drop()],
    [
      'is gone until all pictures are there',
      { resumeRefused: true },
      (server) => {
        server.gatewayDown = true;
        server.drop();
        setTimeout(() => {
          server.gatewayDown = false;
        }, 500);
      },
    ],
  ];
  test.each(BREAKS)('%s in the middle of jobs, all get their pictures', async (_, knobs, disturb) => {
    await using front = await startFront({ stepMs: 60, ...knobs }, { clock: fasterClock(10) });
    const ids = await Promise.all(['same', 'same', 'other'].map((words) => front.imagine(words)));
    await front.until(ids[0]!, ['Running']);
    disturb(front.server);
    const tasks = await Promise.all(ids.map((id) => front.done(id, 9_000)));
    for (const task of tasks) await expectOwn(front.server, task);
    expect(new Set(tasks.map(({ messageHash }) => messageHash)).size).toBe(3);
    expect(front.server.interactions).toHaveLength(3);
    await expectOwn(front.server, await front.done(await front.change(ids[1]!, 'V2'), 9_000));
  });
  test('is gone, new work waits for it', async () => {
    await using front = await startFront({ resumeRefused: true }, { clock: fasterClock(10) });
    await front.done(await front.imagine('before'), 3_000);
    front.server.gatewayDown = true;
    front.server.drop();
    await sleep(100);
    const id = await front.imagine('meanwhile');
    await sleep(300);
    expect(front.server.interactions).toHaveLength(1);
    front.server.gatewayDown = false;
    await expectOwn(front.server, await front.done(id, 9_000));
  });
  test('ends with the gateway itself, the next one gives everybody their pictures', async () => {
    const path = join(await mkdtemp(join(tmpdir(), 'foreign-')), 'tasks.db');
    const store = { store: { driver: 'sqlite', path } };
    await using front = await startFront({ stepMs: 60 }, { more: store });
    const ids = await Promise.all(['same', 'same', 'other'].map((words) => front.imagine(words)));
    await front.until(ids[2]!, ['Running']);
    const next = await front.restart(400);
    const tasks = await Promise.all(ids.map((id) => next.done(id, 9_000)));
    for (const task of tasks) await expectOwn(front.server, task);
    expect(new Set(tasks.map(({ messageHash }) => messageHash)).size).toBe(3);
    expect(front.server.interactions).toHaveLength(3);
  });
});

describe.concurrent('the OpenAI door', () => {
  test('gives the four pictures of a grid, or one, streams, and draws in chat', async () => {
    await using front = await startFront({ discordLinks: true });
    const { call } = front;
    const wish = { model: 'midjourney', prompt: 'a cat', size: '1024x1024' };
    const four = await call('/v1/images/generations', { ...wish, n: 4, response_format: 'b64_json' });
    expect([four.status, (four.json.data as unknown[]).length]).toEqual([200, 4]);
    expect(front.server.interactions[0]?.data.options[0].value).toContain('--ar 1:1');
    const one = await call('/v1/images/generations', wish);
    expect(one.status).toBe(200);
    const streamed = await fetch(`${front.url}/v1/images/generations`, {
      method: 'POST',
      headers: { authorization: `Bearer ${KEY}`, 'content-type': 'application/json' },
      body: JSON.stringify({ ...wish, stream: true, partial_images: 2 }),
    });
    const events = (await streamed.text()).match(/"type":"image_generation\.\w+"/g) ?? [];
    expect(events.at(-1)).toBe('"type":"image_generation.completed"');
    expect(events.length).toBeGreaterThan(1);
    const messages = [{ role: 'user', content: 'a cat' }];
    const drawn = await call('/v1/chat/completions', { model: 'midjourney', messages });
    expect(drawn.status).toBe(200);
    expect(JSON.stringify(drawn.json)).toMatch(/!\[.*\]\(http/);
  });
});

describe.concurrent('in a channel full of others', () => {
  test('neither their notices nor their imitations mean anything', async () => {
    await using front = await startFront({ stepMs: 60 });
    const { server } = front;
    const id = await front.imagine('x');
    await front.until(id, ['Running']);
    const { channelId, bot, stranger, alice } = server;
    const blocked = {
      embeds: [{ type: 'rich', color: RED, title: 'Blocked', description: 'You have been blocked.' }],
    };
    const origin = { id: server.id(), type: 2, name: 'imagine', user: stranger.user };
    server.post(channelId, { ...blocked, interaction_metadata: origin, interaction: origin });
    server.post(channelId, { ...blocked });
    server.post(channelId, { ...blocked, author: stranger.user, mentions: [alice.user] });
    const picture = server.attach(
      'alice_x_11111111-1111-4111-8111-111111111111.png',
      await pictureOf('fake'),
    );
    const fake = {
      content: `**x --v 6.1** - <@${alice.id}> (fast)`,
      attachments: [picture],
      mentions: [alice.user],
    };
    server.post(channelId, { ...fake, author: stranger.user });
    server.post(channelId, {
      ...fake,
      author: { ...bot.server.botUser, id: server.id() },
      application_id: server.id(),
    });
    await expectOwn(server, await front.done(id, 4_000));
    expect((await front.account()).state).toBe('ready');
  });
  test('limits while files are stored and forms are sent are waited for', async () => {
    const seen = new Set<string>();
    await using front = await startFront({
      refuse: ({ path, body }): Refusal | undefined => {
        const what = path.endsWith('/attachments')
          ? 'slot'
          : path.endsWith('/messages')
            ? 'post'
            : String(body?.type);
        if (!['slot', 'post', '3', '5'].includes(what) || seen.has(what)) return undefined;
        seen.add(what);
        return {
          status: 429,
          body: { message: 'slow', retry_after: 0.1, global: false },
          headers: { 'retry-after': '1' },
        };
      },
    });
    const image = `data:image/png;base64,${(await pictureOf('one')).toString('base64')}`;
    const made = await front.submit('imagine', { prompt: 'x', base64Array: [image] });
    const grid = await expectDone(front, made);
    const pick = await expectDone(front, await front.submit('simple-change', { content: `${grid.id} U1` }));
    const customId = pick.buttons.find(({ label }) => label === 'Custom Zoom')?.customId;
    const asked = await front.submit('action', { taskId: pick.id, customId });
    const zoomed = await expectDone(
      front,
      await front.submit('modal', { taskId: asked.result, prompt: 'x --zoom 2' }),
    );
    expect(zoomed.status).toBe('SUCCESS');
    expect([...seen].sort()).toEqual(['3', '5', 'post', 'slot']);
  });
});

describe.concurrent('odd courses of a job', () => {
  test('pictures come as partial updates without buttons', async () => {
    await using front = await startFront(
      {
        finalAsUpdate: true,
        shape: (m, event) =>
          event === 'UPDATE'
            ? { id: m.id, channel_id: m.channel_id, content: m.content, attachments: m.attachments }
            : m,
      },
      { clock: fasterClock(60) },
    );
    await expectOwn(front.server, await front.done(await front.imagine('x'), 5_000));
  });
  test('commands that were registered anew, under other ids', async () => {
    await using front = await startFront();
    await front.done(await front.imagine('x'), 3_000);
    front.server.commands = [];
    front.server.bot.renew();
    await front.done(await front.imagine('y'), 3_000);
  });
  test('long prompts, whose echo is cut', async () => {
    const cut = (text: string) => text.slice(0, 2_000);
    await using front = await startFront({
      text: {
        start: (prompt, user) => cut(`**${prompt}** - <@${user}> (Waiting to start)`),
        progress: (head, user, percent) => cut(`${head}<@${user}> (${percent}%) (fast)`),
        final: (head, user) => cut(`${head}<@${user}> (fast)`),
      },
    });
    const prompt = 'a very long story '.repeat(120);
    await expectOwn(front.server, await front.done(await front.imagine(prompt), 5_000));
  });
  test.each([
    'a cat (50%) (fast)',
    'x** - Image #1 <@100000000000000001> (Stopped)',
    'Failed to process your command',
    'two\nlines ** and (Waiting to start)',
    'Invalid parameter\nUnrecognized parameter(s): x',
    'a sign that says "Banned prompt" -- really',
    '{"nonce":1573348580402153762}',
    'emoji 😂 <:a:1> <#5> @everyone',
  ])('the prompt %j misleads nobody', async (prompt) => {
    await using front = await startFront({ echo: (text) => text });
    await expectOwn(front.server, await front.done(await front.imagine(prompt), 4_000), prompt);
  });
  test('progress and previews are shown, a running job can be cancelled, also where only its asker sees it', async () => {
    await using front = await startFront({
      ephemeralProgress: true,
      text: { progress: (head, user, percent) => `${head}<@${user}> (fast ${percent}%)` },
      play: async (work, bot) => {
        if (work.kind === 'cancel') {
          bot.server.edit(
            work.parent!,
            { content: `**x** - <@${work.person.id}> (fast 31%) (Stopped)`, components: [] },
            work.person.id,
          );
          return true;
        }
        const message = bot.begin(work)!;
        await bot.progress(work, message, 31);
        return true;
      },
    });
    const id = await front.imagine('x');
    const running = await front.until(id, ['Running']);
    expect(running).toMatchObject({ progress: '31%', previewUrl: expect.stringContaining('_grid_0.webp') });
    await front.call(`/midjourney-proxy/mj/task/${id}/cancel`, {});
    expect((await front.finished(id, 3_000)).status).toBe('CANCEL');
    await sleep(50);
    expect(front.server.interactions.at(-1)).toMatchObject({ type: 3, message_flags: 64 });
  });
  test('one person in two channels and in direct messages', async () => {
    const room = { account: 'person0', concurrency: 1, queue: 10 };
    await using drawer = await startFront(
      {},
      {
        rooms: (server) => {
          const second = server.id();
          server.addChannel(second);
          const { guildId, channelId } = server;
          const direct = server.bot.directChannel(server.alice).id as string;
          return [
            { ...room, guildId, channelId },
            { ...room, guildId, channelId: second },
            { ...room, channelId: direct },
          ];
        },
      },
    );
    const { server } = drawer;
    const ids = await Promise.all([1, 2, 3, 4, 5, 6].map(() => drawer.imagine('same')));
    const tasks = await Promise.all(ids.map((id) => drawer.done(id, 5_000)));
    for (const task of tasks) await expectOwn(server, task);
    expect(new Set(tasks.map((task) => (task as unknown as { channelId: string }).channelId)).size).toBe(3);
    for (const { taskId } of tasks)
      await expectOwn(server, await drawer.done(await drawer.change(taskId, 'U1'), 5_000));
  });
  test('everything Discordxy’s later family asks for', async () => {
    await using front = await startFront();
    const { server, change, done } = front;
    const grid = await done(await front.imagine('x'), 3_000);
    const pick = await done(await change(grid.taskId, 'U4'), 3_000);
    const actions = [
      'UpscaleSubtle',
      'UpscaleCreative',
      'VarySubtle',
      'VaryCreative',
      'Zoom2x',
      'Zoom1d5x',
      'PanLeft',
      'PanRight',
      'PanUp',
      'PanDown',
      'Reroll',
    ];
    for (const action of actions) {
      const from = action === 'Reroll' ? grid : pick;
      const task = await done(await change(from.taskId, action), 3_000);
      await expectOwn(server, task);
      expect(task.action).toBe(action);
      expect(task.params?.messageId).toBe(from.messageId);
    }
    const older = await front.call('/mj/submit/imagine', { prompt: 'y' });
    expect(older.json).toMatchObject({ code: 0, message: 'Success', result: expect.stringMatching(/^\d+$/) });
    await done(String(older.json.result), 3_000);
    const online = await front.call('/client/online');
    expect(online.json).toMatchObject({
      code: 0,
      result: [{ account: 'person0', online: true, name: 'mj' }],
    });
  });
});

describe.concurrent('the line', () => {
  test('a guild so large that it tells nothing of its channels is read', async () => {
    await using front = await startFront(
      { mute: ['MESSAGE_CREATE', 'MESSAGE_UPDATE', 'MESSAGE_DELETE'] },
      { clock: fasterClock(60) },
    );
    const grid = await front.done(await front.imagine('x'), 6_000);
    await expectOwn(front.server, grid, 'x');
    const pick = await front.done(await front.change(grid.taskId, 'U3'), 6_000);
    expect(front.server.bot.works.get(pick.messageHash)).toMatchObject({ kind: 'pick', index: 3 });
  });
  test.each(DELIVERIES.map((delivery) => [delivery]))(
    '“Queue full” as %s: it is asked for again later',
    async (delivery) => {
      let refused = 0;
      await using front = await startFront(
        {
          play: async (work, bot) => {
            if (refused >= 2) return false;
            refused += 1;
            const embeds = [{ type: 'rich', color: RED, title: 'Queue full', description: 'Please wait.' }];
            await bot.notice(work, delivery, { embeds });
            return true;
          },
        },
        { clock: fasterClock(20) },
      );
      await expectOwn(front.server, await front.done(await front.imagine('x'), 6_000));
      expect(front.server.interactions).toHaveLength(3);
    },
  );
  test('“Slow Down!” in answer to the parent, and a failure without any sign, end their own tasks', async () => {
    await using front = await startFront(
      {
        play: async (work, bot) => {
          if (work.asked === 'never') {
            const { interactionId: id, nonce, session } = work;
            bot.server.emit('INTERACTION_FAILURE', { id, nonce, reason_code: 1 }, { session });
            return true;
          }
          if (work.kind !== 'pick' || work.index !== 2) return false;
          await sleep(60);
          const description = `You can request another upscale for this image <t:${Math.floor(Date.now() / 1000) + 60}:R>`;
          const embeds = [{ type: 'rich', color: 16776960, title: 'Slow Down!', description }];
          bot.server.post(work.channelId, { ...bot.replyTo(work.parent!), embeds });
          return true;
        },
      },
      { clock: fasterClock(20) },
    );
    const grid = await front.done(await front.imagine('x'), 3_000);
    const [slow, good, never] = await Promise.all([
      front.change(grid.taskId, 'U2'),
      front.change(grid.taskId, 'U3'),
      front.imagine('never'),
    ]);
    expect(await front.ended(slow, 3_000)).toMatchObject({
      status: 'Failed',
      failReason: expect.stringContaining('Slow Down'),
    });
    expect(front.server.bot.works.get((await front.done(good, 3_000)).messageHash)).toMatchObject({
      index: 3,
    });
    expect(await front.ended(never, 4_000)).toMatchObject({
      status: 'Failed',
      failReason: expect.stringContaining('failed'),
    });
  });
  test('three at a time, ten in line, the next one is refused at once', async () => {
    let running = 0;
    let most = 0;
    await using front = await startFront({
      play: async (work, bot) => {
        running += 1;
        most = Math.max(most, running);
        const message = bot.begin(work)!;
        await sleep(30);
        await bot.progress(work, message, 50);
        await sleep(30);
        running -= 1;
        await bot.finish(work, message);
        return true;
      },
    });
    const answers = await Promise.all(
      Array.from({ length: 15 }, (_, at) => front.submit('imagine', { prompt: `picture ${at}` })),
    );
    expect(answers.filter(({ code }) => code === 1 || code === 22)).toHaveLength(13);
    expect(answers.filter(({ code }) => code === 23)).toHaveLength(2);
    for (const { result, code } of answers) {
      if (code !== 23) expect(await front.finished(result, 6_000)).toMatchObject({ status: 'SUCCESS' });
    }
    expect(most).toBe(3);
  });
});

describe.concurrent('accounts and restarts', () => {
  const blocked = {
    embeds: [{ type: 'rich', color: RED, title: 'Blocked', description: 'You have been blocked.' }],
  };
  test('what happens to one account stays with it, in all of its rooms', async () => {
    await using front = await startFront(
      {
        people: 2,
        play: async (work, bot) => {
          if (work.asked !== 'evil') return false;
          await bot.notice(work, 'create-with-nonce', blocked);
          return true;
        },
      },
      {
        rooms: (server) => {
          const second = server.id();
          server.addChannel(second);
          const { guildId, channelId } = server;
          const room = { guildId, concurrency: 3, queue: 10 };
          return [
            { ...room, account: 'person0', channelId },
            { ...room, account: 'person0', channelId: second },
            { ...room, account: 'person1', channelId },
          ];
        },
      },
    );
    const evil = await front.ended(await front.imagine('evil'), 3_000);
    expect(evil.failReason).toContain('Blocked');
    await sleep(50);
    const accounts = await front.accounts();
    const stopped = accounts.filter(({ state }) => state === 'disabled').map(({ account }) => account);
    const well = accounts.filter(({ state }) => state === 'ready').map(({ account }) => account);
    expect(new Set(stopped).size).toBe(1);
    expect(well).not.toContain(stopped[0]);
    const good = await Promise.all(
      [1, 2, 3, 4].map(async (n) => front.done(await front.imagine(`good ${n}`), 3_000)),
    );
    for (const task of good) await expectOwn(front.server, task);
  });
  test('a restart keeps what waits in line, what waits for words, and the buttons of what is finished', async () => {
    const path = join(await mkdtemp(join(tmpdir(), 'foreign-')), 'tasks.db');
    await using front = await startFront(
      { stepMs: 60, ephemeralProgress: true },
      { more: { store: { driver: 'sqlite', path } } },
    );
    const grid = await expectDone(front, await front.submit('imagine', { prompt: 'x' }));
    const pick = await expectDone(front, await front.submit('simple-change', { content: `${grid.id} U1` }));
    const customId = pick.buttons.find(({ label }) => label === 'Custom Zoom')?.customId;
    const asked = await front.submit('action', { taskId: pick.id, customId });
    expect(asked.code).toBe(21);
    const ids = await Promise.all([1, 2, 3, 4, 5].map(() => front.imagine('same')));
    await front.until(ids[0]!, ['Running']);
    const next = await front.restart(100);
    const tasks = await Promise.all(ids.map((id) => next.done(id, 6_000)));
    for (const task of tasks) await expectOwn(front.server, task);
    expect(new Set(tasks.map(({ messageHash }) => messageHash)).size).toBe(5);
    const filled = await next.submit('modal', { taskId: asked.result, prompt: 'x --zoom 1.4' });
    expect(filled.code).toBe(1);
    expect(await next.finished(asked.result, 4_000)).toMatchObject({ status: 'SUCCESS' });
    const variation = await next.done(await next.change(grid.id, 'V2'), 4_000);
    expect(front.server.bot.works.get(variation.messageHash)).toMatchObject({ kind: 'variation', index: 2 });
    const prompts = front.server.interactions.filter(({ type }) => type === 2);
    expect(prompts).toHaveLength(6);
  });
});
