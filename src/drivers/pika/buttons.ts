/** What the buttons below a video of Pika's do: told by their faces, as nobody has written down their custom ids. */
import type { Component } from '../../core/discord.ts';
import type { ActionKind, TaskAction } from '../../core/task.ts';
import { readControls } from '../desk/controls.ts';

// 🔄 retry with the same prompt, 🔀 remix in a form, ❌ delete
const FACES: readonly (readonly [face: RegExp, kind: ActionKind])[] = [
  [/🔄|🔁|♻|\b(?:retry|re-?roll|re-?generate|again)\b/iu, 'retry'],
  [/🔀|\b(?:remix|re-?prompt|edit)\b/iu, 'remix'],
  [/❌|✖|🗑|\b(?:cancel|delete|remove)\b/iu, 'cancel'],
];

/** A check that only a person may answer is not offered, so that no caller can have it pressed. */
const FOR_PEOPLE = /captcha|verif(?:y|ication)|human/i;

/** The buttons of a message that can be used. */
export function readActions(components: readonly Component[]): TaskAction[] {
  return readControls(components, (customId, { emoji, label }) => {
    if (FOR_PEOPLE.test(`${customId} ${label ?? ''}`)) return undefined;
    const face = `${emoji?.name ?? ''} ${label ?? ''}`;
    return { kind: kindOf(face) ?? kindOf(customId.replace(/[_:.-]+/g, ' ')) ?? 'other' };
  });
}

function kindOf(face: string): ActionKind | undefined {
  return FACES.find(([pattern]) => pattern.test(face))?.[1];
}
