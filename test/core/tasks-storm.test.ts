/** Whatever happens in whatever order: what a task service promises, after every step and at the end. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { GatewayError } from '../../src/core/errors.ts';
import { hasEnded, type Task } from '../../src/core/task.ts';
import { createMemoryStore } from '../../src/stores/memory.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { createFrailStore, type FrailStore } from '../support/frail-store.ts';
import { ADMIN, ALICE, type Running, taskWorld } from '../support/task-world.ts';

const MINUTE = 60_000;
const ACCOUNTS = ['alice', 'bob'];
const STEPS = [
  'imagine',
  'imagine',
  'imagine',
  'name',
  'form',
  'upscale',
  'fill',
  'cancel',
  'send',
  'send',
  'progress',
  'succeed',
  'succeed',
  'fail',
  'down',
  'up',
  'stall',
  'go',
  'pause',
  'resume',
  'drain',
  'captcha',
  'offline',
  'online',
  'seconds',
  'minutes',
  'restart',
  'crash',
] as const;

interface Step {
  readonly kind: (typeof STEPS)[number];
  readonly pick: number;
}

interface Limits {
  readonly concurrency: number;
  readonly queue: number;
  readonly dailyLimit: number | undefined;
}

/** A service that is stopped, killed and started again on the same store. */
class Storm {
  readonly clock = new FakeClock();
  readonly inner = createMemoryStore();
  readonly accepted = new Set<string>();
  readonly sent = new Map<string, string>();
  readonly limits: Limits;
  store: FrailStore = createFrailStore(this.inner);
  world!: Awaited<ReturnType<typeof taskWorld>>;
  watchers: { id: string; last: Task | undefined; isDone: boolean }[] = [];
  #go = () => {};
  readonly #stop: AbortController[] = [];

  constructor(limits: Limits) {
    this.limits = limits;
  }

  async open(): Promise<void> {
    this.#stop.at(-1)?.abort();
    this.#stop.push(new AbortController());
    this.watchers = [];
    this.store = createFrailStore(this.inner);
    const { concurrency, queue, dailyLimit } = this.limits;
    this.world = await taskWorld({
      store: this.store,
      clock: this.clock,
      accounts: ACCOUNTS,
      concurrency,
      queue,
      ...(dailyLimit === undefined ? {} : { dailyLimit }),
      onSent: (id, accountId) => this.#onSent(id, accountId),
    });
    for (const task of await this.inner.openTasks()) this.#watch(task.id);
  }

  #onSent(id: string, accountId: string): void {
    expect(this.sent.has(id), `task ${id} was sent twice`).toBe(false);
    this.sent.set(id, accountId);
  }

  #watch(id: string): void {
    const watcher = { id, last: undefined as Task | undefined, isDone: false };
    this.watchers.push(watcher);
    const signal = this.#stop.at(-1)?.signal as AbortSignal;
    const read = async () => {
      for await (const task of this.world.service.watchTask(ALICE, id, signal)) watcher.last = task;
      watcher.isDone = !signal.aborted;
    };
    read().catch(() => {});
  }

  #accept(promise: Promise<{ task: Task }>): void {
    const alive = this.#stop.at(-1);
    promise.then(
      ({ task }) => {
        this.accepted.add(task.id);
        if (alive === this.#stop.at(-1)) this.#watch(task.id);
      },
      (error: unknown) => {
        const known = ['queue_full', 'no_account', 'account_limited', 'invalid_request', 'parent_unfinished'];
        const isExpected =
          error instanceof GatewayError
            ? [...known, 'task_not_found', 'shutting_down'].includes(error.code)
            : String(error).includes('disk');
        expect(isExpected, String(error)).toBe(true);
      },
    );
  }

  async #some(pick: number, filter: (task: Task) => boolean): Promise<Task | undefined> {
    const tasks = await this.world.service.listTasks(ALICE, { limit: 1_000 }, this.world.never);
    const found = tasks.filter(filter);
    return found[pick % Math.max(1, found.length)];
  }

  #runningOne(pick: number, filter: (one: Running) => boolean = () => true): Running | undefined {
    const found = this.world.running.filter(filter);
    return found[pick % Math.max(1, found.length)];
  }

  isSent(one: Running): boolean {
    return this.sent.has(one.job.id) || one.job.trace.nonce !== undefined;
  }

  async take({ kind, pick }: Step): Promise<void> {
    const { service, imagine, never } = this.world;
    const account = ACCOUNTS[pick % 2] as string;
    switch (kind) {
      case 'imagine':
        this.#accept(imagine());
        break;
      case 'name':
        this.#accept(imagine({ accountId: account }));
        break;
      case 'form':
      case 'upscale': {
        const parent = await this.#some(pick, ({ status }) => status === 'succeeded');
        const action =
          kind === 'form' ? { customId: 'MJ::CustomZoom::x' } : ({ kind: 'upscale', index: 2 } as const);
        if (parent) this.#accept(imagine({ verb: 'act', prompt: '', parentId: parent.id, action }));
        break;
      }
      case 'fill': {
        const form = await this.#some(pick, ({ status }) => status === 'form');
        if (form) this.#accept(service.fillForm(ALICE, form.id, { prompt: 'x --zoom 1.8' }));
        break;
      }
      case 'cancel': {
        const open = await this.#some(pick, (task) => !hasEnded(task));
        if (open)
          void service.cancelTask(ALICE, open.id, never).then(({ status }) => {
            expect(hasEnded({ status })).toBe(true);
          });
        break;
      }
      case 'send': {
        const one = this.#runningOne(pick, (running) => !this.isSent(running));
        await one?.emit({ type: 'job-submitted', nonce: `9${one.job.id}` });
        break;
      }
      case 'progress':
        await this.#runningOne(pick, (one) => this.isSent(one))?.emit({
          type: 'progress-changed',
          percent: pick % 100,
        });
        break;
      case 'succeed':
        await this.end(this.#runningOne(pick, (one) => this.isSent(one)));
        break;
      case 'fail':
        await this.#runningOne(pick)?.fail(new GatewayError('bot_failed', 'the bot failed'));
        break;
      case 'down':
        this.store.isDown = true;
        break;
      case 'up':
        this.store.isDown = false;
        break;
      case 'stall':
        this.#go();
        this.#go = this.store.stall();
        break;
      case 'go':
        this.#go();
        break;
      case 'pause':
      case 'resume':
      case 'drain':
        // It is answered once it is stored, which a store that hangs puts off.
        service.orderAccount(account, kind).catch(() => {});
        await this.world.settle();
        break;
      case 'captcha':
        this.world.notice(account, { consequence: 'pause', reason: 'captcha', text: 'verify' });
        break;
      case 'offline':
      case 'online':
        this.world.offline[kind === 'offline' ? 'add' : 'delete'](account);
        service.accountChanged(account);
        break;
      case 'seconds':
        await this.clock.advance((pick % 5) * 1_000);
        break;
      case 'minutes':
        await this.clock.advance((pick % 40) * MINUTE);
        break;
      case 'restart':
        this.#go();
        await service.close();
        await this.open();
        break;
      case 'crash':
        // Progress and moves are written within a second.
        await this.clock.advance(2_000);
        // Nothing of the killed process reaches the store any more.
        this.#go = () => {};
        this.store.stall();
        await this.open();
    }
    await this.world.settle();
  }

  async end(one: Running | undefined): Promise<void> {
    await one?.emit({ type: 'job-ended', media: [{ url: 'https://x/y.png' }], trace: { messageId: '1' } });
  }

  check(): void {
    for (const view of this.world.service.studios(ADMIN)) {
      const own = this.world.running.filter(({ accountId }) => accountId === view.accountId);
      const slots = own.filter(({ job }) => job.request.action?.kind !== 'upscale');
      expect(slots.length).toBeLessThanOrEqual(this.limits.concurrency);
      expect(view.queued).toBeGreaterThanOrEqual(0);
    }
    this.checkDay();
  }

  /** All within one day: the clock starts at midnight, and a storm lasts for less than a day. */
  checkDay(): void {
    if (this.limits.dailyLimit === undefined) return;
    for (const account of ACCOUNTS) {
      const count = [...this.sent.values()].filter((one) => one === account).length;
      expect(count).toBeLessThanOrEqual(this.limits.dailyLimit);
    }
  }

  /** All is well again, and everything that runs comes to its end. */
  async calm(): Promise<void> {
    this.#go();
    this.store.isDown = false;
    for (const account of ACCOUNTS) {
      this.world.offline.delete(account);
      await this.world.service.orderAccount(account, 'resume');
    }
    for (let round = 0; round < 200; round += 1) {
      await this.world.settle();
      const [one] = this.world.running;
      if (!one) break;
      if (!this.isSent(one)) await one.emit({ type: 'job-submitted', nonce: `9${one.job.id}` });
      await this.end(one);
    }
    await this.clock.advance(130 * MINUTE);
  }

  async checkEnd(): Promise<void> {
    expect(this.world.running).toEqual([]);
    expect(await this.inner.openTasks()).toEqual([]);
    for (const id of this.accepted) {
      const task = await this.inner.findTask(id);
      expect(task && hasEnded(task), `task ${id}`).toBe(true);
      if (task?.status !== 'succeeded') expect(task?.failure?.message).toBeTruthy();
    }
    for (const { id, last, isDone } of this.watchers) {
      expect(isDone && last && hasEnded(last), `watcher of ${id}`).toBe(true);
    }
    for (const view of this.world.service.studios(ADMIN))
      expect(view).toMatchObject({ running: 0, queued: 0 });
    expect(this.world.service.active).toBe(0);
  }

  /** Nothing is held any more: each line takes exactly as many as its limits say. */
  async checkRoom(): Promise<void> {
    await this.clock.advance(24 * 60 * MINUTE);
    this.sent.clear();
    const { concurrency, queue, dailyLimit } = this.limits;
    for (const accountId of ACCOUNTS) {
      const room = Math.min(concurrency + queue, dailyLimit ?? Number.POSITIVE_INFINITY);
      for (let count = 0; count < room; count += 1) await this.world.imagine({ accountId });
      await expect(this.world.imagine({ accountId })).rejects.toMatchObject({
        code:
          room < concurrency + queue
            ? 'account_limited'
            : expect.stringMatching(/queue_full|account_limited/),
      });
    }
    for (const { id } of await this.inner.openTasks()) {
      await this.world.service.cancelTask(ALICE, id, this.world.never);
    }
    await this.world.settle();
  }
}

const steps = (...found: [Step['kind'], number?][]): Step[] =>
  found.map(([kind, pick = 0]) => ({ kind, pick }));

/** What earlier storms have brought down. */
const FOUND: readonly [Limits, Step[]][] = [
  // A waiting task began before a sent one was taken up: one more than the limit.
  [
    { concurrency: 1, queue: 1, dailyLimit: undefined },
    steps(['imagine'], ['imagine'], ['restart'], ['imagine'], ['send'], ['crash'], ['imagine', 97]),
  ],
  // A task was moved to an account before that one's own were taken up: one more than its day allows.
  [
    { concurrency: 2, queue: 0, dailyLimit: 1 },
    steps(['imagine'], ['imagine'], ['pause', 105], ['crash'], ['imagine'], ['send'], ['send'], ['imagine']),
  ],
];

it('every accepted task ends, is sent once at most, and leaves nothing behind', async () => {
  const step = fc.record({ kind: fc.constantFrom(...STEPS), pick: fc.nat(1_000) });
  const limits = fc.record({
    concurrency: fc.integer({ min: 1, max: 2 }),
    queue: fc.integer({ min: 0, max: 3 }),
    dailyLimit: fc.option(fc.integer({ min: 1, max: 5 }), { nil: undefined }),
  });
  await fc.assert(
    fc.asyncProperty(limits, fc.array(step, { minLength: 5, maxLength: 60 }), async (limit, steps) => {
      const storm = new Storm(limit);
      await storm.open();
      let minutes = 0;
      for (const one of steps) {
        if (one.kind === 'minutes') minutes += one.pick % 40;
        if (minutes > 20 * 60) break;
        await storm.take(one);
        storm.check();
      }
      await storm.calm();
      await storm.checkEnd();
      await storm.checkRoom();
    }),
    { numRuns: Number(process.env.STORM_RUNS ?? 150), examples: [...FOUND] },
  );
}, 60_000);
