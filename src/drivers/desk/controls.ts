/** The buttons and menus of a message: which can be used, and which one a caller means. */
import type { Component } from '../../core/discord.ts';
import { GatewayError } from '../../core/errors.ts';
import { type ActionKind, type ActionWish, hasEnded, type Task, type TaskAction } from '../../core/task.ts';
import type { TaskWish } from '../../core/task-driver.ts';
import { flatten } from './message-text.ts';

/** Component types and the style of a button that only opens a link (Discord docs, "Component Reference"). */
const BUTTON = 2;
const STRING_MENU = 3;
const LINK = 5;

/** Kinds that stand in for each other where a message offers only one of them. */
export type Kin = Readonly<Partial<Record<ActionKind, ActionKind>>>;

/** What a bot's button does; undefined for one that is not offered to callers. */
export type ReadControl = (
  customId: string,
  component: Component,
) => Pick<TaskAction, 'kind' | 'index'> | undefined;

/**
 * The buttons and menus of a message that can be used: not the disabled ones, not those that only open a link, and none
 * that the bot's reading leaves out.
 */
export function readControls(components: readonly Component[], read: ReadControl): TaskAction[] {
  return flatten(components).flatMap((component) => {
    const { type, custom_id, disabled, style } = component;
    const isControl = (type === BUTTON && style !== LINK) || type === STRING_MENU;
    const meaning = isControl && custom_id && !disabled ? read(custom_id, component) : undefined;
    return meaning && custom_id ? [actionOf(component, custom_id, meaning)] : [];
  });
}

function actionOf(
  { type, label, emoji, style }: Component,
  customId: string,
  meaning: Pick<TaskAction, 'kind' | 'index'>,
): TaskAction {
  return { ...meaning, customId, label: label ?? '', emoji: emoji?.name ?? '', style: style ?? 2, type };
}

/**
 * The finished task whose button is pressed, and the wish for one.
 * @throws GatewayError invalid_request when one of them is missing, parent_unfinished
 */
export function pressedOf(wish: TaskWish, parent: Task | undefined): { parent: Task; wish: ActionWish } {
  if (parent === undefined) {
    throw new GatewayError('invalid_request', 'A button belongs to a task: its id is missing.', {
      param: 'parentId',
    });
  }
  if (parent.status !== 'succeeded') {
    throw new GatewayError(
      'parent_unfinished',
      `Task ${parent.id} has not succeeded: it is ${parent.status}.`,
      hasEnded(parent) ? { hint: 'It never will: start again, or choose another one.' } : {},
    );
  }
  if (wish.action === undefined) {
    throw new GatewayError('invalid_request', 'The action is missing.', { param: 'action' });
  }
  return { parent, wish: wish.action };
}

/**
 * The button that a caller names: the one of that custom id, or of that kind and index. Kinds of
 * one kin stand in for each other. Index 0 or 1 of a button for the whole is the button.
 * @throws GatewayError action_not_offered; its message lists what is offered
 */
export function chooseControl(offered: readonly TaskAction[], wish: ActionWish, kin: Kin = {}): TaskAction {
  const found =
    'customId' in wish
      ? offered.find(({ customId }) => customId === wish.customId)
      : byKind(offered, wish, kin);
  if (found !== undefined) return found;
  const what = 'customId' in wish ? wish.customId : named(wish.kind, wish.index);
  throw new GatewayError('action_not_offered', `The task does not offer ${what}; ${listed(offered)}`, {
    param: 'action',
  });
}

function byKind(
  offered: readonly TaskAction[],
  { kind, index }: Extract<ActionWish, { kind: ActionKind }>,
  kin: Kin,
): TaskAction | undefined {
  const exact = offered.filter((action) => action.kind === kind);
  const candidates = exact.length > 0 ? exact : offered.filter((action) => action.kind === kin[kind]);
  const same = candidates.find((action) => action.index === index);
  if (same !== undefined) return same;
  if (index === undefined) return candidates.length === 1 ? candidates[0] : undefined;
  return index <= 1 ? candidates.find((action) => action.index === undefined) : undefined;
}

function named(kind: ActionKind, index: number | undefined): string {
  return index === undefined ? kind : `${kind} ${index}`;
}

function listed(offered: readonly TaskAction[]): string {
  if (offered.length === 0) return 'it offers no actions.';
  const names = offered.map(({ kind, index, label, emoji, customId }) => {
    const face = label || emoji;
    const name = kind === 'other' ? customId : named(kind, index);
    return face === '' ? name : `${name} (${face})`;
  });
  return `it offers: ${names.join(', ')}.`;
}
