/** What the forms of the studio hold. It stays while other pages are shown, and is gone with the tab. */
import { signal } from '@preact/signals';
import { DRAW_DEFAULTS, type DrawParameters, FILM_DEFAULTS, type FilmParameters } from './prompt.ts';

/** A picture that was chosen; `url` is a data URL, as the gateway takes it. */
export interface Picture {
  readonly id: string;
  readonly name: string;
  readonly url: string;
}

/** What every form holds. */
interface Held {
  readonly pictures: readonly Picture[];
  /** Empty: the first one that can do it. */
  readonly model: string;
}

interface Drawing extends Held {
  readonly words: string;
  readonly parameters: DrawParameters;
  /** Empty: as the account is set. */
  readonly mode: '' | 'fast' | 'relax' | 'turbo';
}

interface Blending extends Held {
  readonly dimensions: 'portrait' | 'square' | 'landscape';
}

interface Filming extends Held {
  readonly words: string;
  readonly parameters: FilmParameters;
  /** Of Midjourney; empty: as the bot likes. */
  readonly motion: '' | 'low' | 'high';
}

const NOTHING: Held = { pictures: [], model: '' };

/** The words to draw, and the controls. */
export const drawing = signal<Drawing>({ ...NOTHING, words: '', parameters: DRAW_DEFAULTS, mode: '' });

/** The picture to describe. */
export const describing = signal<Held>(NOTHING);

/** The pictures to blend. */
export const blending = signal<Blending>({ ...NOTHING, dimensions: 'square' });

/** The words or the picture to film. */
export const filming = signal<Filming>({ ...NOTHING, words: '', parameters: FILM_DEFAULTS, motion: '' });
