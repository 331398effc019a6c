/** The management of tasks and accounts alone, around tasks that a test moves on. */
import type { AddressInfo } from 'node:net';
import fastify, { type FastifyInstance } from 'fastify';
import { onTestFinished } from 'vitest';
import { type Clock, systemClock } from '../../../src/core/clock.ts';
import { silentLog } from '../../../src/core/log.ts';
import type { StudioView } from '../../../src/core/tasks.ts';
import { taskAdminRoutes } from '../../../src/http/admin/task-routes.ts';
import { createAuthenticator } from '../../../src/http/auth.ts';
import { asGatewayError } from '../../../src/http/errors.ts';
import { KeyRing } from '../../../src/http/key-ring.ts';
import { createLinks } from '../../../src/http/links.ts';
import { sendError } from '../../../src/http/openai/errors.ts';
import { decorateRequests } from '../../../src/http/request-context.ts';
import { createFakeTasks, type FakeTasks } from '../../support/fake-tasks.ts';

export const ADMIN = { authorization: 'Bearer sk-admin' };
export const PAINTER = { authorization: 'Bearer sk-painter' };

export const VIEW: StudioView = {
  botId: 'midjourney',
  driver: 'midjourney',
  accountId: 'alice',
  channelId: '1100000000000000002',
  condition: 'paused',
  reason: 'captcha',
  text: 'Please complete the task',
  link: 'https://discord.com/channels/1/2',
  remedy: 'Log in and answer the check.',
  since: 1_713_497_101_900,
  isSlow: false,
  concurrency: 3,
  queueLimit: 10,
  running: 0,
  queued: 1,
};

export interface Scene {
  readonly app: FastifyInstance;
  readonly tasks: FakeTasks;
}

export function makeScene(patch: { clock?: Clock; heartbeatMs?: number } = {}): Scene {
  const tasks = createFakeTasks();
  const keys = [
    { key: 'sk-admin', name: 'operator', bots: ['*'], admin: true },
    { key: 'sk-painter', name: 'painter', bots: ['*'], admin: false },
  ];
  const authenticate = createAuthenticator({ ring: new KeyRing(keys), anonymousBots: [], open: false });
  const app = fastify({ forceCloseConnections: 'idle' });
  decorateRequests(app);
  app.setErrorHandler((error, request, reply) => sendError(request, reply, asGatewayError(error)));
  const links = createLinks({ cdn: 'https://cdn.discordapp.com', publicUrl: 'https://gw.example.org' });
  const options = {
    service: tasks,
    links,
    clock: systemClock,
    log: silentLog,
    heartbeatMs: 15_000,
    ...patch,
  };
  const routes = taskAdminRoutes({
    ...options,
    authenticate: async (request) => {
      request.caller = authenticate(request.headers);
    },
  });
  app.register(routes, { prefix: '/admin/api' });
  onTestFinished(() => app.close());
  return { app, tasks };
}

/** The same, listening on a free port. */
export async function serveScene(patch: Parameters<typeof makeScene>[0] = {}) {
  const scene = makeScene(patch);
  await scene.app.listen({ host: '127.0.0.1', port: 0 });
  return { ...scene, port: (scene.app.server.address() as AddressInfo).port };
}

/** A task of the painter. */
export async function submit({ tasks }: Scene, prompt = 'a small cat'): Promise<string> {
  const caller = { id: 'painter', admin: false, bots: ['*'] };
  const { signal } = new AbortController();
  const notify = { url: 'https://hooks.example.org/path?secret=1', dialect: 'discordxy' };
  const form = { prompt: 'a hat', mask: 'iVBORw0KGgo=' };
  const order = { caller, driver: 'midjourney', prompt, images: [], signal, notify, form } as const;
  return (await tasks.submitTask({ ...order, verb: 'imagine' })).task.id;
}
