/** Stands before the simulator's storage and notes what it is sent. */
import { createServer, type IncomingHttpHeaders } from 'node:http';
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
  close(): Promise<void>;
}

/** Starts a storage that hands everything on, without any header but the type, to the one at `target`. */
export async function startStorage(target: string): Promise<Storage> {
  const deposits: Deposit[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const { method = '', url = '', headers } = request;
    const bytes = Buffer.concat(chunks);
    deposits.push({ method, url, headers, bytes });
    const type = headers['content-type'] ?? 'application/octet-stream';
    const answer = await fetch(target + url, { method, headers: { 'content-type': type }, body: bytes });
    response.writeHead(answer.status).end(Buffer.from(await answer.arrayBuffer()));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    deposits,
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
    },
  };
}
