/** The buttons of a finished task, in groups and in a person's words: pure but for the language. */
import type { ActionKind, TaskActionView, TaskView } from '../api/types.ts';
import { type TextKey, t } from '../i18n/index.ts';

/** Buttons that belong together. */
export interface ActionGroup {
  readonly id: string;
  readonly title: string;
  readonly actions: readonly TaskActionView[];
}

const GROUPS: readonly (readonly [TextKey, readonly ActionKind[]])[] = [
  ['action.group.upscale', ['upscale']],
  ['action.group.vary', ['vary', 'vary-subtle', 'vary-strong', 'vary-region']],
  ['action.group.enlarge', ['upscale-subtle', 'upscale-creative', 'upscale-2x', 'upscale-4x']],
  ['action.group.zoom', ['zoom-2x', 'zoom-1.5x', 'zoom-custom', 'make-square']],
  ['action.group.pan', ['pan-left', 'pan-right', 'pan-up', 'pan-down']],
  ['action.group.video', ['animate-high', 'animate-low', 'extend-high', 'extend-low', 'video-upscale']],
  ['action.group.text', ['imagine-text']],
  ['action.group.more', ['reroll', 'retry', 'remix', 'bookmark', 'other', 'cancel']],
];

/** Component type of a button; menus (3) take a value and cannot be pressed. */
const BUTTON = 2;

/** The groups that have a button; within each in the bot's own order. */
export function groupsOf(actions: readonly TaskActionView[]): ActionGroup[] {
  const buttons = actions.filter(({ type }) => type === BUTTON);
  return GROUPS.flatMap(([key, kinds]) => {
    const own = buttons.filter(({ kind }) => kinds.includes(kind));
    return own.length === 0 ? [] : [{ id: key, title: t(key), actions: own }];
  });
}

/** What stands on a button: its number where its group says the rest, else words; of unknown ones the bot's own. */
export function actionLabel({ kind, index, label, emoji }: TaskActionView): string {
  if (kind === 'other') return [emoji, label].filter(Boolean).join(' ') || '…';
  if (index === undefined) return t(`action.${kind}`);
  const isWhole = ['upscale', 'vary', 'imagine-text'].includes(kind);
  return isWhole ? String(index) : `${t(`action.${kind}`)} ${index}`;
}

/** What a task is, in a few words: `Imagine`, or the button that began it, `Upscale 2`. */
export function taskTitle({ request: { verb, action } }: Pick<TaskView, 'request'>): string {
  const group = action && groupsOf([{ ...action, type: BUTTON }])[0];
  if (action === undefined || group === undefined) return t(`verb.${verb}`);
  const label = actionLabel(action).replace('…', '');
  return group.id === 'action.group.more' ? label || t(`verb.${verb}`) : `${group.title} ${label}`;
}

/** What a button needs before it is pressed. */
export function needOf({ kind }: TaskActionView): 'prompt' | 'mask' | undefined {
  if (kind === 'vary-region') return 'mask';
  return kind === 'zoom-custom' || kind === 'remix' ? 'prompt' : undefined;
}
