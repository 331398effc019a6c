import { GatewayError } from '../../core/errors.ts';
import type { ActionKind, ActionWish, Task, TaskAction, TaskVerb } from '../../core/task.ts';
import { quoted } from '../pressing.ts';

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

/** Actions whose word may be followed by the number of a clip or text, and how many of them there are at most. */
const COUNTED: ReadonlyMap<ActionKind, number> = new Map([
  ['extend-high', 4],
  ['extend-low', 4],
  ['video-upscale', 4],
  ['imagine-text', 9],
]);

/** Words that stand for no single button, or that nobody should have to ask for by this name. */
const NOT_ASKED: readonly ActionKind[] = ['upscale', 'vary', 'other', 'cancel'];

const ASKED = Object.entries(ACTION_WORDS)
  .map(([kind, word]) => [kind as ActionKind, word] as const)
  .filter(([kind]) => !NOT_ASKED.includes(kind));

/** Words of callers, in lower case, and the buttons they mean. */
const WISHES: ReadonlyMap<string, ActionWish> = new Map<string, ActionWish>([
  ...NUMBERED.flatMap(([letter, kind]) =>
    upTo(4).map((index) => [`${letter}${index}`.toLowerCase(), { kind, index }] as const),
  ),
  ...ASKED.map(([kind, word]) => [word.toLowerCase(), { kind }] as const),
  ...ASKED.flatMap(([kind, word]) =>
    upTo(COUNTED.get(kind) ?? 0).map((index) => [`${word}${index}`.toLowerCase(), { kind, index }] as const),
  ),
  ['r0', { kind: 'reroll' }],
  ['varystrong', { kind: 'vary-strong' }],
  ['zoom1.5x', { kind: 'zoom-1.5x' }],
]);

/** How the actions are listed to callers who named another one. */
const CHOICES = [
  ...['U1-U4', 'V1-V4', 'R0'],
  ...ASKED.map(([kind, word]) => {
    const most = COUNTED.get(kind);
    return most === undefined ? word : `${word}1-${word}${most}`;
  }),
].join(', ');

/**
 * The button that a caller's word means, whatever its case.
 * @param index number of the clip or text, from 1, where the word does not hold it
 * @throws GatewayError invalid_request
 */
export function readAction(word: string, index?: number): ActionWish {
  const wish = WISHES.get(word.trim().toLowerCase());
  if (wish === undefined) {
    throw new GatewayError('invalid_request', `The action ${quoted(word)} is not known.`, {
      param: 'action',
      hint: `Use one of ${CHOICES}; or send the customId of a button instead.`,
    });
  }
  return takesIndex(wish) && index !== undefined ? { ...wish, index } : wish;
}

/** True for a button that is counted, but whose number was not said. */
export function takesIndex(wish: ActionWish): boolean {
  return 'kind' in wish && wish.index === undefined && COUNTED.has(wish.kind);
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
  if (NOT_ASKED.includes(kind)) return '';
  if (index === undefined) return ACTION_WORDS[kind];
  return index <= (COUNTED.get(kind) ?? 0) ? `${ACTION_WORDS[kind]}${index}` : '';
}

/** What a caller can send for each of these buttons. */
export function offeredWords(actions: readonly TaskAction[]): string[] {
  return actions.map((action) => wordFor(action) || `customId ${action.customId}`);
}

function upTo(most: number): number[] {
  return Array.from({ length: most }, (_, index) => index + 1);
}
