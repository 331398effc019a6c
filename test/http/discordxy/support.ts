/** The Discordxy dialect alone, around tasks that a test moves on. */
import fastify, { type FastifyInstance } from 'fastify';
import { onTestFinished } from 'vitest';
import { systemClock } from '../../../src/core/clock.ts';
import { silentLog } from '../../../src/core/log.ts';
import { createAuthenticator } from '../../../src/http/auth.ts';
import { type DiscordxyOptions, discordxyRoutes } from '../../../src/http/discordxy/routes.ts';
import { KeyRing } from '../../../src/http/key-ring.ts';
import { createLinks } from '../../../src/http/links.ts';
import { decorateRequests } from '../../../src/http/request-context.ts';
import { createFakeTasks, type FakeTasks } from '../../support/fake-tasks.ts';

export const KEY = 'sk-drawing-key';
export const OTHER_KEY = 'sk-other-key';
export const authorized = { authorization: `Bearer ${KEY}` };

export interface Scene {
  readonly app: FastifyInstance;
  readonly tasks: FakeTasks;
}

export function makeScene(patch: Partial<DiscordxyOptions> = {}): Scene {
  const tasks = createFakeTasks();
  const keys = [
    { key: KEY, name: 'painter', bots: ['*'], admin: false },
    { key: OTHER_KEY, name: 'other', bots: ['*'], admin: false },
  ];
  const ring = new KeyRing(keys);
  const authenticate = createAuthenticator({ ring, anonymousBots: [], open: false });
  const app = fastify({ bodyLimit: 1_000_000, routerOptions: { caseSensitive: false } });
  decorateRequests(app);
  app.register(
    discordxyRoutes({
      service: tasks,
      clock: systemClock,
      log: silentLog,
      links: createLinks({ cdn: 'https://cdn.example.org' }),
      keys: ring,
      authenticate: async (request) => {
        request.caller = authenticate(request.headers);
      },
      ...patch,
    }),
  );
  onTestFinished(() => app.close());
  return { app, tasks };
}

export async function send(
  { app }: Scene,
  url: string,
  payload: unknown,
  headers: Record<string, string> = {},
) {
  return app.inject({
    method: 'POST',
    url,
    headers: { ...authorized, 'content-type': 'application/json', ...headers },
    payload: typeof payload === 'string' ? payload : JSON.stringify(payload),
  });
}

export const read = ({ app }: Scene, url: string, headers: Record<string, string> = authorized) =>
  app.inject({ url, headers });

/** Submits a picture; gives its id. */
export async function imagine(scene: Scene, prompt = 'a small cat'): Promise<string> {
  return (await send(scene, '/mj/submit/imagine', { prompt })).json().result;
}

/** The task as the status route shows it. */
export async function statusOf(scene: Scene, id: string, family = '/mj/submit') {
  return (await read(scene, `${family}/status?taskId=${id}`)).json().result;
}
