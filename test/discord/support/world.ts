import { onTestFinished } from 'vitest';
import { type Clock, systemClock } from '../../../src/core/clock.ts';
import type { Log } from '../../../src/core/log.ts';
import { createDiscordClient, type DiscordClientOptions } from '../../../src/discord/client.ts';
import type { HeardChange } from '../../support/heard.ts';
import { FakeServer } from './fake-server.ts';

export const TOKEN = 'MTIz.secret-token.value-0123456789';

/** Ten times faster than time, so that the waits of retries and logins cost little here. */
const SPEED = 10;
const startedAt = Date.now();
export const quickClock: Clock = {
  now: () => startedAt + (Date.now() - startedAt) * SPEED,
  after: (delayMs, action) => systemClock.after(delayMs / SPEED, action),
};

/** A log that keeps every line as text. */
export function keptLog(): Log & { lines: string[] } {
  const lines: string[] = [];
  const keep = (fields: object, message: string) => void lines.push(`${message} ${deepText(fields)}`);
  return { lines, debug: keep, info: keep, warn: keep, error: keep };
}

/** Everything that could ever be printed of a value: errors with their causes and own fields, too. */
export function deepText(value: unknown, depth = 0): string {
  if (depth > 6 || value === null || typeof value !== 'object') return String(value);
  const parts = value instanceof Error ? [value.name, value.message, value.stack ?? ''] : [];
  for (const key of Object.getOwnPropertyNames(value)) {
    parts.push(`${key}=${deepText((value as Record<string, unknown>)[key], depth + 1)}`);
  }
  return parts.join(' ');
}

export async function startServer(): Promise<FakeServer> {
  const server = await FakeServer.start();
  onTestFinished(() => server.close());
  return server;
}

export function makeClient(server: FakeServer, more: Partial<DiscordClientOptions> = {}) {
  const log = keptLog();
  const client = createDiscordClient({
    account: { id: 'bridge', kind: 'bot', token: TOKEN },
    hosts: server.hosts,
    clock: systemClock,
    log,
    random: () => 0,
    ...more,
  });
  onTestFinished(() => client.close());
  return { client, log };
}

/** Connects a client and gives its first socket, logged in. */
export async function loggedIn(server: FakeServer, more: Partial<DiscordClientOptions> = {}) {
  const made = makeClient(server, more);
  made.client.connect();
  const peer = await server.peer(server.peers.length);
  peer.hello();
  const identify = await peer.until((payload) => payload.op === 2);
  peer.ready(server.hosts.gateway);
  await made.client.whenReady();
  return { ...made, peer, identify };
}

/** Reads the next `count` changes. */
export async function take(changes: AsyncIterable<HeardChange>, count: number): Promise<HeardChange[]> {
  const iterator = changes[Symbol.asyncIterator]();
  const taken: HeardChange[] = [];
  while (taken.length < count) {
    const next = await iterator.next();
    if (next.done) break;
    taken.push(next.value);
  }
  return taken;
}
