/** The Midjourney-Proxy dialect on an app of its own, in front of a task service in memory. */
import fastify, { type FastifyInstance } from 'fastify';
import { onTestFinished } from 'vitest';
import type { Caller } from '../../../src/core/caller.ts';
import { silentLog } from '../../../src/core/log.ts';
import type { TaskStatus } from '../../../src/core/task.ts';
import type { StudioView } from '../../../src/core/tasks.ts';
import { type ApiKey, createAuthenticator } from '../../../src/http/auth.ts';
import { KeyRing } from '../../../src/http/key-ring.ts';
import { createLinks } from '../../../src/http/links.ts';
import { midjourneyProxyRoutes } from '../../../src/http/midjourney-proxy/routes.ts';
import { decorateRequests } from '../../../src/http/request-context.ts';
import { createFakeTasks, type FakeTasks } from '../../support/fake-tasks.ts';

export const SECRET = 'sk-proxy-secret';
export const OTHER_SECRET = 'sk-another-secret';
export const CDN = 'https://cdn.example.org';

const key = (value: string, name: string): ApiKey => ({ key: value, name, bots: ['*'], admin: false });

/** Who `SECRET` is. */
export const CALLER: Caller = { id: 'painter', admin: false, bots: ['*'] };

/** A picture of one pixel. */
export const PNG =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mNk+A8AAQUBAScY42YAAAAASUVORK5CYII=';

export interface Answer {
  readonly status: number;
  readonly headers: Record<string, unknown>;
  readonly text: string;
  /** The parsed body. */
  // biome-ignore lint/suspicious/noExplicitAny: tests read fields of many shapes
  readonly json: any;
}

export interface Fixture {
  readonly app: FastifyInstance;
  readonly tasks: FakeTasks;
  /** Every logged line. */
  readonly lines: unknown[];
  get(path: string, headers?: Record<string, string>): Promise<Answer>;
  post(path: string, body?: unknown, headers?: Record<string, string>): Promise<Answer>;
}

export function makeProxy(): Fixture {
  const app = fastify({ bodyLimit: 100_000, routerOptions: { caseSensitive: false, maxParamLength: 500 } });
  const tasks = createFakeTasks();
  const lines: unknown[] = [];
  const line = (fields: object, message: string) => void lines.push({ ...fields, message });
  const keys = [key(SECRET, CALLER.id), key(OTHER_SECRET, 'stranger')];
  const ring = new KeyRing(keys);
  const authenticate = createAuthenticator({
    ring,
    anonymousBots: [],
    open: false,
  });
  decorateRequests(app);
  app.register(
    midjourneyProxyRoutes({
      service: tasks,
      authenticate: async (request) => {
        request.caller = authenticate(request.headers);
      },
      log: { ...silentLog, error: line },
      keys: ring,
      links: createLinks({ cdn: CDN }),
    }),
    { prefix: '/midjourney-proxy' },
  );
  onTestFinished(() => app.close());
  const call = async (method: 'GET' | 'POST', path: string, options: object): Promise<Answer> => {
    const reply = await app.inject({ method, url: `/midjourney-proxy${path}`, ...options });
    const isJson = String(reply.headers['content-type']).includes('json');
    return {
      status: reply.statusCode,
      headers: reply.headers,
      text: reply.body,
      json: isJson ? JSON.parse(reply.body) : undefined,
    };
  };
  const secret = { 'mj-api-secret': SECRET };
  return {
    app,
    tasks,
    lines,
    get: (path, headers = secret) => call('GET', path, { headers }),
    post: (path, body, headers = secret) => {
      const payload = typeof body === 'string' ? body : body === undefined ? undefined : JSON.stringify(body);
      return call('POST', path, { headers: { 'content-type': 'application/json', ...headers }, payload });
    },
  };
}

/** A finished grid; gives its id. */
export async function finishedGrid(proxy: Fixture): Promise<string> {
  const { json } = await proxy.post('/mj/submit/imagine', { prompt: 'a small cat' });
  proxy.tasks.succeed(json.result);
  return json.result;
}

/** A task brought to a status as a service would. */
export async function taskIn(proxy: Fixture, status: TaskStatus): Promise<string> {
  const { json } = await proxy.post('/mj/submit/imagine', { prompt: 'a small cat' });
  proxy.tasks.succeed(json.result, { status, media: [], actions: [], finishedAt: undefined });
  return json.result;
}

export function studio(patch: Partial<StudioView> = {}): StudioView {
  return {
    botId: 'midjourney',
    driver: 'midjourney',
    accountId: 'alice',
    guildId: '1100000000000000001',
    channelId: '1100000000000000002',
    condition: 'ready',
    since: 1_713_497_000_000,
    isSlow: false,
    concurrency: 3,
    queueLimit: 10,
    running: 1,
    queued: 2,
    ...patch,
  };
}
