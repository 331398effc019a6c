/** Stands before the simulator's storage and notes what it is sent. */
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** One request to the storage. */
export interface Deposit {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly bytes: Buffer;
}

/** A storage that is watched. */
export interface Storage {
  readonly url: string;
  readonly port: number;
  readonly deposits: Deposit[];
  /** So many of the next requests are answered with 503. */
  refusals: number;
  close(): Promise<void>;
}

/** Starts a storage that hands everything on, without any header but the type, to the one at `target`. */
export async function startStorage(target: string): Promise<Storage> {
  const deposits: Deposit[] = [];
  const storage = { deposits, refusals: 0 };
  const handOn = async (request: IncomingMessage, response: ServerResponse) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const { method = '', url = '', headers } = request;
    const bytes = Buffer.concat(chunks);
    deposits.push({ method, url, headers, bytes });
    if (storage.refusals > 0) {
      storage.refusals -= 1;
      response.writeHead(503).end();
      return;
    }
    const type = headers['content-type'] ?? 'application/octet-stream';
    const answer = await fetch(target + url, { method, headers: { 'content-type': type }, body: bytes });
    response.writeHead(answer.status).end(Buffer.from(await answer.arrayBuffer()));
  };
  const server = createServer((request, response) => void handOn(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return Object.assign(storage, {
    url: `http://127.0.0.1:${port}`,
    port,
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
    },
  });
}
