/** Where videos are saved. */
import { extname } from 'node:path';
import { CommandFailure } from './io.ts';
import { type Place, placeOf, savePicture } from './picture-file.ts';

const ENDINGS = ['.mp4', '.webm', '.mov'];

/**
 * Reads `--out`, before anything is filmed that could not be saved; without an ending it becomes an mp4.
 * @throws CommandFailure 2 when nothing can be saved there
 */
export function videoPlaceOf(out: string | undefined, prompt: string): Place {
  const ending = out === undefined ? '' : extname(out);
  const words = prompt.replace(/\s-\w+\s.*$/s, '');
  if (out === undefined || ending === '' || /[\\/]$/.test(out)) {
    return { ...placeOf(out, words), ending: '.mp4' };
  }
  if (!ENDINGS.includes(ending.toLowerCase())) {
    throw new CommandFailure(`${out}: a video cannot be saved as ${ending}; use .mp4`, 2);
  }
  return { ...placeOf(out.slice(0, -ending.length), words), ending };
}

/** Bytes, and what they are. */
export interface VideoBytes {
  readonly bytes: Buffer;
  /** MIME type. */
  readonly type: string;
}

/**
 * Saves a video as it came, under a name that no file has: `cat.mp4`, else `cat-2.mp4`; an animated picture under the
 * ending of pictures. Gives its path.
 */
export function saveVideo(place: Place, { bytes, type }: VideoBytes): Promise<string> {
  return savePicture(type.startsWith('image/') ? { ...place, ending: '' } : place, bytes);
}
