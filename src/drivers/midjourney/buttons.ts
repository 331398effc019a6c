/**
 * What the buttons of a Midjourney message do, read from their custom ids, and how one of them is chosen. A finished
 * message's own buttons are pressed, never ids made from a template: each model offers other ones.
 */
import type { Component } from '../../core/discord.ts';
import type { ActionKind, ActionWish, TaskAction } from '../../core/task.ts';
import { chooseControl, readControls } from '../desk/controls.ts';

/** Checks that only a person may answer: they are not offered, so that no caller can have them pressed. */
const FOR_PEOPLE = /^MJ::(?:Captcha|iframe)/i;

// MJ::JOB::upsample::2::4e68485a-900c-4c1b-9222-f9b5ae4b3fcf
// MJ::JOB::upsample_v6r1_2x_subtle::1::4e68485a-900c-4c1b-9222-f9b5ae4b3fcf::SOLO
// MJ::Outpaint::75::1::4e68485a-900c-4c1b-9222-f9b5ae4b3fcf::SOLO
// MJ::JOB::video::low::4e68485a-900c-4c1b-9222-f9b5ae4b3fcf::vid_1.1_i2v_480::auto
const CATALOGUE: readonly (readonly [pattern: RegExp, kind: ActionKind])[] = [
  [/^MJ::JOB::upsample::([1-4])::/, 'upscale'],
  [/^MJ::JOB::upsample_\w*subtle::/, 'upscale-subtle'],
  [/^MJ::JOB::upsample_\w*creative::/, 'upscale-creative'],
  [/^MJ::JOB::upsample_\w*2x::/, 'upscale-2x'],
  [/^MJ::JOB::upsample_\w*4x::/, 'upscale-4x'],
  [/^MJ::JOB::variation::([1-4])::/, 'vary'],
  [/^MJ::JOB::low_variation::/, 'vary-subtle'],
  [/^MJ::JOB::high_variation::/, 'vary-strong'],
  [/^MJ::Inpaint::/, 'vary-region'],
  [/^MJ::JOB::reroll::/, 'reroll'],
  [/^MJ::Outpaint::50::/, 'zoom-2x'],
  [/^MJ::Outpaint::75::/, 'zoom-1.5x'],
  [/^MJ::Outpaint::100::/, 'make-square'],
  [/^MJ::CustomZoom::/, 'zoom-custom'],
  [/^MJ::JOB::pan_left::/, 'pan-left'],
  [/^MJ::JOB::pan_right::/, 'pan-right'],
  [/^MJ::JOB::pan_up::/, 'pan-up'],
  [/^MJ::JOB::pan_down::/, 'pan-down'],
  [/^MJ::JOB::animate_high::/, 'animate-high'],
  [/^MJ::JOB::animate_low::/, 'animate-low'],
  [/^MJ::JOB::animate_high_extend::(\d+)::/, 'extend-high'],
  [/^MJ::JOB::animate_low_extend::(\d+)::/, 'extend-low'],
  [/^MJ::JOB::video::high::.*extend.*::auto$/, 'extend-high'],
  [/^MJ::JOB::video::low::.*extend.*::auto$/, 'extend-low'],
  [/^MJ::JOB::video::high::.*::auto$/, 'animate-high'],
  [/^MJ::JOB::video::low::.*::auto$/, 'animate-low'],
  [/^MJ::JOB::video_virtual_upscale::(\d+)::/, 'video-upscale'],
  [/^MJ::Job::PicReader::(\d+)$/i, 'imagine-text'],
  [/^MJ::Job::PicReader::all$/i, 'imagine-text'],
  [/^MJ::Job::PromptAnalyzer::(\d+)$/i, 'imagine-text'],
  [/^MJ::Picread::Retry/i, 'retry'],
  [/^MJ::BOOKMARK::/, 'bookmark'],
  [/^MJ::CancelJob::/, 'cancel'],
];

/** Models before the sixth doubled and quadrupled where later ones upscale subtly and creatively, and the reverse. */
const KIN: Partial<Record<ActionKind, ActionKind>> = {
  'upscale-subtle': 'upscale-2x',
  'upscale-creative': 'upscale-4x',
  'upscale-2x': 'upscale-subtle',
  'upscale-4x': 'upscale-creative',
};

/** Buttons whose form opens in remix mode only, or comes filled in. */
const MAY_ASK: ReadonlySet<ActionKind> = new Set<ActionKind>([
  'vary',
  'vary-subtle',
  'vary-strong',
  'reroll',
  'pan-left',
  'pan-right',
  'pan-up',
  'pan-down',
  'animate-high',
  'animate-low',
  'extend-high',
  'extend-low',
  'imagine-text',
]);

/**
 * The buttons and menus of a message that can be used: not the disabled ones, not those that only open a link, and not
 * the answers of a check that is meant for people.
 */
export function readActions(components: readonly Component[]): TaskAction[] {
  return readControls(components, (customId) =>
    FOR_PEOPLE.test(customId) ? undefined : meaningOf(customId),
  );
}

function meaningOf(customId: string): Pick<TaskAction, 'kind' | 'index'> {
  for (const [pattern, kind] of CATALOGUE) {
    const found = pattern.exec(customId);
    if (found?.[1] !== undefined) return { kind, index: Number(found[1]) };
    if (found !== null) return { kind };
  }
  return { kind: 'other' };
}

/**
 * The button that a caller names; see `chooseControl`. Upscales of older and newer models stand in for each other (2x for
 * subtle, 4x for creative).
 * @throws GatewayError action_not_offered; its message lists what is offered
 */
export function chooseAction(offered: readonly TaskAction[], wish: ActionWish): TaskAction {
  return chooseControl(offered, wish, KIN);
}

/**
 * What the form wants that a button opens: `prompt` and `mask` cannot be left out; `maybe`: there is a form in remix mode
 * only, or one that is filled in already. Undefined where no form is known of.
 */
export function formOf(
  action: Pick<TaskAction, 'kind' | 'customId'>,
): 'prompt' | 'mask' | 'maybe' | undefined {
  if (action.kind === 'zoom-custom') return 'prompt';
  if (action.kind === 'vary-region') return 'mask';
  if (MAY_ASK.has(action.kind) || action.customId.endsWith('::manual')) return 'maybe';
  return undefined;
}
