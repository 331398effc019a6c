import { useEffect, useRef } from 'preact/hooks';
import { ApiError } from '../../api/client.ts';
import { useResource } from '../../api/resource.ts';
import { readTask } from '../../api/tasks.ts';
import type { TaskView } from '../../api/types.ts';
import { useLive } from '../../app/live.ts';
import { hrefOf, route } from '../../app/router.ts';
import { t } from '../../i18n/index.ts';
import { StatusBadge } from '../../parts/badge.tsx';
import { buttonClass } from '../../parts/button.tsx';
import { CodeBlock } from '../../parts/code-block.tsx';
import { Download } from '../../parts/download.tsx';
import { Fold } from '../../parts/fold.tsx';
import { Icon } from '../../parts/icon.tsx';
import { Card, PageHeader } from '../../parts/layout.tsx';
import { Markdown } from '../../parts/markdown/markdown.tsx';
import { Progress } from '../../parts/progress.tsx';
import { ShownMedia } from '../../parts/shown-media.tsx';
import { EmptyState, ErrorState, SkeletonLines } from '../../parts/states.tsx';
import { Facts, Trace } from './facts.tsx';
import { OPEN } from './filter.ts';
import { Orders } from './orders.tsx';
import { wordsOf } from './tiles.tsx';
import { Timeline } from './timeline.tsx';

/** One task: what it made, all that happened to it, and what can be done with it. */
export function Detail({ id }: { id: string }) {
  const { data, error, reload, change } = useResource((signal) => readTask(id, signal), [id]);
  const take = (task: TaskView) =>
    change((before) => (task.id === id && task.revision >= before.revision ? task : before));
  useLive({ gap: reload, task: take });
  return (
    <>
      <Back />
      {data && <Whole task={data} onTask={take} />}
      {data === undefined && error === undefined && <SkeletonLines count={6} />}
      {data === undefined && error !== undefined && <Failed error={error} onRetry={reload} />}
    </>
  );
}

function Failed({ error, onRetry }: { error: unknown; onRetry: () => void }) {
  if (error instanceof ApiError && error.status === 404) {
    return <EmptyState isPage icon="search" title={t('gallery.gone')} text={t('gallery.goneText')} />;
  }
  return <ErrorState error={error} onRetry={onRetry} />;
}

/** To the listing with its filter. The focus comes here, as the link that was followed is gone. */
function Back() {
  const link = useRef<HTMLAnchorElement>(null);
  useEffect(() => link.current?.focus({ preventScroll: true }), []);
  return (
    <a
      ref={link}
      href={hrefOf('gallery', [], route.value.query)}
      class={`${buttonClass('quiet', 'small')} mb-2 -ml-2`}
    >
      <Icon name="back" size={14} />
      {t('gallery.back')}
    </a>
  );
}

function Whole({ task, onTask }: { task: TaskView; onTask: (task: TaskView) => void }) {
  return (
    <>
      <PageHeader title={t(`verb.${task.request.verb}`)} text={`${task.bot} · ${task.account}`}>
        <StatusBadge status={task.status} percent={task.percent} />
        <Orders task={task} onTask={onTask} />
      </PageHeader>
      <div class="grid items-start gap-5 lg:grid-cols-[minmax(0,1fr)_24rem]">
        <Made task={task} />
        <div class="flex min-w-0 flex-col gap-5">
          <Facts task={task} />
          <Timeline task={task} />
          <Trace task={task} />
          <Fold title={t('gallery.raw')}>
            <CodeBlock code={JSON.stringify(task, null, 2)} label={task.id} />
          </Fold>
        </div>
      </div>
    </>
  );
}

function Made({ task }: { task: TaskView }) {
  const { status, failure, warning, media, preview, texts = [], text, percent } = task;
  const isOpen = OPEN.includes(status);
  const isEmpty = media.length === 0 && !preview && !text && !failure;
  return (
    <Card title={t('gallery.result')}>
      <div class="flex flex-col gap-4">
        {isOpen && (
          <Progress label={t('gallery.progress')} value={status === 'running' ? percent : undefined} />
        )}
        {failure && (
          <div role="alert" class="flex items-start gap-2 rounded-lg bg-bad-soft px-3 py-2 text-bad">
            <Icon name="alert" class="mt-0.5" />
            <p class="min-w-0">
              {failure.message}
              <span class="block text-xs">{t('error.code', { code: failure.code })}</span>
            </p>
          </div>
        )}
        {warning && <p class="rounded-lg bg-warn-soft px-3 py-2 text-warn">{warning}</p>}
        {isEmpty && <p class="text-muted">{t(isOpen ? 'gallery.nothingYet' : 'gallery.nothing')}</p>}
        {media.length === 0 && preview && <ShownMedia media={preview} words={t('gallery.preview')} />}
        {media.map((each) => (
          <div key={each.id ?? each.url} class="flex flex-col items-start gap-2">
            <ShownMedia media={each} words={wordsOf(task)} />
            <Download task={task} media={each} />
          </div>
        ))}
        {texts.length > 0 && (
          <ol class="flex list-decimal flex-col gap-1.5 pl-5">
            {texts.map((line, index) => (
              <li key={index}>{line}</li>
            ))}
          </ol>
        )}
        {texts.length === 0 && text && <Markdown text={text} />}
      </div>
    </Card>
  );
}
