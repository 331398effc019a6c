/** The native dialect of a whole app, around tasks that a test moves on. */
import { MIDJOURNEY, PIKA } from '../../support/fake-tasks.ts';
import { key, makeApp } from '../support.ts';

export const ADMIN = { authorization: 'Bearer sk-admin' };
const PAINTER = { authorization: 'Bearer sk-painter' };
export const OTHER = { authorization: 'Bearer sk-other' };

const KEYS = [
  key({ key: 'sk-admin', name: 'operator', admin: true }),
  key({ key: 'sk-painter', name: 'painter' }),
  key({ key: 'sk-other', name: 'other', bots: ['pika'] }),
];

/** One pixel. */
export const PNG =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg==';

export function makeNative(patch: Parameters<typeof makeApp>[0] = {}) {
  const fixture = makeApp({ keys: KEYS, version: '1.2.3', ...patch });
  const { tasks } = fixture.service;
  fixture.service.drawingModels = [MIDJOURNEY, PIKA];
  const { listTasks, cancelTask, taskSeed, orderAccount } = tasks;
  Object.assign(fixture.service, {
    listTasks,
    cancelTask,
    taskSeed,
    orderAccount,
    studios: () => tasks.views,
  });
  const call = async (
    method: 'GET' | 'POST' | 'PATCH' | 'DELETE',
    path: string,
    body?: unknown,
    headers: Record<string, string> = PAINTER,
  ) => {
    const payload = body === undefined ? {} : { payload: body as object };
    return fixture.app.inject({ method, url: `/cordgate/v1${path}`, headers, ...payload });
  };
  return { ...fixture, tasks, call };
}

export const IMAGINE = { model: 'midjourney', verb: 'imagine', prompt: 'a small cat' };

/** A finished picture of the painter; gives its id. */
export async function drawn(scene: ReturnType<typeof makeNative>, body: object = IMAGINE): Promise<string> {
  const response = await scene.call('POST', '/tasks', body);
  const { id } = response.json().task;
  scene.tasks.succeed(id);
  return id;
}
