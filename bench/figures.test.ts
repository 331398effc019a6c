import { describe, expect, it } from 'vitest';
import { median, percentile, ratios, slope, spreadOf } from './figures.ts';
import { renderSpread, renderTable } from './table.ts';

describe('figures', () => {
  const hundred = Array.from({ length: 100 }, (_, index) => 100 - index);

  it.each([
    [0.5, 50],
    [0.99, 99],
    [1, 100],
    [0, 1],
  ])('the %f percentile of 1 to 100 is %i by the nearest rank', (share, expected) => {
    expect(percentile(hundred, share)).toBe(expected);
  });

  it('a percentile of nothing is no number', () => expect(percentile([], 0.5)).toBeNaN());

  it('the median is the middle, or the mean of the two in the middle', () => {
    expect(median([9, 1, 5])).toBe(5);
    expect(median([4, 1, 3, 2])).toBe(2.5);
  });

  it('a ratio compares values of the same round', () => expect(ratios([2, 9], [1, 3])).toEqual([2, 3]));

  it('the slope finds the growth under noise that cancels out', () => {
    expect(slope([1, 2, 3, 4].map((x) => [x, 10 + 3 * x] as const))).toBeCloseTo(3);
    expect(slope([1, 2, 3, 4].map((x) => [x, 7] as const))).toBe(0);
  });

  it('a table lines up its columns', () => {
    expect(
      renderTable(
        ['name', 'ms'],
        [
          ['a', '1.00'],
          ['longer', '12.50'],
        ],
      ).split('\n'),
    ).toEqual(['name       ms', '------  -----', 'a        1.00', 'longer  12.50']);
    expect(renderSpread(spreadOf([3, 1, 2]), 1)).toBe('2.0 (1.0..3.0)');
  });
});
