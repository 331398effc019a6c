/** What a message of Midjourney says. Pure: a message in, a value out; foreign and newer forms say `nothing`. */
import type { Message } from '../../core/discord.ts';
import type { TaskAction } from '../../core/task.ts';
import { mediaOf } from '../desk/message-media.ts';
import { cardsOf, textOf } from '../desk/message-text.ts';
import type { JobMessage, Parsed } from '../desk/parsed.ts';
import { readActions } from './buttons.ts';
import { readNotice } from './notices.ts';
import { isInterim, type JobText, readCutText, readJobText } from './parse-job.ts';
import { jobIdOf } from './parse-media.ts';
import { readSeed, readTexts, readWords } from './texts.ts';

/** Message flag of "Midjourney is thinking …" (Discord docs, "Message Flags"). */
const LOADING = 128;

/**
 * Reads a message of Midjourney or niji・journey, as it was written or changed. Never throws; an update that carries no
 * text (Discord adding a preview of a link) says `nothing`.
 */
export function parseMessage(message: Message): Parsed {
  const text = textOf(message);
  const actions = readActions(message.components ?? []);
  const job = readJobText(text) ?? readCutText(text, actions.some(isForResult));
  const seed = readSeed(job?.tail ?? text, text.trim());
  const jobId = seed?.jobId ?? jobIdOf(message, job?.tail ?? '');
  const media = mediaOf(message);
  const notice = readNotice(message);
  const weighty = notice?.consequence === 'none' ? undefined : notice;
  const said = weighty ?? seedWords(seed) ?? jobMessage(job, media.length > 0) ?? notice;
  const says = said ?? answerOf(message, text);
  // What a refusal offers (appeals, acknowledgements) is for a person to press.
  const isOver = says.type === 'notice' && says.consequence !== 'wait' && says.consequence !== 'none';
  return {
    says,
    ...(jobId === undefined ? {} : { jobId }),
    media: says.type === 'texts' ? [...media, ...describedPictures(message)] : media,
    actions: isOver ? [] : actions,
  };
}

function isForResult({ kind }: TaskAction): boolean {
  return kind !== 'cancel';
}

function seedWords(seed: ReturnType<typeof readSeed>): Parsed['says'] | undefined {
  if (seed === undefined) return undefined;
  const { jobId: _, ...words } = seed;
  return words;
}

function jobMessage(job: JobText | undefined, hasPicture: boolean): JobMessage | undefined {
  if (job === undefined) return undefined;
  const { state, tail: _, ...words } = job;
  return { type: 'job', stage: state ?? (hasPicture ? 'final' : 'starting'), ...words };
}

function answerOf(message: Message, text: string): Parsed['says'] {
  if (isInterim(text)) return { type: 'pending' };
  const answer = readTexts(message) ?? readWords(message);
  if (answer !== undefined) return answer;
  return { type: ((message.flags ?? 0) & LOADING) === LOADING ? 'pending' : 'nothing' };
}

function describedPictures(message: Message): Parsed['media'] {
  return cardsOf(message).flatMap(({ image }) => (image === undefined ? [] : [{ ...image }]));
}
