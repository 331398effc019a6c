import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';

/** A bare connection, and what came over it. */
export interface RawSocket {
  readonly socket: Socket;
  /** Everything received until the other side closed. */
  readonly all: Promise<string>;
}

/** Connects and writes; what is said is not made better by any HTTP client. */
export async function say(port: number, ...pieces: (string | Buffer)[]): Promise<RawSocket> {
  const socket = connect(port, '127.0.0.1');
  onTestFinished(() => void socket.destroy());
  socket.on('error', () => {});
  const chunks: Buffer[] = [];
  socket.on('data', (chunk) => void chunks.push(chunk));
  const all = once(socket, 'close').then(() => Buffer.concat(chunks).toString('latin1'));
  await once(socket, 'connect');
  for (const piece of pieces) socket.write(piece);
  return { socket, all };
}

/** The status of each answer in what was received. */
export const statusesOf = (text: string) =>
  [...text.matchAll(/HTTP\/1\.1 (\d{3})/g)].map(([, status]) => Number(status));
