import type { ComponentChildren } from 'preact';
import { useId, useRef } from 'preact/hooks';
import { classes } from './classes.ts';
import { Icon, type IconName } from './icon.tsx';

/** One tab. */
export interface Tab {
  readonly id: string;
  readonly label: string;
  readonly icon?: IconName;
}

/** Tabs with one panel; arrow keys, Home and End move between them (WAI-ARIA, pattern "tabs"). */
export function Tabs({
  label,
  tabs,
  current,
  onCurrent,
  children,
}: {
  label: string;
  tabs: readonly Tab[];
  current: string;
  onCurrent: (id: string) => void;
  children: ComponentChildren;
}) {
  const base = useId();
  const list = useRef<HTMLDivElement>(null);
  const move = (event: KeyboardEvent) => {
    const at = tabs.findIndex(({ id }) => id === current);
    const next = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: tabs.length - 1 }[event.key];
    const target = next === undefined ? undefined : tabs[(next + tabs.length) % tabs.length];
    if (target === undefined) return;
    event.preventDefault();
    onCurrent(target.id);
    list.current?.querySelector<HTMLElement>(`[data-tab="${target.id}"]`)?.focus();
  };
  return (
    <div class="min-w-0">
      <div
        ref={list}
        role="tablist"
        aria-label={label}
        tabIndex={-1}
        onKeyDown={move}
        class="flex gap-1 overflow-x-auto border-b border-line"
      >
        {tabs.map((tab) => (
          <button
            key={tab.id}
            type="button"
            role="tab"
            data-tab={tab.id}
            id={`${base}-${tab.id}`}
            aria-selected={tab.id === current}
            aria-controls={`${base}-panel`}
            tabIndex={tab.id === current ? 0 : -1}
            onClick={() => onCurrent(tab.id)}
            class={classes(
              '-mb-px flex h-10 items-center gap-1.5 border-b-2 px-3 text-sm whitespace-nowrap outline-offset-[-2px]',
              tab.id === current
                ? 'border-accent font-medium text-text'
                : 'border-transparent text-soft hover:text-text',
            )}
          >
            {tab.icon && <Icon name={tab.icon} />}
            {tab.label}
          </button>
        ))}
      </div>
      <div role="tabpanel" id={`${base}-panel`} aria-labelledby={`${base}-${current}`} class="pt-4">
        {children}
      </div>
    </div>
  );
}
