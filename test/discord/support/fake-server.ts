/** A tiny Discord for the transport's own tests: every answer is scripted by the test. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { constants, createDeflate, type Deflate } from 'node:zlib';
import { type WebSocket, WebSocketServer } from 'ws';

// biome-ignore lint/suspicious/noExplicitAny: tests look into the wire's JSON freely.
export type Wire = any;

export interface SeenRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: Buffer;
  json(): Wire;
}

export interface Reply {
  readonly status?: number;
  readonly headers?: Record<string, string>;
  readonly json?: unknown;
  readonly text?: string;
  /** Cuts the connection instead of answering. */
  readonly cut?: boolean;
  /** Never answers. */
  readonly hang?: boolean;
}

export type Handler = (request: SeenRequest) => Reply | Promise<Reply>;

/** One socket of a client, seen from the server. */
export class Peer {
  readonly socket: WebSocket;
  readonly url: string;
  readonly headers: IncomingMessage['headers'];
  readonly received: Wire[] = [];
  closeCode: number | undefined;
  sequence = 0;
  /** Sends compressed messages in WebSocket messages of this many bytes. */
  fragment = 0;
  autoAck = true;
  private readonly deflate: Deflate | undefined;
  private queue: Promise<void> = Promise.resolve();
  private waiting: (() => void)[] = [];

  constructor(socket: WebSocket, request: IncomingMessage) {
    this.socket = socket;
    this.url = request.url ?? '';
    this.headers = request.headers;
    this.deflate = this.url.includes('compress=zlib-stream') ? createDeflate() : undefined;
    socket.on('message', (data) => {
      const payload = JSON.parse(data.toString());
      this.received.push(payload);
      if (payload.op === 1 && this.autoAck) this.send({ op: 11 });
      for (const look of this.waiting.splice(0)) look();
    });
    socket.on('close', (code) => {
      this.closeCode = code;
      for (const look of this.waiting.splice(0)) look();
    });
  }

  send(payload: object): void {
    this.sendText(JSON.stringify(payload));
  }

  sendText(text: string): void {
    this.queue = this.queue.then(async () => {
      if (!this.deflate) return void this.socket.send(text);
      const bytes = await deflateOne(this.deflate, text);
      const size = this.fragment || bytes.length;
      for (let at = 0; at < bytes.length; at += size) this.socket.send(bytes.subarray(at, at + size));
    });
  }

  hello(heartbeatMs = 45_000): void {
    this.send({ op: 10, d: { heartbeat_interval: heartbeatMs } });
  }

  dispatch(t: string, d: unknown): void {
    this.sequence += 1;
    this.send({ t, s: this.sequence, op: 0, d });
  }

  ready(resumeUrl: string, sessionId = 'session-1'): void {
    this.dispatch('READY', {
      v: 10,
      user: { id: '700', username: 'bridge' },
      session_id: sessionId,
      resume_gateway_url: resumeUrl,
      guilds: [],
    });
  }

  /** Waits until the client has sent a payload that fits. */
  async until(fits: (payload: Wire) => boolean): Promise<Wire> {
    for (;;) {
      const found = this.received.find(fits);
      if (found) return found;
      if (this.closeCode !== undefined) throw new Error(`the client left with ${this.closeCode}`);
      await new Promise<void>((resolve) => this.waiting.push(resolve));
    }
  }

  async closed(): Promise<number> {
    while (this.closeCode === undefined) await new Promise<void>((resolve) => this.waiting.push(resolve));
    return this.closeCode;
  }
}

function deflateOne(stream: Deflate, text: string): Promise<Buffer> {
  return new Promise((resolve) => {
    const pieces: Buffer[] = [];
    const onData = (piece: Buffer) => pieces.push(piece);
    stream.on('data', onData);
    stream.write(text);
    stream.flush(constants.Z_SYNC_FLUSH, () => {
      stream.off('data', onData);
      resolve(Buffer.concat(pieces));
    });
  });
}

/** REST, gateway, CDN and upload storage on one port. */
export class FakeServer {
  readonly requests: SeenRequest[] = [];
  readonly peers: Peer[] = [];
  handle: Handler = () => ({ status: 404, json: { code: 0, message: '404: Not Found' } });
  /** Called for each new socket. */
  onPeer: (peer: Peer) => void = () => {};
  private readonly server: Server;
  private readonly sockets: WebSocketServer;
  private waiting: (() => void)[] = [];

  constructor() {
    this.server = createServer((request, response) => void this.serve(request, response));
    this.sockets = new WebSocketServer({ server: this.server });
    this.sockets.on('connection', (socket, request) => {
      const peer = new Peer(socket, request);
      this.peers.push(peer);
      this.onPeer(peer);
      for (const look of this.waiting.splice(0)) look();
    });
  }

  static async start(): Promise<FakeServer> {
    const fake = new FakeServer();
    await new Promise<void>((resolve) => fake.server.listen(0, '127.0.0.1', resolve));
    return fake;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  get origin(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  get hosts() {
    return {
      api: `${this.origin}/api/v10`,
      gateway: `ws://127.0.0.1:${this.port}`,
      cdn: this.origin,
      upload: `${this.origin}/storage`,
      activity: `${this.origin}/activity/{applicationId}`,
    };
  }

  /** The n-th socket, as soon as it is there. */
  async peer(index: number): Promise<Peer> {
    for (;;) {
      const peer = this.peers[index];
      if (peer) return peer;
      await new Promise<void>((resolve) => this.waiting.push(resolve));
    }
  }

  private async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const body = Buffer.concat(chunks);
    const seen: SeenRequest = {
      method: request.method ?? '',
      path: request.url ?? '',
      headers: request.headers,
      body,
      json: () => JSON.parse(body.toString()),
    };
    this.requests.push(seen);
    const reply = await this.handle(seen);
    if (reply.hang) return;
    if (reply.cut) return void request.socket.destroy();
    const text = reply.text ?? (reply.json === undefined ? '' : JSON.stringify(reply.json));
    response.writeHead(reply.status ?? 200, { 'content-type': 'application/json', ...reply.headers });
    response.end(text);
  }

  async close(): Promise<void> {
    for (const socket of this.sockets.clients) socket.terminate();
    this.sockets.close();
    this.server.closeAllConnections();
    await new Promise<void>((resolve) => this.server.close(() => resolve()));
  }
}
