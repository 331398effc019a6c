/** Actions as words that a person types in a chat: `U2`, `pan left`. */
import type { ActionKind, ActionWish, TaskAction } from '../../../core/task.ts';

/** Buttons that mean the whole picture, by what people call them; the first name is the one that is offered. */
const NAMES: Partial<Record<ActionKind, readonly string[]>> = {
  reroll: ['reroll', 'redo', 'again', '🔄'],
  'upscale-subtle': ['upscale subtle'],
  'upscale-creative': ['upscale creative'],
  'upscale-2x': ['upscale 2x'],
  'upscale-4x': ['upscale 4x'],
  'vary-subtle': ['vary subtle'],
  'vary-strong': ['vary strong'],
  'zoom-2x': ['zoom 2x', 'zoom out 2x', 'zoom 2', 'zoom out'],
  'zoom-1.5x': ['zoom 1.5x', 'zoom out 1.5x', 'zoom 1.5'],
  'pan-left': ['pan left', 'left', '⬅️'],
  'pan-right': ['pan right', 'right', '➡️'],
  'pan-up': ['pan up', 'up', '⬆️'],
  'pan-down': ['pan down', 'down', '⬇️'],
  'make-square': ['make square', 'square'],
  'animate-high': ['animate high', 'animate'],
  'animate-low': ['animate low'],
  'extend-high': ['extend high', 'extend'],
  'extend-low': ['extend low'],
  retry: ['retry'],
};

/** Buttons that are counted. */
const COUNTED: readonly (readonly [kind: ActionKind, offered: string, pattern: RegExp])[] = [
  ['upscale', 'U', /^(?:u|upscale) ?([1-4])$/],
  ['vary', 'V', /^(?:v|vary) ?([1-4])$/],
  ['imagine-text', 'imagine ', /^imagine ([1-9])$/],
  ['video-upscale', 'clip ', /^clip ([1-4])$/],
  ['extend-high', 'extend high ', /^extend(?: high)? ([1-4])$/],
  ['extend-low', 'extend low ', /^extend low ([1-4])$/],
];

const BY_NAME = new Map<string, ActionKind>(
  Object.entries(NAMES).flatMap(([kind, names]) => names.map((name) => [name, kind as ActionKind] as const)),
);

/** The action that a whole message stands for; undefined when it is anything else. */
export function readActionWords(message: string): ActionWish | undefined {
  const words = message
    .trim()
    .toLowerCase()
    .replace(/[().!]+$|^[(]/g, '')
    .replace(/[\s(]+/g, ' ');
  const kind = BY_NAME.get(words);
  if (kind !== undefined) return { kind };
  for (const [counted, , pattern] of COUNTED) {
    const index = pattern.exec(words)?.[1];
    if (index !== undefined) return { kind: counted, index: Number(index) };
  }
  return undefined;
}

/** The words that a finished task's buttons can be pressed by, in their order. */
export function offeredWords(actions: readonly TaskAction[]): string[] {
  const words = actions.flatMap(({ kind, index }) => {
    const counted = COUNTED.find(([one]) => one === kind);
    if (counted && index !== undefined) return [`${counted[1]}${index}`];
    return NAMES[kind]?.slice(0, 1) ?? [];
  });
  return [...new Set(words)];
}
