import type { CancelTimer, Clock } from '../core/clock.ts';
import { GatewayError } from '../core/errors.ts';
import type { Log } from '../core/log.ts';
import type { CallbackOutcome } from '../core/observe.ts';
import type { HookPost } from './post.ts';
import { headersOf } from './signature.ts';

/** Something to tell a receiver. */
export interface Letter {
  /** Whose line it stands in: of one key never two are under way, and a newer one replaces one that waits. */
  readonly key: string;
  /** Stays the same over all tries. */
  readonly deliveryId: string;
  readonly url: string;
  /** True when it is tried again, and never given up for want of room. */
  readonly matters: boolean;
  /** The JSON text; asked for at each try. */
  readonly body: () => string;
  /** Hears that it was delivered, or given up for good; not of one that the stop has kept back. */
  readonly onSettled?: (() => void) | undefined;
}

/** What an outbox is made with. */
export interface OutboxOptions {
  /** Signs the calls when it is set. */
  readonly secret?: string | null | undefined;
  readonly post: HookPost;
  readonly clock: Clock;
  readonly log: Log;
  /** From 0 to 1, spreads the tries; default `Math.random`. */
  readonly random?: (() => number) | undefined;
  /** Lines with letters, under way or waiting; default 10,000. */
  readonly mostLines?: number | undefined;
  /** Hears what became of each call. */
  readonly onOutcome?: ((outcome: CallbackOutcome) => void) | undefined;
}

/** Pauses before the second to the fifth try, in milliseconds; each is spread by a quarter to both sides. */
const PAUSES_MS = [2_000, 10_000, 40_000, 120_000];

/** Calls under way at a time, over all receivers. */
const MOST_SENDING = 10;

const MOST_LINES = 10_000;

/** Time for one call, in milliseconds. */
const CALL_MS = 10_000;

/** How long the last letters get at the end, in milliseconds. */
const GRACE_MS = 3_000;

/** The receiver wants no more (RFC 9110, 15.5.11). */
const GONE = 410;

interface Line {
  readonly key: string;
  next: Letter | undefined;
  isSending: boolean;
  tries: number;
  cancelRetry: CancelTimer;
}

type Outcome = { readonly type: 'delivered' } | { readonly type: 'refused' | 'failed'; readonly why: string };

/** Letters on their way: in order within a line, a bounded number at a time, tried again when they matter. */
export class Outbox {
  readonly #options: OutboxOptions;
  readonly #lines = new Map<string, Line>();
  /** Lines whose turn it is, by whether their letter matters: those that do go first. */
  readonly #ready = { urgent: new Set<Line>(), passing: new Set<Line>() };
  readonly #stop = new AbortController();
  #sending = 0;
  #isClosing = false;
  #onIdle = () => {};

  constructor(options: OutboxOptions) {
    this.#options = options;
  }

  /** Takes a letter; never waits, never throws. */
  put(letter: Letter): void {
    if (this.#isClosing) return;
    const line = this.#lines.get(letter.key) ?? this.#newLine(letter);
    if (line === undefined) return;
    line.next = letter;
    if (line.isSending) return;
    line.cancelRetry();
    line.tries = 0;
    this.#enqueue(line);
    this.#pump();
  }

  /** Takes no more; letters that matter get one last try, at most 3 s together. */
  async close(): Promise<void> {
    this.#isClosing = true;
    const idle = new Promise<void>((resolve) => {
      this.#onIdle = resolve;
    });
    for (const line of [...this.#lines.values()]) this.#hasten(line);
    this.#pump();
    const cancel = this.#options.clock.after(GRACE_MS, () => {
      this.#ready.urgent.clear();
      this.#stop.abort(new DOMException('The gateway stops.', 'AbortError'));
      this.#onIdle();
    });
    if (this.#sending > 0) await idle;
    cancel();
  }

  #newLine(letter: Letter): Line | undefined {
    if (this.#lines.size >= (this.#options.mostLines ?? MOST_LINES) && !this.#makeRoom()) {
      this.#tellLoss(letter, 'too many callbacks wait');
      return undefined;
    }
    const line: Line = {
      key: letter.key,
      next: undefined,
      isSending: false,
      tries: 0,
      cancelRetry: () => {},
    };
    this.#lines.set(letter.key, line);
    return line;
  }

  /** Gives up the oldest letter that does not matter. */
  #makeRoom(): boolean {
    const [victim] = this.#ready.passing;
    if (victim === undefined) return false;
    this.#ready.passing.delete(victim);
    this.#lines.delete(victim.key);
    return true;
  }

  #enqueue(line: Line): void {
    this.#ready.urgent.delete(line);
    this.#ready.passing.delete(line);
    (line.next?.matters ? this.#ready.urgent : this.#ready.passing).add(line);
  }

  #pump(): void {
    while (this.#sending < MOST_SENDING) {
      const [line] = this.#ready.urgent.size > 0 ? this.#ready.urgent : this.#ready.passing;
      if (line === undefined) break;
      this.#ready.urgent.delete(line);
      this.#ready.passing.delete(line);
      const letter = line.next;
      line.next = undefined;
      if (letter === undefined) this.#lines.delete(line.key);
      else void this.#send(line, letter);
    }
    if (this.#sending === 0) this.#onIdle();
  }

  async #send(line: Line, letter: Letter): Promise<void> {
    line.isSending = true;
    this.#sending += 1;
    const outcome = await this.#call(letter);
    this.#sending -= 1;
    line.isSending = false;
    this.#settle(line, letter, outcome);
    this.#pump();
  }

  #settle(line: Line, letter: Letter, outcome: Outcome): void {
    if (line.next !== undefined) {
      this.#tellOutcome(outcome);
      line.tries = 0;
      if (!this.#isClosing || line.next.matters) this.#enqueue(line);
      return;
    }
    if (outcome.type === 'failed' && letter.matters && this.#retry(line, letter)) {
      this.#options.onOutcome?.('retried');
      return;
    }
    this.#tellOutcome(outcome);
    this.#lines.delete(line.key);
    if (outcome.type !== 'delivered') this.#tellLoss(letter, outcome.why);
    // Cut short by the stop, it may be told by the next process.
    if (outcome.type !== 'failed' || !this.#isClosing) letter.onSettled?.();
  }

  #tellOutcome({ type }: Outcome): void {
    this.#options.onOutcome?.(type === 'delivered' ? type : 'given-up');
  }

  /** False when it was tried often enough. */
  #retry(line: Line, letter: Letter): boolean {
    const pauseMs = PAUSES_MS[line.tries];
    if (pauseMs === undefined || this.#isClosing) return false;
    line.tries += 1;
    line.next = letter;
    const spread = 0.75 + (this.#options.random ?? Math.random)() / 2;
    line.cancelRetry = this.#options.clock.after(pauseMs * spread, () => {
      this.#enqueue(line);
      this.#pump();
    });
    return true;
  }

  /** At the end nothing waits for its next try, and progress is not worth the wait. */
  #hasten(line: Line): void {
    line.cancelRetry();
    if (line.isSending) return;
    this.#ready.passing.delete(line);
    if (line.next?.matters) this.#enqueue(line);
    else this.#lines.delete(line.key);
  }

  async #call(letter: Letter): Promise<Outcome> {
    const { clock, post, secret } = this.#options;
    const tooSlow = new AbortController();
    const cancel = clock.after(CALL_MS, () => tooSlow.abort(new DOMException('No answer.', 'TimeoutError')));
    try {
      const body = letter.body();
      const headers = headersOf({ deliveryId: letter.deliveryId, atMs: clock.now(), body, secret });
      const signal = AbortSignal.any([tooSlow.signal, this.#stop.signal]);
      return outcomeOf((await post(letter.url, { headers, body, signal })).status);
    } catch (error) {
      return failureOf(error);
    } finally {
      cancel();
    }
  }

  /** Only the origin: path and query may hold a secret of the receiver. */
  #tellLoss({ key, url, deliveryId, matters }: Letter, why: string): void {
    const fields = { callback: key, deliveryId, receiver: URL.parse(url)?.origin, why };
    if (matters) this.#options.log.warn(fields, 'callback given up');
    else this.#options.log.debug(fields, 'callback skipped');
  }
}

function outcomeOf(status: number): Outcome {
  if (status >= 200 && status < 300) return { type: 'delivered' };
  return { type: status === GONE ? 'refused' : 'failed', why: `HTTP ${status}` };
}

/** An address that is forbidden now will be so in a minute; a host that is not found may come back. */
function failureOf(error: unknown): Outcome {
  if (error instanceof GatewayError) {
    return { type: error.code === 'media_forbidden' ? 'refused' : 'failed', why: error.code };
  }
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return { type: 'failed', why: error instanceof Error ? `${error.name} ${code}`.trim() : 'unknown' };
}
