import { GatewayError } from '../../core/errors.ts';
import type { ActionKind, ActionWish, Task, TaskAction, TaskVerb } from '../../core/task.ts';

/** What the status calls each action; the first four are the seed document's, the others follow its later release. */
const ACTION_WORDS: Readonly<Record<ActionKind, string>> = {
  upscale: 'Upsample',
  vary: 'Variation',
  reroll: 'Reroll',
  'upscale-subtle': 'UpscaleSubtle',
  'upscale-creative': 'UpscaleCreative',
  'upscale-2x': 'Upscale2x',
  'upscale-4x': 'Upscale4x',
  'vary-subtle': 'VarySubtle',
  'vary-strong': 'VaryCreative',
  'vary-region': 'VaryRegion',
  'zoom-2x': 'Zoom2x',
  'zoom-1.5x': 'Zoom1d5x',
  'zoom-custom': 'CustomZoom',
  'pan-left': 'PanLeft',
  'pan-right': 'PanRight',
  'pan-up': 'PanUp',
  'pan-down': 'PanDown',
  'make-square': 'MakeSquare',
  'animate-high': 'AnimateHigh',
  'animate-low': 'AnimateLow',
  'extend-high': 'ExtendHigh',
  'extend-low': 'ExtendLow',
  'video-upscale': 'VideoUpscale',
  'imagine-text': 'ImagineText',
  retry: 'Retry',
  remix: 'Remix',
  bookmark: 'Bookmark',
  cancel: 'Cancel',
  other: 'Action',
};

const VERB_WORDS: Readonly<Record<Exclude<TaskVerb, 'act'>, string>> = {
  imagine: 'Imagine',
  blend: 'Blend',
  describe: 'Describe',
  shorten: 'Shorten',
  show: 'Show',
  info: 'Info',
  settings: 'Settings',
  mode: 'Mode',
  remix: 'Remix',
  create: 'Create',
  animate: 'Animate',
};

/** Actions that are written with the number of the picture: `U2`, `V4`. */
const NUMBERED: readonly (readonly [letter: string, kind: ActionKind])[] = [
  ['U', 'upscale'],
  ['V', 'vary'],
];

/** Words that stand for no single button, or that nobody should have to ask for by this name. */
const NOT_ASKED: readonly ActionKind[] = ['upscale', 'vary', 'other', 'cancel'];

/** Words of callers, in lower case, and the buttons they mean. */
const WISHES: ReadonlyMap<string, ActionWish> = new Map([
  ...NUMBERED.flatMap(([letter, kind]) =>
    [1, 2, 3, 4].map((index) => [`${letter}${index}`.toLowerCase(), { kind, index }] as const),
  ),
  ...Object.entries(ACTION_WORDS)
    .filter(([kind]) => !NOT_ASKED.some((each) => each === kind))
    .map(([kind, word]) => [word.toLowerCase(), { kind: kind as ActionKind }] as const),
  ['r0', { kind: 'reroll' }],
  ['varystrong', { kind: 'vary-strong' }],
  ['zoom1.5x', { kind: 'zoom-1.5x' }],
]);

/** How the actions are listed to callers who named another one. */
const CHOICES =
  'U1-U4, V1-V4, R0, UpscaleSubtle, UpscaleCreative, VarySubtle, VaryCreative, VaryRegion, Zoom2x, Zoom1d5x, CustomZoom, PanLeft, PanRight, PanUp, PanDown, MakeSquare, AnimateHigh, AnimateLow';

/**
 * The button that a caller's word means, whatever its case.
 * @throws GatewayError invalid_request
 */
export function readAction(word: string): ActionWish {
  const wish = WISHES.get(word.trim().toLowerCase());
  if (wish) return wish;
  throw new GatewayError('invalid_request', 'The action is not known.', {
    param: 'action',
    hint: `Use one of ${CHOICES}; or send the customId of a button instead.`,
  });
}

/** What the status calls the work of a task. */
export function actionWord({ request }: Pick<Task, 'request'>): string {
  if (request.verb !== 'act') return VERB_WORDS[request.verb];
  return ACTION_WORDS[request.action?.kind ?? 'other'];
}

/** The word with which a button can be asked for; empty when only its custom id can. */
export function wordFor({ kind, index }: TaskAction): string {
  const numbered = NUMBERED.find(([, each]) => each === kind);
  if (numbered) return index === undefined ? '' : `${numbered[0]}${index}`;
  return NOT_ASKED.includes(kind) || index !== undefined ? '' : ACTION_WORDS[kind];
}
