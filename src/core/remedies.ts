import type { NoticeReason } from './task-driver.ts';

/** What a person can do about each reason for which an account takes no work. */
export const REMEDIES: Readonly<Record<NoticeReason, string>> = {
  captcha: 'Open the link in Discord with this account, answer the check, then resume the account.',
  discord_captcha: 'Log in to Discord with this account, answer the captcha, then resume the account.',
  moderation: 'Open the link in Discord with this account, acknowledge the message, then resume the account.',
  action_needed:
    'Open the link in Discord with this account and do what the notice asks for, then resume the account.',
  tos: 'Open the link in Discord with this account, read the terms and decide, then resume the account.',
  blocked:
    'The bot’s makers have blocked the account; talk to their support, then resume the account or remove it.',
  subscription: 'Renew the subscription of the account, then resume it.',
  credits:
    'Wait for new fast hours or buy some, then resume the account; other accounts are preferred until then.',
  refused: 'Check in Discord that the account may use the channel and its commands, then resume the account.',
  token_invalid:
    'Give the account a new token, in the web interface or in cordgate.yaml: no restart is needed.',
  operator: 'Resume the account when it shall work again.',
};
