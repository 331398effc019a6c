import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { go, route } from '../../app/router.ts';
import { t } from '../../i18n/index.ts';
import { Segmented } from '../../parts/choices.tsx';
import { PageHeader } from '../../parts/layout.tsx';
import { deleted } from './deleted.ts';
import { Detail } from './detail.tsx';
import { filterOf } from './filter.ts';
import { Filters } from './filters.tsx';
import { Listed } from './listed.tsx';
import { useListing } from './use-listing.ts';

/** Pixels from the top within which a person sees what comes in. */
const TOP = 8;

/** All tasks, or the one that the address names: the listing waits behind it, as it was left. */
export default function Gallery() {
  const [id] = route.value.rest;
  const wasListed = useRef(id === undefined);
  if (id === undefined) wasListed.current = true;
  useKeptPlace(id);
  return (
    <>
      {wasListed.current && (
        <div hidden={id !== undefined}>
          <Listing isHidden={id !== undefined} />
        </div>
      )}
      {id !== undefined && <Detail key={id} id={id} />}
    </>
  );
}

function Listing({ isHidden }: { isHidden: boolean }) {
  const filter = filterOf(route.value.query);
  const box = useRef<HTMLDivElement>(null);
  const [isQuiet] = useState(
    () => () =>
      !box.current?.closest('[hidden]') &&
      window.scrollY < TOP &&
      !box.current?.matches(':hover, :focus-within'),
  );
  const listing = useListing(filter, isQuiet);
  const { forget } = listing;
  const gone = deleted.value;
  useEffect(() => {
    if (gone !== undefined) forget(gone);
  }, [gone]);
  return (
    <>
      {!isHidden && <Title />}
      <div class="flex flex-col gap-4">
        <Filters />
        <div ref={box} class="min-w-0">
          <Listed listing={listing} filter={filter} />
        </div>
      </div>
    </>
  );
}

function Title() {
  const { query } = route.value;
  return (
    <PageHeader title={t('nav.gallery')} text={t('gallery.lead')}>
      <Segmented
        label={t('gallery.view')}
        hideLabel
        value={query.view === 'list' ? 'list' : 'grid'}
        onValue={(view) =>
          go('gallery', [], { ...query, view: view === 'list' ? view : undefined }, { replace: true })
        }
        choices={[
          { value: 'grid', label: t('gallery.grid') },
          { value: 'list', label: t('gallery.lines') },
        ]}
      />
    </PageHeader>
  );
}

/** Back from a task, the listing stands where it was left. */
function useKeptPlace(id: string | undefined): void {
  const left = useRef(0);
  const shown = useRef(id);
  if (shown.current === undefined && id !== undefined) left.current = window.scrollY;
  shown.current = id;
  useLayoutEffect(() => {
    window.scrollTo(0, id === undefined ? left.current : 0);
  }, [id]);
}
