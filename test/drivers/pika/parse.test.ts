import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Message } from '../../../src/core/discord.ts';
import type { JobMessage, NoticeMessage } from '../../../src/drivers/desk/parsed.ts';
import { parseMessage } from '../../../src/drivers/pika/parse.ts';
import { fixture, fixtureNames } from './fixtures.ts';

const ME = '1000000000000000001';
const SEED = '1234567890123456789';

const JOBS: Record<string, Partial<JobMessage> & { seed?: string; clips?: number }> = {
  waiting: { stage: 'starting', prompt: '', userId: ME },
  'waiting-progress-40': { stage: 'progress', percent: 40, userId: ME },
  'waiting-with-prompt': {
    stage: 'starting',
    prompt: 'an error: the moderator failed and cancelled',
    userId: ME,
  },
  'picture-only': { stage: 'starting', prompt: 'A cute small cat', clips: 0 },
  'final-new': { stage: 'final', prompt: 'smiling and blinking --size 100', userId: ME, seed: SEED },
  'final-lines': { stage: 'final', prompt: 'A cute small cat -ar 16:9 -motion 2', userId: ME, seed: SEED },
  'final-edit': { stage: 'final', prompt: 'A cute small cat', seed: SEED },
  'final-reply': { stage: 'final', prompt: 'A cute small cat', seed: SEED },
  'final-without-type': { stage: 'final', prompt: 'A cute small cat', seed: SEED },
  'final-hidden-message': { stage: 'final', prompt: 'a neon sign in the rain', seed: SEED },
  'final-evil-prompt': {
    stage: 'final',
    prompt: 'a sign that reads Author: <@2>  Image: 2 Attachments, failed, moderated 99% error',
    userId: ME,
    seed: SEED,
  },
  'final-unlabelled': { stage: 'final', isLoose: true, seed: SEED },
};

const NOTICES: Record<
  string,
  Pick<NoticeMessage, 'code'> & { account?: NoticeMessage['account']; text?: string }
> = {
  'moderated-text': {
    code: 'prompt_refused',
    text: 'Your request was flagged by our content moderation. Please try something else.',
  },
  'moderated-embed': {
    code: 'prompt_refused',
    text: '[Moderated] Your request was flagged. Please try something else.',
  },
  'failed-text': { code: 'bot_failed', text: 'Failed to generate the video. Please try again.' },
  'failed-embed': { code: 'bot_failed', text: '[Generation failed] Please try again.' },
  'failed-embed-with-echo': { code: 'bot_failed' },
  cancelled: { code: 'task_stopped' },
  'too-many-jobs': { code: 'bot_busy' },
  'too-long': { code: 'invalid_request' },
  'no-image': { code: 'invalid_request' },
  'human-check': { code: 'human_required', account: { consequence: 'pause', reason: 'captcha' } },
  terms: { code: 'human_required', account: { consequence: 'pause', reason: 'tos' } },
  'account-banned': { code: 'account_disabled', account: { consequence: 'disable', reason: 'blocked' } },
  credits: { code: 'bot_exhausted', account: { consequence: 'note', reason: 'credits' } },
};

const OTHERS: Record<string, string> = {
  'waiting-thinking': 'pending',
  chatter: 'nothing',
  'link-preview': 'nothing',
};

describe('a message of Pika', () => {
  test('has a test for every form on file', () => {
    const tested = [...Object.keys(JOBS), ...Object.keys(NOTICES), ...Object.keys(OTHERS)];
    expect(tested.toSorted()).toEqual(fixtureNames.toSorted());
  });

  test.each(Object.entries(JOBS))('%s is about a job', (name, { seed, clips, ...wanted }) => {
    const parsed = parseMessage(fixture(name));
    expect(parsed.says).toMatchObject({ type: 'job', ...wanted });
    expect(parsed.seed).toBe(seed);
    expect(parsed.media).toHaveLength(clips ?? (wanted.stage === 'final' ? 1 : 0));
  });

  test.each(Object.entries(NOTICES))('%s ends the task with a reason', (name, wanted) => {
    const { says, actions } = parseMessage(fixture(name));
    expect(says).toMatchObject({ type: 'notice', consequence: 'fail', ...wanted });
    expect((says as NoticeMessage).account).toEqual(wanted.account);
    expect(actions, 'what a person has to press is offered to nobody').toEqual([]);
  });

  test.each(Object.entries(OTHERS))('%s says %s', (name, type) => {
    expect(parseMessage(fixture(name)).says).toEqual({ type });
  });

  test('offers its buttons by their faces, whatever their ids', () => {
    expect(parseMessage(fixture('final-new')).actions).toMatchObject([
      { kind: 'retry', customId: 'retry:1', emoji: '🔄' },
      { kind: 'remix', customId: 'remix:1', emoji: '🔀' },
      { kind: 'cancel', customId: 'delete:1', emoji: '❌' },
    ]);
    expect(parseMessage(fixture('waiting')).actions).toMatchObject([
      { kind: 'cancel', customId: 'cancel:1' },
    ]);
  });

  test('names the clip with all that is known of it', () => {
    expect(parseMessage(fixture('final-edit')).media).toMatchObject([
      { name: `A_cute_small_cat_seed${SEED}.mp4`, contentType: 'video/mp4', width: 1024, height: 576 },
    ]);
  });

  test.each([
    'a cat that says: generation failed, moderated, cancelled, error',
    'failed',
    'Too many cats, out of credits',
  ])('takes no word of the prompt for its own: %j', (prompt) => {
    const content = `<@${ME}> Prompt: ${prompt}  Author: <@${ME}> Generating video... Be patient!`;
    expect(parseMessage({ id: '1', channel_id: '2', content }).says).toMatchObject({ type: 'job', prompt });
    const bare = `${prompt} - <@${ME}> Generating video... Be patient!`;
    expect(parseMessage({ id: '1', channel_id: '2', content: bare }).says.type).toBe('job');
    const quoted = `<@${ME}> Working on "${prompt}"`;
    expect(parseMessage({ id: '1', channel_id: '2', content: quoted }).says.type).toBe('nothing');
  });

  test('knows the prompts of open jobs, in whatever place the bot repeats them', () => {
    const prompt = 'a clown who  failed his exam';
    const content = `<@${ME}> We are on it: a clown who failed his exam`;
    expect(parseMessage({ id: '1', channel_id: '2', content }, [prompt]).says).toEqual({ type: 'nothing' });
    const failed = `${content} - sorry, it failed`;
    expect(parseMessage({ id: '1', channel_id: '2', content: failed }, [prompt]).says.type).toBe('notice');
  });

  test('a video stands above all words, unless it is shown on the way', () => {
    const video = fixture('final-new').attachments ?? [];
    const at = (content: string): Message => ({ id: '1', channel_id: '2', content, attachments: video });
    expect(parseMessage(at('Moderated, failed, error')).says).toMatchObject({ type: 'job', stage: 'final' });
    expect(parseMessage(at(`<@${ME}> Generating video... Be patient! 70%`)).says).toMatchObject({
      stage: 'progress',
      percent: 70,
    });
  });

  test('never throws, whatever a message holds', () => {
    const text = fc.string({ unit: 'grapheme', maxLength: 60 });
    const word = fc.constantFrom(
      'Prompt: ',
      'Author: <@1>',
      '<@1> ',
      '100%',
      'failed',
      '  Image: 1 Attachment',
      '\n',
    );
    const content = fc.array(fc.oneof(text, word), { maxLength: 12 }).map((parts) => parts.join(''));
    fc.assert(
      fc.property(content, fc.array(text, { maxLength: 3 }), (said, prompts) => {
        const message = {
          id: '1',
          channel_id: '2',
          content: said,
          embeds: [{ title: said, description: said }],
        };
        expect(parseMessage(message, prompts).says.type).toBeTypeOf('string');
      }),
    );
  });

  test('gives back any prompt that is echoed by its labels', () => {
    const prompt = fc
      .string({ unit: 'grapheme-ascii', minLength: 1, maxLength: 80 })
      .map((text) => text.trim())
      .filter((text) => text !== '' && !/(?:Image|Message|Author):/.test(text));
    fc.assert(
      fc.property(prompt, fc.boolean(), (said, hasImage) => {
        const content = `<@${ME}> Prompt: ${said}${hasImage ? '  Image: 1 Attachment' : ''}  Author: <@${ME}>`;
        const message = { ...fixture('final-new'), content };
        expect(parseMessage(message).says).toMatchObject({ prompt: said, userId: ME });
      }),
    );
  });
});
