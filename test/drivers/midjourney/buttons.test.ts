import { describe, expect, test } from 'vitest';
import { GatewayError } from '../../../src/core/errors.ts';
import type { ActionKind, ActionWish, TaskAction } from '../../../src/core/task.ts';
import { chooseAction, formOf, readActions } from '../../../src/drivers/midjourney/buttons.ts';
import { fixture } from './fixtures.ts';

const H = '4e68485a-900c-4c1b-9222-f9b5ae4b3fcf';

const CATALOGUE: [customId: string, kind: ActionKind, index?: number][] = [
  [`MJ::JOB::upsample::3::${H}`, 'upscale', 3],
  [`MJ::JOB::variation::4::${H}`, 'vary', 4],
  [`MJ::JOB::reroll::0::${H}::SOLO`, 'reroll'],
  [`MJ::JOB::upsample_v5_2x::1::${H}::SOLO`, 'upscale-2x'],
  [`MJ::JOB::upsample_v5_4x::1::${H}::SOLO`, 'upscale-4x'],
  [`MJ::JOB::upsample_v6_2x_subtle::1::${H}::SOLO`, 'upscale-subtle'],
  [`MJ::JOB::upsample_v6_2x_creative::1::${H}::SOLO`, 'upscale-creative'],
  [`MJ::JOB::upsample_v6r1_2x_subtle::1::${H}::SOLO`, 'upscale-subtle'],
  [`MJ::JOB::upsample_v6r1_2x_creative::1::${H}::SOLO`, 'upscale-creative'],
  [`MJ::JOB::upsample_v7_2x_subtle::1::${H}::SOLO`, 'upscale-subtle'],
  [`MJ::JOB::upsample_v7_2x_creative::1::${H}::SOLO`, 'upscale-creative'],
  [`MJ::JOB::upsample_max::1::${H}::SOLO`, 'other'],
  [`MJ::JOB::low_variation::1::${H}::SOLO`, 'vary-subtle'],
  [`MJ::JOB::high_variation::1::${H}::SOLO`, 'vary-strong'],
  [`MJ::Inpaint::1::${H}::SOLO`, 'vary-region'],
  [`MJ::Outpaint::50::1::${H}::SOLO`, 'zoom-2x'],
  [`MJ::Outpaint::75::1::${H}::SOLO`, 'zoom-1.5x'],
  [`MJ::Outpaint::100::1::${H}::SOLO`, 'make-square'],
  [`MJ::CustomZoom::${H}`, 'zoom-custom'],
  [`MJ::JOB::pan_left::1::${H}::SOLO`, 'pan-left'],
  [`MJ::JOB::pan_right::1::${H}::SOLO`, 'pan-right'],
  [`MJ::JOB::pan_up::1::${H}::SOLO`, 'pan-up'],
  [`MJ::JOB::pan_down::1::${H}::SOLO`, 'pan-down'],
  [`MJ::BOOKMARK::${H}`, 'bookmark'],
  [`MJ::JOB::animate_high::1::${H}::SOLO`, 'animate-high'],
  [`MJ::JOB::animate_low::1::${H}::SOLO`, 'animate-low'],
  [`MJ::JOB::animate_high_extend::1::${H}`, 'extend-high', 1],
  [`MJ::JOB::animate_low_extend::2::${H}`, 'extend-low', 2],
  [`MJ::JOB::video_virtual_upscale::4::${H}`, 'video-upscale', 4],
  [`MJ::JOB::video::low::${H}::vid_1.1_i2v_480::auto`, 'animate-low'],
  [`MJ::JOB::video::high::${H}::vid_1.1_i2v_extend_480::auto`, 'extend-high'],
  [`MJ::JOB::video::high::${H}::vid_1.1_i2v_480::manual`, 'other'],
  ['MJ::Job::PicReader::2', 'imagine-text', 2],
  ['MJ::Job::PicReader::all', 'imagine-text'],
  ['MJ::Picread::Retry', 'retry'],
  ['MJ::Job::PromptAnalyzer::5', 'imagine-text', 5],
  [`MJ::CancelJob::ByJobid::${H}`, 'cancel'],
  ['MJ::Settings::HighVariabilityMode::1', 'other'],
  ['SomethingNew::1', 'other'],
];

const button = (custom_id: string, more = {}) => ({ type: 2, style: 2, custom_id, ...more });
const offeredBy = (name: string) => readActions(fixture(name).components ?? []);

function refusal(offered: readonly TaskAction[], wish: ActionWish): GatewayError {
  try {
    chooseAction(offered, wish);
  } catch (error) {
    return error as GatewayError;
  }
  throw new Error('nothing was refused');
}

describe('the buttons of a message', () => {
  test.each(CATALOGUE)('%s means %s %s', (customId, kind, index) => {
    const [action] = readActions([
      { type: 1, components: [button(customId, { label: 'L', emoji: { name: '🔄' } })] },
    ]);
    expect(action).toEqual({
      kind,
      ...(index === undefined ? {} : { index }),
      customId,
      label: 'L',
      emoji: '🔄',
      style: 2,
      type: 2,
    });
  });

  test('are read out of containers too, without links, disabled ones and human checks', () => {
    const actions = readActions([
      {
        type: 17,
        components: [
          {
            type: 1,
            components: [
              button('MJ::Picread::Retry'),
              button('MJ::BOOKMARK::x', { disabled: true }),
              { type: 2, style: 5, url: 'https://www.midjourney.com/jobs/x' },
              button('MJ::Captcha::1::x'),
              button('MJ::iframe::x'),
            ],
          },
        ],
      },
    ]);
    expect(actions.map(({ customId }) => customId)).toEqual(['MJ::Picread::Retry']);
  });

  test('include menus', () => {
    expect(offeredBy('settings-answer')[0]).toMatchObject({
      type: 3,
      kind: 'other',
      customId: 'MJ::Settings::VersionSelector',
    });
  });
});

describe('a wish for a button', () => {
  test.each<[fixture: string, wish: ActionWish, customId: RegExp]>([
    ['imagine-final-2024', { kind: 'upscale', index: 2 }, /upsample::2::/],
    ['imagine-final-2024', { kind: 'vary', index: 4 }, /variation::4::/],
    ['imagine-final-2024', { kind: 'reroll' }, /reroll::0::/],
    ['imagine-final-2024', { kind: 'reroll', index: 0 }, /reroll::0::/],
    ['pick-final-2026', { kind: 'upscale-subtle' }, /upsample_v7_2x_subtle/],
    ['pick-final-2026', { kind: 'upscale-2x' }, /upsample_v7_2x_subtle/],
    ['pick-final-2026', { kind: 'upscale-4x' }, /upsample_v7_2x_creative/],
    ['pick-final-v5-2x-4x', { kind: 'upscale-2x' }, /upsample_v5_2x/],
    ['pick-final-v5-2x-4x', { kind: 'upscale-subtle' }, /upsample_v5_2x/],
    ['pick-final-v5-2x-4x', { kind: 'upscale-creative', index: 1 }, /upsample_v5_4x/],
    ['pick-final-2026', { kind: 'make-square' }, /Outpaint::100/],
    ['video-final-webp', { kind: 'video-upscale', index: 3 }, /video_virtual_upscale::3/],
    ['video-clip-final', { kind: 'extend-low' }, /animate_low_extend::1/],
    ['describe-answer', { kind: 'imagine-text', index: 4 }, /PicReader::4/],
    ['describe-answer', { kind: 'imagine-text' }, /PicReader::all/],
    ['imagine-final-2024', { customId: `MJ::JOB::upsample::1::${H}` }, /upsample::1::/],
  ])('%s: %j', (name, wish, customId) => {
    expect(chooseAction(offeredBy(name), wish).customId).toMatch(customId);
  });

  test.each<[fixture: string, wish: ActionWish]>([
    ['imagine-final-2024', { kind: 'upscale-subtle' }],
    ['imagine-final-2024', { kind: 'upscale' }],
    ['imagine-final-2024', { kind: 'upscale', index: 5 }],
    ['imagine-final-2024', { kind: 'reroll', index: 2 }],
    ['pick-final-2026', { kind: 'extend-high' }],
    ['pick-final-2026', { kind: 'other' }],
    ['imagine-final-2024', { customId: 'MJ::JOB::upsample::1::another' }],
  ])('%s does not offer %j, and says what it offers', (name, wish) => {
    const error = refusal(offeredBy(name), wish);
    expect(error).toBeInstanceOf(GatewayError);
    expect(error.code).toBe('action_not_offered');
    const [first] = offeredBy(name);
    expect(error.message).toContain(first?.label);
    expect(error.message).toContain(first?.kind);
  });

  test('of a task without buttons is refused in words', () => {
    expect(refusal([], { kind: 'vary', index: 3 }).message).toBe(
      'The task does not offer vary 3; it offers no actions.',
    );
  });
});

describe('the form of a button', () => {
  test.each<[customId: string, form: ReturnType<typeof formOf>]>([
    [`MJ::CustomZoom::${H}`, 'prompt'],
    [`MJ::Inpaint::1::${H}::SOLO`, 'mask'],
    ['MJ::Job::PicReader::1', 'maybe'],
    ['MJ::Job::PromptAnalyzer::1', 'maybe'],
    [`MJ::JOB::variation::1::${H}`, 'maybe'],
    [`MJ::JOB::low_variation::1::${H}::SOLO`, 'maybe'],
    [`MJ::JOB::reroll::0::${H}::SOLO`, 'maybe'],
    [`MJ::JOB::pan_up::1::${H}::SOLO`, 'maybe'],
    [`MJ::JOB::animate_high_extend::1::${H}`, 'maybe'],
    [`MJ::JOB::video::high::${H}::vid_1.1_i2v_480::manual`, 'maybe'],
    [`MJ::JOB::upsample::1::${H}`, undefined],
    [`MJ::Outpaint::50::1::${H}::SOLO`, undefined],
    [`MJ::BOOKMARK::${H}`, undefined],
  ])('%s: %s', (customId, form) => {
    const [action] = readActions([button(customId)]);
    expect(formOf(action!)).toBe(form);
  });
});
