import { AsyncLocalStorage } from 'node:async_hooks';
import type { Usage } from './chat.ts';
import type { ErrorCode } from './errors.ts';

/** How one chat went: no texts, no ids of people. */
export interface ChatReport {
  readonly botId: string;
  readonly callerId: string;
  readonly model: string;
  readonly requestId: string;
  /** `completed`; `cut` at the deadline; `left` by the caller; else the code of the error. */
  readonly outcome: 'completed' | 'cut' | 'left' | ErrorCode;
  /** Milliseconds from the request to the first text, when there was one. */
  readonly firstTextMs: number | undefined;
  /** Milliseconds from the request to the end. */
  readonly totalMs: number;
  readonly usage: Usage | undefined;
}

/** What the service tells whoever counts. Must return at once and never throw. */
export interface ServiceObserver {
  chatEnded(report: ChatReport): void;
}

/** One request to Discord's API that has ended. */
export interface DiscordCallReport {
  readonly accountId: string;
  readonly method: string;
  /** The path's template, never the path: `/channels/{id}/messages`. */
  readonly route: string;
  /** HTTP status; 0 when there was no answer. */
  readonly status: number;
  readonly durationMs: number;
}

/** How an account came back: it took its session up again, or logged in anew. */
export interface ReconnectReport {
  readonly accountId: string;
  readonly kind: 'resume' | 'identify';
  /** With which code the connection was closed; absent when the gateway gave it up itself (op 7, op 9, silence). */
  readonly closeCode?: number | undefined;
}

/** What the transport tells whoever counts: small, and at once. Must return at once and never throw. */
export interface DiscordObserver {
  /** A request to the API is about to leave, its limits passed. */
  callBegan?(call: Pick<DiscordCallReport, 'accountId' | 'method' | 'route'>): void;
  callEnded?(report: DiscordCallReport): void;
  /** A request had to wait for a limit, of its own bucket or of the whole account. */
  waited?(wait: {
    readonly accountId: string;
    readonly limit: 'bucket' | 'global';
    readonly durationMs: number;
  }): void;
  /** Discord has acknowledged a heartbeat. */
  heartbeatAcknowledged?(beat: { readonly accountId: string; readonly latencyMs: number }): void;
  reconnected?(report: ReconnectReport): void;
}

/** One call of the store that has ended. */
export interface StoreCallReport {
  /** Name of the method. */
  readonly operation: string;
  /** Id of the task that was written, where one was. */
  readonly taskId?: string | undefined;
  readonly durationMs: number;
  /** Code of the failure; absent when it went well. */
  readonly error?: string | undefined;
}

/** What became of one call of a callback: `retried` is a failure after which another try follows. */
export type CallbackOutcome = 'delivered' | 'retried' | 'given-up';

/** What became of a finished picture or video that was to be kept. */
export type KeepOutcome = 'kept' | 'failed' | 'forgotten';

/** One HTTP request that has ended. */
export interface RequestReport {
  readonly dialect: string;
  readonly method: string;
  /** The route's pattern, never the path; `unknown` when no route matched. */
  readonly route: string;
  /** HTTP status; 499 when the caller left before the end. */
  readonly status: number;
  readonly durationMs: number;
}

/** Who hears of the gateway's own delay, in milliseconds. */
export interface DelayObserver {
  /** From the arrival of an event of Discord to the bytes of it being written to the caller's socket. */
  toCaller(delayMs: number): void;
  /** From the request's arrival to its first message or command leaving, without what was waited for others. */
  toDiscord(delayMs: number): void;
  streamOpened(): void;
  streamClosed(): void;
}

/**
 * A request on its way through the gateway, which follows it through all calls: what it can tell is how long the gateway
 * itself has held it up. Times are milliseconds of `performance.now()`.
 */
export class Journey {
  readonly #observer: DelayObserver;
  readonly #startedAt = performance.now();
  #waitedMs = 0;
  #hasLeft = false;
  #isStream = false;
  #eventAt: number | undefined;

  constructor(observer: DelayObserver) {
    this.#observer = observer;
  }

  /** Time was spent on others: an answer of Discord, a limit. */
  waited(durationMs: number): void {
    this.#waitedMs += durationMs;
  }

  /** A message or command leaves for Discord; only the first one counts. */
  leaves(): void {
    if (this.#hasLeft) return;
    this.#hasLeft = true;
    this.#observer.toDiscord(Math.max(0, performance.now() - this.#startedAt - this.#waitedMs));
  }

  /** An event of Discord was taken up that arrived then; undefined: the next one is waited for. */
  took(arrivedAt: number | undefined): void {
    this.#eventAt = arrivedAt;
  }

  /** A stream has begun. */
  beganStream(): void {
    if (!this.#isStream) this.#observer.streamOpened();
    this.#isStream = true;
  }

  /** Bytes that came of the event were written. */
  wrote(): void {
    if (this.#eventAt === undefined) return;
    this.#observer.toCaller(performance.now() - this.#eventAt);
    this.#eventAt = undefined;
  }

  /** The request was answered; what it has begun may go on. */
  end(): void {
    if (this.#isStream) this.#observer.streamClosed();
    this.#isStream = false;
  }
}

/** The journey to which the running code belongs. */
export const journeys = new AsyncLocalStorage<Journey>();
