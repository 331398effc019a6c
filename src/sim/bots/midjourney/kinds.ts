/** All that can be asked of the bots, and how the messages of each task look. */

/** Tasks that draw, in the order of the reference. */
const DRAWING_KINDS = [
  'imagine',
  'blend',
  'upscale',
  'variation',
  'reroll',
  'upscale-subtle',
  'upscale-creative',
  'upscale-2x',
  'upscale-4x',
  'vary-subtle',
  'vary-strong',
  'vary-region',
  'zoom-2x',
  'zoom-1.5x',
  'zoom-custom',
  'make-square',
  'pan-left',
  'pan-right',
  'pan-up',
  'pan-down',
  'animate-high',
  'animate-low',
  'extend-high',
  'extend-low',
  'video-upscale',
] as const;

/** Names of all tasks, as rules name them in `on`. */
export const JOB_KINDS = [
  ...DRAWING_KINDS,
  'describe',
  'shorten',
  'show',
  'info',
  'settings',
  'mode',
  'remix',
  'bookmark',
  'cancel',
  'other',
] as const;

/** A task that draws. */
export type DrawingKind = (typeof DRAWING_KINDS)[number];
/** Any task. */
export type JobKind = (typeof JOB_KINDS)[number];

/** How a drawing task shows. */
export interface KindFacts {
  /** Four pictures, one, or a film. */
  readonly shape: 'grid' | 'solo' | 'film' | 'clip';
  /** Between ` - ` and the asker, once it is done. */
  readonly done: string;
  /** The same while it runs. */
  readonly busy: string;
  /** What stands before the prompt at first. */
  readonly prefix: string;
  /** False: done at once, beside the line. */
  readonly takesSlot: boolean;
}

const grid: KindFacts = { shape: 'grid', done: '', busy: '', prefix: '', takesSlot: true };
const making = 'Making variations for image #N with prompt ';
const enlarging = 'Upscaling image #N with ';
const filming = 'Creating video with prompt ';

const FACTS: Readonly<Record<DrawingKind, KindFacts>> = {
  imagine: grid,
  blend: grid,
  upscale: { shape: 'solo', done: 'Image #N ', busy: '', prefix: enlarging, takesSlot: false },
  variation: by('Variations (Strong)', { prefix: making }),
  reroll: { ...grid, prefix: 'Rerolling ' },
  'upscale-subtle': enlarged('(Subtle)'),
  'upscale-creative': enlarged('(Creative)'),
  'upscale-2x': enlarged('(2x)'),
  'upscale-4x': enlarged('(4x)'),
  'vary-subtle': by('Variations (Subtle)', { prefix: making }),
  'vary-strong': by('Variations (Strong)', { prefix: making }),
  'vary-region': by('Variations (Region)'),
  'zoom-2x': by('Zoom Out'),
  'zoom-1.5x': by('Zoom Out'),
  'zoom-custom': by('Zoom Out'),
  'make-square': by('Zoom Out'),
  'pan-left': by('Pan Left'),
  'pan-right': by('Pan Right'),
  'pan-up': by('Pan Up'),
  'pan-down': by('Pan Down'),
  'animate-high': { ...grid, shape: 'film', prefix: filming },
  'animate-low': { ...grid, shape: 'film', prefix: filming },
  'extend-high': by('Extended', { shape: 'film' }),
  'extend-low': by('Extended', { shape: 'film' }),
  'video-upscale': { shape: 'clip', done: 'Image #N ', busy: '', prefix: '', takesSlot: false },
};

/** How a drawing task shows; `N` in its texts stands for the number of the picture. */
export function factsOf(kind: DrawingKind): KindFacts {
  return FACTS[kind];
}

function by(marker: string, more: Partial<KindFacts> = {}): KindFacts {
  return { ...grid, done: `${marker} by `, busy: `${marker} by `, ...more };
}

function enlarged(how: string): KindFacts {
  return {
    shape: 'solo',
    done: `Upscaled ${how} by `,
    busy: `Upscaling ${how} by `,
    prefix: enlarging,
    takesSlot: true,
  };
}
