import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerResponse,
} from 'node:http';
import { type AddressInfo, createServer as createRawServer, type Server as RawServer } from 'node:net';
import { afterEach, expect } from 'vitest';
import { systemClock } from '../../src/core/clock.ts';
import type { GatewayError } from '../../src/core/errors.ts';
import { createMediaLoader, type MediaLoaderOptions } from '../../src/media/loader.ts';

const body = Buffer.alloc(200, 7);

/** The start of a PNG and some bytes. */
export const PNG = Buffer.concat([Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'), body]);

/** One file of each accepted kind, with the name it must get. */
export const PICTURES: readonly (readonly [type: string, name: string, bytes: Buffer])[] = [
  ['image/png', 'image.png', PNG],
  ['image/jpeg', 'image.jpg', Buffer.concat([Buffer.from('ffd8ffe000104a464946', 'hex'), body])],
  ['image/webp', 'image.webp', Buffer.concat([Buffer.from('RIFF\xc8\0\0\0WEBPVP8 ', 'latin1'), body])],
  ['image/gif', 'image.gif', Buffer.from('GIF89a\x01\0\x01\0', 'latin1')],
];

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

/** Listens on a free port of 127.0.0.1 (or as told) until the test ends. */
export async function listen(server: Server | RawServer, host = '127.0.0.1', port = 0): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(port, host, resolve);
  });
  closing.push(() => {
    if ('closeAllConnections' in server) server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  });
  return (server.address() as AddressInfo).port;
}

/** Serves HTTP until the test ends; gives the base URL. */
export async function serve(listener: RequestListener): Promise<string> {
  return `http://127.0.0.1:${await listen(createServer(listener))}`;
}

/** Answers every request with a PNG. */
export const png = (_request: IncomingMessage, response: ServerResponse) => void response.end(PNG);

/** Answers each connection with bytes that no HTTP library would send. */
export async function serveRaw(answer: string): Promise<string> {
  const server = createRawServer((socket) => {
    socket.on('error', () => {});
    socket.once('data', () => socket.end(answer, 'latin1'));
  });
  return `http://127.0.0.1:${await listen(server)}`;
}

/** A loader that may reach the servers of the tests, unless told otherwise. */
export const loader = (options: Partial<MediaLoaderOptions> = {}) =>
  createMediaLoader({ allowPrivate: ['127.0.0.0/8'], clock: systemClock, timeoutMs: 5_000, ...options });

/** Loads a link that nobody gives up on. */
export const load = (url: string, options: Partial<MediaLoaderOptions> = {}) =>
  loader(options).load({ type: 'link', url }, new AbortController().signal);

/** The error of a load that has to fail. */
export async function failure(loading: Promise<unknown>): Promise<GatewayError> {
  return loading.then(
    () => expect.unreachable('The file was loaded.'),
    (error: unknown) => error as GatewayError,
  );
}
