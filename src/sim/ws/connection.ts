import { deflateSync } from 'node:zlib';
import type { RawData, WebSocket } from 'ws';
import type { CancelTimer, Clock } from '../../core/clock.ts';
import { isObject } from '../form.ts';
import type { WireObject } from '../model.ts';
import { type CompressionName, type Compressor, createCompressor } from './compress.ts';
import type { FrameSink } from './session.ts';

/** What the gateway makes of a connection's messages. */
export interface ConnectionOwner {
  /** IDENTIFY. */
  identify(connection: Connection, data: WireObject): void;
  /** RESUME. */
  resume(connection: Connection, data: WireObject): void;
  /** Any other known command of a client that has identified. */
  command(connection: Connection, opcode: number, data: unknown): void;
  /** False while a fault keeps heartbeats without their answer. */
  acknowledges(connection: Connection): boolean;
  /** The socket is gone; `code` is the client's or ours. */
  closed(connection: Connection, code: number): void;
}

/** What a connection is made of. */
export interface ConnectionParts {
  readonly clock: Clock;
  readonly owner: ConnectionOwner;
  readonly heartbeatIntervalMs: number;
  readonly sendsPerMinute: number | undefined;
  readonly version: number;
  readonly compression: CompressionName | undefined;
}

/** Commands of bots and people (Discord docs, "Gateway Opcodes"; 14 and above are people's). */
const COMMANDS: readonly number[] = [3, 4, 8, 13, 14, 16, 18, 19, 20, 22, 31, 34, 36, 37, 40, 41];
/** Longest payload a client may send (Discord docs, "Sending Events"). */
const PAYLOAD_LIMIT_BYTES = 4096;
/** A client that is late by this factor is taken for dead. */
const HEARTBEAT_PATIENCE = 1.25;
/** Smaller payloads are not worth compressing on their own. */
const COMPRESS_FROM_BYTES = 1024;

/** One WebSocket of a client: framing, compression, heartbeats and the limit of sends. */
export class Connection implements FrameSink {
  readonly version: number;
  /** Id of the session it serves, once there is one. */
  sessionId: string | undefined;
  accountId: string | undefined;
  /** IDENTIFY asked for payloads that are compressed one by one. */
  compressesPayloads = false;
  readonly #socket: WebSocket;
  readonly #parts: ConnectionParts;
  readonly #compressor: Compressor | undefined;
  #cancelDeadline: CancelTimer | undefined;
  #sends = { since: 0, count: 0 };
  #closeCode: number | undefined;
  #isFrozen = false;

  constructor(socket: WebSocket, parts: ConnectionParts) {
    this.#socket = socket;
    this.#parts = parts;
    this.version = parts.version;
    this.#compressor = parts.compression && createCompressor(parts.compression);
    socket.on('message', (data, isBinary) => this.#receive(data, isBinary));
    socket.on('close', (code) => this.#gone(code));
    socket.on('error', () => socket.terminate());
    this.#expectHeartbeat();
    this.sendPayload(10, { heartbeat_interval: parts.heartbeatIntervalMs, _trace: ['["gateway-sim"]'] });
  }

  /** The name of its compression. */
  get compression(): string {
    return this.#parts.compression ?? 'none';
  }

  /** Sends a payload that is no event. */
  sendPayload(opcode: number, data: unknown): void {
    this.send(JSON.stringify({ t: null, s: null, op: opcode, d: data ?? null }));
  }

  /** Sends a frame, compressed as the client asked. */
  send(frame: string): void {
    if (this.#closeCode !== undefined || this.#isFrozen) return;
    if (this.#compressor) this.#compressor.write(frame, (bytes) => this.#socket.send(bytes, ignoreError));
    else if (this.compressesPayloads && frame.length >= COMPRESS_FROM_BYTES) {
      this.#socket.send(deflateSync(frame), ignoreError);
    } else this.#socket.send(frame, ignoreError);
  }

  /** Closes the socket with a code. */
  close(code: number, reason: string): void {
    if (this.#closeCode !== undefined) return;
    this.#closeCode = code;
    this.#socket.close(code, reason);
    // A client that does not answer the close frame must not keep the server waiting.
    this.#parts.clock.after(2000, () => this.#socket.terminate());
  }

  /**
   * From now on nothing goes through although the connection stands, as when a router on the way has forgotten it. What
   * is missed stays in the session, for a resume.
   */
  freeze(): void {
    this.#isFrozen = true;
    this.#cancelDeadline?.();
  }

  /** Breaks the TCP connection without a close frame. */
  terminate(): void {
    this.#socket.terminate();
  }

  #receive(data: RawData, isBinary: boolean): void {
    if (this.#closeCode !== undefined || this.#isFrozen) return;
    const bytes = Buffer.isBuffer(data)
      ? data
      : Buffer.concat(Array.isArray(data) ? data : [Buffer.from(data)]);
    if (bytes.length > PAYLOAD_LIMIT_BYTES) {
      this.close(4002, 'Payload too large.');
      return;
    }
    if (this.#tooManySends()) {
      this.close(4008, 'You are being rate limited.');
      return;
    }
    const payload = isBinary ? undefined : parse(bytes.toString());
    if (!payload) {
      this.close(4002, 'Error while decoding payload.');
      return;
    }
    this.#handle(payload.op, payload.d);
  }

  #handle(opcode: unknown, data: unknown): void {
    if (opcode === 1) {
      this.#heartbeat();
      return;
    }
    if (opcode !== 2 && opcode !== 6 && !COMMANDS.includes(Number(opcode))) {
      this.close(4001, 'Unknown opcode.');
      return;
    }
    if (opcode === 2 || opcode === 6) {
      if (this.sessionId !== undefined) {
        this.close(4005, 'Already authenticated.');
        return;
      }
      if (!isObject(data)) {
        this.close(4002, 'Error while decoding payload.');
        return;
      }
      if (opcode === 2) this.#parts.owner.identify(this, data);
      else this.#parts.owner.resume(this, data);
      return;
    }
    if (this.sessionId === undefined) {
      this.close(4003, 'Not authenticated.');
      return;
    }
    this.#parts.owner.command(this, Number(opcode), data);
  }

  #heartbeat(): void {
    this.#expectHeartbeat();
    if (this.#parts.owner.acknowledges(this)) this.sendPayload(11, null);
  }

  #expectHeartbeat(): void {
    this.#cancelDeadline?.();
    const patience = this.#parts.heartbeatIntervalMs * HEARTBEAT_PATIENCE;
    this.#cancelDeadline = this.#parts.clock.after(patience, () => this.close(4009, 'Session timed out.'));
  }

  #tooManySends(): boolean {
    const limit = this.#parts.sendsPerMinute;
    const now = this.#parts.clock.now();
    if (now - this.#sends.since >= 60_000) this.#sends = { since: now, count: 0 };
    this.#sends.count += 1;
    return limit !== undefined && this.#sends.count > limit;
  }

  #gone(code: number): void {
    this.#cancelDeadline?.();
    this.#compressor?.close();
    const closeCode = this.#closeCode ?? code;
    this.#closeCode = closeCode;
    this.#parts.owner.closed(this, closeCode);
  }
}

function ignoreError(): void {
  // The close event tells of a socket that is gone; a failed send adds nothing.
}

function parse(text: string): WireObject | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
