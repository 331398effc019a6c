import { t } from '../i18n/index.ts';
import { EmptyState } from '../parts/states.tsx';
import { PAGES, type Page, START } from './pages.ts';
import { route } from './router.ts';
import { me } from './session.ts';

/** The page that the address names; undefined when there is none of this name. */
export function shownPage(): Page | undefined {
  const { page } = route.value;
  return PAGES.find(({ id }) => id === (page || START));
}

/** The pages that the key may see. */
export function allowedPages(): readonly Page[] {
  const isAdmin = me.value?.admin === true;
  return PAGES.filter(({ adminOnly }) => isAdmin || !adminOnly);
}

/** Draws the page of the address. */
export function PageView() {
  const page = shownPage();
  if (page === undefined) {
    return (
      <EmptyState isPage icon="search" title={t('shell.unknownPage')} text={t('shell.unknownPageText')} />
    );
  }
  if (!allowedPages().includes(page)) {
    return <EmptyState isPage icon="keys" title={t('shell.adminOnly')} text={t('shell.adminOnlyText')} />;
  }
  return <page.Component key={page.id} />;
}
