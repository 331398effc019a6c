/** A task service in memory whose tasks go on when a test says so. For tests of dialects. */
import { type Caller, mayUse } from '../../src/core/caller.ts';
import { GatewayError } from '../../src/core/errors.ts';
import {
  applyEvent,
  endTask,
  hasEnded,
  type Task,
  type TaskAction,
  type TaskEvent,
} from '../../src/core/task.ts';
import type {
  StudioView,
  TaskChange,
  TaskModel,
  TaskOrder,
  TaskQuery,
  TaskReceipt,
  TaskService,
} from '../../src/core/tasks.ts';
import { headOf, isAskedFor } from '../../src/stores/task-form.ts';

/** The service, and what tests do with it. */
export interface FakeTasks extends TaskService {
  readonly orders: TaskOrder[];
  /** Thrown by the next submissions. */
  refuseWith(error: GatewayError | undefined): void;
  /** Tasks that stand before the next ones. */
  ahead: number;
  /** The next orders wait for a form. */
  asksForms: boolean;
  event(id: string, event: TaskEvent): void;
  /** Ends a task with a grid picture and its buttons. */
  succeed(id: string, change?: Partial<Task>): Task;
  /** Ends a task with a clip and Pika's buttons. */
  succeedWithVideo(id: string, change?: Partial<Task>): Task;
  fail(id: string, error: GatewayError): void;
  /** What `taskModels` gives. */
  offered: TaskModel[];
  views: StudioView[];
  /** Now, in milliseconds. */
  now: number;
  readonly accountOrders: { accountId: string; order: string; botId?: string | undefined }[];
}

/** A model that draws. */
export const MIDJOURNEY: TaskModel = {
  id: 'midjourney',
  botIds: ['midjourney'],
  createdAt: 1_713_497_000,
  verbs: ['imagine', 'describe', 'blend', 'shorten', 'animate', 'act'],
};

/** A model that films. */
export const PIKA: TaskModel = {
  ...MIDJOURNEY,
  id: 'pika',
  botIds: ['pika'],
  verbs: ['create', 'animate', 'act'],
};

export const JOB = '4e68485a-900c-4c1b-9222-f9b5ae4b3fcf';

/** The buttons under a grid. */
export const GRID_ACTIONS: TaskAction[] = [
  ...[1, 2, 3, 4].map((index) =>
    button(`MJ::JOB::upsample::${index}::${JOB}`, `U${index}`, '', 'upscale', index),
  ),
  button(`MJ::JOB::reroll::0::${JOB}::SOLO`, '', '🔄', 'reroll'),
  ...[1, 2, 3, 4].map((index) =>
    button(`MJ::JOB::variation::${index}::${JOB}`, `V${index}`, '', 'vary', index),
  ),
];

export const VIDEO_URL =
  'https://cdn.discordapp.com/attachments/111/333/a_cute_small_cat_seed1234567890123456789.mp4?ex=66345934&is=6621e434&hm=f9948a08&';

/** The buttons under a clip of Pika. */
const PIKA_ACTIONS: TaskAction[] = [
  button('pika-retry-1', '', '🔄', 'retry'),
  button('pika-remix-1', '', '🔀', 'remix'),
];

function button(
  customId: string,
  label: string,
  emoji: string,
  kind: TaskAction['kind'],
  index?: number,
): TaskAction {
  return { customId, label, emoji, kind, style: 2, type: 2, ...(index === undefined ? {} : { index }) };
}

export function createFakeTasks(): FakeTasks {
  const tasks = new Map<string, Task>();
  const listeners = new Set<(change: TaskChange) => void>();
  let refusal: GatewayError | undefined;
  let counter = 0n;

  const put = (task: Task) => {
    tasks.set(task.id, task);
    for (const listener of [...listeners]) listener({ type: 'task-changed', task });
    return task;
  };
  const visible = (caller: Caller, id: string) => {
    const task = tasks.get(id);
    return task && (caller.admin || task.callerId === caller.id) ? task : undefined;
  };
  const required = (caller: Caller, id: string) => {
    const task = visible(caller, id);
    if (task) return task;
    throw new GatewayError('task_not_found', `There is no task ${id}.`, { param: 'taskId' });
  };
  /** Listens from the call on, not from the first read. */
  const changes = (signal: AbortSignal): AsyncIterable<TaskChange> => {
    const kept: TaskChange[] = [];
    let wake = () => {};
    const listener = (change: TaskChange) => {
      kept.push(change);
      wake();
    };
    listeners.add(listener);
    signal.addEventListener('abort', () => {
      listeners.delete(listener);
      wake();
    });
    const read = async function* () {
      try {
        while (!signal.aborted) {
          const change = kept.shift();
          if (change) yield change;
          else {
            await new Promise<void>((resolve) => {
              wake = resolve;
            });
          }
        }
      } finally {
        listeners.delete(listener);
      }
    };
    return read();
  };

  const fake: FakeTasks = {
    orders: [],
    ahead: 0,
    asksForms: false,
    views: [],
    now: 1_713_497_101_000,
    accountOrders: [],
    refuseWith(error) {
      refusal = error;
    },
    event(id, event) {
      const task = tasks.get(id);
      if (task) put(applyEvent(task, event, fake.now));
    },
    succeed(id, change = {}) {
      const url = `https://cdn.discordapp.com/attachments/111/222/alice_a_small_cat_${JOB}.webp?ex=66345934&is=6621e434&hm=f9948a08&`;
      fake.event(id, { type: 'job-submitted', nonce: '1230720700000000001' });
      fake.event(id, { type: 'prompt-echoed', prompt: 'a small cat --v 6.1' });
      fake.event(id, { type: 'actions-offered', actions: GRID_ACTIONS });
      fake.event(id, {
        type: 'job-ended',
        media: [
          {
            id: '222',
            url,
            name: `alice_a_small_cat_${JOB}.webp`,
            contentType: 'image/webp',
            width: 2048,
            height: 2048,
          },
        ],
        trace: { messageId: '1230720793068179496', jobId: JOB },
      });
      const task = { ...(tasks.get(id) as Task), ...change };
      return put(task);
    },
    succeedWithVideo(id, change = {}) {
      fake.event(id, { type: 'job-submitted', nonce: '1230720700000000001' });
      fake.event(id, { type: 'actions-offered', actions: PIKA_ACTIONS });
      const media = [{ id: '333', url: VIDEO_URL, name: 'cat.mp4', contentType: 'video/mp4' }];
      fake.event(id, { type: 'job-ended', media, trace: { messageId: '1230720793068179496' } });
      return put({ ...(tasks.get(id) as Task), ...change });
    },
    fail(id, error) {
      const task = tasks.get(id);
      const failure = { code: error.code, message: error.message };
      const status =
        error.code === 'task_timeout' ? 'timed-out' : error.code === 'task_stopped' ? 'cancelled' : 'failed';
      if (task) put(endTask(task, status, failure, fake.now));
    },
    offered: [MIDJOURNEY],
    taskModels: (caller) =>
      fake.offered.filter(({ botIds }) => botIds.some((botId) => mayUse(caller, botId))),
    async submitTask(order): Promise<TaskReceipt> {
      fake.orders.push(order);
      if (refusal) throw refusal;
      const parent = order.parentId === undefined ? undefined : required(order.caller, order.parentId);
      if (parent && parent.status !== 'succeeded')
        throw new GatewayError('parent_unfinished', 'The task has not succeeded.');
      const action = order.action && findAction(parent, order.action);
      const prompt = order.prompt === '' ? (parent?.request.prompt ?? '') : order.prompt;
      const isPika = [order.driver, order.model].includes('pika');
      const botId = parent?.botId ?? (isPika ? 'pika' : 'midjourney');
      counter += 1n;
      const task: Task = {
        id: (1_211_421_713_496_994_992n + counter).toString(),
        botId,
        driver: botId === 'pika' ? 'pika' : 'midjourney',
        model: botId,
        callerId: order.caller.id,
        accountId: 'alice',
        guildId: '1100000000000000001',
        channelId: '1100000000000000002',
        status: fake.asksForms ? 'form' : 'queued',
        request: {
          verb: order.verb,
          prompt,
          links: order.images.flatMap((image) => (image.type === 'link' ? [image.url] : [])),
          files: order.images.filter((image) => image.type === 'bytes').length,
          parentId: order.parentId,
          action,
          mode: order.mode,
          variant: order.variant,
          dimensions: order.dimensions,
        },
        percent: 0,
        media: [],
        actions: [],
        trace: {},
        state: order.state,
        notify: order.notify,
        submittedAt: fake.now,
        revision: 1,
      };
      return { task: put(task), ahead: fake.ahead };
    },
    async fillForm(caller, id, form) {
      const task = required(caller, id);
      return { task: put({ ...task, status: 'queued', request: { ...task.request, form } }), ahead: 0 };
    },
    findTask: async (caller, id) => visible(caller, id),
    async listTasks(caller, query: TaskQuery) {
      const found = [...tasks.values()]
        .filter((task) => visible(caller, task.id))
        .filter((task) => (query.ids?.includes(task.id) ?? true) && isAskedFor(headOf(task), query))
        .filter(({ id }) => query.before === undefined || BigInt(id) < BigInt(query.before))
        .filter(({ id }) => query.after === undefined || BigInt(id) > BigInt(query.after));
      return (query.order === 'oldest' ? found : found.reverse()).slice(0, query.limit);
    },
    async cancelTask(caller, id) {
      const failure = { code: 'task_stopped', message: 'Cancelled by the caller.' } as const;
      return put(endTask(required(caller, id), 'cancelled', failure, fake.now));
    },
    async deleteTask(caller, id) {
      if (!hasEnded(required(caller, id)))
        throw new GatewayError('parent_unfinished', `Task ${id} has not ended.`, { param: 'taskId' });
      tasks.delete(id);
    },
    async taskSeed(caller, id) {
      required(caller, id);
      return '3301190457';
    },
    uploadPictures: async (_caller, _driver, images) =>
      images.map(
        (_, index) =>
          `https://cdn.discordapp.com/attachments/111/${index + 1}/picture.png?ex=66345934&is=1&hm=2&`,
      ),
    async *watchTask(caller, id, signal) {
      const stream = changes(signal);
      const first = required(caller, id);
      yield first;
      if (hasEnded(first)) return;
      for await (const change of stream) {
        if (change.type !== 'task-changed' || change.task.id !== id) continue;
        yield change.task;
        if (hasEnded(change.task)) return;
      }
    },
    watchAll: (_caller, signal) => changes(signal),
    studios: () => fake.views,
    async orderAccount(accountId, order, botId) {
      const known = fake.views.filter((view) => view.accountId === accountId);
      if (known.length === 0)
        throw new GatewayError('account_not_found', `There is no account "${accountId}".`);
      fake.accountOrders.push({ accountId, order, botId });
      return known;
    },
  };
  return fake;
}

function findAction(parent: Task | undefined, wish: NonNullable<TaskOrder['action']>): TaskAction {
  const found = parent?.actions.find((action) =>
    'customId' in wish
      ? action.customId === wish.customId
      : action.kind === wish.kind && (wish.index === undefined || action.index === wish.index),
  );
  if (found) return found;
  throw new GatewayError('action_not_offered', 'The task does not offer this action.', { param: 'action' });
}
