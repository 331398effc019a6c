/** How a wish is done, and whether it can be: decided before anything is stored. */
import { GatewayError } from '../../core/errors.ts';
import type { Task, TaskAction } from '../../core/task.ts';
import type { TaskPlan, TaskWish } from '../../core/task-driver.ts';
import { pressedOf } from '../desk/controls.ts';
import { chooseAction, formOf } from './buttons.ts';
import type { MidjourneyOptions } from './options.ts';
import { checkPrompt } from './prompt.ts';

/** `/blend` takes this many pictures. */
const FEWEST_BLENDED = 2;
const MOST_BLENDED = 5;

/** Buttons that the bot answers at once, beside its jobs. */
const INSTANT = /^MJ::(?:JOB::upsample::|BOOKMARK::|CancelJob::|Settings::)/;
/** Buttons that open a form as soon as the account draws in remix mode. */
const REMIXABLE = /^(?:vary|vary-subtle|vary-strong|reroll|pan-(?:left|right|up|down))$/;
// 4e68485a-900c-4c1b-9222-f9b5ae4b3fcf
const JOB_ID = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/i;

/**
 * Decides how a wish is done. Pure.
 * @throws GatewayError invalid_request (words, pictures or ids missing or too many), prompt_refused (a banned word),
 * action_not_offered, parent_unfinished, media_invalid (a mask that is no PNG), unsupported_parameter (a verb of other bots)
 */
export function planTask(
  wish: TaskWish,
  parent: Task | undefined,
  options: Pick<MidjourneyOptions, 'remix' | 'words'>,
): TaskPlan {
  checkPrompt(wish, options);
  if (wish.form?.mask !== undefined) checkMask(wish.form.mask);
  switch (wish.verb) {
    case 'imagine':
    case 'shorten':
      return command(true);
    case 'animate':
      return planAnimation(wish);
    case 'blend':
      return planBlend(wish);
    case 'describe':
      return planDescription(wish);
    case 'show':
      requireThat(JOB_ID.test(wish.jobId ?? ''), 'Showing a job takes its id, a UUID.', 'jobId');
      return command(false);
    case 'mode':
      requireThat(wish.mode !== undefined, 'The mode is missing: fast, relax or turbo.', 'mode');
      return command(false);
    case 'info':
    case 'settings':
    case 'remix':
      return command(false);
    case 'act':
      return planAction(wish, parent, options.remix);
    case 'create':
      throw new GatewayError('unsupported_parameter', 'Midjourney has no "create"; use "imagine".');
  }
}

function command(needsSlot: boolean): TaskPlan {
  return { needsSlot, takesPrompt: false, loadsLinks: false };
}

function planAnimation(wish: TaskWish): TaskPlan {
  const hasPicture = wish.links.length + wish.files > 0 || /https?:\/\//i.test(wish.prompt);
  requireThat(hasPicture, 'An animation takes a picture to begin with, as a link or a file.', 'images');
  return command(true);
}

function planBlend({ links, files }: TaskWish): TaskPlan {
  const count = links.length + files;
  const isFit = count >= FEWEST_BLENDED && count <= MOST_BLENDED;
  requireThat(isFit, `A blend takes ${FEWEST_BLENDED} to ${MOST_BLENDED} pictures, not ${count}.`, 'images');
  return { needsSlot: true, takesPrompt: false, loadsLinks: true };
}

function planDescription({ links, files }: TaskWish): TaskPlan {
  const count = links.length + files;
  requireThat(count === 1, `A description takes exactly one picture, not ${count}.`, 'images');
  return command(true);
}

function planAction(wish: TaskWish, parent: Task | undefined, isRemixing: boolean): TaskPlan {
  const pressed = pressedOf(wish, parent);
  const action = chooseAction(pressed.parent.actions, pressed.wish);
  return {
    action,
    needsSlot: !INSTANT.test(action.customId),
    asks: askedFor(action, wish.form, isRemixing),
    takesPrompt: formOf(action) !== undefined,
    loadsLinks: false,
  };
}

function askedFor(action: TaskAction, form: TaskWish['form'], isRemixing: boolean): TaskPlan['asks'] {
  const wanted = formOf(action);
  if (wanted === 'prompt' && !form?.prompt?.trim()) return 'prompt';
  if (wanted === 'mask' && form?.mask === undefined) return 'mask';
  return isRemixing && form === undefined && REMIXABLE.test(action.kind) ? 'prompt' : undefined;
}

const BASE64 = /^[A-Za-z0-9+/]+={0,2}$/;
/** The eight bytes that every PNG begins with. */
const PNG_SIGNATURE = '89504e470d0a1a0a';

function checkMask(mask: string): void {
  const base64 = mask.replace(/^data:[^,]*,/, '').replace(/\s+/g, '');
  const head = BASE64.test(base64) ? Buffer.from(base64.slice(0, 12), 'base64').toString('hex') : '';
  if (head.startsWith(PNG_SIGNATURE)) return;
  throw new GatewayError('media_invalid', 'The mask is no PNG in base64.', {
    param: 'mask',
    hint: 'Send a PNG of the size of the picture, white where it shall be painted anew.',
  });
}

function requireThat(isMet: boolean, message: string, param: string): void {
  if (!isMet) throw new GatewayError('invalid_request', message, { param });
}
