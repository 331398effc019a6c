import type { MessageChange } from '../../core/discord.ts';
import type { BotEvent } from '../../core/driver.ts';
import { GatewayError } from '../../core/errors.ts';
import { actionsOf, hasBegun, mediaKey, mediaOf, textOf, textsOf } from './answer.ts';
import { textChange } from './delta.ts';
import { errorOf, judge } from './limits.ts';
import { AnswerProgress, type FollowOptions } from './progress.ts';

/** What the reader needs of the room. */
export interface ReaderOptions extends FollowOptions {
  readonly signal: AbortSignal;
}

/**
 * Follows one answer to its end: buttons, `idleMs` of silence once it has begun (typing counts as life), or the
 * deadline. Changes are taken in as they come, whether or not the caller is ready for more; what piled up meanwhile
 * reaches a slow caller as one event.
 * @throws GatewayError answer_timeout when nothing came before the deadline; the code of a Coze text (limits.ts)
 */
export async function* readAnswer(
  changes: AsyncIterable<MessageChange>,
  options: ReaderOptions,
): AsyncGenerator<BotEvent> {
  const progress = new AnswerProgress(options);
  void progress.follow(changes);
  const shown: Shown = { text: '', media: new Set() };
  try {
    for (let isOver = false; !isOver; ) {
      await progress.changed();
      options.signal.throwIfAborted();
      // Read before the news: what comes while they are handed over must still be shown.
      isOver = progress.end !== undefined;
      yield* news(progress, shown, options, isOver);
    }
    yield* lastEvents(progress, options);
  } finally {
    progress.stop();
  }
}

/** What the caller was given so far. */
interface Shown {
  text: string;
  /** Keys of pictures and files. */
  readonly media: Set<string>;
}

function* news(
  progress: AnswerProgress,
  shown: Shown,
  options: ReaderOptions,
  isOver: boolean,
): Generator<BotEvent> {
  const text = textOf(progress.answer, isOver);
  refuseErrorTexts(textsOf(progress.answer), options.clock.now());
  if (isHeldBack(text, shown.text, isOver, options.clock.now())) return;
  const change = textChange(shown.text, text);
  shown.text = text;
  if (change) yield change;
  for (const media of mediaOf(progress.answer)) {
    if (shown.media.has(mediaKey(media))) continue;
    shown.media.add(mediaKey(media));
    yield { type: 'media-ready', media };
  }
}

/** A part that is one of Coze's own texts ends the answer as an error, also when it follows a begun answer. */
function refuseErrorTexts(texts: readonly string[], now: number): void {
  for (const text of texts.slice(1)) {
    const verdict = judge(text);
    if (typeof verdict === 'object') throw errorOf(verdict, now);
  }
}

/**
 * True while the text may still turn into one of Coze's own texts; at the end it is an answer that only begins like
 * one. What goes on from an answer that was shown needs no second look.
 */
function isHeldBack(text: string, shownText: string, isOver: boolean, now: number): boolean {
  if (shownText !== '' && text.startsWith(shownText)) return false;
  const verdict = judge(text);
  if (typeof verdict === 'object') throw errorOf(verdict, now);
  return verdict === 'undecided' && text !== '' && !isOver;
}

function* lastEvents(progress: AnswerProgress, options: ReaderOptions): Generator<BotEvent> {
  if (progress.failure !== undefined) throw progress.failure;
  if (!hasBegun(progress.answer) && progress.end !== 'stop') throw neverBegan(options.deadlineMs);
  const actions = actionsOf(progress.answer);
  if (actions.length > 0) yield { type: 'actions-offered', actions };
  yield { type: 'job-ended', reason: progress.end ?? 'stop', media: mediaOf(progress.answer) };
}

function neverBegan(deadlineMs: number): GatewayError {
  const seconds = Math.round(deadlineMs / 1_000);
  return new GatewayError(
    'answer_timeout',
    `The bot did not begin to answer within ${seconds} s (deadlineMs).`,
  );
}
