/** What Pika's bot takes as a prompt, for every dialect that reaches it. */
import { GatewayError } from '../core/errors.ts';

/** Longest prompt in characters, parameters included. */
const LONGEST_PROMPT = 1_500;

/** @throws GatewayError invalid_request when the prompt is longer than Pika takes */
export function checkPikaPrompt(prompt: string): void {
  const { length } = [...prompt];
  if (length <= LONGEST_PROMPT) return;
  throw new GatewayError(
    'invalid_request',
    `The prompt has ${length} characters; Pika takes at most ${LONGEST_PROMPT}.`,
    { param: 'prompt', hint: 'Send a shorter one.' },
  );
}

/** What is to be said of a prompt that Pika may not understand; undefined for English, as far as its letters tell. */
export function languageWarning(prompt: string): string | undefined {
  if (!/(?!\p{Script=Latin})\p{L}/u.test(prompt)) return undefined;
  return 'prompt passed on as it is, but Pika understands English only';
}
