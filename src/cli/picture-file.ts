/** Where pictures are saved, and as what. */
import { accessSync, constants, existsSync, statSync, writeFileSync } from 'node:fs';
import { basename, dirname, extname, join } from 'node:path';
import { CommandFailure } from './io.ts';

/** Formats that a picture can be saved in, by the ending of a file's name. */
const FORMATS = {
  png: 'png',
  jpg: 'jpeg',
  jpeg: 'jpeg',
  webp: 'webp',
  gif: 'gif',
  avif: 'avif',
  tif: 'tiff',
  tiff: 'tiff',
} as const;

/** Longest name that is made of a prompt, in characters. */
const LONGEST_NAME = 48;
const MOST_NUMBERS = 10_000;

/** Where pictures go: a folder and a name; the ending only where the caller named one. */
export interface Place {
  readonly folder: string;
  readonly stem: string;
  /** With its dot; empty = that of the picture. */
  readonly ending: string;
}

/**
 * Reads `--out`, before anything is drawn that could not be saved.
 * @param out a file, with or without an ending, or a folder; without it the prompt names a file in the working directory
 * @throws CommandFailure 2 when nothing can be saved there
 */
export function placeOf(out: string | undefined, prompt: string): Place {
  const isFolder = out !== undefined && (/[\\/]$/.test(out) || isDirectory(out));
  if (out === undefined || isFolder)
    return checked({ folder: out ?? '.', stem: nameOf(prompt), ending: '' }, out);
  const ending = extname(out);
  if (ending !== '' && formatOf(ending) === undefined) {
    const known = Object.keys(FORMATS).map((name) => `.${name}`);
    throw new CommandFailure(`${out}: a picture cannot be saved as ${ending}; use ${known.join(', ')}`, 2);
  }
  return checked({ folder: dirname(out), stem: basename(out, ending), ending }, out);
}

/** The place beside it for another picture of the same drawing, such as `cat-u2.png`. */
export function beside(place: Place, suffix: string): Place {
  return { ...place, stem: `${place.stem}${suffix}` };
}

/** Saves a picture under a name that no file has: `cat.png`, else `cat-2.png`. Gives its path. */
export async function savePicture(place: Place, bytes: Buffer): Promise<string> {
  const { ending, content } = await converted(place, bytes);
  for (let number = 1; number < MOST_NUMBERS; number += 1) {
    const path = join(place.folder, `${place.stem}${number === 1 ? '' : `-${number}`}${ending}`);
    if (write(path, content, 'wx')) return path;
  }
  throw new CommandFailure(`${place.folder} holds too many files named ${place.stem}`);
}

/** Saves a preview as `cat.progress.webp`, over the one before, so that a viewer can stay open. Gives its path. */
export async function savePreview(place: Place, bytes: Buffer): Promise<string> {
  const { ending, content } = await converted({ ...place, ending: '.webp' }, bytes);
  const path = join(place.folder, `${place.stem}.progress${ending}`);
  write(path, content, 'w');
  return path;
}

/** Loaded when needed: most pictures stay as they are. */
async function converted({ ending }: Place, content: Buffer): Promise<{ ending: string; content: Buffer }> {
  const kind = kindOf(content);
  if (ending === '') return { ending: `.${kind ?? 'webp'}`, content };
  const wanted = formatOf(ending);
  if (wanted === undefined || (kind !== undefined && FORMATS[kind] === wanted)) return { ending, content };
  const { default: sharp } = await import('sharp');
  const result = await sharp(content)
    .toFormat(wanted)
    .toBuffer()
    .catch((error: unknown) => {
      throw new CommandFailure('what came is no picture that could be converted', 1, error);
    });
  return { ending, content: result };
}

/** What the first bytes say. */
function kindOf(bytes: Buffer): 'png' | 'jpg' | 'webp' | 'gif' | undefined {
  const head = bytes.toString('latin1', 0, 12);
  if (head.startsWith('\u0089PNG')) return 'png';
  if (head.startsWith('\u00FF\u00D8\u00FF')) return 'jpg';
  if (head.startsWith('GIF8')) return 'gif';
  return head.startsWith('RIFF') && head.endsWith('WEBP') ? 'webp' : undefined;
}

function formatOf(ending: string) {
  const name = ending.slice(1).toLowerCase();
  return Object.entries(FORMATS).find(([known]) => known === name)?.[1];
}

/** `a small cat, oil --ar 16:9` -> `a-small-cat-oil`. */
function nameOf(prompt: string): string {
  const words = prompt
    .replace(/https?:\/\/\S+/g, ' ')
    .replace(/\s--.*$/s, '')
    .toLowerCase()
    .match(/[\p{L}\p{M}\p{N}]+/gu);
  const name = [...(words ?? []).join('-')].slice(0, LONGEST_NAME).join('').replace(/-+$/, '');
  return name === '' ? 'picture' : name;
}

function checked(place: Place, out: string | undefined): Place {
  if (existsSync(place.folder) && isWritable(place.folder)) return place;
  const why = existsSync(place.folder) ? 'may not be written to' : 'does not exist; make it first';
  throw new CommandFailure(`${out ?? 'the picture'}: the folder ${place.folder} ${why}`, 2);
}

function isDirectory(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

function isWritable(folder: string): boolean {
  try {
    accessSync(folder, constants.W_OK);
    return isDirectory(folder);
  } catch {
    return false;
  }
}

/** False when the file exists and may not be replaced. */
function write(path: string, content: Buffer, flag: 'w' | 'wx'): boolean {
  try {
    writeFileSync(path, content, { flag });
    return true;
  } catch (error) {
    const code: unknown = error instanceof Error ? Reflect.get(error, 'code') : undefined;
    if (code === 'EEXIST') return false;
    throw new CommandFailure(`${path} cannot be written (${String(code ?? error)})`, 1, error);
  }
}
