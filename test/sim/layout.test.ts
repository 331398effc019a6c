import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cutPositions, growth, piecesShown } from '../../src/sim/bots/layout.ts';

const texts = fc.oneof(
  fc.string({ unit: fc.constantFrom('a', 'b', ' ', '\n', '😀'), maxLength: 300 }),
  fc.string({ unit: 'grapheme', maxLength: 300 }),
);

describe('the layout of a long answer', () => {
  it('keeps every character, in pieces that are never too long', () => {
    fc.assert(
      fc.property(texts, fc.integer({ min: 10, max: 50 }), (text, limit) => {
        const pieces = piecesShown(text, cutPositions(text, limit), text.length);
        expect(pieces.join('')).toBe(text);
        for (const piece of pieces) expect(piece.length).toBeLessThanOrEqual(limit);
        for (const piece of pieces) expect(piece.isWellFormed()).toBe(text.isWellFormed());
      }),
    );
  });

  it('only adds while it grows', () => {
    fc.assert(
      fc.property(texts, fc.integer({ min: 0, max: 8 }), (text, edits) => {
        const cuts = cutPositions(text, 20);
        let earlier: string[] = [];
        for (const shown of growth(text, edits)) {
          const pieces = piecesShown(text, cuts, shown);
          for (const [position, piece] of earlier.entries())
            expect(pieces[position]?.startsWith(piece)).toBe(true);
          earlier = pieces;
        }
        expect(earlier.join('')).toBe(text);
        expect(earlier.every((piece) => piece.isWellFormed())).toBe(text.isWellFormed());
      }),
    );
  });
});
