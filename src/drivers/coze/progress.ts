import type { Clock } from '../../core/clock.ts';
import type { MessageChange } from '../../core/discord.ts';
import type { EndReason } from '../../core/driver.ts';
import { toGatewayError } from '../../core/errors.ts';
import {
  type Answer,
  type AnswerScope,
  dropMessage,
  EMPTY_ANSWER,
  hasBegun,
  hasEnded,
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
}

/** The answer as it grows, and whether it has ended. */
export class AnswerProgress {
  answer: Answer = EMPTY_ANSWER;
  end: EndReason | undefined;
  failure: Error | undefined;
  readonly #scope: AnswerScope;
  readonly #silence: SilenceTimer;
  readonly #cancelDeadline: () => void;
  #hasNews = false;
  #wake: (() => void) | undefined;

  constructor(options: FollowOptions) {
    this.#scope = options.scope;
    this.#silence = createSilenceTimer(options.clock, options.idleMs, () => this.#finish('idle'));
    this.#cancelDeadline = options.clock.after(options.deadlineMs, () => this.#finish('length'));
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
