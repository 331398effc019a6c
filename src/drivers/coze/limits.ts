import { type ErrorCode, GatewayError } from '../../core/errors.ts';

/** A text that Coze posts in place of an answer, and what it means. */
interface CozeText {
  /** How the text begins; Coze appends links and advertisements. */
  readonly begins: string;
  readonly code: ErrorCode;
  /** How long whoever is limited should rest; `reset` = until Coze's daily reset. */
  readonly rest: 'reset' | number;
}

/**
 * Coze's limit and error texts, verbatim as clients of Coze bots on Discord have recorded them. A plain refusal of
 * the model ("I'm sorry, but I can't assist with that.") is an answer like any other and is not in this table.
 */
const COZE_TEXTS: readonly CozeText[] = [
  {
    begins: "Hi there! You've used up your free chat credits.",
    code: 'account_limited',
    rest: 'reset',
  },
  {
    begins: "Hi there! You've used up your credits for today.",
    code: 'account_limited',
    rest: 'reset',
  },
  {
    begins: 'You have exceeded the daily limit for sending messages to the bot. Please try again later.',
    code: 'account_limited',
    rest: 'reset',
  },
  {
    begins:
      "The bot's usage is covered by the developer, but due to the developer's message credits being exhausted, the bot is temporarily unavailable.",
    code: 'bot_exhausted',
    rest: 'reset',
  },
  {
    begins: 'There are too many users now. Please try again a bit later.',
    code: 'bot_busy',
    rest: 20_000,
  },
  {
    begins: "We've detected unusual traffic from your network, so Coze is temporarily unavailable.",
    code: 'bot_busy',
    rest: 300_000,
  },
  {
    begins: 'Something wrong occurs, please retry. If the error persists, please contact the support team.',
    code: 'bot_failed',
    rest: 5_000,
  },
  {
    begins: 'Some error occurred. Please try again or contact the support team in our communities.',
    code: 'bot_failed',
    rest: 5_000,
  },
];

/** A limit text may go on with a link or an offer, but it stays a short message. */
const LONGEST_TAIL = 400;

/** What an answer's text is so far, seen against Coze's own texts. */
export type Verdict = 'answer' | 'undecided' | CozeText;

/**
 * Tells whether a text is one of Coze's own. `undecided` while it is still the beginning of one, so that nothing of
 * it reaches a client. A text that merely contains or quotes one is an answer.
 */
export function judge(text: string): Verdict {
  const plain = normalise(text);
  if (plain === '' || isPlaceholder(text)) return 'undecided';
  for (const known of COZE_TEXTS) {
    const begins = known.begins;
    if (plain.startsWith(begins)) return plain.length <= begins.length + LONGEST_TAIL ? known : 'answer';
    if (begins.startsWith(plain)) return 'undecided';
  }
  return 'answer';
}

/** Stands where an answer is going to be: dots, an hourglass, or a word or two that end in dots. */
const PLACEHOLDER =
  /^[\s.…⋯·•●○◌▌█⏳⌛🤔💭]*$|^[\s*_🤔💭⏳⌛]*(?:thinking|generating|loading|typing|working on it|please wait|思考中|正在思考|正在生成|生成中)[\s*_]*(?:\.{2,}|…+|。{2,})[\s*_]*$/iu;

/** True for a text that only says that an answer is on its way. */
export function isPlaceholder(text: string): boolean {
  return text.length <= 40 && PLACEHOLDER.test(text);
}

/** The error that one of Coze's texts stands for, with the time after which a repeat makes sense. */
export function errorOf(known: CozeText, now: number): GatewayError {
  const retryAfterMs = known.rest === 'reset' ? nextReset(now) - now : known.rest;
  return new GatewayError(known.code, `Coze says: ${known.begins}`, { retryAfterMs });
}

/** Hour of the day (UTC) from which Coze's daily credits are new; users report 09:00 in China. */
const RESET_HOUR_UTC = 1;

/** The next moment, in milliseconds since the epoch, at which Coze's daily limits start anew. */
export function nextReset(now: number): number {
  const reset = new Date(now);
  reset.setUTCHours(RESET_HOUR_UTC, 5, 0, 0);
  if (reset.getTime() <= now) reset.setUTCDate(reset.getUTCDate() + 1);
  return reset.getTime();
}

/** One form for typographic apostrophes, emphasis and runs of white space. Only the head of long texts matters. */
function normalise(text: string): string {
  return text
    .slice(0, 1_000)
    .replaceAll('’', "'")
    .replace(/[*_>]+/g, '')
    .replace(/\s+/g, ' ')
    .trim();
}
