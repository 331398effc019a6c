/** The driver in front of the simulated bot, in every variant of what nobody knows of the real one. */
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { randomIds } from '../../../src/core/ids.ts';
import { silentLog } from '../../../src/core/log.ts';
import { applyEvent, type Task, type TaskRequest } from '../../../src/core/task.ts';
import type { TaskDesk, TaskJob } from '../../../src/core/task-driver.ts';
import { pikaDriver } from '../../../src/drivers/pika/driver.ts';
import { type PikaOptions, pikaBotSchema } from '../../../src/drivers/pika/options.ts';
import { buildWorld, isFilmOf, type SimOptions, simPort } from '../../../src/sim/index.ts';
import { FakeClock } from '../../support/fake-clock.ts';

type Behaviour = NonNullable<SimOptions['pika']>;

/** A task that runs, and what becomes of it. */
interface Running {
  task: Task;
  error: unknown;
  readonly parent?: Task | undefined;
}

const stages: Stage[] = [];

afterEach(() => {
  for (const stage of stages.splice(0)) stage.close();
});

/** One person's desk in a channel of the simulated bot. */
class Stage {
  readonly clock = new FakeClock(1_700_000_000_000);
  readonly built;
  sent = 0;
  readonly #stop = new AbortController();
  readonly #options: PikaOptions;
  #desk: TaskDesk;
  #count = 0;

  constructor(
    pika: Behaviour = {},
    hugeGuild: SimOptions['hugeGuild'] = false,
    options: Partial<PikaOptions> = {},
  ) {
    this.built = buildWorld({ clock: this.clock, pika: { concurrency: 200, ...pika }, hugeGuild });
    const rooms = [{ account: 'alice', guildId: this.built.guildId, channelId: this.#channelId }];
    this.#options = { ...pikaBotSchema.parse({ rooms, spacingMs: 0 }), ...options };
    this.#desk = this.#open();
    stages.push(this);
  }

  get #channelId(): string {
    return this.built.channels.pika ?? '';
  }

  #open(): TaskDesk {
    const port = simPort(this.built.world, 'alice');
    return pikaDriver.open({
      options: this.#options,
      accountId: 'alice',
      guildId: this.built.guildId,
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
      report: () => {},
    });
  }

  close(): void {
    this.#desk.close();
    this.built.stop();
  }

  run(request: Partial<TaskRequest> = {}, parent?: Task, files: TaskJob['files'] = []): Running {
    this.#count += 1;
    const task: Task = {
      id: `${this.#count}`,
      botId: 'pika',
      driver: 'pika',
      model: 'pika',
      callerId: 'me',
      accountId: 'alice',
      channelId: this.#channelId,
      status: 'queued',
      request: { verb: 'create', prompt: 'a small cat', links: [], files: files.length, ...request },
      percent: 0,
      media: [],
      actions: [],
      trace: {},
      submittedAt: this.clock.now(),
      revision: 0,
    };
    const running: Running = { task, error: undefined, parent };
    void this.#follow(running, files);
    return running;
  }

  async #follow(running: Running, files: TaskJob['files'], taken: readonly string[] = []): Promise<void> {
    const { id, request, trace, startedAt = this.clock.now() } = running.task;
    const job = { id, request, files, parent: running.parent, trace, taken, startedAt };
    try {
      for await (const event of this.#desk.run(job, this.#stop.signal)) {
        running.task = applyEvent(running.task, event, this.clock.now());
      }
    } catch (error) {
      running.error = error;
    }
  }

  /** The gateway stops, is away for a while, and takes up again what has not ended. */
  async restart(running: readonly Running[], awayMs: number): Promise<void> {
    this.#desk.close();
    await this.clock.advance(awayMs);
    this.#desk = this.#open();
    const taken = running.flatMap(({ task }) => task.trace.messageId ?? []);
    for (const each of running.filter(({ task }) => task.status !== 'succeeded')) {
      each.error = undefined;
      void this.#follow(each, [], taken);
    }
  }

  press(parent: Task, kind: 'retry' | 'remix' | 'cancel', more: Partial<TaskRequest> = {}): Running {
    const action = parent.actions.find((each) => each.kind === kind);
    expect(action, kind).toBeDefined();
    return this.run({ verb: 'act', prompt: '', parentId: parent.id, action, ...more }, parent);
  }

  /** The bytes of a task's video. */
  film({ media }: Task): Uint8Array {
    const { pathname, searchParams } = new URL(media[0]?.url ?? 'about:blank');
    return this.built.world.files.open(pathname, searchParams)?.bytes ?? new Uint8Array();
  }

  /** The task has succeeded, and its video was made for no other order. */
  prove({ task, error }: Running, prompt = task.request.prompt): Task {
    expect(error).toBeUndefined();
    expect(task.status).toBe('succeeded');
    const marks = [task.trace.formNonce ?? task.trace.nonce ?? ''];
    expect(isFilmOf(this.film(task), { prompt, marks })).toBe(true);
    return task;
  }
}

const VARIANTS: Record<string, Behaviour> = {
  'a new message': {},
  'an edit': { finalBy: 'update' },
  'a new message that nothing but its nonce names': { metadataOnFinal: false, nonceOnFinal: true },
  'a reply to the waiting message': { metadataOnFinal: false, referenceOnFinal: true, deleteWaiting: false },
  'an edit of a thinking message': { emptyStart: true, finalBy: 'update' },
  'no waiting message': { waiting: false },
  'a waiting message without its nonce': { nonceOnWaiting: false },
  'an edit of a message without metadata': { metadataOnWaiting: false, finalBy: 'update' },
  'percentages, and labels on lines': { steps: [10, 50, 90], layout: 'lines' },
  'everything twice': { duplicate: true },
  'everything twice, by edits': { duplicate: true, finalBy: 'update' },
  'a failed interaction first': { interactionFailureFirst: true },
  'the same jobs of others': { foreign: 3 },
  'ids that tell nothing': { customIds: 'opaque' },
};

describe.each(Object.entries(VARIANTS))('a bot that shows its work by %s', (_, behaviour) => {
  it('gives each of twenty equal prompts its own video, and the same by its buttons', async () => {
    const stage = new Stage({ ...behaviour, takesMs: 20_000 });
    const running = Array.from({ length: 20 }, () => stage.run());
    await stage.clock.advance(60_000);
    const [first, second] = running.map((each) => stage.prove(each));
    expect(first?.actions.map(({ kind }) => kind)).toEqual(['retry', 'remix', 'cancel']);
    expect(first?.seed).toMatch(/^\d{15,19}$/);
    if (!first || !second) return;
    // Replies that name only the message that was pressed cannot tell two equal presses of it apart.
    const most = behaviour.referenceOnFinal ? 1 : 2;
    const retries = [first, first].slice(-most).map((each) => stage.press(each, 'retry'));
    retries.push(stage.press(second, 'retry'));
    const remixes = ['a big dog', 'a big dog']
      .slice(-most)
      .map((prompt) => stage.press(first, 'remix', { form: { prompt } }));
    await stage.clock.advance(60_000);
    for (const each of retries) stage.prove(each, 'a small cat');
    for (const each of remixes) stage.prove(each, 'a big dog');
    const removal = stage.press(second, 'cancel');
    await stage.clock.advance(10_000);
    expect([removal.task.status, removal.error]).toEqual(['succeeded', undefined]);
    expect(stage.sent, 'each sent once, and the forms').toBe(20 + most + 1 + 2 * most + 1);
  });

  it('gives it in a huge guild as well, whether mentions are heard or nothing', async () => {
    for (const hush of ['silent', 'mentions'] as const) {
      const stage = new Stage({ ...behaviour, takesMs: 50_000 }, hush);
      const prompts = ['a small cat', 'a big dog', 'a red bird'];
      const running = prompts.map((prompt) => stage.run({ prompt }));
      await stage.clock.advance(120_000);
      for (const each of running) stage.prove(each);
    }
  });

  it('gives it to a gateway that was away meanwhile', async () => {
    const stage = new Stage({ ...behaviour, takesMs: 20_000 });
    const running = ['a small cat', 'a big dog'].map((prompt) => stage.run({ prompt }));
    await stage.clock.advance(5_000);
    await stage.restart(running, 60_000);
    await stage.clock.advance(60_000);
    for (const each of running) stage.prove(each);
    expect(stage.sent).toBe(2);
  });
});

describe('a bad end', () => {
  const endings = [
    ['moderated', 'prompt_refused'],
    ['failed', 'bot_failed'],
    ['cancelled', 'task_stopped'],
    ['too-many', 'bot_busy'],
    ['too-long', 'invalid_request'],
    ['no-image', 'invalid_request'],
    ['deleted', 'bot_failed'],
    ['none', 'task_timeout'],
  ] as const;

  it.each(endings)(
    '%s ends its task with %s, however it is told, and no other task',
    async (ending, code) => {
      for (const endingBy of ['update', 'create', 'ephemeral'] as const) {
        for (const endingAs of ['text', 'embed'] as const) {
          const stage = new Stage();
          stage.built.pika.add({ rules: [{ ending, endingBy, endingAs, match: 'moderation failed' }] });
          const bad = stage.run({ prompt: 'an error: moderation failed, cancelled' });
          const good = stage.run();
          await stage.clock.advance(11 * 60_000);
          expect(bad.error, `${endingBy} ${endingAs}`).toMatchObject({ code });
          stage.prove(good);
        }
      }
    },
  );

  it('is not read out of a prompt that is full of such words', async () => {
    for (const finalBy of ['create', 'update'] as const) {
      const stage = new Stage({ finalBy, steps: [50] });
      const prompt = 'moderated failed error cancelled, too many, out of credits';
      const running = stage.run({ prompt });
      await stage.clock.advance(60_000);
      stage.prove(running);
    }
  });

  it('is a bot that never answers', async () => {
    const stage = new Stage({ silent: true });
    const running = stage.run();
    await stage.clock.advance(60_000);
    expect(running.error).toMatchObject({
      code: 'bot_failed',
      message: expect.stringMatching(/interaction failed/),
    });
    expect(stage.sent).toBe(1);
  });

  it.each(['bot', 'create', 'animate'] as const)('is a place where %s is missing', async (missing) => {
    const stage = new Stage();
    stage.built.pika.add({ missing: [missing] });
    const running = stage.run();
    await stage.clock.advance(5_000);
    expect(running.error).toMatchObject({ code: 'command_missing', hint: expect.stringMatching(/reported/) });
  });

  it('is neither a second bot with such a command, nor commands that were changed', async () => {
    const stage = new Stage();
    stage.built.pika.add({ rival: true });
    stage.prove(await done(stage, stage.run()));
    stage.built.pika.add({ bumpVersions: true });
    stage.prove(await done(stage, stage.run()));
    expect(stage.sent, 'the outdated one was sent again').toBe(3);
  });
});

async function done(stage: Stage, running: Running): Promise<Running> {
  await stage.clock.advance(30_000);
  return running;
}

describe('a storm', () => {
  const behaviour = fc.record({
    finalBy: fc.constantFrom('create' as const, 'update' as const),
    nonceOnWaiting: fc.boolean(),
    emptyStart: fc.boolean(),
    deleteWaiting: fc.boolean(),
    duplicate: fc.boolean(),
    metadataOnFinal: fc.constant(true),
    startAfterMs: fc.nat(5_000),
    takesMs: fc.nat(30_000),
    foreign: fc.nat(2),
  });

  it('of equal prompts, each by a bot of its own habits, swaps no videos, through a restart as well', async () => {
    const restarts = fc.option(fc.nat(30_000), { nil: undefined });
    await fc.assert(
      fc.asyncProperty(
        fc.array(behaviour, { minLength: 2, maxLength: 15 }),
        restarts,
        async (rules, restartAt) => {
          const stage = new Stage();
          const running: Running[] = [];
          for (const rule of rules) {
            stage.built.pika.add({ rules: [{ ...rule, times: 1 }] });
            running.push(stage.run());
            await stage.clock.settle();
          }
          if (restartAt !== undefined) {
            await stage.clock.advance(restartAt);
            await stage.restart(running, 20_000);
          }
          await stage.clock.advance(120_000);
          for (const each of running) stage.prove(each);
          expect(stage.sent).toBe(rules.length);
          stages.splice(stages.indexOf(stage), 1);
          stage.close();
        },
      ),
      { numRuns: 40 },
    );
  });
});
