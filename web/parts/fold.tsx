import type { ComponentChildren } from 'preact';
import { Icon } from './icon.tsx';

/** A part that can be folded away, and is at first. */
export function Fold({ title, children }: { title: string; children: ComponentChildren }) {
  return (
    <details class="group rounded-lg border border-line">
      <summary class="flex h-9 list-none items-center justify-between rounded-lg px-3 text-[0.8125rem] font-medium text-soft hover:text-text">
        {title}
        <Icon name="chevron" class="transition-transform group-open:rotate-180" />
      </summary>
      <div class="flex flex-col gap-3.5 border-t border-line p-3">{children}</div>
    </details>
  );
}
