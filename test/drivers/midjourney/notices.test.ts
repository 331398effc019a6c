import { describe, expect, test } from 'vitest';
import type { NoticeMessage } from '../../../src/drivers/desk/parsed.ts';
import { readNotice } from '../../../src/drivers/midjourney/notices.ts';
import { parseMessage } from '../../../src/drivers/midjourney/parse.ts';
import { fixture, fixtureNames } from './fixtures.ts';

type Consequence = NoticeMessage['consequence'];
type Account = `${NonNullable<NoticeMessage['account']>['consequence']} ${string}` | undefined;

const NOTICES: [fixture: string, consequence: Consequence, code: NoticeMessage['code'], account?: Account][] =
  [
    ['notice-failed-to-process', 'fail', 'bot_failed'],
    ['notice-failed-to-process-short', 'fail', 'bot_failed'],
    ['notice-banned-prompt', 'fail', 'prompt_refused'],
    ['notice-banned-prompt-detected', 'fail', 'prompt_refused'],
    ['notice-banned-image-prompt', 'fail', 'prompt_refused'],
    ['notice-invalid-prompt', 'fail', 'invalid_request'],
    ['notice-invalid-parameter', 'fail', 'invalid_request'],
    ['notice-plain-invalid-parameter', 'fail', 'invalid_request'],
    ['notice-empty-prompt', 'fail', 'invalid_request'],
    ['notice-invalid-request', 'fail', 'invalid_request'],
    ['notice-invalid-link', 'fail', 'invalid_request'],
    ['notice-could-not-complete', 'fail', 'bot_failed'],
    ['notice-could-not-complete-short', 'fail', 'bot_failed'],
    ['notice-image-denied', 'fail', 'prompt_refused'],
    ['notice-image-filters', 'fail', 'prompt_refused'],
    ['notice-output-filters', 'fail', 'prompt_refused'],
    ['notice-on-progress-message', 'fail', 'prompt_refused'],
    ['notice-internal-error', 'fail', 'bot_failed'],
    ['notice-internal-server-error', 'fail', 'bot_failed'],
    ['notice-unknown-integration', 'fail', 'bot_failed'],
    ['notice-unknown-message', 'fail', 'bot_failed'],
    ['notice-duplicate-images', 'fail', 'bot_failed'],
    ['notice-queue-full', 'retry', 'bot_busy'],
    ['notice-job-queued', 'wait', 'bot_busy'],
    ['notice-job-action-restricted', 'fail', 'bot_failed'],
    ['notice-slow-down', 'fail', 'slow_down'],
    ['notice-something-went-wrong-declined', 'fail', 'prompt_refused'],
    ['notice-something-went-wrong', 'fail', 'bot_failed'],
    ['notice-credits-exhausted', 'fail', 'bot_exhausted', 'slow credits'],
    ['notice-action-needed', 'fail', 'human_required', 'pause action_needed'],
    ['notice-pending-mod-message', 'fail', 'human_required', 'pause moderation'],
    ['notice-blocked', 'fail', 'account_disabled', 'disable blocked'],
    ['notice-subscription-required', 'fail', 'account_disabled', 'disable subscription'],
    ['notice-subscription-paused', 'fail', 'account_disabled', 'disable subscription'],
    ['notice-plan-cancelled', 'fail', 'account_disabled', 'disable subscription'],
    ['notice-tos-not-accepted', 'fail', 'human_required', 'pause tos'],
    ['notice-action-required', 'fail', 'human_required', 'pause captcha'],
    ['notice-verify-human', 'fail', 'human_required', 'pause captcha'],
    ['notice-verify-human-without-buttons', 'fail', 'human_required', 'pause captcha'],
    ['notice-complete-the-task', 'fail', 'human_required', 'pause captcha'],
    ['notice-unknown-red', 'fail', 'bot_failed'],
    ['notice-unknown-error-like', 'fail', 'bot_failed'],
    ['notice-unknown-warning', 'none', 'bot_failed'],
  ];

describe('a notice of Midjourney', () => {
  test.each(NOTICES)('%s: %s with %s', (name, consequence, code, account) => {
    const notice = readNotice(fixture(name));
    expect(notice).toMatchObject({ type: 'notice', consequence, code });
    expect(notice?.account && `${notice.account.consequence} ${notice.account.reason}`).toBe(account);
    expect(parseMessage(fixture(name)).says).toEqual(notice);
  });

  test('has a test for every one on file', () => {
    const onFile = fixtureNames.filter((name) => name.startsWith('notice-'));
    expect(NOTICES.map(([name]) => name).toSorted()).toEqual(onFile.toSorted());
  });

  test('none is seen in any other message', () => {
    const others = fixtureNames.filter((name) => !name.startsWith('notice-'));
    expect(others.filter((name) => readNotice(fixture(name)) !== undefined)).toEqual([]);
  });

  test.each([
    ['notice-banned-prompt', '[Banned prompt] Sorry! Please try a different prompt.'],
    ['notice-internal-server-error', '[Internal server error] Please try again later.'],
    ['notice-unknown-integration', '[Unknown Integration]'],
    [
      'notice-something-went-wrong-declined',
      '[Sorry, something went wrong] The job encountered an error. Our team has been notified. (decline-revise-frolic)',
    ],
    [
      'notice-plain-invalid-parameter',
      'Invalid parameter\nUnrecognized parameter(s): x\n/imagine prompt a small cat --x',
    ],
  ])('%s tells the bot’s own words, without the echoed command of the footer', (name, text) => {
    expect(readNotice(fixture(name))?.text).toBe(text);
  });

  test('to slow down says until when', () => {
    expect(readNotice(fixture('notice-slow-down'))).toMatchObject({
      retryAt: 1_774_990_054_000,
      retryAfterMs: 1_774_990_054_000 - Date.parse('2026-03-31T20:46:34Z'),
    });
  });

  test('to slow down is timed by the message’s id when it carries no time', () => {
    const { timestamp: _, ...message } = fixture('notice-slow-down');
    const writtenAt = 1_774_990_000_000;
    const id = String(BigInt(writtenAt - 1_420_070_400_000) << 22n);
    expect(readNotice({ ...message, id, edited_timestamp: null })?.retryAfterMs).toBe(54_000);
  });

  test('that stands for a person offers nothing to press; a waiting job can be cancelled', () => {
    const offered = (name: string) => parseMessage(fixture(name)).actions.map(({ kind }) => kind);
    expect(offered('notice-verify-human')).toEqual([]);
    expect(offered('notice-action-needed')).toEqual([]);
    expect(offered('notice-pending-mod-message')).toEqual([]);
    expect(offered('notice-tos-not-accepted')).toEqual([]);
    expect(offered('notice-job-queued')).toEqual(['cancel']);
  });

  test('is never found in the command that the bot repeats', () => {
    const description = 'Have a nice day.\n/imagine prompt verify you’re human, please complete the task';
    const embeds = [{ type: 'rich', title: 'Hello', description, color: 65_280 }];
    expect(readNotice({ id: '1', channel_id: '2', embeds })).toBeUndefined();
  });

  test('is not seen in words about a picture, unless they are red', () => {
    const components = [{ type: 2, custom_id: 'MJ::Job::PicReader::1' }];
    const embeds = [{ description: 'Blocked street in Rome' }];
    const message = { id: '1', channel_id: '2', content: '', components };
    expect(readNotice({ ...message, embeds })).toBeUndefined();
    expect(readNotice({ ...message, embeds: [{ ...embeds[0], color: 16_711_680 }] })?.code).toBe(
      'bot_failed',
    );
  });

  test('may stand in a layout', () => {
    const components = [{ type: 17, components: [{ type: 10, content: '## Queue full\nPlease wait.' }] }];
    expect(readNotice({ id: '1', channel_id: '2', content: '', components })).toMatchObject({
      consequence: 'retry',
    });
  });
});
