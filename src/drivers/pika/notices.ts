/**
 * Pika's refusals and failures. Nobody has written down their wording, so they are told by single words; but never by
 * words of the prompt that the bot repeats.
 */
import type { Embed, Message } from '../../core/discord.ts';
import { cardsOf, textOf } from '../desk/message-text.ts';
import type { NoticeMessage } from '../desk/parsed.ts';
import { ownWordsOf } from './echo.ts';

type Meaning = Pick<NoticeMessage, 'code' | 'account'>;

// Generating video... Be patient!
const WAITING = /\bbe patient\b|\bgenerating (?:(?:your|the|a) )?video\s*(?:\.{2,}|…)/i;

/** What the bot's own words mean, weightiest first. Every one of these ends the task. */
const MEANINGS: readonly (readonly [words: RegExp, meaning: Meaning])[] = [
  [
    /\bverify (?:that )?you(?:['’]re| are) (?:a )?human\b|\bcaptcha\b/i,
    { code: 'human_required', account: { consequence: 'pause', reason: 'captcha' } },
  ],
  [
    /\b(?:accept|agree to) (?:the|our) terms\b/i,
    { code: 'human_required', account: { consequence: 'pause', reason: 'tos' } },
  ],
  [
    /\b(?:you|your account)\b[^.!\n]{0,30}\b(?:banned|suspended|blocked)\b/i,
    { code: 'account_disabled', account: { consequence: 'disable', reason: 'blocked' } },
  ],
  [
    /\b(?:out of|not enough|no more|insufficient) credits?\b|\bcredits? exhausted\b/i,
    { code: 'bot_exhausted', account: { consequence: 'note', reason: 'credits' } },
  ],
  [/\btoo many\b|\bqueue (?:is )?full\b|\boverload|\bat capacity\b/i, { code: 'bot_busy' }],
  [/moderat|\bflagged\b|\binappropriate\b|\bnsfw\b|\bviolat|\bcontent policy\b/i, { code: 'prompt_refused' }],
  [/cancel/i, { code: 'task_stopped' }],
  [/\binvalid\b|\berror\b[\s\S]*\bmust (?:be|have)\b/i, { code: 'invalid_request' }],
  [
    /fail|error|\bunable to\b|\bcould(?: not|n['’]t)\b|\bsomething went wrong\b|\bsorry\b/i,
    { code: 'bot_failed' },
  ],
];

/** True for the words that show that the bot is at work. */
export function isWaitingText(own: string): boolean {
  return WAITING.test(own);
}

/** The refusal or failure that a message tells; undefined when it tells none. Pure. */
export function readNotice(message: Message, prompts: readonly string[]): NoticeMessage | undefined {
  for (const card of cardsOf(message)) {
    const meaning = meaningOf(cardWords(card, prompts));
    if (meaning) return { type: 'notice', text: textOfCard(card), consequence: 'fail', ...meaning };
  }
  const text = textOf(message);
  const own = ownWordsOf(text, prompts);
  const meaning = isWaitingText(own) ? undefined : meaningOf(own);
  return meaning && { type: 'notice', text: own, consequence: 'fail', ...meaning };
}

function meaningOf(own: string): Meaning | undefined {
  return MEANINGS.find(([words]) => words.test(own))?.[1];
}

function cardWords({ title, description, footer }: Embed, prompts: readonly string[]): string {
  return [title, description, footer?.text].map((text) => ownWordsOf(text ?? '', prompts)).join('\n');
}

function textOfCard({ title, description }: Embed): string {
  return [title === undefined ? '' : `[${title}]`, description?.trim() ?? ''].filter(Boolean).join(' ');
}
