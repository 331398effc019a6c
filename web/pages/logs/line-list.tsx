import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { LogLine } from '../../api/logs.ts';
import { t } from '../../i18n/index.ts';
import { Button } from '../../parts/button.tsx';
import { isNarrow } from '../../parts/narrow.ts';
import { VirtualList } from '../../parts/virtual-list.tsx';
import { GapRow, LineRow } from './line-row.tsx';
import { isGap, type KeptRows, type LogRow } from './use-log.ts';

/** The lines, the newest one below: it stays in sight until somebody scrolls up. */
export function LineList({ kept, onOpen }: { kept: KeptRows; onOpen: (line: LogLine) => void }) {
  const rowHeight = isNarrow.value ? 48 : 30;
  const { frame, isFollowing, onScroll, jump } = useFollowing(kept, rowHeight);
  return (
    <div class="relative">
      {/* biome-ignore lint/a11y/useSemanticElements: a group that is no part of a form. */}
      <div
        ref={frame}
        role="group"
        aria-label={t('logs.lines')}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keys (WCAG 2.1.1).
        tabIndex={0}
        onScroll={onScroll}
        onKeyDown={moveFocus}
        class="h-[calc(100dvh-12.25rem)] min-h-72 overflow-y-auto rounded-xl outline-offset-[-2px] [overflow-anchor:none] max-md:h-[calc(100dvh-22rem)]"
      >
        <VirtualList
          label={t('logs.lines')}
          rows={kept.rows}
          rowHeight={rowHeight}
          keyOf={({ id }) => String(id)}
          render={(row) => <Row row={row} onOpen={onOpen} />}
          within={frame}
        />
      </div>
      {!isFollowing && (
        <Button
          icon="down"
          size="small"
          class="absolute right-5 bottom-3 bg-raised! shadow-raised"
          onClick={jump}
        >
          {t('logs.newest')}
        </Button>
      )}
    </div>
  );
}

function Row({ row, onOpen }: { row: LogRow; onOpen: (line: LogLine) => void }) {
  return isGap(row) ? <GapRow gap={row} /> : <LineRow line={row} onOpen={onOpen} />;
}

/** Keeps the newest line in sight, or else the lines that are read where they are when older ones are dropped. */
function useFollowing({ rows, dropped }: KeptRows, rowHeight: number) {
  const frame = useRef<HTMLDivElement>(null);
  const [isFollowing, setFollowing] = useState(true);
  const before = useRef(dropped);
  const jump = () => {
    const box = frame.current;
    if (box) box.scrollTop = box.scrollHeight;
    setFollowing(true);
  };
  useLayoutEffect(() => {
    const gone = dropped - before.current;
    before.current = dropped;
    if (isFollowing) jump();
    else if (gone > 0 && frame.current) frame.current.scrollTop -= gone * rowHeight;
  }, [rows, rowHeight]);
  const onScroll = () => {
    const box = frame.current;
    if (box) setFollowing(box.scrollHeight - box.scrollTop - box.clientHeight < rowHeight * 2);
  };
  return { frame, isFollowing, onScroll, jump };
}

/** Arrow keys go from line to line. */
function moveFocus(event: KeyboardEvent): void {
  const step = { ArrowDown: 'nextElementSibling', ArrowUp: 'previousElementSibling' } as const;
  const way = step[event.key as keyof typeof step];
  const row = document.activeElement?.closest('li');
  const target = way && row?.[way]?.querySelector<HTMLElement>('[data-line]');
  if (!target) return;
  event.preventDefault();
  target.focus();
}
