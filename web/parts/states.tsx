/** What a place shows while it has nothing, waits, or has failed. */
import type { ComponentChildren } from 'preact';
import { t } from '../i18n/index.ts';
import { Button } from './button.tsx';
import { classes } from './classes.ts';
import { errorText } from './error-text.ts';
import { Icon, type IconName } from './icon.tsx';

/** Nothing here yet: says what would be here, and how to get it. */
export function EmptyState({
  icon,
  title,
  text,
  isPage = false,
  children,
}: {
  icon: IconName;
  title: string;
  text?: string;
  /** True where it stands in place of a whole page: its title is then the heading of the page. */
  isPage?: boolean;
  children?: ComponentChildren;
}) {
  return (
    <div class="flex flex-col items-center px-6 py-12 text-center">
      <span class="mb-3 flex size-11 items-center justify-center rounded-xl border border-line bg-surface text-muted">
        <Icon name={icon} size={20} />
      </span>
      {isPage ? <h1 class="font-medium">{title}</h1> : <p class="font-medium">{title}</p>}
      {text && <p class="mt-1 max-w-md text-muted">{text}</p>}
      {children && <div class="mt-4 flex flex-wrap justify-center gap-2">{children}</div>}
    </div>
  );
}

/** Loading has failed: says why, and offers to try again. */
export function ErrorState({ error, onRetry }: { error: unknown; onRetry?: () => void }) {
  const { message, hint } = errorText(error);
  return (
    <div role="alert" class="flex flex-col items-center px-6 py-10 text-center">
      <span class="mb-3 flex size-11 items-center justify-center rounded-xl bg-bad-soft text-bad">
        <Icon name="alert" size={20} />
      </span>
      <p class="max-w-lg font-medium">{message}</p>
      {hint && <p class="mt-1 max-w-md text-muted">{hint}</p>}
      {onRetry && (
        <Button class="mt-4" icon="retry" onClick={onRetry}>
          {t('common.retry')}
        </Button>
      )}
    </div>
  );
}

/** A grey place where something will be. Give it the size of that by classes. */
export function Skeleton({ class: extra }: { class?: string }) {
  return <div aria-hidden="true" class={classes('shimmer rounded-md bg-hover', extra)} />;
}

/** Lines of text that are being loaded; says so to screen readers. */
export function SkeletonLines({ count = 3 }: { count?: number }) {
  return (
    <div role="status" class="flex flex-col gap-2.5 py-1">
      <span class="sr-only">{t('common.loading')}</span>
      {Array.from({ length: count }, (_, index) => (
        <Skeleton key={index} class={classes('h-4', index % 3 === 2 ? 'w-1/2' : 'w-full')} />
      ))}
    </div>
  );
}
