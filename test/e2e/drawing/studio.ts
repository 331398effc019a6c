/** A gateway with a drawing bot in front of the simulated Discord, and a client that draws. */
import { expect } from 'vitest';
import type { ConfigInput } from '../../../src/config/schema.ts';
import type { Clock } from '../../../src/core/clock.ts';
import { drawPicture, type PictureOrder } from '../../../src/sim/bots/midjourney/pictures.ts';
import { type Sim, type SimOptions, startSim } from '../../../src/sim/index.ts';
import type { LogBook } from '../log-book.ts';
import { pause } from '../scene.ts';
import { type EndToEnd, frontOf, KEY } from '../world.ts';

/** An admin key beside the one that draws. */
export const ADMIN_KEY = 'sk-admin-1122334455';
/** What callbacks are signed with. */
export const SECRET = 'whsec-99887766';

type Json = Record<string, unknown>;

/** A task as Discordxy's status shows it. */
export interface SeenTask {
  readonly taskId: string;
  readonly action: string;
  readonly status: string;
  readonly failReason: string;
  readonly progress: string;
  readonly prompt: string;
  readonly finalPrompt: string;
  readonly imageRawUrl: string;
  readonly imageUrl: string;
  readonly messageHash: string;
  readonly messageId: string;
  readonly nonce: string;
  readonly text: string;
  readonly referenceMessageId: string;
  readonly params?: { customId: string; index: string; messageId: string };
  readonly buttons: { customId: string; label: string; action: string }[];
}

/** A task as Midjourney-Proxy's fetch shows it. */
export interface ProxyTask {
  readonly id: string;
  readonly action: string;
  readonly status: string;
  readonly progress: string;
  readonly failReason: string | null;
  readonly finishTime: number | null;
  readonly imageUrl: string | null;
  readonly prompt: string;
  readonly promptEn: string;
  readonly seed: string | null;
  readonly buttons: { customId: string; label: string }[];
  readonly nonce: string | null;
  readonly [field: string]: unknown;
}

/** An account as the management API shows it. */
export interface SeenAccount {
  readonly account: string;
  readonly state: string;
  readonly reason?: string;
  readonly text?: string;
  readonly link?: string;
  readonly remedy?: string;
  readonly fast: boolean;
  readonly running: number;
  readonly queued: number;
}

/** What a test does with a drawing gateway. */
export interface Drawer {
  /** Posts JSON and reads the answer; everything is noted in the book. */
  call(
    path: string,
    body?: unknown,
    headers?: Record<string, string>,
  ): Promise<{ status: number; json: Json }>;
  /** Submits by Discordxy's dialect; the id of the task. */
  imagine(prompt: string, more?: Json): Promise<string>;
  change(taskId: string, action: string, more?: Json): Promise<string>;
  status(taskId: string): Promise<SeenTask>;
  /** The task at its end. */
  ended(taskId: string, withinMs?: number): Promise<SeenTask>;
  /** The task once it succeeded; fails with its reason otherwise. */
  done(taskId: string, withinMs?: number): Promise<SeenTask>;
  /** The task once it shows some progress. */
  until(taskId: string, statuses: readonly string[]): Promise<SeenTask>;
  /** Submits by Midjourney-Proxy's dialect. */
  submit(
    endpoint: string,
    body: Json,
  ): Promise<{ code: number; description: string; result: string; properties: Json }>;
  fetchTask(id: string): Promise<ProxyTask>;
  /** The task at its end, by Midjourney-Proxy's dialect. */
  finished(id: string, withinMs?: number): Promise<ProxyTask>;
  accounts(): Promise<SeenAccount[]>;
  /** The only account. */
  account(): Promise<SeenAccount>;
  order(account: string, order: 'pause' | 'resume' | 'drain'): Promise<void>;
}

/** All together. */
export interface Studio extends EndToEnd, Drawer {}

/** What a drawing gateway is made of, beside the simulator. */
export interface StudioOptions {
  /** Laid over each room. */
  readonly room?: Json;
  /** Laid over the bot. */
  readonly bot?: Json;
  readonly more?: Json;
  readonly clock?: Clock;
}

/** The configuration of a drawing gateway: all people of the simulator in the channel `midjourney`. */
export function studioConfig(sim: Sim, { room = {}, bot = {}, more = {} }: StudioOptions = {}): ConfigInput {
  const { api, gateway, cdn, upload, activity, accounts, guildId, channels } = sim.ready;
  const people = accounts.filter(({ kind }) => kind === 'user');
  return {
    auth: {
      keys: [
        { key: KEY, name: 'test' },
        { key: ADMIN_KEY, name: 'boss', admin: true },
      ],
    },
    discord: { api, gateway, cdn, upload, activity, requestsPerSecond: 0 },
    accounts: people.map(({ id, kind, token }) => ({ id, kind, token })),
    bots: [
      {
        id: 'midjourney',
        driver: 'midjourney',
        spacingMs: 0,
        rooms: people.map(({ id }) => ({
          account: id,
          guildId,
          channelId: channels.midjourney,
          concurrency: 3,
          queue: 500,
          ...room,
        })),
        ...bot,
      },
    ],
    webhooks: { secret: SECRET, allowPrivate: ['127.0.0.0/8'] },
    store: { driver: 'memory' },
    ...more,
  } as ConfigInput;
}

/** Starts both; pictures take about a quarter of a second. */
export async function startStudio(simOptions: SimOptions = {}, options: StudioOptions = {}): Promise<Studio> {
  const sim = await startSim({ port: 0, speed: 40, limits: 'none', ...simOptions });
  return studioOf(sim, options);
}

/** Starts a gateway in front of a simulator that runs already. */
export async function studioOf(sim: Sim, options: StudioOptions = {}): Promise<Studio> {
  const world = await frontOf(sim, studioConfig(sim, options), options.clock);
  const { close } = world;
  return {
    ...world,
    ...drawerOf(world.url, world.book),
    async close() {
      await close();
      world.book.checkForSecrets([ADMIN_KEY, SECRET]);
    },
  };
}

/** Limits are meant for a calm machine; a busy one gets so many times as long. */
const PATIENCE = 2;

/** A client of a gateway at a URL. */
export function drawerOf(url: string, book: LogBook): Drawer {
  const call: Drawer['call'] = async (path, body, headers = {}) => {
    const response = await fetch(url + path, {
      method: body === undefined ? 'GET' : 'POST',
      headers: {
        authorization: `Bearer ${path.startsWith('/admin') ? ADMIN_KEY : KEY}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const raw = await response.text();
    book.note(`${JSON.stringify([...response.headers])} ${raw}`);
    return { status: response.status, json: parse(raw) };
  };
  const discordxy = async (path: string, body?: unknown) => {
    const { status, json } = await call(path, body);
    if (status !== 200) throw new Error(`${path}: ${status} ${JSON.stringify(json)}`);
    return json.result;
  };
  const status = async (id: string) => (await discordxy(`/mj/status?taskId=${id}`)) as SeenTask;
  const until: Drawer['until'] = (id, statuses) =>
    waitFor(
      () => status(id),
      (task) => statuses.includes(task.status),
      15_000,
    );
  const ended: Drawer['ended'] = (id, withinMs = 15_000) =>
    waitFor(
      () => status(id),
      (task) => ENDS.has(task.status),
      PATIENCE * withinMs,
    );
  const fetchTask = async (id: string) =>
    (await call(`/midjourney-proxy/mj/task/${id}/fetch`)).json as unknown as ProxyTask;
  return {
    call,
    status,
    until,
    ended,
    fetchTask,
    imagine: async (prompt, more = {}) => (await discordxy('/mj/imagine', { prompt, ...more })) as string,
    change: async (taskId, action, more = {}) =>
      (await discordxy('/mj/change', { taskId, action, ...more })) as string,
    async done(id, withinMs) {
      const task = await ended(id, withinMs);
      expect({ status: task.status, failReason: task.failReason }).toEqual({
        status: 'Success',
        failReason: '',
      });
      return task;
    },
    async submit(endpoint, body) {
      const { status: httpStatus, json } = await call(`/midjourney-proxy/mj/submit/${endpoint}`, body);
      expect(httpStatus).toBe(200);
      return json as never;
    },
    finished: (id, withinMs = 15_000) =>
      waitFor(
        () => fetchTask(id),
        (task) => PROXY_ENDS.has(task.status),
        PATIENCE * withinMs,
      ),
    accounts: async () => (await call('/admin/api/accounts')).json.accounts as SeenAccount[],
    account: async () =>
      ((await call('/admin/api/accounts')).json.accounts as SeenAccount[])[0] as SeenAccount,
    async order(account, order) {
      const { status: httpStatus } = await call(`/admin/api/accounts/${account}/${order}`, {});
      expect(httpStatus).toBe(200);
    },
  };
}

const ENDS = new Set(['Success', 'Failed', 'Timeout']);
const PROXY_ENDS = new Set(['SUCCESS', 'FAILURE', 'CANCEL']);

/** Asks again and again until the answer fits; fails with the last one. */
export async function waitFor<T>(
  ask: () => Promise<T> | T,
  fits: (answer: T) => boolean,
  withinMs = 5_000,
): Promise<T> {
  const endAt = Date.now() + withinMs;
  while (true) {
    const answer = await ask();
    if (fits(answer)) return answer;
    if (Date.now() > endAt) throw new Error(`not within ${withinMs} ms: ${JSON.stringify(answer)}`);
    await pause(15);
  }
}

function parse(raw: string): Json {
  try {
    return JSON.parse(raw);
  } catch {
    return {};
  }
}

/** What a link leads to. */
export async function bytesOf(url: string): Promise<Buffer> {
  const response = await fetch(url);
  if (response.status !== 200) throw new Error(`${response.status} from ${new URL(url).pathname}`);
  return Buffer.from(await response.arrayBuffer());
}

/** Fails unless a link leads to exactly the picture that the bot drew for this order. */
export async function expectPicture(url: string, order: PictureOrder): Promise<void> {
  const found = await bytesOf(url);
  expect(found.equals(Buffer.from(drawPicture(order))), `picture of ${order.seedText} / ${order.mark}`).toBe(
    true,
  );
}

/** Fails unless a finished imagine shows the grid that was drawn for its own prompt and its own interaction. */
export function expectOwnGrid(task: SeenTask, prompt = task.prompt): Promise<void> {
  return expectPicture(task.imageRawUrl, {
    seedText: prompt.trim(),
    mark: task.nonce,
    isGrid: true,
    format: 'webp',
  });
}

/** Fails unless so many interactions were made, and none of them twice. */
export function expectInteractions(sim: Sim, count: number): void {
  const { interactionsCreated, interactionsPerNonce } = sim.world.counts;
  expect([...interactionsPerNonce].filter(([, times]) => times !== 1)).toEqual([]);
  expect(interactionsCreated).toBe(count);
}
