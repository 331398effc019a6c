/** The driver in front of the simulated bot, over the in-memory port. */
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { GatewayError } from '../../../src/core/errors.ts';
import { randomIds } from '../../../src/core/ids.ts';
import { silentLog } from '../../../src/core/log.ts';
import { applyEvent, type Task, type TaskRequest } from '../../../src/core/task.ts';
import type { AccountNotice, TaskDesk, TaskJob } from '../../../src/core/task-driver.ts';
import { midjourneyDriver } from '../../../src/drivers/midjourney/driver.ts';
import { midjourneyBotSchema } from '../../../src/drivers/midjourney/options.ts';
import { NOTICE_NAMES } from '../../../src/sim/bots/midjourney/index.ts';
import { buildWorld, type SimOptions, simPort } from '../../../src/sim/index.ts';
import { FakeClock } from '../../support/fake-clock.ts';

type Behaviour = NonNullable<SimOptions['midjourney']>;

const open: Stage[] = [];

afterEach(() => {
  for (const stage of open.splice(0)) stage.close();
});

/** A task that runs, and what becomes of it. */
interface Running {
  task: Task;
  error: unknown;
  readonly parent?: Task | undefined;
}

/** One person's desk in a channel of the simulated bot. */
class Stage {
  readonly clock = new FakeClock(1_700_000_000_000);
  readonly notices: AccountNotice[] = [];
  readonly #built;
  #desk: TaskDesk;
  /** How many interactions were sent. */
  sent = 0;
  readonly #channelId: string;
  readonly #stop = new AbortController();
  #count = 0;

  constructor(behaviour: Behaviour = {}) {
    const midjourney = { concurrency: 50, queue: 50, ...behaviour };
    this.#built = buildWorld({ clock: this.clock, midjourney });
    this.#channelId = this.#built.channels.midjourney ?? '';
    this.#desk = this.#open();
    open.push(this);
  }

  #open(): TaskDesk {
    const port = simPort(this.#built.world, 'alice');
    const rooms = [{ account: 'alice', guildId: this.#built.guildId, channelId: this.#channelId }];
    return midjourneyDriver.open({
      options: midjourneyBotSchema.parse({ rooms, spacingMs: 0 }),
      accountId: 'alice',
      guildId: this.#built.guildId,
      channelId: this.#channelId,
      port: {
        userId: port.userId,
        watch: port.watch,
        history: port.history,
        send: port.send,
        interactions: port.interactions,
        store: port.store,
        commands: port.commands,
        openDirectChannel: port.openDirectChannel,
        react: port.react,
        refreshLinks: port.refreshLinks,
        postToActivity: port.postToActivity,
        interact: (interaction, signal) => {
          this.sent += 1;
          return port.interact(interaction, signal);
        },
      },
      clock: this.clock,
      ids: randomIds(this.clock),
      log: silentLog,
      report: (notice) => this.notices.push(notice),
    });
  }

  /** The gateway stops, is away for a while, and takes up again what has not ended. */
  async restart(running: readonly Running[], awayMs: number): Promise<void> {
    this.#desk.close();
    await this.settle(awayMs);
    this.#desk = this.#open();
    for (const each of running) {
      if (each.task.status === 'succeeded') continue;
      each.error = undefined;
      const { id, request, trace, startedAt = this.clock.now() } = each.task;
      void this.#follow(each, { id, request, files: [], parent: each.parent, trace, startedAt });
    }
  }

  close(): void {
    this.#desk.close();
    this.#built.stop();
  }

  run(request: Partial<TaskRequest>, parent?: Task): Running {
    this.#count += 1;
    const task: Task = {
      id: `${this.#count}`,
      botId: 'midjourney',
      driver: 'midjourney',
      model: 'midjourney',
      callerId: 'me',
      accountId: 'alice',
      channelId: this.#channelId,
      status: 'queued',
      request: { verb: 'imagine', prompt: 'a small cat', links: [], files: 0, ...request },
      percent: 0,
      media: [],
      actions: [],
      trace: {},
      submittedAt: this.clock.now(),
      revision: 0,
    };
    const running: Running = { task, error: undefined, parent };
    const job = {
      id: task.id,
      request: task.request,
      files: [],
      parent,
      trace: {},
      startedAt: this.clock.now(),
    };
    void this.#follow(running, job);
    return running;
  }

  async #follow(running: Running, job: TaskJob): Promise<void> {
    try {
      for await (const event of this.#desk.run(job, this.#stop.signal)) {
        running.task = applyEvent(running.task, event, this.clock.now());
      }
    } catch (error) {
      running.error = error;
    }
  }

  /** Presses a button that a finished task offers. */
  press(parent: Task, customId: RegExp, more: Partial<TaskRequest> = {}): Running {
    const action = parent.actions.find((each) => customId.test(each.customId));
    expect(
      action,
      `${customId} among ${parent.actions.map((each) => each.customId).join(' ')}`,
    ).toBeDefined();
    return this.run({ verb: 'act', prompt: '', parentId: parent.id, action, ...more }, parent);
  }

  /** Until everything that was asked for is done. */
  settle(ms = 120_000): Promise<void> {
    return this.clock.advance(ms);
  }

  seed(task: Task): Promise<string> {
    return this.#desk.seed(task.trace, this.#stop.signal);
  }

  cancel(task: Task): Promise<void> {
    return this.#desk.cancel(task.trace, this.#stop.signal);
  }
}

function finished(running: Running): Task {
  expect(running.error).toBeUndefined();
  expect(running.task.status).toBe('succeeded');
  return running.task;
}

describe('every button of a picture', () => {
  it.each(['2024', '2026'] as const)('leads to a picture of its own: %s', async (era) => {
    const stage = new Stage({ era });
    const grid = stage.run({});
    await stage.settle();
    const parent = finished(grid);
    const press = [/upsample::1::/, /upsample::4::/, /variation::2::/, /reroll::/];
    const first = press.map((button) => stage.press(parent, button));
    await stage.settle();
    const [single] = first.map(finished);
    const more = [
      /_subtle/,
      /_creative/,
      /low_variation/,
      /high_variation/,
      /Outpaint::50/,
      /Outpaint::75/,
      /pan_left/,
      /pan_up/,
    ];
    const second = single ? more.map((button) => stage.press(single, button)) : [];
    second.push(stage.press(single as Task, /CustomZoom/, { form: { prompt: 'a small cat --zoom 1.8' } }));
    second.push(stage.press(single as Task, /Inpaint/, { form: { prompt: 'a hat', mask: 'iVBORw0KGgo=' } }));
    await stage.settle();
    const all = [grid, ...first, ...second].map(finished);
    expect(new Set(all.map((task) => task.media[0]?.url)).size).toBe(all.length);
    expect(all.every((task) => task.finalPrompt !== undefined)).toBe(true);
  });

  it('bookmarks, films and reads back', async () => {
    const stage = new Stage();
    const grid = stage.run({});
    await stage.settle();
    const picked = stage.press(finished(grid), /upsample::2::/);
    await stage.settle();
    const film = stage.press(finished(picked), /animate_high/);
    const liked = stage.press(finished(picked), /BOOKMARK/);
    const show = stage.run({ verb: 'show', prompt: '', jobId: finished(grid).trace.jobId });
    await stage.settle();
    for (const each of [film, liked, show]) finished(each);
    expect(film.task.media).toHaveLength(1);
  });
});

describe('the other commands', () => {
  it.each([
    [{ verb: 'describe', prompt: '', links: ['https://example.org/cat.png'] }],
    [{ verb: 'shorten', prompt: 'a very small cat that sits on a mat' }],
    [{ verb: 'info', prompt: '' }],
    [{ verb: 'settings', prompt: '' }],
    [{ verb: 'mode', prompt: '', mode: 'relax' }],
    [{ verb: 'remix', prompt: '' }],
  ] as const)('answer with words: %j', async (request) => {
    const stage = new Stage();
    const running = stage.run(request);
    await stage.settle();
    expect(finished(running).text).toBeTruthy();
  });

  it.each([
    [
      { verb: 'describe', prompt: '', links: ['https://example.org/cat.png'] },
      /PicReader::2/,
      /PicReader::all/,
    ],
    [{ verb: 'shorten', prompt: 'a very small cat that sits on a mat' }, /PromptAnalyzer::1/, undefined],
  ] as const)('offer texts that can be drawn: %j', async (request, button, all) => {
    const stage = new Stage();
    const words = stage.run(request);
    await stage.settle();
    const parent = finished(words);
    expect(parent.texts?.length).toBeGreaterThan(1);
    const drawn = [stage.press(parent, button, { form: { prompt: 'a cat, redrawn' } })];
    if (all) drawn.push(stage.press(parent, all), stage.press(parent, /Picread::Retry/));
    await stage.settle();
    for (const each of drawn) finished(each);
    expect(drawn[0]?.task.finalPrompt).toContain('a cat, redrawn');
  });

  it('switch a setting by its button', async () => {
    const stage = new Stage();
    const settings = stage.run({ verb: 'settings', prompt: '' });
    await stage.settle();
    const pressed = stage.press(finished(settings), /Settings::(?!Version)/);
    await stage.settle();
    expect(finished(pressed).actions.length).toBeGreaterThan(0);
  });

  it('tell the seed of a picture', async () => {
    const stage = new Stage();
    const grid = stage.run({});
    await stage.settle();
    const seed = stage.seed(finished(grid));
    await stage.settle();
    await expect(seed).resolves.toMatch(/^\d+$/);
  });

  it('stop a job that runs', async () => {
    const stage = new Stage({ stepEveryMs: 20_000 });
    const running = stage.run({});
    await stage.settle(30_000);
    await stage.cancel(running.task);
    await stage.settle(1_000);
    expect(running.error).toMatchObject({ code: 'task_stopped' });
  });
});

describe('a notice', () => {
  it.each(['create', 'update', 'reply'] as const)(
    'ends its task within a second: by %s',
    async (noticeBy) => {
      const stage = new Stage({ notice: 'banned-prompt', noticeBy, noticeAt: 'start', startAfterMs: 0 });
      const running = stage.run({});
      await stage.settle(5_000);
      expect(running.error).toMatchObject({ code: 'prompt_refused' });
    },
  );

  const harmless = ['job-queued', 'job-queued-yellow'];
  const names = NOTICE_NAMES.filter((name) => !harmless.includes(name) && name !== 'queue-full');

  it.each(names)('ends its task at once with the bot’s own words, however it comes: %s', async (notice) => {
    for (const noticeBy of [undefined, 'create', 'update', 'reply'] as const) {
      const stage = new Stage({ notice, noticeAt: 'start', ...(noticeBy ? { noticeBy } : {}) });
      const running = stage.run({});
      await stage.settle(15_000);
      expect(running.error, `${noticeBy}`).toBeInstanceOf(GatewayError);
      expect((running.error as GatewayError).code).not.toBe('task_timeout');
    }
  });

  it.each(harmless)('that only makes it wait lets the task go on: %s', async (notice) => {
    const stage = new Stage({ notice: notice as (typeof NOTICE_NAMES)[number] });
    const running = stage.run({});
    await stage.settle();
    finished(running);
  });

  it('that the line is full has the task sent again until there is room', async () => {
    const stage = new Stage({ concurrency: 1, queue: 1 });
    const running = [1, 2, 3, 4].map((seed) => stage.run({ prompt: `a small cat --seed ${seed}` }));
    await stage.settle(240_000);
    expect(running.map((each) => finished(each).finalPrompt)).toEqual(
      [1, 2, 3, 4].map((seed) => expect.stringContaining(`--seed ${seed}`)),
    );
  });

  it('after success does no harm', async () => {
    const stage = new Stage({ notice: 'internal-error', noticeAt: 'after-final' });
    const running = stage.run({});
    await stage.settle();
    finished(running);
  });
});

describe('whatever the bot is like that day', () => {
  const behaviours = fc.record(
    {
      era: fc.constantFrom('2024', '2026'),
      nonceOnFinal: fc.boolean(),
      metadataOnFinal: fc.boolean(),
      emptyStart: fc.boolean(),
      ephemeralProgress: fc.boolean(),
      startPrefix: fc.boolean(),
      upscaleStart: fc.boolean(),
      cancelButton: fc.boolean(),
      interactionFailureFirst: fc.boolean(),
      editParent: fc.boolean(),
      duplicate: fc.boolean(),
      foreign: fc.nat(2),
      finalBy: fc.constantFrom('create', 'update'),
      deleteProgress: fc.boolean(),
    },
    { requiredKeys: [] },
  ) as fc.Arbitrary<Behaviour>;

  it('jobs with the same words, and all buttons of one picture, get their own', async () => {
    await fc.assert(
      fc.asyncProperty(behaviours, async (behaviour) => {
        const stage = new Stage(behaviour);
        // Parameters are no words: to the driver these prompts are all the same.
        const seeds = [11, 12, 13, 14, 15];
        const grids = seeds.map((seed) => stage.run({ prompt: `a small cat --seed ${seed}` }));
        await stage.settle();
        const tasks = grids.map(finished);
        expect(tasks.map((task) => /--seed (\d+)/.exec(task.finalPrompt ?? '')?.[1])).toEqual(
          seeds.map(String),
        );
        const parent = tasks[2] as Task;
        const picks = [1, 2, 3, 4].map((index) => stage.press(parent, new RegExp(`upsample::${index}::`)));
        await stage.settle();
        expect(picks.map((each) => /Image #(\d)/.exec(finished(each).title ?? '')?.[1])).toEqual([
          '1',
          '2',
          '3',
          '4',
        ]);
        const buttons = [/variation::1::/, /variation::2::/, /variation::2::/, /reroll::/];
        const drawn = buttons.map((button) => stage.press(parent, button));
        await stage.settle();
        const pictures = drawn.map((each) => finished(each).media[0]?.url);
        expect(new Set(pictures).size).toBe(buttons.length);
        stage.close();
      }),
      { numRuns: 30 },
    );
  }, 60_000);

  it('tasks that were under way when the gateway stopped get their own afterwards, and are sent once', async () => {
    await fc.assert(
      fc.asyncProperty(
        behaviours,
        fc.integer({ min: 2_000, max: 12_000 }),
        fc.nat(60_000),
        async (behaviour, afterMs, awayMs) => {
          // What nobody but the session saw is lost with it: a result in the place of ephemeral progress.
          fc.pre(!(behaviour.ephemeralProgress === true && behaviour.finalBy === 'update'));
          const stage = new Stage({ ...behaviour, cancelButton: true, emptyStart: false });
          const seeds = [11, 12, 13];
          const running = seeds.map((seed) => stage.run({ prompt: `a small cat --seed ${seed}` }));
          await stage.settle(afterMs);
          await stage.restart(running, awayMs);
          await stage.settle();
          expect(running.map((each) => /--seed (\d+)/.exec(finished(each).finalPrompt ?? '')?.[1])).toEqual(
            seeds.map(String),
          );
          expect(stage.sent).toBe(seeds.length);
          stage.close();
        },
      ),
      { numRuns: 40 },
    );
  }, 60_000);
});
