/** Prompts: what may not be sent, and how an echoed prompt is compared with the one that was asked. */
import { GatewayError } from '../../core/errors.ts';
import { refuseBannedWords } from '../desk/banned-words.ts';
import type { PikaOptions } from './options.ts';

/** Source: the bot's documentation; in characters as people count them. */
const LONGEST_PROMPT = 1_500;
/** So many letters of a prompt are compared: the bot may cut or rewrite what comes after. */
const LONGEST_KEY = 60;

// a cat runs -ar 16:9 -camera zoom in -motion 2 -gs 12 -neg blurry -seed 7 -fps 24
// smiling and blinking --size 100
const PARAMETERS = /(?:^|\s)(?:-(?:ar|camera|motion|gs|neg|seed|fps|size)(?![\p{L}\p{N}])|--\p{L})[\s\S]*$/iu;
const LINK = /<?https?:\/\/[^\s<>]+>?/gi;
const NOISE = /[\p{P}\p{Z}\p{C}\p{S}\s]+/gu;

/** The letters and digits of a text in lower case: what is left of it when all that a bot may rewrite is taken away. */
export function lettersOf(text: string): string {
  const words = text.normalize('NFKC').replace(/[—–]/g, '--').replace(LINK, ' ');
  return words.toLowerCase().replace(NOISE, '');
}

/**
 * A key under which a prompt as asked and as echoed are equal: its first sixty letters, without parameters. Empty for a
 * prompt that has none.
 */
export function promptKey(prompt: string): string {
  const plain = prompt.normalize('NFKC').replace(/[—–]/g, '--').replace(PARAMETERS, ' ');
  return [...lettersOf(plain)].slice(0, LONGEST_KEY).join('');
}

/**
 * Refuses what the bot would refuse, before anything is sent.
 * @throws GatewayError invalid_request (too long), prompt_refused (a banned word, which the message names)
 */
export function checkPrompt(
  texts: { readonly prompt: string; readonly form?: { readonly prompt?: string | undefined } | undefined },
  options: Pick<PikaOptions, 'words'>,
): void {
  const formText = texts.form?.prompt ?? '';
  checkLength(texts.prompt, 'prompt');
  checkLength(formText, 'form.prompt');
  refuseBannedWords([texts.prompt, formText], options.words);
}

function checkLength(text: string, param: string): void {
  const count = [...text].length;
  if (count <= LONGEST_PROMPT) return;
  throw new GatewayError(
    'invalid_request',
    `The prompt has ${count} characters; Pika takes at most ${LONGEST_PROMPT}.`,
    { param },
  );
}
