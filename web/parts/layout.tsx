/** The frame of a page's content. */
import type { ComponentChildren } from 'preact';
import { useId } from 'preact/hooks';
import { classes } from './classes.ts';

/** Title of a page, what it is for, and what can be done on it. The one `h1`. */
export function PageHeader({
  title,
  text,
  children,
}: {
  title: string;
  text?: string;
  children?: ComponentChildren;
}) {
  return (
    <header class="mb-5 flex flex-wrap items-end justify-between gap-x-4 gap-y-3">
      <div class="min-w-0">
        <h1 tabIndex={-1} class="text-xl font-semibold tracking-tight outline-none">
          {title}
        </h1>
        {text && <p class="mt-0.5 text-muted">{text}</p>}
      </div>
      {children && <div class="flex flex-wrap items-center gap-2">{children}</div>}
    </header>
  );
}

/** A framed part of a page with a title. `flush`: without inner space, for tables and lists. */
export function Card({
  title,
  actions,
  flush = false,
  class: extra,
  children,
}: {
  title?: string;
  actions?: ComponentChildren;
  flush?: boolean;
  class?: string;
  children: ComponentChildren;
}) {
  const id = useId();
  return (
    <section
      aria-labelledby={title ? id : undefined}
      class={classes('min-w-0 rounded-xl border border-line bg-surface', extra)}
    >
      {title && (
        <div class="flex min-h-11 flex-wrap items-center justify-between gap-2 border-b border-line px-4 py-1.5">
          <h2 id={id} class="text-sm font-semibold">
            {title}
          </h2>
          {actions}
        </div>
      )}
      <div class={flush ? undefined : 'p-4'}>{children}</div>
    </section>
  );
}
