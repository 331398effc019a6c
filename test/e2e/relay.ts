import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';
import type { Sim } from '../../src/sim/index.ts';

/** A line to the simulated Discord that can be cut: one port, behind which there is somebody or nobody. */
export interface Relay {
  readonly port: number;
  /** Lets connections through. */
  up(): Promise<void>;
  /** Breaks all connections and refuses new ones. */
  down(): Promise<void>;
}

/** Makes a relay on a port of its own; nobody listens there yet. */
export async function relayTo(sim: Sim): Promise<Relay> {
  const target = Number(new URL(sim.ready.api).port);
  const sockets = new Set<Socket>();
  let server: Server | undefined;
  const listen = async (port: number) => {
    server = createServer((client) => join(client, connect(target, '127.0.0.1'), sockets));
    await new Promise<void>((resolve) => server?.listen(port, '127.0.0.1', resolve));
    return (server.address() as AddressInfo).port;
  };
  const down = async () => {
    const closed = new Promise<void>((resolve) => (server ? server.close(() => resolve()) : resolve()));
    for (const socket of sockets) socket.destroy();
    sockets.clear();
    await closed;
    server = undefined;
  };
  const port = await listen(0);
  await down();
  onTestFinished(down);
  return { port, down, up: async () => void (await listen(port)) };
}

/** The hosts of Discord as they are reached over the relay. */
export function hostsOver(relay: Relay) {
  const host = `127.0.0.1:${relay.port}`;
  return {
    api: `http://${host}/api/v10`,
    gateway: `ws://${host}`,
    cdn: `http://${host}`,
    upload: `http://${host}`,
    requestsPerSecond: 0,
  };
}

function join(client: Socket, target: Socket, sockets: Set<Socket>): void {
  for (const [socket, other] of [
    [client, target],
    [target, client],
  ] as const) {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => other.destroy());
    socket.pipe(other);
  }
}
