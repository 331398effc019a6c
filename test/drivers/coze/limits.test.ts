import { describe, expect, test } from 'vitest';
import { errorOf, judge, nextReset } from '../../../src/drivers/coze/limits.ts';

const TEXTS: readonly [string, string][] = [
  [
    'Something wrong occurs, please retry. If the error persists, please contact the support team.',
    'bot_failed',
  ],
  ['Some error occurred. Please try again or contact the support team in our communities.', 'bot_failed'],
  ["We've detected unusual traffic from your network, so Coze is temporarily unavailable.", 'bot_busy'],
  ['There are too many users now. Please try again a bit later.', 'bot_busy'],
  [
    "Hi there! You've used up your free chat credits. To continue enjoying our service, please consider upgrading to our premium plan [Upgrade to Coze Premium to chat](https://www.coze.com/premium)",
    'account_limited',
  ],
  [
    'You have exceeded the daily limit for sending messages to the bot. Please try again later.',
    'account_limited',
  ],
  [
    "Hi there! You've used up your credits for today. To continue enjoying our service, please try again tomorrow or consider upgrading to our premium plan.",
    'account_limited',
  ],
  [
    "The bot's usage is covered by the developer, but due to the developer's message credits being exhausted, the bot is temporarily unavailable.",
    'bot_exhausted',
  ],
];

const NOON = Date.UTC(2026, 4, 1, 12);

describe('Coze’s own texts', () => {
  test.each(TEXTS)('"%s" is the error %s, never an answer', (text, code) => {
    const verdict = judge(text);
    expect(verdict).toBeTypeOf('object');
    if (typeof verdict === 'object') expect(errorOf(verdict, NOON).code).toBe(code);
  });

  test.each(TEXTS)('"%s" is held back while it is still being written', (text) => {
    for (const length of [1, 5, 20, 40]) expect(judge(text.slice(0, length))).toBe('undecided');
  });

  test('are recognised with typographic apostrophes and odd white space', () => {
    const text = TEXTS[4]![0].replaceAll("'", '’').replaceAll('! ', '!\n\n');
    expect(judge(text)).toBeTypeOf('object');
  });

  test.each([
    ['a quotation', `Coze says "${TEXTS[3]![0]}" when it is overloaded.`],
    ['a refusal of the model', "I'm sorry, but I can't assist with that."],
    [
      'a long answer that begins like one',
      `${TEXTS[3]![0]} ${'That is the text I was asked to explain. '.repeat(20)}`,
    ],
    ['a greeting', 'Hi there! How can I help?'],
  ])('do not swallow %s', (_, text) => {
    expect(judge(text)).toBe('answer');
  });

  test('rest an account until the daily reset', () => {
    const verdict = judge(TEXTS[5]![0]);
    if (typeof verdict !== 'object') throw new Error('not recognised');
    expect(errorOf(verdict, NOON).retryAfterMs).toBe(Date.UTC(2026, 4, 2, 1, 5) - NOON);
    expect(nextReset(Date.UTC(2026, 4, 1, 0, 30))).toBe(Date.UTC(2026, 4, 1, 1, 5));
    expect(nextReset(Date.UTC(2026, 11, 31, 1, 5))).toBe(Date.UTC(2027, 0, 1, 1, 5));
  });
});
