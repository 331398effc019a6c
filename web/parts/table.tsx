import type { ComponentChildren } from 'preact';
import { classes } from './classes.ts';

/** A column of a table. */
export interface Column<Row> {
  /** Unique in the table. */
  readonly id: string;
  readonly title: string;
  readonly cell: (row: Row) => ComponentChildren;
  readonly align?: 'right';
  /** True for columns that phones leave out. */
  readonly isExtra?: boolean;
  /** True where the title is for screen readers only, for instance above buttons. */
  readonly hideTitle?: boolean;
}

/** A plain table; scrolls sideways inside its frame when it must. `caption` is for screen readers. */
export function Table<Row>({
  caption,
  columns,
  rows,
  keyOf,
}: {
  caption: string;
  columns: readonly Column<Row>[];
  rows: readonly Row[];
  keyOf: (row: Row) => string;
}) {
  const cellClass = (column: Column<Row>) =>
    classes(
      'px-4 py-2.5',
      column.align === 'right' && 'text-right tabular-nums',
      column.isExtra && 'max-md:hidden',
    );
  return (
    // biome-ignore lint/a11y/useSemanticElements: a group that is no part of a form.
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keys (WCAG 2.1.1).
    <div role="group" aria-label={caption} tabIndex={0} class="relative overflow-x-auto">
      <table class="w-full border-collapse text-left">
        <caption class="sr-only">{caption}</caption>
        <thead>
          <tr class="border-b border-line text-xs text-muted">
            {columns.map((column) => (
              <th
                key={column.id}
                scope="col"
                class={classes(cellClass(column), 'py-2! font-medium whitespace-nowrap')}
              >
                {column.hideTitle ? <span class="sr-only">{column.title}</span> : column.title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={keyOf(row)} class="border-b border-line last:border-0">
              {columns.map((column) => (
                <td key={column.id} class={cellClass(column)}>
                  {column.cell(row)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
