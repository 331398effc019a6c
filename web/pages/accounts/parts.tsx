/** Pieces that the lists of this page share. */
import type { ComponentChildren } from 'preact';
import { formatNumber } from '../../i18n/index.ts';
import { classes } from '../../parts/classes.ts';

/** One row: who, how it is, numbers, and what can be done. On phones they stand below each other. */
export function Row({
  name,
  below,
  state,
  figures,
  children,
}: {
  name: string;
  below: ComponentChildren;
  state: ComponentChildren;
  figures?: ComponentChildren;
  children?: ComponentChildren;
}) {
  return (
    <li
      class={classes(
        'grid gap-x-6 gap-y-2.5 px-4 py-3 sm:grid-cols-[minmax(0,1fr)_auto] lg:items-start',
        'lg:grid-cols-[minmax(0,1.2fr)_minmax(0,2fr)_minmax(0,1.4fr)_12.5rem]',
      )}
    >
      <div class="min-w-0">
        <p class="font-medium [overflow-wrap:anywhere]">{name}</p>
        <p class="text-xs text-muted">{below}</p>
      </div>
      <div class="flex min-w-0 flex-col items-start gap-1 sm:max-lg:col-span-2">{state}</div>
      <Figures figures={figures} />
      <div class="flex flex-wrap items-center gap-1.5 max-sm:empty:hidden sm:justify-end sm:max-lg:col-start-2 sm:max-lg:row-start-1">
        {children}
      </div>
    </li>
  );
}

/** Wide rows keep the place of what they do not have; a list of nothing would be no list. */
function Figures({ figures }: { figures: ComponentChildren }) {
  if (!figures) return <div class="max-lg:hidden" />;
  return <dl class="flex flex-wrap gap-x-5 gap-y-1.5 sm:max-lg:col-span-2">{figures}</dl>;
}

/** A number with its name; `limit` is what it may come to. */
export function Figure({ name, value, limit }: { name: string; value: number; limit?: number | undefined }) {
  const isFull = limit !== undefined && value >= limit;
  return (
    <div>
      <dt class="text-xs whitespace-nowrap text-muted">{name}</dt>
      <dd class="whitespace-nowrap tabular-nums">
        <span class={isFull ? 'font-medium text-warn' : undefined}>{formatNumber(value)}</span>
        {limit !== undefined && <span class="text-muted"> / {formatNumber(limit)}</span>}
      </dd>
    </div>
  );
}

/** Why it is so, in whose words, and what to do. */
export function Why({
  reason,
  text,
  remedy,
}: {
  reason?: string | undefined;
  text?: string | undefined;
  remedy?: string | undefined;
}) {
  return (
    <>
      {reason && <p class="text-xs text-soft">{reason}</p>}
      {text && text !== reason && (
        <blockquote class="border-l-2 border-line-strong pl-2 text-xs text-soft">{text}</blockquote>
      )}
      {remedy && <p class="text-xs text-text">{remedy}</p>}
    </>
  );
}
