/** What a chat asks a drawing bot for: read from the newest message of its user. */
import type { ChatMessage } from '../../../core/chat.ts';
import { GatewayError } from '../../../core/errors.ts';
import type { MediaSource } from '../../../core/media.ts';
import type { TaskVerb } from '../../../core/task.ts';
import type { Order } from '../tasks.ts';
import { readActionWords } from './words.ts';

// "/imagine a red fox", "/imagine prompt: a red fox"
const COMMAND = /^\/(imagine|describe|blend|shorten)\b\s*(?:prompt:)?\s*/i;
const LINK = /https?:\/\/[^\s<>"']+/gi;
/** Also in `narration.ts`, which writes it. */
const TASK = /\btask (\d{17,20})\b/gi;

/**
 * The order that a conversation stands for. The newest message of the user counts: words are a prompt, with its pictures in
 * front; one picture without words is described, several are blended; `U2` and the like press a button of the task that the
 * newest answer names. A bot that only films makes a video of words, or of a picture and words. `/imagine`, `/describe`, `/blend` and `/shorten` say what is meant.
 * @throws GatewayError invalid_request when there is no message of a user, or nothing in it
 */
export function readCommand(
  model: string,
  messages: readonly ChatMessage[],
  verbs: readonly TaskVerb[],
): Order {
  const last = messages.findLast(({ role }) => role === 'user');
  const text = last?.text.trim() ?? '';
  const images = last?.files ?? [];
  if (text === '' && images.length === 0) throw nothingAsked();
  const action = images.length === 0 ? readActionWords(text) : undefined;
  const parentId = action && taskNamedIn(messages);
  if (parentId !== undefined) return { model, verb: 'act', prompt: '', images: [], parentId, action };
  const order = verbs.includes('imagine') ? readOrder(text, images) : readFilmOrder(text, images);
  return { model, ...order };
}

function readOrder(text: string, images: readonly MediaSource[]): Pick<Order, 'verb' | 'prompt' | 'images'> {
  const verb = COMMAND.exec(text)?.[1]?.toLowerCase();
  const words = text.replace(COMMAND, '').trim();
  if (verb === 'shorten') return { verb, prompt: words, images: [] };
  if (verb === 'describe' || verb === 'blend') {
    return { verb, prompt: '', images: [...images, ...linksIn(words)] };
  }
  if (words !== '' || verb === 'imagine') return { verb: 'imagine', prompt: words, images };
  return { verb: images.length === 1 ? 'describe' : 'blend', prompt: '', images };
}

/** A bot that only films: words become a video, a picture begins one. */
function readFilmOrder(
  text: string,
  images: readonly MediaSource[],
): Pick<Order, 'verb' | 'prompt' | 'images'> {
  return { verb: images.length > 0 ? 'animate' : 'create', prompt: text, images };
}

function linksIn(words: string): MediaSource[] {
  return [...words.matchAll(LINK)].map(([url]) => ({ type: 'link', url }));
}

/** The task of the newest answer, as its text names it. */
function taskNamedIn(messages: readonly ChatMessage[]): string | undefined {
  const answer = messages.findLast(({ role }) => role === 'assistant');
  return [...(answer?.text ?? '').matchAll(TASK)].at(-1)?.[1];
}

function nothingAsked(): GatewayError {
  return new GatewayError('invalid_request', 'The newest message of role user is empty.', {
    param: 'messages',
    hint: 'Say what shall be drawn, or send a picture.',
  });
}
