/** Small true films: an mp4 with one H.264 picture, in which stands whose it is. */
import { createHash } from 'node:crypto';
import { box, fullBox, readBoxes, shorts } from './boxes.ts';
import { type CodedPicture, codePicture } from './h264.ts';

/** Clock ticks per second, and how long a film is. */
const TICKS = 1000;
const LENGTH = 3 * TICKS;
/** Longer side in pixels. */
const LONG_SIDE = 64;
/** No turning, no scaling: the matrix of 16.16 numbers, the last one 2.30. */
const MATRIX = [0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000] as const;

const TRACK = 1;
const NEXT_TRACK = 2;
/** Flags of a track that is enabled and part of the movie. */
const SHOWN = 3;

/** What a film is made for. */
export interface FilmOrder {
  /** The prompt as it was asked. */
  readonly prompt: string;
  /** Nonces of the interactions that asked for it. */
  readonly marks: readonly string[];
  /** The picture that is animated. */
  readonly picture?: Uint8Array | undefined;
  /** Width to height; default 16:9. */
  readonly ratio?: readonly [number, number] | undefined;
}

/** What stands in a film about its making: hashes, so that a film tells nobody's words. */
export interface FilmMark {
  readonly prompt: string;
  readonly marks: readonly string[];
  /** Absent when no picture was animated. */
  readonly picture?: string;
}

/** A film, and its size in pixels. */
export interface Film {
  readonly bytes: Uint8Array;
  readonly width: number;
  readonly height: number;
}

/** Makes a film. Its colour comes from prompt and nonces. */
export function makeFilm(order: FilmOrder): Film {
  const { width, height } = sizeOf(order.ratio ?? [16, 9]);
  const coded = codePicture({ width, height, colour: colourOf(order) });
  const type = box('ftyp', 'isom', 512, 'isomiso2avc1mp41');
  const note = box('free', JSON.stringify(markOf(order)));
  const sample = lengthAndBytes(coded.slice);
  const place = type.length + note.length + movie(coded, width, height, sample.length, 0).length + 8;
  const bytes = Buffer.concat([
    type,
    note,
    movie(coded, width, height, sample.length, place),
    box('mdat', sample),
  ]);
  return { bytes: new Uint8Array(bytes), width, height };
}

/** Reads what stands in a film about its making. @throws Error when it is none of these films */
export function readFilm(bytes: Uint8Array): FilmMark {
  const boxes = readBoxes(bytes);
  const note = boxes.find(({ type }) => type === 'free');
  if (boxes[0]?.type !== 'ftyp' || !note) throw new Error('this is no film of the simulated Pika');
  return JSON.parse(Buffer.from(note.content).toString()) as FilmMark;
}

/** True when a film was made for this order; `marks` need only be among its nonces. */
export function isFilmOf(bytes: Uint8Array, order: Pick<FilmOrder, 'prompt' | 'marks' | 'picture'>): boolean {
  const found = readFilm(bytes);
  const wanted = markOf(order);
  return (
    found.prompt === wanted.prompt &&
    found.picture === wanted.picture &&
    wanted.marks.every((mark) => found.marks.includes(mark))
  );
}

function markOf({ prompt, marks, picture }: FilmOrder): FilmMark {
  return {
    prompt: digest(prompt),
    marks: marks.map(digest),
    ...(picture === undefined ? {} : { picture: digest(picture) }),
  };
}

function digest(content: string | Uint8Array): string {
  return createHash('sha256').update(content).digest('hex');
}

function colourOf({ prompt, marks }: FilmOrder): [number, number, number] {
  const hash = createHash('sha256')
    .update([prompt, ...marks].join('\n'))
    .digest();
  const [luma = 0, blue = 0, red = 0] = [...hash].map((value) => 48 + (value % 160));
  return [luma, blue, red];
}

/** Even numbers, as chroma has half the resolution. */
function sizeOf([wide, high]: readonly [number, number]): { width: number; height: number } {
  const side = (share: number) =>
    Math.max(16, 2 * Math.round((LONG_SIDE * share) / Math.max(wide, high) / 2));
  return { width: side(wide), height: side(high) };
}

function lengthAndBytes(unit: Uint8Array): Uint8Array {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(unit.length);
  return Buffer.concat([length, unit]);
}

/** `moov`: one track with one sample that lasts for the whole film. */
function movie(
  coded: CodedPicture,
  width: number,
  height: number,
  sampleSize: number,
  samplePlace: number,
): Uint8Array {
  const volume = shorts(0x100, 0);
  const movieTail = [0, 0, ...MATRIX, 0, 0, 0, 0, 0, 0, NEXT_TRACK];
  const movieHeader = fullBox('mvhd', 0, 0, 0, TICKS, LENGTH, 0x10000, volume, ...movieTail);
  const trackHead = [0, 0, TRACK, 0, LENGTH, 0, 0, 0, 0];
  const trackHeader = fullBox('tkhd', SHOWN, ...trackHead, ...MATRIX, width << 16, height << 16);
  const handler = fullBox('hdlr', 0, 0, 'vide', 0, 0, 0, 'VideoHandler\0');
  // 0x55c4 is the language `und`.
  const mediaHeader = fullBox('mdhd', 0, 0, 0, TICKS, LENGTH, 0x55c40000);
  const data = box('dinf', fullBox('dref', 0, 1, fullBox('url ', 1)));
  const table = box(
    'stbl',
    fullBox('stsd', 0, 1, sampleEntry(coded, width, height)),
    fullBox('stts', 0, 1, 1, LENGTH),
    fullBox('stsc', 0, 1, 1, 1, 1),
    fullBox('stsz', 0, 0, 1, sampleSize),
    fullBox('stco', 0, 1, samplePlace),
  );
  const information = box('minf', fullBox('vmhd', 1, shorts(0, 0, 0, 0)), data, table);
  return box('moov', movieHeader, box('trak', trackHeader, box('mdia', mediaHeader, handler, information)));
}

/** `avc1` with the parameter sets in `avcC` (ISO/IEC 14496-15, 5.3). */
function sampleEntry({ sequence, parameters }: CodedPicture, width: number, height: number): Uint8Array {
  const [, profile = 0, compatible = 0, level = 0] = sequence;
  const configuration = Buffer.concat([
    Uint8Array.from([1, profile, compatible, level, 0xff, 0xe1]),
    shorts(sequence.length),
    sequence,
    Uint8Array.from([1]),
    shorts(parameters.length),
    parameters,
  ]);
  return box(
    'avc1',
    shorts(0, 0, 0, 1),
    Buffer.alloc(16),
    shorts(width, height),
    ...[0x480000, 0x480000, 0],
    shorts(1),
    Buffer.alloc(32),
    shorts(24, -1),
    box('avcC', configuration),
  );
}
