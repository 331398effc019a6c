/** Prompts: what is sent, what may not be sent, and how an echoed prompt is compared with the one that was asked. */
import { GatewayError } from '../../core/errors.ts';
import type { TaskRequest } from '../../core/task.ts';
import { refuseBannedWords } from '../desk/banned-words.ts';
import type { MidjourneyOptions } from './options.ts';

/** Longest text of a command's option (Discord docs, "Application Command Option Structure"), in UTF-16 units. */
const LONGEST_PROMPT = 6_000;
/** Longest text of a form's field (Discord docs, "Text Input"). */
const LONGEST_FORM_TEXT = 4_000;

// Phones make one dash of two, and the bot makes two of one: "a cat —ar 3:2"
const MODE_FLAG = /(?:^|\s)(?:--|—)(?:fast|relax|turbo)(?![\w-])/i;
const VIDEO_FLAG = /(?:^|\s)(?:--|—)video(?![\w-])/i;
const MOTION_FLAG = /(?:^|\s)(?:--|—)motion(?![\w-])/i;

/**
 * The text for the `prompt` option: links of pictures in front, then the caller's words, then the flags that the request
 * asks for and the words do not hold already. An animation is `--motion … --video 1`.
 */
export function promptFor(
  request: Pick<TaskRequest, 'verb' | 'prompt' | 'links' | 'mode' | 'motion'>,
): string {
  const { verb, prompt, links, mode, motion } = request;
  if (verb === 'shorten') return prompt.trim();
  const isVideo = verb === 'animate';
  const flags = [
    isVideo && motion !== undefined && !MOTION_FLAG.test(prompt) ? `--motion ${motion}` : '',
    isVideo && !VIDEO_FLAG.test(prompt) ? '--video 1' : '',
    mode !== undefined && !MODE_FLAG.test(prompt) ? `--${mode}` : '',
  ];
  return [...links, prompt.trim(), ...flags].filter((part) => part !== '').join(' ');
}

const LINK = /<?https?:\/\/[^\s<>]+>?/gi;
const PARAMETERS = /(?:^|\s)--\p{L}[\s\S]*$/u;
/** Within so many letters the echo of a long prompt is whole: the bot cuts it to what fits into a message of 2,000. */
const LONGEST_KEY = 1_000;
const NOISE = /[\p{P}\p{Z}\p{C}\s]+/gu;

/**
 * A key under which a prompt as asked and as echoed are equal. The bot rewrites links, dashes, blanks, case and
 * punctuation, and adds, drops and reorders parameters; of all that the key holds nothing. Prompts that only differ
 * there, or only after their first thousand letters, have the same key: it is the weakest of all means to tell tasks apart.
 */
export function promptKey(prompt: string): string {
  const words = prompt.normalize('NFKC').replace(LINK, ' ').replace(/—/g, '--').replace(PARAMETERS, ' ');
  return words.toLowerCase().replace(NOISE, '').slice(0, LONGEST_KEY);
}

/** What is checked of a request. */
type Words = Pick<TaskRequest, 'verb' | 'prompt' | 'links' | 'files' | 'mode' | 'motion' | 'form'>;

/**
 * Refuses what Midjourney would refuse, before anything is sent.
 * @throws GatewayError invalid_request (no words where some are needed; too long), prompt_refused (a banned word, which
 * the message names)
 */
export function checkPrompt(request: Words, options: Pick<MidjourneyOptions, 'words'>): void {
  checkWords(request);
  checkLength('The prompt with its links', promptFor(request), LONGEST_PROMPT, 'prompt');
  checkLength('The prompt of the form', request.form?.prompt ?? '', LONGEST_FORM_TEXT, 'form.prompt');
  refuseBannedWords([request.prompt, request.form?.prompt ?? ''], options.words);
}

function checkWords({ verb, prompt, links, files }: Words): void {
  const hasPictures = links.length + files > 0;
  const needsWords = verb === 'shorten' || ((verb === 'imagine' || verb === 'animate') && !hasPictures);
  if (needsWords && prompt.trim() === '') {
    throw new GatewayError('invalid_request', 'The prompt is empty.', { param: 'prompt' });
  }
}

function checkLength(what: string, text: string, limit: number, param: string): void {
  if (text.length <= limit) return;
  throw new GatewayError(
    'invalid_request',
    `${what} has ${text.length} characters; Discord takes at most ${limit}.`,
    { param },
  );
}
