/** Filming bots behind the whole HTTP surface, and a CDN that counts what is asked of it. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import OpenAI from 'openai';
import { onTestFinished } from 'vitest';
import type { Account } from '../../../src/composition/accounts.ts';
import { createVideoSource } from '../../../src/composition/videos.ts';
import { systemClock } from '../../../src/core/clock.ts';
import { silentLog } from '../../../src/core/log.ts';
import type { StudioView } from '../../../src/core/tasks.ts';
import { createDiscordClient } from '../../../src/discord/client.ts';
import { DISCORD_HOSTS } from '../../../src/discord/hosts.ts';
import { createFakeTasks, type FakeTasks, MIDJOURNEY, PIKA } from '../../support/fake-tasks.ts';
import { KEY, key, serveApp } from '../support.ts';

export const OTHER_KEY = 'sk-other-key';
export const DRAWER_KEY = 'sk-drawer-key';

/** Bytes that tell their own position. */
export const CLIP = Buffer.from(Array.from({ length: 100_000 }, (_, index) => index % 251));

export const PNG = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);

/** What a test does to the CDN. */
export interface Cdn {
  readonly url: string;
  /** The `range` and `authorization` of each request. */
  readonly asked: { readonly range: string | undefined; readonly authorization: string | undefined }[];
  knowsRanges: boolean;
  /** How many of the next requests fail. */
  failures: number;
  /** Ends the connection after so many bytes. */
  breaksAfter: number | undefined;
  /** Sends no more after so many bytes. */
  stallsAfter: number | undefined;
  /** How many of its connections the other side has closed. */
  left: number;
}

async function startCdn(): Promise<Cdn> {
  const cdn = { url: '', asked: [], knowsRanges: true, failures: 0, left: 0 } as unknown as Cdn & {
    url: string;
  };
  const server = createServer((request, response) => {
    const { range, authorization } = request.headers;
    cdn.asked.push({ range, authorization });
    if (cdn.failures > 0) {
      cdn.failures -= 1;
      return void response.writeHead(404).end('This content is no longer available.');
    }
    const head = { 'content-type': 'video/mp4', 'content-length': CLIP.length };
    if (cdn.breaksAfter !== undefined) {
      response.writeHead(200, head).write(CLIP.subarray(0, cdn.breaksAfter), () => response.destroy());
      return;
    }
    if (cdn.stallsAfter !== undefined) {
      response.once('close', () => {
        cdn.left += 1;
      });
      return void response.writeHead(200, head).write(CLIP.subarray(0, cdn.stallsAfter));
    }
    if (range === undefined || !cdn.knowsRanges) return void response.writeHead(200, head).end(CLIP);
    const [, first = '', last = ''] = /^bytes=(\d*)-(\d*)$/.exec(range) ?? [];
    const start = first === '' ? CLIP.length - Number(last) : Number(first);
    const end = first === '' || last === '' ? CLIP.length - 1 : Math.min(Number(last), CLIP.length - 1);
    if (start > end) {
      return void response.writeHead(416, { 'content-range': `bytes */${CLIP.length}` }).end();
    }
    response.writeHead(206, {
      'content-type': 'video/mp4',
      'content-length': end - start + 1,
      'content-range': `bytes ${start}-${end}/${CLIP.length}`,
    });
    response.end(CLIP.subarray(start, end + 1));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  cdn.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return cdn;
}

const view = (driver: string): StudioView => ({
  botId: driver,
  driver,
  accountId: 'alice',
  channelId: '1100000000000000002',
  condition: 'ready',
  since: 0,
  isSlow: false,
  concurrency: 2,
  queueLimit: 3,
  running: 0,
  queued: 0,
});

export interface Films {
  readonly url: string;
  readonly tasks: FakeTasks;
  readonly cdn: Cdn;
  readonly client: OpenAI;
  clientFor(apiKey: string): OpenAI;
  /** A request with a good key. */
  ask(
    method: string,
    path: string,
    body?: object | FormData,
    headers?: Record<string, string>,
  ): Promise<Asked>;
  /** A new video, finished; its id. */
  finished(): Promise<string>;
}

export interface Asked {
  readonly status: number;
  readonly headers: Headers;
  readonly bytes: Buffer;
  // biome-ignore lint/suspicious/noExplicitAny: tests read fields of many shapes
  readonly body: any;
}

/** The surface, in front of Pika and Midjourney unless told otherwise. */
export async function openFilms(drivers: readonly string[] = ['midjourney', 'pika']): Promise<Films> {
  const cdn = await startCdn();
  const hosts = { ...DISCORD_HOSTS, cdn: cdn.url };
  const client = createDiscordClient({
    account: { id: 'alice', kind: 'user', token: 'secret-token' },
    hosts,
    clock: systemClock,
    log: silentLog,
  });
  onTestFinished(() => client.close());
  const accounts = new Map([['alice', { client } as unknown as Account]]);
  const served = await serveApp({
    keys: [
      key(),
      key({ key: OTHER_KEY, name: 'other' }),
      key({ key: DRAWER_KEY, name: 'd', bots: ['midjourney'] }),
    ],
    bodyLimitBytes: 200_000,
    videos: createVideoSource({ accounts, hosts, allowPrivate: [], clock: systemClock }),
  });
  const tasks = createFakeTasks();
  tasks.offered = drivers.map((id) => (id === 'pika' ? PIKA : { ...MIDJOURNEY, id, botIds: [id] }));
  tasks.views = drivers.map(view);
  Object.assign(served.service, { ...tasks, tasks, taskModels: tasks.taskModels });
  const succeed = (id: string) => {
    const media = [{ id: '3', url: `${cdn.url}/attachments/1/3/cat.mp4?ex=1`, contentType: 'video/mp4' }];
    tasks.succeedWithVideo(id, { media });
  };
  const clientFor = (apiKey: string) => new OpenAI({ apiKey, baseURL: `${served.url}/v1`, maxRetries: 0 });
  const ask: Films['ask'] = async (method, path, body, headers = {}) => {
    const isForm = body instanceof FormData;
    const response = await fetch(`${served.url}/v1${path}`, {
      method,
      headers: {
        authorization: `Bearer ${KEY}`,
        ...(body && !isForm ? { 'content-type': 'application/json' } : {}),
        ...headers,
      },
      ...(body ? { body: isForm ? body : JSON.stringify(body) } : {}),
    });
    const bytes = Buffer.from(await response.arrayBuffer());
    const isJson = response.headers.get('content-type')?.includes('json') && bytes.length > 0;
    return {
      status: response.status,
      headers: response.headers,
      bytes,
      body: isJson ? JSON.parse(bytes.toString()) : undefined,
    };
  };
  const finished = async () => {
    const { body } = await ask('POST', '/videos', { prompt: 'a small cat' });
    succeed(body.id.replace('video_', ''));
    return body.id;
  };
  return { url: served.url, tasks, cdn, client: clientFor(KEY), clientFor, ask, finished };
}
