/** The films of the simulated Pika bot, read box by box (ISO/IEC 14496-12). */
import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readBoxes } from '../../src/sim/bots/pika/boxes.ts';
import { isFilmOf, makeFilm, readFilm } from '../../src/sim/bots/pika/film.ts';

const film = makeFilm({ prompt: 'a cat', marks: ['1'] });

/** The contents of a box that lies in others; some of them have a head before their inner boxes. */
function inside(bytes: Uint8Array, ...path: (string | [string, number])[]): Buffer {
  return path.reduce<Buffer>((content, step) => {
    const [type, skip] = typeof step === 'string' ? [step, 0] : step;
    const found = readBoxes(content).find((box) => box.type === type);
    if (!found) throw new Error(`no ${type}`);
    return Buffer.from(found.content.subarray(skip));
  }, Buffer.from(bytes));
}

const table = ['moov', 'trak', 'mdia', 'minf', 'stbl'] as const;

describe('a film', () => {
  it('begins with its type, describes one track, and ends with its sample', () => {
    expect(readBoxes(film.bytes).map(({ type }) => type)).toEqual(['ftyp', 'free', 'moov', 'mdat']);
    expect(Buffer.from(film.bytes).toString('latin1', 4, 12)).toBe('ftypisom');
    expect(readBoxes(inside(film.bytes, ...table)).map(({ type }) => type)).toEqual([
      ...['stsd', 'stts', 'stsc', 'stsz', 'stco'],
    ]);
  });

  it('lasts three seconds in a movie, a track and a medium', () => {
    expect(inside(film.bytes, 'moov', 'mvhd').readUInt32BE(12)).toBe(1000);
    expect(inside(film.bytes, 'moov', 'mvhd').readUInt32BE(16)).toBe(3000);
    expect(inside(film.bytes, 'moov', 'trak', 'tkhd').readUInt32BE(20)).toBe(3000);
    expect(inside(film.bytes, 'moov', 'trak', 'mdia', 'mdhd').readUInt32BE(16)).toBe(3000);
  });

  it('has a track of its size, and headers as long as the standard says', () => {
    const track = inside(film.bytes, 'moov', 'trak', 'tkhd');
    expect([track.readUInt32BE(76) >> 16, track.readUInt32BE(80) >> 16]).toEqual([64, 36]);
    expect(track).toHaveLength(84);
    expect(inside(film.bytes, 'moov', 'mvhd')).toHaveLength(100);
  });

  it('points to the sample, an H.264 slice of the length that the table says', () => {
    const place = inside(film.bytes, ...table, 'stco').readUInt32BE(8);
    const size = inside(film.bytes, ...table, 'stsz').readUInt32BE(12);
    const sample = Buffer.from(film.bytes).subarray(place, place + size);
    expect(place + size).toBe(film.bytes.length);
    expect(sample.readUInt32BE(0)).toBe(size - 4);
    expect((sample[4] ?? 0) & 31).toBe(5);
  });

  it('carries the parameter sets that a decoder needs', () => {
    const configuration = inside(film.bytes, ...table, ['stsd', 8], ['avc1', 78], 'avcC');
    const sequenceLength = configuration.readUInt16BE(6);
    const pictureSet = configuration.subarray(8 + sequenceLength);
    expect(configuration[1]).toBe(66);
    expect((configuration[8] ?? 0) & 31).toBe(7);
    expect(pictureSet[0]).toBe(1);
    expect((pictureSet[3] ?? 0) & 31).toBe(8);
    expect(pictureSet).toHaveLength(3 + pictureSet.readUInt16BE(1));
  });

  /** ffmpeg 4.1 and ffprobe 5.2 decoded exactly these bytes without a warning: h264, 64x36, one frame, 3 s. */
  it('is, byte for byte, what a real decoder has accepted', () => {
    expect(createHash('sha256').update(film.bytes).digest('hex')).toBe(
      '0570b38b7849a34f8ae5233142b721c8f44d7a4a14ca40debc9a5fe8125aed85',
    );
  });

  it('is cut anywhere no film any more', () => {
    expect(() => readFilm(film.bytes.subarray(0, film.bytes.length - 1))).toThrow('no box');
    expect(() => readFilm(new TextEncoder().encode('not a film at all'))).toThrow();
  });

  it('belongs to its order alone, whatever the words are', () => {
    const order = fc.record({
      prompt: fc.string({ unit: 'grapheme' }),
      marks: fc.array(fc.string(), { minLength: 1, maxLength: 2 }),
    });
    fc.assert(
      fc.property(order, order, (one, other) => {
        const { bytes } = makeFilm(one);
        const isSame = one.prompt === other.prompt && other.marks.every((mark) => one.marks.includes(mark));
        expect(isFilmOf(bytes, one)).toBe(true);
        expect(isFilmOf(bytes, other)).toBe(isSame);
      }),
      { numRuns: 40 },
    );
  });

  it('has whole boxes and even sides in every ratio', () => {
    const side = fc.integer({ min: 1, max: 999 });
    fc.assert(
      fc.property(side, side, (wide, high) => {
        const made = makeFilm({ prompt: 'a cat', marks: ['1'], ratio: [wide, high] });
        expect(readBoxes(made.bytes)).toHaveLength(4);
        expect([made.width % 2, made.height % 2]).toEqual([0, 0]);
        expect(Math.max(made.width, made.height)).toBe(64);
      }),
      { numRuns: 40 },
    );
  });
});
