import type { ComponentChildren, ComponentProps } from 'preact';
import { classes } from './classes.ts';
import { Icon, type IconName } from './icon.tsx';
import { Spinner } from './spinner.tsx';

/** `primary`: the one thing to do here; `danger`: what cannot be undone; `quiet`: without a frame. */
export type ButtonKind = 'primary' | 'plain' | 'quiet' | 'danger';

const KINDS: Readonly<Record<ButtonKind, string>> = {
  primary: 'bg-accent text-on-accent border-transparent not-disabled:hover:bg-accent-hover',
  plain: 'bg-surface text-text border-line not-disabled:hover:bg-hover',
  quiet:
    'bg-transparent text-soft border-transparent not-disabled:hover:bg-hover not-disabled:hover:text-text',
  danger: 'bg-surface text-bad border-line not-disabled:hover:bg-bad-soft not-disabled:hover:border-bad',
};

const FRAME =
  'inline-flex items-center justify-center gap-1.5 rounded-lg border font-medium whitespace-nowrap select-none ' +
  'transition-colors duration-100 disabled:opacity-55 aria-disabled:opacity-55';

/** Looks of a button, for links that act like one. */
export function buttonClass(kind: ButtonKind = 'plain', size: 'small' | 'normal' = 'normal'): string {
  return classes(FRAME, KINDS[kind], size === 'small' ? 'h-7 px-2 text-xs' : 'h-9 px-3 text-sm');
}

type ButtonProps = Omit<ComponentProps<'button'>, 'size' | 'icon' | 'class'> & {
  readonly kind?: ButtonKind;
  readonly size?: 'small' | 'normal';
  readonly icon?: IconName | undefined;
  /** Shows that it works, and takes no presses meanwhile. */
  readonly busy?: boolean;
  readonly class?: string;
  readonly children?: ComponentChildren;
};

/** A button with words, and a symbol where one helps. */
export function Button({ kind, size, icon, busy, class: extra, children, disabled, ...rest }: ButtonProps) {
  return (
    <button
      type="button"
      {...rest}
      disabled={disabled || busy}
      aria-busy={busy}
      class={classes(buttonClass(kind, size), extra)}
    >
      {busy ? <Spinner size={14} /> : icon && <Icon name={icon} size={size === 'small' ? 14 : 16} />}
      {children}
    </button>
  );
}

/** A button that is a symbol only; `label` is what it says to a screen reader and as a tooltip. */
export function IconButton({
  icon,
  label,
  kind = 'quiet',
  size = 'normal',
  class: extra,
  ...rest
}: Omit<ButtonProps, 'children' | 'icon'> & { readonly icon: IconName; readonly label: string }) {
  const square = size === 'small' ? 'w-7 px-0!' : 'w-9 px-0!';
  return (
    <Button
      {...rest}
      kind={kind}
      size={size}
      icon={icon}
      aria-label={label}
      title={label}
      class={classes(square, extra)}
    />
  );
}
