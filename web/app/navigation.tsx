import { t } from '../i18n/index.ts';
import { classes } from '../parts/classes.ts';
import { Icon } from '../parts/icon.tsx';
import { allowedPages, shownPage } from './page-view.tsx';
import type { Page } from './pages.ts';
import { hrefOf } from './router.ts';

/** Name and mark of the product. */
export function Brand() {
  return (
    <span class="flex items-center gap-2 font-semibold tracking-tight">
      <svg aria-hidden="true" width="22" height="22" viewBox="0 0 32 32">
        <rect width="32" height="32" rx="8" fill="var(--accent)" />
        <g fill="none" stroke="var(--on-accent)" stroke-width="3" stroke-linecap="round">
          <path d="M8 21V15a8 8 0 0 1 16 0v6" />
          <path d="M16 24v-8" opacity="0.55" />
        </g>
        <circle cx="8" cy="24" r="2" fill="var(--on-accent)" />
        <circle cx="24" cy="24" r="2" fill="var(--on-accent)" />
      </svg>
      cordgate
    </span>
  );
}

/** The menu: all pages in their groups. */
export function NavigationLinks() {
  const pages = allowedPages();
  const [start, ...others] = pages;
  return (
    <div class="flex flex-col gap-4">
      <ul>{start && <PageLink page={start} />}</ul>
      {(['create', 'operate'] as const).map((group) => (
        <Group key={group} title={t(`nav.${group}`)} pages={others.filter((page) => page.group === group)} />
      ))}
    </div>
  );
}

function Group({ title, pages }: { title: string; pages: readonly Page[] }) {
  if (pages.length === 0) return null;
  return (
    <div>
      <p class="px-2.5 pb-1 text-xs font-medium text-muted">{title}</p>
      <ul class="flex flex-col gap-px" aria-label={title}>
        {pages.map((page) => (
          <PageLink key={page.id} page={page} />
        ))}
      </ul>
    </div>
  );
}

function PageLink({ page }: { page: Page }) {
  const isCurrent = shownPage()?.id === page.id;
  return (
    <li>
      <a
        href={hrefOf(page.id)}
        aria-current={isCurrent ? 'page' : undefined}
        class={classes(
          'flex h-8 items-center gap-2.5 rounded-lg px-2.5 max-md:h-10',
          isCurrent ? 'bg-hover font-medium text-text' : 'text-soft hover:bg-hover hover:text-text',
        )}
      >
        <Icon name={page.icon} class={isCurrent ? 'text-accent' : 'text-muted'} />
        {t(page.title)}
      </a>
    </li>
  );
}

/** On phones: the most used pages within reach of a thumb, the rest behind "More". */
export function PhoneBar({ onMore }: { onMore: () => void }) {
  const current = shownPage()?.id;
  const primary = allowedPages().filter(({ isPrimary }) => isPrimary);
  const item =
    'flex h-14 w-full flex-col items-center justify-center gap-0.5 text-[0.6875rem] outline-offset-[-2px]';
  return (
    <nav
      aria-label={t('nav.main')}
      class="fixed inset-x-0 bottom-0 z-20 border-t border-line bg-surface pb-[env(safe-area-inset-bottom)] md:hidden"
    >
      <ul class="flex">
        {primary.map((page) => (
          <li key={page.id} class="min-w-0 grow basis-0">
            <a
              href={hrefOf(page.id)}
              aria-current={page.id === current ? 'page' : undefined}
              class={classes(item, page.id === current ? 'font-medium text-accent' : 'text-soft')}
            >
              <Icon name={page.icon} size={20} />
              {t(page.title)}
            </a>
          </li>
        ))}
        <li class="min-w-0 grow basis-0">
          <button type="button" onClick={onMore} aria-haspopup="dialog" class={classes(item, 'text-soft')}>
            <Icon name="menu" size={20} />
            {t('common.more')}
          </button>
        </li>
      </ul>
    </nav>
  );
}
