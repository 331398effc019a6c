import type { ComponentType } from 'preact';
import { useResource } from '../api/resource.ts';
import { t } from '../i18n/index.ts';
import { EmptyState, ErrorState, SkeletonLines } from '../parts/states.tsx';
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
  return <LoadedPage key={page.id} page={page} />;
}

const loaded = new Map<string, ComponentType>();

/** A page's code comes over the network the first time; that can fail like any other answer. */
function LoadedPage({ page }: { page: Page }) {
  const { data, error, reload } = useResource(async () => {
    const Component = loaded.get(page.id) ?? (await page.load()).default;
    loaded.set(page.id, Component);
    return { Component };
  }, [page]);
  const Shown = data?.Component ?? loaded.get(page.id);
  if (Shown) return <Shown />;
  return error === undefined ? <SkeletonLines count={6} /> : <ErrorState error={error} onRetry={reload} />;
}
