/** A list of any length: only the rows near the window are in the page. */
import type { ComponentChildren } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';

/** Rows beyond the edges that are drawn ahead. */
const AHEAD = 6;

/**
 * Rows of one height, scrolled with the page itself, or inside of a frame.
 * @param within the frame that scrolls; the page when left out
 * @param rowHeight pixels of each row
 * @param onEnd called when the end comes near: load more
 */
export function VirtualList<Row>({
  label,
  rows,
  rowHeight,
  keyOf,
  render,
  onEnd,
  within,
}: {
  label: string;
  rows: readonly Row[];
  rowHeight: number;
  keyOf: (row: Row) => string;
  render: (row: Row, index: number) => ComponentChildren;
  onEnd?: () => void;
  within?: Frame;
}) {
  const box = useRef<HTMLUListElement>(null);
  const [first, last] = useWindow({ box, within, rowHeight, count: rows.length });
  useEffect(() => {
    if (last >= rows.length) onEnd?.();
    // Asked once for each length that was reached.
  }, [last >= rows.length, rows.length]);
  return (
    <ul ref={box} aria-label={label} class="relative" style={{ height: `${rows.length * rowHeight}px` }}>
      {rows.slice(first, last).map((row, offset) => (
        <li
          key={keyOf(row)}
          aria-setsize={rows.length}
          aria-posinset={first + offset + 1}
          class="absolute inset-x-0"
          style={{ top: `${(first + offset) * rowHeight}px`, height: `${rowHeight}px` }}
        >
          {render(row, first + offset)}
        </li>
      ))}
    </ul>
  );
}

type Frame = { readonly current: HTMLElement | null };

/** Which rows are near the window: from the first up to, but without, the last. */
function useWindow({
  box,
  within,
  rowHeight,
  count,
}: {
  box: Frame;
  within: Frame | undefined;
  rowHeight: number;
  count: number;
}): readonly [number, number] {
  const [range, setRange] = useState<readonly [number, number]>([0, 30]);
  useEffect(() => {
    const frame = within?.current;
    const look = () => {
      const edge = frame?.getBoundingClientRect().top ?? 0;
      const top = (box.current?.getBoundingClientRect().top ?? 0) - edge;
      const first = Math.max(0, Math.floor(-top / rowHeight) - AHEAD);
      const last = Math.ceil(((frame?.clientHeight ?? window.innerHeight) - top) / rowHeight) + AHEAD;
      setRange((before) => (before[0] === first && before[1] === last ? before : [first, last]));
    };
    look();
    const scroller = frame ?? window;
    scroller.addEventListener('scroll', look, { passive: true });
    window.addEventListener('resize', look);
    return () => {
      scroller.removeEventListener('scroll', look);
      window.removeEventListener('resize', look);
    };
  }, [box, within, rowHeight, count]);
  return [Math.min(range[0], count), Math.min(range[1], count)];
}
