import type { ActionKind, ActionWish, TaskAction, TaskRequest, TaskVerb } from '../../core/task.ts';

import { asksForClip } from '../clips.ts';

/** Midjourney-Proxy's words for what a task does. */
export type ActionName =
  | 'IMAGINE'
  | 'UPSCALE'
  | 'UPSCALE_HD'
  | 'VARIATION'
  | 'REROLL'
  | 'DESCRIBE'
  | 'BLEND'
  | 'SHORTEN'
  | 'SHOW'
  | 'ACTION'
  | 'PAN'
  | 'ZOOM'
  | 'OUTPAINT'
  | 'INPAINT'
  | 'PIC_READER'
  | 'VIDEO'
  | 'VIDEO_EXTEND';

const VERBS: Readonly<Record<Exclude<TaskVerb, 'act'>, ActionName>> = {
  imagine: 'IMAGINE',
  blend: 'BLEND',
  describe: 'DESCRIBE',
  shorten: 'SHORTEN',
  show: 'SHOW',
  create: 'IMAGINE',
  animate: 'VIDEO',
  info: 'ACTION',
  settings: 'ACTION',
  mode: 'ACTION',
  remix: 'ACTION',
};

const KINDS: Readonly<Record<ActionKind, ActionName>> = {
  upscale: 'UPSCALE',
  'upscale-subtle': 'UPSCALE_HD',
  'upscale-creative': 'UPSCALE_HD',
  'upscale-2x': 'UPSCALE_HD',
  'upscale-4x': 'UPSCALE_HD',
  vary: 'VARIATION',
  'vary-subtle': 'VARIATION',
  'vary-strong': 'VARIATION',
  'vary-region': 'INPAINT',
  reroll: 'REROLL',
  'zoom-2x': 'OUTPAINT',
  'zoom-1.5x': 'OUTPAINT',
  'zoom-custom': 'ZOOM',
  'pan-left': 'PAN',
  'pan-right': 'PAN',
  'pan-up': 'PAN',
  'pan-down': 'PAN',
  'make-square': 'OUTPAINT',
  'animate-high': 'VIDEO',
  'animate-low': 'VIDEO',
  'extend-high': 'VIDEO_EXTEND',
  'extend-low': 'VIDEO_EXTEND',
  'video-upscale': 'VIDEO',
  'imagine-text': 'PIC_READER',
  retry: 'PIC_READER',
  remix: 'ACTION',
  bookmark: 'ACTION',
  cancel: 'ACTION',
  other: 'ACTION',
};

/** What the task does, in one word. */
export function actionNameOf(request: TaskRequest): ActionName {
  const { verb, action } = request;
  if (verb !== 'act') return verb === 'imagine' && asksForClip(request) ? 'VIDEO' : VERBS[verb];
  if (action?.kind === 'imagine-text' && !/pic-?reader/i.test(action.customId)) return 'IMAGINE';
  return KINDS[action?.kind ?? 'other'];
}

/** The task as a command line, such as `/imagine a cat` or `/up 1320098173412546 U2`. */
export function descriptionOf(request: TaskRequest): string {
  const { verb, action, parentId, prompt, links, files, jobId } = request;
  if (verb === 'act') return `/up ${parentId ?? ''} ${action ? buttonName(action) : ''}`.trimEnd();
  if (verb === 'blend') return `/blend ${links.length + files}`;
  return `/${verb} ${verb === 'show' ? (jobId ?? '') : prompt || (links[0] ?? '')}`.trimEnd();
}

/** A button as callers name it: `U2`, `V1`, `R`, or its custom id. */
export function askedFor(wish: ActionWish): string {
  return 'customId' in wish ? wish.customId : (shortName(wish) ?? `${wish.kind} ${wish.index ?? ''}`);
}

/** What callers can send for each of these buttons. */
export function offeredWords(actions: readonly TaskAction[]): string[] {
  return actions.map((action) => shortName(action) ?? action.customId);
}

function buttonName(action: TaskAction): string {
  return shortName(action) ?? (action.label || action.emoji || action.kind);
}

function shortName({ kind, index }: { kind: ActionKind; index?: number | undefined }): string | undefined {
  if (kind === 'reroll') return 'R';
  if (kind === 'upscale' && index !== undefined) return `U${index}`;
  return kind === 'vary' && index !== undefined ? `V${index}` : undefined;
}
