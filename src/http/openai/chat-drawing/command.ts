/** What a chat asks a drawing bot for: read from the newest message of its user. */
import type { ChatMessage } from '../../../core/chat.ts';
import { GatewayError } from '../../../core/errors.ts';
import type { MediaSource } from '../../../core/media.ts';
import type { TaskVerb } from '../../../core/task.ts';
import { quoted } from '../../pressing.ts';
import { checkPromptText, isBlankText } from '../../prompt-text.ts';
import type { Order } from '../tasks.ts';
import { readActionWords } from './words.ts';

/** Commands that a chat takes, by what its bot can do. */
const DRAWING = ['imagine', 'describe', 'blend', 'shorten'] as const;
const FILMING = ['create', 'animate'] as const;

/** Commands of the bots on Discord that a chat does not take, whatever follows them. */
const OTHERS = new Set([
  ...['settings', 'info', 'show', 'fast', 'relax', 'turbo', 'remix', 'prefer', 'stealth', 'public', 'tune'],
  ...['subscribe', 'help', 'ask', 'faq', 'invite', 'userid', 'list_personalize', 'login', 'feedback'],
]);

// "/imagine a red fox", "/imagine prompt: a red fox"
const COMMAND = /^\/([a-z][\w-]{0,31})(?=\s|$)\s*(?:prompt:)?\s*/i;
const LINK = /https?:\/\/[^\s<>"']+/gi;
/** Also in `narration.ts`, which writes it. */
const TASK = /\btask (\d{17,20})\b/gi;

/**
 * The order that a conversation stands for. The newest message of the user counts: words are a prompt, with its pictures in
 * front; one picture without words is described, several are blended; `U2` and the like press a button of the task that the
 * newest answer names. A bot that only films makes a video of words, or of a picture and words. `/imagine`, `/describe`, `/blend` and `/shorten` say what is meant.
 * @throws GatewayError invalid_request when there is no message of a user, or nothing in it; for a button's words without a
 * picture above, and for commands that a chat does not take
 */
export function readCommand(
  model: string,
  messages: readonly ChatMessage[],
  verbs: readonly TaskVerb[],
): Order {
  const last = messages.findLast(({ role }) => role === 'user');
  const text = last?.text.trim() ?? '';
  const images = last?.files ?? [];
  if (isBlankText(text) && images.length === 0) throw nothingAsked();
  checkPromptText(text, 'messages');
  const action = images.length === 0 ? readActionWords(text) : undefined;
  const parentId = action && taskNamedIn(messages);
  if (parentId !== undefined) return { model, verb: 'act', prompt: '', images: [], parentId, action };
  if (action !== undefined) throw nothingToPress(text, verbs.includes('imagine') ? 'imagine' : 'create');
  const order = verbs.includes('imagine') ? readOrder(text, images) : readFilmOrder(text, images);
  return { model, ...order };
}

type Asked = Pick<Order, 'verb' | 'prompt' | 'images'>;

function readOrder(text: string, images: readonly MediaSource[]): Asked {
  const { verb, words } = commandIn(text, DRAWING);
  if (verb === 'shorten') return { verb, prompt: words, images: [] };
  if (verb === 'describe' || verb === 'blend') {
    return { verb, prompt: '', images: [...images, ...linksIn(words)] };
  }
  if (words !== '' || verb === 'imagine') return { verb: 'imagine', prompt: words, images };
  return { verb: images.length === 1 ? 'describe' : 'blend', prompt: '', images };
}

/** A bot that only films: words become a video, a picture begins one. */
function readFilmOrder(text: string, images: readonly MediaSource[]): Asked {
  const { verb, words } = commandIn(text, FILMING);
  return { verb: verb ?? (images.length > 0 ? 'animate' : 'create'), prompt: words, images };
}

/** What stands behind a slash; a text that only looks like a command is words. @throws GatewayError invalid_request */
function commandIn<Verb extends string>(
  text: string,
  known: readonly Verb[],
): { verb: Verb | undefined; words: string } {
  const [whole, name = ''] = COMMAND.exec(text) ?? [];
  const verb = known.find((each) => each === name.toLowerCase());
  if (whole === undefined) return { verb, words: text };
  const words = text.slice(whole.length).trim();
  if (verb !== undefined) return { verb, words };
  if (words !== '' && !isOfAnotherKind(name)) return { verb, words: text };
  throw new GatewayError('invalid_request', `A chat does not take the command /${name}.`, {
    param: 'messages',
    hint: `Use ${known.map((each) => `/${each}`).join(', ')}, or words alone.`,
  });
}

function isOfAnotherKind(name: string): boolean {
  const word = name.toLowerCase();
  return OTHERS.has(word) || [...DRAWING, ...FILMING].some((each) => each === word);
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

function nothingToPress(words: string, command: 'imagine' | 'create'): GatewayError {
  const [what, make] = command === 'imagine' ? ['picture', 'draw'] : ['video', 'film'];
  return new GatewayError('invalid_request', `There is no ${what} above for ${quoted(words)} to act on.`, {
    param: 'messages',
    hint: `Send the whole conversation along, with the answer that names its task; to ${make} the words, write /${command} in front.`,
  });
}
