/** Reads the custom ids of buttons and forms (reference 2.3 and 2.4). */
import type { DrawingKind } from './kinds.ts';

/** A button that draws. */
export interface DrawingButton {
  readonly kind: DrawingKind;
  /** Which picture, from 1. */
  readonly index: number;
  readonly jobId: string;
}

/** `MJ::JOB::<word>::<index>::<job>`, where the word says what is done. */
const JOB_BUTTON = /^MJ::JOB::(\w+)::(\d+)::([0-9a-f-]{36})(?:::SOLO)?$/;
const OUTPAINT = /^MJ::Outpaint::(50|75|100)::1::([0-9a-f-]{36})(?:::SOLO)?$/;
const INPAINT = /^MJ::Inpaint::1::([0-9a-f-]{36})(?:::SOLO)?$/;
const CUSTOM_ZOOM = /^MJ::CustomZoom::([0-9a-f-]{36})$/;

const WORDS: readonly (readonly [RegExp, DrawingKind])[] = [
  [/^upsample$/, 'upscale'],
  [/^variation$/, 'variation'],
  [/^reroll$/, 'reroll'],
  [/^upsample_v\w+_subtle$/, 'upscale-subtle'],
  [/^upsample_v\w+_creative$/, 'upscale-creative'],
  [/^upsample_v\w+_2x$/, 'upscale-2x'],
  [/^upsample_v\w+_4x$/, 'upscale-4x'],
  [/^low_variation$/, 'vary-subtle'],
  [/^high_variation$/, 'vary-strong'],
  [/^pan_left$/, 'pan-left'],
  [/^pan_right$/, 'pan-right'],
  [/^pan_up$/, 'pan-up'],
  [/^pan_down$/, 'pan-down'],
  [/^animate_high$/, 'animate-high'],
  [/^animate_low$/, 'animate-low'],
  [/^animate_high_extend$/, 'extend-high'],
  [/^animate_low_extend$/, 'extend-low'],
  [/^video_virtual_upscale$/, 'video-upscale'],
];
const ZOOMS: Readonly<Record<string, DrawingKind>> = { 50: 'zoom-2x', 75: 'zoom-1.5x', 100: 'make-square' };

/** What a button draws; undefined when it does something else. */
export function readButton(customId: string): DrawingButton | undefined {
  const [, word = '', index = '', jobId = ''] = JOB_BUTTON.exec(customId) ?? [];
  const known = WORDS.find(([pattern]) => pattern.test(word));
  if (known) return { kind: known[1], index: Number(index), jobId };
  const [, amount = '', outpainted = ''] = OUTPAINT.exec(customId) ?? [];
  const zoom = ZOOMS[amount];
  if (zoom) return { kind: zoom, index: 1, jobId: outpainted };
  const [, inpainted] = INPAINT.exec(customId) ?? [];
  if (inpainted) return { kind: 'vary-region', index: 1, jobId: inpainted };
  const [, zoomed] = CUSTOM_ZOOM.exec(customId) ?? [];
  return zoomed ? { kind: 'zoom-custom', index: 1, jobId: zoomed } : undefined;
}

/** The job that a form's custom id names, and which picture; undefined when it names none. */
export function readForm(customId: string): DrawingButton | undefined {
  const [, family = '', rest = ''] = /^MJ::(\w+)::(.+)$/.exec(customId) ?? [];
  const [, jobId = ''] = /([0-9a-f]{8}-[0-9a-f-]{27})/.exec(rest) ?? [];
  if (!jobId) return undefined;
  const index = Number(/(?<=[0-9a-f]{12}::)\d+/.exec(rest)?.[0] ?? 1);
  switch (family) {
    case 'RemixModal':
      return { kind: 'variation', index, jobId };
    case 'OutpaintCustomZoomModal':
      return { kind: 'zoom-custom', index: 1, jobId };
    case 'PanModal':
      return { kind: `pan-${panWay(rest)}`, index, jobId };
    case 'AnimateModal':
      return { kind: /::high::/.test(rest) ? 'animate-high' : 'animate-low', index, jobId };
    default:
      return undefined;
  }
}

function panWay(rest: string): 'left' | 'right' | 'up' | 'down' {
  return (['left', 'right', 'up', 'down'] as const).find((way) => rest.startsWith(way)) ?? 'left';
}
