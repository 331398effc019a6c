/** The task service over a driver whose jobs a test drives by hand. */
import type { Caller } from '../../src/core/caller.ts';
import { GatewayError } from '../../src/core/errors.ts';
import { randomIds } from '../../src/core/ids.ts';
import { silentLog } from '../../src/core/log.ts';
import type { MediaLoader } from '../../src/core/media.ts';
import { DailyQuota } from '../../src/core/quota.ts';
import type { Store } from '../../src/core/store.ts';
import type { StudioSetup } from '../../src/core/studio.ts';
import type { TaskAction, TaskEvent, TaskTrace } from '../../src/core/task.ts';
import type { AccountNotice, TaskDriver, TaskJob } from '../../src/core/task-driver.ts';
import {
  createTaskService,
  type RunningTaskService,
  type TaskServiceTools,
} from '../../src/core/task-service.ts';
import type { TaskChange, TaskOrder } from '../../src/core/tasks.ts';
import { createMemoryStore } from '../../src/stores/memory.ts';
import { FakeClock } from './fake-clock.ts';

/** A job at a desk, driven by the test. */
export interface Running {
  readonly job: TaskJob;
  readonly accountId: string;
  emit(event: TaskEvent): Promise<void>;
  fail(error: GatewayError): Promise<void>;
  /** Sent, and ended with one picture. */
  succeed(url?: string): Promise<void>;
}

export const ALICE: Caller = { id: 'alice-key', admin: false, bots: ['*'] };
export const BOB: Caller = { id: 'bob-key', admin: false, bots: ['*'] };
export const ADMIN: Caller = { id: 'admin', admin: true, bots: ['*'] };

const U2: TaskAction = {
  kind: 'upscale',
  index: 2,
  customId: 'MJ::JOB::upsample::2::x',
  label: 'U2',
  emoji: '',
  style: 2,
  type: 2,
};
const ZOOM: TaskAction = { ...U2, kind: 'zoom-custom', index: undefined, customId: 'MJ::CustomZoom::x' };

export interface TaskWorldOptions {
  readonly store?: Store;
  readonly clock?: FakeClock;
  readonly accounts?: readonly string[];
  readonly concurrency?: number;
  readonly queue?: number;
  readonly balance?: StudioSetup['balance'];
  readonly dailyLimit?: number;
  readonly media?: MediaLoader;
  readonly checkHook?: (url: string) => Promise<void>;
  /** Verbs that need no slot. */
  readonly instantVerbs?: readonly string[];
  /** Called when a room is opened; may throw. */
  readonly onOpen?: () => void;
  /** Called when a job is sent to Discord. */
  readonly onSent?: (taskId: string, accountId: string) => void;
  /** False when the test opens the service by itself. */
  readonly opens?: boolean;
  /** Makes the service; the one of `core` when left out. */
  readonly make?: (setup: StudioSetup, tools: Omit<TaskServiceTools, 'studios'>) => RunningTaskService;
}

export async function taskWorld(options: TaskWorldOptions = {}) {
  const clock = options.clock ?? new FakeClock();
  const store = options.store ?? createMemoryStore();
  const running: Running[] = [];
  const cancelled: TaskTrace[] = [];
  const notices = new Map<string, (notice: AccountNotice) => void>();
  const refreshed: string[][] = [];
  const dead = new Set<string>();
  const offline = new Set<string>();
  const driver: TaskDriver<unknown> = {
    name: 'midjourney',
    verbs: ['imagine', 'act', 'describe', 'blend'],
    plan(wish, parent) {
      if (wish.verb === 'imagine' && wish.prompt === '') {
        throw new GatewayError('invalid_request', 'prompt must not be empty', { param: 'prompt' });
      }
      const needsSlot = !(options.instantVerbs ?? []).includes(wish.verb);
      const plan = { needsSlot, loadsLinks: wish.verb === 'blend', takesPrompt: false };
      if (wish.verb !== 'act') return plan;
      if (parent?.status !== 'succeeded')
        throw new GatewayError('parent_unfinished', 'The parent has not succeeded.');
      const asked = wish.action;
      const isZoom = asked !== undefined && 'customId' in asked && asked.customId === ZOOM.customId;
      const action = isZoom ? ZOOM : U2;
      const asks = isZoom && !wish.form?.prompt ? ('prompt' as const) : undefined;
      return { ...plan, action, needsSlot: isZoom, asks, takesPrompt: isZoom };
    },
    open(room) {
      options.onOpen?.();
      notices.set(room.accountId, room.report);
      return {
        run: (job, signal) => runByHand(job, room.accountId, signal, running, options.onSent),
        cancel: async (trace) => void cancelled.push(trace),
        seed: async () => '42',
        upload: async () => 'https://cdn.discordapp.com/attachments/1/2/a.png',
        async refreshLinks(urls) {
          refreshed.push([...urls]);
          return new Map(urls.map((url) => [url, url.replace(/ex=\w+/, 'ex=ffffffff')]));
        },
        close() {},
      };
    },
  };
  const quotas = new Map<string, DailyQuota>();
  const accounts = options.accounts ?? ['alice'];
  for (const id of accounts) {
    if (options.dailyLimit === undefined) continue;
    const quota = new DailyQuota(id, options.dailyLimit, store, clock);
    await quota.open();
    quotas.set(id, quota);
  }
  const setup: StudioSetup = {
    id: 'midjourney',
    models: ['midjourney'],
    driver,
    options: {},
    rooms: accounts.map((id) => ({
      account: {
        id,
        port: {} as never,
        quota: quotas.get(id),
        since: () => 0,
        isConnected: () => !offline.has(id),
        trouble: () =>
          dead.has(id) ? new GatewayError('account_disabled', `The account "${id}" is disabled.`) : undefined,
      },
      channelId: '1100000000000000002',
      guildId: '1100000000000000001',
      concurrency: options.concurrency ?? 3,
      queue: options.queue ?? 10,
    })),
    balance: options.balance ?? 'least-busy',
    queueMs: 60 * 60_000,
  };
  const changes: TaskChange[] = [];
  const tools = {
    store,
    media: options.media ?? {
      load: async () => ({ name: 'a.png', contentType: 'image/png', bytes: new Uint8Array(3) }),
    },
    clock,
    ids: randomIds(clock),
    log: silentLog,
    observer: (change: TaskChange) => void changes.push(change),
    checkHook: options.checkHook,
    retentionDays: 30,
  };
  const service = options.make?.(setup, tools) ?? createTaskService({ ...tools, studios: [setup] });
  if (options.opens !== false) await service.open();
  const never = new AbortController().signal;
  const order = (more: Partial<TaskOrder> = {}): TaskOrder => ({
    caller: ALICE,
    driver: 'midjourney',
    verb: 'imagine',
    prompt: 'a small cat',
    images: [],
    signal: never,
    ...more,
  });
  const imagine = (more: Partial<TaskOrder> = {}) => service.submitTask(order(more));
  /** An order that goes to an account because no other one is connected at that moment. */
  const imagineAt = async (accountId: string, more: Partial<TaskOrder> = {}) => {
    const others = accounts.filter((id) => id !== accountId && !offline.has(id));
    for (const id of others) offline.add(id);
    const ordering = imagine(more);
    const receipt = await ordering.finally(() => {
      for (const id of others) offline.delete(id);
    });
    return receipt;
  };
  const task = async (id: string) => {
    const found = await service.findTask(ADMIN, id, never);
    if (!found) throw new Error(`no task ${id}`);
    return found;
  };
  return {
    service,
    store,
    clock,
    running,
    cancelled,
    refreshed,
    dead,
    offline,
    quotas,
    changes,
    imagine,
    imagineAt,
    task,
    never,
    settle: () => clock.settle(),
    notice: (accountId: string, notice: AccountNotice) => notices.get(accountId)?.(notice),
    runningOf: (id: string) => {
      const found = running.find(({ job }) => job.id === id);
      if (!found) throw new Error(`task ${id} does not run`);
      return found;
    },
  };
}

async function* runByHand(
  job: TaskJob,
  accountId: string,
  signal: AbortSignal,
  running: Running[],
  onSent: TaskWorldOptions['onSent'],
): AsyncGenerator<TaskEvent> {
  const queue: (() => TaskEvent)[] = [];
  let wake = () => {};
  const settled = () => new Promise<void>((resolve) => setImmediate(() => setImmediate(resolve)));
  const push = (item: () => TaskEvent) => {
    queue.push(item);
    wake();
    return settled();
  };
  const one: Running = {
    job,
    accountId,
    emit: (event) => push(() => event),
    fail: (error) =>
      push(() => {
        throw error;
      }),
    async succeed(url = `https://cdn.discordapp.com/attachments/1/2/${job.id}.png`) {
      if (job.trace.nonce === undefined) await one.emit({ type: 'job-submitted', nonce: `9${job.id}` });
      await one.emit({
        type: 'job-ended',
        media: [{ url, contentType: 'image/png' }],
        trace: { messageId: '123', jobId: 'uuid' },
      });
    },
  };
  running.push(one);
  signal.addEventListener('abort', () => wake(), { once: true });
  try {
    while (true) {
      signal.throwIfAborted();
      const next = queue.shift();
      if (next) {
        const event = next();
        yield event;
        signal.throwIfAborted();
        if (event.type === 'job-submitted') onSent?.(job.id, accountId);
        if (event.type === 'job-ended') return;
      } else {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    }
  } finally {
    running.splice(running.indexOf(one), 1);
  }
}
