/** Composition: an answer on its way as code takes it, instead of a caller over HTTP. */
import type { Chat, ChatAnswer } from '../core/chat.ts';
import { GatewayError } from '../core/errors.ts';
import { AppendOnlyText } from '../http/openai/append-only.ts';

/** An answer on its way. It comes whether or not anybody reads along. */
export interface Answering {
  /**
   * The text, piece by piece, always from its beginning. Pieces are never taken back: a bot that rewrites itself is
   * held back until its text goes on from what was given; at worst the whole answer follows after a blank line.
   * Throws what `answer` rejects with. Leaving the loop ends nothing; the signal of the request does.
   */
  readonly text: AsyncIterable<string>;
  /** The whole answer with its pictures; rejects with `GatewayError`, or with the reason of the signal. */
  readonly answer: Promise<ChatAnswer>;
}

/** The same, with what those see who look at it from time to time. */
export interface WatchedAnswering extends Answering {
  /** The bot's text at this moment. */
  textNow(): string;
}

/** Starts an answer, as soon as `opened` resolves. */
export function startAnswering(chat: Chat, opened: Promise<void>): WatchedAnswering {
  const pieces = new Pieces();
  const own = new AppendOnlyText();
  let now = '';
  const run = async (): Promise<ChatAnswer> => {
    let answer: ChatAnswer | undefined;
    await opened;
    for await (const event of chat.events) {
      if (event.type === 'text-delta') {
        now += event.text;
        pieces.add(own.append(event.text));
      } else if (event.type === 'text-replaced') {
        now = event.text;
        pieces.add(own.replace(event.text));
      } else if (event.type === 'answer-completed') {
        answer = event.answer;
        now = answer.text;
        pieces.add(own.finish(answer.text));
        // Inside the loop: once the iteration goes on, the service settles what becomes of the channel.
        chat.remember(answer.text);
      }
    }
    if (answer) return answer;
    throw new GatewayError('internal', 'The answer ended without an end.');
  };
  const answer = run();
  // Also marks the failure as seen: whoever reads only the text gets it there.
  answer.then(
    () => pieces.end(),
    (error: unknown) => pieces.end({ error }),
  );
  return { text: pieces, answer, textNow: () => now };
}

/** A growing list that can be read while it grows, and again afterwards. */
class Pieces implements AsyncIterable<string> {
  readonly #pieces: string[] = [];
  #ending: { readonly error?: unknown } | undefined;
  #news = Promise.withResolvers<void>();

  add(piece: string): void {
    if (piece === '') return;
    this.#pieces.push(piece);
    this.#wake();
  }

  end(ending: { readonly error?: unknown } = {}): void {
    this.#ending = ending;
    this.#wake();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<string> {
    for (let position = 0; ; ) {
      const piece = this.#pieces[position];
      if (piece !== undefined) {
        position += 1;
        yield piece;
      } else if (this.#ending === undefined) await this.#news.promise;
      else if ('error' in this.#ending) throw this.#ending.error;
      else return;
    }
  }

  #wake(): void {
    this.#news.resolve();
    this.#news = Promise.withResolvers();
  }
}
