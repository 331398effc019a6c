import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { TaskView } from '../../api/types.ts';
import { hrefOf, route } from '../../app/router.ts';
import { t, tn } from '../../i18n/index.ts';
import { Button, buttonClass } from '../../parts/button.tsx';
import { classes } from '../../parts/classes.ts';
import { EmptyState, ErrorState, Skeleton } from '../../parts/states.tsx';
import { VirtualList } from '../../parts/virtual-list.tsx';
import { countOf, type Filter } from './filter.ts';
import { CAPTION_HEIGHT, LINE_HEIGHT, Line, Tile } from './tiles.tsx';
import type { LiveListing } from './use-listing.ts';

const GAP = 12;
const LEAST_TILE = 190;

/** The tasks of a filter, as pictures or as lines. */
export function Listed({ listing, filter }: { listing: LiveListing; filter: Filter }) {
  const { tasks, isKnown, isLoading, error, reload } = listing;
  if (!isKnown && error !== undefined) return <ErrorState error={error} onRetry={reload} />;
  if (!isKnown) return <Placeholder />;
  return (
    <>
      <News listing={listing} />
      {tasks.length === 0 && error === undefined && <Nothing isFiltered={countOf(filter) > 0} />}
      <div aria-busy={isLoading}>
        {tasks.length > 0 &&
          (route.value.query.view === 'list' ? <Lines listing={listing} /> : <Tiles listing={listing} />)}
      </div>
      {error !== undefined && <ErrorState error={error} onRetry={listing.next ? listing.more : reload} />}
      {listing.next && error === undefined && (
        <p role="status" class="py-6 text-center text-xs text-muted">
          {t('common.loading')}
        </p>
      )}
    </>
  );
}

/** Says that there is more above; showing it would move what is looked at. */
function News({ listing: { news, showNews } }: { listing: LiveListing }) {
  return (
    <div role="status" class="pointer-events-none sticky top-3 z-10 flex h-0 justify-center max-md:top-14">
      {news.length > 0 && (
        <Button
          kind="primary"
          size="small"
          class="pointer-events-auto mt-2 rounded-full! shadow-raised"
          onClick={() => {
            showNews();
            window.scrollTo(0, 0);
          }}
        >
          {tn('gallery.news', news.length)}
        </Button>
      )}
    </div>
  );
}

function Tiles({ listing: { tasks, more } }: { listing: LiveListing }) {
  const box = useRef<HTMLDivElement>(null);
  const width = useWidth(box);
  const columns = Math.max(2, Math.floor((width + GAP) / (LEAST_TILE + GAP)));
  const rows = useMemo(() => chunked(tasks, columns), [tasks, columns]);
  const tile = (width - GAP * (columns - 1)) / columns;
  return (
    <div ref={box}>
      {width > 0 && (
        <VirtualList
          label={t('gallery.tasks')}
          rows={rows}
          rowHeight={Math.floor(tile) + CAPTION_HEIGHT}
          keyOf={([first]) => first?.id ?? ''}
          render={(row) => (
            <div
              class="grid h-full gap-3"
              style={{ gridTemplateColumns: `repeat(${columns}, minmax(0, 1fr))` }}
            >
              {row.map((task) => (
                <Tile key={task.id} task={task} />
              ))}
            </div>
          )}
          onEnd={more}
        />
      )}
    </div>
  );
}

function Lines({ listing: { tasks, more } }: { listing: LiveListing }) {
  return (
    <div class="rounded-xl border border-line bg-surface">
      <VirtualList
        label={t('gallery.tasks')}
        rows={tasks}
        rowHeight={LINE_HEIGHT}
        keyOf={({ id }) => id}
        render={(task) => <Line task={task} />}
        onEnd={more}
      />
    </div>
  );
}

function Nothing({ isFiltered }: { isFiltered: boolean }) {
  if (isFiltered) {
    return <EmptyState icon="search" title={t('gallery.noMatch')} text={t('gallery.noMatchText')} />;
  }
  return (
    <EmptyState icon="gallery" title={t('gallery.empty')} text={t('gallery.emptyText')}>
      <a href={hrefOf('draw')} class={buttonClass('primary')}>
        {t('gallery.openStudio')}
      </a>
    </EmptyState>
  );
}

function Placeholder() {
  return (
    <div role="status" class="grid grid-cols-2 gap-3 md:grid-cols-4 xl:grid-cols-6">
      <span class="sr-only">{t('common.loading')}</span>
      {Array.from({ length: 12 }, (_, index) => (
        <Skeleton key={index} class={classes('aspect-square rounded-lg', index > 5 && 'max-md:hidden')} />
      ))}
    </div>
  );
}

function useWidth(box: { readonly current: HTMLElement | null }): number {
  const [width, setWidth] = useState(0);
  useEffect(() => {
    const watch = new ResizeObserver(() => {
      // Nothing while the list is hidden behind one of its tasks: it keeps its form.
      if (box.current?.clientWidth) setWidth(box.current.clientWidth);
    });
    if (box.current) watch.observe(box.current);
    return () => watch.disconnect();
  }, [box]);
  return width;
}

function chunked(tasks: readonly TaskView[], size: number): readonly (readonly TaskView[])[] {
  return Array.from({ length: Math.ceil(tasks.length / size) }, (_, row) =>
    tasks.slice(row * size, (row + 1) * size),
  );
}
