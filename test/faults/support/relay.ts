/** A line between two parties that can be cut for good, without a word. */
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** A port that leads somewhere else. */
export interface Line {
  readonly port: number;
  /** Breaks all connections and refuses new ones. */
  cut(): void;
}

/** Opens a line to a port; `target` may change who is behind it later. */
export async function openLine(target: () => number): Promise<Line> {
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    const far = connect(target(), '127.0.0.1');
    for (const [socket, other] of [
      [client, far],
      [far, client],
    ] as const) {
      sockets.add(socket);
      socket.on('error', () => {});
      socket.on('close', () => {
        sockets.delete(socket);
        other.destroy();
      });
      socket.pipe(other);
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    cut() {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}
