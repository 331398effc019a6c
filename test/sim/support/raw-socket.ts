import { StringDecoder } from 'node:string_decoder';
import {
  constants,
  createInflate,
  createZstdDecompress,
  type Inflate,
  inflateSync,
  type ZstdDecompress,
} from 'node:zlib';
import WebSocket from 'ws';

/** A payload of the gateway. */
export interface Payload {
  op: number;
  s: number | null;
  t: string | null;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into payloads of any shape
  d: any;
}

/** A bare gateway client for tests: no logic, only framing. */
export class RawSocket {
  readonly closed: Promise<number>;
  readonly received: Payload[] = [];
  readonly socket: WebSocket;
  #waiting: (() => void)[] = [];

  constructor(url: string, compress = '') {
    this.socket = new WebSocket(url);
    this.closed = new Promise((resolve) => this.socket.on('close', resolve));
    this.socket.on('error', () => {});
    const stream = compress === '' ? undefined : decompressor(compress);
    const take = stream && wholeTexts(stream, (text) => this.#take(text));
    this.socket.on('message', (data: Buffer, isBinary) => {
      if (take) take(data);
      else this.#take(isBinary ? inflateSync(data).toString() : data.toString());
    });
  }

  send(op: number, d: unknown): void {
    this.socket.send(JSON.stringify({ op, d }));
  }

  /** Waits for the first payload, received already or not, that fits. */
  async wait(fits: (payload: Payload) => boolean): Promise<Payload> {
    for (;;) {
      const found = this.received.find(fits);
      if (found) return found;
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
  }

  event(name: string): Promise<Payload> {
    return this.wait((payload) => payload.t === name);
  }

  op(opcode: number): Promise<Payload> {
    return this.wait((payload) => payload.op === opcode);
  }

  names(): (string | null)[] {
    return this.received.filter((payload) => payload.op === 0).map((payload) => payload.t);
  }

  #take(text: string): void {
    this.received.push(JSON.parse(text));
    for (const wake of this.#waiting.splice(0)) wake();
  }
}

function decompressor(compress: string): Inflate | ZstdDecompress {
  return compress === 'zlib-stream'
    ? createInflate({ finishFlush: constants.Z_SYNC_FLUSH })
    : createZstdDecompress();
}

function wholeTexts(stream: Inflate | ZstdDecompress, done: (text: string) => void): (data: Buffer) => void {
  const decoder = new StringDecoder('utf8');
  let text = '';
  stream.on('data', (part: Buffer) => {
    text += decoder.write(part);
    // Every message ends with a flush, so a whole JSON text is a whole message.
    try {
      JSON.parse(text);
    } catch {
      return;
    }
    done(text);
    text = '';
  });
  return (data) => stream.write(data);
}

/** Intents: guilds, messages, typing, content. */
export const FULL_INTENTS = (1 << 0) | (1 << 9) | (1 << 11) | (1 << 15);

/** Opens a socket and identifies. */
export async function identify(
  url: string,
  token: string,
  options: { intents?: number; compress?: string; extra?: object } = {},
): Promise<RawSocket> {
  const { intents = FULL_INTENTS, compress = '', extra = {} } = options;
  const socket = new RawSocket(
    `${url}/?v=10&encoding=json${compress ? `&compress=${compress}` : ''}`,
    compress,
  );
  await socket.op(10);
  socket.send(2, { token, intents, properties: {}, ...extra });
  return socket;
}
