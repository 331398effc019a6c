import type { ComponentChildren } from 'preact';
import { Icon } from './icon.tsx';

/** A part that can be folded away, and is at first; `isOpen` opens it, for instance where something in it is wrong. */
export function Fold({
  title,
  isOpen = false,
  children,
}: {
  title: string;
  isOpen?: boolean;
  children: ComponentChildren;
}) {
  return (
    <details open={isOpen || undefined} class="group rounded-lg border border-line">
      <summary class="flex h-9 list-none items-center justify-between rounded-lg px-3 text-[0.8125rem] font-medium text-soft hover:text-text">
        {title}
        <Icon name="chevron" class="transition-transform group-open:rotate-180" />
      </summary>
      <div class="flex flex-col gap-3.5 border-t border-line p-3">{children}</div>
    </details>
  );
}
