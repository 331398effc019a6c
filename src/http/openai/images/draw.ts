import type { Chat, ChatAnswer, Usage } from '../../../core/chat.ts';
import { GatewayError } from '../../../core/errors.ts';
import type { Media, MediaFile, MediaLoader } from '../../../core/media.ts';
import { asGatewayError } from '../../errors.ts';
import { isPicture } from '../pictures.ts';
import { contentOf } from '../render.ts';
import { loadPicture } from './load.ts';
import { proseOf } from './prose.ts';

/** A picture of a bot, with what the bot said beside it. */
export interface Picture {
  readonly media: Media;
  /** Empty when the bot said nothing. */
  readonly prose: string;
  /** Its content, when that was asked for. */
  readonly file: MediaFile | undefined;
}

/** What came of the asks. */
export interface Drawings {
  /** At least one, at most as many as were asked for. */
  readonly pictures: readonly Picture[];
  /** Why fewer came than were asked for: the first failure. */
  readonly failure: GatewayError | undefined;
  /** Words of all asks and answers. */
  readonly usage: Usage;
}

/** Longest part of a bot's text that an error repeats, in characters. */
const LONGEST_QUOTE = 1_000;

/**
 * Runs the asks side by side and gathers one picture of each; where one has failed, a second picture of another
 * takes its place. With a loader the pictures are fetched.
 * @throws GatewayError the first failure, when no picture came; bot_failed with the bot's text when it only talked
 */
export async function draw(
  chats: readonly Chat[],
  loader: MediaLoader | undefined,
  signal: AbortSignal,
): Promise<Drawings> {
  const failures: GatewayError[] = [];
  const noteFailure = (error: unknown): undefined => {
    failures.push(asGatewayError(error));
  };
  const answers = await Promise.all(chats.map((chat) => answerOf(chat).catch(noteFailure)));
  signal.throwIfAborted();
  const shown = answers.map((answer) => {
    const pictures = answer ? picturesOf(answer) : [];
    if (answer && pictures.length === 0) noteFailure(onlyTalked(answer.text));
    return pictures;
  });
  const chosen = [...shown.flatMap((some) => some.slice(0, 1)), ...shown.flatMap((some) => some.slice(1))];
  const wanted = chosen.slice(0, chats.length);
  const loaded = await Promise.all(
    wanted.map((picture) => fetched(picture, loader, signal).catch(noteFailure)),
  );
  signal.throwIfAborted();
  const pictures = loaded.filter((picture) => picture !== undefined);
  const [failure] = failures;
  if (pictures.length === 0) throw failure ?? onlyTalked('');
  return { pictures, failure: pictures.length < chats.length ? failure : undefined, usage: sum(answers) };
}

/** The whole answer. Its channel is let rest like that of any chat: Discord drops the files of a deleted one. */
async function answerOf(chat: Chat): Promise<ChatAnswer> {
  let answer: ChatAnswer | undefined;
  for await (const event of chat.events) {
    if (event.type !== 'answer-completed') continue;
    answer = event.answer;
    // With the links of its pictures, so that the same prompt drawn twice is not taken for one conversation.
    chat.remember(contentOf(answer));
  }
  if (answer) return answer;
  throw new GatewayError('internal', 'The answer ended without an end.');
}

function picturesOf(answer: ChatAnswer): Picture[] {
  const prose = proseOf(answer.text, answer.media);
  return answer.media.filter(isPicture).map((media) => ({ media, prose, file: undefined }));
}

async function fetched(
  picture: Picture,
  loader: MediaLoader | undefined,
  signal: AbortSignal,
): Promise<Picture> {
  if (loader === undefined) return picture;
  return { ...picture, file: await loadPicture(loader, picture.media, signal) };
}

function onlyTalked(text: string): GatewayError {
  const said = text.trim().slice(0, LONGEST_QUOTE).toWellFormed();
  const message = `The bot drew no picture${said === '' ? '.' : `; it said: ${said}`}`;
  return new GatewayError('bot_failed', message, { hint: '' });
}

function sum(answers: readonly (ChatAnswer | undefined)[]): Usage {
  const given = answers.flatMap((answer) => (answer ? [answer.usage] : []));
  return {
    promptTokens: given.reduce((total, { promptTokens }) => total + promptTokens, 0),
    completionTokens: given.reduce((total, { completionTokens }) => total + completionTokens, 0),
  };
}
