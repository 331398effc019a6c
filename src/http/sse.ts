import type { OutgoingHttpHeaders } from 'node:http';
import type { FastifyReply } from 'fastify';
import type { CancelTimer, Clock } from '../core/clock.ts';
import { journeys } from '../core/observe.ts';
import type { StreamGate } from './limits/stream-gate.ts';

/** A comment line: clients skip it, proxies see traffic (WHATWG HTML, "Server-sent events", 9.2.5). */
const KEEP_ALIVE = ': keep-alive\n\n';

declare module 'fastify' {
  interface FastifyInstance {
    /** Counts event streams; undefined where they are not counted. */
    streamGate: StreamGate | undefined;
  }
}

/** Time in milliseconds for which a caller may leave what was written unread; then its connection is cut. */
const UNREAD_MS = 60_000;

/** What may wait for a caller that does not read, in bytes, before one more piece cuts its connection. */
const MOST_UNREAD_BYTES = 16 * 1024 * 1024;

/** How an event stream is kept. */
export interface EventStreamOptions {
  readonly clock: Clock;
  /** Silence in milliseconds after which a comment is sent, before the first event as well. */
  readonly heartbeatMs: number;
}

/**
 * Server-sent events over a reply. The head is written late, with the first event or heartbeat, so that a failure
 * before it can still be a real HTTP status: as long as `begun` is false the reply is fastify's. A caller that does not
 * read is cut off: for the work behind the stream that is a caller who left.
 */
export class EventStream {
  readonly #reply: FastifyReply;
  readonly #clock: Clock;
  readonly #heartbeatMs: number;
  readonly #leave: (() => void) | undefined;
  #begun = false;
  #lastWriteAt: number;
  #cancelHeartbeat: CancelTimer;
  /** Resolves when the caller has read what waits; shared by all who write meanwhile. */
  #draining: Promise<void> | undefined;

  /** @throws GatewayError too_many_streams */
  constructor(reply: FastifyReply, options: EventStreamOptions) {
    const leave = reply.server.streamGate?.enter();
    if (leave) reply.raw.once('close', leave);
    this.#leave = leave;
    this.#reply = reply;
    this.#clock = options.clock;
    this.#heartbeatMs = options.heartbeatMs;
    this.#lastWriteAt = this.#clock.now();
    this.#cancelHeartbeat = this.#clock.after(this.#heartbeatMs, this.#onHeartbeat);
  }

  /** True once the head was written: from then on errors can only be told inside the stream. */
  get begun(): boolean {
    return this.#begun;
  }

  /** True when nobody listens any more. */
  get closed(): boolean {
    return this.#reply.raw.destroyed || this.#reply.raw.writableEnded;
  }

  /** Writes finished event text (`data: …\n\n`). Resolves when more may be written; at once unless the caller is slow. */
  write(text: string): Promise<void> | undefined {
    const written = this.#put(text);
    journeys.getStore()?.wrote();
    return written;
  }

  /** Writes the last text and ends the response. */
  end(text: string): void {
    this.stop();
    if (this.closed) return;
    this.#begin();
    this.#reply.raw.end(text);
  }

  /** Stops the heartbeat; to be called on every way out. */
  stop(): void {
    this.#cancelHeartbeat();
    // Of what has not begun nothing is streamed: the reply goes on as an ordinary one.
    if (!this.#begun) this.#leave?.();
  }

  #put(text: string): Promise<void> | undefined {
    if (this.closed) return undefined;
    this.#begin();
    this.#lastWriteAt = this.#clock.now();
    if (this.#reply.raw.writableLength > MOST_UNREAD_BYTES) {
      this.#reply.raw.destroy();
      return undefined;
    }
    return this.#reply.raw.write(text) ? undefined : this.#drained();
  }

  #begin(): void {
    if (this.#begun) return;
    this.#begun = true;
    journeys.getStore()?.beganStream();
    this.#reply.hijack();
    this.#reply.raw.writeHead(200, {
      ...(this.#reply.getHeaders() as OutgoingHttpHeaders),
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-cache, no-store',
      'x-accel-buffering': 'no',
    });
  }

  /** One timer per silence instead of one per chunk: it looks how long ago the last write was, and sleeps the rest. */
  readonly #onHeartbeat = (): void => {
    if (this.closed) return;
    const silentMs = this.#clock.now() - this.#lastWriteAt;
    const due = silentMs >= this.#heartbeatMs;
    // To a caller that does not read, a comment would only add to what waits already.
    if (due && !this.#reply.raw.writableNeedDrain) void this.#put(KEEP_ALIVE);
    const restMs = due ? this.#heartbeatMs : this.#heartbeatMs - silentMs;
    this.#cancelHeartbeat = this.#clock.after(restMs, this.#onHeartbeat);
  };

  #drained(): Promise<void> {
    const response = this.#reply.raw;
    this.#draining ??= new Promise((resolve) => {
      const cancel = this.#clock.after(UNREAD_MS, () => response.destroy());
      const done = () => {
        cancel();
        response.off('drain', done);
        response.off('close', done);
        this.#draining = undefined;
        resolve();
      };
      response.on('drain', done);
      response.on('close', done);
    });
    return this.#draining;
  }
}
