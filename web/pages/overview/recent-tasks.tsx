import { useResource } from '../../api/resource.ts';
import { listTasks } from '../../api/tasks.ts';
import type { TaskView } from '../../api/types.ts';
import { useLive } from '../../app/live.ts';
import { hrefOf } from '../../app/router.ts';
import { t } from '../../i18n/index.ts';
import { taskTitle } from '../../parts/action-groups.ts';
import { StatusBadge } from '../../parts/badge.tsx';
import { buttonClass } from '../../parts/button.tsx';
import { Card } from '../../parts/layout.tsx';
import { EmptyState, ErrorState, SkeletonLines } from '../../parts/states.tsx';
import { Thumbnail } from '../../parts/thumbnail.tsx';
import { Ago } from '../../parts/time.tsx';

const SHOWN = 6;

/** What was drawn and filmed last. */
export function RecentTasks() {
  const { data, error, reload, change } = useResource<readonly TaskView[]>(
    (signal) => listTasks({ limit: SHOWN }, signal).then(({ tasks }) => tasks),
    [],
  );
  useLive({ gap: reload, task: (task) => change((tasks) => merged(tasks, task)) });
  return (
    <Card
      title={t('overview.recent')}
      flush
      actions={
        <a href={hrefOf('gallery')} class="text-xs text-accent hover:underline">
          {t('overview.allTasks')}
        </a>
      }
    >
      {data === undefined && error === undefined && (
        <div class="p-4">
          <SkeletonLines />
        </div>
      )}
      {data === undefined && error !== undefined && <ErrorState error={error} onRetry={reload} />}
      {data?.length === 0 && (
        <EmptyState icon="draw" title={t('overview.noTasks')} text={t('overview.noTasksText')}>
          <a href={hrefOf('draw')} class={buttonClass('plain')}>
            {t('overview.openStudio')}
          </a>
        </EmptyState>
      )}
      {data && data.length > 0 && (
        <ul class="divide-y divide-line">
          {data.map((task) => (
            <Row key={task.id} task={task} />
          ))}
        </ul>
      )}
    </Card>
  );
}

function Row({ task }: { task: TaskView }) {
  const words = task.request.prompt || task.finalPrompt || taskTitle(task);
  return (
    <li>
      <a
        href={hrefOf('gallery', [task.id])}
        class="flex items-center gap-3 px-4 py-2 outline-offset-[-2px] hover:bg-hover"
      >
        <Thumbnail task={task} size={40} />
        <span class="min-w-0 grow">
          <span class="block truncate">{words}</span>
          <span class="block truncate text-xs text-muted">
            {task.bot} · {taskTitle(task)}
          </span>
        </span>
        <StatusBadge status={task.status} percent={task.percent} />
        <span class="w-20 text-right text-xs text-muted max-sm:hidden">
          <Ago at={task.submittedAt} />
        </span>
      </a>
    </li>
  );
}

/** The newest ones with a change in them. */
function merged(tasks: readonly TaskView[], task: TaskView): readonly TaskView[] {
  const isKnown = tasks.some(({ id }) => id === task.id);
  if (isKnown) return tasks.map((each) => (each.id === task.id ? task : each));
  return [task, ...tasks].sort((left, right) => right.submittedAt - left.submittedAt).slice(0, SHOWN);
}
