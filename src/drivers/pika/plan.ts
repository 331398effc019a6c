/** How a wish is done, and whether it can be: decided before anything is stored. */
import { GatewayError } from '../../core/errors.ts';
import type { Task } from '../../core/task.ts';
import type { TaskPlan, TaskWish } from '../../core/task-driver.ts';
import { chooseControl, pressedOf } from '../desk/controls.ts';
import type { PikaOptions } from './options.ts';
import { checkPrompt } from './prompt.ts';

/**
 * Decides how a wish is done. Pure.
 * @throws GatewayError invalid_request (words or pictures missing or too many), prompt_refused (a banned word),
 * action_not_offered, parent_unfinished, unsupported_parameter (a verb of other bots)
 */
export function planTask(
  wish: TaskWish,
  parent: Task | undefined,
  options: Pick<PikaOptions, 'words'>,
): TaskPlan {
  checkPrompt(wish, options);
  const pictures = wish.links.length + wish.files;
  switch (wish.verb) {
    case 'create':
      requireThat(wish.prompt.trim() !== '', 'The prompt is empty.', 'prompt');
      requireThat(pictures === 0, 'Words alone make this video; "animate" takes a picture.', 'images');
      return command();
    case 'animate':
      requireThat(pictures === 1, `An animation takes exactly one picture, not ${pictures}.`, 'images');
      return command();
    case 'act':
      return planAction(wish, parent);
    default:
      throw new GatewayError(
        'unsupported_parameter',
        `Pika has no "${wish.verb}"; it makes videos: "create" of words, "animate" of a picture.`,
      );
  }
}

/** The bot fetches no links: pictures are loaded, and sent as files. */
function command(): TaskPlan {
  return { needsSlot: true, takesPrompt: false, loadsLinks: true };
}

function planAction(wish: TaskWish, parent: Task | undefined): TaskPlan {
  const pressed = pressedOf(wish, parent);
  const action = chooseControl(pressed.parent.actions, pressed.wish);
  const words = wish.form?.prompt ?? wish.prompt;
  return {
    action,
    needsSlot: action.kind !== 'cancel',
    asks: action.kind === 'remix' && words.trim() === '' ? 'prompt' : undefined,
    takesPrompt: action.kind === 'remix',
    loadsLinks: false,
  };
}

function requireThat(isMet: boolean, message: string, param: string): void {
  if (!isMet) throw new GatewayError('invalid_request', message, { param });
}
