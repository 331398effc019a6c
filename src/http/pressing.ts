/** Buttons as callers ask for them, for every dialect. */
import { GatewayError } from '../core/errors.ts';
import type { ActionKind, ActionWish, Task, TaskAction } from '../core/task.ts';
import type { TaskReceipt } from '../core/tasks.ts';

/** How a dialect speaks of a button. */
export interface Pressing {
  readonly action: ActionWish | undefined;
  /** As the caller wrote it. */
  readonly asked: string;
  /** What a caller of this dialect can send for each of these buttons. */
  readonly offered: (actions: readonly TaskAction[]) => readonly string[];
  readonly submit: (action: ActionWish | undefined) => Promise<TaskReceipt>;
  readonly findParent: () => Promise<Task | undefined>;
}

/** Buttons that never open a form for words. */
const WORDLESS: ReadonlySet<ActionKind> = new Set<ActionKind>([
  ...(['upscale', 'upscale-subtle', 'upscale-creative', 'upscale-2x', 'upscale-4x'] as const),
  ...(['zoom-2x', 'zoom-1.5x', 'make-square', 'video-upscale', 'retry', 'bookmark', 'cancel'] as const),
]);

const LONGEST_QUOTE = 60;
const LONGEST_LIST = 1_500;

/**
 * Presses a button. `U2` of a task whose clips are counted means its second clip. A refusal lists what is offered in the
 * dialect's own words.
 * @throws GatewayError what `submit` throws
 */
export async function press(pressing: Pressing): Promise<TaskReceipt> {
  const { action, submit, findParent } = pressing;
  try {
    return await submit(action);
  } catch (error) {
    if (!(error instanceof GatewayError) || error.code !== 'action_not_offered') throw error;
    const parent = await findParent();
    if (parent === undefined) throw error;
    const clip = clipOn(parent.actions, action);
    if (clip) return submit(clip);
    throw notOffered(pressing, parent.actions);
  }
}

/** What is to be said of words that a button has no use for; undefined where it may have. */
export function wordsWarning({ request }: Pick<Task, 'request'>, words: string | undefined) {
  const { action } = request;
  if (!words?.trim() || action === undefined || !WORDLESS.has(action.kind)) return undefined;
  // Buttons of this ending ask for words whatever they do.
  if (action.customId.endsWith('::manual')) return undefined;
  return 'prompt ignored: the button takes no words';
}

/** What a caller wrote, fit to be repeated: one line, bounded. */
export function quoted(written: string): string {
  const line = written
    .toWellFormed()
    .replace(/[\p{Cc}\s]+/gu, ' ')
    .trim();
  const cut = [...line].slice(0, LONGEST_QUOTE).join('');
  return `"${cut}${cut.length < line.length ? '…' : ''}"`;
}

function clipOn(offered: readonly TaskAction[], wish: ActionWish | undefined): ActionWish | undefined {
  if (wish === undefined || 'customId' in wish || wish.kind !== 'upscale') return undefined;
  const { index } = wish;
  const clip = offered.find((action) => action.kind === 'video-upscale' && action.index === index);
  return clip && { customId: clip.customId };
}

function notOffered({ asked, offered }: Pressing, actions: readonly TaskAction[]): GatewayError {
  const words = [...new Set(offered(actions))];
  const listed = words.length === 0 ? 'it offers no actions' : `it offers: ${bounded(words)}`;
  return new GatewayError('action_not_offered', `The task does not offer ${quoted(asked)}; ${listed}.`, {
    param: 'action',
  });
}

function bounded(words: readonly string[]): string {
  let text = '';
  for (const [index, word] of words.entries()) {
    if (text.length + word.length > LONGEST_LIST) return `${text} and ${words.length - index} more`;
    text += `${index === 0 ? '' : ', '}${word}`;
  }
  return text;
}
