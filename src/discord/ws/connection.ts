import type { Agent } from 'node:http';
import { type RawData, WebSocket } from 'ws';
import type { Clock } from '../../core/clock.ts';
import { createInflater, type Inflater } from './inflate.ts';
import type { Payload } from './machine.ts';
import { readPayload } from './payload.ts';

/** How to reach the gateway. */
export interface ConnectionOptions {
  readonly url: string;
  readonly userAgent: string;
  readonly agent: Agent | undefined;
  /** True when the url asks for zlib-stream. */
  readonly compress: boolean;
  readonly clock: Clock;
}

/** What a connection tells; nothing more comes after `lost`, `corrupt` or a call of `close`. */
export interface ConnectionListener {
  /** @param receivedAt when its last bytes came, in milliseconds of `performance.now()` */
  payload(payload: Payload, receivedAt: number): void;
  lost(closeCode: number, detail: string): void;
  corrupt(detail: string): void;
}

/** One socket to the gateway. */
export interface Connection {
  send(payload: object): void;
  /** Says goodbye and forgets the socket at once. */
  close(closeCode: number): void;
}

const HANDSHAKE_MS = 15_000;
/** A goodbye that the other side does not answer ends here. */
const GOODBYE_MS = 2_000;
/** READY of a user account in many guilds has tens of megabytes. */
const LARGEST_FRAME_BYTES = 128 * 1024 * 1024;

function openSocket(options: ConnectionOptions): WebSocket {
  return new WebSocket(options.url, {
    agent: options.agent,
    headers: { 'User-Agent': options.userAgent },
    handshakeTimeout: HANDSHAKE_MS,
    maxPayload: LARGEST_FRAME_BYTES,
    // Discord has its own compression; a second one would cost memory for each account.
    perMessageDeflate: false,
    skipUTF8Validation: true,
  });
}

function asBuffer(data: RawData): Buffer {
  if (Buffer.isBuffer(data)) return data;
  return Array.isArray(data) ? Buffer.concat(data) : Buffer.from(data);
}

/** Opens a socket and reads payloads from it in their order, until it is lost or closed. */
export function openConnection(options: ConnectionOptions, listener: ConnectionListener): Connection {
  const socket = openSocket(options);
  let gone = false;
  let detail = '';
  let receivedAt = 0;
  const leave = () => {
    gone = true;
    inflater?.close();
  };
  const corrupt = (error: Error) => {
    if (gone) return;
    leave();
    socket.terminate();
    listener.corrupt(error.message);
  };
  const read = (bytes: Buffer) => {
    if (gone) return;
    const payload = parse(bytes, corrupt);
    if (payload) listener.payload(payload, receivedAt);
  };
  const inflater: Inflater | undefined = options.compress
    ? createInflater({ message: read, failed: corrupt })
    : undefined;

  socket.on('message', (data, isBinary) => {
    if (gone) return;
    receivedAt = performance.now();
    const bytes = asBuffer(data);
    // Servers without compression answer in text whatever the url asks for.
    if (inflater && isBinary) inflater.write(bytes);
    else read(bytes);
  });
  socket.on('error', (error) => {
    detail = error.message;
  });
  socket.on('close', (closeCode, reason) => {
    if (gone) return;
    leave();
    listener.lost(closeCode, detail === '' ? reason.toString('utf8') : detail);
  });

  return {
    send(payload) {
      if (!gone && socket.readyState === WebSocket.OPEN) socket.send(JSON.stringify(payload));
    },
    close(closeCode) {
      if (gone) return;
      leave();
      sayGoodbye(socket, closeCode, options.clock);
    },
  };
}

function parse(bytes: Buffer, corrupt: (error: Error) => void): Payload | undefined {
  try {
    return readPayload(bytes);
  } catch {
    // V8 quotes the text around the fault, which may be anybody's message.
    corrupt(new Error('a payload is no valid JSON'));
    return undefined;
  }
}

function sayGoodbye(socket: WebSocket, closeCode: number, clock: Clock): void {
  if (socket.readyState !== WebSocket.OPEN) {
    socket.terminate();
    return;
  }
  socket.close(closeCode);
  const cancel = clock.after(GOODBYE_MS, () => socket.terminate());
  socket.once('close', cancel);
}
