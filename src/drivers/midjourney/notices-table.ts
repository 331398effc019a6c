import type { NoticeMessage } from '../desk/parsed.ts';

/** What a notice means, apart from its words. */
export type NoticeMeaning = Pick<NoticeMessage, 'consequence' | 'code' | 'account'>;

/** A notice that is known by its title. */
export interface KnownNotice {
  /** Matched against the title in lower case, without brackets and closing punctuation. */
  readonly title: RegExp;
  /** What the footer has to be besides. */
  readonly footer?: RegExp;
  readonly meaning: NoticeMeaning;
}

const failed: NoticeMeaning = { consequence: 'fail', code: 'bot_failed' };
const refused: NoticeMeaning = { consequence: 'fail', code: 'prompt_refused' };
const invalid: NoticeMeaning = { consequence: 'fail', code: 'invalid_request' };
const paused = (reason: NonNullable<NoticeMeaning['account']>['reason']): NoticeMeaning => ({
  consequence: 'fail',
  code: 'human_required',
  account: { consequence: 'pause', reason },
});
const disabled = (reason: NonNullable<NoticeMeaning['account']>['reason']): NoticeMeaning => ({
  consequence: 'fail',
  code: 'account_disabled',
  account: { consequence: 'disable', reason },
});

/** Every notice of Midjourney that is known, with what it means for the task and the account. */
export const KNOWN_NOTICES: readonly KnownNotice[] = [
  { title: /^banned (?:image )?prompt(?: detected)?/, meaning: refused },
  { title: /^image denied/, meaning: refused },
  { title: /^request cancell?ed due to (?:image|output) filters/, meaning: refused },
  { title: /^(?:invalid (?:prompt|parameter|link|request)s?|empty prompt)/, meaning: invalid },
  // A moderator's refusal that does not say so: the code in the footer begins with "decline".
  { title: /^sorry, something went wrong/, footer: /^\s*decline-/, meaning: refused },
  { title: /^sorry, something went wrong/, meaning: failed },
  { title: /^(?:sorry! )?could not complete(?: the job)?/, meaning: failed },
  { title: /^internal (?:server )?error/, meaning: failed },
  { title: /^unknown (?:integration|message)/, meaning: failed },
  { title: /^duplicate images? detected/, meaning: failed },
  { title: /^job action restricted/, meaning: failed },
  { title: /^queue full/, meaning: { consequence: 'retry', code: 'bot_busy' } },
  { title: /^job queued/, meaning: { consequence: 'wait', code: 'bot_busy' } },
  { title: /^slow down/, meaning: { consequence: 'fail', code: 'slow_down' } },
  {
    title: /^credits? exhausted/,
    meaning: {
      consequence: 'fail',
      code: 'bot_exhausted',
      account: { consequence: 'slow', reason: 'credits' },
    },
  },
  { title: /^action needed to continue/, meaning: paused('action_needed') },
  { title: /^pending mod(?:eration)? message/, meaning: paused('moderation') },
  { title: /^tos not accepted/, meaning: paused('tos') },
  { title: /^action required to continue/, meaning: paused('captcha') },
  { title: /^blocked/, meaning: disabled('blocked') },
  { title: /^subscription (?:required|paused)/, meaning: disabled('subscription') },
  { title: /^plan cancell?ed/, meaning: disabled('subscription') },
];
