/** What a message of Pika's says. Pure: a message in, a value out. Where nobody knows the form, every likely one is read. */
import type { Message } from '../../core/discord.ts';
import type { Media } from '../../core/media.ts';
import { mediaOf } from '../desk/message-media.ts';
import { textOf } from '../desk/message-text.ts';
import type { JobMessage, Parsed } from '../desk/parsed.ts';
import { readActions } from './buttons.ts';
import { type Echo, ownWordsOf, readEcho } from './echo.ts';
import { isWaitingText, readNotice } from './notices.ts';

/** Message flag of "Pika is thinking …" (Discord docs, "Message Flags"). */
const LOADING = 128;

const CLIP_NAME = /\.(?:mp4|webm|mov|m4v)$/i;
// smiling_and_blinking_seed1234567890123456789.mp4
const SEED_NAME = /_seed(\d{1,20})\.\w+$/i;
const PERCENT = /(?<![\d.])(\d{1,3})\s?%/;

/**
 * Reads a message of Pika, as it was written or changed. Never throws. A message with a video is a result, be it new or an
 * edit; words of failure count only outside the prompt that the bot repeats.
 * @param prompts those of the open jobs
 */
export function parseMessage(message: Message, prompts: readonly string[] = []): Parsed {
  const clips = mediaOf(message).filter(isClip);
  const text = textOf(message);
  const own = ownWordsOf(text, prompts);
  const percent = percentOf(own);
  const isWorking = isWaitingText(own) || (percent !== undefined && percent < 100);
  if (clips.length > 0 && !isWorking) return result(message, clips, readEcho(text), text);
  const notice = readNotice(message, prompts);
  if (notice) return { says: notice, media: [], actions: [] };
  const says = working(message, readEcho(text), percent, isWorking);
  return { says, media: clips, actions: readActions(message.components ?? []) };
}

function result(message: Message, clips: readonly Media[], echo: Echo, text: string): Parsed {
  const seed = clips.map(({ name }) => SEED_NAME.exec(name ?? '')?.[1]).find((found) => found !== undefined);
  const prompt = echo.prompt ?? text;
  return {
    says: {
      type: 'job',
      stage: 'final',
      prompt,
      promptWithMarker: prompt,
      isLoose: echo.prompt === undefined,
      work: 'other',
      userId: echo.userId,
    },
    ...(seed === undefined ? {} : { seed }),
    media: clips,
    actions: readActions(message.components ?? []),
  };
}

function working(
  message: Message,
  echo: Echo,
  percent: number | undefined,
  isWorking: boolean,
): Parsed['says'] {
  if (isWorking || percent !== undefined || echo.prompt !== undefined) return jobMessage(echo, percent);
  return { type: ((message.flags ?? 0) & LOADING) === LOADING ? 'pending' : 'nothing' };
}

function jobMessage({ prompt = '', userId }: Echo, percent: number | undefined): JobMessage {
  return {
    type: 'job',
    stage: percent === undefined ? 'starting' : 'progress',
    prompt,
    promptWithMarker: prompt,
    work: 'other',
    userId,
    ...(percent === undefined ? {} : { percent }),
  };
}

function isClip({ contentType = '', name, url }: Media): boolean {
  return contentType.startsWith('video/') || CLIP_NAME.test(name ?? url.split('?', 1)[0] ?? '');
}

function percentOf(own: string): number | undefined {
  const found = PERCENT.exec(own)?.[1];
  return found === undefined ? undefined : Math.min(100, Number(found));
}
