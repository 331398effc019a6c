import type { Dispatcher, FormData } from 'undici';
import { type Clock, sleep } from '../../core/clock.ts';
import { GatewayError } from '../../core/errors.ts';
import type { Log } from '../../core/log.ts';
import type { DiscordObserver } from '../../core/observe.ts';
import type { AccountIdentity } from '../account.ts';
import { authorizationOf, userAgentOf } from '../identity.ts';
import type { Redact } from '../redact.ts';
import { CallWatch } from './call-watch.ts';
import {
  limitedError,
  nonsenseError,
  provesDeadToken,
  readRefusal,
  refusalError,
  silenceError,
} from './errors.ts';
import { createLimiter, type Limiter, type Permit } from './limiter.ts';
import { readLimits } from './limits.ts';
import { type HttpAnswer, type HttpRequest, NoAnswer, performRequest } from './request.ts';

/** One call of Discord's API. */
export interface RestCall {
  readonly method: HttpRequest['method'];
  /** Path under `discord.api`, ids checked, query included. */
  readonly path: string;
  /** The path's template, for messages and limits: `/channels/{id}/messages`. */
  readonly template: string;
  /** Id of the channel or guild that the limit counts by; empty when there is none. */
  readonly major: string;
  readonly json?: unknown;
  readonly form?: FormData;
  /** Beside those that every call has. */
  readonly headers?: Readonly<Record<string, string>>;
  /** True when a second try cannot act twice. */
  readonly repeatable: boolean;
  /** Further tries after a lost answer; default 2. A 429 is no lost answer. */
  readonly mostRepeats?: number;
}

/** What the REST side of an account needs. */
export interface RestOptions {
  readonly account: AccountIdentity;
  /** REST base with version. */
  readonly api: string;
  readonly dispatcher: Dispatcher;
  readonly clock: Clock;
  readonly log: Log;
  readonly redact: Redact;
  /** Numbers of [0, 1). */
  readonly random: () => number;
  /** Milliseconds for one try; default 15,000. */
  readonly timeoutMs?: number | undefined;
  /** Milliseconds that a call may wait for limits in all; default 30,000. */
  readonly patienceMs?: number | undefined;
  /** Most requests a second; default 50, Discord's own limit; 0 = none of our own. */
  readonly requestsPerSecond?: number | undefined;
  /** Called once the token is proven dead. */
  readonly onDeadToken: (reason: string) => void;
  readonly observer?: DiscordObserver | undefined;
}

/** The REST side of one account. */
export interface Rest {
  /**
   * Makes one call and gives the parsed body back (undefined for an empty one).
   * @throws GatewayError rate_limited, discord_refused, discord_unreachable, discord_timeout, account_disabled,
   * human_required; the signal's reason
   */
  call(call: RestCall, signal?: AbortSignal): Promise<unknown>;
  /** No further try: calls under way and later ones fail with shutting_down. */
  stop(): void;
}

const TIMEOUT_MS = 15_000;
/** Milliseconds that a call waits in all, where nothing else is said. */
export const PATIENCE_MS = 30_000;
/** Messages of one page of history with all their embeds stay far below. */
const LARGEST_ANSWER_BYTES = 16 * 1024 * 1024;
const MOST_REPEATS = 2;
const FIRST_REPEAT_MS = 500;

const nameOf = (call: RestCall): string => `${call.method} ${call.template}`;

/** Makes the REST side of one account: limits, repeats, errors. */
export function createRest(options: RestOptions): Rest {
  return new AccountRest(options);
}

class AccountRest implements Rest {
  readonly #options: RestOptions;
  readonly #limiter: Limiter;
  readonly #base: string;
  /** Why no further request is made: the token is dead, or we are stopping. */
  #ended: GatewayError | undefined;

  constructor(options: RestOptions) {
    this.#options = options;
    this.#limiter = createLimiter(options.clock, options.requestsPerSecond);
    this.#base = options.api.replace(/\/+$/, '');
  }

  async call(call: RestCall, signal?: AbortSignal): Promise<unknown> {
    const { clock, log, random, account } = this.#options;
    const deadline = clock.now() + (this.#options.patienceMs ?? PATIENCE_MS);
    for (let repeats = 0; ; ) {
      if (this.#ended) throw this.#ended;
      const outcome = await this.#tryOnce(call, deadline, signal);
      if ('value' in outcome) return outcome.value;
      this.#throwWhenStopped();
      if (outcome.again === 'never') throw outcome.error;
      if (outcome.again === 'when-allowed') continue;
      if (repeats >= (call.mostRepeats ?? MOST_REPEATS)) throw outcome.error;
      log.debug({ account: account.id, call: nameOf(call), repeats }, outcome.error.message);
      await sleep(clock, FIRST_REPEAT_MS * 2 ** repeats * (0.5 + random() / 2), signal);
      repeats += 1;
    }
  }

  stop(): void {
    const stopped = new GatewayError('shutting_down', 'The connection to Discord was closed.');
    this.#ended = stopped;
    this.#limiter.stop(stopped);
  }

  /** One try: a value that ends the call, or an error and whether another try may follow. */
  async #tryOnce(call: RestCall, deadline: number, signal?: AbortSignal): Promise<Outcome> {
    const { redact } = this.#options;
    try {
      const answer = await this.#exchange(call, deadline, signal);
      if (answer.status >= 200 && answer.status < 300) return read(call, answer);
      if (answer.status === 429) return this.#postponed(call, answer, deadline);
      const error = refusalError(nameOf(call), answer, redact, this.#options.account.id);
      if (provesDeadToken(answer.status, readRefusal(answer.body))) this.#bury(error);
      return { error, again: answer.status >= 500 && call.repeatable ? 'later' : 'never' };
    } catch (error) {
      if (!(error instanceof NoAnswer)) throw error;
      const again = (call.repeatable && error.kind !== 'too-large') || !error.sent ? 'later' : 'never';
      return { error: silenceError(nameOf(call), error, redact), again };
    }
  }

  async #exchange(call: RestCall, deadline: number, signal?: AbortSignal): Promise<HttpAnswer> {
    const { dispatcher, clock, random } = this.#options;
    const watch = new CallWatch(call, this.#options.account.id, this.#options.observer);
    const onWait = (limit: 'bucket' | 'global') => watch.mustWait(limit);
    let permit: Permit;
    try {
      permit = await this.#limiter.acquire(`${nameOf(call)} ${call.major}`, deadline, signal, onWait);
    } finally {
      watch.hasWaited();
    }
    let answer: HttpAnswer | undefined;
    try {
      watch.leaves();
      answer = await performRequest(dispatcher, this.#requestOf(call), clock, signal);
      return answer;
    } finally {
      watch.ended(answer?.status ?? 0);
      this.#limiter.settle(permit, answer && readLimits(answer, random()));
    }
  }

  #requestOf(call: RestCall): HttpRequest {
    const { account, timeoutMs } = this.#options;
    return {
      method: call.method,
      url: this.#base + call.path,
      headers: {
        authorization: authorizationOf(account),
        'user-agent': userAgentOf(account),
        accept: 'application/json',
        ...call.headers,
        ...(call.json === undefined ? {} : { 'content-type': 'application/json' }),
      },
      body: call.json === undefined ? call.form : JSON.stringify(call.json),
      timeoutMs: timeoutMs ?? TIMEOUT_MS,
      maxBytes: LARGEST_ANSWER_BYTES,
    };
  }

  /** The limiter knows the time already: the next try waits in its line. */
  #postponed(call: RestCall, answer: HttpAnswer, deadline: number): Outcome {
    const { account, clock, log } = this.#options;
    const { retryAfterMs = 0, global } = readLimits(answer, 0);
    const fields = { account: account.id, call: nameOf(call), retryAfterMs, global };
    log.warn(fields, 'discord asks to slow down');
    const patient = clock.now() + retryAfterMs <= deadline;
    return { error: limitedError(nameOf(call), retryAfterMs), again: patient ? 'when-allowed' : 'never' };
  }

  #bury(error: GatewayError): void {
    if (this.#ended) return;
    this.#ended = error;
    this.#options.onDeadToken(error.message);
  }

  #throwWhenStopped(): void {
    if (this.#ended?.code === 'shutting_down') throw this.#ended;
  }
}

type Outcome =
  | { readonly value: unknown }
  | { readonly error: GatewayError; readonly again: 'never' | 'later' | 'when-allowed' };

function read(call: RestCall, answer: HttpAnswer): Outcome {
  if (answer.body.length === 0) return { value: undefined };
  try {
    return { value: JSON.parse(answer.body.toString('utf8')) };
  } catch {
    return { error: nonsenseError(nameOf(call)), again: call.repeatable ? 'later' : 'never' };
  }
}
