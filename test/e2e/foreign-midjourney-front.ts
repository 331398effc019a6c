/** A gateway in front of the foreign server, configured as a user would. */
import { expect } from 'vitest';
import type { ConfigInput } from '../../src/config/schema.ts';
import type { Clock } from '../../src/core/clock.ts';
import { type Drawer, drawerOf, type SeenTask } from './drawing/studio.ts';
import { ForeignMidjourney, type Knobs, sleep } from './foreign-midjourney.ts';
import { pictureOf } from './foreign-midjourney-bot.ts';
import { LogBook } from './log-book.ts';
import { KEY, startWith } from './world.ts';

const ADMIN = { key: 'sk-admin-1122334455', name: 'boss', admin: true };
/** The configuration as the contract writes it. */
function configOf(server: ForeignMidjourney, version = 9, more: object = {}): ConfigInput {
  return {
    auth: { keys: [{ key: KEY, name: 'test' }, ADMIN] },
    discord: {
      api: `${server.base('api')}/api/v${version}`,
      gateway: `ws://127.0.0.1:${server.ports.gateway}`,
      cdn: server.base('cdn'),
      upload: server.base('storage'),
      activity: `${server.base('activity')}/{applicationId}`,
    },
    accounts: server.people.slice(0, -1).map(({ token }, at) => ({ id: `person${at}`, kind: 'user', token })),
    bots: [
      {
        id: 'midjourney',
        driver: 'midjourney',
        models: ['midjourney'],
        rooms: server.people.slice(0, -1).map((_, at) => ({
          account: `person${at}`,
          guildId: server.guildId,
          channelId: server.channelId,
          concurrency: 3,
          queue: 10,
        })),
        timeoutMinutes: 10,
      },
    ],
    store: { driver: 'memory' },
    ...more,
  };
}

export interface Front extends Drawer, AsyncDisposable {
  server: ForeignMidjourney;
  url: string;
  /** Ends the gateway, and starts another one; its door. */
  restart(betweenMs: number): Promise<Drawer>;
}
export interface FrontOptions {
  version?: number | undefined;
  more?: object;
  clock?: Clock;
  /** The configuration as the contract writes it, pauses between commands and all. */
  isExact?: boolean;
  rooms?: (server: ForeignMidjourney) => object[];
}

/** Both, on free ports; at the end everything that was against the protocol fails the test. */
export async function startFront(knobs: Knobs = {}, options: FrontOptions = {}): Promise<Front> {
  const { version, more, clock, rooms, isExact } = options;
  const server = await new ForeignMidjourney(knobs).start();
  const book = new LogBook();
  const config = configOf(server, version, more) as { bots: object[] };
  config.bots = [
    { ...config.bots[0], ...(isExact ? {} : { spacingMs: 0 }), ...(rooms ? { rooms: rooms(server) } : {}) },
  ];
  let gateway = await startWith(config as ConfigInput, book, clock);
  return {
    server,
    url: gateway.url,
    ...drawerOf(gateway.url, book),
    async restart(betweenMs) {
      await gateway.close();
      await sleep(betweenMs);
      gateway = await startWith(config as ConfigInput, book, clock);
      return drawerOf(gateway.url, book);
    },
    async [Symbol.asyncDispose]() {
      await gateway.close();
      await server.close();
      expect(server.problems).toEqual([]);
      book.checkForSecrets([KEY, ...server.people.map(({ token }) => token)]);
    },
  };
}

/** Fails unless the task shows the very picture of the job that its own interaction started. */
export async function expectOwn(server: ForeignMidjourney, task: SeenTask, asked?: string): Promise<void> {
  const work = [...server.bot.works.values()].find(({ jobId }) => jobId === task.messageHash);
  expect(work?.nonce ?? task.nonce).toBe(task.nonce);
  if (asked !== undefined) expect(work?.asked).toBe(asked);
  const response = await fetch(task.imageUrl);
  expect(response.status).toBe(200);
  const format = task.imageUrl.includes('.webp') ? 'webp' : task.imageUrl.includes('.jpg') ? 'jpeg' : 'png';
  expect(Buffer.from(await response.arrayBuffer()).equals(await pictureOf(task.messageHash, format))).toBe(
    true,
  );
}
