import { useEffect, useRef, useState } from 'preact/hooks';
import { t } from '../i18n/index.ts';
import { Dialog } from '../parts/dialog.tsx';
import { ConnectionMark } from './connection.tsx';
import { Brand, NavigationLinks, PhoneBar } from './navigation.tsx';
import { PageView, shownPage } from './page-view.tsx';
import { Preferences } from './preferences.tsx';
import { route } from './router.ts';

/** Frame of all pages: the menu at the side, or on phones a bar above and one below. */
export function Shell() {
  const [isMenuOpen, setMenuOpen] = useState(false);
  const main = useRef<HTMLElement>(null);
  usePageChange(main, () => setMenuOpen(false));
  return (
    <div class="md:grid md:min-h-dvh md:grid-cols-[14.5rem_minmax(0,1fr)]">
      <SkipLink main={main} />
      <SideBar />
      <div class="min-w-0 max-md:pb-[calc(4rem+env(safe-area-inset-bottom))]">
        <header class="sticky top-0 z-20 flex h-12 items-center justify-between border-b border-line bg-surface px-4 md:hidden">
          <Brand />
          <ConnectionMark />
        </header>
        <main
          ref={main}
          id="content"
          tabIndex={-1}
          class="mx-auto w-full max-w-[88rem] px-4 py-5 outline-none md:px-8 md:py-7"
        >
          <PageView />
        </main>
      </div>
      <PhoneBar onMore={() => setMenuOpen(true)} />
      {isMenuOpen && (
        <Dialog title={t('common.menu')} onClose={() => setMenuOpen(false)}>
          <nav aria-label={t('nav.main')} class="mb-4">
            <NavigationLinks />
          </nav>
          <Preferences />
        </Dialog>
      )}
    </div>
  );
}

/** A link would change the address, which names the page: a button does the same. */
function SkipLink({ main }: { main: { readonly current: HTMLElement | null } }) {
  return (
    <button
      type="button"
      onClick={() => main.current?.focus()}
      class="sr-only z-50 rounded-lg bg-accent px-3 py-2 text-on-accent focus:not-sr-only focus:fixed focus:top-2 focus:left-2"
    >
      {t('nav.skip')}
    </button>
  );
}

function SideBar() {
  return (
    <aside
      aria-label={t('nav.sidebar')}
      class="sticky top-0 flex h-dvh flex-col border-r border-line bg-surface max-md:hidden"
    >
      <div class="flex h-14 items-center px-5">
        <Brand />
      </div>
      <nav aria-label={t('nav.main')} class="min-h-0 grow overflow-y-auto px-3 pb-4">
        <NavigationLinks />
      </nav>
      <div class="border-t border-line p-3">
        <Preferences />
      </div>
    </aside>
  );
}

/** After a change of page: the title of the tab, the focus on the new heading, the top of the page. */
function usePageChange(main: { readonly current: HTMLElement | null }, onChange: () => void): void {
  const { page } = route.value;
  const isFirst = useRef(true);
  const title = shownPage()?.title;
  useEffect(() => {
    document.title = title ? `${t(title)} · cordgate` : 'cordgate';
  });
  useEffect(() => {
    if (isFirst.current) {
      isFirst.current = false;
      return;
    }
    onChange();
    window.scrollTo(0, 0);
    main.current?.focus({ preventScroll: true });
  }, [page]);
}
