/** Two tiny proxies with a password. Names are "resolved" only here: whoever goes direct finds no such host. */
import { createServer as createHttpServer } from 'node:http';
import { type AddressInfo, connect, createServer as createTcpServer, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';

export interface TestProxy {
  /** Without credentials. */
  readonly host: string;
  /** What was asked for, as the client wrote it. */
  readonly targets: string[];
  /** Tries without the right credentials. */
  refused: number;
}

export const USER = 'proxy-user';
export const PASSWORD = 'p@ss:word/1';

async function listen(server: ReturnType<typeof createTcpServer>, sockets: Set<Socket>): Promise<string> {
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function join(client: Socket, port: number, sockets: Set<Socket>, ready: () => void): void {
  const target = connect(port, '127.0.0.1', () => {
    ready();
    client.pipe(target).pipe(client);
  });
  sockets.add(target);
  target.on('error', () => client.destroy());
  client.on('close', () => target.destroy());
  target.on('close', () => client.destroy());
}

/** An HTTP proxy that knows CONNECT only. */
export async function startConnectProxy(): Promise<TestProxy> {
  const sockets = new Set<Socket>();
  const proxy = { host: '', targets: [] as string[], refused: 0 };
  const server = createHttpServer((_, response) => response.writeHead(405).end());
  const expected = `Basic ${Buffer.from(`${USER}:${PASSWORD}`).toString('base64')}`;
  server.on('connect', (request, stream) => {
    const client = stream as Socket;
    if (request.headers['proxy-authorization'] !== expected) {
      proxy.refused += 1;
      client.end('HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n');
      return;
    }
    proxy.targets.push(request.url ?? '');
    const port = Number((request.url ?? '').split(':').at(-1));
    join(client, port, sockets, () => client.write('HTTP/1.1 200 Connection Established\r\n\r\n'));
  });
  proxy.host = await listen(server, sockets);
  return proxy;
}

/** A SOCKS5 proxy (RFC 1928) that wants a password (RFC 1929). */
export async function startSocksProxy(): Promise<TestProxy> {
  const sockets = new Set<Socket>();
  const proxy = { host: '', targets: [] as string[], refused: 0 };
  const server = createTcpServer((client) => {
    const read = reader(client);
    void (async () => {
      const [, methods] = await read(2);
      await read(methods ?? 0);
      client.write(Buffer.from([5, 2]));
      const [, nameLength] = await read(2);
      const name = (await read(nameLength ?? 0)).toString();
      const [wordLength] = await read(1);
      const word = (await read(wordLength ?? 0)).toString();
      const welcome = name === USER && word === PASSWORD;
      client.write(Buffer.from([1, welcome ? 0 : 1]));
      if (!welcome) {
        proxy.refused += 1;
        client.end();
        return;
      }
      const [, , , kind] = await read(4);
      const size = kind === 3 ? ((await read(1))[0] ?? 0) : kind === 4 ? 16 : 4;
      const address = await read(size);
      const port = (await read(2)).readUInt16BE();
      proxy.targets.push(`${kind === 3 ? address.toString() : [...address].join('.')}:${port}`);
      join(client, port, sockets, () => client.write(Buffer.from([5, 0, 0, 1, 127, 0, 0, 1, 0, 0])));
    })();
  });
  proxy.host = await listen(server, sockets);
  return proxy;
}

function reader(socket: Socket): (size: number) => Promise<Buffer> {
  return async (size) => {
    if (size === 0) return Buffer.alloc(0);
    for (;;) {
      const chunk: Buffer | null = socket.read(size);
      if (chunk) return chunk;
      await new Promise((resolve) => socket.once('readable', resolve));
    }
  };
}
