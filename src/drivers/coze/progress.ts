import type { Clock } from '../../core/clock.ts';
import type { Message, MessageChange } from '../../core/discord.ts';
import type { EndReason } from '../../core/driver.ts';
import { GatewayError, toGatewayError } from '../../core/errors.ts';
import {
  type Answer,
  type AnswerScope,
  dropMessage,
  EMPTY_ANSWER,
  hasBegun,
  hasEnded,
  mediaKey,
  mediaOf,
  takeMessage,
  textOf,
} from './answer.ts';
import { isPlaceholder } from './limits.ts';
import { createSilenceTimer, type SilenceTimer } from './silence.ts';

/** True while the bot only says that it is about to answer: its silence is no end, the deadline is. */
function isWaiting(answer: Answer): boolean {
  return isPlaceholder(textOf(answer)) && mediaOf(answer).length === 0;
}

/** How long to follow an answer, in milliseconds, and which messages it may be made of. */
export interface FollowOptions {
  readonly scope: AnswerScope;
  readonly clock: Clock;
  readonly idleMs: number;
  readonly deadlineMs: number;
  /** The channel from the prompt on, as it stands now. */
  readonly readBack: (signal: AbortSignal) => Promise<readonly Message[]>;
}

/** How long the channel may take to be read when the deadline has come, in milliseconds. */
const LAST_LOOK_MS = 5_000;
/** How often a channel that cannot be read is tried again, `idleMs` apart, before the silence is believed. */
const MOST_LOOKS = 3;

/** The answer as it grows, and whether it has ended. */
export class AnswerProgress {
  answer: Answer = EMPTY_ANSWER;
  end: EndReason | undefined;
  failure: Error | undefined;
  readonly #options: FollowOptions;
  readonly #scope: AnswerScope;
  readonly #silence: SilenceTimer;
  readonly #looking = new AbortController();
  #cancelDeadline: () => void;
  /** How often in a row the channel could not be read. */
  #blindLooks = 0;
  #hasNews = false;
  #wake: (() => void) | undefined;

  constructor(options: FollowOptions) {
    this.#options = options;
    this.#scope = options.scope;
    this.#silence = createSilenceTimer(options.clock, options.idleMs, () => void this.#believeSilence());
    this.#cancelDeadline = options.clock.after(options.deadlineMs, () => void this.#lookForTheLastTime());
  }

  /** Takes changes in until the answer ends. When the changes end first, the watch was aborted. */
  async follow(changes: AsyncIterable<MessageChange>): Promise<void> {
    try {
      for await (const change of changes) {
        if (this.end !== undefined) return;
        this.#take(change);
        if (this.end !== undefined) return;
      }
    } catch (error) {
      this.failure = toGatewayError(error);
    }
    this.#finish('length');
  }

  /** Resolves when there may be something new to show. */
  changed(): Promise<void> {
    if (this.#hasNews || this.end !== undefined) {
      this.#hasNews = false;
      return Promise.resolve();
    }
    return new Promise((resolve) => {
      this.#wake = () => {
        this.#hasNews = false;
        resolve();
      };
    });
  }

  /** Frees the timers. */
  stop(): void {
    this.#silence.stop();
    this.#cancelDeadline();
    this.#looking.abort();
  }

  /** A connection may be dead without a word: silence is an end only when the channel shows nothing new either. */
  async #believeSilence(): Promise<void> {
    const before = this.answer;
    let hasFound = false;
    try {
      hasFound = await this.#look();
      this.#blindLooks = 0;
    } catch (error) {
      this.#blindLooks += 1;
      const mayBeRead = error instanceof GatewayError && error.retryable && this.#blindLooks < MOST_LOOKS;
      if (mayBeRead) return this.#silence.start();
    }
    if (!hasFound && this.answer === before) this.#finish('idle');
  }

  /** What came unheard counts, also when the time is over. */
  async #lookForTheLastTime(): Promise<void> {
    if (this.end !== undefined) return;
    this.#cancelDeadline = this.#options.clock.after(LAST_LOOK_MS, () => this.#finish('length'));
    // What cannot be read now is left as it is.
    await this.#look().catch(() => {});
    this.#finish('length');
  }

  /** Takes in what the channel shows; true when it is more, or other, than what was heard. */
  async #look(): Promise<boolean> {
    const messages = await this.#options.readBack(this.#looking.signal);
    if (this.end !== undefined) return false;
    const now = messages.reduce((answer, message) => takeMessage(answer, message, this.#scope), this.answer);
    if (looksOf(now) === looksOf(this.answer)) return false;
    this.#become(now);
    return true;
  }

  #take(change: MessageChange): void {
    switch (change.type) {
      case 'typing-started':
        if (change.userId === this.#scope.botUserId) this.#silence.sign();
        break;
      case 'reading-paused':
        this.#silence.pause();
        break;
      case 'reading-resumed':
        this.#silence.resume();
        break;
      case 'message-deleted':
        this.#become(dropMessage(this.answer, change.messageId));
        break;
      case 'message-created':
      case 'message-updated':
        this.#become(takeMessage(this.answer, change.message, this.#scope));
        break;
    }
  }

  #become(next: Answer): void {
    if (next === this.answer) return;
    this.answer = next;
    if (hasBegun(next) && !isWaiting(next)) this.#silence.start();
    else this.#silence.stop();
    if (hasEnded(next)) this.#finish('stop');
    else this.#news();
  }

  #finish(reason: EndReason): void {
    if (this.end !== undefined) return;
    this.end = reason;
    this.stop();
    this.#news();
  }

  #news(): void {
    this.#hasNews = true;
    const wake = this.#wake;
    this.#wake = undefined;
    wake?.();
  }
}

/** What a caller would see of an answer. */
function looksOf(answer: Answer): string {
  return JSON.stringify([textOf(answer), mediaOf(answer).map(mediaKey), hasEnded(answer)]);
}
