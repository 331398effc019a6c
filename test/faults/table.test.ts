import './support/inject-store.ts';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { MATRIX } from './rows/index.ts';
import { COLUMNS, isTested, MOMENTS } from './support/table.ts';

const rows = Object.values(MATRIX).flat();
const cells = rows.flatMap((row) =>
  COLUMNS.map((column) => ({ row: row.name, column, cell: row.cells[column] })),
);
const page = readFileSync(join(import.meta.dirname, '../../docs/faults.md'), 'utf8');

describe('the fault matrix', () => {
  it('has every row once, and no row is forgotten by its file', () => {
    expect(new Set(rows.map(({ name }) => name)).size).toBe(rows.length);
    expect(rows).toHaveLength(25);
    for (const [file, own] of Object.entries(MATRIX)) {
      const source = readFileSync(join(import.meta.dirname, file), 'utf8');
      expect(source, file).toContain('runRows(');
      expect(own.length, file).toBeGreaterThan(0);
    }
  });

  it('has a sentence and a moment for each cell that is tested', () => {
    for (const { row, column, cell } of cells) {
      if (!isTested(cell)) continue;
      expect(cell.must.length, `${row} / ${column}`).toBeGreaterThan(20);
      expect(cell.moments.length, `${row} / ${column}`).toBeGreaterThan(0);
      expect(MOMENTS).toEqual(expect.arrayContaining([...cell.moments]));
      expect(Object.keys(cell.expects ?? {}).every((moment) => cell.moments.includes(moment as never))).toBe(
        true,
      );
    }
  });

  it('leaves out three cells, each with its reason', () => {
    const left = cells.flatMap(({ row, column, cell }) =>
      isTested(cell) ? [] : [`${row} / ${column}: ${cell.notHere}`],
    );
    expect(left).toEqual([
      'the command has a new version / chat: a prompt is a message: no command, no version',
      'the command has a new version / stream: a prompt is a message: no command, no version',
      'the command has a new version / upscale: a button is pressed by its custom id: it has no version',
    ]);
    expect(cells.length - left.length).toBe(147);
  });
});

describe('docs/faults.md', () => {
  it.each(rows.map((row) => [row.name, row] as const))('tells what users see when %s', (_, row) => {
    expect(page).toContain(`| ${row.name} | ${row.seen} |`);
  });

  it('tells of no fault that is not tested', () => {
    const named = Array.from(page.matchAll(/^\| ([^|]+) \| ([^|]+) \|$/gm), (match) => match[1] ?? '');
    const known = new Set(rows.map(({ name }) => name));
    expect(named.filter((name) => !known.has(name) && name !== 'fault' && !name.startsWith('---'))).toEqual(
      [],
    );
  });
});
