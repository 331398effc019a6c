/** From the end of a task to its copies, past a CDN and a place for copies that are not always well. */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { expect, it, onTestFinished } from 'vitest';
import type { Account } from '../../src/composition/accounts.ts';
import { createKeeping } from '../../src/composition/copies.ts';
import { createVideoSource } from '../../src/composition/videos.ts';
import { systemClock } from '../../src/core/clock.ts';
import { withCopies } from '../../src/core/keeping.ts';
import { silentLog } from '../../src/core/log.ts';
import type { Media } from '../../src/core/media.ts';
import type { Store } from '../../src/core/store.ts';
import type { Task } from '../../src/core/task.ts';
import { createDiscordClient } from '../../src/discord/client.ts';
import { DISCORD_HOSTS } from '../../src/discord/hosts.ts';
import { PNG, serve } from '../media/local-server.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { startS3 } from './s3-server.ts';

const signal = new AbortController().signal;
const DAY_MS = 86_400_000;

/** A machine under load takes its time. */
const soon = <Answer>(ask: () => Answer) => expect.poll(ask, { timeout: 10_000 });

interface Options {
  /** The CDN's own behaviour, or the address of one that runs. */
  readonly cdn: RequestListener | string;
  readonly folder?: string;
  readonly media?: object;
  readonly clock?: FakeClock;
  readonly tasks?: Map<string, Task>;
}

function makeFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'cordgate-keeper-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

async function makeWorld({ cdn, media = {}, ...rest }: Options) {
  const folder = rest.folder ?? makeFolder();
  const clock = rest.clock ?? new FakeClock();
  const tasks = rest.tasks ?? new Map<string, Task>();
  const url = typeof cdn === 'string' ? cdn : await serve(cdn);
  const hosts = { ...DISCORD_HOSTS, cdn: url };
  const account = { id: 'alice', kind: 'user', token: 'secret-token' } as const;
  const client = createDiscordClient({ account, hosts, clock: systemClock, log: silentLog });
  onTestFinished(() => client.close());
  const accounts = new Map([['alice', { client } as unknown as Account]]);
  const lines: string[] = [];
  const note = (level: string) => (fields: object, message: string) =>
    void lines.push(`${level} ${message} ${JSON.stringify(fields)}`);
  const log = { debug() {}, info: note('info'), warn: note('warn'), error: note('error') };
  const config = { media: { keep: true, path: folder, maxGb: 1, ...media }, store: { retentionDays: 30 } };
  const made = createKeeping(config as never, {
    videos: createVideoSource({ accounts, hosts, allowPrivate: [], clock: systemClock }),
    store: { listTasks: async () => [...tasks.values()] } as unknown as Store,
    tasks: () => ({
      findTask: async (_caller, id) => tasks.get(id),
      noteCopies: async (id, names) => {
        const task = tasks.get(id);
        if (!task) return false;
        tasks.set(id, withCopies(task, names));
        keeper.changed({ type: 'task-changed', task: withCopies(task, names) });
        return true;
      },
    }),
    clock,
    log,
  });
  if (!made) throw new Error('nothing is kept');
  const { keeper, copies } = made;
  onTestFinished(() => keeper.close());
  const keptOf = (id: string) => tasks.get(id)?.media[0]?.kept;
  return {
    folder,
    keeper,
    copies,
    clock,
    tasks,
    lines,
    keptOf,
    settled: made.settled,
    /** A task of this file has ended. */
    end(id: string, ...paths: string[]): Task {
      const all: Media[] = (paths.length > 0 ? paths : [`${id}.png`]).map((path) => ({
        url: `${url}/${path}`,
      }));
      const ended = { id, status: 'succeeded', media: all, finishedAt: clock.now(), revision: 1 };
      const task = ended as unknown as Task;
      tasks.set(id, task);
      keeper.changed({ type: 'task-changed', task });
      return task;
    },
    files: () =>
      readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => /\.\w+$/.test(name)),
    async bytes(id: string): Promise<Buffer | undefined> {
      const name = keptOf(id) ?? '';
      const head = await copies.find(name, signal);
      const body = head && (await copies.read(name, { start: 0, end: head.size - 1 }, signal));
      return body && buffer(body);
    },
    count: (start: string) => lines.filter((line) => line.startsWith(start)).length,
  };
}

const good = (_request: IncomingMessage, response: ServerResponse) =>
  void response.writeHead(200, { 'content-type': 'image/png' }).end(PNG);

it('copies a file of a finished task, named by its content, and shows no token to the CDN', async () => {
  const seen: IncomingMessage['headers'][] = [];
  const world = await makeWorld({
    cdn(request, response) {
      seen.push(request.headers);
      response.writeHead(200, { 'content-type': 'text/html' }).end(PNG);
    },
  });
  world.keeper.start();
  world.end('101');
  await soon(() => world.keptOf('101')).toMatch(/^101-0-[0-9a-f]{32}\.png$/);
  expect(await world.bytes('101')).toEqual(PNG);
  expect(JSON.stringify(seen)).not.toContain('secret-token');
  expect(seen[0]?.authorization).toBeUndefined();
});

it('copies every file of a task, and those that can be had when one cannot', async () => {
  const world = await makeWorld({
    cdn: (request, response) =>
      request.url?.includes('bad') ? void response.writeHead(404).end() : good(request, response),
  });
  world.keeper.start();
  world.end('101', 'a.png', 'bad.png', 'c.png');
  await soon(() => world.files()).toHaveLength(2);
  await soon(() => world.tasks.get('101')?.media.map(({ kept }) => kept !== undefined)).toEqual([
    true,
    false,
    true,
  ]);
});

it('keeps nothing that is neither picture nor video, whatever it is called', async () => {
  let asked = 0;
  const world = await makeWorld({
    cdn(_request, response) {
      asked += 1;
      response.writeHead(200, { 'content-type': 'image/png' }).end('<script>alert(1)</script>'.padEnd(200));
    },
  });
  world.keeper.start();
  world.end('101');
  await soon(() => asked).toBe(1);
  for (let tries = 1; tries < 10; tries += 1) {
    await soon(() => asked).toBe(tries);
    await new Promise((resolve) => setTimeout(resolve, 20));
    await world.clock.advance(Math.min(3_600_000, 5_000 * 4 ** (tries - 1)));
  }
  await soon(() => world.count('warn a picture or video is not kept')).toBe(1);
  expect(world.files()).toEqual([]);
});

it.each([
  ['fails', (response: ServerResponse) => void response.writeHead(500).end()],
  [
    'promises more than it sends',
    (response: ServerResponse) => {
      response.writeHead(200, { 'content-length': PNG.length + 500 });
      response.write(PNG);
      setTimeout(() => response.destroy(), 20);
    },
  ],
  [
    'breaks off',
    (response: ServerResponse) => {
      response.writeHead(200);
      response.write(PNG.subarray(0, 100));
      setTimeout(() => response.destroy(), 20);
    },
  ],
  ['sends nothing', (response: ServerResponse) => void response.writeHead(200).end()],
])('tries again when the CDN %s, and has no half file meanwhile', async (_how, fail) => {
  let asked = 0;
  const world = await makeWorld({
    cdn(request, response) {
      asked += 1;
      // The source itself asks twice when it was refused.
      if (asked <= 2) fail(response);
      else good(request, response);
    },
  });
  world.keeper.start();
  world.end('101');
  await soon(() => asked).toBeGreaterThan(0);
  for (let minutes = 0; minutes < 20 && world.keptOf('101') === undefined; minutes += 1) {
    const finished = world.files().filter((name) => !name.startsWith('unfinished'));
    for (const name of finished) expect(readFileSync(join(world.folder, name))).toEqual(PNG);
    await new Promise((resolve) => setTimeout(resolve, 30));
    await world.clock.advance(60_000);
  }
  expect(await world.bytes('101')).toEqual(PNG);
  expect(world.count('error')).toBe(0);
});

it('waits for a slow CDN, but nobody waits for it', async () => {
  let finish = () => {};
  const world = await makeWorld({
    cdn(_request, response) {
      response.writeHead(200, { 'content-type': 'image/png' });
      response.write(PNG.subarray(0, 100));
      finish = () => void response.end(PNG.subarray(100));
    },
  });
  world.keeper.start();
  await soon(() => world.count('info')).toBe(1);
  const task = world.end('101');
  await soon(() => world.files().length).toBe(1);
  expect(world.files()[0]).toMatch(/^unfinished/);
  const waiting = world.settled(task, signal);
  await world.clock.advance(10_000);
  expect((await waiting).media[0]?.kept).toBeUndefined();
  finish();
  await soon(() => world.bytes('101')).toEqual(PNG);
});

it('gives an answer that waits its copy as soon as it is there', async () => {
  const world = await makeWorld({ cdn: good });
  world.keeper.start();
  await soon(() => world.count('info')).toBe(1);
  const task = world.end('101');
  expect((await world.settled(task, signal)).media[0]?.kept).toBeDefined();
});

it('copies three files at a time', async () => {
  let open = 0;
  let most = 0;
  const world = await makeWorld({
    cdn(request, response) {
      open += 1;
      most = Math.max(most, open);
      setTimeout(() => {
        open -= 1;
        good(request, response);
      }, 10);
    },
  });
  world.keeper.start();
  for (let id = 100; id < 120; id += 1) world.end(String(id));
  await soon(() => world.files().length).toBe(20);
  expect(most).toBe(3);
});

it('lets the oldest copies make room, and refuses what can never fit', async () => {
  const large = Buffer.concat([PNG, Buffer.alloc(5 * PNG.length)]);
  const world = await makeWorld({
    cdn: (request, response) =>
      request.url?.includes('large') ? void response.end(large) : good(request, response),
    media: { maxGb: (3.5 * PNG.length) / 1e9 },
  });
  world.keeper.start();
  for (const id of ['101', '102', '103', '104', '105']) {
    world.end(id);
    await soon(() => world.keptOf(id)).toBeDefined();
    await world.clock.advance(1_000);
  }
  const isThere = (id: string) => world.copies.has(world.keptOf(id) ?? '');
  expect(['101', '102', '103', '104', '105'].filter(isThere)).toEqual(['103', '104', '105']);
  expect(world.files()).toHaveLength(3);
  world.end('106', 'large.png');
  await soon(() => world.count('warn a picture or video is not kept')).toBe(1);
  expect(['103', '104', '105'].filter(isThere)).toHaveLength(3);
});

it('deletes the copies of a deleted task, also when it is deleted while they are made', async () => {
  let finish = () => {};
  const world = await makeWorld({
    cdn(request, response) {
      if (request.url?.includes('slow')) finish = () => good(request, response);
      else good(request, response);
    },
  });
  world.keeper.start();
  const task = world.end('101');
  await soon(() => world.keptOf('101')).toBeDefined();
  world.tasks.delete('101');
  world.keeper.forget(withCopies(task, new Map([[0, world.files()[0]?.split('/').at(-1) ?? '']])));
  await soon(() => world.files()).toEqual([]);
  world.end('102', 'slow.png');
  await soon(() => String(finish)).not.toBe('() => {}');
  world.tasks.delete('102');
  finish();
  await new Promise((resolve) => setTimeout(resolve, 100));
  await soon(() => world.files()).toEqual([]);
});

it('deletes copies whose task was forgotten for its age', async () => {
  const world = await makeWorld({ cdn: good });
  world.keeper.start();
  world.end('101');
  await soon(() => world.keptOf('101')).toBeDefined();
  await world.clock.advance(29 * DAY_MS);
  expect(world.files()).toHaveLength(1);
  await world.clock.advance(2 * DAY_MS);
  await soon(() => world.files()).toEqual([]);
});

it('takes up what an earlier run has left, and copies nothing twice', async () => {
  let asked = 0;
  const cdn = await serve((request, response) => {
    asked += 1;
    good(request, response);
  });
  const folder = makeFolder();
  const first = await makeWorld({ cdn, folder });
  first.keeper.start();
  const task = first.end('101');
  await soon(() => first.keptOf('101')).toBeDefined();
  await first.keeper.close();
  const old = { ...task, id: '99', finishedAt: (task.finishedAt ?? 0) - 2 * DAY_MS } as Task;
  // It was killed between writing the copy and noting it; another task had not begun; a third is too old.
  const tasks = new Map([task, { ...task, id: '102' } as Task, old].map((one) => [one.id, one]));
  const second = await makeWorld({ cdn, folder, tasks });
  second.keeper.start();
  await soon(() => second.keptOf('101')).toBe(first.keptOf('101'));
  await soon(() => second.keptOf('102')).toBeDefined();
  expect(asked).toBe(2);
  expect(second.files()).toHaveLength(2);
  expect(second.keptOf('99')).toBeUndefined();
});

it('says once that a folder takes nothing, gives Discord’s links meanwhile, and goes on by itself', async () => {
  const folder = makeFolder();
  const world = await makeWorld({ cdn: good, folder });
  world.keeper.start();
  await soon(() => world.count('info')).toBe(1);
  rmSync(join(folder, 'unfinished'), { recursive: true });
  writeFileSync(join(folder, 'unfinished'), 'in the way');
  for (const id of ['101', '102', '103', '104']) world.end(id);
  for (let minutes = 0; minutes < 15; minutes += 1) {
    await new Promise((resolve) => setTimeout(resolve, 10));
    await world.clock.advance(60_000);
  }
  expect(world.count('error')).toBe(1);
  const task = world.tasks.get('101') as Task;
  expect((await world.settled(task, signal)).media[0]?.kept).toBeUndefined();
  rmSync(join(folder, 'unfinished'));
  mkdirSync(join(folder, 'unfinished'));
  await world.clock.advance(300_000);
  for (const id of ['101', '102', '103', '104']) await soon(() => world.keptOf(id)).toBeDefined();
  expect(world.count('error')).toBe(1);
  expect(world.count('info pictures and videos are kept again')).toBe(1);
});

it('waits for an S3 server that is down, at its start as well, and tells no key', async () => {
  const s3 = await startS3();
  const world = await makeWorld({ cdn: good, media: { s3: s3.options } });
  await s3.stop();
  world.keeper.start();
  world.end('101');
  await soon(() => world.count('error')).toBe(1);
  await s3.start();
  await world.clock.advance(5_000);
  await soon(() => world.bytes('101')).toEqual(PNG);
  await s3.stop();
  await expect(
    world.copies.read(world.keptOf('101') ?? '', { start: 0, end: 9 }, signal),
  ).rejects.toMatchObject({
    code: 'store_unavailable',
  });
  world.end('102');
  await soon(() => world.count('error')).toBe(2);
  await s3.start();
  await world.clock.advance(5_000);
  await soon(() => world.bytes('102')).toEqual(PNG);
  expect(world.lines.join('\n')).not.toContain(s3.options.secretAccessKey);
}, 20_000);

it('tells a refused S3 key without repeating it', async () => {
  const s3 = await startS3();
  const wrong = { ...s3.options, accessKeyId: 'AKIA-PLANTED', secretAccessKey: 'planted-secret' };
  const world = await makeWorld({ cdn: good, media: { s3: wrong } });
  world.keeper.start();
  await soon(() => world.count('error')).toBe(1);
  expect(world.lines.join('\n')).toContain('InvalidAccessKeyId');
  expect(world.lines.join('\n')).not.toMatch(/AKIA-PLANTED|planted-secret/);
});

it('stops in the middle of a copy, and leaves nothing half done', async () => {
  const world = await makeWorld({
    cdn(_request, response) {
      response.writeHead(200, { 'content-length': 10 * PNG.length });
      response.write(PNG);
    },
  });
  world.keeper.start();
  world.end('101');
  await soon(() => world.files()).toHaveLength(1);
  await world.keeper.close();
  expect(world.files()).toEqual([]);
});
