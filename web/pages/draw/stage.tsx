import { t } from '../../i18n/index.ts';
import { taskTitle } from '../../parts/action-groups.ts';
import { classes } from '../../parts/classes.ts';
import { Card } from '../../parts/layout.tsx';
import { EmptyState, ErrorState, Skeleton } from '../../parts/states.tsx';
import { Thumbnail } from '../../parts/thumbnail.tsx';
import { StagedTask } from './staged-task.tsx';
import { isGone, newest, type Reading, show, staged, stagedId, useStaged, useWork } from './work.ts';

/** The task on the stage, and the newest ones to choose from. */
export function Stage() {
  const list = useWork();
  const one = useStaged();
  return (
    <div
      id="stage"
      class="flex min-w-0 scroll-mt-16 flex-col gap-4 lg:sticky lg:top-5 lg:max-h-[calc(100dvh-2.5rem)] lg:overflow-y-auto"
    >
      <Strip />
      <OnStage list={list} one={one} />
    </div>
  );
}

function OnStage({ list, one }: { list: Reading; one: Reading }) {
  const task = staged.value;
  if (task) return <StagedTask key={task.id} task={task} />;
  if (one.error !== undefined && isGone(one.error)) {
    return (
      <Card>
        <EmptyState icon="search" title={t('draw.gone')} text={t('draw.goneText')} />
      </Card>
    );
  }
  const error = one.error ?? list.error;
  if (error !== undefined) {
    return (
      <Card>
        <ErrorState
          error={error}
          onRetry={() => {
            list.reload();
            one.reload();
          }}
        />
      </Card>
    );
  }
  if (list.isLoading || stagedId.value !== undefined) return <Skeleton class="h-96 rounded-xl" />;
  return (
    <Card>
      <EmptyState icon="image" title={t('draw.empty')} text={t('draw.emptyText')} />
    </Card>
  );
}

function Strip() {
  if (newest.value.length === 0) return null;
  return (
    <ul aria-label={t('draw.newest')} class="flex gap-2 overflow-x-auto p-1">
      {newest.value.map((task) => (
        <li key={task.id} class="relative shrink-0">
          <button
            type="button"
            title={task.request.prompt || taskTitle(task)}
            aria-label={t('draw.show', {
              name: [taskTitle(task), task.request.prompt].filter(Boolean).join(': '),
              status: t(`status.${task.status}`),
            })}
            aria-current={task.id === stagedId.value ? 'true' : undefined}
            onClick={() => show(task)}
            class={classes(
              'block rounded-lg border-2 p-0.5',
              task.id === stagedId.value ? 'border-accent' : 'border-transparent hover:border-line-strong',
            )}
          >
            <Thumbnail task={task} size={52} />
            <Corner status={task.status} />
          </button>
        </li>
      ))}
    </ul>
  );
}

/** A point for what has not simply succeeded; the button's name says it in words. */
function Corner({ status }: { status: string }) {
  if (status === 'succeeded') return null;
  const isBad = status === 'failed' || status === 'timed-out';
  const colour = isBad ? 'bg-bad' : status === 'cancelled' ? 'bg-muted' : 'bg-accent shimmer';
  return (
    <span
      aria-hidden="true"
      class={classes('absolute right-1 bottom-1 size-3 rounded-full border-2 border-surface', colour)}
    />
  );
}
