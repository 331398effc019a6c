import { useEffect, useRef, useState } from 'preact/hooks';
import { IconButton } from './button.tsx';
import { classes } from './classes.ts';
import { Icon, type IconName } from './icon.tsx';

/** One thing to do out of a menu. */
export interface MenuItem {
  readonly id: string;
  readonly label: string;
  readonly icon?: IconName;
  readonly isDanger?: boolean;
  readonly isDisabled?: boolean;
  readonly onSelect: () => void;
}

/** A button that opens a list of things to do; arrow keys, Escape and Tab behave as in any menu (WAI-ARIA, "menu button"). */
export function Menu({
  label,
  items,
  icon = 'more',
}: {
  label: string;
  items: readonly MenuItem[];
  icon?: IconName;
}) {
  const [isOpen, setOpen] = useState(false);
  const box = useRef<HTMLDivElement>(null);
  const list = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (!isOpen) return;
    focusItem(list.current, 0);
    const leave = (event: Event) => {
      if (!box.current?.contains(event.target as Node)) setOpen(false);
    };
    document.addEventListener('pointerdown', leave);
    return () => document.removeEventListener('pointerdown', leave);
  }, [isOpen]);
  const close = () => {
    setOpen(false);
    box.current?.querySelector('button')?.focus();
  };
  const onKey = (event: KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step !== undefined) focusItem(list.current, step);
    else if (event.key === 'Escape') close();
    else if (event.key === 'Tab') setOpen(false);
    else return;
    if (event.key !== 'Tab') event.preventDefault();
    event.stopPropagation();
  };
  return (
    <div ref={box} class="relative inline-block">
      <IconButton
        icon={icon}
        label={label}
        aria-haspopup="menu"
        aria-expanded={isOpen}
        onClick={() => setOpen(!isOpen)}
      />
      {isOpen && (
        <div
          ref={list}
          role="menu"
          tabIndex={-1}
          aria-label={label}
          onKeyDown={onKey}
          class="appear absolute right-0 z-30 mt-1 min-w-44 rounded-xl border border-line bg-raised p-1 shadow-raised"
        >
          {items.map((item) => (
            <button
              key={item.id}
              type="button"
              role="menuitem"
              tabIndex={-1}
              disabled={item.isDisabled}
              onClick={() => {
                close();
                item.onSelect();
              }}
              class={classes(
                'flex w-full items-center gap-2.5 rounded-lg px-2.5 py-2 text-left text-sm hover:bg-hover focus:bg-hover disabled:opacity-50',
                item.isDanger && 'text-bad',
              )}
            >
              {item.icon && <Icon name={item.icon} />}
              {item.label}
            </button>
          ))}
        </div>
      )}
    </div>
  );
}

/** Moves the focus among the items: 0 takes the first, else so many steps, around the ends. */
function focusItem(list: HTMLElement | null, step: number): void {
  const items = [...(list?.querySelectorAll<HTMLElement>('[role=menuitem]:not(:disabled)') ?? [])];
  const at = items.indexOf(document.activeElement as HTMLElement);
  items[step === 0 ? 0 : (at + step + items.length) % items.length]?.focus();
}
